"""The picture of README's first screen: the command draws it, and refuses what can't be drawn."""

import re
import xml.etree.ElementTree as xml

import numpy as np
import pytest

import pnzoo
from pnzoo.models import VIN
from train.readme import picture

SVG = "{http://www.w3.org/2000/svg}"
TINY = "######\n#S...#\n####.#\n#G...#\n######\n"


@pytest.fixture
def small_vin(tmp_path):
    """A folder with an untrained VIN."""
    model = VIN(k=3, channels=4, features=(8,)).build_weights()
    pnzoo.save(model, tmp_path / "small", {"task": "planning", "summary": "A toy."})
    return str(tmp_path / "small")


def draw(tmp_path, *options, text=TINY):
    (tmp_path / "map.txt").write_text(text)
    file = tmp_path / "pictures" / "values.svg"
    picture.main(["--map", str(tmp_path / "map.txt"), "--to", str(file), *options])
    return xml.fromstring(file.read_text())


def test_the_command_draws_a_panel_for_every_k(small_vin, tmp_path, capsys):
    drawing = draw(tmp_path, "--model", small_vin, "--steps", "1", "2", "5")
    captions = [text.text for text in drawing.iter(f"{SVG}text")]
    assert captions[:2] == ["k = 1", "k = 2"]
    assert captions[2].startswith("k = 5: ")
    panels = drawing.findall(f"{SVG}g")
    assert [len(panel.findall(f"{SVG}polyline")) for panel in panels] == [0, 0, 2]
    assert all(len(panel.findall(f"{SVG}circle")) == 2 for panel in panels)
    side = picture.WIDTH / 6
    for panel in panels:  # the plate of wall and the nine free cells
        plate, *free = panel.iter(f"{SVG}rect")
        assert float(plate.get("height")) == pytest.approx(5 * side, rel=1e-4)
        assert sum(float(cell.get("width")) for cell in free) == pytest.approx(9 * side, rel=1e-4)
    assert "wrote values.svg" in capsys.readouterr().out


def test_shades_go_from_dark_to_bright():
    colours = picture.shades(np.array([[-3.0, -1.0, 0.0]]), np.array([[True, True, True]]))
    assert colours[0, 0].tolist() == list(picture.SCALE[0])
    assert colours[0, 2].tolist() == list(picture.SCALE[-1])
    assert colours[0].sum(axis=1).tolist() == sorted(colours[0].sum(axis=1))


@pytest.mark.parametrize(
    "options,text,message",
    [
        (("--steps", "0", "4"), TINY, "whole numbers >= 1 in rising order"),
        (("--steps", "8", "4"), TINY, r"such as 1 4 8 16; got \[8, 4\]"),
        ((), TINY.replace("S", "."), "the map needs an S and a G"),
        ((), "##\n#\n", "line 2"),
        (("--model", "no_such_model"), TINY, "no_such_model"),
        (("--model", "cnn8"), TINY, "does not plan by value iteration"),
    ],
)
def test_what_cannot_be_drawn_is_refused(options, text, message, tmp_path, capsys):
    with pytest.raises(SystemExit) as stop:
        draw(tmp_path, *options, text=text)
    assert stop.value.code == 2
    assert re.search(message, capsys.readouterr().err)
