"""Measuring from every start and from the farthest one."""

import numpy as np
import pytest

from pnzoo import gridworld
from pnzoo.cli import main
from pnzoo.core.dataset import describe
from pnzoo.evaluation.long_horizon import Benchmark, evaluate, evaluate_by_distance
from pnzoo.worlds.gridworld.rollout import rollout, rollout_all_starts


class Solver:
    """A planner that asks the solver, except on some maps, where it walks north."""

    def __init__(self, lost=(), moves=8):
        self.lost, self.moves = list(lost), moves

    def policy(self, walls, goal):
        best = gridworld.optimal_actions(walls, goal, moves=self.moves).argmax(axis=-1)
        best[self.lost] = 0
        return best


@pytest.mark.parametrize("moves", [4, 8])
def test_every_walk_agrees_with_following_it(moves):
    walls, goal = gridworld.generate_family("caves", 4, 12, seed=0)
    policy = np.random.default_rng(0).integers(0, 8, walls.shape)
    best = gridworld.optimal_actions(walls, goal, moves=moves).argmax(axis=-1)
    policy = np.where(np.random.default_rng(1).random(walls.shape) < 0.8, best, policy)
    reached, cost = rollout_all_starts(walls, goal, policy)
    assert 0.02 < reached.mean() < 0.98
    for i, row, column in np.argwhere(~walls):
        plan = rollout(walls[i], (row, column), goal[i], policy[i])
        assert reached[i, row, column] == plan.reached
        if plan.reached:
            assert cost[i, row, column] == pytest.approx(plan.cost)


@pytest.mark.parametrize("start", ["every", "farthest"])
@pytest.mark.parametrize("moves", [4, 8])
def test_a_perfect_planner_is_perfect_and_a_lost_map_shows(start, moves):
    benchmark = Benchmark("maze", 11, 15, 10, start)
    assert [metric["value"] for metric in evaluate(Solver(moves=moves), benchmark)] == [1.0, 1.0]
    success, optimal = evaluate(Solver(lost=[3], moves=moves), benchmark)
    assert optimal["value"] <= success["value"] < 1
    if start == "farthest":
        assert success["value"] in (0.9, 1.0)
    assert success["n"] == 10
    assert success["ci95"][0] < success["value"] <= success["ci95"][1]


def test_with_four_moves_a_planner_misses_short_cuts_and_cells_that_only_diagonals_reach():
    benchmark = Benchmark("open", 12, 12, 20)
    success, optimal = evaluate(Solver(moves=4), benchmark, moves=8)
    assert 0.8 < success["value"] < 1
    assert optimal["value"] < 0.8


def test_the_world_is_named_and_the_command_measures_it(guide, toy_zoo, capsys):
    benchmark = Benchmark("maze", 9, 11, 5, "farthest", 7)
    assert describe(benchmark.dataset) == "5 maze maps 9x11, the farthest start, seed 7"
    assert main(benchmark.command("guide8").split()[1:]) == 0
    said = capsys.readouterr().out
    assert describe(benchmark.dataset) in said
    assert "optimal rate" in said
    with pytest.raises(ValueError, match="every or farthest"):
        evaluate(Solver(), benchmark._replace(start="nearest"))


def test_by_the_length_of_the_way(guide, toy_zoo, capsys):
    benchmark = Benchmark("maze", 21, 21, 6)
    metrics = evaluate_by_distance(Solver(lost=[2]), benchmark)
    assert [metric.dataset["distance"] for metric in metrics] == [[0, 10], [10, 30], [30, 100], [100, 300]]
    assert all(0.6 < metric["value"] < 1 for metric in metrics[:3])
    every = evaluate(Solver(lost=[2]), benchmark)[1]["value"]
    assert min(m["value"] for m in metrics) <= every <= max(m["value"] for m in metrics)
    assert main([*benchmark.command("guide8").split()[1:], "--by-distance"]) == 0
    assert "10 to 30" in capsys.readouterr().out


@pytest.mark.parametrize("words", [
    ["--start", "every"], ["--family", "hedge"], ["--family", "maze", "--mat-file", "a"],
])  # fmt: skip
def test_what_does_not_fit_together_is_refused(guide, toy_zoo, capsys, words):
    assert main(["evaluate", "guide8", *words]) == 2
    assert capsys.readouterr().err
