"""The paper's maps: seeded, solvable, and as dense as the authors'."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pnzoo.worlds.gridworld import distances, encode, expert_policy, generate, optimal_actions, random_starts

relaxed = settings(deadline=None, max_examples=40)
AUTHORS = Path(__file__).resolve().parents[3] / ".." / "shared" / "data" / "vin_paper"


@relaxed
@given(st.integers(1, 12), st.integers(1, 12), st.booleans(), st.integers(0, 10**6),
       st.sampled_from([None, 0, 3, 500]), st.sampled_from([None, 0, 1, 4]))
def test_every_map_has_a_goal_and_a_start(height, width, border, seed, most, size):
    inner = max(0, height - 2 * border) * max(0, width - 2 * border)
    if inner < 2:
        with pytest.raises(ValueError, match="two free cells"):
            generate(5, height, width, seed=seed, border=border)
        return
    walls, goal = generate(5, height, width, seed=seed, border=border, max_obstacles=most, max_size=size)
    assert walls.shape == (5, height, width)
    assert walls.dtype == bool
    if border:
        assert walls[:, [0, -1]].all()
        assert walls[:, :, [0, -1]].all()
    assert not walls[np.arange(5), goal[:, 0], goal[:, 1]].any()
    # One of four neighbours is free, so there is a start whatever the moves.
    dist = distances(walls, goal, moves=4)
    assert (np.isfinite(dist) & (dist > 0)).any(axis=(1, 2)).all()


@relaxed
@given(st.integers(3, 12), st.integers(4, 12), st.integers(0, 10**6))
def test_a_seed_is_a_set_of_maps(height, width, seed):
    once, again = (generate(4, height, width, seed=seed) for _ in range(2))
    np.testing.assert_array_equal(once.walls, again.walls)
    np.testing.assert_array_equal(once.goal, again.goal)


def test_other_seeds_are_other_maps():
    assert (generate(4, 16, seed=0).walls != generate(4, 16, seed=1).walls).any()


@pytest.mark.parametrize("size, share, tolerance", [(8, 0.11, 0.005), (16, 0.20, 0.01), (28, 0.21, 0.012)])
def test_obstacle_shares_are_the_authors(size, share, tolerance):
    walls = generate(5000, size, seed=0).walls
    assert walls[:, 1:-1, 1:-1].mean() == pytest.approx(share, abs=tolerance)


@pytest.mark.parametrize("size", [8, 16])
def test_maps_are_distributed_as_in_the_authors_files(size):
    if not AUTHORS.exists():
        pytest.skip("the authors' files are not on this machine")
    from pnzoo.worlds.gridworld.vin_paper import read_training

    data = read_training(AUTHORS / f"gridworld_{size}.mat")
    # A (map, goal) drawn twice is merged by the reader, so it counts by its number of states.
    theirs, weight = data.walls[:, 1:-1, 1:-1], np.bincount(data.which)
    ours = generate(20_000, size, seed=0).walls[:, 1:-1, 1:-1]
    bins = np.linspace(0, 0.5, 13)
    counts, _ = np.histogram(theirs.mean(axis=(1, 2)), bins, weights=weight)
    expected, _ = np.histogram(ours.mean(axis=(1, 2)), bins)
    distance = 0.5 * np.abs(counts / counts.sum() - expected / expected.sum()).sum()
    print(f"{size}x{size}: total variation between obstacle counts {distance:.3f}")
    assert distance < 0.05
    # Walls side by side tell pluses and rectangles from scattered cells.
    pairs = np.average((theirs[:, 1:] & theirs[:, :-1]).mean(axis=(1, 2)), weights=weight)
    assert pairs == pytest.approx((ours[:, 1:] & ours[:, :-1]).mean(), rel=0.06)


def test_other_sizes_lie_between_and_do_not_fill_up():
    for size in (5, 10, 12, 13, 20, 40, 64):
        share = generate(300, size, seed=0).walls[:, 1:-1, 1:-1].mean()
        assert 0.05 < share < 0.26, size


def test_without_a_border_the_ring_is_ordinary_ground():
    walls, goal = generate(500, 10, seed=0, border=False)
    ring = np.ones((10, 10), dtype=bool)
    ring[1:-1, 1:-1] = False
    assert 0.02 < walls[:, ring].mean() < 0.3
    assert ring[goal[:, 0], goal[:, 1]].any()


def test_obstacles_can_be_counted_and_sized():
    def most_walls(most, size):
        walls = generate(50, 20, seed=0, border=False, max_obstacles=most, max_size=size).walls
        return walls.sum(axis=(1, 2)).max()

    assert most_walls(0, 2) == 0
    assert most_walls(1, 0) == 1
    assert most_walls(1, 1) == 5
    assert most_walls(3, 6) > 100


def test_starts_are_uniform_over_the_cells_that_reach_the_goal():
    walls = np.array([[0, 0, 0, 1, 0]], dtype=bool).repeat(3000, axis=0)[:, None]
    starts = random_starts(walls, np.zeros((3000, 2), dtype=int), rng=0)
    assert set(starts[:, 1]) == {1, 2}
    assert 1350 < (starts[:, 1] == 1).sum() < 1650


def test_encode_marks_walls_and_goal():
    walls, goal = generate(3, 6, 9, seed=0)
    image = encode(walls, goal)
    assert image.dtype == np.float32
    np.testing.assert_array_equal(image[..., 0], walls)
    np.testing.assert_array_equal(np.argwhere(image[..., 1] == 1)[:, 1:], goal)
    np.testing.assert_array_equal(encode(walls[0], goal[0]), image[0])


@pytest.mark.parametrize("moves", [4, 8])
def test_targets_are_uniform_over_the_optimal_set(moves):
    walls, goal = generate(5, 9, seed=0)
    y, weight = expert_policy(walls, goal, moves=moves)
    best = optimal_actions(walls, goal, moves=moves)
    assert y.dtype == weight.dtype == np.float32
    np.testing.assert_allclose(y.sum(axis=-1), weight, rtol=1e-6)
    np.testing.assert_array_equal(y > 0, best)
    np.testing.assert_array_equal(weight == 1, best.any(axis=-1))
    assert (np.ptp(np.where(best, y, y.max(axis=-1, keepdims=True)), axis=-1) < 1e-6)[weight == 1].all()


@pytest.mark.parametrize("call, words", [
    (lambda: generate(1, 1, seed=0), "two free cells"),
    (lambda: generate(1, 3, seed=0), "pass border=False"),
    (lambda: generate(1, 1, 1, seed=0, border=False), "choose a larger size"),
    (lambda: generate(1, 0, seed=0), "height must be a whole number of 1 or more"),
    (lambda: generate(1, 8.0, seed=0), "height must be a whole number"),
    (lambda: generate(-1, 8, seed=0), "n must be a whole number of 0 or more"),
    (lambda: generate(1, 8, seed=0, max_obstacles=-1), "max_obstacles"),
    (lambda: generate(1, 8, seed=0, max_size=1.5), "max_size"),
    (lambda: random_starts([[0, 1]], (0, 0), rng=0), "no cell of map 0 reaches its goal"),
    (lambda: encode([[0, 1]], (1, 0)), "outside"),
])
def test_bad_input_is_named(call, words):
    with pytest.raises(ValueError, match=words):
        call()


def test_no_maps_is_a_batch_too():
    walls, goal = generate(0, 8, seed=0)
    assert walls.shape == (0, 8, 8)
    assert encode(walls, goal).shape == (0, 8, 8, 2)
