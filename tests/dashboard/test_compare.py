"""Compare: two entries on the same input, planners and few-shot models."""


import numpy as np
import pytest

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


def metrics(app):
    return {each.label: each.value for each in app.metric}


def test_two_planners_on_the_same_map_and_on_many(visit):
    app = visit("compare", model="vin8", other="cnn8", kind="maze", size="8", maps="100", seed="3", map=code(SQUARE))
    assert {"vin8: success", "cnn8: success"} == set(metrics(app))
    assert "**vin8**" in texts(app)
    assert "**cnn8**" in texts(app)
    assert app.query_params["map"] == code(SQUARE)


def test_two_few_shot_models_on_the_same_question_and_on_many(visit):
    app = visit("compare", **FEW)
    assert {"matching_omniglot: right", "matching_fce_omniglot: right"} == set(metrics(app))
    for name in ("matching_omniglot", "matching_fce_omniglot"):
        assert f"**{name}** says" in texts(app)
    assert app.query_params["what"] == "few-shot"
    assert app.query_params["fewother"] == "matching_fce_omniglot"


def test_the_question_is_the_one_of_the_few_shot_page(visit, ring):
    changed = {"way": "3", "shot": "2", "episode": "7", "ask": "1", "drop": "0"}
    alone = visit("few_shot", fewshot="matching_omniglot", **changed)
    both = visit("compare", **FEW, **changed)
    answer = ring(alone)["classes"][ring(alone)["answer"]]
    said = f"**matching_omniglot** says **{answer['name']}**, {100 * answer['chance']:.0f} % sure"
    assert said in texts(both).replace("%", " %")


def test_a_mistake_opens_as_a_question_that_is_answered_wrong(visit, ring):
    """The models here are untrained, so they make mistakes; the link's page must show the same one."""
    from dashboard import compute

    app = visit("compare", **FEW, way="5", first="20")
    assert "the first 12 are shown" in texts(app)
    run = compute.predictions("matching_omniglot", "invented", 5, 1, 30, 20)
    episode, asked = (int(x[0]) for x in np.nonzero(~run.correct))
    page = visit("few_shot", fewshot="matching_omniglot", episode=str(20 + episode), ask=str(asked))
    said = "ABCDE"[int(run.probability[episode, asked].argmax())]
    shown = ring(page)
    assert shown["classes"][shown["answer"]]["name"] == said
    assert shown["truth"] == "ABCDE"[asked]


def test_a_network_with_a_bound_on_classes_is_compared_where_it_can_answer(visit, monkeypatch):
    from dashboard.widgets import episode_controls

    monkeypatch.setattr(episode_controls, "WAYS", (5, 20))
    app = visit("compare", **{**FEW, "fewother": "mann_omniglot", "way": "20"})
    assert "matching_omniglot: right" in metrics(app)
    assert ("mann_omniglot cannot answer" in texts(app)) != ("mann_omniglot: right" in metrics(app))


@pytest.mark.parametrize("options", [TWO, FEW],
                         ids=["planners", "few-shot"])
def test_the_snippet_gives_the_numbers_of_the_page(visit, options):
    app = visit("compare", **options)
    (snippet,) = snippets(app)
    said = []
    exec(snippet, {"print": lambda *words: said.append(words)})
    shown = metrics(app)
    rates = [words for words in said if isinstance(words[0], str)]
    assert len(rates) == len(shown) == 2
    for name, rate in rates:
        (value,) = (value for label, value in shown.items() if label.startswith(f"{name}:"))
        assert value == f"{rate:.1%}"


def test_switching_keeps_what_was_chosen(visit):
    app = visit("compare", **{**TWO, **FEW, "what": "planners"})
    app.segmented_control(key="choose_what").set_value("few-shot").run()
    assert app.query_params["what"] == "few-shot"
    app.segmented_control(key="choose_what").set_value("planners").run()
    assert app.query_params["other"] == "cnn8"
    assert "what" not in app.query_params


def test_a_thousand_maps_are_walked_a_hundred_at_a_time_and_may_be_stopped(visit, monkeypatch):
    from dashboard import compute

    asked = ("vin8", "open", 8, 300, 5)
    told = []
    whole = compute.trials(*asked, told.append)
    assert told == [100, 200, 300]
    part = compute.trials(*asked, most=150)
    assert len(part.walls) == len(part.walks.success) == 200
    np.testing.assert_array_equal(part.walks.cost, whole.walks.cost[:200])
    app = visit("compare", model="vin8", other="cnn8", kind="open", size="8", maps="300", seed="6")
    assert "was stopped" not in texts(app)
    asked = ("cnn8", "open", 8, 300, 6)
    app.session_state["stopped"], app.session_state["done"] = {asked: 100}, {asked: 100}
    app.run()
    assert "cnn8 was stopped after 100 of 300 maps." in texts(app)
    assert metrics(app).keys() == {"vin8: success", "cnn8: success"}
    app.button(key="go_on_cnn8").click().run()
    assert not app.exception
    assert "was stopped" not in texts(app)
