"""Labels as people give them: one sorted kind, checked at the door."""

import warnings

import numpy as np
from sklearn.utils import assert_all_finite, column_or_1d
from sklearn.utils.multiclass import check_classification_targets

KINDS = {"U": "text", "b": "truth", "i": "number", "u": "number", "f": "number"}
WANTED = "numbers, strings or booleans"


def check_labels(y):
    """A one-dimensional array of labels of one sortable kind.

    Args:
        y: labels in a list, array, series, column of a frame, or anything with `__array__`; numbers, strings,
            booleans, nullable or categorical ones.

    Returns:
        `[N]` of dtype int, float, bool or str.

    Raises:
        ValueError: for no labels, missing or mixed ones, or the targets of a regression.

    Example:
        >>> check_labels([3, 1, 3]).tolist(), check_labels(np.array(["b", "a"], object)).dtype.kind
        ([3, 1, 3], 'U')
    """
    if y is None:
        raise ValueError("FewShotClassifier requires y to be passed, but the target y is None. Give a label an image.")
    y = y if isinstance(y, list | tuple) else np.asarray(y)
    if np.ndim(y) == 0:
        raise ValueError(f"y={y!r} is no list of labels. Give one label for each image.")
    if not len(y):
        raise ValueError("got no labels, an empty support set. Give at least one image of two classes.")
    labels = column_or_1d(_one_kind(y), warn=True)
    if labels.dtype.kind == "f":
        if np.isnan(labels).any():
            raise ValueError("Input y contains NaN: a label is NaN. Leave unlabelled images out of the support set.")
        assert_all_finite(labels, input_name="y")
    check_classification_targets(labels)
    return labels


def warn_of_twins(embeddings, y):
    """Warn of images that look the same to the model and stand in several classes.

    Args:
        embeddings: float `[N, D]`.
        y: `[N]` labels.

    Example:
        >>> warn_of_twins(np.eye(3), ["a", "b", "c"])
    """
    alike = {}
    for i, row in enumerate(np.round(embeddings, 4) + 0.0):  # + 0.0 makes -0.0 the same as 0.0
        alike.setdefault(row.tobytes(), []).append(i)
    labels = np.asarray(y).tolist()
    doubled = [twins for twins in alike.values() if len({labels[i] for i in twins}) > 1]
    if doubled:
        listed = "; ".join(", ".join(f"image {i} in {labels[i]!r}" for i in twins[:4]) for twins in doubled[:5])
        more = f"; and {len(doubled) - 5} more" if len(doubled) > 5 else ""
        warnings.warn(
            f"the same image is in several classes, which cannot all be right: {listed}{more}.", stacklevel=3
        )


def _one_kind(y):
    """An array whose labels are all text, all truth values or all numbers."""
    if isinstance(y, np.ndarray) and y.dtype.kind in KINDS:
        return y
    labels = list(np.asarray(y, object).ravel())
    kinds = {type(label) for label in labels}
    if any(kind.__name__ in ("NoneType", "NAType", "NaTType") for kind in kinds):
        raise ValueError("a label is missing (None or NA). Leave unlabelled images out of the support set.")
    array = np.array(labels).reshape(np.shape(y)) if len({_kind(kind) for kind in kinds}) <= 1 else None
    if array is None:
        raise ValueError(f"labels mix {_names(kinds)}, which have no common order. Make all of them strings.")
    if array.dtype.kind == "c":
        raise ValueError("Complex data not supported: labels are complex numbers.")
    if array.dtype.kind not in KINDS:
        raise ValueError(f"Unknown label type: labels are of {_names(kinds)}. Give {WANTED}.")
    if array.dtype.kind == "f" and not any(issubclass(kind, float | np.floating) for kind in kinds):
        raise ValueError(f"labels such as {max(labels)} do not fit into 64 bits. Make all of them strings.")
    return array


def _kind(python):
    for name, types in (("text", str), ("truth", (bool, np.bool_)), ("number", (int, float, np.number))):
        if issubclass(python, types):
            return name
    return python.__name__


def same_kind(labels, others):
    """Whether two arrays of labels have a common order."""
    return KINDS[labels.dtype.kind] == KINDS[others.dtype.kind]


def answer_dtype(labels, none_label):
    """The dtype of answers that may be `none_label`: the labels' own where that fits, object where it does not."""
    other = np.asarray(none_label)
    if other.ndim or other.dtype.kind not in KINDS or not same_kind(labels, other):
        return np.dtype(object)
    return np.result_type(labels, other)


def _names(kinds):
    return " and ".join(sorted(kind.__name__ for kind in kinds))
