"""Models as files of other programs: TensorFlow Serving, ONNX Runtime, LiteRT on a phone."""

import errno
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
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


def export(
    model: Any,
    path: str | os.PathLike,
    format: str = "tf_saved_model",
    part: str = "whole",
    support: int | None = None,
    int8: bool = False,
) -> Path:
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
        support: of a few-shot model, the number of support images, fixed in the file; by default any number. LiteRT
            has no loop over any number of them, which a full context by LSTMs takes.
        int8: of LiteRT: weights as whole numbers of 8 bits, a quarter of the file. `tests.benchmarks.int8` measures
            what it costs.

    Returns:
        `path`.

    Raises:
        ValueError: an unknown format or part, a part that this model has not, another backend than TensorFlow, or a
            graph that the format cannot hold: says which layer.
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
    if int8 and format != "litert":
        raise ValueError(f"int8 is for format='litert', not {format!r}.")
    chosen = _part(model, part, support)
    if path.exists():
        raise FileExistsError(f"{path} is there already; remove it, or give another path.")
    if not path.parent.is_dir():
        raise ValueError(f"there is no folder {path.parent} to write {path.name} into.")
    new = atomic.temporary(path).with_suffix(FORMATS[format][0])  # Keras looks at the ending
    try:
        with _loops_of(model, format):
            _write(chosen, new, format, int8)
        _check_held(new, format, model)
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


def _part(model, part, count=None):
    import keras

    if part not in PARTS:
        raise ValueError(f"part={part!r} is not one of {', '.join(PARTS)}.")
    if count is not None and (not hasattr(model, "match") or part == "backbone"):
        raise ValueError(f"support={count!r} is for few-shot models as a whole, or their matching.")
    if part == "whole":
        return model if count is None else model.exported_network(count)
    if not hasattr(model, "match"):
        raise ValueError(f"only few-shot models have parts; a {type(model).__name__} is exported whole.")
    if part == "backbone":
        return _called(_embedder(model))
    length = model.embedding_dim
    support, query = (keras.Input((n, length), name=name) for n, name in ((count, "support"), (None, "query")))
    labels = keras.Input((count, None), name="labels")
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


def _write(model, path, format, int8):
    try:
        model.export(path, format=format, verbose=False, **(_smaller() if int8 else {}))
    except OSError:
        raise
    except Exception as error:
        first = " ".join(str(error).split())[:300]
        if os.strerror(errno.ENOSPC) in first:  # TensorFlow has errors of its own
            raise OSError(errno.ENOSPC, f"no room for the {format} file; make room or choose another folder") from error
        raise ValueError(f"{format} cannot hold this {type(model).__name__}: {first}") from error


def _smaller():
    """What makes LiteRT's converter store weights in 8 bits."""
    from tensorflow import lite

    return {"optimizations": [lite.Optimize.DEFAULT]}


@contextmanager
def _loops_of(model: Any, format: str) -> Iterator[None]:
    """Let a planner's steps be a loop, which is converted in seconds; for LiteRT, which has neither lists to loop with
    nor einsum, write out the steps of LSTMs over a known number of them, and the sums of value iteration.
    """
    import keras

    layers = [layer for layer in model._flatten_layers() if hasattr(layer, "unroll")]
    lstms = [layer for layer in layers if isinstance(layer, keras.layers.RNN)]
    before = [(layer, layer.unroll) for layer in layers]
    calls = [(layer, _counting(layer)) for layer in lstms if format == "litert"]
    sums = [layer for layer in layers if format == "litert" and hasattr(layer, "sums_written_out")]
    try:
        for layer in sums:
            layer.sums_written_out = True
        for layer in layers:
            if layer not in lstms:
                layer.unroll = False
        yield
    finally:
        for layer, unroll in before:
            layer.unroll = unroll
        for layer, call in calls:
            layer.call = call
        for layer in sums:
            layer.sums_written_out = False


def _counting(layer):
    """Let a recurrent layer unroll where it is called with a known number of steps; returns its former `call`."""
    call = layer.call

    def unrolled(sequences, *args, **options):
        layer.unroll = sequences.shape[1] is not None
        return call(sequences, *args, **options)

    layer.call = unrolled
    return call


def _check_held(path, format, model):
    """Raise ValueError if the file holds operations that its program does not have."""
    strange = {"onnx": _strange_in_onnx, "litert": _strange_in_litert}.get(format, lambda path: [])(path)
    if not strange:
        return
    known = {layer.name for layer in model._flatten_layers(include_self=False)}
    layers = list(dict.fromkeys(f"{_layer(place, known)} ({operation})" for place, operation in strange))
    advice = "; fix the number of support images: support=5" if "TensorList" in layers[0] else ""
    name = type(model).__name__
    raise ValueError(f"{format} cannot hold all layers of this {name}: {', '.join(layers[:3])}{advice}.")


def _strange_in_onnx(path):
    """(place in the graph, operation) of what ONNX does not define."""
    import onnx

    graph = onnx.load(path).graph
    unknown = [
        (node.name, node.op_type)
        for node in graph.node
        if node.domain in ("", "ai.onnx") and not onnx.defs.has(node.op_type)
    ]
    return unknown + [(slot.name, "a constant that became an input") for slot in graph.input if "/" in slot.name]


def _strange_in_litert(path):
    """(place in the graph, operation) of what only TensorFlow has."""
    from tensorflow.lite.python import schema_py_generated as schema

    file = schema.ModelT.InitFromObj(schema.Model.GetRootAs(path.read_bytes(), 0))
    codes = [code.customCode or b"" for code in file.operatorCodes]
    return [
        (graph.tensors[node.outputs[0]].name.decode(), codes[node.opcodeIndex].decode().removeprefix("Flex"))
        for graph in file.subgraphs
        for node in graph.operators
        if codes[node.opcodeIndex].startswith(b"Flex")
    ]


def _layer(place, known):
    """The layer that a place in a graph lies in, or the place itself.

    Example:
        >>> _layer("terrain_cnn_policy_1/goal_offset_1/Log1p", {"goal_offset"})
        'goal_offset'
    """
    names = [re.sub(r"_\d+$", "", part) for part in place.split("/")]
    return "/".join(name for name in names if name in known) or place
