"""Every public function has an example; `tests/test_docstrings.py` runs them."""

import inspect

import pytest

from pnzoo import gridworld


@pytest.mark.parametrize("name", gridworld.__all__)
def test_public_functions_have_an_example(name):
    thing = getattr(gridworld, name)
    if inspect.isfunction(thing):
        assert ">>>" in inspect.getdoc(thing)
