"""`import pnzoo` imports no backend, finds every public name, and says what to install where none is there."""

import importlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import pnzoo
from pnzoo.core import backend as _backend

HEAVY = {"keras", "tensorflow", "jax", "torch"}


def loaded_after(code):
    """Top-level modules in a fresh interpreter after some code."""
    program = f"{code}\nimport sys, json; print(json.dumps(sorted({{m.split('.')[0] for m in sys.modules}})))"
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return set(json.loads(run.stdout.splitlines()[-1]))


def test_import_pnzoo_imports_nothing_heavy():
    assert not loaded_after("import pnzoo") & (HEAVY | {"numpy", "scipy", "h5py", "argparse"})


def test_names_and_cards_need_no_backend():
    code = "import pnzoo; pnzoo.list_models(); [pnzoo.card(name) for name in pnzoo.list_models()]"
    assert not loaded_after(code) & (HEAVY | {"numpy"})


@pytest.mark.parametrize("module", ["gridworld", "planning", "episodes", "glyphs", "omniglot"])
def test_data_needs_numpy_only(module):
    assert not loaded_after(f"import pnzoo; pnzoo.{module}") & (HEAVY | {"tensorflow_datasets", "streamlit"})


def test_the_command_line_lists_without_a_backend():
    assert not loaded_after("from pnzoo.cli import main; main(['list', '*'])") & HEAVY


@pytest.mark.parametrize("name", pnzoo.__all__)
def test_every_public_name_is_there(name):
    assert name in dir(pnzoo)
    value = getattr(pnzoo, name)
    assert getattr(pnzoo, name) is value
    assert isinstance(value, str) or value.__doc__


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match=r"no attribute 'laod'; it has .*load"):
        pnzoo.laod  # noqa: B018


def test_type_checkers_find_the_types_and_the_names():
    assert (Path(pnzoo.__file__).parent / "py.typed").is_file()
    source = Path(pnzoo.__file__).read_text()
    typed = source[source.index("if TYPE_CHECKING") : source.index("__version__ =")]
    for name in pnzoo.__all__[1:]:
        assert name in typed


# -- which backend ------------------------------------------------------------------------------


@pytest.fixture
def machine(monkeypatch, tmp_path):
    """A function that pretends which backends are installed and what the user has said."""

    def pretend(installed, variable=None, configured=None):
        monkeypatch.delitem(sys.modules, "keras", raising=False)
        monkeypatch.setattr(_backend, "_installed", lambda name: name in installed)
        monkeypatch.setenv("KERAS_HOME", str(tmp_path))
        monkeypatch.setenv("KERAS_BACKEND", variable or "")
        if configured:
            (tmp_path / "keras.json").write_text(json.dumps({"backend": configured}))

    return pretend


@pytest.mark.parametrize(
    "installed,variable,configured,chosen",
    [
        ({"tensorflow", "jax", "torch"}, None, None, ""),  # Keras' own default is there
        ({"jax", "torch"}, None, None, "jax"),
        ({"torch"}, None, None, "torch"),
        ({"torch"}, None, "tensorflow", "torch"),  # the file that Keras wrote by itself
        ({"tensorflow", "torch"}, None, "torch", ""),
        ({"tensorflow"}, None, "jax", "tensorflow"),
        ({"tensorflow"}, "jax", None, "jax"),  # what the user said is never replaced
        (set(), None, None, ""),
    ],
)
def test_the_backend_is_chosen_where_keras_would_fail(machine, installed, variable, configured, chosen):
    machine(installed, variable, configured)
    _backend.choose()
    assert os.environ["KERAS_BACKEND"] == chosen


def test_a_broken_configuration_means_tensorflow(machine, tmp_path):
    machine({"jax"})
    (tmp_path / "keras.json").write_text("{")
    _backend.choose()
    assert os.environ["KERAS_BACKEND"] == "jax"


def test_no_backend_names_the_pip_line(machine, guide):
    machine(set())
    with pytest.raises(ImportError, match=r"pip install 'pnzoo\[tensorflow\]'"):
        pnzoo.load("guide8")


def test_a_backend_that_is_named_and_not_installed(machine, guide):
    machine({"tensorflow"}, variable="jax")
    with pytest.raises(ImportError, match=r"KERAS_BACKEND is \"jax\".*pip install 'pnzoo\[jax\]'"):
        pnzoo.load("guide8")


def test_keras_that_is_loaded_already_is_left_alone(monkeypatch):
    importlib.import_module("keras")
    monkeypatch.setenv("KERAS_BACKEND", "nonsense")
    _backend.choose()
    _backend.require()
    assert os.environ["KERAS_BACKEND"] == "nonsense"
