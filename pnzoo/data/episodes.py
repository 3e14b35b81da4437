"""Episodes: few-shot tasks drawn from labelled images, with nothing but NumPy.

An episode is one small classification task: `way` classes, a support set with `shot` labelled images of each, and
query images of the same classes to tell apart. Two rules that public versions were seen to break hold here: a query
is never one of the support images, and a turned character is a class by itself (see `omniglot.with_rotations`),
never a drawing turned at random inside its class.
"""

from typing import NamedTuple

import numpy as np


class Episode(NamedTuple):
    """Which drawings make up one episode, as indices; images or codes are looked up with them.

    Attributes:
        classes: int `[W]`, the classes taking part; label w means `classes[w]`.
        support: int `[S, 2]`, rows (class, drawing).
        support_label: int `[S]`, 0 .. W-1.
        query: int `[Q, 2]`, rows (class, drawing).
        query_label: int `[Q]`, 0 .. W-1.
    """

    classes: np.ndarray
    support: np.ndarray
    support_label: np.ndarray
    query: np.ndarray
    query_label: np.ndarray


def sample(counts, way, shot, queries, rng, *, among=None):
    """Draw one episode.

    Args:
        counts: int `[C]`, how many drawings each class has.
        way: classes in the episode.
        shot: support images a class: a number, a pair `(low, high)` to draw one number for each class, or a list
            of `way` numbers.
        queries: query images a class, given like `shot`.
        rng: a `numpy.random.Generator`.
        among: class indices to choose from; all of them by default.

    Returns:
        `Episode`. Support and query are shuffled, so that no order gives labels away.

    Raises:
        ValueError: if there are too few classes, or too few drawings in the classes drawn.

    Example:
        >>> rng = np.random.default_rng(0)
        >>> episode = sample([20] * 100, way=5, shot=1, queries=3, rng=rng)
        >>> episode.support.shape, episode.query.shape
        ((5, 2), (15, 2))

    Reference: Vinyals et al. 2016, section 2.2.
    """
    counts = np.asarray(counts)
    pool = np.arange(len(counts)) if among is None else np.asarray(among)
    if not 1 <= way <= len(pool):
        raise ValueError(f"way={way} needs as many classes; there are {len(pool)}. Ask for way <= {len(pool)}.")
    classes = rng.choice(pool, way, replace=False)
    shots, asked = _numbers("shot", shot, way, rng), _numbers("queries", queries, way, rng)
    short = counts[classes] < shots + asked
    if short.any():
        w = int(np.argmax(short))
        raise ValueError(
            f"class {classes[w]} has {counts[classes[w]]} drawings, but shot={shots[w]} and queries={asked[w]} need "
            f"{shots[w] + asked[w]} different ones. Ask for fewer shots or queries."
        )
    drawn = [rng.permutation(counts[c])[: s + q] for c, s, q in zip(classes, shots, asked, strict=True)]
    support = [d[:s] for d, s in zip(drawn, shots, strict=True)]
    query = [d[s:] for d, s in zip(drawn, shots, strict=True)]
    return Episode(classes, *_labelled(classes, support, rng), *_labelled(classes, query, rng))


def _numbers(name, asked, way, rng):
    """int [way] from a number, a (low, high) pair or a list."""
    array, pair = np.asarray(asked), isinstance(asked, tuple) and len(asked) == 2 and asked[0] <= asked[1]
    if not (array.ndim == 0 or pair or (array.shape == (way,) and not isinstance(asked, tuple))):
        raise ValueError(
            f"{name}={asked!r} is not understood: give a number, a tuple (low, high), or a list of way={way} numbers."
        )
    if array.min() < 1:
        raise ValueError(f"{name}={asked!r} asks for fewer than one image of a class. Ask for at least 1.")
    if array.ndim == 0:
        return np.full(way, int(asked))
    return rng.integers(asked[0], asked[1] + 1, way) if pair else array.astype(int)


def _labelled(classes, drawings, rng):
    """Flatten a list of drawing numbers per class to shuffled rows (class, drawing) and labels."""
    label = np.repeat(np.arange(len(classes)), [len(d) for d in drawings])
    rows = np.stack([classes[label], np.concatenate(drawings)], axis=1)
    order = rng.permutation(len(label))
    return rows[order], label[order]


def sample_within(alphabet, way, shot, queries, rng, counts):
    """Draw one episode whose classes all come from one alphabet, as in Lake's one-shot task.

    The alphabet is drawn uniformly among those with at least `way` characters.

    Args:
        alphabet: int `[C]`, which alphabet each class belongs to (`Characters.alphabet`).
        way, shot, queries, rng, counts: as in `sample`.

    Returns:
        `Episode`.

    Raises:
        ValueError: if no alphabet has `way` characters.

    Reference: Lake et al. 2015. Their 20 runs also fix who drew what, which TFDS does not record; this samples
    drawings of any people.
    """
    alphabet = np.asarray(alphabet)
    names, sizes = np.unique(alphabet, return_counts=True)
    wide = names[sizes >= way]
    if not len(wide):
        raise ValueError(f"way={way} within one alphabet: the largest has {sizes.max()} characters. Ask for fewer.")
    return sample(counts, way, shot, queries, rng, among=np.flatnonzero(alphabet == rng.choice(wide)))


def sample_neighbours(group, way, shot, queries, rng, counts):
    """Draw one episode from whole groups of classes, so that classes which are alike meet.

    Groups (alphabets, say) are taken in random order until they hold `way` classes; the last one may give a part.

    Args:
        group: int `[C]`, which group each class belongs to.
        way, shot, queries, rng, counts: as in `sample`.

    Returns:
        `Episode`.

    Raises:
        ValueError: if there are fewer than `way` classes.

    Example:
        >>> rng = np.random.default_rng(0)
        >>> group = np.repeat(np.arange(10), 6)                              # 10 groups of 6 classes
        >>> len(set(group[sample_neighbours(group, 12, 1, 1, rng, [20] * 60).classes]))
        2
    """
    group, taken = np.asarray(group), []
    for name in rng.permutation(np.unique(group)):
        if len(taken) >= way:
            break
        taken = np.r_[taken, rng.permutation(np.flatnonzero(group == name))[: way - len(taken)]].astype(int)
    return sample(counts, way, shot, queries, rng, among=taken)


def batch(images, episodes, support_size=None):
    """Look up images (or codes) and stack episodes into the arrays that the models take.

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


def as_ink(images):
    """uint8 `[..., H, W]` with 255 for ink to float32 `[..., H, W, 1]` with 1 for ink."""
    return np.asarray(images, "float32")[..., None] / np.float32(255)
