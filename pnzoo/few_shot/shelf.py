"""A fitted classifier as one `.npz` of plain arrays and JSON, without pickle.

`embeddings`, `labels`, `classes` and `support` are those of the classifier; `about` is JSON: the format, the name of
the model and the sha256 of what embeds, and the parameters.
"""

import io
import json
import os
import zipfile

import numpy as np

from pnzoo.core import atomic
from pnzoo.few_shot.embedder import ImageEmbedder
from pnzoo.few_shot.model_digest import model_digest
from pnzoo.few_shot.parameters import check_parameters
from pnzoo.few_shot.readers import Photographs, make_reader

FORMAT = 1
ARRAYS = {"embeddings": "f", "labels": "Ubiuf", "classes": "Ubiuf", "support": "Uf", "about": "U"}  # kinds of dtype
EMBEDDER = ("image_size", "resize", "batch_size")


def save(classifier, path):
    """Write a fitted classifier; see `FewShotClassifier.save`."""
    model, embedder = _named(classifier.reader_, classifier.model)
    parameters = dict(classifier.parameters_)
    if isinstance(parameters["class_weight"], dict):
        parameters["class_weight"] = [[_plain(k), _plain(v)] for k, v in parameters["class_weight"].items()]
    about = {
        "format": FORMAT,
        "model": model,
        "embedder": embedder,
        "sha256": _digest(classifier.reader_),
        "parameters": {name: _plain(value) for name, value in parameters.items()},
    }
    buffer = io.BytesIO()
    np.savez(
        buffer, embeddings=classifier.embeddings_, labels=classifier.support_labels_, classes=classifier.classes_,
        support=classifier.support_, about=np.array(json.dumps(about)),
    )  # fmt: skip
    atomic.write_bytes(path, buffer.getvalue())


def load(cls, path, model=None, changes=None):
    """Read a fitted classifier of class `cls`; see `FewShotClassifier.load`."""
    arrays = _read(path)
    about = _about(arrays.pop("about"), path)
    parameters = {**about["parameters"], **(changes or {})}
    if isinstance(parameters.get("class_weight"), list):
        parameters["class_weight"] = dict(parameters["class_weight"])
    if model is None:
        model = _model_of(about, path)
    try:
        classifier = cls(model, **parameters)
        parameters = check_parameters(classifier.get_params(deep=False))
    except (TypeError, ValueError) as error:
        raise ValueError(f"{path} holds parameters that this release does not take: {error}.") from error
    reader = make_reader(model, parameters)
    if _digest(reader) != about["sha256"]:
        named = about["model"] or "the one that it was fitted with"
        raise ValueError(
            f"{path} was saved with another model than {_shown(model)}: the sha256 of weights and preparation differ. "
            f"Load it with {named}, or fit again."
        )
    _check(arrays, path)
    return classifier._take(
        reader, parameters, arrays["support"], arrays["embeddings"], arrays["labels"], arrays["classes"]
    )


def _named(reader, model):
    """The name of an entry or folder, if the model was given by one, and the embedder's options, if it has some."""
    embedder = None
    if isinstance(model, ImageEmbedder):
        model, prepared = model.model, model.preprocess_input is not None
        embedder = None if prepared else {name: _plain(getattr(reader.embedder, name)) for name in EMBEDDER}
        model = None if prepared else model
    return (os.fspath(model) if isinstance(model, str | os.PathLike) else None), embedder


def _model_of(about, path):
    if about["model"] is None:
        raise ValueError(f"{path} was fitted with a model that has no name: give it, as load({str(path)!r}, model).")
    if about["embedder"] is None:
        return about["model"]
    options = {name: about["embedder"].get(name) for name in EMBEDDER}
    return ImageEmbedder(about["model"], **options)


def _digest(reader):
    return reader.embedder.digest() if isinstance(reader, Photographs) else model_digest(reader.model)


def _read(path):
    """The arrays of a file; nothing that needs more memory than the file is long."""
    try:
        with zipfile.ZipFile(path) as file:
            members = file.infolist()
            names = sorted(member.filename.removesuffix(".npy") for member in members)
            if names != sorted(ARRAYS) or any(member.compress_type != zipfile.ZIP_STORED for member in members):
                raise ValueError("it is of another kind")
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in ARRAYS}
    except (OSError, ValueError, EOFError, zipfile.BadZipFile) as error:
        if isinstance(error, FileNotFoundError):
            raise
        raise ValueError(f"{path} is no classifier that FewShotClassifier.save wrote: {error}.") from error
    for name, array in arrays.items():
        if array.dtype.kind not in ARRAYS[name]:
            raise ValueError(f"{path} is damaged: {name} holds {array.dtype}.")
    return arrays


def _about(array, path):
    try:
        about = json.loads(str(array))
        right = about["format"] == FORMAT and isinstance(about["parameters"], dict) and isinstance(about["sha256"], str)
        right = right and isinstance(about["model"], str | None) and isinstance(about["embedder"], dict | None)
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(f"{path} is damaged: it does not say what it holds ({error}).") from error
    if not right:
        raise ValueError(f"{path} is of format {about['format']!r}, and this release reads {FORMAT}.")
    return about


def _check(arrays, path):
    embeddings, labels, classes = (arrays[name] for name in ("embeddings", "labels", "classes"))
    count = len(labels) if labels.ndim == 1 else 0
    fits = count and embeddings.ndim == 2 and len(embeddings) == count and len(arrays["support"]) == count
    if not (fits and np.isfinite(embeddings).all() and np.array_equal(classes, np.unique(classes))):
        raise ValueError(f"{path} is damaged: its arrays do not fit together.")
    if not np.isin(labels, classes).all():
        raise ValueError(f"{path} is damaged: it has labels without a class.")


def _plain(value):
    """A parameter as JSON has it."""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, tuple):
        value = list(value)
    if value is not None and not isinstance(value, str | bool | int | float | list):
        raise ValueError(f"{value!r} cannot be saved. Give numbers, strings or None.")
    return value


def _shown(model):
    return repr(model) if isinstance(model, str | os.PathLike) else f"this {type(model).__name__}"
