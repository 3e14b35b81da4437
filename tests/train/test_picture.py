"""The picture of README's first screen: the command draws it, and refuses what can't be drawn."""

import re
import xml.etree.ElementTree as xml

import numpy as np
import pytest

import pnzoo
from pnzoo import gridworld
from pnzoo.models import VIN
from train.readme import picture

SVG = "{http://www.w3.org/2000/svg}"
TINY = "######\n#S...#\n####.#\n#G...#\n######\n"


@pytest.fixture
def small_vin(tmp_path):
    """A folder with an untrained VIN."""
    model = VIN(k=3, channels=4, filters=(8,))
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
    assert len(list(drawing.iter(f"{SVG}image"))) == 3
    assert "wrote values.svg" in capsys.readouterr().out
    again = draw(tmp_path, "--model", small_vin, "--steps", "1", "2", "5")
    assert xml.tostring(again) == xml.tostring(drawing)


def test_values_are_bright_near_the_goal_and_walls_are_grey():
    from matplotlib import pyplot

    walls, start, goal = gridworld.parse(TINY)
    axes = pyplot.figure().subplots()
    picture.panel(axes, walls, start, goal, -gridworld.distances(walls, goal))
    (image,) = axes.get_images()
    colours = image.to_rgba(image.get_array())[..., :3]
    assert colours[walls] == pytest.approx(np.tile(colours[0, 0], (walls.sum(), 1)))
    assert colours[tuple(goal)].sum() > colours[tuple(start)].sum()
    assert len(axes.lines) == 2  # start and goal
    pyplot.close("all")


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
