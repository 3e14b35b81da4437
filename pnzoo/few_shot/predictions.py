"""Predictions of a few-shot model in many episodes, kept one by one."""

from typing import NamedTuple

import numpy as np
from keras import ops

from pnzoo.core.deprecation import renamed, renamed_arguments, renamed_method
from pnzoo.data import episodes as sampler


class EpisodePredictions(NamedTuple):
    """Predictions for the queries of N episodes, Q in each.

    probability: [N, Q, W], of every class
    label:       int [N, Q], the true class
    correct:     bool [N, Q], whether the most probable class is the true one
    """

    probability: np.ndarray
    label: np.ndarray
    correct: np.ndarray

    right = renamed_method("right", "correct")


@renamed_arguments(codes="embeddings", drawn="episodes", at_once="batch_size")
def predict_episodes(model, embeddings, episodes, batch_size=20, by_class=True):
    """Predict all queries of many episodes.

    Args:
        model: anything with `match(support, labels, query)` over embeddings.
        embeddings: float32 [C, N, D], from `pnzoo.models.few_shot.embedding.embed_images`.
        episodes: `pnzoo.data.episodes.Episode`s of equal way, shot and queries.
        batch_size: episodes a batch.
        by_class: whether support images are shown class by class and queries asked in the order of their classes, so
            that `correct[n, q]` belongs to class q of episode n where there is one query of each class; False keeps
            the order of the episodes.

    Returns:
        `EpisodePredictions`.

    Raises:
        ValueError: no episodes, or more classes than the model takes.

    Example:
        >>> import numpy as np
        >>> from pnzoo.data import episodes, glyphs
        >>> from pnzoo.models import MatchingNetwork
        >>> from pnzoo.models.few_shot.embedding import embed_images
        >>> model, images = MatchingNetwork(), glyphs.generate(1, 6, 4).images
        >>> drawn = [episodes.sample([4] * 6, 5, 1, 1, np.random.default_rng(seed)) for seed in range(3)]
        >>> predict_episodes(model, embed_images(model, images), drawn).correct.shape
        (3, 5)

    Reference: Vinyals et al. 2016, section 4.1.
    """
    if not episodes:
        raise ValueError("no episodes to predict; draw some with pnzoo.data.episodes.sample.")
    if by_class:
        episodes = [_by_class(episode) for episode in episodes]
    probability = []
    for first in range(0, len(episodes), batch_size):
        # every support set of equal shot is full, so no mask is needed
        inputs, _ = sampler.batch(embeddings, episodes[first : first + batch_size])
        log_p = ops.convert_to_numpy(model.match(inputs["support"], inputs["labels"], inputs["query"]))
        probability.append(np.exp(log_p.astype("float64")))
    probability = np.concatenate(probability)
    label = np.stack([episode.query_label for episode in episodes])
    return EpisodePredictions(probability, label, probability.argmax(axis=-1) == label)


def _by_class(episode):
    support, query = (np.argsort(label, kind="stable") for label in (episode.support_label, episode.query_label))
    return episode._replace(
        support=episode.support[support],
        support_label=episode.support_label[support],
        query=episode.query[query],
        query_label=episode.query_label[query],
    )


__getattr__ = renamed(__name__, {"Replies": "EpisodePredictions", "reply_all": "predict_episodes"})
