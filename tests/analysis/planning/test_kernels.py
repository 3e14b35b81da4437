"""Kernels: displacement, and the moves that actions stand for."""

import numpy as np
import pytest

from pnzoo import analysis, gridworld
from pnzoo.models import VIN

MAPS = gridworld.generate(6, 8, seed=3)


def planner(**settings):
    return VIN(k=6, filters=(8,), **settings)


def test_displacement_of_pure_moves_are_the_moves():
    kernels = np.zeros((8, 3, 3))
    kernels[np.arange(8), gridworld.MOVES[:, 0] + 1, gridworld.MOVES[:, 1] + 1] = 1
    np.testing.assert_array_equal(analysis.displacement(kernels), gridworld.MOVES)
    np.testing.assert_array_equal(analysis.displacement(-5 * kernels), -gridworld.MOVES)
    assert (analysis.displacement(np.zeros((3, 3))) == 0).all()


def test_action_usage_counts_every_free_cell_once():
    for transition in ("kernel", "per_cell"):
        model = planner(transition=transition)
        report = analysis.action_usage(model.trace(MAPS.walls[1], MAPS.goal[1]), MAPS.walls[1])
        assert report.frequency.sum() == pytest.approx(1)
        assert ((report.move == -1) == (report.frequency == 0)).all()
        assert ((report.agreement >= 0) & (report.agreement <= 1)).all()
