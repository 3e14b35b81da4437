"""How planning unfolds over the steps: where its arrows point, when they settle, how much V still changes."""

import numpy as np

from pnzoo.analysis.planning.kernels import arrows
from pnzoo.worlds.gridworld import as_walls


def flow(trace):
    """Where the best abstract action of each cell pushes, after every step.

    Args:
        trace: `pnzoo.Trace`.

    Returns:
        [K+1, H, W, 2], the mean displacement (rows, columns) under the kernel of the action with the largest Q.

    Example:
        >>> from pnzoo import gridworld
        >>> from pnzoo.models import VIN
        >>> walls, goal = (x[0] for x in gridworld.generate(1, 8, seed=0))
        >>> flow(VIN(k=10).trace(walls, goal)).shape
        (11, 8, 8, 2)
    """
    push = arrows(trace.transition)  # [A, 2], or [H, W, A, 2]
    if push.ndim == 2:
        return push[trace.greedy]
    rows, cols = np.indices(trace.reward.shape)
    return push[rows, cols, trace.greedy]


def settled(trace):
    """When the arrow of each cell became what it is in the end.

    Args:
        trace: `pnzoo.Trace`.

    Returns:
        int [H, W], the first step from which the policy of the cell no longer changes, 0 ... K.

    Example:
        >>> from pnzoo import gridworld
        >>> from pnzoo.models import VIN
        >>> walls, goal = (x[0] for x in gridworld.generate(1, 8, seed=0))
        >>> bool((settled(VIN(k=10).trace(walls, goal)) <= 10).all())
        True
    """
    other = trace.policies != trace.policies[-1]
    steps = np.arange(1, len(other) + 1)[:, None, None]
    return (other * steps).max(axis=0)


def behind(trace, cells):
    """V of every step, as the distance behind the best of some cells.

    A policy only compares cells, so a constant added to all of them changes nothing; many trained planners add one
    at every step. Without it, what is left settles.

    Args:
        trace: `pnzoo.Trace`.
        cells: bool [H, W], such as those from which the goal can be reached.

    Returns:
        [K+1, H, W], 0 at the best of these cells.

    Example:
        >>> from pnzoo import gridworld
        >>> from pnzoo.models import VIN
        >>> walls, goal = (x[0] for x in gridworld.generate(1, 8, seed=0))
        >>> float(behind(VIN(k=10).trace(walls, goal), ~walls)[:, ~walls].max())
        0.0
    """
    cells = as_walls(cells)
    best = trace.values[:, cells].max(axis=1) if cells.any() else np.zeros(len(trace.values), "float32")
    return trace.values - best[:, None, None]


def changes(trace, cells):
    """How much V, as the distance behind its best cell, changes at each step.

    Args:
        trace: `pnzoo.Trace`.
        cells: bool [H, W], the cells looked at.

    Returns:
        (largest [K], mean [K]) size of the change over these cells.

    Example:
        >>> from pnzoo import gridworld
        >>> from pnzoo.models import VIN
        >>> walls, goal = (x[0] for x in gridworld.generate(1, 8, seed=0))
        >>> largest, mean = changes(VIN(k=10).trace(walls, goal), ~walls)
        >>> largest.shape, bool((largest >= mean).all())
        ((10,), True)
    """
    cells = as_walls(cells)
    delta = np.abs(np.diff(behind(trace, cells), axis=0))[:, cells if cells.any() else ~cells]
    return delta.max(axis=1), delta.mean(axis=1)
