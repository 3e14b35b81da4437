"""Importing Keras for the dashboard: without what it only looks for, and without a file of settings."""

import functools
import os
import subprocess
import sys
from pathlib import Path

import keras

from pnzoo import gridworld

FOLDER = Path(__file__).parents[2] / "dashboard"
CODE = """
import sys
sys.path.insert(0, sys.argv[1])
import threading
from dashboard import backend
backend.DRAWN = 0.0
backend.load_soon()
backend.load_soon()  # it is under way
(timer,) = [each for each in threading.enumerate() if isinstance(each, threading.Timer)]
timer.join()
print(backend.name(), sorted({"keras", "tensorflow", "jax", "sklearn", "matplotlib"} & set(sys.modules)))
import sklearn.linear_model  # what was left out is there for those who ask
print("sklearn" in sys.modules)
"""
FIRST_PAGE = """
import importlib
import pathlib
import sys
from streamlit.testing.v1 import AppTest
app = AppTest.from_file(sys.argv[1], default_timeout=60)
app.session_state["canvas_drawn"] = True
app.run()
said = {each.label: each.value for each in app.metric if each.label in ('Excess', 'Best moves')}
folder = pathlib.Path(sys.argv[1]).parent
for room in ("compute", "figures", "widgets"):  # what pages bring when they are opened waits for its use too
    for file in (folder / room).glob("[a-z]*.py"):
        importlib.import_module(f"dashboard.{room}.{file.stem}")
print(bool(app.exception), said, sorted({"keras", "tensorflow", "jax", "torch"} & set(sys.modules)))
"""
ROOM = """
#########
#S.....G#
#.......#
#.......#
#.......#
#########
"""


def test_keras_comes_alone_and_writes_nothing(tmp_path):
    environment = {**os.environ, "HOME": str(tmp_path), "KERAS_BACKEND": "tensorflow"}
    environment.pop("KERAS_HOME", None)
    done = subprocess.run([sys.executable, "-c", CODE, str(FOLDER.parent)], env=environment,
                          capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["tensorflow ['keras', 'tensorflow']", "True"]
    assert not list(tmp_path.rglob("*"))


def test_the_first_page_plans_and_judges_without_a_backend():
    done = subprocess.run([sys.executable, "-c", FIRST_PAGE, str(FOLDER / "app.py")], capture_output=True, text=True,
                          check=True)
    assert done.stdout.splitlines()[-1] == "False {'Excess': '0.00', 'Best moves': '100.0%'} []"


def test_what_was_imported_is_not_looked_over_again_for_garbage(monkeypatch):
    from dashboard import backend

    frozen = []
    monkeypatch.setattr(backend.gc, "freeze", lambda: frozen.append(len(sys.modules)))
    monkeypatch.setattr(backend, "_imported", 0)
    backend.leave_imported_alone()
    backend.leave_imported_alone()  # nothing new was imported
    assert len(frozen) == 1
    for number in range(backend.FEW + 1):
        monkeypatch.setitem(sys.modules, f"imported_{number}", None)
    backend.leave_imported_alone()
    assert len(frozen) == 2


def test_the_backend_is_the_one_of_the_settings_or_of_the_environment(monkeypatch, tmp_path):
    from dashboard import backend

    monkeypatch.setattr(backend, "SETTINGS", tmp_path / "keras.json")
    monkeypatch.delenv("KERAS_BACKEND", raising=False)
    assert backend.name() == "tensorflow"
    for broken in ("", "[]", "{", '{"backend": null}'):
        backend.SETTINGS.write_text(broken)
        assert backend.name() == "tensorflow"
    backend.SETTINGS.write_text('{"backend": "jax"}')
    assert backend.name() == "jax"
    monkeypatch.setenv("KERAS_BACKEND", "torch")
    assert backend.name() == "torch"


def test_what_is_compiled_outlives_the_runs_of_a_page(visit, monkeypatch):
    """A layer's `call` runs while its model is traced; executables go with Keras' session, and so do its counters."""
    from dashboard import compute
    from pnzoo.layers import ValueIteration

    traced, call = [], ValueIteration.call
    counted = functools.wraps(call)(lambda *given, **more: traced.append(1) or call(*given, **more))
    monkeypatch.setattr(ValueIteration, "call", counted)
    compute.model.clear()
    app = visit("plan", model="vin8_paper", k="7", map=gridworld.to_string(*gridworld.parse(ROOM)))
    assert traced
    traced.clear()
    before = keras.backend.get_uid("pages")
    for row in (1, 2):  # two edits: the same map with another wall
        walls, start, goal = gridworld.parse(ROOM)
        walls[row, 4] = True
        app.query_params["map"] = gridworld.to_string(walls, start, goal)
        app.run()
        assert not app.exception
        assert app.query_params["map"] == gridworld.to_string(walls, start, goal)
    assert keras.backend.get_uid("pages") == before + 1
    if keras.backend.backend() != "torch":  # where Keras compiles nothing, `call` runs every time
        assert not traced


def test_only_the_name_that_streamlit_calls_clears_nothing(monkeypatch):
    from dashboard import backend

    real = keras.utils.clear_session
    monkeypatch.setattr(keras.backend, "clear_session", real)
    backend.load()
    assert keras.utils.clear_session is real is not keras.backend.clear_session
    keras.backend.clear_session(free_memory=False)
