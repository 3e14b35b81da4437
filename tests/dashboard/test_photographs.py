"""The page Photographs, on a small untrained model."""

import io
import itertools
import shutil
import zipfile

import pytest

import pnzoo
from pnzoo import still_lifes
from tests.dashboard.conftest import CARD, FORGED, forget_the_zoo
from tests.models.test_photo_matching import SMALL

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def namer(small_zoo):
    from pnzoo.models import MatchingNetwork, PhotoMatchingNetwork

    pnzoo.save(PhotoMatchingNetwork(SMALL, image_size=64), small_zoo / "matching_photo", CARD)
    color = {"backbone_options": {"filters": 4, "image_channels": 3}, "image_size": 32}
    pnzoo.save(MatchingNetwork(**color), small_zoo / "matching_color", {**CARD, "recipe": {"config": color}})
    forget_the_zoo()
    yield
    shutil.rmtree(small_zoo / "matching_photo")
    shutil.rmtree(small_zoo / "matching_color")
    forget_the_zoo()


@pytest.fixture(autouse=True)
def with_namer(namer):
    """Every page here has it."""


def said(app):
    return "\n".join(each.value for kind in ("success", "error", "warning", "info") for each in getattr(app, kind))


def archive(kinds=2, images=2, folder="{}"):
    from dashboard.compute.photographs import as_png

    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as zipped:
        for name, pictures in zip(still_lifes.names(kinds), still_lifes.generate(kinds, images), strict=True):
            for i, picture in enumerate(pictures):
                zipped.writestr(f"{folder.format(name)}/{i}.png", as_png(picture))
        zipped.writestr("__MACOSX/x/._0.png", b"rubbish")
    return file.getvalue()


def zipped(files):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return file.getvalue()


def forged(thing):
    """What is none of the ring's messages; `thing` is on it."""
    kinds = itertools.cycle([
        lambda each: {"what": "out", "index": each}, lambda each: {"what": "move", "class": thing, "index": each},
        lambda each: {"what": "least", "least": each}, lambda each: {"what": "ask", "picture": each},
        lambda each: {"what": "look", "index": each or -1}, lambda each: {"what": each, "index": 1},
        lambda each: {"what": "add", "class": thing, "pictures": [each]},
        lambda each: {"what": "add", "class": each, "pictures": ["x"]},
        lambda each: {"what": "move", "class": each, "index": 1}])
    messages = [next(kinds)(each) for each in FORGED * 3]
    messages += [{"what": what} for what in ("out", "back", "move", "least", "ask", "add", "look", "step", "order")]
    return [*FORGED, *({**message, "number": number + 1} for number, message in enumerate(messages)),
            *({"what": "out", "index": 1, "number": each} for each in FORGED if type(each) is not int)]


def test_it_names_an_invented_thing_and_says_what_counted(visit, ring, unmoved):
    from dashboard.widgets import ring as widget

    messages = forged(still_lifes.names(5)[1])
    right = {"what": "least", "least": 100, "number": 10**6}
    told, changed = unmoved(widget, "_ring", [("did", message) for message in (*messages, right)])
    app = visit("photographs", photo_look="3")
    assert not app.exception
    assert (len(told), changed) == (len(messages) + 1, [("did", right)])
    shown = ring(app)
    assert shown["truth"] in still_lifes.names(5)
    assert sum(each["chance"] for each in shown["classes"]) == pytest.approx(1, abs=1e-4)
    assert sum(picture["share"] for picture in shown["pictures"]) == pytest.approx(1, abs=1e-4)
    assert all(-1 <= picture["likeness"] <= 1.0001 for picture in shown["pictures"])
    assert shown["without"]["index"] == 3
    assert shown["pictures"][shown["top"]]["share"] == max(picture["share"] for picture in shown["pictures"])
    app.button(key="next_asked").click().run()
    assert app.query_params["photo_asked"] == "6"  # the first visit asks about number 4, of another thing
    assert ring(app)["answer"] is None
    assert "you ask for 1.00" in ring(app)["none"]
    app.button(key="new_things").click().run()
    assert app.query_params["photo_seed"] == "1"


def test_a_zip_of_ones_own_is_known_and_a_photograph_is_asked_about(visit, ring):
    from dashboard.compute.photographs import as_png

    app = visit("photographs")
    app.file_uploader(key="thing_files").upload("mine.zip", archive(3, folder="my/{}"), "application/zip").run()
    app.button(key="add_photographs").click().run()
    shown = ring(app)
    assert shown["truth"] == still_lifes.names(3)[0]  # one is asked about and known by the others
    assert [i for i, each in enumerate(shown["pictures"]) if each["asked"]] == [0]
    assert len([each for each in shown["pictures"] if each["share"] is not None]) == 5
    assert "add_photographs" not in [each.key for each in app.button]  # a second time would double them
    assert not app.session_state["own_photographs"]  # two things are enough to answer by
    app.button(key="next_own").click().run()
    assert ring(app)["truth"] == still_lifes.names(3)[1]
    app.session_state["asked_photograph"] = as_png(still_lifes.generate(1, 3)[0, 2])  # as the ring's message puts it
    app.run()
    assert not app.exception
    shown = ring(app)
    assert shown["answer"] is not None
    assert shown["truth"] is None  # nobody knows, so there is no tick
    assert [each["name"] for each in shown["classes"]] == still_lifes.names(3)
    assert any("but your own photographs" in each.value for each in app.caption)  # the link says what it lacks
    app.session_state["photographs_out"] = {0, 1}
    app.run()
    assert [each["name"] for each in ring(app)["classes"]] == still_lifes.names(3)[1:]
    app.button(key="forget_photographs").click().run()
    assert len(ring(app)["classes"]) == 5


def test_the_box_of_uploads_stays_open_until_there_are_two_things(visit, ring):
    from dashboard.compute.photographs import as_png

    picture = as_png(still_lifes.generate(1, 1)[0, 0])
    app = visit("photographs")
    app.session_state["own_photographs"] = True
    app.run()
    app.file_uploader(key="thing_files").upload("a.png", picture, "image/png").run()
    assert any("What do they show?" in each.value for each in app.markdown)
    app.text_input(key="thing").set_value("red").run()
    assert app.button(key="add_photographs").label == "Add 1 photograph of `red`"
    inside = {"1.png": picture, "2.png": picture[:90], "3.heic": b"not to be read", ".DS_Store": b"rubbish"}
    app.file_uploader(key="thing_files").upload("b.zip", zipped(inside), "application/zip").run()
    assert app.button(key="add_photographs").label.startswith("Add 1")  # one is good, and shows what was said
    assert "Left out, for they cannot be read or are too large: `2.png`, `3.heic`." in said(app)
    app.button(key="add_photographs").click().run()
    assert app.session_state["own_photographs"]
    assert any("Now another thing" in each.value for each in app.markdown)
    assert app.text_input(key="thing1").value == ""


def test_what_was_changed_of_the_invented_ones_is_in_the_link(visit, ring):
    things = still_lifes.names(5)
    app = visit("photographs", photo_drop="0,1,2,4", photo_moved="3:3,12:3", photo_look="7")
    shown = ring(app)
    assert [i for i, each in enumerate(shown["pictures"]) if each["out"]] == [0, 1, 2, 4]
    names = [each["name"] for each in shown["classes"]]
    assert sorted(names) == sorted(things[1:])  # of the first thing nothing is left
    assert [names[shown["pictures"][i]["class"]] for i in (3, 5, 12)] == [things[3], things[1], things[3]]
    assert shown["look"] == shown["without"]["index"] == 7
    assert not any("but your own" in each.value for each in app.caption)
    kept = {name: app.query_params[name] for name in ("photo_drop", "photo_moved", "photo_look")}
    assert kept == {"photo_drop": "0,1,2,4", "photo_moved": "3:3,12:3", "photo_look": "7"}
    app.button(key="new_things").click().run()  # another support set: nothing of it was changed
    assert not kept.keys() & app.query_params.keys()
    assert len(ring(app)["classes"]) == 5


@pytest.mark.slow
def test_numbers_of_invented_photographs_are_none_of_ones_own(visit, ring):
    app = visit("photographs", photo_drop="0,1", photo_look="14")
    app.file_uploader(key="thing_files").upload("mine.zip", archive(3), "application/zip").run()
    app.button(key="add_photographs").click().run()
    assert len(ring(app)["pictures"]) == 6
    assert not any(each["out"] for each in ring(app)["pictures"])
    assert "photo_drop" not in app.query_params


def test_files_that_are_no_photographs_are_named_and_nothing_is_lost(visit, ring):
    app = visit("photographs")
    app.session_state["asked_photograph"] = b"rubbish"
    app.run()
    assert not app.exception
    assert "cannot be used" in ring(app)["problem"]
    app.button(key="next_asked").click().run()  # leaves it for an invented one
    assert not ring(app)["problem"]
    app.file_uploader(key="thing_files").upload("mine.zip", b"PK\x03\x04 cut", "application/zip").run()
    assert "cannot be read" in said(app)
    assert not app.exception


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_LZMA, zipfile.ZIP_STORED])
def test_a_zip_that_was_damaged_on_its_way_is_named(visit, method):
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", method) as archive:
        archive.writestr("apple/1.png", bytes(range(256)) * 40)
    data = bytearray(whole.getvalue())
    data[45:75] = b"\xff" * 30  # behind the header of the file in it
    app = visit("photographs")
    app.file_uploader(key="thing_files").upload("mine.zip", bytes(data), "application/zip").run()
    assert not app.exception
    assert "cannot be read" in said(app)


def test_pages_of_characters_leave_models_of_photographs_out(visit):
    for name in ("matching_photo", "matching_color"):
        app = visit("few_shot", fewshot=name)
        assert not app.exception
        assert "cannot look into" in said(app)
    assert visit("zoo", entry="matching_color").exception == []
    assert visit("compare", what="few-shot", episodes="30").exception == []


def test_other_things_are_not_called_by_what_the_first_ones_look_like():
    from dashboard import compute

    first, other = ({label for label, _ in compute.example(5, seed)[0]} for seed in (0, 1))
    assert "star" in first
    assert len(other) == 5
    assert not first & other
