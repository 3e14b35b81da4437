"""Every page, without a browser."""

import base64
import io
import json
import re
import shutil
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


@pytest.mark.parametrize("view", ["steps", "cell", "moves", "paint"])
@pytest.mark.parametrize("name", ["vin8", "vin8_paper", "vin_maze"])
def test_inside_shows_every_view_of_every_kind_of_network(visit, name, view):
    app = visit("inside", map=code(ROOM), model=name, view=view, paint="2,3,0.5", cell="2.3", k="5")
    (snippet,) = snippets(app)
    exec(snippet.replace("print(", "_ = ("), {})
    assert app.query_params["view"] == view


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
    looks = np.array([picture["steps"] for picture in shown["pictures"]])
    assert looks.shape == (5, shown["steps"])
    np.testing.assert_allclose(looks.sum(axis=0), 1, atol=1e-5)


def test_the_numbers_are_unfolded(visit):
    app = visit("few_shot", fewshot="matching_fce_omniglot")
    assert "It looks several times." not in texts(app)
    app.session_state["numbers"] = True
    app.run()
    assert "It looks several times." in texts(app)
    assert "Does the order matter?" in texts(app)


def test_a_network_with_memory_answers_without_lines(visit, ring):
    app = visit("few_shot", fewshot="mann_omniglot", least="100")
    shown = ring(app)
    assert shown["answer"] is None
    assert "sure, and you ask for 1.00" in shown["none"]
    assert shown["ordered"]
    assert all(picture["share"] is None and picture["likeness"] is None for picture in shown["pictures"])
    assert "attention" not in shown["use"]  # of which it has none
    app.session_state["numbers"] = True
    app.run()
    assert "lines are attention" not in texts(app)
    assert "it compares with no single example" in texts(app)
    app.slider(key="choose_least").set_value(0).run()
    assert ring(app)["answer"] is not None


def test_a_zoo_without_full_context_offers_none(visit, small_zoo, empty_zoo):
    shutil.copytree(small_zoo / "matching_omniglot", empty_zoo / "matching_omniglot")
    assert "ask_context" not in [each.key for each in visit("few_shot").button]


def test_the_ring_shows_what_the_model_decided(visit, ring):
    """Every number on it is pnzoo's, also for a set that a link changed."""
    from dashboard import compute
    from dashboard.widgets import support_set
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
    assert [each["class"] for each in shown["pictures"]][1:3] == [0, 0]
    assert shown["pictures"][2]["name"] == "B1"
    less = support_set.with_query("invented", 3, 2, 7, 1, drop=(0, 3), moved=((2, "A"),))
    then = analysis.explain(model, less.images, less.labels, less.query)
    answer = less.classes[int(then.probability.argmax())]
    assert shown["without"]["index"] == 3
    assert f"Without it the answer is {answer}, {then.probability.max():.0%} sure" in shown["without"]["words"]


def test_the_order_is_part_of_the_link_and_matters_to_the_lstm_only(visit, ring):
    for name, same in (("matching_omniglot", True), ("matching_fce_omniglot", False)):
        chances = [[each["chance"] for each in ring(visit("few_shot", fewshot=name, order=order))["classes"]]
                   for order in ("0", "7")]
        assert np.allclose(*chances, atol=1e-5) == same


def test_the_large_maze_is_one_click_away_and_its_wave_front_is_shown(visit, monkeypatch):
    from dashboard import compute

    monkeypatch.setitem(compute.MAX_TRACE, "DeterministicVIN", 1_000_000)  # some hundred steps of it
    app = visit("plan", unfolded=True, model="vin8")
    app.button(key="large_maze").click().run()
    assert app.query_params["model"] == "vin_maze"
    walls = gridworld.from_string(app.query_params["map"]).walls
    assert walls.shape == (101, 101)
    assert not visit("inside", model="vin_maze", map=app.query_params["map"]).exception


@pytest.mark.parametrize("page", ["plan", "inside"])
def test_a_network_that_finds_k_itself_says_which(visit, page):
    from dashboard.compute import model

    walls, _, goal = gridworld.parse(ROOM)
    k = model("vin_maze").iterations_to_convergence(walls, goal)
    app = visit(page, map=code(ROOM), model="vin_maze")
    assert f"K = {k}" in texts(app) or f"{k} steps" in texts(app)
    assert visit(page, map=code(ROOM), model="vin_maze", k="3").query_params["k"] == "3"


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


def test_a_cell_is_picked_by_number(visit):
    app = visit("inside", map=code(ROOM), model="vin8", view="cell")
    app.number_input(key="choose_Row").set_value(3).run()
    app.number_input(key="choose_Column").set_value(5).run()
    assert app.query_params["cell"] == "3.5"
    assert "Cell (3, 5)" in texts(app)


def test_a_map_too_large_for_every_step_shows_the_first_ones(visit, monkeypatch):
    from dashboard import compute

    most = 10
    monkeypatch.setitem(compute.MAX_TRACE, "VIN", most * 5 * 10)  # as if the room had 10,000 cells
    app = visit("inside", map=code(ROOM), model="vin8")
    assert f"you see the first {most}" in texts(app)
    assert "News of the goal" in texts(app)
    app.number_input(key="choose_k").set_value(most + 1).run()
    assert f"choose K of at most {most}" in texts(app)
    assert "Words used here" in [each.label for each in app.expander]


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
    app = visit("inside", model="vin8", map=room, k="11", view="cell")
    app.slider(key="choose_step").set_value(3).run()
    assert not asked
    visit("plan", model="vin8", map=other, k="11")
    assert asked
    asked.clear()
    visit("plan", model="vin8", map=room, k="11")
    assert not asked


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


def test_walls_have_a_name_where_their_price_is_by_design(visit):
    app = visit("inside", map=code(ROOM), model="vin_maze", view="cell", cell="1.1")
    assert not app.exception
    from dashboard.widgets import backup

    numbers = np.array([[-10001.206, -1.0, -0.5]] * 3)
    shown = backup.nine(numbers, "R", numbers, [[0, 0, 0], [255, 255, 255]], named=numbers < -100)
    assert [text for text, *_ in shown["cells"]] == ["wall", "−1.00", "−0.50"] * 3
    (sent,) = [json.loads(each.proto.json) for each in app.get("bidi_component")
               if "backup" in each.proto.component_name]
    assert sent["parts"][2]["cells"][0][0] == "wall"  # R above and left of the cell 1.1


@pytest.mark.parametrize("sign", [1, -1])
def test_a_good_place_is_good_whichever_way_round_the_reward_is(visit, monkeypatch, sign):
    from dashboard.figures import theme
    from dashboard.widgets import map_grid

    drawn = {}
    real = map_grid.draw

    def draw(key, *given, **more):
        drawn[key] = more
        return real(key, *given, **more)

    monkeypatch.setattr(map_grid, "draw", draw)
    monkeypatch.setattr("dashboard.compute.reward_sign", lambda name: sign)
    assert not visit("inside", map=code(ROOM), model="vin8", view="paint").exception
    assert np.sign(drawn["paint"]["brushes"]["good"]) == sign == -np.sign(drawn["paint"]["brushes"]["bad"])
    purple = drawn["paint"]["painted"]["stops"][-1 if sign > 0 else 0]
    assert purple == theme.stops([theme.REWARD_SCALE[-1]])[0]


def test_compare_asks_for_a_goal_too(visit):
    app = visit("compare", maps="100", size="8", map=gridworld.to_string(np.zeros((5, 6), bool), start=(1, 1)))
    assert "no goal" in texts(app)


def test_walls_between_start_and_goal_are_said(visit):
    app = visit("plan", model="vin8", map=code("#####\n#S#G#\n#####"))
    assert "There is no way" in texts(app)
    assert metric(app, "Shortest length") == "no way"


def test_a_model_of_one_size_says_so_on_another(visit):
    assert "cannot plan on this map" in texts(visit("plan", model="fcn8", map=code(ROOM)))


def test_dropping_all_but_one_class_is_said(visit, ring):
    shown = ring(visit("few_shot", way="2", shot="1", drop="0"))
    assert shown["answer"] is None
    assert "fewer than two classes" in shown["none"]


def test_an_address_of_pictures_that_are_not_there_says_so(visit, ring):
    app = visit("few_shot", way="2", shot="2", drop="0,150", swap="4:1", moved="3:A", look="4")
    said = "\n".join(warning.value for warning in app.warning)
    assert all(f"`{name}`" in said for name in ("drop", "swap", "look"))
    assert "`moved`" not in said
    assert "pictures 0 to 3, and it names 150" in said
    assert app.query_params["drop"] == "0"
    assert "look" not in app.query_params
    assert [each["out"] for each in ring(app)["pictures"]] == [True, False, False, False]


def test_none_of_these(visit, ring):
    shown = ring(visit("few_shot", least="100"))
    assert shown["answer"] is None
    assert "you ask for 1.00" in shown["none"]


def test_pictures_from_a_browser_are_checked():
    """The page sends grey values of its own making; anything else is refused in words."""
    from dashboard.widgets import ring as widget
    from dashboard.widgets import sketchpad

    paper = np.full((140, 140), 255, "uint8")
    paper[30:110, 65:75] = 0
    code = widget.read_drawing(base64.b64encode(paper.tobytes()).decode())
    assert sketchpad.from_code(code).sum() > 10
    for wrong in (None, 5, "", "?", "A" * 10**6, base64.b64encode(bytes(9)).decode(),
                  base64.b64encode(np.full((140, 140), 255, "uint8").tobytes()).decode()):
        with pytest.raises(ValueError, match=r"\w"):
            widget.read_drawing(wrong)
    for wrong in (None, "A" * 10**7, base64.b64encode(b"GIF89a").decode()):
        with pytest.raises(ValueError, match=r"\w"):
            widget.read_photo(wrong)


def gallery(app):
    (found,) = [tiles for tiles in all_tiles(app) if not tiles[0].get("alone")]
    return found


def lead(app):
    """What an open card says first."""
    ((found,),) = [tiles for tiles in all_tiles(app) if tiles[0].get("alone")]
    return found


def all_tiles(app):
    return [json.loads(each.proto.json)["tiles"] for each in app.get("bidi_component")
            if each.proto.component_name.endswith("tiles")]


def test_zoo_shows_the_card_that_a_link_names(visit):
    app = visit("zoo", entry="vin8")
    assert "vin8" in [each.value for each in app.header]
    assert 'model = pnzoo.load("vin8")' in snippets(app)
    assert [tile["id"] for tile in gallery(app) if tile["open"]] == ["vin8"]
    app.session_state["more_of_card"] = True
    app.run()
    assert "It is untrained." in texts(app)
    app.button(key="close_card").click().run()
    assert "entry" not in app.query_params
    assert not app.header


def test_zoo_has_three_filters_and_the_best_first(visit, zoo):
    app = visit("zoo", find="no such thing")
    assert "No entry matches" in texts(app)
    app.text_input(key="find").set_value("matching").run()
    assert app.query_params["find"] == "matching"
    assert {tile["id"] for tile in gallery(app)} == {"matching_omniglot", "matching_fce_omniglot"}
    assert {tile["id"] for tile in gallery(visit("zoo", task="planning"))} == {
        "vin8", "vin8_paper", "vin_maze", "cnn8", "fcn8"}
    names = [tile["id"] for tile in gallery(visit("zoo", sort="name"))]
    assert names == sorted(names)
    assert gallery(app)[0]["number"] == "50.00%"
    assert gallery(app)[0]["line"].startswith("of new maps solved (95% interval 40.00 to 60.00;")
    assert "paper: 99.60%" in gallery(app)[0]["line"]


def test_a_better_entry_comes_before_a_worse_one(visit, small_zoo, empty_zoo):
    for name, value in (("vin8", 0.5), ("fcn8", 0.9)):
        shutil.copytree(small_zoo / name, empty_zoo / name)
        card = json.loads((empty_zoo / name / "card.json").read_text())
        card["metrics"][0].update(value=value, ci95=[value - 0.1, value + 0.1])
        (empty_zoo / name / "card.json").write_text(json.dumps(card))
    assert [tile["id"] for tile in gallery(visit("zoo"))] == ["fcn8", "vin8"]


def test_the_gallery_groups_entries_by_what_they_were_measured_on(visit, small_zoo, empty_zoo):
    for name, value, data in (("vin8", 0.5, {"family": "open", "height": 16, "width": 16}),
                              ("fcn8", 0.9, {"family": "maze", "height": 15, "width": 15}),
                              ("cnn8", 0.2, {"family": "open", "height": 8, "width": 8}),
                              ("vin8_paper", 0.7, {"family": "open", "height": 16, "width": 16})):
        shutil.copytree(small_zoo / name, empty_zoo / name)
        card = json.loads((empty_zoo / name / "card.json").read_text())
        dataset = {"kind": "generated_maps", "n": 100, "starts": "random", "seed": 1, **data}
        card["metrics"][0].update(value=value, ci95=[value - 0.1, value + 0.1], dataset=dataset)
        (empty_zoo / name / "card.json").write_text(json.dumps(card))
    app = visit("zoo", entry="vin8")
    assert [(tile["group"], tile["id"]) for tile in gallery(app)] == [
        ("Planning on maps of 16x16", "vin8_paper"), ("Planning on maps of 16x16", "vin8"),
        ("Planning on maps of 8x8", "cnn8"), ("Planning in mazes", "fcn8")]
    assert gallery(visit("zoo", entry="fcn8"))[0]["id"] == "fcn8", "the group of the open card comes first"
    assert {"number": "50.00%", "more": "95% interval 40.00 to 60.00; the paper: 99.60%"}.items() <= lead(app).items()
    app.session_state["other_data"] = True
    app.run()
    (shown,) = [each.value for each in app.markdown if "50.00%" in each.value]
    assert shown.startswith("On 100 open maps 16x16, a random start each, seed 1:")
    assert "40.00 to 60.00, n " in shown
    assert not app.dataframe, "a table would scroll inside the page"
    assert {tile["group"] for tile in gallery(visit("zoo", sort="name"))} == {""}


def test_every_entry_of_the_zoo_has_a_living_thumbnail():
    from PIL import Image

    from dashboard.figures import theme
    from train.readme import thumbnails

    assert (theme.LIGHT.path, theme.LIGHT.good) == (thumbnails.START, thumbnails.GOAL)
    folder = FOLDER / "thumbnails"
    names = [card.parent.name for card in (FOLDER.parent / "zoo").glob("*/card.json")]
    assert names
    drawn = [(folder / f"{name}.png").read_bytes() for name in names]
    assert len(set(drawn)) == len(drawn), "two entries share a picture"
    for name in names:
        strip = Image.open(folder / f"{name}.png").convert("RGB")
        frames = np.split(np.asarray(strip), strip.width // strip.height, axis=1)
        assert len(frames) > 3
        assert any((frame != frames[0]).any() for frame in frames), f"{name} does not move"


def test_a_damaged_entry_is_reported_and_the_rest_stays(visit, small_zoo, empty_zoo):
    for name in ("vin8", "fcn8"):
        shutil.copytree(small_zoo / name, empty_zoo / name)
    card = empty_zoo / "fcn8" / "card.json"
    card.write_text(card.read_text()[:300])
    app = visit("zoo")
    assert "The entry `fcn8` cannot be read" in texts(app)
    assert [tile["id"] for tile in gallery(app)] == ["vin8"]


def test_changed_weights_are_reported_and_the_page_stays(visit, zoo):
    weights = zoo / "vin8_paper" / "model.weights.h5"
    whole = weights.read_bytes()
    weights.write_bytes(whole[:-100])
    try:
        app = visit("plan", model="vin8_paper", map=code(ROOM), k="9")
        assert "vin8_paper cannot plan on this map" in texts(app)
    finally:
        weights.write_bytes(whole)


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


STRAIGHT, AROUND, CAUGHT = [(1, 1), (1, 2), (1, 3)], [(1, 1), (2, 2), (1, 3)], [(1, 1), (2, 1), (1, 1)]


@pytest.mark.parametrize("paint,before,after,words", [
    (None, STRAIGHT, STRAIGHT, "It reaches G in 2 moves. Paint into its way."),
    ("2,1,5", STRAIGHT, CAUGHT, "It now stays at the good place and never gets to G."),
    ("1,2,-5", STRAIGHT, CAUGHT, "It no longer gets to G: it went in a circle."),
    ("1,2,-5", CAUGHT, CAUGHT, "It does not get to G: it went in a circle."),
    ("1,2,-5", CAUGHT, STRAIGHT, "Now it reaches G in 2 moves, where it was lost before."),
    ("1,2,-5", STRAIGHT, STRAIGHT, "Its way stays the same: it reaches G in 2 moves."),
    ("1,2,-5", STRAIGHT, AROUND, "It now goes round the bad place: it reaches G in 2 moves, 2 before."),
    ("2,2,5", STRAIGHT, AROUND, "It now passes the good place: it reaches G in 2 moves, 2 before."),
    ("2,3,-5", STRAIGHT, AROUND, "It now goes another way: it reaches G in 2 moves, 2 before."),
])
def test_painting_says_what_it_does(visit, monkeypatch, paint, before, after, words):
    from dashboard.widgets import map_grid
    from pnzoo.worlds.gridworld import rollout

    plans = [rollout.Plan(np.array(path), [0, 0], path[-1] == (1, 3), 2.0, "went in a circle")
             for path in (after, before)]
    said, real = {}, map_grid.draw
    monkeypatch.setattr(map_grid, "draw", lambda key, *given, **more: said.update({key: more}) or real(
        key, *given, **more))
    monkeypatch.setattr("dashboard.compute.reward_sign", lambda name: 1)
    monkeypatch.setattr(rollout, "rollout", lambda *given: plans.pop(0))
    parts = {"paint": paint} if paint else {}
    assert not visit("inside", map=code("#####\n#S.G#\n#...#\n#####"), model="vin8", view="paint", **parts).exception
    assert said["paint"]["verdict"] == words
    assert said["paint"]["path"] is said["replanned"]["path"]


def test_a_cell_on_the_edge_is_refused_in_words(visit, monkeypatch):
    from dashboard.widgets import map_grid

    said, real = {}, map_grid.draw
    monkeypatch.setattr(map_grid, "draw", lambda key, *given, **more: said.update({key: more}) or real(
        key, *given, **more))
    app = visit("inside", map=code(ROOM), model="vin8", view="cell", cell="0.2")
    assert not app.exception
    assert "edge" in said["pick"]["verdict"]
    assert said["pick"]["inner"]
