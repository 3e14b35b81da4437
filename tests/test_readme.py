"""The READMEs keep their word: every block of code runs, every link leads somewhere, tables are those of the cards."""

import contextlib
import importlib.util
import io
import itertools
import os
import re
import shlex
import subprocess
import tomllib
from pathlib import Path

import keras
import pytest

import pnzoo
from pnzoo import cli
from pnzoo.core.metric import Metric
from train.readme import __main__ as readme
from train.readme import zoo_tables

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = list(dict.fromkeys(str(page.relative_to(ROOT)) for page in (
    *(ROOT / page for page in readme.PAGES), ROOT / "train/README.md", ROOT / "tests/README.md",
    ROOT / "pnzoo/few_shot/README.md", ROOT / "pnzoo/worlds/terrain/README.md",
    ROOT / "pnzoo/worlds/webgraph/README.md", ROOT / "pnzoo/web/README.md", *sorted((ROOT / "docs").rglob("*.md")),
    ROOT / "CHANGELOG.md") if page.exists()))

MADE_WITH_THE_SITE = ("zoo/index.md", "changelog.md")


def blocks(page):
    """[(language, code)] of a page."""
    text = (ROOT / page).read_text(encoding="utf-8")
    found = re.findall(r"^```(\w*)\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    assert len(found) == text.count("```") / 2, page
    return found


def commands(page):
    return [line for language, code in blocks(page) if language == "bash" for line in code.splitlines()
            if shlex.split(line, True)]


def test_readme_is_short():
    assert len(README.encode()) <= 10_000


@pytest.mark.integration
@pytest.mark.parametrize("page", PAGES)
def test_python_runs_and_prints_what_follows(page, tmp_path, monkeypatch):
    """All blocks of a page in order, in one folder and one process; those of a tutorial go on from each other."""
    monkeypatch.chdir(tmp_path)
    parts, names = blocks(page), {"__name__": "__main__"}
    assert {language for language, _ in parts} <= {"python", "bash", "text", "nginx"}
    for i, (language, code) in enumerate(parts):
        if language != "python":
            continue
        if "large_support" in code:  # `make test-extras` installs it
            pytest.importorskip("faiss")
        if "pnzoo import distribution" in code and keras.backend.backend() != "jax":
            pytest.skip("several devices need JAX")
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            exec(compile(code, f"{page} block {i}", "exec"), names if "tutorials" in page else dict(names))
        if i + 1 < len(parts) and parts[i + 1][0] == "text":
            assert out.getvalue() == parts[i + 1][1]


@pytest.mark.parametrize("line", [line for line in commands("README.md") if line.startswith("pnzoo ")])
def test_pnzoo_commands_run(line, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (make_map,) = [command for command in commands("README.md") if command.endswith("> map.txt")]
    subprocess.run(make_map, shell=True, check=True)
    opened = []
    monkeypatch.setattr("pnzoo.cli.zoo.become", lambda words: opened.append(words) or 0)  # opens no browser
    assert cli.main(shlex.split(line, comments=True)[1:]) == 0
    assert capsys.readouterr().out or opened


@pytest.mark.parametrize("page", PAGES)
def test_other_commands_name_what_is_there(page):
    for line in commands(page):
        words = shlex.split(line, comments=True)
        words = list(itertools.dropwhile(lambda word: re.fullmatch(r"[A-Z_]+=\S+|export", word), words))  # variables
        if not words:
            continue
        if words[0] == "make":
            assert re.search(rf"^{words[1]}:", (ROOT / "Makefile").read_text(), re.MULTILINE), line
        elif words[0] == "pip":
            extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
            ours = [re.fullmatch(r"(?:pnzoo|\.)\[(.*)\]", word) for word in words[2:]]  # beside packages of others
            assert any(ours), line
            assert {extra for match in ours if match for extra in match[1].split(",")} <= set(extras), line
        elif words[0] == "docker":
            assert (ROOT / "compose.yaml").is_file(), line
        elif words[0] == "printf":
            assert words[-2] == ">", line
        elif words[0] != "pnzoo":
            assert words[:2] == ["python", "-m"], line
            assert importlib.util.find_spec(words[2]), line


def test_models_that_readme_names_are_in_the_zoo():
    named = set(re.findall(r"""pnzoo\.load\("([\w]+)"|pnzoo (?:card|plan|evaluate) ([\w]+)""", README))
    names = {a or b for a, b in named} - {"my_vin"}
    assert names
    assert names <= set(pnzoo.list_models())


@pytest.mark.parametrize("page", readme.PAGES)
def test_the_tables_are_those_of_the_cards(page):
    text = (ROOT / page).read_text(encoding="utf-8")
    assert readme.filled(text, os.path.dirname(page) or ".") == text, f"{page} is stale: run python -m train.readme"


def test_readme_names_every_entry_and_the_zoo_s_page_links_to_it():
    page = (ROOT / "zoo" / "README.md").read_text(encoding="utf-8")
    for name in pnzoo.list_models():
        assert f"`{name}`" in README
        assert f"]({name})" in page


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page):
    for target in re.findall(r"\]\((?!http|#)([^)#]+)[^)]*\)", (ROOT / page).read_text(encoding="utf-8")):
        made = page.startswith("docs/") and target in MADE_WITH_THE_SITE
        assert made or ((ROOT / page).parent / target).exists(), target


# -- the generator of the tables ----------------------------------------------------------------


def test_only_the_text_between_the_markers_changes(guide):
    text = "before\n<!-- planning-table:begin -->\nold\n<!-- planning-table:end -->\nafter <!-- x -->\n"
    new = readme.filled(text)
    assert new.startswith("before\n<!-- planning-table:begin -->\n| entry |")
    assert new.endswith("<!-- planning-table:end -->\nafter <!-- x -->\n")
    assert "old" not in new
    assert readme.filled(new) == new
    assert "(zoo/guide8)" in new
    assert "(guide8)" in readme.filled(text, "zoo")
    assert "(../../zoo/guide8)" in readme.filled(text, "pnzoo/rl")


def test_a_planner_row_has_the_numbers_of_its_card(guide):
    row = zoo_tables.planning_table().splitlines()[-1]
    cells = [cell.strip() for cell in row.strip("|").split("|")]
    assert cells[:7] == ["[`guide8`](zoo/guide8)", "99.00 %", "94.55 to 99.82", "99.60 %", "-", "100", "40"]
    assert cells[7].endswith(" kB")


def few_shot_entry(model, folder, name, **fields):
    one = Metric(name, command="x", dataset={"kind": "episodes"}, **fields)
    pnzoo.save(model, folder, {"task": "few-shot", "metrics": [one.to_dict()]})


def test_a_few_shot_row_has_accuracy_interval_and_paper(guide, toy_zoo):
    few_shot_entry(guide, toy_zoo / "shots", "5w1s", value=0.981, n=1000, ci95=(0.979, 0.983), paper=0.981)
    row = zoo_tables.few_shot_table().splitlines()[-1]
    assert "| 98.10 ± 0.20 % (paper 98.1 %) | - | - | - | - | 1,000 | 40 |" in row


def test_lakes_task_is_shown_as_an_error_next_to_what_people_reach(guide, toy_zoo):
    few_shot_entry(guide, toy_zoo / "shots", "within_alphabet_20w1s", value=0.9, n=50, ci95=(0.88, 0.92))
    table = zoo_tables.omniglot_challenge_table()
    assert "| 10.0 ± 2.0 % | 50 |" in table
    assert "| people | 4.5 % | 20 |" in table


def test_a_marker_without_its_end_or_without_its_table_is_an_error():
    with pytest.raises(ValueError, match=r"has <!-- planning-table:begin --> but no"):
        readme.filled("<!-- planning-table:begin -->")
    with pytest.raises(ValueError, match=r"no table 'weather'; take one of .*entries"):
        readme.filled("<!-- weather:begin --><!-- weather:end -->")


def test_check_tells_a_stale_page_and_writing_cures_it(guide, tmp_path, monkeypatch, capsys):
    page = tmp_path / "README.md"
    page.write_text("<!-- planning-table:begin -->\n<!-- planning-table:end -->\n")
    monkeypatch.setattr(readme, "ROOT", tmp_path)
    monkeypatch.setattr(readme, "PAGES", ("README.md",))
    assert readme.main(["--check"]) == 1
    assert "stale: README.md; run python -m train.readme" in capsys.readouterr().out
    assert readme.main([]) == 0
    assert readme.main(["--check"]) == 0
    assert "guide8" in page.read_text()
