"""A card that lies fails here: every number on it that can be measured again is measured again."""

import json
import re

import numpy as np
import pytest
from scipy.stats import binom

import pnzoo
from pnzoo import gridworld, hub
from pnzoo.cli import trained_size
from pnzoo.core.dataset import describe
from pnzoo.core.stats import proportion_ci
from pnzoo.evaluation import gridworld as evaluation
from pnzoo.evaluation import long_horizon, navigation, terrain, webgraph
from pnzoo.hub import cards
from pnzoo.worlds.terrain import places
from pnzoo.worlds.terrain.data_folder import data_folder
from train.webgraph import worlds

NAMES = pnzoo.list_models()
PLANNERS = [name for name in NAMES if pnzoo.card(name)["task"] == "planning"]
TERRAIN = [name for name in NAMES if pnzoo.card(name)["task"] == "terrain"]
PROPORTIONS = ("success_rate", "optimal_rate")
FULL_CARD = set(cards.FIELDS) - {"download", "design_notes", "int8"}


def _rows(name, *starts):
    """The metrics of a card on generated maps with such starts, all starts counted and not those of one distance."""
    found = cards.metrics(pnzoo.card(name))
    maps = [m for m in found if m.dataset["kind"] == "generated_maps" and "distance" not in m.dataset]
    return [metric for metric in maps if metric.dataset["starts"] in starts]


@pytest.mark.parametrize("name", NAMES)
def test_files_are_there_and_are_those_of_the_card(name):
    folder, card = hub.zoo_folder() / name, pnzoo.card(name)
    assert {file.name for file in folder.iterdir()} == hub.ENTRY - ({hub.WEIGHTS} if "download" in card else set())
    assert card["name"] == name
    assert set(card["files"]) == {hub.CONFIG, hub.WEIGHTS}
    for file, digest in card["files"].items():
        if (folder / file).is_file():
            assert hub.sha256(folder / file) == digest
    assert json.loads((folder / hub.CONFIG).read_text())["class"] == card["model"]


@pytest.mark.parametrize("name", NAMES)
def test_the_page_is_the_card(name):
    assert (hub.zoo_folder() / name / hub.README).read_text(encoding="utf-8") == cards.readme(pnzoo.card(name))


@pytest.mark.parametrize("name", NAMES)
def test_the_card_is_complete(name):
    card = pnzoo.card(name)
    assert FULL_CARD - set(card) == set()
    assert card["summary"].strip()
    assert re.match(r"python -m train ", card["command"])
    assert card["metrics"]
    assert card["limitations"]
    lengths = {len(column) for column in card["history"].values()}
    assert len(lengths) == 1
    assert min(lengths) > 0


@pytest.mark.parametrize("name", NAMES)
def test_metrics_say_where_how_often_and_how_sure(name):
    for metric in cards.metrics(pnzoo.card(name)):
        low, high = metric.ci95
        assert low <= metric.value <= high
        assert metric.n > 0
        assert describe(metric.dataset) != describe({**metric.dataset, "kind": "unknown"})  # it has words
        assert metric.seeds or "questions" in metric.dataset  # a fixed list of questions, no seed
        assert metric.command.startswith(("pnzoo ", "python -m "))
        if metric.unit == "%":
            assert 0 <= low <= high <= 1


@pytest.mark.parametrize("name", NAMES)
def test_intervals_of_proportions_are_wilsons(name):
    for metric in cards.metrics(pnzoo.card(name)):
        if metric.name in PROPORTIONS:
            hits = metric.value * metric.n
            assert hits == pytest.approx(round(hits), abs=1e-6 * metric.n)
            assert metric.ci95 == pytest.approx(proportion_ci(hits, metric.n), abs=1e-5)


@pytest.mark.integration
@pytest.mark.parametrize("name", [name for name in PLANNERS if _rows(name, "random")])
def test_new_maps_agree_with_the_card(name, entry):
    """200 maps of another seed: they may differ from the card's 5,000 by chance, but not by more."""
    model, tested = entry(name), []
    measured = {}
    for metric in _rows(name, "random"):
        if metric.name in PROPORTIONS:
            size = metric.dataset["height"], metric.dataset["width"]
            if size not in measured:
                moves = evaluation.reachable_by(evaluation.planner_rule(model))
                maps = evaluation.generated(*size, n=200, seed=123, moves=moves)
                measured[size] = evaluation.evaluate(model, maps, cells_per_map=1)  # proportions are of rollouts
            again = next(m for m in measured[size] if m.name == metric.name)
            hits, (low, high) = round(again.value * again.n), metric.ci95
            assert binom.cdf(hits, again.n, low) > 1e-4, f"{metric.name} on {metric.where()}: too high on the card"
            assert binom.sf(hits - 1, again.n, high) > 1e-4, f"{metric.name} on {metric.where()}: too low"
            tested.append(metric.name)
    assert set(tested) == set(PROPORTIONS)


@pytest.mark.integration
@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[pytest.mark.slow] * (name != "vin_moon")) for name in TERRAIN]
)
def test_new_pictures_agree_with_the_card(name, entry):
    """100 pictures of another seed, as `test_new_maps_agree_with_the_card`."""
    measured, missing = {}, set()
    for metric in cards.metrics(pnzoo.card(name)):
        world, cells = metric.dataset["world"], metric.dataset["cells"]
        if world in places.BODIES and not (data_folder() / places.BODIES[world].FILE).is_file():
            missing.add(world)
            continue
        if metric.name in PROPORTIONS and cells <= 16:
            key = (world, cells, metric.dataset.get("caution"))
            if key not in measured:
                scenes = terrain.terrain_set(world, n=100, seed=123, cells=cells)
                measured[key] = terrain.evaluate(entry(name), scenes, key[2])
            again = next(m for m in measured[key] if m.name == metric.name)
            hits, (low, high) = round(again.value * again.n), metric.ci95
            assert binom.cdf(hits, again.n, low) > 1e-4, f"{metric.name} on {metric.where()}: too high on the card"
            assert binom.sf(hits - 1, again.n, high) > 1e-4, f"{metric.name} on {metric.where()}: too low"
    if missing and not measured:
        pytest.skip(f"no elevation of {', '.join(missing)} here: set PNZOO_DATA_DIR to the folder that holds it")
    assert measured


@pytest.mark.integration
@pytest.mark.parametrize("name", [name for name in NAMES if pnzoo.card(name)["task"] == "navigation"])
def test_new_drives_agree_with_the_card(name, entry):
    """100 maps of another seed: success as in the tests above, and the mean distance within both intervals."""
    of_size = pnzoo.card(name)["trained_on"]["height"]
    found = {m.name: m for m in navigation.evaluate(entry(name), navigation.navigation_set(100, of_size, seed=123))}
    success, distance = (
        next(m for m in cards.metrics(pnzoo.card(name)) if m.name == wanted and m.dataset["split"] == "test")
        for wanted in ("success_rate", "final_distance")
    )
    hits, (low, high) = round(100 * found["success_rate"].value), success.ci95
    assert binom.cdf(hits, 100, low) > 1e-4, "too high on the card"
    assert binom.sf(hits - 1, 100, high) > 1e-4, "too low"
    half = np.subtract(*found["final_distance"].ci95[::-1])  # 100 maps have a wide interval: twice its half
    assert distance.ci95[0] - half <= found["final_distance"].value <= distance.ci95[1] + half


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in NAMES if pnzoo.card(name)["task"] == "web"])
def test_new_queries_agree_with_the_card(name, entry):
    """200 queries of another seed on the invented web, as `test_new_maps_agree_with_the_card`."""
    measured = webgraph.web_set(worlds.measured("invented"), "invented", n=200, seed=123)
    again = webgraph.evaluate(entry(name), measured)[0]
    found = cards.metrics(pnzoo.card(name))
    on_card = next(m for m in found if m.name == "success_rate" and m.dataset["web"] == "invented"
                   and "policy" not in m.dataset)  # fmt: skip
    hits, (low, high) = round(again.value * again.n), on_card.ci95
    assert binom.cdf(hits, again.n, low) > 1e-4, f"too high on the card: {again}"
    assert binom.sf(hits - 1, again.n, high) > 1e-4, f"too low on the card: {again}"


@pytest.mark.integration
@pytest.mark.parametrize("name", [name for name in PLANNERS if _rows(name, "every", "farthest")])
def test_long_horizons_agree_with_the_card(name, entry):
    """20 maps of another seed for each family, those of 101x101 left out: the share of starts, within a tolerance."""
    model, tried = entry(name), set()
    on_card = {(metric.name, metric.where()): metric for metric in _rows(name, "every", "farthest")}
    for metric in on_card.values():
        row = tuple(metric.dataset[key] for key in ("family", "height", "width", "starts"))
        if max(row[1:3]) > 61 or row in tried:
            continue
        tried.add(row)
        world = long_horizon.Benchmark(row[0], row[1], row[2], 20, row[3], seed=321)
        for again in long_horizon.evaluate(model, world):
            shown = on_card[again.name, metric.where()]
            low, high = shown.ci95
            spread = 4 * (0.25 / 20) ** 0.5 if low < 0.9 else 0.05  # 20 maps may be harder than most, but not by much
            assert low - spread <= again.value <= high + spread, (again, shown.value)
    assert len(tried) > 5


@pytest.mark.parametrize("name", PLANNERS)
def test_every_planner_plans(name, entry):
    """One easy map: no wall but the border, the goal three cells away."""
    size = min(trained_size(name))
    walls = np.pad(np.zeros((size - 2, size - 2), bool), 1, constant_values=True)
    plan = entry(name).plan(walls, (1, 1), (1, 4))
    success = cards.metrics(pnzoo.card(name))[0].value
    assert plan.reached or success < 0.5, plan.reason  # a card that says it mostly fails promises no way


@pytest.mark.parametrize("name,height,width,k", [("vin8", 24, 24, 60), ("vin16", 11, 19, 40), ("vin28", 8, 8, 12)])
def test_the_same_weights_solve_maps_of_other_sizes_with_another_k(name, height, width, k):
    maps = evaluation.generated(height, width, n=100, seed=78_000)
    assert evaluation.evaluate(pnzoo.load(name, k=k), maps)[0].value >= 0.97


def test_it_goes_where_another_reward_leads():
    """Planning again with the reward that it has for another goal leads to that goal."""
    maps = evaluation.generated(10, n=6, seed=81_000)
    model, agreement = pnzoo.load("vin16", k=30), []
    for walls, goal, other in zip(maps.walls, maps.goal, maps.start, strict=True):
        policy = model.replan(walls, goal, model.trace(walls, other).reward).policy
        optimal = gridworld.optimal_actions(walls, other)
        cells = optimal.any(axis=-1)
        agreement.append(np.take_along_axis(optimal, policy[..., None], axis=-1)[cells].mean())
    assert np.mean(agreement) > 0.85


def test_nothing_in_the_zoo_names_this_machine():
    for name in NAMES:
        for file in ("card.json", "config.json", "README.md"):
            text = (hub.zoo_folder() / name / file).read_text(encoding="utf-8")
            assert not re.search(r"/(home|root|tmp|work|Users)/", text), f"{name}/{file}"


# -- the same checks catch a card that lies -----------------------------------------------------


def test_a_card_that_boasts_is_caught(guide, toy_zoo):
    """`Guide` with a lost way scores nothing, whatever its card says: the tolerance above is no blank cheque."""
    from tests.toys import Guide

    measured = evaluation.evaluate(Guide(lost=True), evaluation.generated(8, n=200, seed=123))
    success = measured[0]
    low, _ = pnzoo.card("guide8")["metrics"][0]["ci95"]
    assert binom.cdf(round(success.value * success.n), success.n, low) < 1e-4
