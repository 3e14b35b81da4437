"""Imitation of shortest paths: labels, batches, a tiny recipe from end to end, a run that is killed."""

import dataclasses
import json
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

import pnzoo
from pnzoo import gridworld, hub
from pnzoo.evaluation import gridworld as exam
from pnzoo.models import VIN
from tests.test_zoo import FULL_CARD
from train.planning import imitation
from train.planning.recipes import RECIPES, Recipe, Stage
from train.shared import run_folder as run

ROOT = Path(__file__).parent.parent.parent
TINY = Recipe(
    summary="a test",
    config={"k": 6, "channels": 8, "features": [16], "sharpness": 4.0},
    stages=(Stage(size=6, maps=96, epochs=2, k=4), Stage(size=8, maps=96, epochs=3, rate_from=5e-3)),
    batch_size=16,
    compile=False,
    limits=("It is a test.",),
)


@pytest.fixture(autouse=True)
def few_maps(monkeypatch):
    monkeypatch.setattr(imitation, "VALIDATION_MAPS", 32)


# -- the paper's labels -------------------------------------------------------------------------


@pytest.mark.parametrize("paths", [1, 7])
def test_path_labels_lie_on_shortest_paths(paths):
    walls, goal = gridworld.generate(40, 12, seed=0)
    labels, weight = imitation.path_labels(walls, goal, paths, seed=3)
    best = gridworld.optimal_moves(walls, goal)
    on = weight > 0
    assert set(np.unique(weight)) == {0.0, 1.0}
    np.testing.assert_array_equal(labels.sum(axis=-1), weight)  # one label a state, none elsewhere
    assert best[on][labels[on] > 0].all()
    ends = np.zeros_like(on)
    for each, cells in enumerate(on):
        at = np.argwhere(cells)
        after = at + gridworld.MOVES[labels[each][cells].argmax(axis=-1)]
        is_goal = (after == goal[each]).all(axis=1)
        assert on[each][after[~is_goal, 0], after[~is_goal, 1]].all()  # the way from a labelled state is labelled
        assert is_goal.any()
        arrived = np.zeros_like(cells)
        arrived[after[:, 0], after[:, 1]] = True
        ends[each] = cells & ~arrived
    assert (ends.sum(axis=(1, 2)) <= paths).all()  # states that no other leads to are where paths start


def test_path_labels_are_those_of_the_seed():
    maps = gridworld.generate(5, 10, seed=0)
    one, again, other = (imitation.path_labels(*maps, 3, seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one[0], again[0])
    assert (one[1] != other[1]).any()


# -- batches ------------------------------------------------------------------------------------


def batches(maps=10, batch_size=4, cells=0, seed=0, shuffle=True):
    walls, goal = gridworld.generate(maps, 8, seed=5)
    images, (targets, weights) = gridworld.encode(walls, goal), gridworld.targets(walls, goal)
    return imitation.Batches(images, targets, weights, batch_size, cells, seed, shuffle)


def test_a_batch_is_the_mean_over_labelled_cells():
    """Keras divides the weighted sum by the number of cells, so weights must sum up to that number."""
    for images, targets, weights in (batches()[i] for i in range(3)):
        assert images.shape == (4, 8, 8, 2)
        assert targets.shape == (4, 8, 8, 8)
        assert weights.sum() == pytest.approx(weights.size, rel=1e-5)
        labelled = targets.sum(axis=-1) > 0
        np.testing.assert_array_equal(weights > 0, labelled)
        assert np.ptp(weights[labelled]) < 1e-5


def test_every_map_comes_once_an_epoch_and_the_last_batch_is_full():
    data = batches()
    assert len(data) == 3
    seen = np.concatenate([data[i][0] for i in range(3)])
    assert len(seen) == 12
    np.testing.assert_array_equal(np.unique(seen[:10], axis=0), np.unique(data.images, axis=0))


def test_an_epoch_shuffles_and_a_seed_repeats():
    one, again, fixed = batches(), batches(), batches(shuffle=False)
    np.testing.assert_array_equal(one[0][0], again[0][0])
    before = one.order.copy()
    one.on_epoch_begin()
    assert (one.order != before).any()
    fixed.on_epoch_begin()
    np.testing.assert_array_equal(fixed.order, np.arange(10))


def test_some_cells_of_each_map():
    data = batches(cells=6)
    (images, positions), targets, weights = data[0]
    assert positions.shape == (4, 6, 2)
    assert positions.dtype == np.int32
    assert (weights == 1).all()
    for image, cells, target in zip(images, positions, targets, strict=True):
        which = next(i for i, known in enumerate(data.images) if (known == image).all())
        np.testing.assert_array_equal(target, data.targets[which][cells[:, 0], cells[:, 1]])
        assert len(np.unique(cells, axis=0)) == 6
    assert (data[0][0][1] != positions).any()  # drawn anew


def test_more_cells_than_labels_weigh_nothing():
    _, targets, weights = batches(cells=64)[0]
    assert set(np.unique(weights)) == {0.0, 1.0}
    np.testing.assert_array_equal(weights > 0, targets.sum(axis=-1) > 0)


# -- recipes ------------------------------------------------------------------------------------


def test_training_never_draws_from_seeds_of_validation_or_exams():
    """Seeds of the maps: ten times the run's seed plus the stage, for a hundred runs; then validation, then exams."""
    sizes = {stage.size for recipe in RECIPES.values() for stage in recipe.stages}
    stages = max(len(recipe.stages) for recipe in RECIPES.values())
    training = {10 * seed + stage for seed in range(100) for stage in range(stages)}
    validation = {imitation.VALIDATION_SEED + size for size in sizes}
    exams = {int(exam.fresh(size, n=1).on.rsplit(" ", 1)[1]) for size in sizes}
    assert max(training) < min(validation)
    assert max(validation) < min(exams)


def test_every_recipe_builds_its_model_and_survives_json():
    for name, recipe in RECIPES.items():
        model = imitation.build(recipe)
        assert model.count_params() > 1000, name
        again = Recipe(**json.loads(json.dumps(dataclasses.asdict(recipe))))
        assert [Stage(**stage) for stage in again.stages] == list(recipe.stages)


def test_a_recipe_is_a_command_line(tmp_path, monkeypatch):
    seen = {}
    monkeypatch.setattr(imitation, "train", lambda recipe, folder, command, fresh: seen.update(locals()))
    plain = ["--seed", "3", "--batch-size", "8", "--clip", "0.5", "--compile", "false"]
    in_json = ["--config", '{"k": 9}', "--stages", '[{"size": 8, "maps": 10, "epochs": 1}]']
    imitation.main(["vin16", "--run", str(tmp_path), *plain, *in_json])
    stages = [{"size": 8, "maps": 10, "epochs": 1}]
    changed = {"seed": 3, "batch_size": 8, "clip": 0.5, "compile": False, "config": {"k": 9}, "stages": stages}
    assert seen["recipe"] == dataclasses.replace(RECIPES["vin16"], **changed)
    assert seen["command"].startswith("python -m train.planning.imitation vin16 --run")


def test_a_folder_holds_one_recipe(tmp_path):
    run.open_folder(tmp_path / "run", TINY)
    run.open_folder(tmp_path / "run", TINY)
    other = dataclasses.replace(TINY, seed=1)
    with pytest.raises(ValueError, match=r"holds a run of another recipe\. Pass --fresh"):
        run.open_folder(tmp_path / "run", other)
    assert json.loads((run.open_folder(tmp_path / "run", other, fresh=True) / "recipe.json").read_text())["seed"] == 1


def test_weights_are_lent_by_name_and_shape():
    small, large = (VIN(k=3, channels=4, features=(width, 6)).build_weights() for width in (5, 7))
    before = {w.path.split("/", 1)[1]: np.array(w) for w in large.weights}
    imitation.lend_weights(small, large)
    for weight in large.weights:
        name = weight.path.split("/", 1)[1]
        donor = next(w for w in small.weights if w.path.endswith(name))
        expected = donor if donor.shape == weight.shape else before[name]
        np.testing.assert_array_equal(np.array(weight), np.array(expected))
    assert large.features[0].kernel.shape != small.features[0].kernel.shape


def test_k_is_set_where_weights_are_tied():
    tied, untied = (VIN(k=3, channels=2, features=(4,), tied=tied).build_weights() for tied in (True, False))
    for model in (tied, untied):
        imitation.set_k(model, 7)
    assert (tied.k, tied.get_config()["k"]) == (7, 7)
    assert (untied.k, untied.get_config()["k"]) == (3, 3)


# -- a tiny recipe from end to end --------------------------------------------------------------


def test_a_tiny_recipe_learns_is_measured_and_published(tmp_path, monkeypatch, capsys):
    zoo = tmp_path / "zoo"
    monkeypatch.setattr(hub, "zoo_folder", lambda: zoo)
    monkeypatch.setitem(RECIPES, "vin8", TINY)
    imitation.main(["vin8", "--run", str(tmp_path / "run"), "--evaluate", "--maps", "30", "--publish"])
    assert pnzoo.list_models() == ["vin8"]
    card = pnzoo.card("vin8")
    assert FULL_CARD - set(card) == set()
    assert card["command"] == f"python -m train.planning.imitation vin8 --run {tmp_path / 'run'}"
    assert card["recipe"]["stages"][1]["size"] == 8
    assert card["wall_seconds"] > 0
    assert card["limits"] == ["It is a test."]
    assert card["history"]["epoch"] == [1, 2, 3, 4, 5]
    assert card["history"]["val_loss"][-1] < card["history"]["val_loss"][0]
    assert {metric["name"] for metric in card["metrics"]} >= {"success", "optimal_length", "expected_reward"}
    assert all(metric["n"] <= 30 and "data seed 9008" in metric["on"] for metric in card["metrics"])
    assert pnzoo.load("vin8").k == 6  # not the 4 of the first stage
    assert "published zoo/vin8" in capsys.readouterr().out


@pytest.mark.parametrize(
    "changes",
    [
        {"paths": 3, "optimizer": "rmsprop", "clip": 0.0, "config": {"k": 3, "transition": "free", "costs": False}},
        {"model": "CNNPolicy", "config": {"size": 8}, "cells": 4},
        {"model": "FCNPolicy", "config": {"size": 8}, "cells": 4, "same_maps": True},
    ],
)
def test_other_kinds_of_recipe_run(changes, tmp_path):
    recipe = dataclasses.replace(TINY, stages=(Stage(size=8, maps=32, epochs=1, rate_from=1e-3),), **changes)
    model = imitation.train(recipe, tmp_path / "run")
    again = pnzoo.load(tmp_path / "run" / "entry")
    maps = gridworld.generate(2, 8, seed=0)
    np.testing.assert_allclose(again.scores(*maps), model.scores(*maps), rtol=1e-4, atol=1e-4)


def test_many_seeds_are_measured_one_by_one(tmp_path, monkeypatch):
    monkeypatch.setitem(RECIPES, "vin8", dataclasses.replace(TINY, stages=(Stage(size=8, maps=16, epochs=1),)))
    imitation.main(["vin8", "--run", str(tmp_path / "seeds"), "--seeds", "2", "--maps", "10"])
    found = json.loads((tmp_path / "seeds" / "seeds.json").read_text())
    assert [each["seed"] for each in found] == [0, 1]
    assert all(0 <= each["success"] <= 1 for each in found)


def test_a_card_says_how_many_seeds_reach_the_goal(tmp_path, monkeypatch):
    monkeypatch.setattr(run, "RUNS", tmp_path)
    assert imitation.reliability("vin16") == []
    imitation.seeds_folder("vin16").mkdir()
    lengths = (1.0, 0.9995, 0.9925)
    found = [{"seed": i, "maps": 2000, "success": 1.0, "optimal_length": x} for i, x in enumerate(lengths)]
    (imitation.seeds_folder("vin16") / "seeds.json").write_text(json.dumps(found))
    (metric,) = imitation.reliability("vin16")
    assert metric["value"] == pytest.approx(2 / 3)
    assert (metric["n"], metric["seeds"]) == (3, [0, 1, 2])
    assert metric["command"].endswith("vin16 --seeds 3 --maps 2000")
    assert imitation.reliability("cnn8") == []


def test_the_best_weights_outlive_a_restart(tmp_path):
    """A run that was stopped after its best epoch keeps that epoch's weights."""
    (tmp_path / "log.csv").write_text("epoch,loss,val_loss\n0,1.0,0.4\n1,0.9,0.2\n2,0.8,0.3\n")
    assert run.lowest(tmp_path / "log.csv", "val_loss") == 0.2
    assert run.lowest(tmp_path / "none.csv", "val_loss") is None
    recipe = dataclasses.replace(TINY, stages=(Stage(size=8, maps=32, epochs=1),))
    folder = run.open_folder(tmp_path / "run", recipe)
    best = imitation.build(recipe)
    best.save_weights(folder / "stage0.weights.h5")
    (folder / "stage0.csv").write_text("epoch,loss,val_loss\n0,0.0,0.0\n")  # better than this run will ever be
    model = imitation.train(recipe, folder)
    for kept, found in zip(best.get_weights(), model.get_weights(), strict=True):
        np.testing.assert_array_equal(kept, found)


def test_a_killed_run_goes_on(tmp_path):
    """Killed by its process id after its first epochs; started again, it does the others only."""
    folder = tmp_path / "run"
    stages = json.dumps([{"size": 8, "maps": 64, "epochs": 60, "k": 3}])
    config = json.dumps({"k": 3, "channels": 4, "features": [8]})
    words = ["vin8", "--run", str(folder), "--stages", stages, "--config", config, "--compile", "false"]
    process = subprocess.Popen([sys.executable, "-m", "train.planning.imitation", *words], cwd=ROOT, stdout=subprocess.DEVNULL)
    try:
        wait_for_rows(folder / "stage0.csv", 3, process)
    finally:
        process.kill()
        process.wait()
    assert not (folder / "entry").exists()
    done, seconds = rows(folder / "stage0.csv"), run.seconds_spent(folder)
    assert done < 60, "it was over before it was killed"
    again = subprocess.run(
        [sys.executable, "-m", "train.planning.imitation", *words], cwd=ROOT, capture_output=True, text=True, check=True
    )
    epochs = [int(line.split(" epoch ")[1].split("/")[0]) for line in again.stdout.splitlines() if " epoch " in line]
    assert epochs[-1] == 60
    assert done <= epochs[0] <= done + 1  # the row of an epoch is written just before its weights
    assert epochs == list(range(epochs[0], 61))
    assert run.seconds_spent(folder) > seconds > 0
    assert hub.card(folder / "entry")["parameters"] == pnzoo.load(folder / "entry").count_params()


def rows(path):
    return len(path.read_text().splitlines()) - 1 if path.exists() else 0


def wait_for_rows(path, count, process):
    """Until the history has so many epochs; a run that ends before is an error, and so is one that takes minutes."""
    limit = time.monotonic() + 600
    while rows(path) < count:
        assert process.poll() is None, "the run ended by itself"
        assert time.monotonic() < limit, "no epoch in ten minutes"
        time.sleep(0.05)
