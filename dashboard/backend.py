"""Import Keras and its backend, the slow part of a first page, without what nobody here needs.

Keras looks for scikit-learn and matplotlib when it is imported, and TensorFlow for JAX, only because they are there.
That took 1.2 of 4.6 seconds, and matplotlib writes a list of fonts to disk. Here they are found missing, which nothing
that plans or compares images notices.
"""

import gc
import json
import os
import sys
from pathlib import Path

SETTINGS = Path.home() / ".keras" / "keras.json"


def name() -> str:
    """The backend that Keras will take: of the environment, else of Keras' settings, else TensorFlow."""
    try:
        told = json.loads(SETTINGS.read_text(encoding="utf-8")).get("backend")
    except (OSError, ValueError, AttributeError):
        told = None
    return os.environ.get("KERAS_BACKEND") or told or "tensorflow"


def load() -> None:
    """Import Keras once; later imports of what was left out work as ever."""
    if "keras" in sys.modules:
        return
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
    # Streamlit has Keras collect garbage after every run of a page: a quarter of a second over all that was imported.
    gc.freeze()
