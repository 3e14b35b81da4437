"""The 3x3 cells around every cell of a map, and the 5,120 patches that they can be.

Nine cells are wall or not, and the goal is on one of them or on none: 512 x 10. A network whose R and P look no farther
can be asked about each patch once, however many cells a batch of maps has.
"""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from pnzoo.core.deprecation import renamed

WALLS = 512  # patches of walls; bit 3 i + j is the neighbour in row i, column j
COUNT = WALLS * 10


def neighborhoods(cells, outside):
    """The 3x3 cells around every cell.

    Args:
        cells: `[..., H, W]`.
        outside: what lies beyond the map.

    Returns:
        `[..., H, W, 3, 3]`, read only.

    Example:
        >>> neighborhoods(np.array([[1, 2]]), outside=0)[0, 0]
        array([[0, 0, 0],
               [0, 1, 2],
               [0, 0, 0]])
    """
    margin = [(0, 0)] * (cells.ndim - 2) + [(1, 1), (1, 1)]
    return sliding_window_view(np.pad(cells, margin, constant_values=outside), (3, 3), axis=(-2, -1))


def wall_patterns(padded):
    """The walls around every cell of maps with a ring around them: bool [B, H + 2, W + 2] -> uint16 [B, H, W].

    Example:
        >>> wall_patterns(np.pad([[[False]]], ((0, 0), (1, 1), (1, 1)), constant_values=True)).tolist()
        [[[495]]]
    """
    bits = padded.view(np.uint8)
    row = (bits[:, :, :-2] | bits[:, :, 1:-1] << 1 | bits[:, :, 2:] << 2).astype(np.uint16)
    return row[:, :-2] | row[:, 1:-1] << 3 | row[:, 2:] << 6


def patch_index(walls, goal):
    """The patch that every cell sees; beyond the map there is neither wall nor goal.

    Args:
        walls: bool [B, H, W].
        goal: int [B, 2].

    Returns:
        int32 [B, H, W], from 0 to 5,119: the bits of the walls, plus 512 (1 + the goal's place in the neighbourhood).

    Example:
        >>> walls = np.zeros((1, 4, 4), bool)
        >>> walls[0, 0, 0] = True
        >>> int(patch_index(walls, np.array([[3, 3]]))[0, 1, 1])  # the wall is the first of the nine
        1
    """
    walls, goal = np.asarray(walls, bool), np.asarray(goal)
    index = wall_patterns(np.pad(walls, ((0, 0), (1, 1), (1, 1)))).astype(np.int32)
    # The cells that see the goal in each of the nine places lie opposite to it.
    sees = goal[:, None] + 1 - np.array(list(np.ndindex(3, 3)))  # [B, 9, 2]
    each, place = np.nonzero(((sees >= 0) & (sees < walls.shape[1:])).all(axis=-1))
    rows, columns = sees[each, place].T
    index[each, rows, columns] += (WALLS * (1 + place)).astype(np.int32)
    return index


def local_patches():
    """All patches as images: float32 [5120, 3, 3, 2], 1 at walls and 1 at the goal.

    Example:
        >>> local_patches()[512 + 1, 0, 0]  # patch 1, and the goal in the first place
        array([1., 1.], dtype=float32)
    """
    images = np.zeros((COUNT, 9, 2), "float32")
    images[..., 0] = (np.arange(COUNT) % WALLS)[:, None] >> np.arange(9) & 1
    for place in range(9):
        images[WALLS * (1 + place) : WALLS * (2 + place), place, 1] = 1.0
    return images.reshape(COUNT, 3, 3, 2)


__getattr__ = renamed(__name__, {"pattern_of": "patch_index", "neighbourhoods": "local_patches"})
