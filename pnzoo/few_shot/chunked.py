"""Matching against support sets of thousands of images in bounded memory."""

import numpy as np


def attend(model, support, label, query, *, weight=None, limit=100, draws=8, at_once=256):
    """Attention of every query over the whole support set, from codes.

    Without context it is exact: queries are taken a few at a time, so memory does not grow with their number. A
    model with context (g or f) reads a support of at most `limit` images; a larger one is read in `draws` random
    subsets with equally many images of each class, as far as there are, and the attention is their mean.

    Args:
        model: has `attend(support, query)` over codes.
        support: float32 `[S, D]`.
        label: int `[S]`, 0 .. W-1.
        query: float32 `[Q, D]`.
        weight: float `[S]` to multiply the attention with before it is normalised again, or None.
        limit, draws: see above.
        at_once: queries a batch for a support of up to 200; fewer for larger ones.

    Returns:
        float64 `[Q, S]`; rows sum to 1.
    """
    contextual = getattr(model, "g", None) is not None or getattr(model, "f", None) is not None
    whole = [np.arange(len(support))]
    subsets = _subsets(label, limit, draws) if contextual and len(support) > limit else whole
    step = max(1, min(at_once, at_once * 200 // len(support)))
    attention = np.zeros((len(query), len(support)))
    for subset in subsets:
        for start in range(0, len(query), step):
            part = slice(start, start + step)
            attention[part, subset] += _numpy(model.attend(support[None, subset], query[None, part]))[0]
    if weight is not None:
        attention *= weight
    return attention / attention.sum(1, keepdims=True)


def probabilities(model, support, label, query, *, at_once=256):
    """Class probabilities of a model that gives no attention, from codes.

    Args:
        model: has `match(support, labels, query)` over codes.
        support, label, query, at_once: as for `attend`.

    Returns:
        float64 `[Q, W]`; rows sum to 1.
    """
    labels = np.eye(label.max() + 1, dtype="float32")[label][None]
    step = max(1, min(at_once, at_once * 100 // len(support)))
    parts = []
    for start in range(0, len(query), step):
        log_p = _numpy(model.match(support[None], labels, query[None, start : start + step]))[0]
        parts.append(np.exp(log_p.astype("float64")))
    p = np.concatenate(parts)
    return p / p.sum(1, keepdims=True)


def _subsets(label, limit, draws):
    """Random subsets of `limit` images that share the places equally among the classes; always the same ones."""
    rng = np.random.default_rng(0)
    classes = np.unique(label)
    each = max(1, limit // len(classes))
    for _ in range(draws):
        members = [rng.permutation(np.flatnonzero(label == c))[:each] for c in classes]
        yield np.sort(np.concatenate(members))


def _numpy(tensor):
    from keras import ops

    return ops.convert_to_numpy(tensor)
