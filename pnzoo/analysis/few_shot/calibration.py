"""Is a probability of 0.8 right four times in five? Reliability curves of classifiers and policies."""

from typing import NamedTuple

import numpy as np

from pnzoo.worlds.gridworld.rollout import wilson


class Reliability(NamedTuple):
    """Confidence against what came of it.

    rows:  list of {"confidence", "accuracy", "interval", "n"}, one a bin that is not empty; Wilson's 95 % intervals
    error: mean gap between confidence and accuracy, weighted by n (expected calibration error)
    """

    rows: list
    error: float


def reliability(probability, label, bins=10):
    """Compare the largest probability of each answer with how often that answer is right.

    Args:
        probability: [N, W], rows sum to 1.
        label: int [N], the right classes.
        bins: of equal width.

    Returns:
        `Reliability`.

    Raises:
        ValueError: shapes that do not belong together.

    Example:
        >>> import numpy as np
        >>> found = reliability(np.array([[0.9, 0.1], [0.9, 0.1]]), [0, 1])
        >>> found.rows[0]["accuracy"], round(found.error, 2)
        (0.5, 0.4)

    Reference: Guo et al. 2017 (On Calibration of Modern Neural Networks), equation 3.
    """
    probability, label = np.asarray(probability, float), np.asarray(label)
    if probability.ndim != 2 or label.shape != probability.shape[:1]:
        raise ValueError(f"expected probability [N, W] and label [N]; got {probability.shape} and {label.shape}.")
    sure, right = probability.max(axis=1), probability.argmax(axis=1) == label
    group = np.clip((sure * bins).astype(int), 0, bins - 1)
    rows = []
    for each in np.unique(group):
        mine = group == each
        hits, n = int(right[mine].sum()), int(mine.sum())
        rows.append({"confidence": float(sure[mine].mean()), "accuracy": hits / n, "interval": wilson(hits, n), "n": n})
    gaps = [abs(row["confidence"] - row["accuracy"]) * row["n"] for row in rows]
    return Reliability(rows, float(sum(gaps) / max(1, len(label))))
