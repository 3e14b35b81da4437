"""Policies of a body: planning against the exact solver, windows against NumPy, drives, maps of other sizes."""

import gymnasium
import numpy as np
import pytest
from keras import ops

import pnzoo.envs
from pnzoo import gridworld
from pnzoo.layers import BodyWindow, CoarseMap, MoveValueIteration
from pnzoo.models import ContinuousCNNPolicy, ContinuousVIN
from pnzoo.worlds import navigation
from tests.contracts.model_cases import randomise

TASKS = navigation.generate_tasks(3, 10, seed=2)


@pytest.fixture(scope="module")
def vin():
    return randomise(ContinuousVIN(hidden=4, k=6, units=(8,)))


@pytest.fixture(scope="module")
def cnn():
    return randomise(ContinuousCNNPolicy(10, filters=(3, 4), features=5, units=(8,)))


def numpy(tensor):
    return ops.convert_to_numpy(tensor)


# -- the layers ------------------------------------------------------------------------------------


def exact_costs(walls):
    """What each move costs where corners are not cut: its length, or 1e5 into or past a wall. [B, H, W, 8]."""
    blocked = np.pad(walls, ((0, 0), (1, 1), (1, 1)), constant_values=True)
    height, width = walls.shape[1:]
    ahead = lambda i, j: blocked[:, 1 + i : 1 + i + height, 1 + j : 1 + j + width]  # noqa: E731
    costs = [np.where(ahead(i, j) | ahead(i, 0) | ahead(0, j), 1e5, np.hypot(i, j)) for i, j in gridworld.MOVES]
    return np.stack(costs, axis=-1).astype("float32")


@pytest.mark.parametrize("unroll", [True, False])
def test_value_iteration_is_the_exact_solver(unroll):
    goal = np.zeros((3, 10, 10), "float32")
    goal[np.arange(3), TASKS.goal[:, 0], TASKS.goal[:, 1]] = 1
    found = numpy(MoveValueIteration(40, unroll)(exact_costs(TASKS.walls), goal))
    length = gridworld.distances(TASKS.walls, TASKS.goal, corner_cutting=False)
    reached = np.isfinite(length) & ~TASKS.walls
    np.testing.assert_allclose(-found[..., 0][reached], length[reached], rtol=1e-5, atol=1e-4)
    best = gridworld.optimal_actions(TASKS.walls, TASKS.goal, corner_cutting=False)
    moves = found[..., 1:].argmax(axis=-1)
    chosen = np.take_along_axis(best, moves[..., None], axis=-1)[..., 0]
    assert chosen[reached & (length > 0)].all()


def test_from_a_value_k_steps_plan_the_next_k_moves():
    """From the exact V it stays there; from V = 0 it is minus the cost of the cheapest two moves."""
    goal = np.zeros((3, 10, 10), "float32")
    goal[np.arange(3), TASKS.goal[:, 0], TASKS.goal[:, 1]] = 1
    costs, layer = exact_costs(TASKS.walls), MoveValueIteration(2)
    exact = numpy(MoveValueIteration(60)(costs, goal))[..., 0]
    near = exact > -50
    np.testing.assert_allclose(numpy(layer(costs, goal, exact))[..., 0][near], exact[near], rtol=1e-5)
    zero = numpy(layer(costs, goal, np.zeros_like(exact)))[..., 0]
    assert np.median(zero[near]) == pytest.approx(-2.0)
    assert zero[near].min() >= -2 * 2**0.5


def test_coarse_maps_hold_every_cell():
    image = gridworld.encode(TASKS.walls, TASKS.goal)
    for factor in (1, 3):
        coarse = numpy(CoarseMap(factor)(image))
        side = -(-10 // factor)
        assert coarse.shape == (3, side, side, factor**2 + 1)
        walls = np.pad(TASKS.walls, ((0, 0), (0, -10 % factor), (0, -10 % factor)), constant_values=True)
        for i in range(factor):
            for j in range(factor):
                np.testing.assert_array_equal(coarse[..., i * factor + j], 1 - walls[:, i::factor, j::factor])
        np.testing.assert_array_equal(np.argwhere(coarse[..., -1])[:, 1:], TASKS.goal // factor)


def test_the_window_is_what_lies_around_the_body():
    rng = np.random.default_rng(0)
    grid = rng.normal(size=(2, 5, 6, 3)).astype("float32")
    states = np.concatenate([rng.uniform(0, (10, 12), (2, 4, 2)), rng.normal(size=(2, 4, 2))], axis=-1).astype(
        "float32"
    )
    found = numpy(BodyWindow(3, 2, beyond=-7.0)(grid, states))
    padded = np.pad(grid, ((0, 0), (1, 1), (1, 1), (0, 0)), constant_values=-7.0)
    for b in range(2):
        for n in range(4):
            row, column = (states[b, n, :2] // 2).astype(int)
            np.testing.assert_array_equal(found[b, n].reshape(3, 3, 3), padded[b, row : row + 3, column : column + 3])


# -- the models ------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["vin", "cnn"])
def test_a_drive_an_action_and_a_call_are_one_policy(kind, request):
    model = request.getfixturevalue(kind)
    starts = navigation.draw_starts(TASKS, 2, seed=0)
    starts[..., 2:] = np.random.default_rng(0).normal(size=starts[..., 2:].shape)
    forces = model.driver(TASKS)(starts)
    image = gridworld.encode(TASKS.walls, TASKS.goal)
    for body in range(2):
        state = starts[:, body].astype("float32")
        acted = model.act({"image": image, "state": state})
        np.testing.assert_allclose(acted, np.clip(forces[:, body], -1, 1), rtol=1e-4, atol=1e-5)
        np.testing.assert_allclose(
            numpy(model({"image": image, "state": state})), forces[:, body], rtol=1e-4, atol=1e-5
        )
        np.testing.assert_allclose(model.act({"image": image[0], "state": state[0]}), acted[0], rtol=1e-4, atol=1e-5)


def test_a_drive_is_that_of_the_environment(vin):
    start = navigation.draw_starts(TASKS, 1, seed=0)[0, 0, :2]
    drive = vin.drive(TASKS.walls[0], start, TASKS.goal[0], max_steps=15)
    env = gymnasium.make("pnzoo/Navigation2D-v0", height=10).unwrapped
    observation, _ = env.reset(options={"walls": TASKS.walls[0], "goal": TASKS.goal[0], "start": start})
    for t, force in enumerate(drive.forces):
        np.testing.assert_allclose(observation["state"][:2], drive.path[t], atol=1e-3)
        observation, *_, info = env.step(force)
    assert info["distance"] == pytest.approx(drive.distance, abs=1e-3)
    assert (drive.reason == "") == drive.reached == info["is_success"]
    assert drive.seconds == pytest.approx(0.2 * len(drive.forces))


def test_the_hierarchy_plans_on_the_cells():
    model = randomise(ContinuousVIN(reduction=2, hidden=4, k=6, refine_k=3, units=(8,)))
    assert model.plan_map(TASKS.walls, TASKS.goal).shape == (3, 10, 10, 9)
    assert ContinuousVIN(hidden=4, k=6, units=(8,)).plan_map(TASKS.walls, TASKS.goal).shape == (3, 5, 5, 9)
    assert ContinuousVIN(k=2).refine_k == 0
    with pytest.raises(ValueError, match="whether a model plans on a fine grid too is fixed"):
        model.refine_k = 0
    with pytest.raises(ValueError, match="whether a model plans on a fine grid too is fixed"):
        ContinuousVIN(k=2).refine_k = 4


def test_the_same_weights_on_maps_of_other_sizes(vin, cnn):
    for side in (7, 13, 30):
        task = navigation.generate_tasks(1, side, seed=side)
        start = navigation.draw_starts(task, 1, seed=0)
        assert vin.driver(task)(start).shape == (1, 1, 2)
    small = navigation.generate_tasks(1, 7, seed=0)
    framed = np.pad(small.walls, ((0, 0), (0, 3), (0, 3)), constant_values=True)
    start = navigation.draw_starts(small, 2, seed=0)
    large = navigation.Tasks(framed, small.goal, framed)
    np.testing.assert_allclose(cnn.driver(small)(start), cnn.driver(large)(start), rtol=1e-5)


def test_what_can_not_be_driven_is_said(vin, cnn):
    walls = np.zeros((11, 11))
    with pytest.raises(ValueError, match="takes maps up to 10x10, received 11x11"):
        cnn.drive(walls, (0.5, 0.5), (3, 3))
    with pytest.raises(ValueError, match="a map was expected"):
        vin.drive(walls[0], (0.5, 0.5), (3, 3))
    walls[1] = 1
    with pytest.raises(ValueError, match="no way leads"):
        vin.drive(walls, (0.5, 0.5), (3, 3))
    with pytest.raises(ValueError, match="wall"):
        vin.drive(walls, (1.5, 0.5), (3, 3))
    image, state = np.zeros((2, 9, 9, 2)), np.zeros((2, 4))
    state[1, 2] = np.nan
    with pytest.raises(ValueError, match="the state holds NaN"):
        vin.act({"image": image, "state": state})
    with pytest.raises(ValueError, match="need states of shape"):
        vin.act({"image": image, "state": state[:1]})
    with pytest.raises(ValueError, match="takes images"):
        vin.act({"image": image[..., :1], "state": state})
    with pytest.raises(ValueError, match="a dictionary of image and state, received ndarray"):
        vin.act(image)
    assert pnzoo.envs.Navigation2D
