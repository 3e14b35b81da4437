"""A point mass against its closed form, walls that stop it, and the expert that drives it."""

import numpy as np
import pytest

from pnzoo.gridworld import distances
from pnzoo.worlds import navigation
from pnzoo.worlds.navigation import Dynamics, Expert, at_rest, draw_starts, generate_tasks, is_wall, rollouts, step

OPEN = np.zeros((1, 40, 40), bool)


def drive(walls, state, force, steps, dynamics=navigation.DYNAMICS):
    """Positions and velocities [steps + 1, 4] of one body under a constant force."""
    seen = [np.asarray(state, float)]
    for _ in range(steps):
        seen.append(step(walls, seen[-1][None, None], np.asarray(force)[None, None], dynamics)[0][0, 0])
    return np.array(seen)


def test_free_motion_is_the_geometric_series():
    """v_t = v_inf (1 - q^t) with q = 1 - dt friction, and p_t the sum of dt v."""
    seen, t = drive(OPEN, [20, 20, 0, 0], [1.0, -0.5], 10), np.arange(11)
    q, full = 1 - 0.2 * 1.0, navigation.DYNAMICS.max_speed
    for axis, force in enumerate((1.0, -0.5)):
        v = force * full * (1 - q**t)
        np.testing.assert_allclose(seen[:, 2 + axis], v, atol=1e-12)
        np.testing.assert_allclose(seen[:, axis] - 20, 0.2 * np.cumsum(v), atol=1e-12)
    assert np.abs(drive(OPEN, [20, 20, 0, 0], [0.9, 0.9], 15)[:, 2:]).max() < full


def test_the_matrices_say_the_same():
    a, b = navigation.DYNAMICS.matrices()
    state = np.array([3.0, -1.0])
    moved = step(OPEN, np.array([[[3.0, 9.0, -1.0, 0.0]]]), np.array([[[0.25, 0.0]]]))[0][0, 0]
    np.testing.assert_allclose(moved[[0, 2]], a @ state + b[:, 0] * 0.25, atol=1e-12)


def test_forces_beyond_the_box_are_clipped():
    a, b = (drive(OPEN, [20, 20, 0, 0], force, 3) for force in ([1.0, -1.0], [7.0, -1e9]))
    np.testing.assert_array_equal(a, b)


def test_walls_stop_the_body_in_their_direction_only():
    walls = OPEN.copy()
    walls[0, 22] = True
    seen = drive(walls, [20.5, 5.5, 0, 0], [1.0, 0.4], 12)
    assert not is_wall(walls, seen[None, :, :2]).any()
    np.testing.assert_allclose(seen[-1, 0], 22, atol=2e-3)
    assert seen[-1, 2] == 0
    np.testing.assert_array_equal(seen[:, [1, 3]], drive(OPEN, [20.5, 5.5, 0, 0], [1.0, 0.4], 12)[:, [1, 3]])


def test_nobody_ever_gets_into_a_wall_or_off_the_map():
    rng = np.random.default_rng(0)
    walls = rng.random((20, 9, 11)) < 0.3
    walls[:, 4, 4] = False
    state = np.broadcast_to(at_rest([4, 4]), (20, 6, 4))
    for _ in range(60):
        state, _ = step(walls, state, rng.normal(scale=2.0, size=(20, 6, 2)))
        assert not is_wall(walls, state[..., :2]).any()
        assert not is_wall(walls, state[..., :2].astype("float32")).any()  # as observations hold it


def test_the_expert_is_always_there_and_nearly_as_short_as_the_exact_path():
    tasks = generate_tasks(60, 20, seed=3)
    starts = draw_starts(tasks, 2, seed=4)
    found = rollouts(tasks, starts, Expert(tasks), keep_states=True)
    assert found.success.all()
    assert (found.distance <= 0.5).all()
    cells, each = np.floor(starts[..., :2]).astype(int), np.arange(60)[:, None]
    exact = distances(tasks.walls, tasks.goal, corner_cutting=False)[each, cells[..., 0], cells[..., 1]]
    went = np.linalg.norm(np.diff(found.states[..., :2], axis=2), axis=-1).sum(axis=-1)
    assert (went < 1.25 * exact + 2).all()


def test_the_regulator_is_stable_and_optimal():
    """K of the Riccati equation costs less than any K nearby, from any state."""
    a, b = navigation.DYNAMICS.matrices()
    gain = navigation.lqr_gain()
    assert np.abs(np.linalg.eigvals(a - b @ gain[None])).max() < 1

    def cost(k, state):
        total = 0.0
        for _ in range(200):
            u = -k @ state
            total += state[0] ** 2 + 0.1 * state[1] ** 2 + 0.1 * u**2
            state = a @ state + b[:, 0] * u
        return total

    for state in np.eye(2):
        for change in np.vstack([np.eye(2), -np.eye(2)]) * 0.05:
            assert cost(gain, state) < cost(gain + change, state)


def test_a_slow_body_needs_more_steps():
    tasks = generate_tasks(5, 12, seed=0)
    starts = draw_starts(tasks, 1, seed=0)
    fast, slow = (rollouts(tasks, starts, Expert(tasks, d), 400, d) for d in (Dynamics(), Dynamics(max_force=2.0)))
    assert fast.success.all() and slow.success.all()  # noqa: PT018
    assert slow.steps.sum() > fast.steps.sum()


# -- tasks -----------------------------------------------------------------------------------------


def test_starts_reach_their_goals():
    tasks = generate_tasks(20, 14, seed=1)
    starts = draw_starts(tasks, 4, seed=2)
    length = distances(tasks.walls, tasks.goal, corner_cutting=False)
    cells, each = np.floor(starts[..., :2]).astype(int), np.arange(20)[:, None]
    at = length[each, cells[..., 0], cells[..., 1]]
    assert (np.isfinite(at) & (at > 0)).all()
    np.testing.assert_array_equal(tasks.starts, np.isfinite(length) & (length > 0))


@pytest.mark.parametrize(
    "goal,start,message",
    [
        ((0, 1), None, "wall"),
        ((5, 0), None, "outside"),
        ((2, 2), None, "walls are all around it"),
        ((0, 0), (0.5, 1.5), "lies in the wall"),
        ((0, 0), (2.5, 2.5), "no way leads"),
        ((0, 0), (9.0, 0.0), "outside of the map"),
        ((0, 0), (np.nan, 0.0), "two finite numbers"),
        ((0, 0), (1, 2, 3), "two finite numbers"),
    ],
)
def test_what_can_not_be_driven_is_refused(goal, start, message):
    walls = [[0, 1, 0], [0, 0, 1], [0, 1, 0]]
    with pytest.raises(ValueError, match=message):
        navigation.as_task(walls, goal, start)
