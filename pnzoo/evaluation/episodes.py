"""Measure few-shot models: accuracy over many seeded episodes, with its interval."""

import numpy as np

from pnzoo.data import episodes

# The protocol of the papers' table, as (way, shot).
TABLE = ((5, 1), (5, 5), (20, 1), (20, 5))


def accuracy(model, codes, *, way, shot, queries=5, n=2000, seed=0, alphabet=None, at_once=20):
    """Mean accuracy over episodes.

    Codes are computed once for all images and episodes drawn on them, which gives the same answer as encoding each
    episode, because a code depends on its image alone.

    Args:
        model: anything with `match(support, labels, query, mask)` over codes.
        codes: float32 `[C, N, D]`, from `models.matching.encode_all` on `Characters.images`.
        way, shot, queries: as in `episodes.sample`.
        n: episodes.
        seed: of the episodes.
        alphabet: int `[C]` to draw each episode within one alphabet, as in Lake's task; None mixes them.
        at_once: episodes a batch.

    Returns:
        A metric: dict of `value`, `n`, `interval` (95 %, normal over episode means) and `seeds`.
    """
    rng, counts, scores = np.random.default_rng(seed), np.full(len(codes), codes.shape[1]), []
    for start in range(0, n, at_once):
        drawn = [_draw(counts, way, shot, queries, rng, alphabet) for _ in range(min(at_once, n - start))]
        inputs, y = episodes.batch(codes, drawn)
        # every episode here has a full support set, so no mask is needed
        log_p = np.asarray(_numpy(model.match(inputs["support"], inputs["labels"], inputs["query"])))
        scores.append((log_p.argmax(-1) == y).mean(-1))
    return {**interval(np.concatenate(scores)), "seeds": [seed]}


def _draw(counts, way, shot, queries, rng, alphabet):
    if alphabet is None:
        return episodes.sample(counts, way, shot, queries, rng)
    return episodes.sample_within(alphabet, way, shot, queries, rng, counts)


def interval(scores):
    """Mean of per-episode scores, with the 95 % interval of a normal mean.

    Args:
        scores: float `[n]`, each in 0..1.

    Returns:
        dict of `value`, `n` and `interval`.

    Example:
        >>> interval(np.array([1.0, 1.0, 0.8, 1.0]))["interval"]
        [0.852, 1.0]
    """
    value = float(scores.mean())
    half = 1.96 * float(scores.std(ddof=1)) / len(scores) ** 0.5 if len(scores) > 1 else 1.0
    bounds = [round(max(0.0, value - half), 6), round(min(1.0, value + half), 6)]
    return {"value": round(value, 6), "n": len(scores), "interval": bounds}


def _numpy(tensor):
    from keras import ops

    return ops.convert_to_numpy(tensor)
