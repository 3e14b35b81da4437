"""None of these: how well a query fits the best class, and where the support set alone draws the line."""

from typing import Any

import numpy as np

MAX_LEFT_OUT = 200  # support images that are left out in turn


def fit_scores(model: Any, support: Any, label: Any, query: Any, batch_size: int = 256) -> np.ndarray:
    """How well each query fits the class that it fits best: the cosine to the class mean, as the model measures it.

    Args:
        model: has `matching_attention.cosines`, as `PhotoMatchingNetwork` does.
        support: embeddings float32 `[S, D]`.
        label: int `[S]`, 0 .. W-1.
        query: embeddings float32 `[Q, D]`.
        batch_size: queries a batch.

    Returns:
        float32 `[Q]`.
    """
    labels = np.eye(int(np.max(label)) + 1, dtype="float32")[label][None]
    parts = [query[start : start + batch_size] for start in range(0, len(query), batch_size)]
    return np.concatenate([_means(model, support[None], labels, part[None])[0].max(-1) for part in parts])


def threshold(model: Any, support: Any, label: Any, acceptance: float = 0.95, prior: float = 0.3) -> float:
    """The score below which a query is none of the classes, so that about `acceptance` of the known are accepted.

    With two shots or more, each support image is left out in turn and scored by the others; with one, there is nothing
    to leave out, and the line lies at a share `prior` of the way from how alike different classes are to 1.

    Args:
        model, support, label: as for `fit_scores`.
        acceptance: share of queries of known classes to be accepted.
        prior: for one shot: a guess, which no training has fitted yet; measure before relying on it.

    Returns:
        The threshold, on the scale of `fit_scores`.

    Raises:
        ValueError: fewer than two classes.
    """
    label = np.asarray(label)
    classes, counts = np.unique(label, return_counts=True)
    if len(classes) < 2:
        raise ValueError("a threshold needs two classes or more: what is none of one class cannot be told.")
    several = np.flatnonzero(counts[np.searchsorted(classes, label)] > 1)
    if not len(several):
        return float(_alike(model, support, label) * (1 - prior) + prior)
    chosen = np.random.default_rng(0).permutation(several)[:MAX_LEFT_OUT]
    scores = []
    for i in chosen:
        rest = np.arange(len(label)) != i
        scores.append(fit_scores(model, support[rest], label[rest], support[i][None])[0])
    return float(np.quantile(scores, 1 - acceptance))


def _alike(model, support, label):
    """Mean over support images of the best cosine to another class."""
    labels = np.eye(int(label.max()) + 1, dtype="float32")[label]
    cosines = _means(model, support[None], labels[None], support[None])[0]
    return np.where(labels > 0, -1, cosines).max(-1).mean()


def _means(model, support, labels, query):
    from keras import ops

    return ops.convert_to_numpy(model.matching_attention.cosines(support, labels, query)[1])
