"""How a few-shot model's answer hangs on its support set: its order, its size, and where each step looks."""

from typing import NamedTuple

import numpy as np
from keras import ops


class Orders(NamedTuple):
    """The same question asked with the support set in many orders.

    probability: [orders, Q, W]
    answer:      int [orders, Q]
    flips:       [Q], share of the orders whose answer is not the most frequent one
    spread:      [Q], largest less smallest probability that any class gets over the orders
    """

    probability: np.ndarray
    answer: np.ndarray
    flips: np.ndarray
    spread: np.ndarray


def order_sensitivity(model, support, label, query, orders=100, seed=0, at_once=50):
    """Ask again and again with the support set shuffled, from codes.

    Args:
        model: has `match(support, labels, query)` over codes.
        support: float [S, D], codes.
        label: int [S], 0 ... classes - 1.
        query: float [Q, D], codes.
        orders: how many random orders.
        seed: of the orders.
        at_once: orders in one pass.

    Returns:
        `Orders`.

    Example:
        >>> import numpy as np
        >>> from pnzoo.models import MatchingNetwork
        >>> codes = np.random.default_rng(0).normal(size=(8, 64)).astype("float32")
        >>> found = order_sensitivity(MatchingNetwork().build_weights(), codes[:5], range(5), codes[5:], orders=4)
        >>> found.answer.shape, float(found.flips.max()), bool(found.spread.max() < 1e-5)
        ((4, 3), 0.0, True)

    Reference: Vinyals et al. 2016, section 2.1.2: the paper does not say in which order g reads.
    """
    support, label, query = np.asarray(support), np.asarray(label), np.asarray(query)
    rng, one_hot = np.random.default_rng(seed), np.eye(int(label.max()) + 1, dtype="float32")[label]
    order = np.stack([rng.permutation(len(label)) for _ in range(orders)])
    parts = []
    for start in range(0, orders, at_once):
        chosen = order[start : start + at_once]
        asked = np.broadcast_to(query, (len(chosen), *query.shape))
        parts.append(ops.convert_to_numpy(model.match(support[chosen], one_hot[chosen], asked)))
    probability = np.exp(np.concatenate(parts).astype("float64"))
    probability /= probability.sum(axis=-1, keepdims=True)
    answer = probability.argmax(axis=-1)
    votes = np.stack([(answer == w).mean(axis=0) for w in range(one_hot.shape[1])])
    return Orders(probability, answer, 1 - votes.max(axis=0), np.ptp(probability, axis=0).max(axis=-1))


def attention_by_step(looks):
    """How widely each step of the attention LSTM looks.

    Args:
        looks: [K, S], [K, Q, S] or [B, K, Q, S] as `contextualise` and `Decision.steps` give them; rows sum to 1.

    Returns:
        float [K], the mean number of support images that share the attention: 2 to the power of its entropy in bits,
        so S for an even look and 1 for a single image.

    Example:
        >>> attention_by_step([[0.25, 0.25, 0.25, 0.25], [1.0, 0.0, 0.0, 0.0]]).tolist()
        [4.0, 1.0]
    """
    looks = np.asarray(looks, float)
    if looks.ndim not in (2, 3, 4):
        raise ValueError(f"looks are [K, S], [K, Q, S] or [B, K, Q, S]; got {looks.shape}.")
    wide = 2.0 ** -(looks * np.log2(np.maximum(looks, 1e-12))).sum(axis=-1)
    wide = np.moveaxis(wide, 1, 0) if looks.ndim == 4 else wide
    return wide.reshape(len(wide), -1).mean(axis=1)


def averaged_subsets(model, support, label, query, limit, draws=8, seed=0):
    """Class probabilities as the mean over random, class-balanced subsets of the support set, from codes.

    What the review proposes for a model that is not used to large support sets: subsample, ask, average.

    Args:
        model, support, label, query: as in `order_sensitivity`.
        limit: images a subset; at least one of each class is taken.
        draws: subsets.
        seed: of the subsets.

    Returns:
        float [Q, W]; rows sum to 1.

    Example:
        >>> import numpy as np
        >>> from pnzoo.models import MatchingNetwork
        >>> codes = np.random.default_rng(0).normal(size=(12, 64)).astype("float32")
        >>> model = MatchingNetwork().build_weights()
        >>> averaged_subsets(model, codes[:10], np.arange(10) % 5, codes[10:], limit=5).sum(axis=1).round(3).tolist()
        [1.0, 1.0]
    """
    support, label, query = np.asarray(support), np.asarray(label), np.asarray(query)
    rng, way = np.random.default_rng(seed), int(label.max()) + 1
    each = max(1, min(limit // way, int(np.bincount(label).min())))
    members = [np.flatnonzero(label == w) for w in range(way)]
    subsets = np.stack([rng.permutation(np.concatenate([rng.permutation(m)[:each] for m in members]))
                        for _ in range(draws)])
    one_hot = np.eye(way, dtype="float32")[label]
    asked = np.broadcast_to(query, (draws, *query.shape))
    p = np.exp(ops.convert_to_numpy(model.match(support[subsets], one_hot[subsets], asked)).astype("float64"))
    return (p / p.sum(axis=-1, keepdims=True)).mean(axis=0)
