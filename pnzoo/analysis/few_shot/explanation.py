"""Why a few-shot model answers as it does: one query, every number on the way to the answer."""

from typing import NamedTuple

import numpy as np
from keras import ops

from pnzoo.analysis.few_shot.support_set import order_sensitivity
from pnzoo.core.deprecation import renamed, renamed_method


class Explanation(NamedTuple):
    """Every number on the way to the answer to one query.

    probability:   [W], of every class
    attention:     [S], how much each support image counts, or None where the model has no attention
    confidence:    maximum similarity to a support image; maximum probability if the model has no similarity
    steps:         [K, S], the attention weights of f before each of its steps, or None without full context
    support_embeddings: [S, D], after g where there is one
    query_embedding:    [D], after f where there is one
    similarity:    [S], of the query to every support image before any context, mostly their cosine; None where the
                   model has no similarity
    """

    probability: np.ndarray
    attention: np.ndarray | None
    confidence: float
    steps: np.ndarray | None
    support_embeddings: np.ndarray
    query_embedding: np.ndarray
    similarity: np.ndarray | None = None

    support_codes = renamed_method("support_codes", "support_embeddings")
    query_code = renamed_method("query_code", "query_embedding")


def explain(model, support, label, query):
    """Explain the answer to one query.

    Args:
        model: a few-shot model of the zoo.
        support: float [S, H, W], 1 for strokes.
        label: int [S], 0 ... classes - 1.
        query: float [H, W].

    Returns:
        `Explanation`.

    Raises:
        ValueError: no support image, or shapes that do not belong together.

    Example:
        >>> import numpy as np
        >>> from pnzoo.data import glyphs
        >>> from pnzoo.models import MatchingNetwork
        >>> characters = glyphs.generate(1, 3, 2).images / np.float32(255)
        >>> explanation = explain(MatchingNetwork(), characters[:, 0], [0, 1, 2], characters[1, 1])
        >>> explanation.probability.shape, round(float(explanation.attention.sum()), 3)
        ((3,), 1.0)

    Reference: Vinyals et al. 2016, equation 1.
    """
    support, label, query = np.asarray(support, "float32"), np.asarray(label), np.asarray(query, "float32")
    if support.ndim != 3 or not len(support) or label.shape != (len(support),) or query.shape != support.shape[1:]:
        raise ValueError(f"expected support [S, H, W] with S >= 1, as many labels and a query [H, W]; got "
                         f"{support.shape}, {label.shape} and {query.shape}.")
    embeddings = _embedded(model, support, query)
    return explain_embeddings(model, embeddings[:-1], label, embeddings[-1])


def explain_embeddings(model, support, label, query):
    """Explain the answer to one query, from embeddings: the same support set and many queries embed it once.

    Args:
        model: a few-shot model of the zoo.
        support: float [S, D], as `model.embed` gives them.
        label: int [S], 0 ... classes - 1.
        query: float [D].

    Returns:
        `Explanation`.

    Raises:
        ValueError: no support embedding, or shapes that do not belong together.

    Example:
        >>> import numpy as np
        >>> from pnzoo.models import MatchingNetwork
        >>> embeddings = np.random.default_rng(0).normal(size=(4, 64)).astype("float32")
        >>> explanation = explain_embeddings(MatchingNetwork(), embeddings[:3], [0, 1, 1], embeddings[3])
        >>> explanation.similarity.shape, explanation.probability.shape
        ((3,), (2,))

    Reference: Vinyals et al. 2016, equation 1.
    """
    support, label, query = np.asarray(support, "float32"), np.asarray(label), np.asarray(query, "float32")
    if support.ndim != 2 or not len(support) or label.shape != (len(support),) or query.shape != support.shape[1:]:
        raise ValueError(f"expected support [S, D] with S >= 1, as many labels and a query [D]; got {support.shape}, "
                         f"{label.shape} and {query.shape}.")
    support, query = support[None], query[None, None]
    one_hot = ops.convert_to_tensor(np.eye(int(label.max()) + 1, dtype="float32")[label][None])
    similarity = _numpy(model.similarity(support, query))[0, 0] if hasattr(model, "similarity") else None
    steps = None
    if hasattr(model, "full_context"):  # once for the answer, the attention and the embeddings: an LSTM takes its time
        support, query, weights = model.full_context(support, query)
        steps = None if weights is None else _numpy(weights)[0, :, 0]
        log_p = model.matching_attention([support, one_hot, query])
        attention = ops.exp(model.matching_attention.log_attention(query, support))
    else:
        log_p = model.match(support, one_hot, query)
        attention = model.attend(support, query) if hasattr(model, "attend") else None
    probability = np.exp(_numpy(log_p)[0, 0].astype("float64"))
    probability /= probability.sum()
    confidence = probability.max() if similarity is None else similarity.max()
    attention = None if attention is None else _numpy(attention)[0, 0]
    return Explanation(probability, attention, float(confidence), steps, _numpy(support)[0], _numpy(query)[0, 0],
                       similarity)


def permute_support(model, support, label, query, times=20, seed=0):
    """The answer to one query with the support set in other orders.

    Args:
        model, support, label, query: as in `explain`.
        times: how many random orders.
        seed: of the orders.

    Returns:
        [times, W], the probabilities of each; equal rows where the order does not matter.

    Example:
        >>> import numpy as np
        >>> from pnzoo.data import glyphs
        >>> from pnzoo.models import MatchingNetwork
        >>> characters = glyphs.generate(1, 3, 2).images / np.float32(255)
        >>> rows = permute_support(MatchingNetwork(), characters[:, 0], [0, 1, 2], characters[1, 1], times=4)
        >>> rows.shape, bool(np.ptp(rows, axis=0).max() < 1e-5)
        ((4, 3), True)
    """
    embeddings = _embedded(model, support, query)
    sensitivity = order_sensitivity(model, embeddings[:-1], label, embeddings[-1:], orders=times, seed=seed)
    return sensitivity.probability[:, 0]


def _embedded(model, support, query):
    """Embeddings of the support images, and of the query behind them."""
    images = np.concatenate([np.asarray(support, "float32"), np.asarray(query, "float32")[None]])
    return _numpy(model.embed(ops.convert_to_tensor(images[..., None])))


def pca_2d(embeddings):
    """Embeddings in the plane of their two principal components.

    Args:
        embeddings: [N, D], N >= 1; each is brought to length 1 first, since matching compares directions.

    Returns:
        ([N, 2] coordinates, share of the variance that they show).

    Example:
        >>> import numpy as np
        >>> at, share = pca_2d(np.eye(3))
        >>> at.shape, round(share, 3)
        ((3, 2), 1.0)
    """
    embeddings = np.asarray(embeddings, float)
    embeddings = embeddings / np.maximum(np.linalg.norm(embeddings, axis=1, keepdims=True), 1e-12)
    left, size, _ = np.linalg.svd(embeddings - embeddings.mean(axis=0), full_matrices=False)
    at = np.zeros((len(embeddings), 2))
    kept = min(2, len(size))
    at[:, :kept] = left[:, :kept] * size[:kept]
    total = float((size**2).sum())
    return at, float((size[:2] ** 2).sum() / total) if total > 0 else 1.0


def _numpy(tensor):
    return ops.convert_to_numpy(tensor)


__getattr__ = renamed(
    __name__, {"Decision": "Explanation", "decide": "explain", "shuffled": "permute_support", "plane": "pca_2d"}
)
