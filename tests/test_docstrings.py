"""Every example in a docstring runs."""

import doctest
import importlib
import pkgutil

import pytest

import pnzoo

MODULES = sorted(
    module.name
    for module in pkgutil.walk_packages(pnzoo.__path__, "pnzoo.")
    if module.name != "pnzoo.__main__" and not module.name.startswith("pnzoo.dashboard")
)


@pytest.mark.parametrize("name", MODULES)
def test_examples_run_and_the_module_says_what_it_is(name):
    module = importlib.import_module(name)
    assert module.__doc__, f"{name} has no docstring"
    failed, _ = doctest.testmod(module, optionflags=doctest.NORMALIZE_WHITESPACE)
    assert failed == 0


def test_some_examples_were_found():
    finder = doctest.DocTestFinder()
    assert sum(len(test.examples) for test in finder.find(importlib.import_module("pnzoo.evaluation.gridworld"))) >= 2
