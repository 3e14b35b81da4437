"""README keeps its word: every block of code on it runs, and its tables are those of the cards."""

import contextlib
import importlib.util
import io
import re
import shlex
import subprocess
import tomllib
from pathlib import Path

import pytest

import pnzoo
from pnzoo import cli
from train.readme import tables as readme

ROOT = Path(__file__).parent.parent
TEXT = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```$", TEXT, re.DOTALL | re.MULTILINE)
PYTHON = [(i, code) for i, (language, code) in enumerate(BLOCKS) if language == "python"]
COMMANDS = [
    line for language, code in BLOCKS if language == "bash" for line in code.splitlines() if shlex.split(line, True)
]


def test_every_block_says_its_language():
    assert {language for language, _ in BLOCKS} <= {"python", "bash", "text"}
    assert len(BLOCKS) == TEXT.count("```") / 2


# The example without images of one's own draws some; the examples after it read them.
DRAWS = next(code for _, code in PYTHON if "my_images" in code)


@pytest.mark.parametrize("index,code", PYTHON, ids=[f"block{i}" for i, _ in PYTHON])
def test_python_runs_and_prints_what_follows(index, code, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    if "my_images" in code and code != DRAWS:
        exec(compile(DRAWS, "README.md", "exec"), {})
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(compile(code, f"README.md block {index}", "exec"), {"__name__": "__main__"})
    if index + 1 < len(BLOCKS) and BLOCKS[index + 1][0] == "text":
        assert out.getvalue() == BLOCKS[index + 1][1]


@pytest.mark.parametrize("line", [line for line in COMMANDS if line.startswith("pnzoo ")])
def test_pnzoo_commands_run(line, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    first_map = re.search(r'parse\("""\n(.*?)"""', TEXT, re.DOTALL)[1]
    (tmp_path / "map.txt").write_text(first_map)
    opened = []
    monkeypatch.setattr(subprocess, "call", lambda words: opened.append(words) or 0)  # opens no browser
    assert cli.main(shlex.split(line, comments=True)[1:]) == 0
    assert capsys.readouterr().out or opened


@pytest.mark.parametrize("line", [line for line in COMMANDS if not line.startswith("pnzoo ")])
def test_other_commands_name_what_is_there(line):
    words = shlex.split(line, comments=True)
    if words[0] == "make":
        assert re.search(rf"^{words[1]}:", (ROOT / "Makefile").read_text(), re.MULTILINE)
    elif words[0] == "pip":
        extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
        wanted = re.search(r"\[(.*)\]", words[-1])[1].split(",")
        assert set(wanted) <= set(extras)
    else:
        assert words[:2] == ["python", "-m"]
        assert importlib.util.find_spec(words[2])


def test_models_that_readme_names_are_in_the_zoo():
    named = set(re.findall(r"""pnzoo\.load\("([\w]+)"|pnzoo (?:card|plan|evaluate) ([\w]+)""", TEXT))
    names = {a or b for a, b in named} - {"my_vin"}
    assert names
    assert names <= set(pnzoo.list_models())


def test_the_tables_are_those_of_the_cards():
    assert readme.filled(TEXT) == TEXT, "README.md is stale: run python -m train.readme.tables"
    for name in pnzoo.list_models():
        assert f"(zoo/{name}/README.md)" in TEXT


def test_links_lead_somewhere():
    for target in re.findall(r"\]\((?!http|#)([^)]+)\)", TEXT):
        assert (ROOT / target).exists(), target


# -- the generator of the tables ----------------------------------------------------------------


def test_only_the_text_between_the_markers_changes(guide):
    text = "before\n<!-- planning-table:begin -->\nold\n<!-- planning-table:end -->\nafter <!-- x -->\n"
    new = readme.filled(text)
    assert new.startswith("before\n<!-- planning-table:begin -->\n| entry |")
    assert new.endswith("<!-- planning-table:end -->\nafter <!-- x -->\n")
    assert "old" not in new
    assert readme.filled(new) == new


def test_a_planner_row_has_the_numbers_of_its_card(guide):
    row = readme.planning_table().splitlines()[-1]
    cells = [cell.strip() for cell in row.strip("|").split("|")]
    assert cells[:7] == ["[`guide8`](zoo/guide8/README.md)", "99.00 %", "94.55 to 99.82", "99.60 %", "-", "100", "40"]
    assert cells[7].endswith(" kB")


def test_a_few_shot_row_has_accuracy_interval_and_paper(guide, toy_zoo):
    metric = {"value": 0.981, "n": 1000, "interval": [0.979, 0.983], "on": "test", "command": "x", "paper": 0.981}
    pnzoo.save(guide, toy_zoo / "shots", {"task": "few-shot", "metrics": [{"name": "5w1s", **metric}]})
    row = readme.fewshot_table().splitlines()[-1]
    assert "| 98.10 ± 0.20 % (paper 98.1 %) | - | - | - | - | 1,000 | 40 |" in row


def test_lakes_task_is_shown_as_an_error_next_to_what_people_reach(guide, toy_zoo):
    metric = {"value": 0.9, "n": 50, "interval": [0.88, 0.92], "on": "test", "command": "x", "paper": None}
    card = {"task": "few-shot", "metrics": [{"name": "within_alphabet_20w1s", **metric}]}
    pnzoo.save(guide, toy_zoo / "shots", card)
    table = readme.lake_table()
    assert "| 10.0 ± 2.0 % | 50 |" in table
    assert "| people | 4.5 % | 20 |" in table


def test_a_marker_without_its_end_is_an_error():
    with pytest.raises(ValueError, match=r"has <!-- planning-table:begin --> but no"):
        readme.filled("<!-- planning-table:begin -->")


def test_check_tells_a_stale_page_and_writing_cures_it(guide, tmp_path, monkeypatch, capsys):
    page = tmp_path / "README.md"
    page.write_text("<!-- planning-table:begin -->\n<!-- planning-table:end -->\n")
    monkeypatch.setattr(readme, "README", page)
    assert readme.main(["--check"]) == 1
    assert "run python -m train.readme.tables" in capsys.readouterr().out
    assert readme.main([]) == 0
    assert readme.main(["--check"]) == 0
    assert "guide8" in page.read_text()
