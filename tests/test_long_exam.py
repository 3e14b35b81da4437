"""Measuring from every start and from the farthest one."""

import numpy as np
import pytest

from pnzoo import gridworld
from pnzoo.cli import main
from pnzoo.evaluation import long_horizon as long_exam
from pnzoo.worlds.gridworld import rollout as planning


class Solver:
    """A planner that asks the solver, except on some maps, where it walks north."""

    def __init__(self, lost=(), moves=8):
        self.lost, self.settings = list(lost), {"moves": moves}

    def policy(self, walls, goal):
        best = gridworld.optimal_moves(walls, goal, moves=self.settings["moves"]).argmax(axis=-1)
        best[self.lost] = 0
        return best


@pytest.mark.parametrize("moves", [4, 8])
def test_every_walk_agrees_with_following_it(moves):
    walls, goal = gridworld.generate_family("caves", 4, 12, seed=0)
    policy = np.random.default_rng(0).integers(0, 8, walls.shape)
    best = gridworld.optimal_moves(walls, goal, moves=moves).argmax(axis=-1)
    policy = np.where(np.random.default_rng(1).random(walls.shape) < 0.8, best, policy)
    reached, cost = planning.from_everywhere(walls, goal, policy)
    assert 0.02 < reached.mean() < 0.98
    for i, row, column in np.argwhere(~walls):
        plan = planning.follow(walls[i], (row, column), goal[i], lambda i=i: policy[i])
        assert reached[i, row, column] == plan.reached
        if plan.reached:
            assert cost[i, row, column] == pytest.approx(plan.cost)


@pytest.mark.parametrize("start", ["every", "farthest"])
@pytest.mark.parametrize("moves", [4, 8])
def test_a_perfect_planner_is_perfect_and_a_lost_map_shows(start, moves):
    world = long_exam.World("maze", 11, 15, 10, start)
    assert [metric["value"] for metric in long_exam.measure(Solver(moves=moves), world)] == [1.0, 1.0]
    success, optimal = long_exam.measure(Solver(lost=[3], moves=moves), world)
    assert optimal["value"] <= success["value"] < 1
    if start == "farthest":
        assert success["value"] in (0.9, 1.0)
    assert success["n"] == 10
    assert success["interval"][0] < success["value"] <= success["interval"][1]


def test_with_four_moves_a_planner_misses_short_cuts_and_cells_that_only_diagonals_reach():
    world = long_exam.World("open", 12, 12, 20)
    success, optimal = long_exam.measure(Solver(moves=4), world, moves=8)
    assert 0.8 < success["value"] < 1
    assert optimal["value"] < 0.8


def test_the_world_is_named_and_the_command_measures_it(guide, toy_zoo, capsys):
    world = long_exam.World("maze", 9, 11, 5, "farthest", 7)
    assert world.on == "5 maze maps 9x11, the farthest start, data seed 7"
    assert main(world.command("guide8").split()[1:]) == 0
    said = capsys.readouterr().out
    assert world.on in said
    assert "optimal length" in said
    with pytest.raises(ValueError, match="every or farthest"):
        long_exam.measure(Solver(), world._replace(start="nearest"))


def test_by_the_length_of_the_way(guide, toy_zoo, capsys):
    world = long_exam.World("maze", 21, 21, 6)
    found = long_exam.measure_by_length(Solver(lost=[2]), world)
    assert [metric["on"].split(" on ")[0] for metric in found] == [
        "ways of 0 to 10", "ways of 10 to 30", "ways of 30 to 100", "ways of 100 to 300",
    ]  # fmt: skip
    assert all(0.6 < metric["value"] < 1 for metric in found[:3])
    every = long_exam.measure(Solver(lost=[2]), world)[1]["value"]
    assert min(m["value"] for m in found) <= every <= max(m["value"] for m in found)
    assert main([*world.command("guide8").split()[1:], "--by-length"]) == 0
    assert "ways of 10 to 30" in capsys.readouterr().out


@pytest.mark.parametrize("words", [["--start", "every"], ["--family", "hedge"], ["--family", "maze", "--maps", "a"]])
def test_what_does_not_fit_together_is_refused(guide, toy_zoo, capsys, words):
    assert main(["evaluate", "guide8", *words]) == 2
    assert capsys.readouterr().err
