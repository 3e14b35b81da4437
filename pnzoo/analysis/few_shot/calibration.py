"""Is a probability of 0.8 right four times in five? Calibration curves of classifiers and policies."""

from typing import NamedTuple

import numpy as np

from pnzoo.core.deprecation import renamed
from pnzoo.core.stats import proportion_ci


class CalibrationCurve(NamedTuple):
    """Accuracy by confidence.

    rows:  list of {"confidence", "accuracy", "ci95", "n"}, one a bin that is not empty; Wilson's 95 % intervals
    error: mean gap between confidence and accuracy, weighted by n (expected calibration error)
    """

    rows: list
    error: float


def calibration_curve(probability, label, bins=10):
    """Compare the largest probability of each answer with how often that answer is right.

    Args:
        probability: [N, W], rows sum to 1.
        label: int [N], the right classes.
        bins: of equal width.

    Returns:
        `CalibrationCurve`.

    Raises:
        ValueError: shapes that do not belong together.

    Example:
        >>> import numpy as np
        >>> curve = calibration_curve(np.array([[0.9, 0.1], [0.9, 0.1]]), [0, 1])
        >>> curve.rows[0]["accuracy"], round(curve.error, 2)
        (0.5, 0.4)

    Reference: Guo et al. 2017 (On Calibration of Modern Neural Networks), equation 3.
    """
    probability, label = np.asarray(probability, float), np.asarray(label)
    if probability.ndim != 2 or label.shape != probability.shape[:1]:
        raise ValueError(f"expected probability [N, W] and label [N]; got {probability.shape} and {label.shape}.")
    confidence, correct = probability.max(axis=1), probability.argmax(axis=1) == label
    bin_of = np.clip((confidence * bins).astype(int), 0, bins - 1)
    rows = []
    for number in np.unique(bin_of):
        inside = bin_of == number
        hits, n = int(correct[inside].sum()), int(inside.sum())
        mean = float(confidence[inside].mean())
        rows.append({"confidence": mean, "accuracy": hits / n, "ci95": proportion_ci(hits, n), "n": n})
    gaps = [abs(row["confidence"] - row["accuracy"]) * row["n"] for row in rows]
    return CalibrationCurve(rows, float(sum(gaps) / max(1, len(label))))


__getattr__ = renamed(__name__, {"Reliability": "CalibrationCurve", "reliability": "calibration_curve"})
