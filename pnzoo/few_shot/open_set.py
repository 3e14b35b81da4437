"""None of these: how well a query fits the best class, and where the support set alone draws the line."""

from typing import Any, NamedTuple

import numpy as np

from pnzoo.few_shot.leave_out import groups

MAX_LEFT_OUT = 200  # support images that are left out in turn; of more than as many, several at once
ACCEPTANCE = 0.95

# Of `matching_photo` on Tiny-ImageNet's training classes, by
# `python -m train.photos.open_set matching_photo --fit --episodes 60`:
ONE_SHOT = {"threshold": 0.251, "per_log_way": 0.035, "spread": 0.089}  # 5 % of a known class's queries score less
ODDS = {"offset": 1.208, "slope": 1.296}  # logit of "none" = offset + slope (threshold - score) / spread


class Line(NamedTuple):
    """Where "none of these" begins.

    threshold: the score below which a query is none of the classes
    spread:    standard deviation of the scores of known classes' images
    """

    threshold: float
    spread: float


def class_scores(model: Any, support: Any, label: Any, query: Any, batch_size: int = 256) -> np.ndarray:
    """How well each query fits each class: cosine to its mean, where the model has means, else to its nearest image.

    Args:
        model: has `matching_attention.cosines`, `class_cosines`, or `similarity`.
        support: embeddings float32 `[S, D]`.
        label: int `[S]`, 0 .. W-1.
        query: embeddings float32 `[Q, D]`.
        batch_size: queries a batch, for a support of up to 200; fewer for larger ones.

    Returns:
        float `[Q, W]`.

    Raises:
        ValueError: the model has none of these.
    """
    labels = np.eye(int(np.max(label)) + 1, dtype="float32")[label]
    step = max(1, min(batch_size, batch_size * 200 // len(support)))
    parts = [query[None, start : start + step] for start in range(0, len(query), step)]
    return np.concatenate([_scores(model, support[None], labels[None], part) for part in parts])


def fit_scores(model: Any, support: Any, label: Any, query: Any, batch_size: int = 256) -> np.ndarray:
    """How well each query fits the class that it fits best, `[Q]`; arguments as for `class_scores`."""
    return class_scores(model, support, label, query, batch_size).max(-1)


def line(model: Any, support: Any, label: Any, acceptance: float = ACCEPTANCE) -> Line:
    """Where to draw the line, so that about `acceptance` of the queries of known classes are accepted.

    With two images or more of some class, each is left out in turn and scored by the others; the line is a conformal
    quantile of these scores. With one image of each class nothing can be left out, and the line is where it was on
    other classes for as many (known for a `PhotoMatchingNetwork`, at an acceptance of 0.95).

    Args:
        model, support, label: as for `class_scores`.
        acceptance: share of queries of known classes to be accepted.

    Returns:
        `Line`, on the scale of `fit_scores`.

    Raises:
        ValueError: fewer than two classes, or one image of each and a model of which no line is known.

    Reference: Vovk et al. 2005 (Algorithmic Learning in a Random World), for the quantile.
    """
    label = np.asarray(label)
    classes, label, counts = np.unique(label, return_inverse=True, return_counts=True)
    if len(classes) < 2:
        raise ValueError("a threshold needs two classes or more: what is none of one class cannot be told.")
    several = np.flatnonzero(counts[label] > 1)
    if not len(several):
        return _one_shot(model, len(classes), acceptance)
    scores = np.concatenate([_left_out(model, support, label, group) for group in groups(label, several, MAX_LEFT_OUT)])
    threshold = np.quantile(scores, 1 - acceptance, method="weibull")
    return Line(float(threshold), max(float(scores.std()), 1e-6))


def threshold(model: Any, support: Any, label: Any, acceptance: float = ACCEPTANCE) -> float:
    """The threshold of `line`."""
    return line(model, support, label, acceptance).threshold


def none_probability(scores: Any, drawn: Line) -> np.ndarray:
    """Probability that a query is none of the classes, were this so of one query in two.

    Args:
        scores: float `[Q]`, of `fit_scores`.
        drawn: of `line`.

    Returns:
        float64 `[Q]`.

    Example:
        >>> p = none_probability([0.1, 0.5, 0.9], Line(threshold=0.5, spread=0.1))
        >>> bool(p[0] > p[1] > p[2])
        True
    """
    logit = ODDS["offset"] + ODDS["slope"] * (drawn.threshold - np.asarray(scores, "float64")) / drawn.spread
    return 0.5 * (1 + np.tanh(logit / 2))


def _one_shot(model, way, acceptance):
    if not hasattr(model, "matching_attention") or not hasattr(model.matching_attention, "cosines"):
        raise ValueError(
            "one image of each class leaves none to leave out, and of this model it is not known how alike two images "
            "of a class are. Give two images of some class, or a number: the least confidence."
        )
    if acceptance != ACCEPTANCE:
        raise ValueError(f"with one image of each class the line is known for an acceptance of {ACCEPTANCE} alone.")
    return Line(ONE_SHOT["threshold"] + ONE_SHOT["per_log_way"] * float(np.log(way / 5)), ONE_SHOT["spread"])


def _left_out(model, support, label, group):
    rest = np.setdiff1d(np.arange(len(label)), group)
    return fit_scores(model, support[rest], label[rest], support[group])


def _scores(model, support, labels, query):
    from keras import ops

    if hasattr(model, "matching_attention") and hasattr(model.matching_attention, "cosines"):
        return ops.convert_to_numpy(_fit(model.matching_attention, support, labels, query))[0]
    if hasattr(model, "class_cosines"):
        return model.class_cosines(support, labels, query)[0]
    if not hasattr(model, "similarity"):
        raise ValueError(f"a {type(model).__name__} does not say how alike images are; leave reject=None.")
    similarity = ops.convert_to_numpy(model.similarity(support, query))[0]
    return np.where(labels[0].T[None] > 0, similarity[:, None], -np.inf).max(-1)


def _fit(attention, support, labels, query):
    """Half the cosine with a class mean as attention adapts it to the support set, half without that, `[1, Q, W]`.

    What is adapted tells the classes of the support set apart, and puts what looks like none of them anywhere among
    them; on training classes the two together found unseen ones better than either.
    """
    from keras import ops

    from pnzoo.layers.few_shot.normalize import normalize

    adapted = attention.cosines(support, labels, query)[1]
    support, query = (attention.weigh(x) for x in (support, query))
    means = ops.matmul(ops.transpose(labels, (0, 2, 1)), normalize(support))
    return (adapted + ops.matmul(normalize(query), ops.transpose(normalize(means), (0, 2, 1)))) / 2
