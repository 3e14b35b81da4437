"""Planning from pictures: the learned cost, exact and iterated plans, learning from shown paths, bad input."""

import re

import keras
import numpy as np
import pytest

import pnzoo
from pnzoo import terrain
from pnzoo.core.model import named_weights
from pnzoo.models import TerrainVIN
from pnzoo.worlds.terrain import draw_scenes, draw_tasks, path_costs


@pytest.fixture(scope="module")
def model():
    """Costs that differ from cell to cell, without training."""
    model = TerrainVIN(filters=(4, 4, 6), k=40)
    rng = np.random.default_rng(0)
    for weight in model.trainable_weights:
        if weight.path.endswith("kernel"):
            weight.assign(rng.normal(scale=0.4, size=weight.shape))
    return model


@pytest.fixture(scope="module")
def picture():
    return terrain.example("moon", seed=3).picture


def test_any_size_and_batches_are_single_pictures(model, picture):
    wide = terrain.example("relief", seed=1, size=(64, 136)).picture
    assert model.cost(wide).shape == (8, 17)
    pair = np.stack([picture, picture[::-1]])
    goals = np.array([[3, 4], [15, 0]])
    policies = model.policy(pair, goals)
    for i in range(2):
        assert (policies[i] != model.policy(pair[i], goals[i])).mean() < 0.02  # ties may fall either way
        np.testing.assert_allclose(model.cost(pair)[i], model.cost(pair[i]), rtol=1e-4)
    assert model.cost(np.zeros((0, 64, 64))).shape == (0, 8, 8)


def test_both_solvers_walk_ways_of_the_same_cost(model, picture):
    cost = model.cost(picture).astype(float)
    start, goal = (0, int(cost[0].argmin())), (15, int(cost[15].argmin()))
    iterated, exact = (model.plan(picture, start, goal, solver=s) for s in ("value_iteration", "dijkstra"))
    assert iterated.reached
    assert exact.reached
    assert iterated.cost == pytest.approx(exact.cost, rel=1e-5)
    assert exact.cost == pytest.approx(path_costs(cost, goal)[start], rel=1e-6)


def test_values_of_the_trace_are_minus_the_exact_costs(model, picture):
    trace = model.trace(picture, (5, 6))
    assert trace.values.shape == (41, 16, 16)
    np.testing.assert_allclose(-trace.values[-1], path_costs(model.cost(picture).astype(float), (5, 6)), rtol=1e-4)
    np.testing.assert_array_equal(trace.reward, -model.cost(picture))
    np.testing.assert_array_equal(trace.policy, model.policy(picture, (5, 6), solver="value_iteration"))


def test_caution_scales_doubt_and_leaves_the_model_as_it_was(model, picture):
    once, thrice = model.cost(picture, caution=1.0) - 1, model.cost(picture, caution=3.0) - 1
    np.testing.assert_allclose(thrice, 3 * once, rtol=1e-4, atol=1e-6)
    bold = model.plan(picture, (0, 0), (15, 15), caution=0.0)
    assert bold.cost == pytest.approx(15 * 2**0.5)
    assert model.logits(picture, (3, 3), caution=2.0).shape == (16, 16, 8)
    assert model.caution == 1.0


def test_k_steps_look_k_moves_ahead():
    model = TerrainVIN(filters=(4, 4, 4), k=3)
    model.get_layer("doubt").kernel.assign(np.zeros((4, 1)))
    picture = terrain.example(seed=0).picture
    plan = model.plan(picture, (0, 0), (12, 12), solver="value_iteration")
    assert not plan.reached
    assert "k = 3 steps look 3 moves ahead" in plan.reason
    assert model.plan(picture, (0, 0), (12, 12)).reached


def test_ground_taken_for_impassable_is_an_answer(picture):
    model = TerrainVIN(filters=(4, 4, 4))
    model.get_layer("doubt").bias.assign([9.0])
    plan = model.plan(picture, (1, 1), (5, 5))
    assert (plan.reached, len(plan.actions)) == (False, 0)
    assert plan.reason.startswith("the start (1, 1) lies on ground that the model takes for impassable")


def test_without_a_wide_view_a_cell_sees_itself_alone():
    model = TerrainVIN(channels=3, filters=(4, 4, 8), wide_view=False)
    pictures = terrain.generate_tiles(1, 6, seed=0).pictures
    changed = pictures.copy()
    changed[0, 16:24, 8:16] = changed[0, 16:24, 8:16][::-1] // 2
    different = model.cost(pictures[0]) != model.cost(changed[0])
    assert different.sum() == 1
    assert different[2, 1]


PATHS = {
    "no path": ([], "path 1 is .row, col. cells in order"),
    "a jump": ([(0, 0), (2, 2)], r"path 1 jumps from \(0, 0\) to \(2, 2\) at step 0"),
    "outside": ([(0, 0), (0, -1)], r"path 1 leaves the grid of 8x8 cells at step 1: \(0, -1\)"),
    "a fork": (np.eye(8, dtype=bool) | np.eye(8, dtype=bool)[::-1], "path 1, a mask, is one line with two ends"),
    "a mask of pixels": (np.zeros((64, 64), bool), r"path 1 is a mask \[8, 8\]"),
    "nonsense": ("north", "path 1 is"),
}


@pytest.mark.parametrize("kind", PATHS)
def test_bad_paths_are_named(kind):
    path, message = PATHS[kind]
    model = TerrainVIN(filters=(4, 4, 4))
    pictures = [terrain.example(seed=i, size=64).picture for i in range(2)]
    with pytest.raises(ValueError, match=message):
        model.fit_paths(pictures, [[(0, 0), (1, 1)], path])


def test_a_mask_and_its_cells_are_the_same_path():
    cells = [(0, 0), (1, 1), (1, 2), (2, 3), (3, 3)]
    mask = np.zeros((5, 5), bool)
    mask[tuple(np.array(cells).T)] = True
    np.testing.assert_array_equal(terrain.as_path(mask, (5, 5)), cells)


@pytest.mark.integration
def test_it_learns_from_shown_paths_and_says_when_they_teach_nothing():
    scenes = draw_scenes("tiles", "train", 48, np.random.default_rng(0), cells=6)
    tasks = draw_tasks(scenes.costs, np.random.default_rng(1))
    paths = []
    for i in range(48):
        exact = terrain.optimal_actions(scenes.costs[i], tasks.goal[i]).argmax(-1)
        path = [tuple(tasks.start[i])]
        while path[-1] != tuple(tasks.goal[i]):
            path.append(tuple(np.add(path[-1], terrain.MOVES[exact[path[-1]]])))
        paths.append(path)
    keras.utils.set_random_seed(0)
    model = TerrainVIN(channels=3, filters=(6, 8, 12), wide_view=False, k=5)
    before = np.corrcoef(model.cost(scenes.pictures).ravel(), scenes.costs.ravel())[0, 1]
    history = model.fit_paths(scenes.pictures, paths, validation_split=0.25, epochs=15, learning_rate=2e-2, verbose=0)
    after = np.corrcoef(model.cost(scenes.pictures).ravel(), scenes.costs.ravel())[0, 1]
    assert min(history.history["val_loss"]) < history.history["val_loss"][0]
    assert after > before + 0.15
    with pytest.warns(UserWarning, match="these paths teach nothing of the ground"):
        model.fit_paths(scenes.pictures[:2], [[(0, 0), (1, 1)]] * 2, epochs=1, verbose=0)


@pytest.mark.slow
@pytest.mark.integration
def test_one_path_moves_the_encoder_and_keeps_its_statistics():
    model = TerrainVIN(filters=(4, 4, 4), k=3)
    before = {name: np.array(weight) for name, weight in named_weights(model).items()}
    path = [(0, 0), (1, 0), (2, 0), (2, 1), (2, 2), (1, 2), (0, 2)]
    model.fit_paths([terrain.example(seed=0, size=64).picture], [path], epochs=1, verbose=0)
    changed = {name for name, weight in named_weights(model).items() if (np.array(weight) != before[name]).any()}
    assert {name for name in before if name.endswith("kernel")} <= changed
    assert not any("moving" in name for name in changed)


BAD = {
    "elevation": (lambda p: p * 900, "pnzoo.terrain.hillshade"),
    "bytes as floats": (lambda p: p * 255, "divide by 255"),
    "NaN": (lambda p: np.where(p == p.max(), np.nan, p), "NaN or infinity in 1 of 4,096"),
    "one colour": (lambda p: np.full_like(p, 0.5), "one colour all over"),
    "a line": (lambda p: p[0], r"got float32 of shape \[64\]"),
    "text": (lambda p: p.astype(str), "a picture is an array"),
    "cut": (lambda p: p[:60], "multiples of 8 pixels; got 60 high: crop it to 56 or pad it to 64"),
    "tiny": (lambda p: p[:5], "got 5 high: pad it to 8"),
}


@pytest.mark.parametrize("kind", BAD)
def test_bad_pictures_say_what_to_do(model, kind):
    change, message = BAD[kind]
    with pytest.raises(ValueError, match=message):
        model.cost(change(terrain.example(seed=0, size=64).picture))


def test_bad_cells_and_options(model, picture):
    with pytest.raises(ValueError, match=re.escape("goal (16, 0) lies outside the grid of 16x16 cells of 8 pixels")):
        model.policy(picture, (16, 0))
    with pytest.raises(ValueError, match=r"start is \(row, col\)"):
        model.plan(picture, (0.5, 1), (3, 3))
    with pytest.raises(ValueError, match="solver is 'auto'"):
        model.policy(picture, (1, 1), solver="a*")
    with pytest.raises(ValueError, match="caution is how much doubt costs"):
        model.cost(picture, caution=-1)
    with pytest.raises(ValueError, match="takes 3 filters"):
        TerrainVIN(filters=(4, 4))


def test_where_all_ground_has_a_price_a_plan_may_start_anywhere():
    """The tiles' water costs much and can be entered; a start on it is a start."""
    tiles = terrain.generate_tiles(1, 16, seed=4)
    water = tuple(np.argwhere(tiles.costs[0] == tiles.costs[0].max())[0])
    goal = tuple(np.argwhere(tiles.costs[0] == tiles.costs[0].min())[-1])
    plan = pnzoo.load("vin_tiles").plan(tiles.pictures[0], water, goal)
    assert plan.reached
    assert terrain.path_cost(plan.path, tiles.costs[0], lengths=False) == pytest.approx(
        terrain.path_costs(tiles.costs[0], goal, lengths=False)[water], rel=1e-5
    )
    refusing = pnzoo.load("vin_tiles", impassable=0.01).plan(tiles.pictures[0], water, goal)
    assert not refusing.reached
    assert "takes for impassable" in refusing.reason


def test_two_views_are_the_mean_of_a_picture_and_its_transpose():
    one, two = (TerrainVIN(filters=(4, 4, 4), k=3, transposed_view=views) for views in (False, True))
    two.set_weights(one.get_weights())
    pictures = np.random.default_rng(0).random((2, 64, 96, 1), "float32")
    seen = lambda view, x: keras.ops.convert_to_numpy(view(x, training=False))  # noqa: E731
    z, turned = seen(one.encoder, pictures), seen(one.encoder, pictures.transpose(0, 2, 1, 3))
    np.testing.assert_allclose(seen(two.encoder, pictures), (z + turned.transpose(0, 2, 1, 3)) / 2, atol=1e-4)
    np.testing.assert_allclose(seen(two.view, pictures), z, atol=1e-5)
    square = pictures[:, :, :64]
    turned = two.cost(square[0, ..., 0].T).T
    np.testing.assert_allclose(two.cost(square[0, ..., 0]), turned, rtol=1e-4)
