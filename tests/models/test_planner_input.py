"""Maps and cells as people give them, through a model."""

import numpy as np
import pytest

import pnzoo
from pnzoo import gridworld
from pnzoo.models import VIN


@pytest.fixture(scope="module")
def model():
    return VIN(k=3, channels=2, features=(4,))


FREE = np.zeros((4, 5), bool)
WALL = np.pad(np.zeros((2, 3), bool), 1, constant_values=True)


@pytest.mark.parametrize(
    "walls,match",
    [
        (np.zeros(4), r"shape \[H, W\].*received shape \[4\]"),
        (np.zeros((1, 2, 4, 5)), "received shape"),
        (np.zeros((0, 5)), "at least one row"),
        (FREE + 0.5, r"holds 0 \(free\) and 1 \(wall\), received 0.5"),
        (np.full((4, 5), 2), "received 2"),
        (np.where(FREE, 0, np.nan), "received nan"),
        (np.full((4, 5), "a"), "received dtype"),
        ([[0, 0], [0]], "ragged"),
        ("S..\n..G", r"parse\(text\)"),
        (None, "a map"),
    ],
)
@pytest.mark.parametrize("method", ["policy", "scores", "trace", "plan"])
def test_a_map_that_is_none(model, method, walls, match):
    cells = ((1, 1), (2, 2)) if method == "plan" else ((1, 1),)
    with pytest.raises(ValueError, match=match):
        getattr(model, method)(walls, *cells)


@pytest.mark.parametrize("method", ["trace", "plan"])
def test_many_maps_where_one_is_expected(model, method):
    cells = ((1, 1), (2, 2)) if method == "plan" else ((1, 1),)
    with pytest.raises(ValueError, match=r"index one map with walls\[i\]"):
        getattr(model, method)(np.zeros((2, 4, 5)), *cells)


BAD_CELLS = [
    ((4, 0), "outside the 4x5 map; rows go from 0 to 3, columns from 0 to 4"),
    ((0, -1), "outside"),
    ((0, 0), "is a wall; choose a free cell"),
    ((1.5, 2), "two integers"),
    ((np.nan, 1), "two integers"),
    ((1, 1, 1), "two integers"),
    (None, "two integers"),
    ("ab", "two integers"),
]


@pytest.mark.parametrize("cell,match", BAD_CELLS)
def test_cells_that_are_none(model, cell, match):
    with pytest.raises(ValueError, match=f"^start.*{match}"):
        model.plan(WALL, cell, (1, 1))
    for call in (
        lambda: model.plan(WALL, (1, 1), cell),
        lambda: model.policy(WALL, cell),
        lambda: model.trace(WALL, cell),
    ):
        with pytest.raises(ValueError, match=f"^goal.*{match}"):
            call()


@pytest.mark.parametrize("goal", [(1, 1), [(1, 1)], [(1, 1)] * 3, [1, 1], None])
def test_batches_need_a_goal_a_map(model, goal):
    with pytest.raises(ValueError, match=r"2 maps need goals of shape \[2, 2\]"):
        model.policy(np.stack([WALL, WALL]), goal)


def test_a_batch_names_the_goal_that_is_wrong(model):
    with pytest.raises(ValueError, match=r"goal of map 1 \(0, 0\) is a wall"):
        model.policy(np.stack([WALL, WALL]), [(1, 1), (0, 0)])
    with pytest.raises(ValueError, match=r"goal of map 1 \(9, 9\) lies outside"):
        model.policy(np.stack([WALL, WALL]), [(1, 1), (9, 9)])


@pytest.mark.parametrize("dtype", [bool, int, "uint8", float, "float32"])
def test_maps_of_zeros_and_ones_of_any_type(model, dtype):
    np.testing.assert_array_equal(model.policy(WALL.astype(dtype), [1, 1]), model.policy(WALL, (1, 1)))


def test_a_goal_that_cannot_be_reached_is_an_answer(model):
    walls, start, goal = gridworld.parse("S.#.G")
    plan = model.plan(walls, start, goal)
    assert isinstance(plan, pnzoo.Plan)
    assert not plan.reached
    assert "no path" in plan.reason


def test_one_cell(model):
    walls = np.zeros((1, 1), bool)
    assert model.plan(walls, (0, 0), (0, 0)).reached
    assert model.policy(walls, (0, 0)).shape == (1, 1)
    assert model.trace(walls, (0, 0)).values.shape == (4, 1, 1)
    with pytest.raises(ValueError, match=r"start \(0, 0\) is a wall"):
        model.plan(~walls, (0, 0), (0, 0))


def test_a_map_of_512x512(model):
    walls, goal = gridworld.generate(1, 512, seed=0)
    policy = model.policy(walls[0], goal[0])
    assert policy.shape == (512, 512)
    start = gridworld.random_starts(walls, goal, np.random.default_rng(0))[0]
    assert model.plan(walls[0], start, goal[0], max_steps=5).reason


