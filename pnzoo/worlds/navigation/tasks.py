"""Maps to navigate: obstacles, a goal, and the cells from which a body can get there."""

from typing import NamedTuple

import numpy as np

from pnzoo.worlds.gridworld.components import connected_components, sample_cell
from pnzoo.worlds.gridworld.maps import generate
from pnzoo.worlds.gridworld.validation import as_cell, as_count, as_rng, as_walls

SIDE = 28  # cells, as in the paper
GOAL_RADIUS, GOAL_SPEED = 0.5, 0.5  # cells, cells a second: nearer and slower is there


class Tasks(NamedTuple):
    """Maps with a goal each.

    walls:  bool [M, H, W], True where the body cannot go
    goal:   int [M, 2], the cell (row, column) in whose middle it shall come to rest
    starts: bool [M, H, W], cells from which it can get there; the goal's own is none
    """

    walls: np.ndarray
    goal: np.ndarray
    starts: np.ndarray

    def take(self, which):
        """Some of them."""
        return Tasks(*(part[which] for part in self))


def generate_tasks(n, height=SIDE, width=None, *, seed):
    """Draw maps with obstacles of the VIN paper's distribution, walled in, and a goal on each.

    Args:
        n: how many.
        height, width: cells; as wide as high without a width. Larger maps have larger obstacles, see
            `pnzoo.gridworld.generate`.
        seed: an int, or a `numpy.random.Generator`.

    Returns:
        `Tasks`. Every goal can be reached from somewhere.

    Raises:
        ValueError: a size without room for a start and a goal.

    Example:
        >>> tasks = generate_tasks(2, 12, seed=0)
        >>> tasks.walls.shape, bool(tasks.starts.any(axis=(1, 2)).all())
        ((2, 12, 12), True)
    """
    walls, goal = generate(as_count("n", n, 0), height, width, seed=as_rng(seed))
    return Tasks(walls, goal, reaching(walls, goal))


def reaching(walls, goal):
    """Cells from which a body can get to the goal, the goal's own left out: bool [M, H, W].

    Two walls that touch at their corners let no body through.

    Args:
        walls: bool [M, H, W].
        goal: int [M, 2].
    """
    component, each = connected_components(walls, moves=4), np.arange(len(walls))
    at_goal = component[each, goal[:, 0], goal[:, 1]]
    starts = (component == at_goal[:, None, None]) & ~walls
    starts[each, goal[:, 0], goal[:, 1]] = False
    return starts


def draw_starts(tasks, bodies, seed):
    """Bodies at rest in cells that reach the goal, uniformly: float [M, bodies, 4].

    Args:
        tasks: `Tasks`.
        bodies: on each map.
        seed: an int, or a `numpy.random.Generator`.

    Example:
        >>> draw_starts(generate_tasks(2, 12, seed=0), 3, seed=0).shape
        (2, 3, 4)
    """
    from pnzoo.worlds.navigation.dynamics import at_rest

    rng = as_rng(seed)
    return at_rest(np.stack([sample_cell(tasks.starts, rng) for _ in range(bodies)], axis=1))


def as_task(walls, goal, start=None):
    """One map of one's own, checked.

    Args:
        walls: [H, W], 0 free and 1 wall.
        goal: int (row, column), a free cell.
        start: float (row, column), anywhere in a free cell from which the goal can be reached, or None.

    Returns:
        `Tasks` of one map.

    Raises:
        ValueError: no map, a goal in a wall or walled in, a start in a wall, or one from which no way leads there.

    Example:
        >>> as_task([[0, 0], [1, 0]], (1, 1)).starts.astype(int).tolist()
        [[[1, 1], [0, 0]]]
    """
    walls = as_walls(walls)
    goal = np.array(as_cell("goal", goal, walls, free=True))
    starts = reaching(walls[None], goal[None])
    if not starts.any():
        raise ValueError(f"no cell reaches the goal {tuple(goal.tolist())}: walls are all around it; choose another")
    if start is not None:
        _check_start(start, walls, goal, starts[0])
    return Tasks(walls[None], goal[None], starts)


def _check_start(start, walls, goal, starts):
    at = np.asarray(start, float)
    if at.shape != (2,) or not np.isfinite(at).all():
        raise ValueError(f"a start is two finite numbers, row and column in cells, received {start!r}")
    cell = np.floor(at).astype(int)
    if (cell < 0).any() or (cell >= walls.shape).any():
        raise ValueError(f"the start {tuple(at.tolist())} lies outside of the map of {walls.shape[0]}x{walls.shape[1]}")
    if walls[tuple(cell)]:
        raise ValueError(
            f"the start {tuple(at.tolist())} lies in the wall of cell {tuple(cell.tolist())}; choose another"
        )
    if not starts[tuple(cell)] and not (cell == goal).all():
        raise ValueError(
            f"no way leads from the start {tuple(at.tolist())} to the goal {tuple(goal.tolist())}; bodies do not pass "
            "between two walls that touch at their corners. Choose another, or take walls away"
        )
