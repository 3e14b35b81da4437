"""Worlds as text and as pictures, without a window."""

import numpy as np

from pnzoo.worlds import gridworld

CELL = 16  # pixels
WALL, FREE, LINE = (40, 44, 52), (245, 245, 240), (225, 225, 218)
GOAL, AGENT = (0, 158, 115), (0, 90, 181)  # told apart by shape too: a diamond and a disc


def text(walls, goal, position):
    """A world as `gridworld.parse` reads it: `#` wall, `.` free, `G` goal, `S` the agent, `+` it on the goal.

    Example:
        >>> print(text(np.array([[False, False, True]]), (0, 1), (0, 0)))
        SG#
    """
    return gridworld.render(walls, start=position, goal=goal)


def picture(walls, goal, position, cell=CELL):
    """The same in colour: uint8 [H cell, W cell, 3]."""
    image = pictures(np.asarray(walls)[None], np.asarray(goal)[None], cell)
    add_agents(image, np.asarray(position)[None], cell)
    return image[0]


def pictures(walls, goal, cell=CELL):
    """Pictures of maps and goals, without agents: bool [N, H, W], int [N, 2] -> uint8 [N, H cell, W cell, 3]."""
    image = np.where(walls[..., None], WALL, FREE).astype(np.uint8).repeat(cell, axis=1).repeat(cell, axis=2)
    image[:, ::cell] = np.minimum(image[:, ::cell], LINE)
    image[:, :, ::cell] = np.minimum(image[:, :, ::cell], LINE)
    away = _from_center(cell)
    _stamp(image, goal, away[:, None] + away <= 0.45 * cell, GOAL)
    return image


def add_agents(image, position, cell=CELL):
    """Draw an agent into each picture."""
    away = _from_center(cell)
    _stamp(image, position, np.hypot(away[:, None], away) <= 0.32 * cell, AGENT)


def body_picture(walls, goal, state, cell=CELL):
    """A body that moves continuously: the map, the goal, a disc where the body is and a line along its velocity.

    Args:
        walls: bool [H, W].
        goal: int [2].
        state: float [4], row, column, and the velocity in cells a second, of which the line shows half a second.
        cell: pixels of a cell's side.

    Returns:
        uint8 [H cell, W cell, 3].
    """
    image = pictures(np.asarray(walls)[None], np.asarray(goal)[None], cell)[0]
    rows, columns = np.ogrid[: image.shape[0], : image.shape[1]]
    center = np.asarray(state[:2]) * cell - 0.5
    image[np.hypot(rows - center[0], columns - center[1]) <= 0.32 * cell] = AGENT
    tip = np.linspace(center, center + 0.5 * cell * np.asarray(state[2:]), 4 * cell).round().astype(int)
    tip = tip[((tip >= 0) & (tip < image.shape[:2])).all(axis=1)]
    image[tip[:, 0], tip[:, 1]] = AGENT
    return image


def _from_center(cell):
    return np.abs(np.arange(cell) - (cell - 1) / 2)


def _stamp(image, at, shape, color):
    rows, columns = np.nonzero(shape)
    cell = len(shape)
    image[np.arange(len(image))[:, None], at[:, :1] * cell + rows, at[:, 1:] * cell + columns] = color
