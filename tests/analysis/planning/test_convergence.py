"""Convergence of value iteration, iteration by iteration."""

import numpy as np

from pnzoo import analysis, gridworld
from pnzoo.models import VIN

MAPS = gridworld.generate(6, 8, seed=3)


def planner(**settings):
    return VIN(k=6, filters=(8,), **settings)


def test_value_gap_and_change_do_not_see_a_constant_added_at_every_step():
    trace = planner().trace(MAPS.walls[0], MAPS.goal[0])
    drift = np.arange(len(trace.values), dtype="float32")[:, None, None] * 7
    drifted = trace._replace(values=trace.values + drift)
    cells = ~MAPS.walls[0]
    np.testing.assert_allclose(analysis.value_gap(drifted, cells), analysis.value_gap(trace, cells), atol=1e-4)
    for one, other in zip(analysis.value_change(drifted, cells), analysis.value_change(trace, cells), strict=True):
        np.testing.assert_allclose(one, other, atol=1e-4)
    assert (analysis.value_gap(trace, cells)[:, cells].max(axis=1) == 0).all()
    assert np.isfinite(analysis.value_gap(trace, np.zeros_like(cells))).all()


def test_convergence_step_is_the_first_after_the_last_change():
    trace = planner().trace(MAPS.walls[0], MAPS.goal[0])
    when = analysis.convergence_step(trace)
    for row, col in np.argwhere(~MAPS.walls[0])[:20]:
        arrows = trace.policies[:, row, col]
        assert (arrows[when[row, col] :] == arrows[-1]).all()
        assert when[row, col] == 0 or arrows[when[row, col] - 1] != arrows[-1]
