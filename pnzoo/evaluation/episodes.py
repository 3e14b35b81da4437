"""Measure few-shot models: accuracy over many seeded episodes, with its interval."""

import numpy as np

from pnzoo.core.deprecation import renamed_arguments, warn
from pnzoo.core.metric import Metric
from pnzoo.data import episodes as sampler
from pnzoo.few_shot.predictions import predict_episodes

# The protocol of the papers' table, as (way, shot).
TABLE = ((5, 1), (5, 5), (20, 1), (20, 5))


@renamed_arguments(codes="embeddings", queries="n_query", alphabet="within", at_once="batch_size")
def accuracy(model, embeddings, *, way, shot, n_query=5, n=2000, seed=0, within=None, batch_size=20):
    """Mean accuracy over episodes.

    Embeddings are computed once for all images and episodes drawn on them, which gives the same answer as embedding
    each episode's images, because an embedding depends on its image alone.

    Args:
        model: anything with `match(support, labels, query)` over embeddings.
        embeddings: float32 `[C, N, D]`, from `pnzoo.models.few_shot.embedding.embed_images` on `ImageClasses.images`,
            or a list of C arrays `[N_c, D]`.
        way, shot, n_query: as in `episodes.sample`.
        n: episodes.
        seed: of the episodes.
        within: int `[C]` to draw each episode within one group (alphabet), as in Lake's task; None mixes them.
        batch_size: episodes a batch.

    Returns:
        `Metric` with the interval over episode means, called by way and shot: "5w1s".
    """
    rng, counts, scores = np.random.default_rng(seed), np.array([len(members) for members in embeddings]), []
    for start in range(0, n, batch_size):
        count = min(batch_size, n - start)
        episodes = [sampler.sample(counts, way, shot, n_query, rng, within=within) for _ in range(count)]
        scores.append(1 - error_rate(model, embeddings, episodes))
    return Metric.of_mean(f"{way}w{shot}s", np.concatenate(scores), limits=(0, 1), seeds=(seed,))


def error_rate(model, embeddings, episodes, batch_size=20):
    """Share of the queries that a few-shot model gives to the wrong class.

    Args:
        model, embeddings, batch_size: as for `accuracy`.
        episodes: list of `Episode`s of equal size.

    Returns:
        float `[len(episodes)]`, one error rate an episode.
    """
    correct = predict_episodes(model, embeddings, episodes, batch_size, by_class=False).correct
    return 1 - correct.mean(axis=1)


def error_rate_of_runs(model, runs):
    """Former form of `error_rate`, until the next release.

    Args:
        model: a few-shot model with `encode` and `match`.
        runs: list of `omniglot_challenge.Run`, of images or of the model's embeddings.

    Returns:
        float `[len(runs)]`.
    """
    from pnzoo.models.few_shot.embedding import embed_images

    embeddings = np.stack([np.concatenate([run.training, run.test]) for run in runs])
    if embeddings.ndim > 3:
        embeddings = embed_images(model, embeddings)
    way = embeddings.shape[1] // 2
    label = np.arange(way)
    drawn = []
    for number, run in enumerate(runs):
        support, query = (np.stack([np.full(way, number), label + first], axis=1) for first in (0, way))
        drawn.append(sampler.Episode(label, support, label, query, np.asarray(run.answer)))
    return error_rate(model, embeddings, drawn)


def interval(scores):
    """Former form of `Metric.of_mean`, until the next release: dict of `value`, `n` and `interval`."""
    warn("evaluation.episodes.interval", "core.metric.Metric.of_mean")
    metric = Metric.of_mean("accuracy", scores, limits=(0, 1))
    return {"value": metric.value, "n": metric.n, "interval": list(metric.ci95)}
