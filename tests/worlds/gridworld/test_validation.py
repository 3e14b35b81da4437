"""What a map, a cell, a number and a seed may be, and what is said of the rest."""

import numpy as np
import pytest

from pnzoo import gridworld
from pnzoo.evaluation.gridworld import generated
from pnzoo.worlds.gridworld import validation
from pnzoo.worlds.gridworld.validation import as_cells, as_walls

WALLS = np.array([[0, 1, 0], [0, 0, 0]])


@pytest.mark.parametrize("walls", [
    WALLS.tolist(),
    tuple(map(tuple, WALLS)),
    WALLS.astype(bool),
    WALLS.astype("float16"),
    WALLS.astype("uint8") * 255,
    (WALLS * 255).astype("int64"),
    np.asfortranarray(WALLS),
    np.repeat(WALLS, 2, axis=1)[:, ::2],
    WALLS[::-1][::-1],
    np.array(WALLS, dtype=">i4"),
])
def test_maps_of_any_type_and_order(walls):
    if isinstance(walls, np.ndarray):
        walls.flags.writeable = False
    assert as_walls(walls).dtype == bool
    np.testing.assert_array_equal(as_walls(walls), WALLS)
    np.testing.assert_array_equal(gridworld.distances(walls, (0, 0)), gridworld.distances(WALLS, (0, 0)))
    assert gridworld.render(walls) == ".#.\n..."


PARSED = gridworld.parse("S.G")


@pytest.mark.parametrize("walls, words", [
    (PARSED, r"received a ParsedMap; pass its walls, .*\(ParsedMap holds walls, start, goal\)"),
    (gridworld.generate(1, 8, seed=0), r"received a Maps; pass its walls"),
    ([[0, 0], [0]], "received ragged rows: row 0 has 2 cells, row 1 has 1"),
    ([np.zeros((2, 2)), np.zeros((3, 2))], "a batch holds maps of one size, received 2x2 and 3x2; plan them one"),
    ([[[0, 0]], [[0]]], "a batch holds maps of one size, received 1x1 and 1x2"),
    ([[[0, 0], [0]], [[0]]], "ragged"),
    (WALLS * 254, "received 254"),
    (WALLS * 255 + (WALLS == 0), "received 1"),
    (WALLS * 255.0, "received 255"),
    ("S.G", r"parse\(text\)"),
    (gridworld.__file__, r"parse\(text\)"),
])
def test_maps_that_are_none(walls, words):
    with pytest.raises(ValueError, match=words):
        as_walls(walls, ndim=(2, 3))


def test_cells_of_a_batch():
    walls = np.stack([WALLS, WALLS]).astype(bool)
    assert as_cells("goal", [(0, 0), (1.0, 2.0)], walls).tolist() == [[0, 0], [1, 2]]
    with pytest.raises(ValueError, match=r"goal of map 1 \(0, 1\) is a wall"):
        as_cells("goal", [(0, 0), (0, 1)], walls, free=True)
    with pytest.raises(ValueError, match=r"goal of map 0 \(2, 0\) lies outside the 2x3 map"):
        as_cells("goal", [(2, 0), (0, 9)], walls)
    with pytest.raises(ValueError, match=r"goal of map 1 must be two integers \(row, column\), received \[nan, 0.0\]"):
        as_cells("goal", [(0, 0), (np.nan, 0)], walls)


def test_no_maps_are_empty_answers():
    walls, goal = np.zeros((0, 4, 5), bool), np.zeros((0, 2), int)
    assert gridworld.distances(walls, goal).shape == (0, 4, 5)
    assert gridworld.optimal_actions(walls, goal).shape == (0, 4, 5, 8)
    assert gridworld.random_starts(walls, goal, 0).shape == (0, 2)
    assert gridworld.farthest_starts(walls, goal).shape == (0, 2)
    assert gridworld.shortest_paths(walls, goal, goal) == []
    assert gridworld.expert_policy(walls, goal)[0].shape == (0, 4, 5, 8)
    assert gridworld.encode(walls, []).shape == (0, 4, 5, 2)
    assert gridworld.sample_cell(walls, np.random.default_rng(0)).shape == (0, 2)
    assert len(generated(8, n=0).walls) == 0


@pytest.mark.parametrize("seed", [-1, "a", 1.5, {}, object()])
def test_seeds_that_are_none(seed):
    for draw in (
        lambda: gridworld.generate(1, 8, seed=seed),
        lambda: gridworld.generate_family("maze", 1, 8, seed=seed),
        lambda: generated(8, n=1, seed=seed),
    ):
        with pytest.raises(ValueError, match="seed must be a whole number of 0 or more"):
            draw()


@pytest.mark.parametrize("call, words", [
    (lambda: gridworld.generate_family("maze", 1, 15, seed=0, lop=1), "'maze' takes no 'lop'.*It takes loops"),
    (lambda: gridworld.generate_family("open", 1, 15, seed=0, max_sise=1), "did you mean max_size"),
    (lambda: gridworld.generate_family("spirals", 1, 15, seed=0, lop=1), "takes no options, received 'lop'"),
    (lambda: gridworld.generate_family("maze", 1, 15, seed=0, loops="a"), "loops must be a number from 0 to 1"),
    (lambda: gridworld.generate_family("mase", 1, 15, seed=0), "there is no 'mase'; did you mean maze"),
    (lambda: gridworld.generate(10**12, 100, seed=0), "more than 2,147,483,648 at a time"),
    (lambda: gridworld.generate(1, 99_999_999, 99_999_999, seed=0), "more than"),
    (lambda: gridworld.generate(True, 8, seed=0), "n must be a whole number"),
    (lambda: gridworld.random_starts(WALLS, (0, 0), 0, moves=6), "moves must be 4"),
    (lambda: gridworld.random_starts(WALLS, (0, 0), "a"), "rng must be a whole number"),
])
def test_arguments_that_are_none(call, words):
    with pytest.raises(ValueError, match=words):
        call()


def test_families_of_the_first_release_still_work():
    with pytest.warns(DeprecationWarning, match="family 'traps' is called 'bugtraps' now"):
        old = gridworld.generate_family("traps", 2, 16, seed=3)
    np.testing.assert_array_equal(old.walls, gridworld.generate_family("bugtraps", 2, 16, seed=3).walls)


def test_starts_reach_the_goal_by_the_moves_asked_for():
    walls, goal = gridworld.generate_family("forests", 60, 9, seed=1)
    for moves in (4, 8):
        start = gridworld.random_starts(walls, goal, 0, moves=moves)
        length = gridworld.distances(walls, goal, moves=moves)
        assert np.isfinite(length[np.arange(60), start[:, 0], start[:, 1]]).all()


def test_names_of_the_first_release_still_work():
    for old, new in (("targets", "expert_policy"), ("optimal_moves", "optimal_actions"), ("to_code", "to_string")):
        with pytest.warns(DeprecationWarning, match=f"{old} is called {new} now"):
            assert getattr(gridworld, old) is getattr(gridworld, new)
    length = gridworld.distances(WALLS, (0, 0))
    with pytest.warns(DeprecationWarning, match=r"optimal_actions\(dist=\.\.\.\)"):
        best = gridworld.optimal_actions(WALLS, (0, 0), dist=length)
    np.testing.assert_array_equal(best, gridworld.optimal_actions(WALLS, (0, 0)))


def test_input_is_checked_once(monkeypatch):
    """A solution of a batch asks once what a map is, not once a part and not once a move."""
    asked, real = [], validation.as_walls
    for module in (validation, gridworld.solver):
        monkeypatch.setattr(module, "as_walls", lambda *args, **more: asked.append(1) or real(*args, **more))
    walls, goal = gridworld.generate_family("maze", 3, 15, seed=0)
    for call in (gridworld.distances, gridworld.optimal_actions, gridworld.farthest_starts):
        asked.clear()
        call(walls, goal)
        assert len(asked) == 1
    asked.clear()
    gridworld.shortest_paths(walls, gridworld.farthest_starts(walls, goal), goal)
    assert len(asked) == 2
