"""A card that lies fails here: every number on it that can be measured again is measured again."""

import json
import re

import numpy as np
import pytest
from scipy.stats import binom, binomtest

import pnzoo
from pnzoo import hub
from pnzoo.analysis import flops
from pnzoo.cli import trained_size
from pnzoo.evaluation import gridworld as exam
from pnzoo.evaluation import long_horizon as long_exam
from pnzoo.hub import cards

NAMES = pnzoo.list_models()
PLANNERS = [name for name in NAMES if pnzoo.card(name)["task"] == "planning"]
PROPORTIONS = ("success", "optimal_length")
FRESH = re.compile(r"fresh (\d+)x(\d+) maps, data seed \d+")
WORLD = re.compile(r"[\d,]+ (\w+) maps (\d+)x(\d+), (every|the farthest) (?:reachable )?start, data seed \d+")
FULL_CARD = {
    "summary",
    "paper",
    "command",
    "seed",
    "backend",
    "data",
    "hardware",
    "wall_seconds",
    "recipe",
    "flops",
    "metrics",
    "limits",
    "history",
}


def _rows(name, pattern):
    """The metrics of a card that are on such maps."""
    return [metric for metric in pnzoo.card(name)["metrics"] if pattern.fullmatch(metric["on"])]


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
    assert re.match(r"python -m train\.\w+ ", card["command"])
    assert card["metrics"]
    assert card["limits"]
    lengths = {len(column) for column in card["history"].values()}
    assert len(lengths) == 1
    assert min(lengths) > 0


@pytest.mark.parametrize("name", NAMES)
def test_metrics_say_where_how_often_and_how_sure(name):
    for metric in pnzoo.card(name)["metrics"]:
        low, high = metric["interval"]
        assert low <= metric["value"] <= high
        assert metric["n"] > 0
        assert metric["on"]
        assert metric["seeds"]
        assert metric["command"].startswith(("pnzoo ", "python -m "))
        if metric["name"] in PROPORTIONS:
            assert 0 <= metric["value"] <= 1


@pytest.mark.parametrize("name", NAMES)
def test_intervals_of_proportions_are_wilsons(name):
    for metric in pnzoo.card(name)["metrics"]:
        if metric["name"] in PROPORTIONS:
            hits = metric["value"] * metric["n"]
            assert hits == pytest.approx(round(hits), abs=1e-6 * metric["n"])
            wilson = binomtest(round(hits), metric["n"]).proportion_ci(method="wilson")
            assert metric["interval"] == pytest.approx([wilson.low, wilson.high], abs=1e-5)


@pytest.mark.parametrize("name", NAMES)
def test_parameters_and_operations_are_those_of_the_model(name):
    card, model = pnzoo.card(name), pnzoo.load(name)
    assert model.count_params() == card["parameters"]
    assert card["flops"]["per"]
    assert flops(model, input_shape(card, model)) == card["flops"]["value"]


def input_shape(card, model):
    """What one call of an entry was counted on: the card says so, or a planner's map of the size it was trained for."""
    if "input_shape" in card["flops"]:
        return card["flops"]["input_shape"]
    image = (1, *trained_size(card["name"]), 2)
    return image if getattr(model, "scores_every_cell", True) else [image, (1, 1, 2)]


@pytest.mark.parametrize("name", [name for name in PLANNERS if _rows(name, FRESH)])
def test_fresh_maps_agree_with_the_card(name):
    """200 maps of another seed: they may differ from the card's 5,000 by chance, but not by more."""
    model, tested = pnzoo.load(name), []
    exams = {}
    for metric in pnzoo.card(name)["metrics"]:
        match = FRESH.fullmatch(metric["on"])
        if match and metric["name"] in PROPORTIONS:
            size = int(match[1]), int(match[2])
            if size not in exams:
                exams[size] = exam.measure(model, exam.fresh(*size, n=200, seed=123))
            again = next(m for m in exams[size] if m["name"] == metric["name"])
            hits, (low, high) = round(again["value"] * again["n"]), metric["interval"]
            assert binom.cdf(hits, again["n"], low) > 1e-4, f"{metric['name']} on {metric['on']}: too high on the card"
            assert binom.sf(hits - 1, again["n"], high) > 1e-4, f"{metric['name']} on {metric['on']}: too low"
            tested.append(metric["name"])
    assert set(tested) == set(PROPORTIONS)


@pytest.mark.parametrize("name", [name for name in PLANNERS if _rows(name, WORLD)])
def test_long_ways_agree_with_the_card(name):
    """20 maps of another seed for each family, those of 101x101 left out: the share of starts, within a tolerance."""
    model, tried = pnzoo.load(name), set()
    for metric in _rows(name, WORLD):
        family, height, width, start = WORLD.fullmatch(metric["on"]).groups()
        row = (family, int(height), int(width), start)
        if max(row[1:3]) > 61 or row in tried:
            continue
        tried.add(row)
        world = long_exam.World(family, row[1], row[2], 20, start.removeprefix("the "), seed=321)
        for again in long_exam.measure(model, world):
            on_card = next(m for m in _rows(name, WORLD) if (m["name"], m["on"]) == (again["name"], metric["on"]))
            low, high = on_card["interval"]
            spread = 4 * (0.25 / 20) ** 0.5 if low < 0.9 else 0.05  # 20 maps may be harder than most, but not by much
            assert low - spread <= again["value"] <= high + spread, (again, on_card["value"])
    assert len(tried) > 5


@pytest.mark.parametrize("name", PLANNERS)
def test_every_planner_plans(name):
    """One easy map: no wall but the border, the goal three cells away."""
    size = min(trained_size(name))
    walls = np.pad(np.zeros((size - 2, size - 2), bool), 1, constant_values=True)
    plan = pnzoo.load(name).plan(walls, (1, 1), (1, 4))
    success = next(metric["value"] for metric in pnzoo.card(name)["metrics"] if metric["name"] == "success")
    assert plan.reached or success < 0.5, plan.reason  # a card that says it mostly fails promises no way


def test_nothing_in_the_zoo_names_this_machine():
    for name in NAMES:
        for file in ("card.json", "config.json", "README.md"):
            text = (hub.zoo_folder() / name / file).read_text(encoding="utf-8")
            assert not re.search(r"/(home|root|tmp|work|Users)/", text), f"{name}/{file}"


# -- the same checks catch a card that lies -----------------------------------------------------


def test_a_card_that_boasts_is_caught(guide, toy_zoo):
    """`Guide` with a lost way scores nothing, whatever its card says: the tolerance above is no blank cheque."""
    from tests.toys import Guide

    measured = exam.measure(Guide(lost=True).build_weights(), exam.fresh(8, n=200, seed=123))
    success = next(metric for metric in measured if metric["name"] == "success")
    low, _ = pnzoo.card("guide8")["metrics"][0]["interval"]
    assert binom.cdf(round(success["value"] * success["n"]), success["n"], low) < 1e-4
