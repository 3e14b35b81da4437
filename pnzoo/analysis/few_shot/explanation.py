"""Why a few-shot model answers as it does: one query, every number on the way to the answer."""

from typing import NamedTuple

import numpy as np
from keras import ops


class Decision(NamedTuple):
    """What a few-shot model makes of one query.

    probability:   [W], of every class
    attention:     [S], how much each support image counts, or None where the model has no attention
    confidence:    the largest likeness to any support image, or the largest probability where there is no likeness
    steps:         [K, S], what f looked at before each of its steps, or None without full context
    support_codes: [S, D], after g where there is one
    query_code:    [D], after f where there is one
    """

    probability: np.ndarray
    attention: np.ndarray | None
    confidence: float
    steps: np.ndarray | None
    support_codes: np.ndarray
    query_code: np.ndarray


def decide(model, support, label, query):
    """Show one query to a model.

    Args:
        model: a few-shot model of the zoo.
        support: float [S, H, W], 1 for ink.
        label: int [S], 0 ... classes - 1.
        query: float [H, W].

    Returns:
        `Decision`.

    Raises:
        ValueError: no support image, or shapes that do not belong together.

    Example:
        >>> import numpy as np
        >>> from pnzoo.data import glyphs
        >>> from pnzoo.models import MatchingNetwork
        >>> characters = glyphs.generate(1, 3, 2).images / np.float32(255)
        >>> made = decide(MatchingNetwork(), characters[:, 0], [0, 1, 2], characters[1, 1])
        >>> made.probability.shape, round(float(made.attention.sum()), 3)
        ((3,), 1.0)

    Reference: Vinyals et al. 2016, equation 1.
    """
    support, label, query = np.asarray(support, "float32"), np.asarray(label), np.asarray(query, "float32")
    if support.ndim != 3 or not len(support) or label.shape != (len(support),) or query.shape != support.shape[1:]:
        raise ValueError(f"expected support [S, H, W] with S >= 1, as many labels and a query [H, W]; got "
                         f"{support.shape}, {label.shape} and {query.shape}.")
    model.build_weights()
    codes = model.encode(ops.convert_to_tensor(np.concatenate([support, query[None]])[..., None]))
    return _from_codes(model, codes[None, :-1], label, codes[None, -1:])


def _from_codes(model, support, label, query):
    one_hot = ops.convert_to_tensor(np.eye(int(label.max()) + 1, dtype="float32")[label][None])
    probability = np.exp(_numpy(model.match(support, one_hot, query))[0, 0].astype("float64"))
    probability /= probability.sum()
    attention = _numpy(model.attend(support, query))[0, 0] if hasattr(model, "attend") else None
    alike = _numpy(model.similarity(support, query)).max() if hasattr(model, "similarity") else probability.max()
    steps = None
    if hasattr(model, "contextualise"):
        support, query, looks = model.contextualise(support, query)
        steps = None if looks is None else _numpy(looks)[0, :, 0]
    return Decision(probability, attention, float(alike), steps, _numpy(support)[0], _numpy(query)[0, 0])


def shuffled(model, support, label, query, times=20, seed=0):
    """The same question with the support set in other orders.

    Args:
        model, support, label, query: as in `decide`.
        times: how many random orders.
        seed: of the orders.

    Returns:
        [times, W], the probabilities of each; equal rows where the order does not matter.

    Example:
        >>> import numpy as np
        >>> from pnzoo.data import glyphs
        >>> from pnzoo.models import MatchingNetwork
        >>> characters = glyphs.generate(1, 3, 2).images / np.float32(255)
        >>> rows = shuffled(MatchingNetwork(), characters[:, 0], [0, 1, 2], characters[1, 1], times=4)
        >>> rows.shape, bool(np.ptp(rows, axis=0).max() < 1e-5)
        ((4, 3), True)
    """
    label, rng = np.asarray(label), np.random.default_rng(seed)
    model.build_weights()
    images = np.concatenate([np.asarray(support, "float32"), np.asarray(query, "float32")[None]])[..., None]
    codes = model.encode(ops.convert_to_tensor(images))
    orders = np.stack([rng.permutation(len(label)) for _ in range(times)])
    support = ops.stack([ops.take(codes, order, axis=0) for order in orders])
    one_hot = ops.convert_to_tensor(np.eye(int(label.max()) + 1, dtype="float32")[label[orders]])
    query = ops.broadcast_to(codes[None, -1:], (times, 1, codes.shape[-1]))
    probability = np.exp(_numpy(model.match(support, one_hot, query))[:, 0].astype("float64"))
    return probability / probability.sum(axis=1, keepdims=True)


def plane(codes):
    """Codes on a sheet of paper: their two principal components.

    Args:
        codes: [N, D], N >= 1; each is brought to length 1 first, since matching compares directions.

    Returns:
        ([N, 2] coordinates, share of the variance that they show).

    Example:
        >>> import numpy as np
        >>> at, share = plane(np.eye(3))
        >>> at.shape, round(share, 3)
        ((3, 2), 1.0)
    """
    codes = np.asarray(codes, float)
    codes = codes / np.maximum(np.linalg.norm(codes, axis=1, keepdims=True), 1e-12)
    codes = codes - codes.mean(axis=0)
    left, size, _ = np.linalg.svd(codes, full_matrices=False)
    at = np.zeros((len(codes), 2))
    kept = min(2, len(size))
    at[:, :kept] = left[:, :kept] * size[:kept]
    total = float((size**2).sum())
    return at, float((size[:2] ** 2).sum() / total) if total > 0 else 1.0


def _numpy(tensor):
    return ops.convert_to_numpy(tensor)
