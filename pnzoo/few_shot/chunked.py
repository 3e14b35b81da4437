"""Matching against support sets of thousands of images in bounded memory."""

import numpy as np

from pnzoo.core.deprecation import renamed_arguments


@renamed_arguments(limit="max_support", draws="n_subsets", at_once="batch_size")
def attend(model, support, label, query, *, weight=None, max_support=100, n_subsets=8, batch_size=256):
    """Attention of every query over the whole support set, from embeddings.

    Without context it is exact: queries are taken a few at a time, so memory does not grow with their number. A
    model with context (g or f) reads a support of at most `max_support` images; a larger one is read in `n_subsets`
    random subsets with equally many images of each class, as far as there are, and the attention is their mean.

    Args:
        model: has `attend(support, query)` over embeddings, which takes one-hot `labels` too if it `needs_labels`.
        support: float32 `[S, D]`.
        label: int `[S]`, 0 .. W-1.
        query: float32 `[Q, D]`.
        weight: float `[S]` to multiply the attention with before it is normalised again, or None.
        max_support, n_subsets: see above.
        batch_size: queries a batch for a support of up to 200; fewer for larger ones.

    Returns:
        float64 `[Q, S]`; rows sum to 1.
    """
    contextual = getattr(model, "g", None) is not None or getattr(model, "f", None) is not None
    whole = [np.arange(len(support))]
    large = max_support is not None and len(support) > max_support
    subsets = _subsets(label, max_support, n_subsets) if contextual and large else whole
    step = max(1, min(batch_size, batch_size * 200 // len(support)))
    labels = np.eye(label.max() + 1, dtype="float32")[label] if getattr(model, "needs_labels", False) else None
    attention = np.zeros((len(query), len(support)))
    for subset in subsets:
        for start in range(0, len(query), step):
            part = slice(start, start + step)
            options = {} if labels is None else {"labels": labels[None, subset]}
            attention[part, subset] += _numpy(model.attend(support[None, subset], query[None, part], **options))[0]
    if weight is not None:
        attention *= weight
    return attention / attention.sum(1, keepdims=True)


@renamed_arguments(at_once="batch_size")
def probabilities(model, support, label, query, *, batch_size=256):
    """Class probabilities of a model that gives no attention, from embeddings.

    Args:
        model: has `match(support, labels, query)` over embeddings.
        support, label, query, batch_size: as for `attend`.

    Returns:
        float64 `[Q, W]`; rows sum to 1.
    """
    labels = np.eye(label.max() + 1, dtype="float32")[label][None]
    step = max(1, min(batch_size, batch_size * 100 // len(support)))
    parts = []
    for start in range(0, len(query), step):
        log_p = _numpy(model.match(support[None], labels, query[None, start : start + step]))[0]
        parts.append(np.exp(log_p.astype("float64")))
    p = np.concatenate(parts)
    return p / p.sum(1, keepdims=True)


def _subsets(label, max_support, n_subsets):
    """Class-balanced random subsets, seed 0."""
    rng = np.random.default_rng(0)
    classes = np.unique(label)
    each = max(1, max_support // len(classes))
    for _ in range(n_subsets):
        members = [rng.permutation(np.flatnonzero(label == c))[:each] for c in classes]
        yield np.sort(np.concatenate(members))


def _numpy(tensor):
    from keras import ops

    return ops.convert_to_numpy(tensor)
