"""What a cell sees of a map in its 3x3 neighbourhood: one of 5,120 patterns.

Nine cells are wall or not, and the goal is on one of them or on none: 512 x 10. A network whose R and P look no farther
can be asked about each pattern once, however many cells a batch of maps has.
"""

import numpy as np

WALLS = 512  # patterns of walls; bit 3 i + j is the neighbour in row i, column j
COUNT = WALLS * 10


def pattern_of(walls, goal):
    """The pattern that every cell sees; beyond the map there is neither wall nor goal.

    Args:
        walls: bool [B, H, W].
        goal: int [B, 2].

    Returns:
        int32 [B, H, W], from 0 to 5,119: the bits of the walls, plus 512 (1 + the goal's place in the neighbourhood).

    Example:
        >>> walls = np.zeros((1, 4, 4), bool)
        >>> walls[0, 0, 0] = True
        >>> int(pattern_of(walls, np.array([[3, 3]]))[0, 1, 1])  # the wall is the first of the nine
        1
    """
    walls, goal = np.asarray(walls, bool), np.asarray(goal)
    _, height, width = walls.shape
    padded = np.pad(walls, ((0, 0), (1, 1), (1, 1))).astype(np.int32)
    pattern = np.zeros(walls.shape, np.int32)
    which = np.arange(len(walls))
    for j, (row, column) in enumerate(np.ndindex(3, 3)):
        pattern += padded[:, row : row + height, column : column + width] << j
        # The cells that see the goal in this place lie opposite to it.
        sees = goal - (row - 1, column - 1)
        there = ((sees >= 0) & (sees < (height, width))).all(axis=1)
        pattern[which[there], sees[there, 0], sees[there, 1]] += WALLS * (1 + j)
    return pattern


def neighbourhoods():
    """All patterns as images: float32 [5120, 3, 3, 2], 1 at walls and 1 at the goal.

    Example:
        >>> neighbourhoods()[512 + 1, 0, 0]  # pattern 1, and the goal in the first place
        array([1., 1.], dtype=float32)
    """
    images = np.zeros((COUNT, 9, 2), "float32")
    images[..., 0] = (np.arange(COUNT) % WALLS)[:, None] >> np.arange(9) & 1
    for place in range(9):
        images[WALLS * (1 + place) : WALLS * (2 + place), place, 1] = 1.0
    return images.reshape(COUNT, 3, 3, 2)
