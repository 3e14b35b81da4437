"""A point mass on a map: a force moves it, friction slows it down, walls stop it.

Units: a cell's side is the unit of length, time is in seconds, the mass is 1. The position (row, column) of the centre
of cell (i, j) is (i + 1/2, j + 1/2). With the action u in [-1, 1]^2, one step of dt seconds is

    v <- (1 - dt friction) v + dt max_force u        p <- p + dt v

and it moves first along the rows, then along the columns; where a wall is in the way the body comes to rest against it
in that direction, and goes on in the other.
"""

from typing import NamedTuple

import numpy as np

GAP = 1e-3  # cells between a wall and a body at rest against it, so that rounding never puts it inside


class Dynamics(NamedTuple):
    """What moves the body.

    dt:         seconds of a step
    max_force:  of an action of 1 along one axis, in cells a second squared
    friction:   share of the speed lost in a second; the body goes at most max_force / friction cells a second
    """

    dt: float = 0.2
    max_force: float = 4.0
    friction: float = 1.0

    @property
    def max_speed(self):
        """Along one axis, in cells a second: what a force of 1 comes to in the end."""
        return self.max_force / self.friction

    def matrices(self):
        """A [2, 2] and B [2, 1] of one axis without walls: (p, v)' = A (p, v) + B u."""
        kept = 1.0 - self.dt * self.friction
        a = np.array([[1.0, self.dt * kept], [0.0, kept]])
        return a, np.array([[self.dt**2 * self.max_force], [self.dt * self.max_force]])


DYNAMICS = Dynamics()


def step(walls, state, force, dynamics=DYNAMICS):
    """Move bodies by one step.

    Args:
        walls: bool [M, H, W]; beyond the map all is wall.
        state: float [M, N, 4], N bodies on each map: row, column, and the velocity along both, in cells a second.
        force: float [M, N, 2], clipped to [-1, 1].
        dynamics: `Dynamics`.

    Returns:
        A tuple (state float [M, N, 4], collision bool [M, N]): where they are, and whether a wall stopped them.

    Example:
        >>> walls = np.array([[[False, False, True]]])
        >>> state, collision = step(walls, np.array([[[0.5, 1.9, 0.0, 1.0]]]), np.zeros((1, 1, 2)))
        >>> state.round(2).tolist(), bool(collision[0, 0])
        ([[[0.5, 2.0, 0.0, 0.0]]], True)
    """
    state, force = np.array(state, float), np.clip(np.asarray(force, float), -1.0, 1.0)
    position, velocity = state[..., :2], state[..., 2:]
    velocity *= 1.0 - dynamics.dt * dynamics.friction
    velocity += dynamics.dt * dynamics.max_force * force
    collision = np.zeros(state.shape[:2], bool)
    for axis in (0, 1):
        there = position.copy()
        there[..., axis] += dynamics.dt * velocity[..., axis]
        stopped = is_wall(walls, there)
        cell = np.floor(position[..., axis])
        ahead = velocity[..., axis] > 0
        at_wall = np.where(ahead, cell + 1.0 - GAP, cell + GAP)
        position[..., axis] = np.where(stopped, at_wall, there[..., axis])
        velocity[..., axis] = np.where(stopped, 0.0, velocity[..., axis])
        collision |= stopped
    return state, collision


def is_wall(walls, position):
    """Whether there is wall at positions [M, ..., 2] on maps [M, H, W]: bool [M, ...]; beyond the map there is.

    Example:
        >>> is_wall(np.array([[[False, True]]]), np.array([[[0.5, 0.5], [0.5, 1.5], [0.5, 2.5]]])).tolist()
        [[False, True, True]]
    """
    height, width = walls.shape[1:]
    cell = np.floor(position).astype(int)
    inside = (cell >= 0).all(axis=-1) & (cell[..., 0] < height) & (cell[..., 1] < width)
    row, column = np.clip(cell[..., 0], 0, height - 1), np.clip(cell[..., 1], 0, width - 1)
    each = np.arange(len(walls)).reshape(-1, *(1,) * (cell.ndim - 2))
    return walls[each, row, column] | ~inside


def at_rest(cells):
    """Bodies at rest in the middle of cells: int [..., 2] -> float [..., 4].

    Example:
        >>> at_rest([[0, 3]]).tolist()
        [[0.5, 3.5, 0.0, 0.0]]
    """
    cells = np.asarray(cells)
    return np.concatenate([cells + 0.5, np.zeros(cells.shape)], axis=-1)
