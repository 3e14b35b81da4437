"""What every training command shares: a recipe as a command line, a folder that resumes, a clock, a history."""

import argparse
import dataclasses
import json
import os
import pathlib
import platform
import shutil
import time

import keras
import numpy as np

RUNS = pathlib.Path("runs")


def add_fields(parser, recipe):
    """Make every field of a recipe (a frozen dataclass) an option: text and numbers as they are, the rest as JSON."""
    for field in dataclasses.fields(recipe):
        kind = field.type if field.type in (str, int, float) else json.loads
        parser.add_argument("--" + field.name.replace("_", "-"), type=kind, default=argparse.SUPPRESS)


def override(recipe, options):
    """The recipe with the options that were given on the command line."""
    names = {field.name for field in dataclasses.fields(recipe)}
    return dataclasses.replace(recipe, **{k: v for k, v in options.items() if k in names})


def open_folder(folder, recipe, fresh=False):
    """Make the folder of a run, or find it again; a folder holds one recipe.

    Raises:
        ValueError: it holds a run of another recipe.
    """
    folder = pathlib.Path(folder)
    if fresh and folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    path, new = folder / "recipe.json", json.loads(json.dumps(dataclasses.asdict(recipe)))
    if path.exists() and json.loads(path.read_text()) != new:
        raise ValueError(f"{folder} holds a run of another recipe. Pass --fresh to start over, or --run FOLDER.")
    path.write_text(json.dumps(new, indent=1))
    return folder


class Clock(keras.callbacks.Callback):
    """Adds up training seconds over all starts of a run, and says where it is, in one line an epoch."""

    def __init__(self, folder, label=""):
        super().__init__()
        self.path, self.label = pathlib.Path(folder) / "clock.json", label
        self.mark = None

    def on_train_begin(self, logs=None):
        self.mark = time.monotonic()

    def on_epoch_end(self, epoch, logs=None):
        now = time.monotonic()
        seconds = seconds_spent(self.path.parent) + now - self.mark
        self.mark = now
        self.path.write_text(json.dumps({"seconds": seconds}))
        numbers = ", ".join(f"{name} {value:.4f}" for name, value in (logs or {}).items())
        print(f"{self.label} epoch {epoch + 1}/{self.params['epochs']}: {numbers} ({seconds:.0f} s)", flush=True)


def seconds_spent(folder):
    """Training seconds of a run so far."""
    path = pathlib.Path(folder) / "clock.json"
    return json.loads(path.read_text())["seconds"] if path.exists() else 0.0


def lowest(path, name):
    """The smallest value so far in a column of a CSV history; None before its first row."""
    table = np.genfromtxt(path, delimiter=",", names=True, ndmin=1) if pathlib.Path(path).exists() else []
    return float(np.min(table[name])) if len(table) else None


def history(paths, most=60):
    """Columns of CSV histories one after another, thinned to `most` rows."""
    tables = [np.genfromtxt(path, delimiter=",", names=True, ndmin=1) for path in paths]
    names = [name for name in tables[0].dtype.names if name != "epoch"]
    count = sum(map(len, tables))
    rows = np.unique(np.linspace(0, count - 1, min(most, count)).astype(int))
    columns = {name: np.concatenate([table[name] for table in tables])[rows] for name in names}
    return {"epoch": (rows + 1).tolist(), **{k: [round(float(x), 5) for x in v] for k, v in columns.items()}}


def hardware():
    """One line on the machine, for a card."""
    return f"{os.cpu_count()} CPU cores ({_processor()}), no GPU" if not _gpu() else _gpu()


def _processor():
    info = pathlib.Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    models = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return models[0] if models else platform.machine()


def _gpu():
    try:
        devices = keras.distribution.list_devices("gpu")
    except (RuntimeError, ValueError):
        devices = []
    return ", ".join(devices)
