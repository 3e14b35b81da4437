"""The ring of wall that every map ends in, drawn or not: networks see one convention only."""

import numpy as np


def has_border(walls):
    """Whether each map's outer ring is all wall.

    Args:
        walls: bool `[B, H, W]`.

    Returns:
        bool `[B]`.

    Example:
        >>> has_border(np.ones((1, 2, 2), bool))
        array([ True])
    """
    ring = np.ones(walls.shape[1:], bool)
    ring[1:-1, 1:-1] = False
    return walls[:, ring].all(axis=1)


def pad_border(walls):
    """Draw a ring of wall around a map, where its outer ring is not all wall.

    Args:
        walls: bool `[H, W]`.

    Returns:
        A tuple (walls bool `[H + 2 margin, W + 2 margin]`, margin), the margin being 0 or 1.

    Example:
        >>> walls, margin = pad_border(np.zeros((1, 2), bool))
        >>> walls.astype(int), margin
        (array([[1, 1, 1, 1],
               [1, 0, 0, 1],
               [1, 1, 1, 1]]), 1)
    """
    if has_border(walls[None])[0]:
        return walls, 0
    return np.pad(walls, 1, constant_values=True), 1


def crop_border(array, margin):
    """Cut off again what `pad_border` has added.

    Args:
        array: `[..., H + 2 margin, W + 2 margin]`; for trailing axes move them to the front first.
        margin: 0 or 1.

    Returns:
        `[..., H, W]`.

    Example:
        >>> crop_border(np.arange(12).reshape(3, 4), 1)
        array([[5, 6]])
    """
    return array[..., margin:-margin, margin:-margin] if margin else array


def call_with_border(function, walls, goal):
    """Call `function(walls, goal)` with every map's border drawn, and cut its answer to the maps' own size.

    Args:
        function: bool `[B, H, W]`, int `[B, 2]` -> `[B, H, W, ...]`.
        walls: bool `[B, H, W]`, at least one map.
        goal: int `[B, 2]`.

    Returns:
        `[B, H, W, ...]`.

    Example:
        >>> call_with_border(lambda walls, goal: walls.cumsum(axis=2), np.zeros((1, 1, 2), bool), np.array([[0, 0]]))
        array([[[1, 1]]])
    """
    drawn = has_border(walls)
    if drawn.all():
        return function(walls, goal)
    padded = np.pad(walls[~drawn], ((0, 0), (1, 1), (1, 1)), constant_values=True)
    cropped = function(padded, goal[~drawn] + 1)[:, 1:-1, 1:-1]
    if not drawn.any():
        return cropped
    result = np.empty((len(walls), *cropped.shape[1:]), cropped.dtype)
    result[drawn], result[~drawn] = function(walls[drawn], goal[drawn]), cropped
    return result
