"""The wheel: it holds the zoo and the dashboard, and what it holds works far from the clone."""

import shutil
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.integration

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """A wheel built from a copy of the files that git would take, so that nothing is left in the clone."""
    copy, out = tmp_path_factory.mktemp("source") / "pnzoo", tmp_path_factory.mktemp("dist")
    ignore = shutil.ignore_patterns("__pycache__", "*.egg-info")
    for name in ("pnzoo", "zoo", "dashboard"):
        shutil.copytree(ROOT / name, copy / name, ignore=ignore)
    for name in ("pyproject.toml", "setup.py", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, copy / name)
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir"]
    subprocess.run([*command, str(out), str(copy)], check=True, capture_output=True, text=True)
    (file,) = out.glob("pnzoo-*.whl")
    return file


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """The wheel unpacked, as an installer does, in a folder that stands in for site-packages."""
    site = tmp_path_factory.mktemp("site")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    return site


def run_there(installed, code, folder):
    """Run code with the unpacked wheel and this environment's dependencies, but neither clone nor editable install."""
    heavy = sysconfig.get_paths()["purelib"]
    # -S keeps the editable install's .pth file from being read; the heavy packages' folder is named by hand.
    setup = f"import sys; sys.path[:0] = [{str(installed)!r}]; sys.path.append({heavy!r})\n"
    command = [sys.executable, "-S", "-c", setup + code]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True)


def clone_files(folder, *suffixes):
    return {
        path.relative_to(ROOT / folder).as_posix()
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and path.suffix in suffixes and "__pycache__" not in path.parts
    }


@pytest.mark.parametrize(
    "folder,inside,suffixes",
    [
        ("pnzoo", "pnzoo", (".py", ".typed")),
        ("zoo", "pnzoo/zoo", (".json", ".h5", ".md")),
        ("dashboard", "pnzoo/dashboard", (".py", ".toml", ".js", ".css", ".txt", ".json", ".npz")),
    ],
)
def test_the_wheel_holds_every_file(wheel, folder, inside, suffixes):
    names = set(zipfile.ZipFile(wheel).namelist())
    expected = {f"{inside}/{file}" for file in clone_files(folder, *suffixes)}
    assert expected
    assert expected <= names


def test_the_wheel_holds_nothing_else(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.split("/")[0] for name in names if ".dist-info/" not in name} == {"pnzoo"}
    assert not [name for name in names if name.endswith((".pyc", ".mat", ".npz")) or "/runs/" in name]


def test_a_wheel_stays_small_enough_to_publish(wheel):
    assert wheel.stat().st_size < 90e6


def test_entries_load_from_the_wheel_in_another_folder(installed, tmp_path):
    """One planner and one few-shot network; `.ci/run` loads all from a wheel that is installed."""
    code = """
import pnzoo
for name in ("vin8", "matching_glyphs"):
    assert pnzoo.load(name).count_params() == pnzoo.card(name)["parameters"]
print(pnzoo.__file__, *pnzoo.list_models(), sep="\\n")
"""
    run = run_there(installed, code, tmp_path)
    assert run.returncode == 0, run.stderr
    file, *names = run.stdout.split()
    assert Path(file) == installed / "pnzoo" / "__init__.py"
    assert set(names) == {path.parent.name for path in (ROOT / "zoo").glob("*/config.json")}


def test_the_dashboard_is_found_in_the_wheel(installed, tmp_path):
    code = "from pnzoo import cli; print(cli.dashboard_script()); import pnzoo.dashboard"
    run = run_there(installed, code, tmp_path)
    assert run.returncode == 0, run.stderr
    assert Path(run.stdout.strip()) == installed / "pnzoo" / "dashboard" / "serve.py"
