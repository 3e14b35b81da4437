"""How sure to be: a temperature of the probabilities that the support set alone gives."""

from typing import Any

import numpy as np

from pnzoo.few_shot.leave_out import groups

LEAST_IMAGES = 3  # of a class; with two, leaving one out asks another question: by one image
MAX_LEFT_OUT = 60
MAX_NUMBERS = 4_000_000  # of the support sets that are compared at once: bounds memory
PRIOR_VARIANCE = 1 / 8  # of the temperature's logarithm around 0, for small support sets
_LOGARITHMS = np.linspace(-1.2, 1.2, 97)


def temperature(model: Any, support: Any, label: Any) -> float:
    """The temperature T at which a model's probabilities, to the power of 1 / T, fit the support set itself.

    Images of classes that have three or more are left out in turn and named by the others; T makes their labels most
    likely, times a normal prior on its logarithm. That an image left out is known by one image fewer than a query will
    be is not made up for: on training classes of `matching_photo` it did not matter.

    Args:
        model: has `match(support, labels, query)` over embeddings.
        support: embeddings float32 `[S, D]`.
        label: int `[S]`, 0 .. W-1.

    Returns:
        T; 1.0 where no class has three images, or there is one class.

    Reference: Guo et al. 2017 (On Calibration of Modern Neural Networks), for the temperature.
    """
    label = np.unique(label, return_inverse=True)[1]
    counts = np.bincount(label)
    several = np.flatnonzero(counts[label] >= LEAST_IMAGES)
    if len(counts) < 2 or not len(several):
        return 1.0
    left_out = list(groups(label, several, MAX_LEFT_OUT))
    found = [_left_out(model, support, label, part) for part in _batches(left_out, support.size)]
    inverse = fit_inverse(np.concatenate([log_p for log_p, _ in found]), np.concatenate([y for _, y in found]))
    return float(np.exp(-inverse))


def fit_inverse(log_p: Any, label: Any, variance: float = PRIOR_VARIANCE) -> float:
    """log(1 / T) that makes labels most likely, by a grid.

    Args:
        log_p: log-probabilities `[N, W]`.
        label: int `[N]`.
        variance: of the prior.

    Example:
        >>> sure = np.log([[0.9, 0.1], [0.1, 0.9]] * 50)  # 90 % sure, and right in one of two
        >>> fit_inverse(sure, np.array([0, 0] * 50)) < -1
        True
    """
    losses = [-_log_softmax(np.exp(x) * log_p)[np.arange(len(label)), label].sum() for x in _LOGARITHMS]
    return float(_LOGARITHMS[np.argmin(losses + _LOGARITHMS**2 / (2 * variance))])


def tempered(probability: Any, temperature: float) -> np.ndarray:
    """Probabilities `[N, W]` to the power of 1 / T; rows sum to 1 again.

    Example:
        >>> tempered([[0.8, 0.2]], 0.5).round(3).tolist()
        [[0.941, 0.059]]
    """
    with np.errstate(divide="ignore"):
        return np.exp(_log_softmax(np.log(np.asarray(probability, "float64")) / temperature))


def _batches(left_out, numbers):
    """Arrays [B, G] of groups of the same size that are named at once, of a support set of so many numbers."""
    most = max(1, MAX_NUMBERS // numbers)
    for size in sorted({len(group) for group in left_out}):
        alike = np.stack([group for group in left_out if len(group) == size])
        yield from (alike[start : start + most] for start in range(0, len(alike), most))


def _left_out(model, support, label, left_out):
    """Log-probabilities [B * G, W] and labels of images left out, [B, G], by the others."""
    from keras import ops

    rest = np.stack([np.setdiff1d(np.arange(len(label)), group) for group in left_out])
    labels = np.eye(label.max() + 1, dtype="float32")[label[rest]]
    log_p = ops.convert_to_numpy(model.match(support[rest], labels, support[left_out]))
    return np.asarray(log_p, "float64").reshape(-1, labels.shape[-1]), label[left_out].ravel()


def _log_softmax(z):
    z = z - z.max(-1, keepdims=True)
    return z - np.log(np.exp(z).sum(-1, keepdims=True))
