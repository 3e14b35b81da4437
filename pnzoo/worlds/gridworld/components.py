"""Connected areas of a map, and random cells of a set."""

import numpy as np


def connected_components(walls, moves=8):
    """Number the connected free areas of every map.

    Args:
        walls: bool `[B, H, W]`.
        moves: 8, or 4 for areas that N, S, E, W moves connect.

    Returns:
        int `[B, H, W]`: 0 at walls, and from 1 on one number an area; areas of different maps have different numbers.
        Ten times as fast as the distances to a goal.

    Example:
        >>> connected_components(np.array([[[False, True], [True, False]]]), moves=4)[0]
        array([[1, 0],
               [0, 2]], dtype=int32)
    """
    from scipy.ndimage import generate_binary_structure, label

    if not walls.size:
        return np.zeros(walls.shape, np.int32)
    neighbors = np.zeros((3, 3, 3), dtype=int)  # none on the maps before and after
    neighbors[1] = generate_binary_structure(2, 2 if moves == 8 else 1)
    return label(~walls, neighbors)[0]


def largest_component(walls, moves=4):
    """Return the largest connected free area of every map.

    Args:
        walls: bool `[B, H, W]`.
        moves: 4, or 8.

    Returns:
        bool `[B, H, W]`.

    Example:
        >>> largest_component(np.array([[[False, True, False, False]]])).astype(int)
        array([[[0, 0, 1, 1]]])
    """
    if not walls.size:
        return ~walls
    component = connected_components(walls, moves)
    area = np.bincount(component.reshape(-1))
    area[0] = 0
    flat = component.reshape(len(walls), -1)
    largest = np.take_along_axis(flat, area[flat].argmax(axis=1)[:, None], axis=1)
    return (component == largest[:, :, None]) & ~walls


def connected(walls, start, goal, moves=8):
    """Whether any path leads from start to goal.

    Args:
        walls: bool `[B, H, W]`.
        start, goal: int `[B, 2]`, free cells.
        moves: 8, or 4.

    Returns:
        bool `[B]`.

    Example:
        >>> walls, ends = np.array([[[False, True], [True, False]]]), (np.array([[0, 0]]), np.array([[1, 1]]))
        >>> connected(walls, *ends), connected(walls, *ends, moves=4)
        (array([ True]), array([False]))
    """
    component, each = connected_components(walls, moves), np.arange(len(walls))
    return component[each, start[:, 0], start[:, 1]] == component[each, goal[:, 0], goal[:, 1]]


def sample_cell(mask, rng):
    """Draw one True cell of each mask, uniformly.

    Args:
        mask: bool `[B, H, W]`.
        rng: a `numpy.random.Generator`.

    Returns:
        int `[B, 2]`; (0, 0) where a mask is empty.

    Example:
        >>> sample_cell(np.array([[[False, True, False]]]), np.random.default_rng(0)).tolist()
        [[0, 1]]
    """
    if not mask.size:
        return np.zeros((len(mask), 2), dtype=int)
    order = mask.reshape(len(mask), -1).cumsum(axis=1)
    rank = (rng.random(len(mask)) * order[:, -1]).astype(int)  # 0..count-1
    index = (order > rank[:, None]).argmax(axis=1)
    return np.stack(np.divmod(index, mask.shape[2]), axis=1)
