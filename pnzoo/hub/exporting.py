"""Models as files of other programs: TensorFlow Serving, ONNX Runtime, LiteRT on a phone."""

import os
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from pnzoo.core import atomic

# format: ending of the file (a SavedModel is a folder), modules that Keras needs for it, what to type for them
FORMATS = {
    "tf_saved_model": ("", (), "pip install 'pnzoo[tensorflow]'"),
    "onnx": (".onnx", ("tf2onnx", "onnx"), "pip install 'pnzoo[export]'"),
    "litert": (".tflite", ("ai_edge_litert",), "pip install 'pnzoo[export]'"),
}
PARTS = ("whole", "backbone", "matching")


def export(model: Any, path: str | os.PathLike, format: str = "tf_saved_model", part: str = "whole") -> Path:
    """Write a model for another program; nothing half-written ever stands at `path`.

    Batches, the sides of maps and the numbers of images and classes stay free; the number of a planner's steps is what
    it is set to (`pnzoo.load(name, k=40)`), because a file holds its steps one after the other.

    Args:
        model: of `pnzoo.load`.
        path: of the file, or of the folder of a SavedModel, which must not be there yet.
        format: "tf_saved_model", "onnx" or "litert".
        part: "whole"; or, of a few-shot model, its "backbone", images `[N, H, W, C]` to embeddings `[N, D]`, or its
            "matching", support embeddings `[B, S, D]`, labels one-hot `[B, S, W]` and query embeddings `[B, Q, D]` to
            log-probabilities `[B, Q, W]`. With these two a phone keeps its support set as embeddings.

    Returns:
        `path`.

    Raises:
        ValueError: an unknown format or part, a part that this model has not, another backend than TensorFlow, or a
            graph that the format cannot hold.
        ImportError: what the format needs is not installed; says what to type.
        FileExistsError: something stands at `path`.

    Example:
        >>> import tempfile
        >>> from pnzoo.models import VIN
        >>> file = export(VIN(k=2), Path(tempfile.mkdtemp()) / "vin", "tf_saved_model")
        >>> (file / "saved_model.pb").is_file()
        True
    """
    path = Path(path)
    if format not in FORMATS:
        raise ValueError(f"format={format!r} is not one of {', '.join(FORMATS)}.")
    _check_installed(format)
    chosen = _part(model, part)
    if path.exists():
        raise FileExistsError(f"{path} is there already; remove it, or give another path.")
    if not path.parent.is_dir():
        raise ValueError(f"there is no folder {path.parent} to write {path.name} into.")
    new = atomic.temporary(path).with_suffix(FORMATS[format][0])  # Keras looks at the ending
    try:
        _write(chosen, new, format)
        os.replace(new, path)
    finally:
        atomic.remove(new)
    return path


def _check_installed(format):
    import keras

    _, modules, pip = FORMATS[format]
    if keras.backend.backend() != "tensorflow":
        raise ValueError(
            f"{format} files are written by TensorFlow, and the backend is {keras.backend.backend()}. Start with the "
            "environment variable KERAS_BACKEND=tensorflow."
        )
    if missing := [module for module in modules if find_spec(module) is None]:
        raise ImportError(f"format={format!r} needs {', '.join(missing)}. Type: {pip}")


def _part(model, part):
    import keras

    if part not in PARTS:
        raise ValueError(f"part={part!r} is not one of {', '.join(PARTS)}.")
    if part == "whole":
        return model
    if not hasattr(model, "match"):
        raise ValueError(f"only few-shot models have parts; a {type(model).__name__} is exported whole.")
    if part == "backbone":
        return _called(_embedder(model))
    length = model.embedding_dim
    support, query = (keras.Input((None, length), name=name) for name in ("support", "query"))
    labels = keras.Input((None, None), name="labels")
    inputs = {"support": support, "labels": labels, "query": query}
    return _called(keras.Model(inputs, _matching(model)([support, labels, query])))


def _embedder(model):
    """What `model.embed` computes: the backbone, and the mean over the views of an image where there are several."""
    import keras

    class Embed(keras.layers.Layer):
        def call(self, images):
            return model.embed(images)

        def compute_output_spec(self, images):
            return keras.KerasTensor((images.shape[0], model.embedding_dim), "float32")

    images = model.backbone.input
    return keras.Model(images, Embed(name="embed", dtype="float32", autocast=False)(images))


def _called(model):
    """A functional model that was called, as Keras' export wants it."""
    model(model.input)
    return model


def _matching(model):
    """A layer that calls `model.match`, so that symbolic inputs can go through it."""
    import keras

    class Match(keras.layers.Layer):
        def call(self, inputs):
            return model.match(*inputs)

        def compute_output_spec(self, inputs):
            _, labels, query = inputs
            return keras.KerasTensor((*query.shape[:2], labels.shape[-1]), "float32")

    return Match(name="match", dtype="float32")


def _write(model, path, format):
    try:
        model.export(path, format=format, verbose=False)
    except OSError:
        raise
    except Exception as error:
        first = " ".join(str(error).split())[:300]
        raise ValueError(f"{format} cannot hold this {type(model).__name__}: {first}") from error
