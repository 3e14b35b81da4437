"""Maze families: every map solvable at every size, and each family what its name says."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pnzoo.worlds.gridworld import FAMILIES, distances, farthest_starts, generate_family
from pnzoo.worlds.gridworld.families import largest_component

relaxed = settings(deadline=None, max_examples=60)
families = pytest.mark.parametrize("name", FAMILIES)


@relaxed
@given(st.sampled_from(sorted(FAMILIES)), st.integers(1, 14), st.integers(1, 14), st.booleans(),
       st.integers(0, 10**6))
def test_every_map_of_every_family_is_solvable(name, height, width, border, seed):
    if max(0, height - 2 * border) * max(0, width - 2 * border) < 2:
        with pytest.raises(ValueError, match="two free cells"):
            generate_family(name, 3, height, width, seed=seed, border=border)
        return
    walls, goal = generate_family(name, 3, height, width, seed=seed, border=border)
    assert walls.shape == (3, height, width)
    assert walls.dtype == bool
    if border:
        assert walls[:, [0, -1]].all()
        assert walls[:, :, [0, -1]].all()
    dist = distances(walls, goal, moves=4)
    assert (np.isfinite(dist) & (dist > 0)).any(axis=(1, 2)).all()
    again = generate_family(name, 3, height, width, seed=seed, border=border)
    np.testing.assert_array_equal(walls, again.walls)
    np.testing.assert_array_equal(goal, again.goal)


@families
def test_maps_of_a_family_differ(name):
    walls, goal = generate_family(name, 20, 21, 24, seed=0)
    assert len({w.tobytes() for w in walls}) > (2 if name == "spirals" else 15)
    assert len({tuple(g) for g in goal}) > 10


@families
def test_most_of_the_ground_reaches_the_goal(name):
    walls, goal = generate_family(name, 50, 32, seed=0)
    reached = np.isfinite(distances(walls, goal, moves=4)).sum() / (~walls).sum()
    assert reached > 0.93
    assert name == "open" or largest_component(walls)[np.arange(50), goal[:, 0], goal[:, 1]].all()
    assert reached == 1 or name in ("open", "bugtraps", "forests")


def doors_less_rooms(walls):
    """Neighbouring pairs of free cells less free cells: -1 for a tree, more with loops."""
    free = ~walls
    return (free[:, 1:] & free[:, :-1]).sum((1, 2)) + (free[:, :, 1:] & free[:, :, :-1]).sum((1, 2)) - \
        free.sum((1, 2))


@pytest.mark.parametrize("height, width", [(15, 15), (16, 15), (12, 18), (9, 61), (5, 5)])
@pytest.mark.parametrize("border", [True, False])
def test_perfect_mazes_are_trees(height, width, border):
    walls, _ = generate_family("maze", 40, height, width, seed=0, border=border)
    assert (doors_less_rooms(walls) == -1).all()
    np.testing.assert_array_equal(largest_component(walls), ~walls)


def dead_ends(walls):
    free = np.pad(~walls, ((0, 0), (1, 1), (1, 1))).astype(int)
    ways = free[:, :-2, 1:-1] + free[:, 2:, 1:-1] + free[:, 1:-1, :-2] + free[:, 1:-1, 2:]
    return ((ways == 1) & ~walls).sum()


def test_loops_are_the_share_of_dead_ends_opened():
    ends = [dead_ends(generate_family("maze", 100, 25, seed=0, loops=loops).walls) for loops in (0, 0.5, 1)]
    assert ends[2] == 0
    assert 0.3 * ends[0] < ends[1] < 0.6 * ends[0]
    assert (doors_less_rooms(generate_family("braided", 20, 25, seed=0).walls) > -1).all()


def test_mazes_are_long():
    walls, goal = generate_family("maze", 50, 35, seed=0)
    dist = distances(walls, goal)
    starts = farthest_starts(walls, goal, dist)
    assert dist[np.arange(50), starts[:, 0], starts[:, 1]].mean() > 150


def test_gaps_are_walls_with_one_gap_each():
    walls, _ = generate_family("alternating_gaps", 40, 23, 31, seed=0, border=False)
    for one in walls:
        one = one if one.any(axis=1).sum() < one.shape[0] else one.T
        filled = one.sum(axis=1)
        assert set(filled) == {0, one.shape[1] - 1}


def test_spirals_are_one_corridor():
    walls, goal = generate_family("spirals", 30, 21, seed=0)
    np.testing.assert_array_equal(largest_component(walls), ~walls)
    assert distances(walls, goal)[np.isfinite(distances(walls, goal))].max() > 100


def test_rooms_have_doors_of_one_cell():
    walls, _ = generate_family("rooms", 20, 25, seed=0, border=False, room=4, loops=0)
    # Filling all doors leaves the rooms, one more than a tree of doors has; a door has walls on two sides.
    padded = np.pad(walls, ((0, 0), (1, 1), (1, 1)), constant_values=True)
    up_down = padded[:, :-2, 1:-1] & padded[:, 2:, 1:-1]
    left_right = padded[:, 1:-1, :-2] & padded[:, 1:-1, 2:]
    doors = ~walls & (up_down ^ left_right)
    assert (doors.sum(axis=(1, 2)) == 5 * 5 - 1).all()


def test_a_goal_is_never_in_a_small_pocket():
    walls, goal = generate_family("forests", 300, 12, seed=0, sparse=0.4, dense=0.5)
    assert largest_component(walls)[np.arange(300), goal[:, 0], goal[:, 1]].all()


def test_traps_are_boxes():
    walls, _ = generate_family("bugtraps", 30, 32, seed=0)
    assert 0.05 < walls[:, 1:-1, 1:-1].mean() < 0.3


def test_forests_vary_in_density():
    share = generate_family("forests", 300, 32, seed=0).walls[:, 1:-1, 1:-1].mean(axis=(1, 2))
    assert share.min() < 0.1
    assert share.max() > 0.3


def test_farthest_starts_are_farthest():
    walls, goal = generate_family("caves", 10, 24, seed=0)
    dist = distances(walls, goal)
    starts = farthest_starts(walls, goal)
    for i in range(10):
        assert dist[i][tuple(starts[i])] == dist[i][np.isfinite(dist[i])].max()
        np.testing.assert_array_equal(farthest_starts(walls[i], goal[i]), starts[i])


def test_no_maps_is_a_batch_too():
    for name in FAMILIES:
        assert generate_family(name, 0, 9, seed=0).walls.shape == (0, 9, 9)


@pytest.mark.parametrize("call, words", [
    (lambda: generate_family("hills", 1, 9, seed=0), "there is no 'hills'; .*families are open, maze"),
    (lambda: generate_family("maze", 1, 9, seed=0, loops=2), "0 to 1, received 2"),
    (lambda: generate_family("maze", 1, 3, seed=0), "two free cells"),
    (lambda: generate_family("maze", 1.5, 9, seed=0), "n must be a whole number"),
    (lambda: generate_family("rooms", 1, 9, seed=0, room=0), "room must be a whole number of 1 or more"),
    (lambda: generate_family("alternating_gaps", 1, 9, seed=0, spacing=-1), "spacing must be a whole number"),
    (lambda: generate_family("caves", 1, 9, seed=0, fill=1.5), "fill .* 0 to 1, received 1.5"),
    (lambda: generate_family("forests", 1, 9, seed=0, sparse=0.6, dense=0.2), "sparse"),
    (lambda: farthest_starts([[0, 1]], (0, 0)), "no cell of map 0 reaches its goal"),
])
def test_bad_input_is_named(call, words):
    with pytest.raises(ValueError, match=words):
        call()
