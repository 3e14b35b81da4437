"""Which support images are left out together, to be judged by the others."""

import numpy as np


def groups(label, chosen, most):
    """Places of images that are left out at once: of different classes, so that each class loses one at most.

    Args:
        label: int `[S]`.
        chosen: places of the images that may be left out; `most` of them are, in a random order that is always the
            same.
        most: images that are left out, and about as many groups: for a larger support several at once.

    Yields:
        int arrays.

    Example:
        >>> [group.tolist() for group in groups(np.array([0, 0, 1, 1]), np.arange(4), 2)]
        [[0, 2]]
    """
    size = max(1, len(label) // most)
    chosen = np.random.default_rng(0).permutation(chosen)[:most]
    for start in range(0, len(chosen), size):
        group = chosen[start : start + size]
        yield group[np.unique(label[group], return_index=True)[1]]
