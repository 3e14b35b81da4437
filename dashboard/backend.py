"""Import Keras and its backend, without what nobody here needs, and not before somebody needs them.

The first page plans without; what the other pages need is imported while a visitor looks at that one.

Keras looks for scikit-learn and matplotlib when it is imported, and TensorFlow for JAX, only because they are there.
That took 1.2 of 4.6 seconds, and matplotlib writes a list of fonts to disk. Here they are found missing, which nothing
that plans or compares images notices.
"""

import gc
import json
import os
import sys
import threading
from pathlib import Path

FEW = 50  # modules, whose objects are collected over without delay
DRAWN = 2.0  # seconds after which a browser has drawn a page and the processor is free
SETTINGS = Path.home() / ".keras" / "keras.json"


def name() -> str:
    """The backend that Keras will take: of the environment, else of Keras' settings, else TensorFlow."""
    try:
        told = json.loads(SETTINGS.read_text(encoding="utf-8")).get("backend")
    except (OSError, ValueError, AttributeError):
        told = None
    return os.environ.get("KERAS_BACKEND") or told or "tensorflow"


def load() -> None:
    """Import Keras once, and keep what it compiles; later imports of what was left out work as ever."""
    with _one_at_a_time:
        if "keras" not in sys.modules:
            _import_keras()
        keep_compiled()
        leave_imported_alone()


def leave_imported_alone() -> None:
    """Let garbage collection pass over all objects that there are now, after imports.

    Streamlit collects garbage after every run of a page: a quarter of a second over all that was imported.
    """
    global _imported
    if len(sys.modules) > _imported + FEW:
        _imported = len(sys.modules)
        gc.freeze()


def load_soon() -> None:
    """`load` in the background, when the page that was sent is drawn; nothing where it is done or under way."""
    if "keras" not in sys.modules and not _under_way.is_set():
        _under_way.set()
        timer = threading.Timer(DRAWN, load)
        timer.daemon = True  # a server that is stopped does not wait for it
        timer.start()


_one_at_a_time, _under_way, _imported = threading.Lock(), threading.Event(), 0


def keep_compiled() -> None:
    """Make `keras.backend.clear_session` do nothing in this process; `keras.utils.clear_session` stays what it was.

    Streamlit calls it by that name after every run of a page, and with it goes what TensorFlow and torch have
    compiled: each edit of a map would compile its model anew. The caches of `dashboard.compute` bound how many models,
    and so how many compiled functions, there are.
    """
    import keras

    keras.backend.clear_session = _clear_nothing


def _clear_nothing(free_memory: bool = True) -> None:
    """In place of `keras.backend.clear_session`."""


def _import_keras():
    if not SETTINGS.exists():
        # Keras would write its settings there, and the dashboard writes nothing to disk.
        os.environ.setdefault("KERAS_HOME", str(Path(os.devnull) / "keras"))
    hidden = {"sklearn", "matplotlib", *(["jax"] if name() == "tensorflow" else [])} - set(sys.modules)
    sys.modules.update(dict.fromkeys(hidden))  # None: importing it raises ImportError
    gc.disable()  # nothing of what is imported is garbage
    try:
        import keras  # noqa: F401
    finally:
        gc.enable()
        for module in hidden:
            sys.modules.pop(module, None)
