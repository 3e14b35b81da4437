"""More than 500 inputs that are none: hand-made addresses, forged messages, files in disguise."""

import base64
import io
import random
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import numpy as np
import pytest

from tests.dashboard.conftest import FORGED

pytestmark = pytest.mark.integration

FOLDER = Path(__file__).parents[2] / "dashboard"
PNG = b"\x89PNG\r\n\x1a\n"
NASTY = [
    "",
    " ",
    "-1",
    "0",
    "1e9",
    "1000000000",
    "99999999999999999999",
    "nan",
    "None",
    "null",
    "true",
    "1.5",
    "0x10",
    "٣",
    "<script>alert(1)</script>",
    "'; DROP TABLE zoo; --",
    "../../etc/passwd",
    "/etc/passwd",
    "%00",
    "\x00",
    "🦜" * 40,
    "{{7*7}}",
    "${7*7}",
    "__import__('os').system('id')",
    "![x](http://example.invalid/x.png)",
    "[a](javascript:alert(1))",
    "a" * 9000,
    "vin",
    "VIN8",
    "vin8\n",
    "16x16",
    "16x16_1.1_2.2_AAAA",
    "9999x9999_0.0_1.1_A",
    "3x3_0.0_1.1_gAA",
    "200x3_1.1_1.1_" + "A" * 100,
    ",",
    ":",
    "_",
    ".",
    "A:",
    "A:zzz",
    "?:x",
    "0:",
    "0:x",
    "1,2,",
    "1,2,nan",
    "1,2,inf",
    "1,2,1e999",
    "1,2,3_",
    "\ud7ff",
    "`",
    "``` ```",
    "$$x$$",
]
PARAMETERS = {
    "plan": ["model", "map", "k", "hide", "paint", "layer", "step", "race"],
    "inside": ["model", "map", "k", "view", "cell", "step", "paint"],
    "few_shot": ["fewshot", "source", "way", "shot", "episode", "ask", "drop", "swap", "own", "drawn", "least",
                 "moved", "order", "look", "reading"],
    "compare": ["what", "model", "other", "map", "kind", "size", "maps", "seed", "trial"],
    "compare?what=few-shot": ["fewshot", "fewother", "fewtrial", "source", "way", "shot", "episodes", "first", "own"],
    "zoo": ["entry", "task", "find", "sort"],
    "terrain": ["terrain", "ground", "seed", "azimuth", "altitude", "caution", "layer", "ends", "suns"],
    "worlds": ["world", "seed", "side", "place", "course", "sentences"],
    "photographs": ["photo", "photo_seed", "photo_asked", "photo_least", "photo_drop", "photo_moved", "photo_look"],
    "answers": ["question", "part"],
}
# A few of them are fine for some parameters, and nothing is said then.
MAY_BE_0 = ("ask", "episode", "least", "seed", "drop", "first", "order", "look", "azimuth", "caution", "photo_seed",
            "photo_asked", "photo_least", "photo_drop", "photo_look", "trial", "fewtrial", "place")
FINE = {("cell", "1.5"), ("caution", "1.5"), ("part", "vin"), *((name, "0") for name in MAY_BE_0)}


def is_fine(name, value):
    """Anything short may be searched for."""
    return (name, value) in FINE or (name == "find" and len(value) <= 80)


@pytest.mark.parametrize("page", PARAMETERS)
def test_hand_made_addresses(visit, heading, monkeypatch, page):
    """A page with a wrong value for every parameter names each and is drawn; every reader refuses every nasty value."""
    from dashboard import state

    page_, _, what = page.partition("?what=")
    chosen = {"what": what} if what else {}
    read, adopt = {}, state.adopt
    monkeypatch.setattr(state, "adopt", lambda readers, *more: read.update(readers) or adopt(readers, *more))
    wrong = "<script>alert(1)</script>" * 9
    app = visit(page_, **dict.fromkeys(PARAMETERS[page], wrong), **chosen)
    for name in PARAMETERS[page]:
        for value in NASTY:
            if is_fine(name, value):
                continue
            with pytest.raises(ValueError, match=r"\w"):
                read[name](value)
    said = "\n".join(warning.value for warning in app.warning)
    assert all(f"`{name}`" in said for name in PARAMETERS[page])
    assert heading(app)
    assert "Words used here" in [expander.label for expander in app.expander]
    assert "<script>" not in "\n".join(text.value for text in app.markdown)


def test_readers_of_addresses_raise_nothing_but_value_errors():
    from dashboard import compute
    from dashboard.compute import drawings
    from dashboard.widgets import choices, map_input, uploads

    readers = [map_input.from_address, choices.read_k, choices.reader("planning"), choices.one_of("way", (1, 2)),
               drawings.from_code, uploads.text_map]
    assert compute.names("planning")
    rng = random.Random(0)
    letters = "0123456789x_.,:-AZaz#SG \n\té🦜<>\x00"
    count = 0
    for _ in range(300):
        text = "".join(rng.choice(letters) for _ in range(rng.randrange(40)))
        for read in readers:
            try:
                read(text)
            except ValueError:
                count += 1
    assert count > 1000


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width, height, pixels=b"", depth=8, colour=0):
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    return PNG + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(pixels)) + chunk(b"IEND", b"")


def picture(array):
    from PIL import Image

    file = io.BytesIO()
    Image.fromarray(array).save(file, "PNG")
    return file.getvalue()


def bad_files():
    """name -> bytes, none of them a map or a drawing."""
    files = {
        "empty.txt": b"",
        "blank.txt": b"   \n\n",
        "words.txt": b"hello, this is no map",
        "nul.txt": b"##\x00##",
        "ragged.txt": b"####\n###\n####",
        "two_goals.txt": b"####\n#GG#\n####",
        "all_wall.txt": b"####\n####\n####",
        "huge.txt": b"#" * 600_000,
        "wide.txt": b"." * 5000,
        "tall.txt": b".\n" * 5000,
        "latin.txt": b"\xe9\xe8##",
        "picture.svg": b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
        "page.png": b"<!DOCTYPE html><script>alert(1)</script>",
        "xml.png": b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]>',
        "program.png": b"\x7fELF" + bytes(100),
        "program.exe": b"MZ" + bytes(100),
        "archive.zip": b"PK\x03\x04" + bytes(50),
        "bomb.gz": b"\x1f\x8b" + bytes(50),
        "photo.png": b"\xff\xd8\xff\xe0" + bytes(100),
        "anim.gif": b"GIF89a" + bytes(50),
        "paper.pdf": b"%PDF-1.7",
        "weights.h5": b"\x89HDF\r\n\x1a\n" + bytes(50),
        "array.npy": b"\x93NUMPY" + bytes(50),
        "pickle.txt": b"\x80\x04\x95\x10\x00\x00\x00",
        "signature.png": PNG,
        "cut.png": png(8, 8, bytes(72))[:40],
        "bomb.png": png(50_000, 50_000, bytes(10_000)),
        "negative.png": png(2**32 - 1, 2**32 - 1),
        "zero.png": png(0, 0),
        "deflate_bomb.png": png(1999, 1999, bytes(40_000_000))[:400_000],
        "no_pixels.png": png(16, 16),
        "odd_depth.png": png(8, 8, bytes(72), depth=7),
        "odd_colour.png": png(8, 8, bytes(72), colour=5),
        "no_header.png": PNG + chunk(b"IDAT", b"") + chunk(b"IEND", b""),
        "text_bomb.png": PNG
        + chunk(b"IHDR", struct.pack(">IIBBBBB", 8, 8, 8, 0, 0, 0, 0))
        + chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(80_000_000)))
        + chunk(b"IDAT", b"")
        + chunk(b"IEND", b""),
        "black.png": picture(np.zeros((9, 9), "uint8")),
        "two_reds.png": picture(np.full((9, 9, 3), (255, 0, 0), "uint8")),
        "script.py": b"import os; os.system('id')",
        "shell.txt": b"#!/bin/sh\nrm -rf /",
    }
    rng = random.Random(1)
    good = png(12, 12, bytes(13 * 12))
    for i in range(120):  # one to five bytes of a good picture changed, and cut somewhere
        broken = bytearray(good[: rng.randrange(12, len(good))])
        for _ in range(rng.randrange(1, 6)):
            broken[rng.randrange(8, len(broken))] ^= rng.randrange(1, 256)
        files[f"broken{i}.png"] = bytes(broken)
    for i in range(60):
        files[f"noise{i}.bin"] = rng.randbytes(rng.randrange(1, 400))
    return files


BAD_FILES = bad_files()


@pytest.mark.parametrize("name", BAD_FILES)
def test_files_that_are_no_map(name):
    from dashboard.widgets import uploads

    with pytest.raises(ValueError, match=r"\w"):
        uploads.read_map(BAD_FILES[name])


def read_drawing(data, uploads):
    from dashboard.compute import drawings

    return drawings.code_of_image(uploads.read_image(data))


def test_files_that_are_no_drawing():
    from dashboard.widgets import uploads

    for data in BAD_FILES.values():
        with pytest.raises(ValueError, match=r"\w"):
            read_drawing(data, uploads)


MEASURE = """
import resource, sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from dashboard.widgets import uploads
from PIL import Image
most = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
before, refused = most(), 0
for file in sorted(Path(sys.argv[2]).iterdir()):
    for read in (uploads.read_map, uploads.read_image):
        try:
            read(file.read_bytes())
        except ValueError:
            refused += 1
print(refused, most() - before)
"""


def test_no_file_makes_the_server_take_much_memory(tmp_path):
    """The bombs among them would take 80 MB and 2.5 GB; a picture as large as is allowed takes some ten."""
    for number, data in enumerate(BAD_FILES.values()):
        (tmp_path / str(number)).write_bytes(data)
    done = subprocess.run([sys.executable, "-c", MEASURE, str(FOLDER.parent), str(tmp_path)],
                          capture_output=True, text=True, check=True)
    refused, grown = done.stdout.split()
    assert int(refused) > 1.5 * len(BAD_FILES)
    assert float(grown) < 60, f"{grown} MB"


def test_the_page_says_what_is_wrong_with_a_file_and_stays(visit):
    app = visit("plan", unfolded=True, model="vin8")
    before = app.query_params["map"]
    for name in ("picture.svg", "bomb.png", "words.txt", "huge.txt", "program.png", "black.png"):
        app.file_uploader(key="map_file").upload(name, BAD_FILES[name]).run()
        assert not app.exception
        assert "This file is no map" in app.error[-1].value, name
        assert app.query_params["map"] == before


def test_the_page_says_what_is_wrong_with_a_text_and_stays(visit):
    app = visit("plan", unfolded=True, model="vin8")
    before = app.query_params["map"]
    for text in ("", "hello", "###\n##", "<script>alert(1)</script>", "S" * 200, "#" * 30):
        app.text_area(key="map_text").set_value(text).run()
        app.button(key="use_text").click().run()
        assert not app.exception
        assert any("This text is no map" in error.value for error in app.error), text
        assert app.query_params["map"] == before


def forged_messages():
    values = [
        None,
        0,
        -1,
        1.5,
        "x",
        [],
        {},
        [0],
        [0, 0, 0],
        ["0", "0"],
        [0.5, 1],
        [-1, 2],
        [99, 99],
        [True, False],
        [None, 1],
    ]
    for value in values:
        yield {
            "walls": value,
            "start": value,
            "goal": value,
            "seq": value,
            "cell": value,
            "cells": value,
            "bits": value,
        }
        yield {"walls": "0" * 40, "start": value, "goal": value, "cells": [value], "bits": "A" * 10}
        yield {"walls": "01x" * 13 + "0", "cells": [[1, 1, value]], "bits": "!" * 3268}
    yield {"cells": [[1, 1, 1e9]]}
    yield {"cells": [[1, 1, float("nan")]]}
    yield {"cells": [[1, 1, 0.5]] * 10_000}
    yield {"bits": base64.b64encode(b"\xff" * 2450).decode()}


def test_forged_messages_of_the_canvas_change_nothing_or_something_allowed():
    from dashboard.compute import drawings
    from dashboard.widgets import map_grid

    count = 0
    for message in forged_messages():
        count += 1
        edit = map_grid.read_edit(message, (5, 8))
        if edit is not None:
            walls, start, goal = edit
            assert walls.shape == (5, 8)
            assert all(cell is None or (0 <= cell[0] < 5 and 0 <= cell[1] < 8) for cell in (start, goal))
        cell = map_grid.read_cell(message.get("cell"), (5, 8))
        assert cell is None or (0 <= cell[0] < 5 and 0 <= cell[1] < 8)
        for row, col, value in map_grid.read_paint(message, (5, 8)) or []:
            assert 0 <= row < 5
            assert 0 <= col < 8
            assert abs(value) <= 100
        assert drawings.read_bitmap(message.get("bits")) is None
    assert count > 40


NAMES = [each for each in FORGED if each not in ([], ["0", "0"])] + [[1], [{}], ["x" * 90]]
NO_REWARD = [each for each in FORGED if type(each) is bool or each not in (-1, 1.5)]
OF_PAGES = {
    "plan": ("planning_canvas", "_canvas", [
        *((part, each) for part in ("edit", "look", "race", "need") for each in FORGED if each != {}),
        *(("edit", {"walls": each, "start": each, "seq": each}) for each in FORGED),
        *(("step", each) for each in FORGED), *(("look", {"layer": each}) for each in FORGED),
        *(("step", {"k": 3, "heard": each}) for each in FORGED),
        *(("step", {"k": each, "heard": 1}) for each in FORGED if each is not None),
        *(("race", {"add": each, "drop": each}) for each in FORGED), *(("need", {"names": each}) for each in NAMES),
        *((part, each) for part in ("fresh", "break") for each in FORGED if type(each) is not int)]),
    "inside": ("map_grid", "_grid", [
        *(("paint", each) for each in FORGED), *(("paint", {"cells": each, "seq": 1}) for each in FORGED if each != []),
        *(("paint", {"cells": [[1, 1, each]], "seq": 1}) for each in NO_REWARD),
        *(("paint", {"cells": [[each, 1, 0.5]], "seq": 1}) for each in FORGED),
        *(("paint", {"cells": [[1, 1, 0.5]], "seq": each}) for each in FORGED if type(each) is not int)]),
}


@pytest.mark.parametrize("page", OF_PAGES)
def test_forged_messages_leave_a_page_as_it_is(visit, unmoved, page):
    import importlib

    file, component, messages = OF_PAGES[page]
    told, changed = unmoved(importlib.import_module(f"dashboard.widgets.{file}"), component, messages)
    visit(page, model="vin8", **({"view": "paint"} if page == "inside" else {}))
    assert (len(told), changed) == (len(messages), [])


ODD = [None, 0, -1, 1.5, 10**30, float("nan"), float("inf"), "x", "", "\x00", [], {}, [[]], [{}], [0], [0, 0, 0],
       ["0", "0"], [-1, 2], [99, 99], [True, False], {"a": 1}, True, b"x", "a" * 20_000, [None] * 3]
PARTS = {
    "cell": ["cell"], "step": ["step"],
    "did": ["what", "index", "class", "pictures", "picture", "bits", "seed", "step", "least", "live"]}
DOES = ("draw", "undraw", "ask", "add", "out", "back", "move", "look", "order", "step", "swap", "least")


def odd_messages(part, how_many):
    """What a component may be made to send: anything, or a message that is right but for one field."""
    rng, right = random.Random(2), {"index": 1, "class": "A"}
    yield from ODD
    for number in range(how_many):
        field, value = rng.choice(PARTS.get(part, ["x"])), rng.choice(ODD)
        yield {**right, "what": rng.choice(DOES), "number": number + 1, field: value}


@pytest.mark.slow
@pytest.mark.parametrize("page,address", [
    ("few_shot", {}), ("zoo", {}), ("answers", {}), ("inside", {"view": "cell"}), ("inside", {"view": "steps"})])
def test_whatever_a_component_sends_the_page_stands(visit, monkeypatch, page, address):
    from types import SimpleNamespace

    import streamlit as st

    from dashboard.widgets import animation, cell_view, map_grid, ring, tiles

    heard, wild = set(), [True]

    def component(key, data=None, **callbacks):
        for name, call in callbacks.items() if wild[0] else ():
            part = name.removeprefix("on_").removesuffix("_change")
            for message in odd_messages(part, 150):
                st.session_state[key] = SimpleNamespace(**{part: message})
                call()
                heard.add(part)
        if key in st.session_state:
            del st.session_state[key]
        return SimpleNamespace()

    for module, name in ((animation, "_animation"), (cell_view, "_cell"), (map_grid, "_grid"), (ring, "_ring"),
                         (tiles, "_tiles")):
        monkeypatch.setattr(module, name, component)
    app = visit(page, **address)
    wild[0] = False
    app.run()  # with what they left in the state
    assert not app.exception
    assert not any("cannot be shown" in error.value for error in app.error)
    assert heard
    again = visit(page, **app.query_params)  # and its address brings the same back, with nothing left out
    assert not any("address has a part" in warning.value for warning in again.warning)


def test_there_are_more_than_500_of_them():
    tried = len(NASTY) * sum(map(len, PARAMETERS.values()))
    assert tried + len(BAD_FILES) + len(list(forged_messages())) > 500
