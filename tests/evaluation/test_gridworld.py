"""Measuring planners: policies whose metrics can be worked out by hand."""

import numpy as np
import pytest

from pnzoo import gridworld
from pnzoo.evaluation.gridworld import EvaluationSet, evaluate, generated, paper_prediction_loss

N, S, E, W, NE, NW, SE, SW = range(8)
CORRIDOR = np.zeros((1, 1, 4), bool)


class Fixed:
    """A planner that always shows the same arrows: int [H, W] or [B, H, W]."""

    def __init__(self, arrows):
        self.arrows = np.array(arrows)

    def policy(self, walls, goal):
        return np.broadcast_to(self.arrows, walls.shape)


def measure(walls, goal, start, arrows, **options):
    maps = EvaluationSet(np.array(walls), np.array(goal), np.array(start))
    return {metric.name: metric.value for metric in evaluate(Fixed(arrows), maps, **options)}


def test_a_perfect_policy():
    measured = measure(CORRIDOR, [[0, 3]], [[0, 0]], E)
    assert measured == pytest.approx(
        {
            "success_rate": 1,
            "optimal_rate": 1,
            "optimal_action": 1,
            "excess_cost": 0,
            "expected_reward": 1 - 0.03,
            "prediction_loss": 0,
        }
    )


def test_a_policy_that_hits_the_wall_at_once():
    measured = measure(CORRIDOR, [[0, 3]], [[0, 0]], W)
    assert measured == pytest.approx(
        {
            "success_rate": 0,
            "optimal_rate": 0,
            "optimal_action": 0,
            "excess_cost": 0,
            "expected_reward": -1 - 0.01,
            "prediction_loss": 1,
        }
    )


def test_a_policy_that_takes_a_detour():
    """Two straight moves where one diagonal does: it arrives, 2 - sqrt 2 too long."""
    measured = measure(np.zeros((1, 2, 2), bool), [[1, 1]], [[0, 0]], [[E, S], [E, 0]])
    assert measured["success_rate"] == 1
    assert measured["optimal_rate"] == 0
    assert measured["excess_cost"] == pytest.approx(2 - 2**0.5)
    assert measured["expected_reward"] == pytest.approx(1 - 0.02)
    assert measured["optimal_action"] == pytest.approx(2 / 3)  # (0, 0) is wrong, the other two are right
    assert measured["prediction_loss"] == pytest.approx(1 / 3)


def test_a_policy_that_goes_in_circles_is_stopped_at_twice_the_states():
    """The optimal path has 4 states, so 8 moves are allowed."""
    measured = measure(CORRIDOR, [[0, 3]], [[0, 0]], [[E, W, E, E]])
    assert measured["success_rate"] == 0
    assert measured["expected_reward"] == pytest.approx(-0.08)


def test_ties_cost_label_loss_even_where_every_action_is_optimal():
    """From (0, 0) to (1, 2), E then SE and SE then E are equally long; the other four cells have one best move."""
    arrows = [[E, SE, S], [E, E, 0]]
    measured = measure(np.zeros((1, 2, 3), bool), [[1, 2]], [[0, 0]], arrows)
    assert measured["optimal_action"] == 1
    assert measured["prediction_loss"] == pytest.approx(0.5 / 5)


def test_some_cells_of_each_map():
    walls, goal = gridworld.generate(40, 8, seed=4)
    start = gridworld.random_starts(walls, goal, np.random.default_rng(0))
    arrows = np.random.default_rng(1).integers(0, 8, walls.shape)
    whole = measure(walls, goal, start, arrows)
    most = measure(walls, goal, start, arrows, cells_per_map=64)
    few = measure(walls, goal, start, arrows, cells_per_map=5)
    assert most == pytest.approx(whole)
    assert few["optimal_action"] != whole["optimal_action"]
    assert abs(few["optimal_action"] - whole["optimal_action"]) < 0.1


def test_models_that_score_single_cells_are_asked_for_those():
    class OneByOne(Fixed):
        dense_prediction = False

        def logits_at(self, walls, goal, positions):
            rows = np.arange(len(walls))[:, None]
            arrows = np.broadcast_to(self.arrows, walls.shape)[rows, *np.moveaxis(positions, -1, 0)]
            return np.eye(8)[arrows]

    walls, goal, start = np.zeros((3, 2, 3), bool), np.array([[1, 2]] * 3), np.zeros((3, 2), int)
    arrows = [[E, SE, S], [E, E, 0]]
    metrics = evaluate(OneByOne(arrows), EvaluationSet(walls, goal, start))
    assert {m.name: m.value for m in metrics} == pytest.approx(measure(walls, goal, start, arrows))


def test_intervals_hold_their_values():
    walls, goal = gridworld.generate(30, 8, seed=4)
    start = gridworld.random_starts(walls, goal, np.random.default_rng(0))
    arrows = gridworld.optimal_actions(walls, goal).argmax(axis=-1)
    for metric in evaluate(Fixed(arrows), EvaluationSet(walls, goal, start)):
        low, high = metric.ci95
        assert low <= metric.value <= high
        assert metric.n == 30


def test_a_start_without_a_way_is_named():
    walls = np.array([[[0, 0, 0]], [[0, 1, 0]]], bool)
    with pytest.raises(ValueError, match="map 1: no path leads"):
        evaluate(Fixed(E), EvaluationSet(walls, np.array([[0, 2]] * 2), np.array([[0, 0]] * 2)))


def test_the_authors_loss_is_the_error_on_their_labels():
    walls, goal = np.zeros((2, 1, 4), bool), np.array([[0, 3]] * 2)
    which, states = np.array([0, 0, 1, 1]), np.array([[0, 0], [0, 1], [0, 0], [0, 2]])
    metric = paper_prediction_loss(Fixed(E), walls, goal, which, states, np.array([E, E, W, E]))
    assert metric.value == 0.25
    assert metric.n == 4




# -- maps to measure on -------------------------------------------------------------------------


def test_generated_maps_are_the_same_every_time_and_every_start_reaches_its_goal():
    one, two = generated(8, n=50), generated(8, n=50)
    np.testing.assert_array_equal(one.walls, two.walls)
    np.testing.assert_array_equal(one.start, two.start)
    length = gridworld.distances(one.walls, one.goal)[np.arange(50), one.start[:, 0], one.start[:, 1]]
    assert np.isfinite(length).all()
    assert (length > 0).all()


def test_no_maps_are_no_measurement():
    with pytest.raises(ValueError, match="no maps to evaluate on"):
        evaluate(Fixed(E), generated(8, n=0))


class Exact:
    """A planner that asks the solver, with its own moves."""

    def __init__(self, moves):
        self.moves = moves

    def policy(self, walls, goal):
        return gridworld.optimal_actions(walls, goal, moves=self.moves).argmax(axis=-1)


@pytest.mark.parametrize("moves", [4, 8])
def test_an_exact_planner_is_perfect_in_its_own_moves(moves):
    maps = generated(12, n=200, seed=7, moves=moves)
    measured = {metric.name: metric.value for metric in evaluate(Exact(moves), maps)}
    assert measured["success_rate"] == measured["optimal_rate"] == measured["optimal_action"] == 1
    assert measured["excess_cost"] == 0


def test_a_planner_with_four_moves_is_judged_by_eight_only_when_asked():
    maps = generated(12, n=200, seed=7, moves=4)
    measured = {metric.name: metric.value for metric in evaluate(Exact(4), maps, moves=8)}
    assert measured["optimal_rate"] < 0.5
