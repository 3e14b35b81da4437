"""The planners that are shipped, on maps that no card names, at sizes and k that they were not trained with."""

import numpy as np
import pytest

import pnzoo
from pnzoo import gridworld
from pnzoo.evaluation import gridworld as exam

BEST = [name for name in ("vin8", "vin16", "vin28") if name in pnzoo.list_models()]


@pytest.fixture(scope="module", params=BEST)
def name(request):
    return request.param


def success(model, maps):
    return next(metric["value"] for metric in exam.measure(model, maps) if metric["name"] == "success")


def test_it_solves_fresh_maps_of_its_size(name):
    size = int(name.removeprefix("vin"))
    assert success(pnzoo.load(name), exam.fresh(size, n=200, seed=77_000 + size)) >= 0.99


@pytest.mark.parametrize("height,width,k", [(8, 8, 12), (11, 19, 40), (24, 24, 60)])
def test_it_solves_maps_of_other_sizes_with_another_k(name, height, width, k):
    maps = exam.fresh(height, width, n=100, seed=78_000)
    assert success(pnzoo.load(name, k=k), maps) >= 0.97


def test_it_plans_where_no_border_is_drawn(name):
    walls, goal = gridworld.generate(50, 12, seed=79_000, border=False)
    start = gridworld.random_starts(walls, goal, np.random.default_rng(0))
    model = pnzoo.load(name, k=40)
    reached = [model.plan(*each).reached for each in zip(walls, start, goal, strict=True)]
    assert np.mean(reached) >= 0.98


def test_too_few_steps_leave_far_cells_unplanned(name):
    """Information travels one cell a step: with k = 2 the goal is unknown ten cells away."""
    walls = np.zeros((5, 16), bool)
    near, far = pnzoo.load(name, k=2), pnzoo.load(name, k=30)
    assert far.plan(walls, (2, 0), (2, 15)).reached
    values = near.trace(walls, (2, 15)).values[-1]
    assert np.ptp(values[2, 4:10]) < 0.05 * np.ptp(values[2])


def test_values_are_minus_the_way_to_the_goal(name):
    """Farther cells have lower values: rank correlation with the true distances."""
    maps = exam.fresh(12, n=20, seed=80_000)
    model, ranks = pnzoo.load(name, k=40), []
    for walls, goal in zip(maps.walls, maps.goal, strict=True):
        dist = gridworld.distances(walls, goal)
        there = np.isfinite(dist) & (dist > 0)
        values = model.trace(walls, goal).values[-1]
        ranks.append(np.corrcoef(_rank(values[there]), _rank(-dist[there]))[0, 1])
    assert np.mean(ranks) > 0.9


def _rank(values):
    return np.argsort(np.argsort(values))


def test_it_goes_where_a_reward_of_ones_own_says(name):
    """Replanning with the reward that it learned for another goal leads to that goal."""
    maps = exam.fresh(10, n=30, seed=81_000)
    model, arrived = pnzoo.load(name, k=30), []
    for walls, goal, other in zip(maps.walls, maps.goal, maps.start, strict=True):
        policy = model.replan(walls, goal, model.trace(walls, other).reward).policy
        best = gridworld.optimal_moves(walls, other)
        cells = best.any(axis=-1)
        arrived.append(np.take_along_axis(best, policy[..., None], axis=-1)[cells].mean())
    assert np.mean(arrived) > 0.85
