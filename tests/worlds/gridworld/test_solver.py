"""The solver against networkx's Dijkstra over a graph built cell by cell, the slow and obvious way."""

import networkx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from pnzoo.worlds.gridworld import (
    COSTS,
    MOVES,
    distances,
    generate,
    generate_family,
    optimal_actions,
    path_actions,
    shortest_paths,
    step,
)
from pnzoo.worlds.gridworld.solver import _dijkstra

relaxed = settings(deadline=None, max_examples=40)


@st.composite
def worlds(draw, most=7):
    """A random map of any shape and a goal anywhere, walls included."""
    walls = draw(arrays(bool, st.tuples(st.integers(1, most), st.integers(1, most))))
    height, width = walls.shape
    return walls, (draw(st.integers(0, height - 1)), draw(st.integers(0, width - 1)))


rules = st.sampled_from([(8, True), (8, False), (4, True)])


def legal(walls, cell, action, moves, corner_cutting):
    height, width = walls.shape

    def free(row, column):
        return 0 <= row < height and 0 <= column < width and not walls[row, column]

    (row, column), (down, right) = cell, MOVES[action]
    if action >= moves or not free(row, column) or not free(row + down, column + right):
        return False
    if action >= 4 and not corner_cutting:
        return free(row + down, column) and free(row, column + right)
    return True


def reference_distances(walls, goal, moves, corner_cutting):
    graph = networkx.Graph()
    for cell in np.argwhere(~walls):
        graph.add_node(tuple(cell))
        for action in range(8):
            if legal(walls, cell, action, moves, corner_cutting):
                graph.add_edge(tuple(cell), tuple(cell + MOVES[action]), weight=COSTS[action])
    found = np.full(walls.shape, np.inf)
    if goal in graph:
        for cell, length in networkx.single_source_dijkstra_path_length(graph, goal).items():
            found[cell] = length
    return found


@relaxed
@given(worlds(), rules)
def test_distances_are_dijkstras(world, rule):
    walls, goal = world
    np.testing.assert_allclose(distances(walls, goal, *rule), reference_distances(walls, goal, *rule))


@relaxed
@given(worlds(), rules)
def test_a_move_is_optimal_exactly_if_it_is_legal_and_lies_on_a_shortest_path(world, rule):
    walls, goal = world
    exact = reference_distances(walls, goal, *rule)
    best = optimal_actions(walls, goal, *rule)
    for cell in np.ndindex(walls.shape):
        for action in range(8):
            expected = 0 < exact[cell] < np.inf and legal(walls, cell, action, *rule)
            if expected:
                expected = abs(exact[tuple(cell + MOVES[action])] + COSTS[action] - exact[cell]) < 1e-9
            assert best[cell][action] == expected


@relaxed
@given(worlds(), rules)
def test_relaxation_and_priority_queue_agree(world, rule):
    walls, goal = world
    if walls[goal]:
        return
    queue = _dijkstra(walls[None], np.array([goal]), *rule)[0]
    np.testing.assert_allclose(distances(walls, goal, *rule), queue)


@relaxed
@given(worlds(), st.booleans(), st.integers(0, 2**31))
def test_step_follows_the_rules(world, corner_cutting, seed):
    walls, _ = world
    rng = np.random.default_rng(seed)
    positions = np.argwhere(~walls)
    actions = rng.integers(0, 8, len(positions))
    after, blocked = step(walls, positions, actions, corner_cutting)
    for cell, action, there, stopped in zip(positions, actions, after, blocked, strict=True):
        assert stopped == (not legal(walls, cell, action, 8, corner_cutting))
        np.testing.assert_array_equal(there, cell if stopped else cell + MOVES[action])


def test_a_batch_is_its_maps_one_by_one():
    walls, goal = generate(7, 9, 12, seed=0)
    dist, best = distances(walls, goal), optimal_actions(walls, goal)
    for i in range(7):
        np.testing.assert_array_equal(dist[i], distances(walls[i], goal[i]))
        np.testing.assert_array_equal(best[i], optimal_actions(walls[i], goal[i]))
    np.testing.assert_array_equal(best, optimal_actions(walls, goal, distances=dist))


def test_a_batch_steps_many_agents_a_map():
    walls, _ = generate(3, 8, seed=0)
    positions = np.full((3, 5, 2), 4)
    actions = np.arange(15).reshape(3, 5) % 8
    after, blocked = step(walls, positions, actions)
    for i in range(3):
        one, stopped = step(walls[i], positions[i], actions[i])
        np.testing.assert_array_equal(after[i], one)
        np.testing.assert_array_equal(blocked[i], stopped)


def test_long_mazes_are_exact():
    walls, goal = generate_family("maze", 2, 41, seed=3)
    for corner_cutting in (True, False):
        for i in range(2):
            exact = reference_distances(walls[i], tuple(goal[i]), 8, corner_cutting)
            assert exact[np.isfinite(exact)].max() > 82  # more steps than the relaxation takes
            np.testing.assert_allclose(distances(walls, goal, 8, corner_cutting)[i], exact)


def test_nearly_equal_ways_are_not_ties():
    # Two ways round differ by a + b sqrt 2, often by far less than a step: 17 against 12 sqrt 2 by 0.03.
    walls, goal = generate_family("braided", 20, 61, seed=0, loops=1.0)
    dist = distances(walls, goal)
    best = optimal_actions(walls, goal, distances=dist)
    padded = np.pad(dist, ((0, 0), (1, 1), (1, 1)), constant_values=np.inf)
    ways = np.stack([padded[:, 1 + down:62 + down, 1 + right:62 + right] + cost
                     for (down, right), cost in zip(MOVES, COSTS, strict=True)], axis=-1)
    inside = np.isfinite(dist) & (dist > 0)
    excess = ways[inside] - dist[inside][:, None]
    assert ((excess > 1e-4) & (excess < 0.05)).any()
    np.testing.assert_array_equal(best[inside], excess < 1e-9)


def test_long_rows_of_ties_stay_ties():
    # On empty ground a far cell off the diagonal has exactly two best moves, straight and diagonal.
    walls = np.zeros((200, 200), dtype=bool)
    best = optimal_actions(walls, (0, 0))
    assert best[199, 100].sum() == 2
    assert best[199, 199].sum() == 1


def test_following_optimal_moves_reaches_the_goal_at_the_exact_length():
    walls, goal = generate_family("caves", 5, 20, seed=1)
    dist = distances(walls, goal, corner_cutting=False)
    starts = np.array([np.argwhere(np.isfinite(d))[-1] for d in dist])
    for rng in (None, 0):
        for i, path in enumerate(shortest_paths(walls, starts, goal, rng, corner_cutting=False)):
            assert tuple(path[0]) == tuple(starts[i])
            assert tuple(path[-1]) == tuple(goal[i])
            actions = path_actions(path)
            assert COSTS[actions].sum() == pytest.approx(dist[i][tuple(starts[i])])
            _, blocked = step(walls[i], path[:-1], actions, corner_cutting=False)
            assert not blocked.any()


def test_ties_are_broken_by_the_generator():
    start, goal = np.full((200, 2), (5, 8)), np.zeros((200, 2), dtype=int)
    paths = shortest_paths(np.zeros((200, 6, 9), dtype=bool), start, goal, rng=0)
    assert len({path.tobytes() for path in paths}) > 20


def test_a_goal_on_a_wall_has_no_paths():
    assert np.isinf(distances([[0, 1]], (0, 1))).all()
    assert not optimal_actions([[0, 1]], (0, 1)).any()


def test_a_start_at_the_goal_is_a_path_of_one_cell():
    assert shortest_paths([[0, 0]], (0, 1), (0, 1)).tolist() == [[0, 1]]


def test_no_maps_give_no_distances():
    assert distances(np.zeros((0, 4, 4), dtype=bool), np.zeros((0, 2), dtype=int)).shape == (0, 4, 4)


@pytest.mark.parametrize("call, words", [
    (lambda: distances([[0, 2]], (0, 0)), "received 2 at"),
    (lambda: distances([[0, np.nan]], (0, 0)), "received nan at"),
    (lambda: distances("#.", (0, 0)), "parse"),
    (lambda: distances([0, 1], (0, 0)), "received shape"),
    (lambda: distances([[0, 1], [0]], (0, 0)), "ragged"),
    (lambda: distances(np.zeros((0, 3)), (0, 0)), "at least one row"),
    (lambda: distances([["a"]], (0, 0)), "dtype"),
    (lambda: distances([[0, 1]], (0, 2)), "outside the 1x2 map"),
    (lambda: distances([[0, 1]], (0, -1)), "outside the 1x2 map"),
    (lambda: distances([[0, 1]], (0, 0.5)), "two integers"),
    (lambda: distances([[0, 1]], "G"), "two integers"),
    (lambda: distances(np.zeros((2, 3, 3)), [(0, 0)]), "2 maps need goals"),
    (lambda: distances(np.zeros((2, 3, 3)), [(0, 0), (3, 0)]), "goal of map 1"),
    (lambda: distances(np.zeros((2, 3, 3)), [(0, 0), (0.5, 0)]), "integers"),
    (lambda: distances([[0, 1]], (0, 0), moves=6), "4 .* or 8"),
    (lambda: optimal_actions([[0, 1]], (0, 0), distances=np.zeros((3, 3))), "shape of walls"),
    (lambda: step([[0, 0]], [[0, 0]], [8]), "0..7"),
    (lambda: step([[0, 0]], [[0, 2]], [0]), "outside"),
    (lambda: step([[0, 0]], [[0, 0]], [[0]]), "positions must be"),
    (lambda: step([[0, 0]], [[0.0, 0.0]], [0]), "must be integers"),
    (lambda: step(np.zeros((2, 3, 3)), [[0, 0]], [0]), "2 maps need positions"),
    (lambda: shortest_paths([[0, 1, 0]], (0, 0), (0, 2)), "no path leads"),
    (lambda: shortest_paths(np.zeros((2, 3, 3)), (0, 0), [(0, 0), (1, 1)]), "2 maps need starts"),
    (lambda: path_actions([(0, 0), (0, 2)]), "not neighbours"),
    (lambda: path_actions([0, 1]), "shape"),
])
def test_bad_input_is_named(call, words):
    with pytest.raises(ValueError, match=words):
        call()
