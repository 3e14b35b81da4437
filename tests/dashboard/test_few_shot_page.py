"""The page Few-shot."""

import base64
import shutil

import numpy as np
import pytest

from tests.dashboard.test_pages import texts


def test_a_model_of_full_context_is_one_click_away(visit, ring):
    app = visit("few_shot", fewshot="matching_omniglot")
    assert ring(app)["model"] == "matching_omniglot"
    assert ring(app)["steps"] is None
    assert not ring(app)["ordered"]
    app.button(key="ask_context").click().run()
    assert app.query_params["fewshot"] == "matching_fce_omniglot"
    shown = ring(app)
    assert shown["model"] == "matching_fce_omniglot"
    assert shown["ordered"]
    assert shown["how"].endswith("× the cosine after it read all together (FCE).")
    looks = np.array([picture["steps"] for picture in shown["pictures"]])
    assert looks.shape == (5, shown["steps"])
    np.testing.assert_allclose(looks.sum(axis=0), 1, atol=1e-5)


def test_the_numbers_are_unfolded(visit):
    app = visit("few_shot", fewshot="matching_fce_omniglot")
    assert "It reads in steps." not in texts(app)
    app.session_state["numbers"] = True
    app.run()
    assert "It reads in steps." in texts(app)
    assert "Does the order matter?" in texts(app)


def test_a_network_with_memory_answers_without_lines(visit, ring):
    app = visit("few_shot", fewshot="mann_omniglot", least="100")
    shown = ring(app)
    assert shown["answer"] is None
    assert "sure, and you ask for 1.00" in shown["none"]
    assert shown["ordered"]
    assert all(picture["share"] is None and picture["likeness"] is None for picture in shown["pictures"])
    assert (shown["legend"], shown["lined"]) == ([], False)  # it compares with no picture and has no attention
    assert "less sure than" in shown["leastWords"]
    app.session_state["numbers"] = True
    app.run()
    assert "lines are attention" not in texts(app)
    assert "it compares with no single example" in texts(app)
    assert ring(visit("few_shot", fewshot="mann_omniglot"))["answer"] is not None


def test_a_zoo_without_full_context_offers_none(visit, small_zoo, empty_zoo):
    shutil.copytree(small_zoo / "matching_omniglot", empty_zoo / "matching_omniglot")
    assert "ask_context" not in [each.key for each in visit("few_shot").button]


def test_the_ring_shows_what_the_model_decided(visit, ring):
    """Every number on it is pnzoo's, also for a set that a link changed."""
    from dashboard import compute
    from dashboard.compute import support_set
    from pnzoo import analysis

    link = {"way": "3", "shot": "2", "episode": "7", "ask": "1", "drop": "0", "moved": "2:A", "look": "3"}
    shown = ring(visit("few_shot", fewshot="matching_omniglot", **link))
    episode = support_set.with_query("invented", 3, 2, 7, 1, drop=(0,), moved=((2, "A"),))
    model = compute.model("matching_omniglot")
    made = analysis.explain(model, episode.images, episode.labels, episode.query)
    np.testing.assert_allclose([each["chance"] for each in shown["classes"]], made.probability, atol=1e-4)
    here = [picture for picture in shown["pictures"] if not picture["out"]]
    np.testing.assert_allclose([each["share"] for each in here], made.attention, atol=1e-4)
    np.testing.assert_allclose([each["likeness"] for each in here], made.similarity, atol=1e-4)
    first, second = np.argsort(-made.attention)[:2]
    factor = float(model.matching_attention.scale)
    ratio = np.exp(factor * (made.similarity[first] - made.similarity[second]))  # what the line says is what happens
    assert made.attention[first] / made.attention[second] == pytest.approx(ratio, rel=1e-3)
    assert shown["how"] == (f"{made.similarity[first]:.2f} against {made.similarity[second]:.2f} alike becomes "
                            f"{made.attention[first]:.0%} against {made.attention[second]:.0%}: softmax of "
                            f"{factor:.0f} × cosine.")
    assert [each["class"] for each in shown["pictures"]][1:3] == [0, 0]
    assert shown["pictures"][2]["name"] == "B1"
    less = support_set.with_query("invented", 3, 2, 7, 1, drop=(0, 3), moved=((2, "A"),))
    then = analysis.explain(model, less.images, less.labels, less.query)
    answer = less.classes[int(then.probability.argmax())]
    assert shown["without"]["index"] == 3
    assert f" {answer}, {then.probability.max():.0%} sure" in shown["without"]["words"]


def test_the_order_is_part_of_the_link_and_matters_to_the_lstm_only(visit, ring):
    for name, same in (("matching_omniglot", True), ("matching_fce_omniglot", False)):
        chances = [[each["chance"] for each in ring(visit("few_shot", fewshot=name, order=order))["classes"]]
                   for order in ("0", "7")]
        assert np.allclose(*chances, atol=1e-5) == same


def test_what_changes_in_the_support_set_is_shown_beside_what_was(visit, ring):
    before = ring(visit("few_shot", fewshot="matching_omniglot"))
    app = visit("few_shot", fewshot="matching_omniglot", drop="1")
    app.session_state["numbers"] = True
    app.run()
    said = before["classes"][before["answer"]]
    assert f"Then it said {said['name']}, {said['chance']:.0%} sure" in texts(app)
    app.button(key="put_back").click().run()
    assert "drop" not in app.query_params
    assert ring(app)["classes"] == before["classes"]
    assert "before you changed the support set" not in texts(app)


def test_dropping_all_but_one_class_is_said(visit, ring):
    shown = ring(visit("few_shot", way="2", shot="1", drop="0"))
    assert shown["answer"] is None
    assert "fewer than two classes" in shown["problem"]


def test_none_of_these(visit, ring):
    shown = ring(visit("few_shot", least="100"))
    assert shown["answer"] is None
    assert shown["lined"]  # a circle shows where: the nearest picture lies outside
    assert max(picture["likeness"] for picture in shown["pictures"]) == shown["now"] < shown["least"] / 100
    assert "you ask for 1.00" in shown["none"]


def test_pictures_from_a_browser_are_checked():
    """The page sends grey values of its own making; anything else is refused in words."""
    from dashboard.compute import drawings
    from dashboard.widgets import ring as widget

    paper = np.full((140, 140), 255, "uint8")
    paper[30:110, 65:75] = 0
    code = widget.read_drawing(base64.b64encode(paper.tobytes()).decode())
    assert drawings.from_code(code).sum() > 10
    for wrong in (None, 5, "", "?", "A" * 10**6, base64.b64encode(bytes(9)).decode(),
                  base64.b64encode(np.full((140, 140), 255, "uint8").tobytes()).decode()):
        with pytest.raises(ValueError, match=r"\w"):
            widget.read_drawing(wrong)
    for wrong in (None, "A" * 10**7, base64.b64encode(b"GIF89a").decode()):
        with pytest.raises(ValueError, match=r"\w"):
            widget.read_photo(wrong)
