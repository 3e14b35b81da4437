"""Training on a web: folds that hide the goals from their encoder, batches of links on shortest ways, a tiny run."""

import dataclasses

import keras
import numpy as np
import pytest

import pnzoo
from pnzoo import graphs, hub
from pnzoo.evaluation import webgraph as evaluation
from pnzoo.models import GraphVIN
from tests.toys import uncompiled
from train.__main__ import main
from train.webgraph import batches, recipes, training, worlds

pytestmark = pytest.mark.integration

TINY = dataclasses.replace(
    recipes.RECIPES["vin_web"], world="invented", pages=96, folds=2, queries=40, epochs=2, steps_per_epoch=3,
    batch_size=2, pages_per_query=6, other_worlds=(), config={"hidden": [4], "k": 2},
)  # fmt: skip


def test_no_encoder_was_fitted_on_a_goal_that_it_is_asked_for():
    folds = worlds.folds("invented", TINY.pages, TINY.folds)
    web = worlds.web("invented", TINY.pages)
    goals = np.concatenate([fold.goals for fold in folds])
    assert sorted(goals) == graphs.split(web, "train").tolist()
    for fold, other in zip(folds, reversed(folds), strict=True):
        words = fold.embedded.encoder._vectorizer.vocabulary_
        own = {word.strip(".").lower() for page in other.goals for text in web.sentences[page] for word in text.split()}
        assert set(words) <= own


def test_batches_teach_the_links_that_lead_nearer():
    keras.utils.set_random_seed(0)
    model = GraphVIN(**TINY.config)
    data = batches.Batches(TINY, model, (0, 0), 2)
    inputs, optimal = data[1]
    again, _ = batches.Batches(TINY, model, (0, 0), 2)[1]
    assert all((inputs[name] == again[name]).all() for name in inputs)
    assert (inputs["choices"] != data[0][0]["choices"]).any()
    web = worlds.web("invented", TINY.pages)
    assert optimal.any(axis=-1).all()
    assert not optimal[inputs["choices"] < 0].any()
    # The goals are not among the inputs: those that make the optimal links optimal are found again.
    distance = graphs.distances(web, np.arange(len(web)))
    for choices, right in zip(inputs["choices"], optimal, strict=True):
        fits = np.ones(len(web), bool)
        for links, best in zip(choices, right, strict=True):
            away = distance[:, links[links >= 0]]
            fits &= ((away == away.min(axis=1, keepdims=True)) == best[links >= 0]).all(axis=1)
        assert fits.any()


def test_recipes_are_checked():
    with pytest.raises(ValueError, match="world is one of wikispeedia, invented"):
        dataclasses.replace(TINY, world="wikipedia")
    with pytest.raises(ValueError, match="'half'"):
        dataclasses.replace(TINY, graph="half")


def test_without_the_articles_nothing_is_made(monkeypatch, tmp_path):
    monkeypatch.setenv("PNZOO_DATA_DIR", str(tmp_path))
    worlds.web.cache_clear()
    with pytest.raises(FileNotFoundError, match="Set PNZOO_DATA_DIR"):
        training.train(dataclasses.replace(TINY, world="wikispeedia"), tmp_path / "run")
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("name", ["vin_web", pytest.param("reactive_web", marks=pytest.mark.slow)])
def test_a_tiny_recipe_learns_is_measured_and_its_card_says_so(name, tmp_path, monkeypatch, capsys):
    original = recipes.RECIPES[name]
    config = {**original.config, "hidden": [4]}
    recipe = dataclasses.replace(TINY, model=original.model, config=config, learning_rate=0.05)
    monkeypatch.setitem(recipes.RECIPES, name, recipe)
    monkeypatch.setattr(training, "VALIDATION_QUERIES", 4)
    with uncompiled():
        main([name, "--run", str(tmp_path), "--evaluate", "--num-maps", "3"])
        model, card = pnzoo.load(tmp_path / "entry"), hub.card(tmp_path / "entry")
        again = evaluation.evaluate(model, evaluation.web_set(worlds.measured("invented", 96), "invented", n=3))
    assert card["task"] == "web"
    assert card["history"]["loss"][-1] < card["history"]["loss"][0]
    for metric, fields in zip(again, card["metrics"], strict=False):
        assert (metric.name, metric.value) == (fields["name"], pytest.approx(fields["value"]))
    graphs_measured = {fields["dataset"].get("graph") for fields in card["metrics"]}
    assert graphs_measured == ({None, "partial", "first_level", "categories"} if name == "vin_web" else {None})
    assert {fields["dataset"].get("policy") for fields in card["metrics"]} >= {"nearest_text", "random_walk"}
    assert "success rate" in capsys.readouterr().out


def test_success_is_told_by_distance():
    measured = evaluation.web_set(worlds.measured("invented", 96), "invented", n=20)
    walks = graphs.Walks(measured.queries.distance < 3, measured.queries.distance)
    found = {(m.name, *m.dataset.get("distance", ())): m for m in evaluation.judged(walks, measured)}
    assert found["success_rate",].value == pytest.approx(np.mean(measured.queries.distance < 3))
    assert found["success_rate_far", 3, None].value == 0.0
    assert found["success_rate_by_distance", 2, 2].value == 1.0
    assert found["excess_links",].value == 0.0
