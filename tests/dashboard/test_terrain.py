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


def shown(app, component="terrain_map"):
    """What the page sends to its picture of the ground."""
    (found,) = [each.proto for each in app.get("bidi_component") if each.proto.component_name.endswith(component)]
    return json.loads(found.json)


def layer(app, name):
    (found,) = [each for each in shown(app)["layers"] if each["name"] == name]
    return found


def test_it_says_what_becomes_of_the_path_on_the_true_ground(visit, unmoved):
    from dashboard import compute
    from dashboard.widgets import terrain_map

    forged = [*FORGED, {"start": [1, 1], "goal": [1, 1]}, *({"start": [1, 1], "goal": each} for each in FORGED),
              *({"start": each, "goal": [1, 1]} for each in FORGED), *({"goal": each} for each in FORGED)]
    suns = [*FORGED, *({"azimuth": each, "altitude": 45} for each in (*FORGED, 360, -1, True)),
            *({"azimuth": 90, "altitude": each} for each in (*FORGED, 4, 86, 45.0))]
    messages = [*(("ends", each) for each in forged), *(("sun", each) for each in suns),
                *(("layer", each) for each in FORGED)]
    told, changed = unmoved(terrain_map, "_terrain", messages)
    app = visit("terrain")
    assert not app.exception
    assert (len(told), changed) == (len(messages), [])
    assert any(word in said(app) for word in ("arrives", "Stuck", "No path"))
    assert dict(app.query_params)["terrain"] == "vin_moon"
    costs, sent = compute.ground("moon", 7).costs, shown(app)  # the cross stands where it cannot go on
    closed = [i for i, cell in enumerate(sent["path"]) if i and not np.isfinite(costs[tuple(cell)])]
    assert sent["stuck"] == (closed[0] if closed else None)


def test_a_cliff_is_one_thing_on_the_map_in_its_key_and_in_words(visit):
    """The rule by which S and G are refused is what is hatched, what the colours end at and what is said."""
    from dashboard import compute

    least = compute.model("vin_moon").impassable
    for caution in ("1", "8"):  # which makes doubt dear, and no cliff of what was none
        app = visit("terrain", altitude="30", caution=caution)
        thought, tell = layer(app, "cost"), shown(app)["tell"]
        run = compute.terrain_plan("vin_moon", compute.lit("moon", 7, 315, 30), (1, 1), (14, 14), float(caution))
        cliffs = np.flatnonzero(run.chances < least)
        assert thought["closed"] == cliffs.tolist()
        assert thought["high"] == f"under {least:.0%}: a cliff to it (hatched)"
        for i, (words, share, chance) in enumerate(zip(tell, thought["shares"], run.chances.ravel(), strict=True)):
            assert ("a cliff to it" in words) == (i in cliffs) == bool(chance < least)
            assert share == (1.0 if i in cliffs else pytest.approx(np.log(chance) / np.log(least), abs=2e-3))
            assert f"{run.costs.ravel()[i]:.3g} open cells" in words
    np.testing.assert_allclose(run.costs, 1 - 8 * np.log(run.chances), rtol=1e-4)  # what the words say of both is so


def test_what_is_true_is_hatched_where_it_is_closed_and_tiles_have_one_scale(visit):
    from types import SimpleNamespace

    from dashboard import compute
    from dashboard.app_pages import terrain as page

    app = visit("terrain", layer="slope")
    true, closed = layer(app, "slope"), np.flatnonzero(~np.isfinite(compute.ground("moon", 7).costs))
    assert shown(app)["layer"] == "slope"
    assert true["closed"] == closed.tolist()
    assert f"above {compute.slope_limit():g}°" in true["high"]
    assert "it is closed" in shown(app)["tell"][closed[0]]
    tiles, truth = SimpleNamespace(costs=np.array([[1.0, 100.0]]), chances=None), np.array([[10.0, np.inf]])
    assert page.thought(tiles, truth, 0)[0].tolist() == [[0, 1]]
    assert page.known(tiles, None, truth)[0].tolist() == [[0.5, 1]]  # half of the same scale
    assert page.known(tiles, None, truth)[1].tolist() == [[False, True]]


def test_every_sun_is_tried_when_asked_and_the_lost_path_stays(visit, monkeypatch):
    from dashboard import compute
    from dashboard.app_pages import terrain as page

    assert shown(visit("terrain"))["skies"] is None
    tried = compute.Skies((0, 180), (30, 60), np.array([[True, False], [False, False]]))
    monkeypatch.setattr(compute, "skies", lambda *given: tried)
    sent = shown(visit("terrain", suns="1"))
    assert sent["skies"]["arrives"] == "1000"
    assert "1 of 4 suns" in sent["skiesSaid"]
    there = np.array([(1, 1), (2, 2)])

    def plan(name, picture, *given):
        good = np.array_equal(picture, compute.lit("moon", page.FIRST_SEED, *page.SUN))
        run = found(name, picture, *given)
        path = there if good else there[:1]
        return run._replace(plan=run.plan._replace(reached=good, path=path), spent=1.0, best=1.0)

    found = compute.terrain_plan
    monkeypatch.setattr(compute, "terrain_plan", plan)
    assert shown(visit("terrain"))["lost"] == []
    low = visit("terrain", altitude="20")
    assert shown(low)["lost"] == there.tolist()
    assert shown(low, "caution")["other"]  # what was measured is of the sun of its training
    assert not shown(visit("terrain"), "caution")["other"]


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
    assert advised(lambda picture, caution: False) == (
        "There is a way, but more caution does not find it: move S or G.")
    assert advised(lambda picture, caution: False, (40, 45)).startswith("There is a way, but neither more caution nor")


def test_where_it_does_not_arrive_it_is_said_whether_any_way_leads_there():
    from types import SimpleNamespace

    from dashboard.app_pages import terrain as page

    def words(reached, best):
        plan = SimpleNamespace(reached=reached, reason="the goal is impassable", actions=())
        run = SimpleNamespace(plan=plan, spent=np.inf, best=best)
        truth = None if best is None else 0
        return page.verdict(run, truth, lambda: "Advice.", lambda end: f"{end} is a cliff.")[2]

    assert words(False, 3.0).endswith("In truth there is a way.")
    assert words(False, np.inf).endswith("In truth no way leads from S to G.")
    assert words(False, None) == ": G is a cliff."  # of a picture of one's own nobody knows
    assert words(True, 3.0).endswith("Advice.")
    assert "no way leads" in words(True, np.inf)


def test_sun_and_caution_are_in_the_address(visit):
    app = visit("terrain", azimuth="90", altitude="30", caution="2", ends="3.4.12.9", layer="slope", seed="5")
    assert not app.exception
    assert shown(app)["sun"] == [90, 30]
    assert shown(app, "caution")["value"] == 2.0
    assert app.query_params["ends"] == "3.4.12.9"
    app.button(key="new_ground").click().run()
    assert app.query_params["seed"] == "6"
    assert "ends" not in app.query_params


def test_an_end_that_it_takes_for_a_cliff_is_said_in_words(visit, monkeypatch):
    from dashboard import compute
    from dashboard.compute import terrain

    doubter = compute.model("vin_moon").with_options(impassable=0.999)  # it takes every cell for a cliff
    for module in (terrain, compute):
        monkeypatch.setattr(module, "model", lambda name: doubter)
    terrain.terrain_plan.clear()
    app = visit("terrain", altitude="5", ends="3.4.12.9")
    # another sun was tried
    assert "cliffs, S too. Under the sun of its training it takes S for one: move S." in said(app)
    assert "it takes S for a cliff, a chance under 100% to pass. Move S." in said(visit("terrain", ends="3.4.12.9"))
    terrain.terrain_plan.clear()


def test_a_sun_is_advised_where_it_helps(visit, monkeypatch):
    from dashboard import compute
    from dashboard.app_pages.terrain import FIRST_SEED, SUN

    plan, trained = compute.terrain_plan, compute.lit("moon", FIRST_SEED, *SUN)

    def doubtful(name, picture, *given):
        run = plan(name, picture, *given)
        blind = run.plan._replace(reached=False, reason="the start (3, 4) lies on ground taken for impassable")
        return run._replace(spent=run.best) if np.array_equal(picture, trained) else run._replace(plan=blind)

    monkeypatch.setattr(compute, "terrain_plan", doubtful)
    lit = shown(visit("terrain"))
    ends = ".".join(str(each) for each in (*lit["start"], *lit["goal"]))  # there is a way between these
    assert "S too. Take the sun of its training ◌, or move S." in said(visit("terrain", altitude="5", ends=ends))
    walled_in = said(visit("terrain", altitude="5", ends="3.4.12.9"))
    assert "Under the sun of its training it does not arrive either: move S or G. In truth no way leads" in walled_in


@pytest.mark.parametrize("part,message", [
    ({"ends": "3.4.12"}, "ends is row.column.row.column"), ({"ends": "3.4.3.4"}, "two cells"),
    ({"caution": "nan"}, "caution is a number"), ({"terrain": "vin8"}, "terrain is one of"),
    ({"ground": "mars"}, "ground is one of"), ({"azimuth": "361"}, "azimuth is a whole number"),
])  # fmt: skip
def test_a_wrong_address_is_said_and_the_page_stays(visit, part, message):
    app = visit("terrain", **part)
    assert not app.exception
    assert message in said(app)


def test_caution_has_its_curves_below_it(visit, unmoved):
    from dashboard.widgets import caution

    told, changed = unmoved(caution, "_caution", [("caution", each) for each in (*FORGED, -1, 11) if each != 1.5])
    sent = shown(visit("terrain", caution="3"), "caution")
    assert told
    assert changed == []
    assert sent["measured"] == [1.0, 4.0]
    assert [each[0] for each in sent["success_rate"]] == [0.8, 0.9]
    assert [each[0] for each in sent["excess_cost"]] == [0.01, 0.03]
    assert (sent["n"], sent["value"]) == (100, 3.0)


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
