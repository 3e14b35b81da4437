"""The examples in the docstrings run, and every public function has one."""

import doctest
import importlib
import inspect

import pytest

import pnzoo.worlds.gridworld

MODULES = ["checks", "maps", "solver", "paths", "text", "lattice", "mazes", "paper_files", "expert"]


@pytest.mark.parametrize("name", MODULES)
def test_examples_run(name):
    if name == "expert":
        pytest.importorskip("tensorflow_datasets")
    module = importlib.import_module(f"pnzoo.gridworld.{name}")
    result = doctest.testmod(module)
    assert result.attempted > 0
    assert result.failed == 0


@pytest.mark.parametrize("name", pnzoo.gridworld.__all__)
def test_public_functions_have_an_example(name):
    thing = getattr(pnzoo.gridworld, name)
    if inspect.isfunction(thing):
        assert ">>>" in inspect.getdoc(thing)
