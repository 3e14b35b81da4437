"""The command line: what it prints, and how it ends."""

import io
import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import pnzoo
from pnzoo import cli, hub
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
    name, task, headline = capsys.readouterr().out.removesuffix("\n").split("\t")
    assert (name, task) == ("guide8", "planning")
    assert headline.startswith("99.00 % success")
    assert cli.main(["list", "GUI*"]) == 0
    assert capsys.readouterr().out.startswith("guide8\t")
    assert cli.main(["list", "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert row["metric"]["value"] == 0.99


def test_list_fits_a_terminal(guide, capsys, monkeypatch):
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    for width in (40, 60, 200):
        monkeypatch.setenv("COLUMNS", str(width))
        assert cli.main(["list"]) == 0
        line = capsys.readouterr().out.removesuffix("\n")
        assert line.startswith("guide8  planning  99.00 %")
        assert len(line) <= max(width, 50)
        assert ("asks the solver" in line) == (width == 200)


def test_a_broken_entry_is_one_line_and_hides_no_other(guide, toy_zoo, capsys):
    shutil.copytree(toy_zoo / "guide8", toy_zoo / "wrong")
    (toy_zoo / "wrong" / "card.json").write_text('{"name": "wrong", "metrics": [{"ci95": [null, 1]}]}')
    assert cli.main(["list"]) == 1
    out, err = capsys.readouterr()
    assert out.startswith("guide8\t")
    assert err.startswith("pnzoo: wrong cannot be read: ")
    assert err.count("\n") == 1


def test_list_of_nothing(guide, capsys):
    assert "no model matches 'cnn*'" in refused(capsys, "list", "cnn*")
    assert "did you mean guide8?" in refused(capsys, "list", "guild8")


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
    assert "not reached: no path leads from (1, 1) to (3, 3)" in out


def test_plan_of_a_model_that_loses_its_way(guide, toy_zoo, tmp_path, capsys):
    pnzoo.save(Guide(lost=True), toy_zoo / "lost", CARD)
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


def test_a_plan_in_json(guide, tmp_path, capsys):
    assert cli.main(["plan", "guide8", write(tmp_path, OPEN), "--json"]) == 0
    plan = json.loads(capsys.readouterr().out)
    assert plan["path"][0] == plan["start"] == [1, 1]
    assert plan["path"][-1] == plan["goal"] == [3, 3]
    assert len(plan["actions"]) == 3
    assert plan["reached"] is True


def test_what_plan_prints_reads_back(guide, toy_zoo, tmp_path, capsys):
    pnzoo.save(Guide(lost=True), toy_zoo / "lost", CARD)
    for name, text in (("guide8", OPEN), ("guide8", CLOSED), ("lost", OPEN)):
        status = cli.main(["plan", name, write(tmp_path, text)])
        once = capsys.readouterr().out
        assert cli.main(["plan", name, write(tmp_path, once)]) == status
        assert capsys.readouterr().out == once


def test_plan_on_a_movingai_map_takes_start_and_goal_from_options(guide, tmp_path, capsys):
    file = write(tmp_path, "type octile\nheight 1\nwidth 3\nmap\n.S@\n")
    assert "the map has no start; mark one cell with S, or add --start" in refused(capsys, "plan", "guide8", file)
    assert cli.main(["plan", "guide8", file, "--start", "0,0", "--goal", "0,1"]) == 0
    assert capsys.readouterr().out == "SG#\nreached in 1 move, length 1.00\n"
    assert "outside the 1x3 map" in refused(capsys, "plan", "guide8", file, "--start", "0,0", "--goal", "0,9")


def test_plan_with_standard_input_closed_or_no_text(guide, capsys, monkeypatch):
    monkeypatch.setattr(sys, "stdin", None)
    assert "standard input is closed" in refused(capsys, "plan", "guide8", "-")
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"#\xff")))
    assert "standard input is not text" in refused(capsys, "plan", "guide8", "-")


def test_plan_on_what_never_ends_or_is_too_large(guide, tmp_path, capsys):
    assert "/dev/zero holds more than 32 MB" in refused(capsys, "plan", "guide8", "/dev/zero")
    large = write(tmp_path, "." * 3000 + "\n" + ("." * 3000 + "\n") * 1999)
    assert "more than 4,194,304 cells" in refused(capsys, "plan", "guide8", large)


def test_names_may_be_written_in_capitals(guide, tmp_path, capsys):
    assert cli.main(["plan", "GUIDE8", write(tmp_path, OPEN)]) == 0
    assert cli.main(["card", "Guide8"]) == 0
    capsys.readouterr()
    assert "the name of a model is missing" in refused(capsys, "card", " ")


def test_an_interrupted_command_is_one_line(guide, monkeypatch, capsys):
    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(hub, "card", interrupt)
    assert cli.main(["card", "guide8"]) == 130
    assert capsys.readouterr().err == "pnzoo: interrupted\n"


def test_evaluate_in_json(guide, capsys):
    assert cli.main(["evaluate", "guide8", "--num-maps", "5", "--json"]) == 0
    measured = json.loads(capsys.readouterr().out)
    assert measured["model"] == "guide8"
    assert measured["metrics"][0]["name"] == "success_rate"
    assert measured["metrics"][0]["dataset"]["n"] == 5


@pytest.mark.parametrize("words", [
    ["--n", "5"],
    ["--n=5"],
    ["--num-maps", "5", "--family", "maze", "--size", "9", "--by-length"],
])
def test_options_of_the_first_release_work_and_say_their_new_names(guide, capsys, words):
    assert cli.main(["evaluate", "guide8", *words]) == 0
    out, err = capsys.readouterr()
    assert out.startswith("guide8 on 5 ")
    assert err.startswith("pnzoo: DeprecationWarning: --")
    assert "now; the old name goes with the next release." in err


@pytest.mark.parametrize("words, message", [
    (["--seed", "-1"], "argument --seed: '-1' is no whole number of 0 or more"),
    (["--seed", "1.5"], "argument --seed: '1.5'"),
    (["--num-maps", "0"], "argument --num-maps: '0' is no whole number of 1 or more"),
    (["--size", "wide"], "'wide' is no size; type height x width"),
    (["--size", "99999999x9"], "more than 4,194,304 cells"),
    (["--num-map", "3"], "unrecognized arguments: --num-map 3; did you mean --num-maps?"),
    (["--k", "0"], "argument --k: '0' is no whole number of 1 or more"),
])
def test_options_that_are_none_name_themselves(guide, capsys, words, message):
    with pytest.raises(SystemExit) as end:
        cli.main(["evaluate", "guide8", *words])
    assert end.value.code == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("usage: pnzoo evaluate")
    assert message in err


def test_too_many_maps_are_refused_before_they_are_drawn(guide, capsys):
    assert "take --num-maps 781250 or less" in refused(capsys, "evaluate", "guide8", "--num-maps", "999999999999")


def test_what_fails_prints_no_headline(guide, capsys):
    assert "did you mean maze" in refused(capsys, "evaluate", "guide8", "--family", "mase")


@pytest.mark.parametrize("words, message", [
    (["lst"], "there is no command 'lst'; did you mean list?"),
    (["Plan"], "did you mean plan?"),
    (["zzz"], "there is no command 'zzz'\n"),
])
def test_an_unknown_command_suggests(capsys, words, message):
    with pytest.raises(SystemExit) as end:
        cli.main(words)
    assert end.value.code == 2
    assert message in capsys.readouterr().err


@pytest.mark.parametrize("words, usage", [(["help"], "usage: pnzoo [-h]"), (["help", "plan"], "usage: pnzoo plan ")])
def test_help_is_a_command_too(capsys, words, usage):
    with pytest.raises(SystemExit) as end:
        cli.main(words)
    assert end.value.code == 0
    assert capsys.readouterr().out.startswith(usage)


def test_evaluate_measures_on_the_size_of_the_recipe_or_the_name(guide, capsys):
    assert cli.main(["evaluate", "guide8", "--num-maps", "20"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("guide8 on 20 open maps 8x8, a random start each, seed 9008")
    success = next(line for line in out.splitlines() if line.startswith("success"))
    assert success.split()[2:4] == ["100", "%"]


def test_evaluate_takes_size_and_seed(guide, capsys):
    assert cli.main(["evaluate", "guide8", "--num-maps", "5", "--size", "9x12", "--seed", "3"]) == 0
    assert "guide8 on 5 open maps 9x12, a random start each, seed 3" in capsys.readouterr().out


def test_evaluate_on_a_file_of_the_authors(guide, tmp_path, capsys):
    scipy_io = pytest.importorskip("scipy.io")
    maps = pnzoo.gridworld.generate(21, 8, seed=5)
    start = pnzoo.gridworld.random_starts(*maps, 0)
    goal_image = np.zeros((21, 8, 8))
    goal_image[np.arange(21), maps.goal[:, 0], maps.goal[:, 1]] = 10
    best = pnzoo.gridworld.optimal_actions(*maps)[np.arange(21), start[:, 0], start[:, 1]].argmax(axis=-1)
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
    assert cli.main(["evaluate", "guide8", "--mat-file", str(file)]) == 0
    out = capsys.readouterr().out
    assert out.startswith("guide8 on the held-out maps of gridworld_8.mat, a random start each, seed 0")
    assert cli.main(["evaluate", "guide8", "--mat-file", str(file), "--num-maps", "2", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["metrics"][0]["dataset"]["n"] == 2
    assert "leave out --size" in refused(capsys, "evaluate", "guide8", "--mat-file", str(file), "--size", "8x8")


def test_evaluate_refuses_what_does_not_fit_together(guide, tmp_path, capsys):
    assert "nowhere.mat" in refused(capsys, "evaluate", "guide8", "--mat-file", "nowhere.mat")
    err = refused(capsys, "evaluate", "guide8", "--mat-file", "a.mat", "--family", "maze")
    assert "leave out one" in err
    assert "for the maps of a --family" in refused(capsys, "evaluate", "guide8", "--start", "every")


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


def test_dashboard_runs_its_script_with_further_options(monkeypatch, tmp_path):
    script = tmp_path / "dashboard" / "serve.py"
    script.parent.mkdir()
    script.write_text("")
    monkeypatch.setattr(hub, "zoo_folder", lambda: tmp_path / "zoo")
    ran = []
    monkeypatch.setattr("pnzoo.cli.zoo.become", lambda words: ran.append(words) or 0)
    assert cli.main(["dashboard", "--server.port", "8600"]) == 0
    assert ran == [[sys.executable, "-m", "streamlit", "run", str(script), "--server.port", "8600"]]


def test_dashboard_without_streamlit_names_the_pip_line(monkeypatch, capsys):
    monkeypatch.setattr("pnzoo.cli.zoo.find_spec", lambda name: None)
    assert "pip install 'pnzoo[dashboard]'" in refused(capsys, "dashboard")


def test_the_dashboard_is_where_the_clone_has_it():
    assert cli.dashboard_script() == Path(pnzoo.__file__).parent.parent / "dashboard" / "serve.py"


def test_python_dash_m_is_the_same_command():
    run = subprocess.run([sys.executable, "-m", "pnzoo", "--version"], capture_output=True, text=True, check=True)
    assert run.stdout == f"pnzoo {pnzoo.__version__}\n"


@pytest.mark.parametrize("solver", ["auto", "dijkstra", "value_iteration"])
def test_plan_by_each_solver(tmp_path, capsys, solver):
    assert cli.main(["plan", "vin_octile", write(tmp_path, OPEN), "--solver", solver, "--json"]) == 0
    plan = json.loads(capsys.readouterr().out)
    assert plan["reached"]
    assert plan["cost"] == pytest.approx(4.0)  # round the wall, whose corner a diagonal move would pass
    assert (plan["k"] is None) == (solver != "value_iteration")


def test_a_solver_that_the_planner_does_not_have(tmp_path, capsys):
    words = "only a planner whose moves are known, such as vin_maze"
    assert words in refused(capsys, "plan", "vin8", write(tmp_path, OPEN), "--solver", "dijkstra")
    assert words in refused(capsys, "evaluate", "vin8", "--num-maps", "2", "--solver", "dijkstra")
    family = ("--family", "maze", "--size", "9", "--num-maps", "2")
    assert words in refused(capsys, "evaluate", "vin8", *family, "--solver", "dijkstra")
    assert cli.main(["evaluate", "vin_octile", *family, "--solver", "dijkstra"]) == 0
    assert capsys.readouterr().out.count("100 %") == 2
