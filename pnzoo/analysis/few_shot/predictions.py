"""Where does a few-shot model fail? Many episodes, kept one by one."""

from typing import NamedTuple

import numpy as np
from keras import ops

from pnzoo.data import episodes


class Replies(NamedTuple):
    """Answers to the queries of N episodes, Q in each.

    probability: [N, Q, W], of every class
    label:       int [N, Q], the true class
    right:       bool [N, Q], whether the most probable class is the true one
    """

    probability: np.ndarray
    label: np.ndarray
    right: np.ndarray


def reply_all(model, codes, drawn, at_once=20):
    """Ask a few-shot model all queries of many episodes.

    Support images are shown class by class, and queries asked in the order of their classes: `right[n, q]` belongs
    to class q of episode n where there is one query of each class.

    Args:
        model: anything with `match(support, labels, query)` over codes.
        codes: float32 [C, N, D], from `pnzoo.models.few_shot.matching.encode_all`.
        drawn: `pnzoo.data.episodes.Episode`s of equal way, shot and queries.
        at_once: episodes a batch.

    Returns:
        `Replies`.

    Raises:
        ValueError: no episodes, or more classes than the model takes.

    Example:
        >>> import numpy as np
        >>> from pnzoo.data import episodes, glyphs
        >>> from pnzoo.models import MatchingNetwork
        >>> from pnzoo.models.few_shot.matching import encode_all
        >>> model, images = MatchingNetwork(), glyphs.generate(1, 6, 4).images
        >>> _ = model.build_weights()
        >>> drawn = [episodes.sample([4] * 6, 5, 1, 1, np.random.default_rng(seed)) for seed in range(3)]
        >>> reply_all(model, encode_all(model, images), drawn).right.shape
        (3, 5)

    Reference: Vinyals et al. 2016, section 4.1.
    """
    if not drawn:
        raise ValueError("no episodes to ask; draw some with pnzoo.data.episodes.sample.")
    drawn, found = [_by_class(each) for each in drawn], []
    for first in range(0, len(drawn), at_once):
        inputs, _ = episodes.batch(codes, drawn[first : first + at_once])
        log_p = ops.convert_to_numpy(model.match(inputs["support"], inputs["labels"], inputs["query"]))
        found.append(np.exp(log_p.astype("float64")))
    probability, label = np.concatenate(found), np.stack([each.query_label for each in drawn])
    return Replies(probability, label, probability.argmax(axis=-1) == label)


def _by_class(drawn):
    support, query = (np.argsort(label, kind="stable") for label in (drawn.support_label, drawn.query_label))
    return episodes.Episode(drawn.classes, drawn.support[support], drawn.support_label[support], drawn.query[query],
                            drawn.query_label[query])
