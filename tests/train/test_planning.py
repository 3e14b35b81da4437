"""Imitation of shortest paths: labels, batches, a tiny recipe from end to end."""

import dataclasses
import json

import numpy as np
import pytest

import pnzoo
from pnzoo import gridworld, hub
from pnzoo.core import former
from pnzoo.core.model import named_weights
from pnzoo.evaluation import gridworld as evaluation
from pnzoo.models import VIN
from tests.hub.test_zoo import FULL_CARD
from tests.toys import uncompiled
from train.__main__ import main
from train.planning import evaluation as planning_evaluation
from train.planning import imitation, labels
from train.planning.recipes import RECIPES, ImitationRecipe, Stage
from train.shared import entry, run_folder

pytestmark = pytest.mark.integration

TINY = ImitationRecipe(
    summary="a test",
    config={"k": 6, "channels": 4, "filters": [8], "inverse_temperature": 4.0},
    stages=(Stage(size=6, maps=32, epochs=1, k=4), Stage(size=8, maps=64, epochs=2)),
    batch_size=16,
    jit_compile=False,
    limitations=("It is a test.",),
)


@pytest.fixture(autouse=True)
def few_maps(monkeypatch):
    monkeypatch.setattr(imitation, "VALIDATION_MAPS", 32)


@pytest.fixture(autouse=True, scope="module")
def eagerly():
    with uncompiled():
        yield


# -- the paper's labels -------------------------------------------------------------------------


@pytest.mark.parametrize("paths", [1, 7])
def test_path_labels_lie_on_shortest_paths(paths):
    walls, goal = gridworld.generate(40, 12, seed=0)
    targets, weight = labels.path_labels(walls, goal, paths, seed=3)
    best = gridworld.optimal_actions(walls, goal)
    on = weight > 0
    assert set(np.unique(weight)) == {0.0, 1.0}
    np.testing.assert_array_equal(targets.sum(axis=-1), weight)  # one label a state, none elsewhere
    assert best[on][targets[on] > 0].all()
    ends = np.zeros_like(on)
    for each, cells in enumerate(on):
        at = np.argwhere(cells)
        after = at + gridworld.MOVES[targets[each][cells].argmax(axis=-1)]
        is_goal = (after == goal[each]).all(axis=1)
        assert on[each][after[~is_goal, 0], after[~is_goal, 1]].all()  # the way from a labelled state is labelled
        assert is_goal.any()
        arrived = np.zeros_like(cells)
        arrived[after[:, 0], after[:, 1]] = True
        ends[each] = cells & ~arrived
    assert (ends.sum(axis=(1, 2)) <= paths).all()  # states that no other leads to are where paths start


def test_path_labels_are_those_of_the_seed():
    maps = gridworld.generate(5, 10, seed=0)
    one, again, other = (labels.path_labels(*maps, 3, seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one[0], again[0])
    assert (one[1] != other[1]).any()


# -- batches ------------------------------------------------------------------------------------


def batches(maps=10, batch_size=4, cells_per_map=0, seed=0, shuffle=True):
    walls, goal = gridworld.generate(maps, 8, seed=5)
    images, (targets, weights) = gridworld.encode(walls, goal), gridworld.expert_policy(walls, goal)
    return labels.Batches(images, targets, weights, batch_size, cells_per_map, seed, shuffle)


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


def test_the_seed_alone_decides_an_epoch():
    one, again, other, fixed = batches(), batches(), batches(seed=(0, 0, 1)), batches(shuffle=False)
    np.testing.assert_array_equal(one.order, again.order)
    assert (one.order != other.order).any()
    np.testing.assert_array_equal(fixed.order, np.arange(10))


def test_cells_are_those_of_the_batch_whichever_is_asked_for_first():
    one, again = batches(cells_per_map=6), batches(cells_per_map=6)
    last = one[2]
    for index in range(3):
        again[index]
    np.testing.assert_array_equal(last[0][1], again[2][0][1])
    assert (one[0][0][1] != one[1][0][1]).any()


def test_some_cells_of_each_map():
    data = batches(cells_per_map=6)
    (images, positions), targets, weights = data[0]
    assert positions.shape == (4, 6, 2)
    assert positions.dtype == np.int32
    assert (weights == 1).all()
    for image, cells, target in zip(images, positions, targets, strict=True):
        which = next(i for i, known in enumerate(data.images) if (known == image).all())
        np.testing.assert_array_equal(target, data.targets[which][cells[:, 0], cells[:, 1]])
        assert len(np.unique(cells, axis=0)) == 6


def test_more_cells_than_labels_weigh_nothing():
    _, targets, weights = batches(cells_per_map=64)[0]
    assert set(np.unique(weights)) == {0.0, 1.0}
    np.testing.assert_array_equal(weights > 0, targets.sum(axis=-1) > 0)


# -- recipes ------------------------------------------------------------------------------------


def test_training_never_draws_from_seeds_of_validation_or_exams():
    """Seeds of the maps: ten times the run's seed plus the stage, for a hundred runs; then validation, then exams."""
    sizes = {stage.size for recipe in RECIPES.values() for stage in recipe.stages}
    stages = max(len(recipe.stages) for recipe in RECIPES.values())
    training = {10 * seed + stage for seed in range(100) for stage in range(stages)}
    validation = {imitation.VALIDATION_SEED + size for size in sizes}
    exams = {evaluation.generated(size, n=1).dataset["seed"] for size in sizes}
    assert max(training) < min(validation)
    assert max(validation) < min(exams)


def test_every_recipe_builds_its_model_and_survives_json():
    for name, recipe in RECIPES.items():
        assert entry.build(recipe).count_params() > 1000, name
        assert ImitationRecipe.from_dict(json.loads(json.dumps(recipe.to_dict()))) == recipe


def test_recipes_are_those_of_the_cards():
    for name, recipe in RECIPES.items():
        card = hub.card(name)["recipe"]
        card["model"], card["config"] = former.updated(card["model"], card["config"])
        stored = ImitationRecipe.from_dict(card).recorded()
        mine = recipe.recorded()
        # how fast it trained; the arguments of models have their own former names
        assert {k: v for k, v in stored.items() if k not in ("jit_compile", "config", "stages")} == {
            k: v for k, v in mine.items() if k not in ("jit_compile", "config", "stages")
        }, name
        assert [stage["epochs"] for stage in stored["stages"]] == [stage["epochs"] for stage in mine["stages"]], name


def test_weights_are_transferred_by_name_and_shape():
    small, large = (VIN(k=3, channels=4, filters=(width, 6)) for width in (5, 7))
    before = {name: np.array(weight) for name, weight in named_weights(large).items()}
    imitation.transfer_weights(small, large)
    for name, weight in named_weights(large).items():
        donor = named_weights(small)[name]
        expected = donor if donor.shape == weight.shape else before[name]
        np.testing.assert_array_equal(np.array(weight), np.array(expected))
    assert large.features[0].kernel.shape != small.features[0].kernel.shape


def test_k_is_set_where_weights_are_tied():
    tied, untied = (VIN(k=3, channels=2, filters=(4,), tied=tied) for tied in (True, False))
    for model in (tied, untied):
        imitation.set_options(model, {"k": 7})
    assert (tied.k, tied.get_config()["k"]) == (7, 7)
    assert (untied.k, untied.get_config()["k"]) == (3, 3)


# -- a tiny recipe from end to end --------------------------------------------------------------


def test_a_tiny_recipe_learns_is_measured_and_published(tmp_path, monkeypatch, capsys):
    zoo = tmp_path / "zoo"
    monkeypatch.setattr(hub, "zoo_folder", lambda: zoo)
    monkeypatch.setitem(RECIPES, "vin8", TINY)
    main(["vin8", "--run", str(tmp_path / "run"), "--evaluate", "--num-maps", "30", "--publish"])
    assert pnzoo.list_models() == ["vin8"]
    card = pnzoo.card("vin8")
    assert FULL_CARD - set(card) == set()
    assert card["command"] == "python -m train vin8"
    assert card["recipe"]["stages"][1]["size"] == 8
    assert card["training_seconds"] > 0
    assert card["limitations"] == ["It is a test."]
    assert card["history"]["epoch"] == [1, 2, 3]
    assert card["history"]["val_loss"][-1] < card["history"]["val_loss"][0]
    assert {metric["name"] for metric in card["metrics"]} >= {"success_rate", "optimal_rate", "expected_reward"}
    assert all(metric["n"] <= 30 and metric["dataset"]["seed"] == 9008 for metric in card["metrics"])
    assert pnzoo.load("vin8").k == 6  # not the 4 of the first stage
    assert "zoo/vin8" in capsys.readouterr().out


@pytest.mark.parametrize(
    "changes",
    [
        {"paths_per_map": 3, "optimizer": "rmsprop", "global_clipnorm": 0.0,
         "config": {"k": 3, "transition": "kernel", "nonpositive_reward": False}},
        {"model": "CNNPolicy", "config": {"size": 8}, "cells_per_map": 4},
        {"model": "FCNPolicy", "config": {"size": 8}, "cells_per_map": 4, "reuse_maps": True},
    ],
)  # fmt: skip
def test_other_kinds_of_recipe_run(changes, tmp_path):
    stages = (Stage(size=8, maps=32, epochs=1, initial_learning_rate=1e-3),)
    recipe = dataclasses.replace(TINY, stages=stages, **changes)
    model = imitation.train(recipe, tmp_path / "run")
    again = pnzoo.load(tmp_path / "run" / "entry")
    maps = gridworld.generate(2, 8, seed=0)
    np.testing.assert_allclose(again.logits(*maps), model.logits(*maps), rtol=1e-4, atol=1e-4)


def test_many_seeds_are_measured_one_by_one(tmp_path, monkeypatch):
    monkeypatch.setitem(RECIPES, "vin8", dataclasses.replace(TINY, stages=(Stage(size=8, maps=16, epochs=1),)))
    main(["vin8", "--run", str(tmp_path / "seeds"), "--num-seeds", "2", "--num-maps", "10", "--evaluate"])
    found = json.loads((tmp_path / "seeds" / "seeds.json").read_text())
    assert [each["seed"] for each in found] == [0, 1]
    assert all(0 <= each["success_rate"] <= 1 for each in found)
    card = pnzoo.card(tmp_path / "seeds" / "entry")
    assert card["seed"] == 0
    assert card["metrics"]
    main(["vin8", "--run", str(tmp_path / "seeds"), "--num-seeds", "2"])  # nothing new, and nothing is lost
    assert pnzoo.card(tmp_path / "seeds" / "entry")["metrics"] == card["metrics"]


def test_a_card_says_how_many_seeds_reach_the_goal(tmp_path, monkeypatch):
    monkeypatch.setattr(run_folder, "RUNS", tmp_path)
    assert planning_evaluation.reliability("vin16", RECIPES["vin16"]) == []
    (tmp_path / "vin16").mkdir()
    lengths = (1.0, 0.9995, 0.9925)
    found = [{"seed": i, "maps": 2000, "success_rate": 1.0, "optimal_rate": x} for i, x in enumerate(lengths)]
    (tmp_path / "vin16" / "seeds.json").write_text(json.dumps(found))
    (metric,) = planning_evaluation.reliability("vin16", RECIPES["vin16"])
    assert metric["value"] == pytest.approx(2 / 3)
    assert (metric.n, metric.seeds) == (3, (0, 1, 2))
    assert metric["command"].endswith("vin16 --num-seeds 3")
    assert planning_evaluation.reliability("cnn8", RECIPES["cnn8"]) == []


def test_the_best_weights_are_kept(tmp_path, monkeypatch):
    """The last stage's best epoch is the result, not its last."""
    losses = iter((0.2, 0.3))
    monkeypatch.setattr(imitation.fitting, "_line", lambda *words: "")
    recipe = dataclasses.replace(TINY, stages=(Stage(size=8, maps=32, epochs=2),))
    weights = []

    def advance(self, model, row, value, seconds, _advance=imitation.Progress.advance):
        weights.append(model.get_weights())
        _advance(self, model, row, -next(losses), seconds)

    monkeypatch.setattr(imitation.Progress, "advance", advance)
    model = imitation.train(recipe, tmp_path / "run")
    for first, result in zip(weights[0], model.get_weights(), strict=True):
        np.testing.assert_array_equal(first, result)
    assert any((first != last).any() for first, last in zip(*weights, strict=True))


def test_distance_is_learned_where_a_stage_asks_for_it(tmp_path):
    stage = Stage(size=7, maps=32, epochs=1, k=8, target="distance", initial_learning_rate=0.1)
    recipe = dataclasses.replace(TINY, model="DeterministicVIN", config={"moves": 8}, stages=(stage,))
    model = imitation.train(recipe, tmp_path / "run")
    assert model.k is None  # as it ships, not as the stage had it
    assert pnzoo.load(tmp_path / "run" / "entry").k is None
