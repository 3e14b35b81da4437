"""The command line: what it prints, and how it ends."""

import io
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import pnzoo
from pnzoo import cli, hub
from pnzoo.evaluation import gridworld as exam
from tests.toys import CARD, Guide

OPEN = "#####\n#S..#\n#.#.#\n#..G#\n#####\n"
CLOSED = "#####\n#S#.#\n###.#\n#..G#\n#####\n"


def write(folder, text):
    path = folder / "map.txt"
    path.write_text(text)
    return str(path)


def refused(capsys, *arguments):
    """The one line on stderr of a command that must fail with status 2."""
    assert cli.main(arguments) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("pnzoo: ")
    assert err.count("\n") == 1
    return err


def test_list_shows_names_task_and_headline(guide, capsys):
    assert cli.main(["list"]) == 0
    assert capsys.readouterr().out.split("  ")[0] == "guide8"
    assert cli.main(["list", "gui*"]) == 0
    assert "99.00 % success" in capsys.readouterr().out


def test_list_of_nothing(guide, capsys):
    assert "no model matches 'cnn*'" in refused(capsys, "list", "cnn*")


def test_card_for_people_and_for_programs(guide, capsys):
    assert cli.main(["card", "guide8"]) == 0
    assert capsys.readouterr().out.startswith("# guide8\n")
    assert cli.main(["card", "guide8", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == pnzoo.card("guide8")


def test_plan_prints_the_map_with_the_path(guide, tmp_path, capsys):
    assert cli.main(["plan", "guide8", write(tmp_path, OPEN)]) == 0
    out = capsys.readouterr().out.splitlines()
    assert out[:2] == ["#####", "#S*.#"] or out[2] == "#*#.#"
    assert "\n".join(out[:5]).count("*") == 2
    assert out[5] == "reached in 3 moves, length 3.41"


def test_plan_reads_standard_input(guide, capsys, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.StringIO(OPEN))
    assert cli.main(["plan", "guide8", "-"]) == 0
    assert "reached in 3 moves" in capsys.readouterr().out


def test_plan_where_walls_separate_start_and_goal(guide, tmp_path, capsys):
    assert cli.main(["plan", "guide8", write(tmp_path, CLOSED)]) == 1
    out = capsys.readouterr().out
    assert out.startswith(CLOSED)
    assert "not reached: no way leads from (1, 1) to (3, 3)" in out


def test_plan_of_a_model_that_loses_its_way(guide, toy_zoo, tmp_path, capsys):
    pnzoo.save(Guide(lost=True).build_weights(), toy_zoo / "lost", CARD)
    assert cli.main(["plan", "lost", write(tmp_path, OPEN)]) == 1
    assert "not reached: walked N into a wall" in capsys.readouterr().out


def test_plan_of_a_folder_with_another_k(guide, tmp_path, capsys):
    folder = pnzoo.save(guide, tmp_path / "mine")
    assert cli.main(["plan", str(folder), write(tmp_path, OPEN), "--k", "7"]) == 0


@pytest.mark.parametrize(
    "text,message",
    [
        ("#####\n#..G#\n#####\n", "the map has no start; mark one cell with S"),
        ("#####\n#..S#\n#####\n", "the map has no goal; mark one cell with G"),
        ("#####\n#S?G#\n#####\n", "'?'"),
        ("####\n#SG#\n###\n", "line 3"),
        ("", "holds no map"),
    ],
)
def test_plan_on_what_is_no_map(guide, tmp_path, capsys, text, message):
    assert message in refused(capsys, "plan", "guide8", write(tmp_path, text))


def test_plan_on_a_file_that_is_not_there_or_not_text(guide, tmp_path, capsys):
    assert "cannot read nowhere.txt: No such file" in refused(capsys, "plan", "guide8", "nowhere.txt")
    (tmp_path / "map.png").write_bytes(b"\x89PNG\xff")
    assert "is not text" in refused(capsys, "plan", "guide8", str(tmp_path / "map.png"))


def test_an_unknown_model_is_one_line_that_suggests(guide, tmp_path, capsys):
    for words in (["card", "guide9"], ["plan", "guide9", write(tmp_path, OPEN)], ["evaluate", "guide9"]):
        assert "did you mean guide8?" in refused(capsys, *words)


def test_a_damaged_entry_is_one_line(guide, toy_zoo, tmp_path, capsys):
    (toy_zoo / "guide8" / "model.weights.h5").write_bytes(b"")
    assert "altered or truncated" in refused(capsys, "plan", "guide8", write(tmp_path, OPEN))


def test_a_few_shot_model_does_not_plan(guide, toy_zoo, tmp_path, capsys):
    pnzoo.save(guide, toy_zoo / "shots", {"task": "few-shot"})
    err = refused(capsys, "plan", "shots", write(tmp_path, OPEN))
    assert "shots is a few-shot model and does not plan; planners are guide8" in err


def test_evaluate_measures_on_the_size_of_the_recipe_or_the_name(guide, capsys):
    assert cli.main(["evaluate", "guide8", "--n", "20"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("guide8 on 20 maps (fresh 8x8 maps, data seed 9008)")
    success = next(line for line in out.splitlines() if line.startswith("success"))
    assert success.split()[1:3] == ["100", "%"]


def test_evaluate_takes_size_and_seed(guide, capsys):
    assert cli.main(["evaluate", "guide8", "--n", "5", "--size", "9x12", "--seed", "3"]) == 0
    assert "5 maps (fresh 9x12 maps, data seed 3)" in capsys.readouterr().out


def test_evaluate_on_a_file_of_the_authors(guide, tmp_path, capsys):
    scipy_io = pytest.importorskip("scipy.io")
    maps = pnzoo.gridworld.generate(21, 8, seed=5)
    start = pnzoo.gridworld.random_starts(*maps, 0)
    goal_image = np.zeros((21, 8, 8))
    goal_image[np.arange(21), maps.goal[:, 0], maps.goal[:, 1]] = 10
    best = pnzoo.gridworld.optimal_moves(*maps)[np.arange(21), start[:, 0], start[:, 1]].argmax(axis=-1)
    file = tmp_path / "gridworld_8.mat"
    scipy_io.savemat(
        file,
        {
            "batch_im_data": (~maps.walls).astype("uint8").reshape(21, 64),
            "batch_value_data": goal_image.reshape(21, 64),
            "state_x_data": start[:, :1],
            "state_y_data": start[:, 1:],
            "batch_label_data": best[:, None],
        },
    )
    assert cli.main(["evaluate", "guide8", "--maps", str(file)]) == 0
    out = capsys.readouterr().out
    assert out.startswith("guide8 on 3 maps (the held-out maps of gridworld_8.mat, starts of seed 0)")
    assert cli.main(["evaluate", "guide8", "--maps", str(file), "--n", "2"]) == 0
    assert "on 2 maps" in capsys.readouterr().out
    assert "leave out --size" in refused(capsys, "evaluate", "guide8", "--maps", str(file), "--size", "8x8")


def test_evaluate_refuses_what_is_no_number_of_maps_or_no_file(guide, tmp_path, capsys):
    assert "--n is the number of maps" in refused(capsys, "evaluate", "guide8", "--n", "0")
    assert "nowhere.mat" in refused(capsys, "evaluate", "guide8", "--maps", "nowhere.mat")


def test_a_size_that_is_none(capsys):
    with pytest.raises(SystemExit) as end:
        cli.main(["evaluate", "guide8", "--size", "wide"])
    assert end.value.code == 2
    assert "'wide' is no size; type height x width" in capsys.readouterr().err


def test_a_word_too_many(capsys):
    with pytest.raises(SystemExit) as end:
        cli.main(["list", "vin*", "--fast"])
    assert end.value.code == 2
    assert "unrecognized arguments: --fast" in capsys.readouterr().err


def test_no_command_prints_how_to_use_it(capsys):
    with pytest.raises(SystemExit) as end:
        cli.main([])
    assert end.value.code == 2
    assert "usage: pnzoo" in capsys.readouterr().err


def test_fresh_maps_are_the_same_every_time_and_nobody_starts_where_no_way_leads():
    one, two = exam.fresh(8, n=50), exam.fresh(8, n=50)
    np.testing.assert_array_equal(one.walls, two.walls)
    np.testing.assert_array_equal(one.start, two.start)
    dist = pnzoo.gridworld.distances(one.walls, one.goal)[np.arange(50), one.start[:, 0], one.start[:, 1]]
    assert np.isfinite(dist).all()
    assert (dist > 0).all()


def test_dashboard_runs_its_script_with_further_options(monkeypatch, tmp_path):
    script = tmp_path / "dashboard" / "app.py"
    script.parent.mkdir()
    script.write_text("")
    monkeypatch.setattr(hub, "zoo_folder", lambda: tmp_path / "zoo")
    ran = []
    monkeypatch.setattr(subprocess, "call", lambda words: ran.append(words) or 0)
    assert cli.main(["dashboard", "--server.port", "8600"]) == 0
    assert ran == [[sys.executable, "-m", "streamlit", "run", str(script), "--server.port", "8600"]]


def test_dashboard_without_streamlit_names_the_pip_line(monkeypatch, capsys):
    monkeypatch.setattr(cli, "find_spec", lambda name: None)
    assert "pip install 'pnzoo[dashboard]'" in refused(capsys, "dashboard")


def test_the_dashboard_is_where_the_clone_has_it():
    assert cli.dashboard_script() == Path(pnzoo.__file__).parent.parent / "dashboard" / "app.py"


def test_python_dash_m_is_the_same_command():
    run = subprocess.run([sys.executable, "-m", "pnzoo", "--version"], capture_output=True, text=True, check=True)
    assert run.stdout == f"pnzoo {pnzoo.__version__}\n"
