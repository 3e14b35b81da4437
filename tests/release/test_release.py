"""What a release is made of: versions that agree, workflows, the image of the dashboard, the site, the wheel's size."""

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

import pnzoo

ROOT = Path(__file__).parents[2]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
GENERATED = {"zoo/index.md", "changelog.md"}  # pages of the site that its hooks make


def parsed(path):
    return yaml.safe_load((ROOT / path).read_text(encoding="utf-8"))


def test_all_versions_are_the_package_s():
    assert parsed("CITATION.cff")["version"] == pnzoo.__version__
    assert json.loads((ROOT / ".zenodo.json").read_text())["version"] == pnzoo.__version__
    assert re.search(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)[1] == pnzoo.__version__


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_a_workflow_is_one(path):
    """What GitHub refuses a file for, as far as it can be seen here."""
    workflow = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert set(workflow) <= {"name", True, "permissions", "concurrency", "jobs", "env"}  # `on` is YAML's true
    assert workflow["permissions"] == {"contents": "read"}
    for name, job in workflow["jobs"].items():
        assert {"runs-on", "steps", "timeout-minutes"} <= set(job), name
        assert set(job.get("needs", "").split()) <= set(workflow["jobs"]), name
        for step in job["steps"]:
            assert ("run" in step) != ("uses" in step), step
            assert re.fullmatch(r"[\w.-]+/[\w.-]+@(v\d+|release/v\d+)", step.get("uses", "a/b@v1")), step
            for target in re.findall(r"\bmake ([\w-]+)", step.get("run", "")):
                assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(), re.MULTILINE), target
            for used in re.findall(r"matrix\.(\w+)", str(job)):
                assert used in job["strategy"]["matrix"], used


def test_the_workflow_tries_every_backend_on_every_python():
    (job,) = [job for job in parsed(".github/workflows/tests.yml")["jobs"].values() if "strategy" in job]
    matrix = job["strategy"]["matrix"]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert set(matrix["backend"]) == {"tensorflow", "jax", "torch"} <= set(project["optional-dependencies"])
    assert matrix["python"] == ["3.11", "3.12", "3.13"]
    assert project["requires-python"] == ">=3.11"


def instructions():
    """The Dockerfile's instructions: [(word, rest)]."""
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    return [tuple(line.split(maxsplit=1)) for line in text.splitlines() if line and not line.startswith("#")]


def test_the_image_is_slim_runs_without_rights_and_is_watched():
    found = instructions()
    last = max(i for i, (word, _) in enumerate(found) if word == "FROM")
    assert found[last][1] == "python:3.12-slim"
    stage = dict(found[last:])
    assert stage["USER"] == "pnzoo"
    assert stage["EXPOSE"] == "8501"
    (installed,) = [rest for word, rest in found if "pip install" in rest]
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    assert set(re.search(r"\[\$\{BACKEND\},(.*)\]", installed)[1].split(",")) <= set(extras)
    assert "_stcore/health" in stage["HEALTHCHECK"]
    service = parsed("compose.yaml")["services"]["dashboard"]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["ports"] == ["127.0.0.1:8501:8501"]


def command_of(word):
    """The words of an instruction's command."""
    (rest,) = [rest for name, rest in instructions() if name == word]
    return json.loads(rest[rest.index("[") :])


@pytest.mark.integration
def test_the_image_s_commands_start_the_dashboard_and_see_that_it_is_well(tmp_path):
    """There is no Docker where the tests run: the same commands, without the image."""
    pytest.importorskip("streamlit")
    port, check = "18651", [sys.executable, *command_of("HEALTHCHECK")[1:]]
    (tmp_path / "pnzoo").write_text(f"#!/bin/sh\nexec {sys.executable} -m pnzoo \"$@\"\n")
    (tmp_path / "pnzoo").chmod(0o755)
    environment = {**os.environ, "PORT": port, "PATH": f"{tmp_path}:{os.environ['PATH']}", "HOME": str(tmp_path)}
    assert subprocess.run(check, env=environment, capture_output=True).returncode != 0
    with (tmp_path / "log").open("wb") as log:
        server = subprocess.Popen(command_of("CMD"), env=environment, cwd=ROOT, stdout=log, stderr=log)
    try:
        for _ in range(240):
            well = subprocess.run(check, env=environment, capture_output=True).returncode == 0
            if well or server.poll() is not None:
                break
        assert well, (tmp_path / "log").read_text()[-2000:]
    finally:
        server.terminate()
        server.wait(30)
    assert subprocess.run(check, env=environment, capture_output=True).returncode != 0, "it is ended and still answers"


def pages():
    return sorted((ROOT / "docs").rglob("*.md"))


def test_the_site_s_pages_exist_and_its_links_lead_somewhere():
    config = parsed(".docs/mkdocs.yml")
    named = {page for entry in config["nav"] for value in entry.values()
             for page in ([value] if isinstance(value, str) else value)}
    assert all((ROOT / "docs" / page).is_file() for page in named - GENERATED)
    assert {"tutorials/plan.md", "tutorials/drawings.md", "tutorials/export.md"} <= named
    for page in pages():
        for target in re.findall(r"\]\((?!http|#)([^)#]+)[^)]*\)", page.read_text(encoding="utf-8")):
            place = os.path.relpath(page.parent / target, ROOT / "docs")
            assert (page.parent / target).exists() or place in GENERATED, (page.name, target)


def test_the_reference_names_what_exists():
    import importlib

    names = [name for page in pages() for name in re.findall(r"^::: (\S+)", page.read_text(), re.MULTILINE)]
    assert len(names) > 25
    for name in names:
        module, _, attribute = name.rpartition(".")
        assert getattr(importlib.import_module(module), attribute).__doc__, name


@pytest.mark.slow
def test_the_site_is_built_without_a_broken_link(tmp_path):
    mkdocs = shutil.which("mkdocs") or pytest.skip("make docs installs mkdocs")
    command = [mkdocs, "build", "--quiet", "--strict", "--config-file", str(ROOT / ".docs/mkdocs.yml"), "--site-dir"]
    subprocess.run([*command, str(tmp_path / "site")], check=True, timeout=300)
    assert "VIN" in (tmp_path / "site" / "api" / "models.html").read_text()
    assert (tmp_path / "site" / "zoo" / "vin16.html").is_file()


def test_the_weights_fit_into_the_wheel():
    """PyPI takes 100 MB; docs/release.md says what happens beyond."""
    assert sum(file.stat().st_size for file in (ROOT / "zoo").rglob("*") if file.is_file()) < 90e6
