"""Learned transitions as arrows: where each abstract action leads, and which move it stands for."""

from typing import NamedTuple

import numpy as np

from pnzoo.worlds.gridworld import MOVES, as_walls

_OFFSETS = np.stack(np.meshgrid([-1, 0, 1], [-1, 0, 1], indexing="ij"), axis=-1)  # [3, 3, 2], (row, col)


class Roles(NamedTuple):
    """What each abstract action does in a trained planner, seen on one map.

    move:   int [A], the move (index into `gridworld.MOVES`) that the policy makes most often in the cells where
            this action has the largest Q; -1 where that is nowhere
    share:  [A], the share of the free cells in which the action has the largest Q
    faith:  [A], of those cells, the share in which the policy makes that move
    mass:   [A], the mean weight that the action's kernels put on that move's cell
    """

    move: np.ndarray
    share: np.ndarray
    faith: np.ndarray
    mass: np.ndarray


def arrows(kernels):
    """Where a kernel pushes: the mean displacement under its weights.

    Args:
        kernels: [..., 3, 3], probabilities or unconstrained weights.

    Returns:
        [..., 2], (rows, columns). A distribution gives its expected move; other weights are divided by the sum
        of their sizes, so that an arrow is never longer than one cell a direction.

    Example:
        >>> import numpy as np
        >>> north = np.zeros((3, 3)); north[0, 1] = 1
        >>> arrows(north).tolist()
        [-1.0, 0.0]
    """
    kernels = np.asarray(kernels)
    size = np.abs(kernels).sum(axis=(-2, -1), keepdims=True)
    return np.einsum("...ij,ijd->...d", kernels / np.maximum(size, 1e-12), _OFFSETS)


def mean_kernels(trace, walls):
    """Each action's kernel as it is in the open: the mean over the free cells without a wall beside them.

    Args:
        trace: `pnzoo.Trace`.
        walls: bool [H, W].

    Returns:
        [A, 3, 3]. Shared kernels come back as they are. On a map without such open cells, the mean over all
        free cells.

    Example:
        >>> from pnzoo import gridworld
        >>> from pnzoo.models import VIN
        >>> walls, goal = (x[0] for x in gridworld.generate(1, 8, seed=0))
        >>> mean_kernels(VIN(k=10).trace(walls, goal), walls).shape
        (10, 3, 3)
    """
    if trace.transition.ndim == 3:
        return trace.transition
    walls = as_walls(walls)
    around = np.pad(walls, 1, constant_values=True)
    height, width = walls.shape
    crowded = np.zeros_like(walls)
    for row in range(3):
        for col in range(3):
            crowded |= around[row : row + height, col : col + width]
    where = ~crowded if (~crowded).any() else ~walls if (~walls).any() else np.ones_like(walls)
    return trace.transition[where].mean(axis=0)


def roles(trace, walls):
    """Which move each abstract action stands for.

    Args:
        trace: `pnzoo.Trace`.
        walls: bool [H, W].

    Returns:
        `Roles`.

    Example:
        >>> from pnzoo import gridworld
        >>> from pnzoo.models import VIN
        >>> walls, goal = (x[0] for x in gridworld.generate(1, 8, seed=0))
        >>> float(roles(VIN(k=10).trace(walls, goal), walls).share.sum().round(3))
        1.0
    """
    free = ~as_walls(walls)
    actions = trace.q.shape[-1]
    greedy, policy = trace.greedy[-1][free], trace.policy[free]
    counts = np.zeros((actions, len(MOVES)), int)
    np.add.at(counts, (greedy, policy), 1)
    total = counts.sum(axis=1)
    move = np.where(total > 0, counts.argmax(axis=1), -1)
    kernels = mean_kernels(trace, walls)
    target = MOVES[move] + 1
    mass = kernels[np.arange(actions), target[:, 0], target[:, 1]]
    return Roles(move, total / max(1, free.sum()), counts.max(axis=1) / np.maximum(total, 1),
                 np.where(move >= 0, mass, 0.0))
