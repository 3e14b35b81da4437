"""Agreement with the truth: perfect models score perfectly, scrambled ones do not."""

import numpy as np
import pytest

from pnzoo import analysis, gridworld
from pnzoo.models import VIN
from pnzoo.models.planning.trace import Trace

MAPS = gridworld.generate(6, 10, seed=5)
MOVES = gridworld.MOVES


def pure():
    kernels = np.zeros((8, 3, 3))
    kernels[np.arange(8), MOVES[:, 0] + 1, MOVES[:, 1] + 1] = 1
    return kernels


def test_the_true_reward_agrees_and_its_opposite_does_not():
    for walls, goal in zip(*MAPS, strict=True):
        true = np.where(walls, -1.0, -0.01)
        true[tuple(goal)] = 1.0
        report = analysis.reward_agreement(3 * true + 7, walls, goal)
        assert report.correlation == pytest.approx(1)
        assert (report.goal_first, report.wall_last) == (1, 1)
        other = analysis.reward_agreement(-true, walls, goal)
        assert other.correlation == pytest.approx(-1)
        assert (other.goal_first, other.wall_last) == (0, 0)


def test_a_reward_that_is_the_same_everywhere_has_no_correlation():
    report = analysis.reward_agreement(np.zeros((10, 10)), MAPS.walls[0], MAPS.goal[0])
    assert np.isnan(report.correlation)
    assert report.wall_last == 0.5


def test_reward_of_another_shape_is_refused():
    with pytest.raises(ValueError, match="one number a cell"):
        analysis.reward_agreement(np.zeros((3, 3)), MAPS.walls[0], MAPS.goal[0])


def test_moves_are_found_in_any_order_and_scale():
    order = np.random.default_rng(0).permutation(8)
    report = analysis.transition_agreement(4 * pure()[order] - 0.5)
    np.testing.assert_array_equal(order[report.action], np.arange(8))
    np.testing.assert_allclose(report.probability_mass, 1)
    np.testing.assert_allclose(report.entropy, 0, atol=1e-9)


def test_uniform_kernels_say_nothing():
    report = analysis.transition_agreement(np.ones((10, 3, 3)))
    np.testing.assert_allclose(report.probability_mass, 1 / 9)
    np.testing.assert_allclose(report.entropy, np.log2(9))
    assert len(set(report.action)) == 8


@pytest.mark.parametrize("shape", [(7, 3, 3), (8, 5, 5), (8, 9)])
def test_kernels_of_another_shape_are_refused(shape):
    with pytest.raises(ValueError, match="kernels are"):
        analysis.transition_agreement(np.zeros(shape))


def trace_of(walls, goal, kernels):
    """A planner that knows everything: P are pure moves, Q is exact."""
    best = gridworld.optimal_actions(walls, goal)
    policy = best.argmax(axis=-1)
    values = np.where(walls, -99.0, -np.minimum(gridworld.distances(walls, goal), 99))[None]
    return Trace(values[0], kernels, values, best.astype(float), policy, policy[None], policy[None])


def test_a_perfect_planner_believes_in_its_own_moves():
    for walls, goal in zip(*MAPS, strict=True):
        labelled = gridworld.optimal_actions(walls, goal).any(axis=-1)
        for kernels in (pure(), np.broadcast_to(pure(), (*walls.shape, 8, 3, 3))):
            trace = trace_of(walls, goal, kernels)
            report = analysis.chosen_moves(trace, walls)
            np.testing.assert_allclose(report.target_weight, 1)
            assert report.wall_weight[labelled[~walls]].max() == 0
            assert analysis.matched_kernels(trace, walls).probability_mass.min() == 1


def test_values_are_ranked_against_the_distance_step_by_step():
    walls, goal = MAPS.walls[0], MAPS.goal[0]
    true = np.where(walls, 0, -np.minimum(gridworld.distances(walls, goal), 99))
    report = analysis.value_agreement(np.stack([np.zeros_like(true), true, -true, true**3]), walls, goal)
    assert np.isnan(report[0])
    np.testing.assert_allclose(report[1:], [1, -1, 1])


def test_agreement_of_real_traces_is_in_range():
    for transition in ("kernel", "softmax_kernel", "per_cell"):
        trace = VIN(k=6, filters=(8,), transition=transition).trace(MAPS.walls[1], MAPS.goal[1])
        matched = analysis.matched_kernels(trace, MAPS.walls[1])
        assert ((matched.probability_mass >= 0) & (matched.probability_mass <= 1)).all()
        assert sorted(set(matched.action)) == sorted(matched.action)
        chosen = analysis.chosen_moves(trace, MAPS.walls[1])
        assert len(chosen.target_weight) == (~MAPS.walls[1]).sum()
        assert ((chosen.target_weight + chosen.wall_weight) <= 2 + 1e-6).all()
        assert analysis.value_agreement(trace.values, MAPS.walls[1], MAPS.goal[1]).shape == (7,)
