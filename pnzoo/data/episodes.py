"""Episodes: few-shot tasks drawn from labelled images, with nothing but NumPy.

An episode is one small classification task: `way` classes, a support set with `shot` labelled images of each, and
query images of the same classes to tell apart. Two rules that public versions were seen to break hold here: a query
is never one of the support images, and a turned character is a class by itself (see `classes.with_rotations`),
never an image turned at random inside its class.
"""

from typing import NamedTuple

import numpy as np

from pnzoo.core.deprecation import renamed, renamed_arguments, warn


class Episode(NamedTuple):
    """Which images make up one episode, as indices; images or embeddings are looked up with them.

    Attributes:
        classes: int `[W]`, the classes taking part; label w means `classes[w]`.
        support: int `[S, 2]`, rows (class, image).
        support_label: int `[S]`, 0 .. W-1.
        query: int `[Q, 2]`, rows (class, image).
        query_label: int `[Q]`, 0 .. W-1.
    """

    classes: np.ndarray
    support: np.ndarray
    support_label: np.ndarray
    query: np.ndarray
    query_label: np.ndarray


@renamed_arguments(queries="n_query")
def sample(
    counts, way, shot, n_query, rng, *, among=None, within=None, several=False, shot_range=None, query_range=None
):
    """Draw one episode.

    Args:
        counts: int `[C]`, how many images each class has.
        way: classes in the episode.
        shot: support images a class: a number, or a sequence of `way` numbers.
        n_query: query images a class, likewise.
        rng: a `numpy.random.Generator`.
        among: class indices to choose from; all of them by default.
        within: int `[C]`, the group of each class (`ImageClasses.group`), to draw all classes from one group, as in
            Lake's one-shot task. The group is drawn uniformly among those with at least `way` classes.
        several: with `within`, take groups in random order until they hold `way` classes, the last one in part;
            so classes that are alike meet, however small their groups are.
        shot_range: a pair `(low, high)`, to draw the shot of each class between them, both included. `shot` is then
            ignored.
        query_range: likewise, for `n_query`.

    Returns:
        `Episode`. Support and query are shuffled, so that no order gives labels away.

    Raises:
        ValueError: if there are too few classes, or too few images in the classes drawn.

    Example:
        >>> rng = np.random.default_rng(0)
        >>> episode = sample([20] * 100, way=5, shot=1, n_query=3, rng=rng)
        >>> episode.support.shape, episode.query.shape
        ((5, 2), (15, 2))
        >>> group = np.repeat(np.arange(10), 6)                              # 10 groups of 6 classes
        >>> len(set(group[sample([20] * 60, 12, 1, 1, rng, within=group, several=True).classes]))
        2

    Reference: Vinyals et al. 2016, section 2.2; Lake et al. 2015 (within an alphabet).
    """
    counts = np.asarray(counts)
    pool = np.arange(len(counts)) if among is None else np.asarray(among)
    if within is not None:
        pool = _near(pool, np.asarray(within), way, rng) if several else _in_one(pool, np.asarray(within), way, rng)
    if not 1 <= way <= len(pool):
        raise ValueError(f"way={way} needs as many classes; there are {len(pool)}. Ask for way <= {len(pool)}.")
    classes = rng.choice(pool, way, replace=False)
    shots = _numbers("shot", shot, shot_range, way, rng)
    queries = _numbers("n_query", n_query, query_range, way, rng)
    _check_counts(classes, counts, shots, queries)
    drawn = [rng.permutation(counts[c])[: s + q] for c, s, q in zip(classes, shots, queries, strict=True)]
    support = [d[:s] for d, s in zip(drawn, shots, strict=True)]
    query = [d[s:] for d, s in zip(drawn, shots, strict=True)]
    return Episode(classes, *_labelled(classes, support, rng), *_labelled(classes, query, rng))


def _in_one(pool, group, way, rng):
    """The classes of one group that has `way` of them."""
    names, sizes = np.unique(group[pool], return_counts=True)
    wide = names[sizes >= way]
    if not len(wide):
        raise ValueError(f"way={way} within one group: the largest has {sizes.max()} classes. Ask for fewer.")
    return pool[group[pool] == rng.choice(wide)]


def _near(pool, group, way, rng):
    """`way` classes of as few groups as come up."""
    taken = np.zeros(0, int)
    for name in rng.permutation(np.unique(group[pool])):
        if len(taken) >= way:
            break
        taken = np.r_[taken, rng.permutation(pool[group[pool] == name])[: way - len(taken)]]
    return taken


def _numbers(name, number, limits, way, rng):
    """int [way] from a number, a sequence, or limits (low, high)."""
    if limits is None and isinstance(number, tuple) and len(number) == 2:
        short = name.removeprefix("n_")
        warn(f"{name}=(low, high)", f"{short}_range=(low, high)", stacklevel=5)
        limits = number
    if limits is not None:
        return _drawn(name, limits, way, rng)
    array = np.asarray(number)
    if array.ndim and array.shape != (way,):
        raise ValueError(f"{name}={number!r} is not understood: give a number, or a list of way={way} numbers.")
    if array.min() < 1:
        raise ValueError(f"{name}={number!r} asks for fewer than one image of a class. Ask for at least 1.")
    return np.full(way, int(number)) if array.ndim == 0 else array.astype(int)


def _drawn(name, limits, way, rng):
    low, high = limits
    if not 1 <= low <= high:
        raise ValueError(f"{name} between {low} and {high}: give (low, high) with 1 <= low <= high.")
    return rng.integers(low, high + 1, way)


def _check_counts(classes, counts, shots, queries):
    short = counts[classes] < shots + queries
    if short.any():
        w = int(np.argmax(short))
        raise ValueError(
            f"class {classes[w]} has {counts[classes[w]]} images, but shot={shots[w]} and n_query={queries[w]} need "
            f"{shots[w] + queries[w]} different ones. Ask for fewer shots or queries."
        )


def _labelled(classes, members, rng):
    """Flatten a list of image numbers per class to shuffled rows (class, image) and labels."""
    label = np.repeat(np.arange(len(classes)), [len(m) for m in members])
    rows = np.stack([classes[label], np.concatenate(members)], axis=1)
    order = rng.permutation(len(label))
    return rows[order], label[order]


def batch(images, episodes, support_size=None):
    """Look up images (or embeddings) and stack episodes into the arrays that the models take.

    Args:
        images: array `[C, N, ...]`, or a list of C arrays `[N_c, ...]`.
        episodes: list of `Episode` with equal way; support sets of unequal size are padded and masked.
        support_size: size to pad support sets to; by default, that of the largest.

    Returns:
        `(inputs, y)`: a dict of `support [B, S, ...]`, `labels` one-hot float32 `[B, S, W]`, `query [B, Q, ...]`,
        `mask` bool `[B, S]` True at real support images; and `y` int32 `[B, Q]`, -1 where a query is padding.
    """
    size, asked = (max(len(getattr(e, field)) for e in episodes) for field in ("support", "query"))
    size = support_size or size
    support, query = (
        np.stack([_pad(_look_up(images, getattr(e, field)), length) for e in episodes])
        for field, length in (("support", size), ("query", asked))
    )
    labels = np.stack([_pad(np.eye(len(e.classes), dtype="float32")[e.support_label], size) for e in episodes])
    y = np.stack([_pad(e.query_label, asked, -1) for e in episodes]).astype("int32")
    return {"support": support, "labels": labels, "query": query, "mask": labels.any(-1)}, y


def _look_up(images, rows):
    if isinstance(images, np.ndarray):
        return images[rows[:, 0], rows[:, 1]]
    return np.stack([images[c][n] for c, n in rows])


def _pad(array, length, value=0):
    return np.concatenate([array, np.full((length - len(array), *array.shape[1:]), value, array.dtype)])


def to_float(images):
    """uint8 `[..., H, W]` with 255 for strokes to float32 `[..., H, W, 1]` with 1 for strokes."""
    return np.asarray(images, "float32")[..., None] / np.float32(255)


def sample_within(alphabet, way, shot, queries, rng, counts):
    """Former name of `sample(..., within=alphabet)`."""
    warn("pnzoo.data.episodes.sample_within", "sample(..., within=group)")
    return sample(counts, way, shot, queries, rng, within=alphabet)


def sample_neighbours(group, way, shot, queries, rng, counts):
    """Former name of `sample(..., within=group, several=True)`."""
    warn("pnzoo.data.episodes.sample_neighbours", "sample(..., within=group, several=True)")
    return sample(counts, way, shot, queries, rng, within=group, several=True)


__getattr__ = renamed(__name__, {"as_ink": "to_float"})
