"""The folder of a run: one recipe, one process at a time, small files that are whole or not there."""

import collections
import contextlib
import json
import os
import pathlib
import platform
import re
import shutil

import numpy as np

from pnzoo.core import atomic
from pnzoo.core.schema import shown

try:
    import fcntl
except ImportError:  # Windows: two runs in one folder are not told apart there
    fcntl = None

RUNS = pathlib.Path("runs")
RECIPE, LOCK = "recipe.json", "lock"
# What a run writes, and what may be there before its recipe; whatever else lies in its folder is somebody's own.
_OWN = re.compile(
    r"recipe\.json|lock|seeds\.json|entry|embeddings|(seed|member)\d+|(stage\d+|history|state|log)\.(npz|csv)"
)
_BEFORE = re.compile(r"lock|seeds\.json|entry|seed\d+|\..+\.tmp-.+")


@contextlib.contextmanager
def open_run(folder, recipe, overwrite=False):
    """Make the folder of a run, or find it again; nobody else can train in it until the block ends.

    Args:
        folder: where.
        recipe: `train.shared.recipe.Recipe`; a folder holds one.
        overwrite: forget what is there.

    Yields:
        The folder, a `pathlib.Path`.

    Raises:
        ValueError: it holds a run of another recipe, or files but no run, or another process trains in it.
        OSError: it cannot be written.
    """
    folder = pathlib.Path(folder)
    with atomic.naming(folder, 0), contextlib.suppress(FileExistsError):
        folder.mkdir(parents=True, exist_ok=True)
    _check_ours(folder)
    with _lock(folder / LOCK):
        if overwrite:
            _clear(folder)
        for name in folder.glob(".*.tmp-*"):  # of a killed start: nobody else writes here while we hold the lock
            atomic.remove(name)
        _check_recipe(folder, recipe)
        atomic.write_json(folder / RECIPE, recipe.to_dict())
        yield folder


def another_recipe(folder):
    """What to say of a folder that holds a run of another recipe."""
    return f"{folder} holds a run of another recipe. Pass --overwrite to start over, or --run FOLDER for another place."


@contextlib.contextmanager
def _lock(path):
    """Hold a file; the system lets go of it when the process ends, however it ends."""
    with atomic.naming(path, 0):
        file = path.open("a+")
    with file:
        if fcntl:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                file.seek(0)
                raise ValueError(
                    f"another process ({file.read().strip() or 'of unknown number'}) trains in {path.parent}. "
                    "Wait for its end, stop it, or pass --run FOLDER for another folder."
                ) from None
        file.seek(0)
        file.truncate()
        file.write(f"process {os.getpid()}")
        file.flush()
        yield


def _check_ours(folder):
    """Refuse a folder of other files: training would write between them, and --overwrite delete them."""
    if (folder / RECIPE).exists():
        return
    others = [path.name for path in sorted(folder.iterdir()) if not _BEFORE.fullmatch(path.name)]
    if others:
        raise ValueError(
            f"{folder} holds {', '.join(map(shown, others[:3]))} and no run; pass --run FOLDER for a folder of its own"
        )


def _clear(folder):
    """Delete what runs write, the recipe last: a kill on the way leaves a folder that is still known as a run's."""
    for path in sorted(folder.iterdir(), key=lambda path: path.name == RECIPE):
        if path.name != LOCK and _OWN.fullmatch(path.name):
            shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()


def _check_recipe(folder, recipe):
    if read_json(folder / RECIPE) is not None and not holds(folder, recipe):
        raise ValueError(another_recipe(folder))


def holds(folder, recipe):
    """Whether the folder is that of a run of this recipe."""
    try:
        return type(recipe).from_dict(read_json(pathlib.Path(folder) / RECIPE)).digest() == recipe.digest()
    except (AttributeError, TypeError, ValueError):  # any JSON may stand there
        return False


def read_json(path):
    """The content of a small file; None where it is missing or damaged."""
    try:
        return json.loads(pathlib.Path(path).read_text())
    except (FileNotFoundError, ValueError):
        return None


def write_log(path, rows):
    """Write a log anew: a CSV with a row for each epoch. Appending would repeat the rows of epochs done twice.

    Args:
        path: the file.
        rows: dicts of numbers, all with the names of the first; None is no number.
    """
    names = list(rows[0]) if rows else []
    lines = [",".join(["epoch", *names])]
    lines += [",".join([str(i), *(_text(row.get(name)) for name in names)]) for i, row in enumerate(rows)]
    atomic.write_text(path, "\n".join(lines) + "\n")


def _text(value):
    return "nan" if value is None else repr(float(value))


def history(rows, most=60):
    """Columns of a log for a card, thinned to `most` rows.

    Example:
        >>> history([{"loss": 0.5}, {"loss": 0.25, "val_loss": 0.3}])
        {'epoch': [1, 2], 'loss': [0.5, 0.25], 'val_loss': [None, 0.3]}
    """
    names = dict.fromkeys(name for row in rows for name in row)
    chosen = np.unique(np.linspace(0, len(rows) - 1, min(most, len(rows))).astype(int))
    return {"epoch": (chosen + 1).tolist(), **{name: [_rounded(rows[i].get(name)) for i in chosen] for name in names}}


def _rounded(value):
    return None if value is None or np.isnan(value) else round(float(value), 5)


def hardware():
    """One line on the machine, for a card.

    Example:
        >>> " CPU cores (" in hardware()
        True
    """
    gpus = collections.Counter(_gpus())
    named = ", ".join(f"{count} x {name}" if count > 1 else name for name, count in gpus.items())
    return f"{os.cpu_count()} CPU cores ({_processor()}), {named or 'no GPU'}"


def _processor():
    info = pathlib.Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    models = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return models[0] if models else platform.machine()


def _gpus():
    """What the makers call the GPUs that Keras' backend sees."""
    import keras

    backend = keras.backend.backend()
    if backend == "jax":
        import jax

        return [device.device_kind for device in jax.devices() if device.platform == "gpu"]
    if backend == "torch":
        import torch

        return [torch.cuda.get_device_name(i) for i in range(torch.cuda.device_count())]
    import tensorflow as tf

    details = tf.config.experimental.get_device_details
    return [details(gpu).get("device_name", gpu.name) for gpu in tf.config.list_physical_devices("GPU")]
