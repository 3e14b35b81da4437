"""Importing Keras for the dashboard: without what it only looks for, and without a file of settings."""

import os
import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).parents[2] / "dashboard"
CODE = """
import sys
sys.path.insert(0, sys.argv[1])
from dashboard import backend
backend.load()
print(backend.name(), sorted({"keras", "tensorflow", "jax", "sklearn", "matplotlib"} & set(sys.modules)))
import sklearn.linear_model  # what was left out is there for those who ask
print("sklearn" in sys.modules)
"""


def test_keras_comes_alone_and_writes_nothing(tmp_path):
    environment = {**os.environ, "HOME": str(tmp_path), "KERAS_BACKEND": "tensorflow"}
    environment.pop("KERAS_HOME", None)
    done = subprocess.run([sys.executable, "-c", CODE, str(FOLDER.parent)], env=environment,
                          capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["tensorflow ['keras', 'tensorflow']", "True"]
    assert not list(tmp_path.rglob("*"))


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
