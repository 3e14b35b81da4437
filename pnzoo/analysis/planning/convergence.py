"""Convergence of value iteration: displacement, policy and values after every iteration."""

import numpy as np

from pnzoo.analysis.planning.kernels import displacement
from pnzoo.core.deprecation import renamed
from pnzoo.worlds.gridworld import as_walls


def mean_displacement(trace):
    """The mean displacement under the best abstract action of each cell, after every iteration.

    Args:
        trace: `pnzoo.Trace`.

    Returns:
        [K+1, H, W, 2], (rows, columns), of the kernel of the action with the largest Q.

    Example:
        >>> from pnzoo import gridworld
        >>> from pnzoo.models import VIN
        >>> walls, goal = (x[0] for x in gridworld.generate(1, 8, seed=0))
        >>> mean_displacement(VIN(k=10).trace(walls, goal)).shape
        (11, 8, 8, 2)
    """
    shift = displacement(trace.transition)  # [A, 2], or [H, W, A, 2]
    if shift.ndim == 2:
        return shift[trace.greedy]
    rows, cols = np.indices(trace.reward.shape)
    return shift[rows, cols, trace.greedy]


def convergence_step(trace):
    """The iteration after which the policy of each cell no longer changes.

    Args:
        trace: `pnzoo.Trace`.

    Returns:
        int [H, W], 0 ... K.

    Example:
        >>> from pnzoo import gridworld
        >>> from pnzoo.models import VIN
        >>> walls, goal = (x[0] for x in gridworld.generate(1, 8, seed=0))
        >>> bool((convergence_step(VIN(k=10).trace(walls, goal)) <= 10).all())
        True
    """
    other = trace.policies != trace.policies[-1]
    steps = np.arange(1, len(other) + 1)[:, None, None]
    return (other * steps).max(axis=0)


def value_gap(trace, cells):
    """The value gap V_k(s) - max over `cells` of V_k, for every k.

    A policy only compares cells, so a constant added to all of them changes nothing; many trained planners add one
    in every iteration. Without it, the values converge.

    Args:
        trace: `pnzoo.Trace`.
        cells: bool [H, W], such as those from which the goal can be reached.

    Returns:
        [K+1, H, W], 0 at the best of these cells.

    Example:
        >>> from pnzoo import gridworld
        >>> from pnzoo.models import VIN
        >>> walls, goal = (x[0] for x in gridworld.generate(1, 8, seed=0))
        >>> float(value_gap(VIN(k=10).trace(walls, goal), ~walls)[:, ~walls].max())
        0.0
    """
    cells = as_walls(cells)
    best = trace.values[:, cells].max(axis=1) if cells.any() else np.zeros(len(trace.values), "float32")
    return trace.values - best[:, None, None]


def value_change(trace, cells):
    """How much the value gap changes in each iteration.

    Args:
        trace: `pnzoo.Trace`.
        cells: bool [H, W], the cells compared.

    Returns:
        (largest [K], mean [K]) size of the change over these cells.

    Example:
        >>> from pnzoo import gridworld
        >>> from pnzoo.models import VIN
        >>> walls, goal = (x[0] for x in gridworld.generate(1, 8, seed=0))
        >>> largest, mean = value_change(VIN(k=10).trace(walls, goal), ~walls)
        >>> largest.shape, bool((largest >= mean).all())
        ((10,), True)
    """
    cells = as_walls(cells)
    delta = np.abs(np.diff(value_gap(trace, cells), axis=0))[:, cells if cells.any() else ~cells]
    return delta.max(axis=1), delta.mean(axis=1)


__getattr__ = renamed(
    __name__,
    {
        "flow": "mean_displacement",
        "settled": "convergence_step",
        "behind": "value_gap",
        "changes": "value_change",
    },
)
