"""What the experiments over terrain measure with: aspect and light, shown paths, curves over caution."""

import numpy as np
import pytest

from pnzoo import terrain
from train.experiments import figures, metrics
from train.experiments.terrain import common, path_count, sunlight, ways


def test_ground_is_that_of_the_rule():
    ground = common.ground("relief", True, 5, seed=3)
    steep = common.steepness(ground, 4)
    costs = [terrain.cell_cost(z, m, 4) for z, m in zip(ground.z, ground.metres, strict=True)]
    assert ((steep > terrain.SLOPE_LIMIT) == np.isinf(costs)).all()
    assert common.lit(ground).shape == (5, 32, 32)
    assert (common.lit(ground) != common.lit(ground, 135)).any()
    assert (common.ground("relief", True, 1, 3, "train").z[0] != ground.z[0]).any()


def plane(looks, degrees=6.0, size=32):
    """Ground that falls towards an azimuth."""
    south, east = np.mgrid[:size, :size] * 10.0
    towards = east * np.sin(np.radians(looks)) - south * np.cos(np.radians(looks))
    return (-towards * np.tan(np.radians(degrees))).astype(np.float32)


def test_errors_are_found_at_the_angle_to_the_sun():
    """Two pieces of ground look at the sun in the north-west, two across its light, two away; the second two fail."""
    azimuths = [315, 315, 50, 50, 135, 135]
    ground = common.Ground([plane(azimuth) for azimuth in azimuths], [(10.0, 10.0)] * 6)
    steep = common.steepness(ground, 4)
    wrong = np.zeros(steep.shape, bool)
    wrong[2:4] = True
    rows = {row["angle"]: row["value"] for row in sunlight.by_aspect(ground, steep, wrong, (315, 45))}
    assert rows == {15.0: 0.0, 97.5: 1.0, 165.0: 0.0}


def test_shown_paths_are_cheapest_paths_of_the_training_part():
    pictures, paths, goals, moves = path_count.shown("relief", 6, 0, True)
    assert (len(pictures), len(paths), goals.shape, moves.shape) == (6, 6, (6, 1, 2), (6, 1, 4, 4, 8))
    for i, path in enumerate(paths):
        assert moves[i].sum() == len(path) - 1
        assert tuple(goals[i, 0]) == tuple(path[-1])
        assert terrain.as_path(path, (4, 4)).shape == path.shape
    again = path_count.shown("relief", 6, 0, True)[1]
    assert all((a == b).all() for a, b in zip(again, paths, strict=True))


def test_a_drawn_path_costs_no_more_than_the_cheapest():
    rng = np.random.default_rng(0)
    cost = rng.uniform(1, 5, (6, 7))
    value = terrain.path_costs(cost, (5, 6))
    path = path_count.a_path(cost, (0, 1), (5, 6), rng)
    lengths = np.where((np.diff(path, axis=0) != 0).all(axis=1), 2**0.5, 1.0)
    assert (cost[tuple(path[1:].T)] * lengths).sum() == pytest.approx(value[0, 1])


def test_a_curve_s_points_are_chosen_placed_and_joined_by_caution():
    rows = [metrics.exact(name, value, "%", caution=caution, way="a") for caution, success, optimal in
            ((1.0, 0.6, 0.5), (2.0, 0.8, 0.7), (5.0, 0.9, 0.4)) for name, value in
            (("success_rate", success), ("optimal_rate", optimal))]
    assert common.best_caution(rows) == 2.0
    placed = common.with_optimal(rows, ("way", "caution"))
    figure = {"kind": "lines", "x": "optimal", "order": "caution", "by": ["way"], "where": {"name": "success_rate"}}
    (line,) = figures.series(figure, placed)["series"]
    assert line["at"] == [50.0, 70.0, 40.0]
    assert line["value"] == [0.6, 0.8, 0.9]


def test_plans_on_the_true_cost_are_perfect_and_blind_ones_are_not():
    measured = common.terrain.terrain_set("relief", n=30, cells=8)
    true = np.where(np.isinf(measured.scenes.costs), 1e3, 1.0)[measured.tasks.scene]
    success, optimal, _ = common.judged(true, measured, caution=1.0)
    assert (success["value"], optimal["value"], success["caution"]) == (1.0, 1.0, 1.0)
    assert common.judged(np.ones_like(true), measured)[0]["value"] < 0.95


def test_walls_are_told_apart_by_their_doubt():
    walls = np.array([[[True, False], [False, False]], [[True, True], [True, True]]])
    areas = ways.told_apart(np.array([[[0.5, 0.1], [0.9, 0.5]]] * 2), walls)
    assert areas == [pytest.approx(0.5)]  # one free cell is doubted less, one more, one as much
    assert ways.told_apart(np.where(walls, 1.0, 0.0), walls) == [1.0]
