"""The page Zoo."""

import json
import shutil
from xml.etree import ElementTree

from tests.dashboard.test_pages import FOLDER, ROOM, code, snippets, texts


def gallery(app):
    """Beside an open card, then below it."""
    return [tile for tiles in all_tiles(app) if not tiles[0].get("alone") for tile in tiles]


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
    assert any(each.startswith('import pnzoo\nmodel = pnzoo.load("vin8")\nmodel.plan(') for each in snippets(app))
    assert "** parameters · **" in texts(app)
    assert [tile["id"] for tile in gallery(app) if tile["open"]] == ["vin8"]
    app.session_state["more_of_card"] = True
    app.run()
    assert "It is untrained." in texts(app)
    names = [tile["id"] for tiles in all_tiles(app) for tile in tiles]
    app.button(key="next_card").click().run()
    assert app.query_params["entry"] in {*names} - {"vin8"}
    app.button(key="close_card").click().run()
    assert "entry" not in app.query_params
    assert not app.header


def test_zoo_has_three_filters_and_the_best_first(visit, zoo):
    app = visit("zoo", find="no such thing", task="few-shot")
    assert "No few-shot entry matches `no such thing`, nor does any other" in texts(app)
    app.button(key="show_all_entries").click().run()
    assert len(gallery(app)) > 5
    assert dict(app.query_params) == {}
    app = visit("zoo", find="vin8", task="few-shot")
    assert "No few-shot entry matches `vin8`." in texts(app)
    assert "2 found" in app.button(key="search_all").label
    app.button(key="search_all").click().run()
    assert {tile["id"] for tile in gallery(app)} == {"vin8", "vin8_paper"}
    assert dict(app.query_params) == {"find": "vin8"}
    app.text_input(key="find").set_value("matching").run()
    assert app.query_params["find"] == "matching"
    assert {tile["id"] for tile in gallery(app)} == {"matching_omniglot", "matching_fce_omniglot"}
    assert {tile["id"] for tile in gallery(visit("zoo", task="planning"))} == {
        "vin8", "vin8_paper", "vin_maze", "cnn8", "fcn8"}
    names = [tile["id"] for tile in gallery(visit("zoo", sort="name"))]
    assert names == sorted(names)
    assert gallery(app)[0]["number"] == "50.00%"
    assert (gallery(app)[0]["line"], gallery(app)[0]["paper"]) == ("40.00 to 60.00", "the paper: 99.60%")
    assert gallery(app)[0]["about"] == "Share of new maps solved"
    assert gallery(app)[0]["strip"] == {"value": 0.5, "low": 0.4, "high": 0.6, "paper": 0.996}


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


def test_every_entry_of_the_zoo_has_a_living_thumbnail_of_its_own():
    from dashboard.figures import theme
    from train.readme import thumbnails

    assert (theme.LIGHT.path, theme.LIGHT.good) == (thumbnails.START, thumbnails.GOAL)
    names = [card.parent.name for card in (FOLDER.parent / "zoo").glob("*/card.json")]
    assert names
    drawn = {name: (FOLDER / "thumbnails" / f"{name}.svg").read_text() for name in names}
    assert len(set(drawn.values())) == len(drawn), "two entries share a picture"
    for name, picture in drawn.items():
        root = ElementTree.fromstring(picture.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1))
        moving = [each for each in root.iter() if {"way", "flood", "ask"} & {*each.get("class", "").split()}]
        assert moving, f"{name} does not move"
        assert {each.tag.rpartition("}")[2] for each in root.iter()} <= {
            "svg", "g", "image", "path", "polyline", "circle", "rect", "text"}
        assert all(each.get("href", "data:image/").startswith("data:image/") for each in root.iter())


def test_the_lines_of_a_card_run(visit):
    (lines,) = [each for each in snippets(visit("zoo", entry="vin8")) if "model.plan(" in each]
    *before, last = lines.splitlines()
    scope = {}
    exec("\n".join(before), scope)
    assert tuple(eval(last, scope)[0]) == (1, 1)


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


def test_a_line_of_the_training_stands_where_the_maps_change(visit, small_zoo, empty_zoo):
    shutil.copytree(small_zoo / "vin8", empty_zoo / "vin8")
    path = empty_zoo / "vin8" / "card.json"
    card = json.loads(path.read_text())
    card["recipe"] = {**(card.get("recipe") or {}), "stages": [{"size": size, "epochs": 2} for size in (8, 8, 16)]}
    card["history"] = {"loss": [0.5, 0.4, 0.3, 0.2, 0.1, 0.05]}
    path.write_text(json.dumps(card))
    app = visit("zoo", entry="vin8")
    app.session_state["more_of_card"] = True
    (told,) = [each.value for each in app.run().caption if "16x16" in each.value]
    assert told.endswith("other maps (5: 16x16).")
