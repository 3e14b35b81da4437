"""Every module path of release 0.1 leads to today's module and says so; promised short paths are silent."""

import importlib
import importlib.util
import warnings

import pytest

from pnzoo.core import aliases

INSIDE = {
    former.replace("pnzoo.worlds.gridworld.", "pnzoo.gridworld.").replace("pnzoo.rl.trpo.", "pnzoo.trpo."): today
    for former, today in aliases.RENAMED_INSIDE.items()
}


@pytest.mark.parametrize("former, today", {**aliases.RENAMED, **INSIDE}.items())
def test_a_former_path_leads_to_todays_module_and_warns(former, today):
    assert importlib.util.find_spec(today) is not None
    with pytest.warns(DeprecationWarning, match=rf"{former} is {today} now"):
        assert aliases._Finder().find_spec(former).loader.path == today


@pytest.mark.parametrize("short, today", aliases.PROMISED.items())
def test_a_promised_path_is_silent(short, today):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert importlib.import_module(short) is importlib.import_module(today)


def test_a_path_inside_a_former_package_follows_the_package():
    assert aliases.target("pnzoo.trpo.baseline") == ("pnzoo.rl.trpo.baseline", True)
    assert aliases.target("pnzoo.gridworld.solver") == ("pnzoo.worlds.gridworld.solver", False)


def test_a_path_that_never_was_is_not_found():
    assert aliases.target("pnzoo.nothing") is None
    with pytest.raises(ModuleNotFoundError, match=r"pnzoo\.nothing"):
        importlib.import_module("pnzoo.nothing")
