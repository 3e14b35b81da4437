"""A policy against the exact solution."""

import numpy as np
import pytest

from pnzoo import analysis, gridworld

MAPS = gridworld.generate(6, 8, seed=3)
START = gridworld.random_starts(*MAPS, np.random.default_rng(0))


def test_an_optimal_policy_is_optimal_everywhere():
    for walls, goal, start in zip(*MAPS, START, strict=True):
        best = gridworld.optimal_actions(walls, goal).argmax(axis=-1)
        report = analysis.compare_to_optimal(walls, start, goal, best)
        assert (report.optimal_cells == report.reachable_cells).all()
        assert report.optimal_cost == pytest.approx(gridworld.distances(walls, goal)[tuple(start)])
        assert report.eccentricity >= len(report.shortest_path) - 1
        assert tuple(report.shortest_path[-1]) == tuple(goal)


def test_where_no_path_exists():
    walls, start, goal = gridworld.parse("#####\n#S#G#\n#####")
    report = analysis.compare_to_optimal(walls, start, goal, np.zeros(walls.shape, int))
    assert not report.reachable
    assert report.optimal_cost == np.inf
    assert report.eccentricity == 0
    assert not report.reachable_cells.any()
