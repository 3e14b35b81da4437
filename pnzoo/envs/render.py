"""A world as text and as a picture, without a window."""

import numpy as np

CELL = 16  # pixels
WALL, FREE, LINE = (40, 44, 52), (245, 245, 240), (225, 225, 218)
GOAL, AGENT = (0, 158, 115), (0, 90, 181)  # told apart by shape too: a diamond and a disc


def text(walls, goal, position):
    """`#` wall, `.` free, `G` goal, `@` agent: bool [H, W] and two cells -> lines.

    Example:
        >>> print(text(np.array([[False, False, True]]), (0, 1), (0, 0)))
        @G#
    """
    marks = np.where(walls, "#", ".")
    marks[tuple(goal)] = "G"
    marks[tuple(position)] = "@"
    return "\n".join("".join(row) for row in marks)


def picture(walls, goal, position, cell=CELL):
    """The same in colour: uint8 [H cell, W cell, 3]."""
    colours = np.where(np.asarray(walls)[..., None], WALL, FREE).astype(np.uint8)
    image = colours.repeat(cell, axis=0).repeat(cell, axis=1)
    image[::cell] = np.minimum(image[::cell], LINE)
    image[:, ::cell] = np.minimum(image[:, ::cell], LINE)
    away = np.abs(np.arange(cell) - (cell - 1) / 2)
    diamond = away[:, None] + away <= 0.45 * cell
    disc = np.hypot(away[:, None], away) <= 0.32 * cell
    for (row, col), shape, colour in ((goal, diamond, GOAL), (position, disc, AGENT)):
        image[row * cell : (row + 1) * cell, col * cell : (col + 1) * cell][shape] = colour
    return image
