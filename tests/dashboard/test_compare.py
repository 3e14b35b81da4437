"""Compare: two entries on the same input, planners and few-shot models."""


import html
import json
import re

import numpy as np
import pytest

from tests.dashboard.conftest import FORGED
from tests.dashboard.test_pages import code, snippets, texts

pytestmark = pytest.mark.integration

SQUARE = """
########
#S....G#
#......#
#......#
#..#...#
#......#
#......#
########
"""
TWO = {"model": "vin8", "other": "cnn8", "maps": "100", "size": "8"}
FEW = {"what": "few-shot", "fewshot": "matching_omniglot", "fewother": "matching_fce_omniglot", "episodes": "30"}


@pytest.fixture(autouse=True)
def few_ways(monkeypatch):
    """Accuracy by way asks in as many episodes of each way again; one more way than the tests ask for is enough."""
    from dashboard.widgets import episode_controls

    monkeypatch.setattr(episode_controls, "WAYS", (2, 3, 5))


def trials(app):
    """What the page sends to its component."""
    (shown,) = [each.proto for each in app.get("bidi_component") if "trials" in each.proto.component_name]
    return json.loads(shown.json)


def counted(app):
    """title -> (how often it succeeds, in how many trials), as the headline says it."""
    said = app.header[0].value
    first, hits, of = re.match(r"`(.+?)` (?:arrives|is right) on (\d+) of (\d+)", said).groups()
    other = re.search(r", `([^,]+)` on (\d+)$", said)
    return {first: (int(hits), int(of)), **({other[1]: (int(other[2]), int(of))} if other else {})}


def test_two_planners_on_the_same_map_and_on_many(visit, unmoved):
    from dashboard.widgets import trials as widget

    told, changed = unmoved(widget, "_trials", [("opened", each) for each in FORGED])
    app = visit("compare", model="vin8", other="cnn8", kind="maze", size="8", maps="100", seed="3", map=code(SQUARE))
    assert counted(app).keys() == {"vin8", "cnn8"}
    assert (len(told), changed) == (len(FORGED), [])
    shown = trials(app)
    assert len(shown["kinds"]) == 100
    assert sorted(shown["order"]) == list(range(100))
    assert [line["name"] for line in shown["picture"]["lines"]] == ["vin8", "cnn8"]
    kinds, (worst, (hits, of)) = shown["kinds"], min(counted(app).items(), key=lambda each: each[1][0])  # short to long
    lost = [at for at, kind in enumerate(kinds) if kind in ("3", "2" if worst == "vin8" else "1")]
    far = sum(at >= of // 2 for at in lost)
    assert len(lost) == of - hits > 1
    own = " ".join(each.proto.body for each in app.get("html"))
    assert f"<b>{far} of the {len(lost)}</b> maps on which <code>{worst}</code> gets lost" in own
    assert "<b>vin8</b> " in own  # on the map of the page Plan
    assert "<b>cnn8</b> " in own
    assert app.query_params["map"] == code(SQUARE)


def test_two_few_shot_models_on_the_same_question_and_on_many(visit):
    app = visit("compare", **FEW)
    assert counted(app).keys() == {"matching_omniglot", "matching_fce_omniglot"}
    assert len(trials(app)["kinds"]) == 30 * 5
    app.session_state["same_question"] = app.session_state["rates"] = True
    app.run()
    assert not app.exception
    own = " ".join(each.proto.body for each in app.get("html"))
    for name in ("matching_omniglot", "matching_fce_omniglot"):
        assert f"<b>{name}</b> says" in own
    assert app.query_params["what"] == "few-shot"
    assert app.query_params["fewother"] == "matching_fce_omniglot"


def test_the_question_is_the_one_of_the_few_shot_page(visit, ring):
    changed = {"way": "3", "shot": "2", "episode": "7", "ask": "1", "drop": "0"}
    alone = visit("few_shot", fewshot="matching_omniglot", **changed)
    both = visit("compare", **FEW, **changed)
    both.session_state["same_question"] = True
    both.run()
    answer = ring(alone)["classes"][ring(alone)["answer"]]
    said = f"<b>matching_omniglot</b> says {answer['name']}, {100 * answer['chance']:.0f}% sure"
    assert said in " ".join(each.proto.body for each in both.get("html"))


def test_a_mistake_opens_as_a_question_that_is_answered_wrong(visit, ring):
    """The models here are untrained, so they make mistakes; the link's page must show the same one."""
    from dashboard import compute

    app = visit("compare", **FEW, way="5", first="20")
    shown = trials(app)
    assert len(shown["thumbs"]) == 12
    run = compute.predictions("matching_omniglot", "invented", 5, 1, 30, 20)
    other = compute.predictions("matching_fce_omniglot", "invented", 5, 1, 30, 20)
    assert shown["shown"] == np.flatnonzero((run.correct ^ other.correct).ravel())[0]
    episode, asked = (int(x[0]) for x in np.nonzero(~run.correct))
    app = visit("compare", **FEW, way="5", first="20", fewtrial=str(5 * episode + asked))
    assert trials(app)["shown"] == 5 * episode + asked
    assert app.query_params["fewtrial"] == str(5 * episode + asked)
    page = visit("few_shot", fewshot="matching_omniglot", episode=str(20 + episode), ask=str(asked))
    said = "ABCDE"[int(run.probability[episode, asked].argmax())]
    shown = ring(page)
    assert f"says {said}," in trials(app)["picture"]["lines"][0]["text"]
    assert shown["classes"][shown["answer"]]["name"] == said
    assert shown["truth"] == "ABCDE"[asked]


def test_a_network_with_a_bound_on_classes_is_compared_where_it_can_answer(visit, monkeypatch):
    from dashboard.widgets import episode_controls

    monkeypatch.setattr(episode_controls, "WAYS", (5, 20))
    app = visit("compare", **{**FEW, "fewother": "mann_omniglot", "way": "20"})
    found = set(counted(app))
    assert any(name.startswith("matching") for name in found)
    assert ("`mann_omniglot` cannot answer" in texts(app)) != any(name.startswith("mann") for name in found)


@pytest.mark.parametrize("options", [TWO, {**TWO, "seed": "5", "other": "vin_maze4"}, FEW],
                         ids=["planners", "other maps", "few-shot"])
def test_the_snippet_gives_the_numbers_of_the_page(visit, options):
    app = visit("compare", **options)
    (snippet,) = snippets(app)
    said = []
    exec(snippet, {"print": lambda *words: said.append(words)})
    shown = counted(app)
    rates = [words for words in said if isinstance(words[0], str)]
    assert len(rates) == len(shown) == 2
    for name, rate in rates:
        hits, of = shown[name]
        assert hits == round(rate * of)


def test_the_numbers_stand_beside_those_of_the_cards(visit, monkeypatch):
    """The maps are the first of those that the cards count, so that the numbers meet."""
    from dashboard import compute
    from pnzoo.evaluation import gridworld as evaluation

    values = {"vin8": 0.9876, "cnn8": 0.8694}
    cards = {name: {**compute.cards()[name], "metrics": [{
        "name": "success_rate", "value": value, "n": 5000, "dataset": evaluation.generated(8, n=5000).dataset}]}
        for name, value in values.items()}
    episodes = {name: {**compute.cards()[name], "metrics": [{"name": "5w1s", "value": value, "n": 2000, "dataset": {
        "kind": "episodes", "images": "glyphs", "alphabets": 12, "characters": 20}}]}
        for name, value in {"matching_omniglot": 0.9747, "matching_fce_omniglot": 0.9811}.items()}
    every = {**compute.cards(), **cards, **episodes}
    monkeypatch.setattr("dashboard.compute.zoo.cards", lambda: every)
    maps = evaluation.generated(8)
    walls, goal, start, _ = compute.planning.trial_maps("open", 8, 100, 9008, 8)
    for found, all_of_them in zip((walls, goal, start), maps[:3], strict=True):
        np.testing.assert_array_equal(found, all_of_them[:100])
    for seed, which in (("9008", "On all 5,000 of these, as in the zoo"), ("1", "On the zoo's 5,000 other maps")):
        app = visit("compare", **TWO, seed=seed)
        here = counted(app)
        assert (f"{which}: vin8 98.76% (here {here['vin8'][0]:.1f}%), cnn8 86.94% (here {here['cnn8'][0]:.1f}%)."
                ) in sentences(app)
        assert app.query_params.get("seed") == (None if seed == "9008" else seed)  # which goes with the size
    app = visit("compare", **FEW)
    parts = [f"{name} {card} (here {100 * counted(app)[name][0] / 150:.1f}%)" for name, card in (
        ("matching_omniglot", "97.47%"), ("matching_fce_omniglot", "98.11%"))]
    assert f"In the zoo, on 240 other characters: {', '.join(parts)}." in sentences(app)


def sentences(app):
    """The sentences of a page without their markup."""
    return html.unescape(re.sub("<.*?>", "", " ".join(each.proto.body for each in app.get("html"))))


def test_switching_keeps_what_was_chosen(visit):
    app = visit("compare", **{**TWO, **FEW, "what": "planners"})
    app.segmented_control(key="choose_what").set_value("few-shot").run()
    assert app.query_params["what"] == "few-shot"
    app.segmented_control(key="choose_what").set_value("planners").run()
    assert app.query_params["other"] == "cnn8"
    assert "what" not in app.query_params


def test_a_thousand_maps_are_walked_a_hundred_at_a_time_and_may_be_stopped(visit, monkeypatch):
    from dashboard import compute

    asked = ("vin8", "open", 8, 300, 5, 8)
    told = []
    whole = compute.trials(*asked, told.append)
    assert told == [100, 200, 300]
    part = compute.trials(*asked, most=150)
    assert len(part.walls) == len(part.walks.success) == 200
    np.testing.assert_array_equal(part.walks.cost, whole.walks.cost[:200])
    app = visit("compare", model="vin8", other="cnn8", kind="open", size="8", maps="300", seed="6")
    assert "was stopped" not in texts(app)
    asked = ("cnn8", "open", 8, 300, 6, 8)
    app.session_state["stopped"], app.session_state["done"] = {asked: 100}, {asked: 100}
    app.run()
    assert "`cnn8` was stopped after 100 of 300 maps." in texts(app)
    assert counted(app)["vin8"][1] == 100  # those that both walked
    app.button(key="go_on_cnn8").click().run()
    assert not app.exception
    assert "was stopped" not in texts(app)


def test_squares_say_who_succeeds_and_the_chosen_map_is_large(visit):
    from dashboard import compute
    from pnzoo.core.stats import difference_ci

    app = visit("compare", **TWO, trial="7")
    runs = [compute.trials(name, "open", 8, 100, 9008).walks.success for name in ("vin8", "cnn8")]
    shown = trials(app)
    meant = {(True, True): "0", (True, False): "1", (False, True): "2", (False, False): "3"}
    assert shown["kinds"] == "".join(meant[bool(runs[0][i]), bool(runs[1][i])] for i in shown["order"])
    assert shown["shown"] == 7
    assert app.query_params["trial"] == "7"
    low, high = difference_ci(*sorted(runs, key=np.mean, reverse=True))
    assert re.search(rf"\(95% interval [a-z ]*{100 * low:.1f} to {100 * high:.1f}", shown["words"]["about"])
    walked = [line["good"] for line in shown["picture"]["lines"]]
    assert shown["picture"]["svg"].count('class="end"') == walked.count(False)
    assert "trial" not in visit("compare", **TWO, trial="999").query_params


def test_a_difference_is_in_the_colour_of_who_is_better_and_grey_where_it_may_be_chance():
    from dashboard.figures import difference_svg, theme
    from pnzoo import analysis

    first = np.ones(200, bool)
    second = np.arange(200) < 150
    rows = analysis.difference_by_bin(np.arange(200), first, second, bins=4)
    assert [row["difference"] for row in rows] == [0, 0, 0, 1]
    svg = difference_svg.by_group(rows, "length", "a<b", "c", "wins")
    assert svg.count(f'r="6.5" fill="{theme.GREY}"') == 3
    assert svg.count(f'r="6.5" fill="{theme.LIGHT.path}"') == 1
    assert "a&lt;b wins" in svg
    dots = dict(zip((row["mean"] for row in rows), map(float, re.findall(r'cx="([0-9.]+)"', svg)), strict=True))
    marks = [(float(at), float(word)) for at, word in re.findall(r'<text x="([0-9.]+)" y="244"[^>]*>([0-9.]+)<', svg)]
    slope, start = np.polyfit(list(dots), list(dots.values()), 1)
    assert 2 <= len(marks) <= 6
    assert [at for at, _ in marks] == pytest.approx([start + slope * word for _, word in marks], abs=0.2)
    rows = analysis.difference_by_bin(np.arange(200), second, first, bins=4)
    turned = difference_svg.by_group(rows, "", "c", "a", "")
    assert turned.count(f'r="6.5" fill="{theme.LIGHT.reacts}"') == 1


def test_walls_are_drawn_once_each():
    import re

    from dashboard.figures.planning_svg import rectangles

    walls = np.random.default_rng(0).random((7, 9)) < 0.5
    drawn = np.zeros(walls.shape, int)
    for col, row, wide, back in re.findall(r"M(\d+) (\d+)h(\d+)v1h-(\d+)z", rectangles(walls)):
        assert wide == back
        drawn[int(row), int(col) : int(col) + int(wide)] += 1
    np.testing.assert_array_equal(drawn, walls)
