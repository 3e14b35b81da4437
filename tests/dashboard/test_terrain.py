"""The page Terrain, on a small untrained planner."""

import io
import json
import shutil

import numpy as np
import pytest

import pnzoo
from tests.dashboard.conftest import CARD, FORGED, forget_the_zoo

pytestmark = pytest.mark.integration

MOON = {"recipe": {"world": "moon"}, "metrics": [
    {"name": name, "value": value, "n": 100, "ci95": [value - 0.1, value + 0.1], "seeds": [0], "command": "x",
     "dataset": {"kind": "terrain", "world": "moon", "split": "test", "cells": 16, "n": 100, "seed": 1, "caution": c},
     "paper": None}
    for c, success, longer in ((1.0, 0.8, 0.01), (4.0, 0.9, 0.03))
    for name, value in (("success_rate", success), ("excess_cost", longer))]}  # fmt: skip


@pytest.fixture(scope="module")
def planner(small_zoo):
    from pnzoo.models import TerrainVIN

    pnzoo.save(TerrainVIN(filters=(4, 4, 4), k=8), small_zoo / "vin_moon", {**CARD, **MOON})
    forget_the_zoo()
    yield
    shutil.rmtree(small_zoo / "vin_moon")
    forget_the_zoo()


@pytest.fixture(autouse=True)
def with_planner(planner):
    """Every page here has it."""


def said(app):
    kinds = ("success", "error", "warning", "info")
    return "\n".join([*(each.value for kind in kinds for each in getattr(app, kind)), "".join(shown(app)["verdict"])])


def shown(app):
    """What the page sends to its picture of the ground."""
    (ground,) = [each.proto for each in app.get("bidi_component") if each.proto.component_name.endswith("terrain_map")]
    return json.loads(ground.json)


def test_it_says_what_becomes_of_the_path_on_the_true_ground(visit, unmoved):
    from dashboard import compute
    from dashboard.widgets import terrain_map

    forged = [*FORGED, {"start": [1, 1], "goal": [1, 1]}, *({"start": [1, 1], "goal": each} for each in FORGED),
              *({"start": each, "goal": [1, 1]} for each in FORGED), *({"goal": each} for each in FORGED)]
    told, changed = unmoved(terrain_map, "_terrain", [("ends", message) for message in forged])
    app = visit("terrain")
    assert not app.exception
    assert (len(told), changed) == (len(forged), [])
    assert any(word in said(app) for word in ("arrives", "Stuck", "No path"))
    assert dict(app.query_params)["terrain"] == "vin_moon"
    costs, sent = compute.ground("moon", 7).costs, shown(app)  # the cross stands where it cannot go on
    closed = [i for i, cell in enumerate(sent["path"]) if i and not np.isfinite(costs[tuple(cell)])]
    assert sent["stuck"] == (closed[0] if closed else None)


def test_what_it_thinks_and_what_is_true_have_one_unit_or_say_theirs(visit):
    from dashboard import compute
    from dashboard.app_pages import terrain as page

    sent = shown(visit("terrain", layer="slope"))
    closed = np.flatnonzero(~np.isfinite(compute.ground("moon", 7).costs))
    assert sent["closed"] == closed.tolist()  # hatched
    assert f"above {compute.slope_limit():g}°" in sent["highName"]
    assert "it is closed" in sent["tell"][closed[0]]
    assert sent["lowName"] == "flat"
    assert shown(visit("terrain", layer="cost"))["closed"] == []
    costs, truth = np.array([[1.0, 100.0]]), np.array([[10.0, np.inf]])
    thought, true = (page.layered(layer, costs, None, truth) for layer in ("cost", "slope"))
    assert thought[0].tolist() == [[0, 1]]
    assert true[0].tolist() == [[0.5, 1]]  # half of the same scale
    assert true[1].tolist() == [[False, True]]


def test_what_is_advised_where_it_is_stuck_was_tried(visit, monkeypatch):
    from types import SimpleNamespace

    from dashboard.app_pages import terrain as page

    def advised(arrives, sun=page.SUN):
        monkeypatch.setattr(page.compute, "lit", lambda ground, seed, *sun: "trained")
        state = dict(zip(("azimuth", "altitude"), sun, strict=True))
        monkeypatch.setattr(page.state, "get", lambda name, first: state.get(name, first))
        monkeypatch.setattr(page.compute, "terrain_plan", lambda name, picture, start, goal, caution, truth:
                            SimpleNamespace(plan=SimpleNamespace(reached=True),
                                            spent=1.0 if arrives(picture, caution) else np.inf))
        return page.way_out("vin_moon", "seen", (0, 0), (1, 1), 3.0, None, "moon")

    assert advised(lambda picture, caution: caution >= 5) == "With caution 5 it arrives."
    assert advised(lambda picture, _: picture == "trained", (40, 45)) == "Under the sun of its training it arrives."
    assert advised(lambda picture, caution: False) == "More caution does not help here: move S or G."
    assert advised(lambda picture, caution: False, (40, 45)).startswith("Neither more caution nor the sun")


def test_sun_and_caution_are_in_the_address(visit):
    app = visit("terrain", azimuth="90", altitude="30", caution="2", ends="3.4.12.9", layer="slope", seed="5")
    assert not app.exception
    assert app.slider(key="choose_azimuth").value == 90
    assert app.slider(key="choose_caution").value == 2.0
    assert app.query_params["ends"] == "3.4.12.9"
    app.button(key="same_sun").click().run()
    assert "azimuth" not in app.query_params
    app.button(key="new_ground").click().run()
    assert app.query_params["seed"] == "6"
    assert "ends" not in app.query_params


def test_an_end_that_it_takes_for_a_cliff_is_said_in_words(visit, monkeypatch):
    from dashboard import compute
    from dashboard.compute import terrain

    doubter = compute.model("vin_moon").with_options(impassable=1.0)  # it takes every cell for a cliff
    monkeypatch.setattr(terrain, "model", lambda name: doubter)
    terrain.terrain_plan.clear()
    app = visit("terrain", altitude="5", ends="3.4.12.9")
    assert "it takes S for a cliff, and not in this light alone. Move S." in said(app)  # another sun was tried
    assert "chance" not in said(app)
    assert app.slider(key="choose_altitude").value == 5  # at hand
    app.button(key="same_sun").click().run()
    assert "it takes S for a cliff. Move S." in said(app)
    terrain.terrain_plan.clear()


def test_a_sun_is_advised_where_it_helps(visit, monkeypatch):
    from dashboard import compute
    from dashboard.app_pages.terrain import FIRST_SEED, SUN

    plan, trained = compute.terrain_plan, compute.lit("moon", FIRST_SEED, *SUN)

    def doubtful(name, picture, *given):
        run = plan(name, picture, *given)
        blind = run.plan._replace(reached=False, reason="the start (3, 4) lies on ground taken for impassable")
        return run if np.array_equal(picture, trained) else run._replace(plan=blind)

    monkeypatch.setattr(compute, "terrain_plan", doubtful)
    app = visit("terrain", altitude="5", ends="3.4.12.9")
    assert "in this light it takes S for a cliff. Move S, or take the sun of its training." in said(app)


@pytest.mark.parametrize("part,message", [
    ({"ends": "3.4.12"}, "ends is row.column.row.column"), ({"ends": "3.4.3.4"}, "two cells"),
    ({"caution": "nan"}, "caution is a number"), ({"terrain": "vin8"}, "terrain is one of"),
    ({"ground": "mars"}, "ground is one of"), ({"azimuth": "361"}, "azimuth is a whole number"),
])  # fmt: skip
def test_a_wrong_address_is_said_and_the_page_stays(visit, part, message):
    app = visit("terrain", **part)
    assert not app.exception
    assert message in said(app)


def test_caution_has_its_curve_beside_it():
    from dashboard import compute
    from dashboard.figures import terrain

    rows = compute.caution_curve("vin_moon")
    curve, mark = terrain.caution_curve(rows, 3.0).data
    assert list(curve.x) == [0.01, 0.03]  # length of the path
    assert list(curve.y) == [0.8, 0.9]  # success
    assert [*mark.x, *mark.y] == pytest.approx([0.01 + 0.02 * 2 / 3, 0.8 + 0.1 * 2 / 3])  # two thirds of the way to 4
    assert mark.marker.symbol == "circle-open"  # a ring: nobody measured caution 3
    (mark,) = terrain.caution_curve(rows, 4.0).data[1:]
    assert [*mark.x, *mark.y] == pytest.approx([0.03, 0.9])
    assert mark.marker.symbol == "circle"


def test_a_picture_of_ones_own(visit):
    from PIL import Image

    file = io.BytesIO()
    grey = np.random.default_rng(0).integers(60, 200, (70, 83), dtype=np.uint8)
    Image.fromarray(grey).save(file, "PNG")
    app = visit("terrain")
    app.file_uploader(key="ground_file").upload("mine.png", file.getvalue(), "image/png").run()
    app.button(key="use_ground").click().run()
    assert not app.exception
    assert "Nobody knows the true ground" in said(app) or "No path" in said(app)
    assert any("but your own picture" in each.value for each in app.caption)  # the link says what it lacks


def test_ends_from_a_page_of_another_ground_are_left_out():
    from dashboard.widgets.map_grid import read_cell

    assert read_cell([16, 0], (16, 16)) is None
    assert read_cell([15, 0], (16, 16)) == (15, 0)
