"""Rollouts kept one by one, and success by bin."""
import itertools

import numpy as np

from pnzoo import analysis, gridworld
from pnzoo.models import VIN

MAPS = gridworld.generate(6, 8, seed=3)
START = gridworld.random_starts(*MAPS, np.random.default_rng(0))


def planner(**settings):
    return VIN(k=6, filters=(8,), **settings)


def test_rollouts_agree_with_single_plans():
    model = planner()
    report = analysis.evaluate_rollouts(model, *MAPS, START)
    for i in range(len(MAPS.walls)):
        plan = model.plan(MAPS.walls[i], START[i], MAPS.goal[i], max_steps=2 * (report.optimal_steps[i] + 1))
        assert plan.reached == report.success[i]
    assert (report.optimal_cost <= report.cost + 1e-9)[report.success].all()
    assert ((report.wall_density >= 0) & (report.wall_density < 1)).all()


def test_bins_cover_all_rollouts_in_order():
    rng = np.random.default_rng(0)
    what, success = rng.integers(0, 30, 500), rng.random(500) < 0.7
    rows = analysis.success_by_bin(what, success)
    assert sum(row["n"] for row in rows) == 500
    assert all(a["high"] < b["low"] for a, b in itertools.pairwise(rows))
    assert all(row["ci95"][0] <= row["rate"] <= row["ci95"][1] for row in rows)
    assert analysis.success_by_bin([], []) == []
    assert len(analysis.success_by_bin([3, 3, 3], [True, False, True])) == 1
