"""Every page, without a browser."""

import io
import json
import re
from pathlib import Path

import numpy as np
import pytest

from pnzoo import gridworld

FOLDER = Path(__file__).parents[2] / "dashboard"
ROOM = """
##########
#S......G#
#........#
#........#
##########
"""
PAGES = {"plan": "Where would it go?", "inside": "How does it plan?", "few_shot": "Who decided?",
         "terrain": "What does it see?", "photographs": "What is it?",
         "worlds": "Can it plan beyond a grid?", "compare": "Where does it fail?", "zoo": "The zoo"}


def code(text):
    return gridworld.to_string(*gridworld.parse(text))


def png(grey):
    from PIL import Image

    file = io.BytesIO()
    Image.fromarray(grey).save(file, "PNG")
    return file.getvalue()


def texts(app):
    """All that a page says, in one string."""
    kinds = ("markdown", "success", "error", "warning", "info", "caption")
    return "\n".join(str(each.value) for kind in kinds for each in getattr(app, kind))


def snippets(app):
    """Lines of Python that a page shows."""
    shown = [each.proto for each in app.get("bidi_component") if each.proto.component_name.endswith("snippet")]
    return [json.loads(each.json)["text"] for each in shown]


def metric(app, label):
    return next(each.value for each in app.metric if each.label == label)


@pytest.mark.parametrize("page", PAGES)
def test_an_empty_zoo_is_said_and_nothing_breaks(empty_zoo, visit, page):
    assert "zoo" in texts(visit(page)).lower()


@pytest.mark.parametrize("page", PAGES)
def test_opens_and_says_what_it_is_and_its_address_brings_the_same_page_again(visit, heading, page):
    first = visit(page)
    assert heading(first) == PAGES[page]
    assert "Words used here" in [each.label for each in first.expander]
    assert not first.warning
    written = dict(first.query_params)
    again = visit(page, **written)
    assert dict(again.query_params) == written
    assert texts(again) == texts(first)


def test_the_snippet_gives_what_plan_shows(visit):
    app = visit("plan", map=code(ROOM), model="vin8")
    (snippet,) = snippets(app)
    scope = {}
    exec(snippet.replace("print(", "_ = ("), scope)
    assert str(len(scope["plan"].actions)) == metric(app, "Moves")
    assert f"{scope['plan'].cost:.2f}" == metric(app, "Length")


def test_the_large_maze_is_one_click_away_and_its_wave_front_is_shown(visit, monkeypatch):
    from dashboard import compute

    monkeypatch.setitem(compute.MAX_TRACE, "DeterministicVIN", 1_000_000)  # some hundred steps of it
    app = visit("plan", unfolded=True, model="vin8")
    app.button(key="large_maze").click().run()
    assert app.query_params["model"] == "vin_maze"
    walls = gridworld.from_string(app.query_params["map"]).walls
    assert walls.shape == (101, 101)
    assert not visit("inside", model="vin_maze", map=app.query_params["map"]).exception


def test_k_is_a_control(visit):
    app = visit("plan", map=code(ROOM), model="vin8")
    app.number_input(key="choose_k").set_value(3).run()
    assert app.query_params["k"] == "3"
    assert "thinks **K = 3** steps ahead, as you chose" in texts(app)


@pytest.mark.parametrize("side,enough", [(3, 6), (28, 48)])
def test_automatic_k_is_enough_for_the_map_and_is_said(visit, side, enough):
    """vin8 of this zoo is stored with K = 6; news of the goal must reach the farthest cell of every map."""
    walls = np.zeros((side, side), bool)
    app = visit("plan", model="vin8", map=gridworld.to_string(walls, start=(1, 1), goal=(1, 2)))
    k = int(re.search(r"K = (\d+)\*\* steps ahead,.* automatically", texts(app))[1])
    assert k == enough
    assert app.number_input(key="choose_k").placeholder == f"automatic: {k}"
    assert "k" not in app.query_params


def test_automatic_k_is_never_less_than_the_way_and_the_own():
    from dashboard import compute

    for needed in (*range(1, 60), 185, 700, 2000):
        k = compute.enough_steps(16, needed)
        assert k >= max(16, needed + needed // 4)
        assert k <= max(24, 2 * needed)
    assert compute.enough_steps(48, 30) == 48
    assert [compute.enough_steps(6, needed) for needed in (2, 3, 16, 17, 23, 24)] == [6, 24, 24, 32, 32, 48]


def test_marks_are_hidden_by_the_address_too(visit):
    app = visit("plan", model="vin8", map=code(ROOM), hide="moves")
    assert [app.checkbox(key=f"show_{name}").value for name in ("best", "moves")] == [True, False]
    app.checkbox(key="show_best").set_value(False).run()
    assert app.query_params["hide"] == "best,moves"
    app.checkbox(key="show_best").set_value(True).run()
    app.checkbox(key="show_moves").set_value(True).run()
    assert "hide" not in app.query_params


@pytest.mark.parametrize("page", ["plan", "inside"])
def test_a_map_without_a_goal_asks_for_one_and_can_be_taken_along(visit, page):
    app = visit(page, map=gridworld.to_string(np.zeros((5, 6), bool), start=(1, 1)))
    assert "no goal" in texts(app)
    assert "from_string" in snippets(app)[0]
    assert "Words used here" in [each.label for each in app.expander]


def test_nothing_is_computed_again_that_did_not_change(visit, monkeypatch):
    """Hiding a mark, another view, another cell and coming back to a map ask no model."""
    from dashboard import compute
    from pnzoo.models import VIN
    from pnzoo.plain_vin import PlainVIN

    asked = []
    for planner, name in ((VIN, "trace"), (VIN, "policy"), (PlainVIN, "policy")):
        real = getattr(planner, name)
        monkeypatch.setattr(planner, name, lambda *given, real=real, **more: asked.append(1) or real(*given, **more))
    room, other = code(ROOM), code(ROOM.replace("#........#", "#....#...#", 1))
    app = visit("plan", model="vin8", map=room, k="11")
    assert asked
    compute.reward_sign("vin8")  # asked once a model
    asked.clear()
    app.checkbox(key="show_best").set_value(False).run()
    assert not asked
    visit("inside", model="vin8", map=room, k="11")
    assert len(asked) == 1  # Plan needs no trace, Inside does
    asked.clear()
    visit("inside", model="vin8", map=room, k="11", view="cell", step="3")
    assert not asked
    visit("plan", model="vin8", map=other, k="11")
    assert asked
    asked.clear()
    visit("plan", model="vin8", map=room, k="11")
    assert not asked


def test_what_is_folded_is_made_when_it_is_opened(visit):
    app = visit("plan", model="vin8")
    assert not app.text_area
    assert "**Excess**:" not in texts(app)
    app.session_state["other_ways"] = app.session_state["words_used"] = True
    app.run()
    assert app.text_area
    assert "**Excess**:" in texts(app)


def test_presets_are_maps_with_a_start_and_a_goal(visit):
    from dashboard.widgets.presets import PRESETS

    app = visit("plan", unfolded=True, model="vin8")
    for number, (name, wanted) in enumerate(PRESETS.items()):
        parsed = gridworld.from_string(wanted)
        assert parsed.start is not None
        assert parsed.goal is not None, name
        reachable = np.isfinite(gridworld.distances(parsed.walls, parsed.goal)[parsed.start])
        assert reachable == (name != "No way")
        assert app.button(key=f"preset{number}").label == name
    app.button(key="preset2").click().run()
    assert app.query_params["map"] == list(PRESETS.values())[2]


def test_a_second_stroke_is_not_lost_to_the_address_from_before_the_first(visit):
    """On a slow server a browser sends the second change with an address that the first has made old."""
    app = visit("plan", unfolded=True, model="vin8", map=code(ROOM))
    old = dict(app.query_params)
    app.button(key="preset0").click().run()
    app.query_params.update(old)
    app.button(key="preset1").click().run()
    assert app.query_params["map"] == app.session_state["pnzoo"]["values"]["map"] != old["map"]


def test_going_back_brings_back_the_map(visit, monkeypatch):
    from dashboard import state

    monkeypatch.setattr(state, "LATE", 0.0)  # as if some time had passed
    app = visit("plan", unfolded=True, model="vin8", map=code(ROOM))
    old = dict(app.query_params)
    app.button(key="preset0").click().run()
    assert app.query_params["map"] != old["map"]
    app.query_params.update(old)
    app.run()
    assert app.query_params["map"] == old["map"]
    assert metric(app, "Shortest length") == "7.00"


def test_a_map_typed_as_text_becomes_the_map(visit):
    app = visit("plan", unfolded=True, model="vin8")
    app.text_area(key="map_text").set_value(ROOM).run()
    app.button(key="use_text").click().run()
    assert app.query_params["map"] == code(ROOM)
    assert metric(app, "Shortest length") == "7.00"


def test_an_uploaded_map_becomes_the_map(visit):
    app = visit("plan", unfolded=True, model="vin8")
    app.file_uploader(key="map_file").upload("room.txt", ROOM.encode(), "text/plain").run()
    app.button(key="use_file").click().run()
    assert app.query_params["map"] == code(ROOM)


def test_a_new_map_is_another_one_of_the_kind_asked_for(visit):
    app = visit("plan", model="vin8")
    app.selectbox(key="family").set_value("maze").run()
    app.selectbox(key="side").set_value(11).run()
    first = app.query_params["map"]
    app.button(key="new_map").click().run()
    assert first.startswith("11x11_")
    assert app.query_params["map"] != first
    assert (app.selectbox(key="family").value, app.selectbox(key="side").value) == ("maze", 11)


def test_kind_and_size_name_the_map_that_is_shown(visit):
    app = visit("plan", model="vin8", map=code(ROOM))
    assert (app.selectbox(key="family").value, app.selectbox(key="side").value) == (None, None)
    assert app.selectbox(key="side").placeholder == "5 x 10"
    app.selectbox(key="family").set_value("rooms").run()  # takes effect at once, at the size nearest to this map's
    assert app.query_params["map"].startswith("8x8_")
    assert (app.selectbox(key="family").value, app.selectbox(key="side").value) == ("rooms", 8)


def test_a_planner_that_this_page_does_not_take_is_named(visit):
    app = visit("inside", model="cnn8", map=code(ROOM))
    assert "cnn8 is a CNNPolicy, which this page cannot look into" in texts(app)


def test_compare_asks_for_a_goal_too(visit):
    app = visit("compare", maps="100", size="8", map=gridworld.to_string(np.zeros((5, 6), bool), start=(1, 1)))
    assert "no goal" in texts(app)


def test_walls_between_start_and_goal_are_said(visit):
    app = visit("plan", model="vin8", map=code("#####\n#S#G#\n#####"))
    assert "There is no way" in texts(app)
    assert metric(app, "Shortest length") == "no way"


def test_a_model_of_one_size_says_so_on_another(visit):
    assert "cannot plan on this map" in texts(visit("plan", model="fcn8", map=code(ROOM)))


def test_an_address_of_pictures_that_are_not_there_says_so(visit, ring):
    app = visit("few_shot", way="2", shot="2", drop="0,150", swap="4:1", moved="3:A", look="4")
    said = "\n".join(warning.value for warning in app.warning)
    assert all(f"`{name}`" in said for name in ("drop", "swap", "look"))
    assert "`moved`" not in said
    assert "pictures 0 to 3, and it names 150" in said
    assert app.query_params["drop"] == "0"
    assert "look" not in app.query_params
    assert [each["out"] for each in ring(app)["pictures"]] == [True, False, False, False]


def test_the_server_is_local_and_sends_no_statistics():
    config = (FOLDER / ".streamlit" / "config.toml").read_text()
    assert re.search(r'^address = "localhost"', config, re.M)
    assert re.search(r"^gatherUsageStats = false", config, re.M)


def test_no_page_renders_markup_of_its_own():
    for file in FOLDER.rglob("*.py"):
        text = file.read_text()
        assert "unsafe_allow_html" not in text, file
        assert "st.html(" not in text or file.name == "headings.py", file


def test_words_are_letters_whatever_they_say():
    from streamlit.testing.v1 import AppTest

    def page():
        from dashboard.widgets import headings

        headings.heading("<script>a</script> & b")
        headings.sentence("From **S** to <b>G</b>")
        headings.named("<i>vin", "#c00", "arrives & rests")

    drawn = [each.proto.body for each in AppTest.from_function(page).run().get("html")]
    assert drawn == ["<h1>&lt;script&gt;a&lt;/script&gt; &amp; b</h1>", "<p>From <b>S</b> to &lt;b&gt;G&lt;/b&gt;</p>",
                     '<span style="color: #c00">●</span> <b>&lt;i&gt;vin</b> arrives &amp; rests']


def test_every_chart_and_picture_has_words_for_those_who_do_not_see_it():
    for file in (*(FOLDER / "app_pages").glob("*.py"), *(FOLDER / "widgets").glob("*.py")):
        text = file.read_text()
        for call in ("st.image(", "share.chart(", "st.dataframe("):
            for part in text.split(call)[1:]:
                assert "alt=" in part[:900], f"{file.name}: {call}{part[:80]}"




def test_after_the_last_lesson_it_is_said_what_was_learned(visit):
    app = visit("lessons")
    for many in (5, 6):
        app.session_state["lessons_done"] = set(range(1, many + 1))
        app.run()
        assert ("All six done" in " ".join(each.value for each in app.markdown)) == (many == 6)


def test_an_address_that_names_a_lesson_alone_is_all_of_it(visit):
    from dashboard import lessons

    app = visit("plan", lesson="3")
    assert app.query_params["map"] == lessons.LESSONS[2].link["map"]
    assert "Lesson 3 of 6" in " ".join(each.value for each in app.markdown)
    assert "lesson is a number from 1 to 6" in " ".join(each.value for each in visit("plan", lesson="33").warning)
