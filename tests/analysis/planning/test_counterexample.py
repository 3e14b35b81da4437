"""The search for a map on which one planner fails and another does not, with planners whose faults are known."""

import numpy as np

from pnzoo import analysis, gridworld


class Solver:
    """The exact solution; on some maps, by the number of walls, it stays where it is."""

    moves = 8

    def __init__(self, fails=lambda walls: False):
        self.fails, self.seen = fails, 0

    def policy(self, walls, goal):
        self.seen += len(walls)
        best = gridworld.optimal_actions(walls, goal).argmax(axis=-1)
        # North for ever: a wall is reached.
        return np.where(np.array([self.fails(each) for each in walls])[:, None, None], 0, best)


def odd(walls):
    return walls.sum() % 2 == 1


def test_it_is_found_and_has_a_path():
    model, told = Solver(), []
    found = analysis.find_counterexample(model, Solver(odd), 8, most=60, batch=20, progress=told.append)
    assert odd(found.walls)
    assert np.isfinite(gridworld.distances(found.walls, found.goal)[found.start])
    assert found.tried == told[-1] + 20 if told else found.tried == 20
    assert model.seen < 20  # only maps on which the baseline fails are planned twice


def test_where_both_fail_there_is_none_and_progress_is_told():
    told = []
    both = analysis.find_counterexample(Solver(lambda walls: True), Solver(lambda walls: True), 8, most=50, batch=20,
                                        progress=told.append)
    assert both is None
    assert told == [20, 40, 50]


def test_a_baseline_without_fault_has_none():
    assert analysis.find_counterexample(Solver(), Solver(), 8, most=20) is None
