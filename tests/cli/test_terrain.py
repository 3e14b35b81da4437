"""`pnzoo plan` and `evaluate` with a planner over terrain: pictures in place of maps."""

import json

import numpy as np
import pytest
from PIL import Image

import pnzoo
from pnzoo import cli, terrain


@pytest.fixture(scope="module")
def rover(tmp_path_factory):
    """Folder of an untrained entry."""
    folder = tmp_path_factory.mktemp("zoo") / "rover"
    pnzoo.save(pnzoo.models.TerrainVIN(filters=(2, 2, 2), k=6), folder, {"summary": "A toy."})
    return str(folder)


@pytest.fixture
def picture(tmp_path):
    file = tmp_path / "ground.png"
    Image.fromarray((terrain.example("moon", seed=1, size=64).picture * 255).astype("uint8")).save(file)
    return str(file)


def test_plan_prints_and_draws_the_path(rover, picture, tmp_path, capsys):
    out = tmp_path / "plan.png"
    assert cli.main(["plan", rover, picture, "--start", "1,2", "--goal", "6,5", "--out", str(out)]) == 0
    cells, words = capsys.readouterr().out.splitlines()
    assert cells.split()[0] == "1,2"
    assert cells.split()[-1] == "6,5"
    assert words.startswith("reached in ")
    drawn = np.asarray(Image.open(out).convert("RGB"))
    assert drawn.shape == (64, 128, 3)
    assert (drawn == (255, 120, 0)).all(axis=-1).any()


def test_json_is_the_plan(rover, picture, capsys):
    cli.main(["plan", rover, picture, "--start", "0,0", "--goal", "3,0", "--caution", "0", "--json"])
    plan = json.loads(capsys.readouterr().out)
    assert (plan["path"], plan["cost"], plan["reached"]) == ([[0, 0], [1, 0], [2, 0], [3, 0]], 3.0, True)


def test_evaluate_names_the_ground(rover, capsys):
    assert cli.main(["evaluate", rover, "--world", "relief", "--cells", "6", "--num-maps", "5"]) == 0
    out = capsys.readouterr().out
    assert "pictures of relief, part test, 6x6 cells" in out
    assert "success rate" in out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--goal", "1,1"], "a picture has no start; add --start ROW,COL, a cell of 8x8 pixels"),
        (["--start", "0,0", "--goal", "9,0"], "goal (9, 0) lies outside the grid of 8x8 cells"),
        (["--start", "0,0", "--goal", "1,0", "--out", "plan.nothing"], "name a file such as plan.png"),
    ],
)
def test_what_is_missing_is_said(rover, picture, words, message, capsys):
    assert cli.main(["plan", rover, picture, *words]) == 2
    assert message in capsys.readouterr().err


def test_a_planner_of_maps_draws_no_picture(picture, capsys):
    assert cli.main(["plan", "vin8", picture, "--out", "plan.png"]) == 2
    assert "--out and --caution are for planners over terrain" in capsys.readouterr().err
