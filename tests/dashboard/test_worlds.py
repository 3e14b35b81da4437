"""The page Worlds, on small untrained models and a small web."""

import itertools
import json
import shutil

import numpy as np
import pytest

import pnzoo
from tests.dashboard.conftest import CARD, forget_the_zoo

pytestmark = pytest.mark.integration

SENTENCES = "bank: the ___ gave a loan\nbank: a ___ took money\ndrug: the ___ cured him\n"


@pytest.fixture(scope="module")
def models(small_zoo):
    from pnzoo.models import (
        ContinuousCNNPolicy,
        ContinuousVIN,
        GraphVIN,
        ReactiveGraphPolicy,
        SentenceMatchingNetwork,
    )

    made = {
        "vin_web": GraphVIN(hidden=(4,), k=3), "reactive_web": ReactiveGraphPolicy(hidden=(4,)),
        "vin_navigation2d": ContinuousVIN(k=8, hidden=4, units=(8,)),
        "cnn_navigation2d": ContinuousCNNPolicy(filters=(4, 4, 4), features=4, units=(8,)),
        "matching_ptb": SentenceMatchingNetwork(),
    }  # fmt: skip
    for name, model in made.items():
        pnzoo.save(model, small_zoo / name, CARD)
    forget_the_zoo()
    yield
    for name in made:
        shutil.rmtree(small_zoo / name)
    forget_the_zoo()


@pytest.fixture(autouse=True)
def small_world(models, monkeypatch):
    from dashboard.compute import worlds

    monkeypatch.setattr(worlds, "PAGES", 200)


def said(app):
    kinds = ("success", "error", "warning", "info", "caption", "markdown")
    return "\n".join(each.value for kind in kinds for each in getattr(app, kind))


def web(app, name="web_walk"):
    """What the page sends to its walks, or to another component."""
    (shown,) = [each.proto for each in app.get("bidi_component") if name in each.proto.component_name]
    return json.loads(shown.json)


def test_both_walk_on_the_web_and_another_page_is_another_question(visit):
    app = visit("worlds")
    assert not app.exception
    shown = web(app)
    assert [walk["name"] for walk in shown["walks"]] == ["vin_web", "reactive_web"]
    for walk in shown["walks"]:
        assert walk["good"] == walk["ending"].startswith("found after")
        assert all(set(page["found"]) <= set(shown["rare"]) for page in walk["pages"])
        assert [sum(taken for *_, taken in page["links"]) for page in walk["pages"][:-1]] == [1] * (
            len(walk["pages"]) - 1)
        left = [page["left"] for page in walk["pages"]]
        assert (left[-1] == 0) is walk["good"]
        assert all(after >= before - 1 for before, after in itertools.pairwise(left))
    app.button(key="new_one").click().run()
    assert web(app)["words"] != shown["words"]
    endings = [(walk["good"], len(walk["pages"])) for walk in web(app)["walks"]]
    seed = int(app.query_params["seed"])
    assert seed > 3
    assert endings[0] != endings[1] or seed == 4  # the next one that they do not find alike, if one is near


def test_a_page_has_the_rare_words_that_are_looked_for_and_all_of_its_own(visit):
    from dashboard import compute

    seeds = [seed for seed in range(40) if compute.web_walk("vin_web", seed).walk.reached]
    assert seeds
    for seed in seeds:
        text, walk = compute.web_question(seed).text, compute.web_walk("vin_web", seed)
        assert walk.steps[-1].found == compute.rare_places(text) != ()
    words, web = compute.web_question(0).text.split(), compute.invented_web().web
    bare = [word.strip(".").lower() for word in words]
    counts = [sum(word in " ".join(web.sentences[page]).lower().replace(".", "").split() for page in range(len(web)))
              for word in bare]
    assert compute.rare_places(" ".join(words)) == tuple(np.flatnonzero(np.array(counts) <= 20))


def test_words_that_no_page_has_are_said(visit):
    app = visit("worlds")
    app.text_area[0].set_value("qqqq").run()
    assert not app.exception
    assert said(app).count("knows no word of the query") == 2


def test_bodies_drive_and_another_size_is_the_planner_s_alone(visit):
    app = visit("worlds", world="body", seed="3")
    assert not app.exception
    runs = web(app, "body_drive")["runs"]
    assert [run["role"] for run in runs] == ["plans ahead", "reacts"]
    for run in runs:
        assert run["ending"].startswith("rests at the goal" if run["good"] else "gave up")
        assert f"{run['seconds']:.1f} s" in run["ending"]
        assert len(run["path"]) - 1 == round(5 * run["seconds"])  # a place each fifth of a second, as it moves by them
    app = visit("worlds", world="body", side="40")
    assert not app.exception
    assert "cnn_navigation2d: " in said(app)
    assert app.query_params["side"] == "40"


def test_a_sentence_is_named_by_its_examples(visit):
    app = visit("worlds", world="sentences")
    app.text_area[0].set_value(SENTENCES).run()
    assert not app.exception
    answer = app.header[0].value
    assert answer in {f"the :orange[**{word}**] said its loans to companies rose last year"
                      for word in ("bank", "drug")}
    assert app.query_params["examples"] == SENTENCES
    again = visit("worlds", **dict(app.query_params))
    assert again.header[0].value == answer
    app.text_area[0].set_value("bank: the ___ gave a loan\n").run()
    assert not app.exception
    assert "one class" in said(app)
    app.text_area[0].set_value("").run()
    assert not app.exception
    assert said(app)
    app.text_area[0].set_value(SENTENCES)
    app.text_input[0].set_value("the dog ate my homework").run()
    assert "no gap" in said(app)
    assert not app.header


@pytest.mark.parametrize("part,message", [
    ({"world": "moon"}, "world is one of"), ({"seed": "-1"}, "seed is a whole number"),
    ({"side": "29"}, "side is one of"),
])  # fmt: skip
def test_a_wrong_address_is_said_and_the_page_stays(visit, part, message):
    app = visit("worlds", **part)
    assert not app.exception
    assert message in said(app)


def test_a_map_has_a_way_and_a_disc_for_each_body():
    from dashboard.figures import worlds_svg

    path = np.array([[0.5, 0.5], [1.5, 0.5], [1.5, 2.5]])
    svg = worlds_svg.drive(np.zeros((3, 4), bool), (1, 2), [(path, "red"), (path, "blue")], np.eye(2))
    assert svg.count('class="way" d="M0.50 0.50L0.50 1.50L2.50 1.50"') == 2
    assert svg.count('class="body" transform="translate(2.50 1.50)"') == 2
    assert svg.count("<rect") == 1 + 4
