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


def test_both_walk_on_the_web_and_another_page_is_another_question(visit, monkeypatch):
    from dashboard.widgets import web_walk

    app = visit("worlds")
    assert not app.exception
    shown = web(app)
    assert [walk["name"] for walk in shown["walks"]] == ["vin_web", "reactive_web"]
    for walk in shown["walks"]:
        assert walk["good"] == walk["ending"].startswith("found after")
        assert all(set(page["found"]) <= set(shown["rare"]) for page in walk["pages"])
        left = [page["left"] for page in walk["pages"]]
        assert (left[-1] == 0) is walk["good"]
        assert all(after >= before - 1 for before, after in itertools.pairwise(left))
        for page, after in itertools.pairwise(walk["pages"]):  # the link that was taken leads to the next page
            assert [(name, onward) for name, _, taken, onward in page["links"] if taken] == [
                (after["name"], after["left"])]
    show = web_walk.show
    monkeypatch.setattr(web_walk, "show", lambda *given: (given[-1](), show(*given)))
    app.run()
    monkeypatch.setattr(web_walk, "show", show)
    app.run()
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


def test_each_page_has_one_name_and_pages_of_a_subtopic_share_its_word():
    from dashboard import page_names
    from pnzoo import graphs

    things = [thing for each in page_names.FIELDS.values() for thing in each]
    assert len(set(things)) == len(things) == 12 * 8
    web = graphs.generate(300, seed=0)
    named = page_names.of(web)
    assert len({name for name, _ in named}) == len(named) == 300
    pairs = {(name.rsplit(" ", 1)[0], field, category) for (name, field), (category, *_) in zip(
        named, web.categories, strict=True)}
    assert len(pairs) == 12 * 8  # a word for each subtopic
    assert len({(field, category.split(".")[0]) for _, field, category in pairs}) == 12  # a field for each topic
    assert page_names.of(graphs.generate(300, seed=0)) == named
    with pytest.raises(ValueError, match="names for 12 topics"):
        page_names.of(graphs.generate(300, topics=13))


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
        begins = "rests at the goal after" if run["good"] else "stuck since" if run["stuck"] else "gave up after"
        assert run["ending"].startswith(f"{begins} {run['seconds'] - run['stuck']:.1f} s")
        assert len(run["path"]) - 1 == round(5 * run["seconds"])  # a place each fifth of a second, as it moves by them
    app = visit("worlds", world="body", side="40")
    assert not app.exception
    assert "cnn_navigation2d: " in said(app)
    assert app.query_params["side"] == "40"


def test_a_sentence_is_named_by_its_examples(visit):
    app = visit("worlds", world="sentences", asked="the ___ said its loans to companies rose last year")
    assert "missing word" in app.title[0].value
    app.text_area[0].set_value(SENTENCES).run()
    assert not app.exception
    shown = web(app, "sentence_gap")
    answer, shares = shown["answer"], [row["share"] for row in shown["rows"]]
    assert answer["word"] in {"bank", "drug"}
    assert shares == sorted(shares, reverse=True)
    assert sum(share for share, row in zip(shares, shown["rows"], strict=True) if row["own"]) == pytest.approx(
        answer["chances"][0][1], abs=1e-3)
    assert (answer["mark"] == "right") is (answer["word"] == "bank")  # what stood in the gap is known
    assert [word["gap"] for word in shown["words"]] == [at == 1 for at in range(10)]
    shorter = visit("worlds", world="sentences", examples=SENTENCES,
                    asked="the ___ its loans to companies rose last year")
    without = web(shorter, "sentence_gap")["answer"]
    assert shown["words"][2]["without"][:2] == without["chances"][0]
    assert without["mark"] == ""  # nobody knows what was meant
    assert app.query_params["examples"] == SENTENCES
    again = visit("worlds", **dict(app.query_params))
    assert web(again, "sentence_gap")["answer"] == answer
    app.text_area[0].set_value("bank: the ___ gave a loan\n").run()
    assert not app.exception
    assert "one class" in said(app)
    app.text_area[0].set_value("bank the ___ gave a loan\n").run()
    assert "line 1 of the examples" in said(app)
    app.text_area[0].set_value("").run()
    assert "no examples" in said(app)
    app.text_area[0].set_value(SENTENCES)
    app.text_input[0].set_value("the dog ate my homework").run()
    assert "no gap" in said(app)
    assert web(app, "sentence_gap")["answer"] is None


def test_a_word_that_is_cut_out_is_known_and_the_gap_of_before_is_filled(visit, monkeypatch):
    from dashboard.widgets import sentence_gap

    show, cuts = sentence_gap.show, [3]
    monkeypatch.setattr(sentence_gap, "show", lambda *given: (cuts and given[3](cuts.pop()), show(*given)))
    app = visit("worlds", world="sentences", examples=SENTENCES, asked="he took the drug, and the ___.")
    app.run()
    assert not app.exception
    words, answer = (web(app, "sentence_gap")[name] for name in ("words", "answer"))
    assert app.query_params["word"] == "drug"
    assert words[3]["gap"]
    assert words[3]["after"] == ","
    assert words[-1]["text"] in ("bank.", "drug.")
    assert answer["mark"] == ("right" if answer["word"] == "drug" else "wrong")
    app.text_input[0].set_value("he took the ___").run()
    assert "word" not in app.query_params


def test_a_map_changed_by_hand_is_in_the_address_and_a_bad_one_changes_nothing(visit, monkeypatch):
    from dashboard import compute
    from dashboard.widgets import body_drive
    from pnzoo import gridworld

    edits, show = [], body_drive.show
    monkeypatch.setattr(body_drive, "show", lambda *given: edits.append(given[-1]) or show(*given))
    app = visit("worlds", world="body")
    walls, start, goal = compute.read_body_map(compute.body_map(5), (28,))
    monkeypatch.setattr(body_drive, "show", lambda *given: (given[-1](walls, goal, start), show(*given)))
    course = gridworld.to_string(walls, goal, start)
    app.run()
    app.run()
    assert not app.exception
    assert app.query_params["course"] == course
    assert web(app, "body_drive")["start"] == list(goal)
    monkeypatch.setattr(body_drive, "show", lambda *given: (given[-1](walls | True, goal, start), show(*given)))
    app.run()
    app.run()
    assert "stays as it was" in said(app)
    assert app.query_params["course"] == course
    monkeypatch.setattr(body_drive, "show", show)
    app.button(key="place").click().run()
    assert web(app, "body_drive")["start"] not in (list(goal), list(start))
    app.button(key="new_one").click().run()
    assert "course" not in app.query_params


def test_a_stuck_planner_is_told_whether_its_best_value_lies_beyond_a_wall():
    from dashboard.app_pages import worlds as page
    from dashboard.compute import worlds

    values, walls = np.zeros((3, 3)), np.zeros((6, 6), bool)
    values[1, 2] = 1
    assert not worlds.across(values, walls, (3.0, 3.0))
    walls[3, 4] = True
    assert worlds.across(values, walls, (3.0, 3.0))
    assert not worlds.across(values[:, ::-1], walls, (3.0, 3.0))
    assert "covers 2 x 2 cells" in page.why(worlds.BodyRun(None, values, 3.0, True), walls)
    assert page.why(worlds.BodyRun(None, values, 3.0), walls) == ""


def test_a_body_is_stuck_as_long_as_it_stays_where_it_ends():
    from dashboard.compute.worlds import stuck

    path = np.array([[float(min(t, 10)), 0.0] for t in range(41)])
    assert stuck(path, 8.0) == pytest.approx(8 * 31 / 40)  # from the first place that is no more than a cell away
    assert stuck(path[:12], 2.2) == 0


@pytest.mark.parametrize("part,message", [
    ({"world": "moon"}, "world is one of"), ({"seed": "-1"}, "seed is a whole number"),
    ({"world": "sentences", "word": "two words"}, "word is the one that was cut out"),
    ({"side": "29"}, "side is one of"), ({"course": "3x3_1.1_1.1_AAA"}, "course"),
    ({"course": "4x4_1.1_2.2_-Z8"}, "a map for bodies has 20 x 20"),
    ({"course": "20x20___" + "_" * 66 + "w"}, "a start and a goal"),
    ({"course": "20x20_1.1_2.2_" + "A" * 67}, "the rim of a map for bodies is wall"),
])  # fmt: skip
def test_a_wrong_address_is_said_and_the_page_stays(visit, part, message):
    app = visit("worlds", **part)
    assert not app.exception
    assert message in said(app)
