"""How a few-shot model's answer depends on its support set: its order, its size, and the attention of each step."""

from typing import NamedTuple

import numpy as np
from keras import ops

from pnzoo.core.deprecation import renamed, renamed_arguments, renamed_method


class OrderSensitivity(NamedTuple):
    """The answers to the same queries with the support set in many orders.

    probability: [orders, Q, W]
    answer:      int [orders, Q]
    disagreement: [Q], share of the orders whose answer is not the most frequent one
    probability_range: [Q], largest less smallest probability that any class gets over the orders
    """

    probability: np.ndarray
    answer: np.ndarray
    disagreement: np.ndarray
    probability_range: np.ndarray

    flips = renamed_method("flips", "disagreement")
    spread = renamed_method("spread", "probability_range")


@renamed_arguments(at_once="batch_size")
def order_sensitivity(model, support, label, query, orders=100, seed=0, batch_size=50):
    """How much the answers depend on the order of the support set, from embeddings.

    Args:
        model: has `match(support, labels, query)` over embeddings.
        support: float [S, D], embeddings.
        label: int [S], 0 ... classes - 1.
        query: float [Q, D], embeddings.
        orders: how many random orders.
        seed: of the orders.
        batch_size: orders in one pass.

    Returns:
        `OrderSensitivity`.

    Example:
        >>> import numpy as np
        >>> from pnzoo.models import MatchingNetwork
        >>> embeddings = np.random.default_rng(0).normal(size=(8, 64)).astype("float32")
        >>> sensitivity = order_sensitivity(MatchingNetwork(), embeddings[:5], range(5), embeddings[5:], orders=4)
        >>> largest = sensitivity.probability_range.max()
        >>> sensitivity.answer.shape, float(sensitivity.disagreement.max()), bool(largest < 1e-5)
        ((4, 3), 0.0, True)

    Reference: Vinyals et al. 2016, section 2.1.2: the paper does not say in which order g reads.
    """
    support, label, query = np.asarray(support), np.asarray(label), np.asarray(query)
    rng, one_hot = np.random.default_rng(seed), np.eye(int(label.max()) + 1, dtype="float32")[label]
    order = np.stack([rng.permutation(len(label)) for _ in range(orders)])
    parts = []
    for start in range(0, orders, batch_size):
        chosen = order[start : start + batch_size]
        asked = np.broadcast_to(query, (len(chosen), *query.shape))
        parts.append(ops.convert_to_numpy(model.match(support[chosen], one_hot[chosen], asked)))
    probability = np.exp(np.concatenate(parts).astype("float64"))
    probability /= probability.sum(axis=-1, keepdims=True)
    answer = probability.argmax(axis=-1)
    votes = np.stack([(answer == w).mean(axis=0) for w in range(one_hot.shape[1])])
    return OrderSensitivity(probability, answer, 1 - votes.max(axis=0), np.ptp(probability, axis=0).max(axis=-1))


@renamed_arguments(looks="attention_weights")
def attention_by_step(attention_weights):
    """How many support images share the attention, at each step of the attention LSTM.

    Args:
        attention_weights: [K, S], [K, Q, S] or [B, K, Q, S] as `full_context` and `Explanation.steps` give them; rows
            sum to 1.

    Returns:
        float [K], the mean number of support images that share the attention: 2 to the power of its entropy in bits,
        so S for an even look and 1 for a single image.

    Example:
        >>> attention_by_step([[0.25, 0.25, 0.25, 0.25], [1.0, 0.0, 0.0, 0.0]]).tolist()
        [4.0, 1.0]
    """
    weights = np.asarray(attention_weights, float)
    if weights.ndim not in (2, 3, 4):
        raise ValueError(f"attention weights are [K, S], [K, Q, S] or [B, K, Q, S]; got {weights.shape}.")
    images = 2.0 ** -(weights * np.log2(np.maximum(weights, 1e-12))).sum(axis=-1)
    images = np.moveaxis(images, 1, 0) if weights.ndim == 4 else images
    return images.reshape(len(images), -1).mean(axis=1)


@renamed_arguments(limit="max_support", draws="n_subsets")
def averaged_subsets(model, support, label, query, max_support, n_subsets=8, seed=0):
    """Class probabilities as the mean over random, class-balanced subsets of the support set, from embeddings.

    For a model that was not trained on large support sets: subsample, predict, average.

    Args:
        model, support, label, query: as in `order_sensitivity`.
        max_support: images a subset; at least one of each class is taken.
        n_subsets: how many.
        seed: of the subsets.

    Returns:
        float [Q, W]; rows sum to 1.

    Example:
        >>> import numpy as np
        >>> from pnzoo.models import MatchingNetwork
        >>> embeddings = np.random.default_rng(0).normal(size=(12, 64)).astype("float32")
        >>> model = MatchingNetwork()
        >>> p = averaged_subsets(model, embeddings[:10], np.arange(10) % 5, embeddings[10:], max_support=5)
        >>> p.sum(axis=1).round(3).tolist()
        [1.0, 1.0]
    """
    support, label, query = np.asarray(support), np.asarray(label), np.asarray(query)
    rng, way = np.random.default_rng(seed), int(label.max()) + 1
    each = max(1, min(max_support // way, int(np.bincount(label).min())))
    members = [np.flatnonzero(label == w) for w in range(way)]
    subsets = np.stack([rng.permutation(np.concatenate([rng.permutation(m)[:each] for m in members]))
                        for _ in range(n_subsets)])
    one_hot = np.eye(way, dtype="float32")[label]
    asked = np.broadcast_to(query, (n_subsets, *query.shape))
    p = np.exp(ops.convert_to_numpy(model.match(support[subsets], one_hot[subsets], asked)).astype("float64"))
    return (p / p.sum(axis=-1, keepdims=True)).mean(axis=0)


__getattr__ = renamed(__name__, {"Orders": "OrderSensitivity"})
