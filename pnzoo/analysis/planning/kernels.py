"""Learned transitions: the displacement of each abstract action, and the move that it is used for."""

from typing import NamedTuple

import numpy as np

from pnzoo.core.deprecation import renamed, renamed_method
from pnzoo.worlds.gridworld import MOVES, as_walls
from pnzoo.worlds.gridworld.neighborhoods import neighborhoods

_OFFSETS = np.stack(np.meshgrid([-1, 0, 1], [-1, 0, 1], indexing="ij"), axis=-1)  # [3, 3, 2], (row, col)


class ActionUsage(NamedTuple):
    """Which move each abstract action of a trained planner stands for, on one map.

    move:      int [A], index into `gridworld.MOVES`: the move that the policy makes most often in the cells where this
               action has the largest Q; -1 where that is nowhere
    frequency: [A], fraction of the free cells where the action has the largest Q
    agreement: [A], fraction of those cells where the policy makes that move
    probability_mass: [A], the mean weight of the action's kernels on the cell that the move leads to
    """

    move: np.ndarray
    frequency: np.ndarray
    agreement: np.ndarray
    probability_mass: np.ndarray
    share = renamed_method("share", "frequency")
    faith = renamed_method("faith", "agreement")
    mass = renamed_method("mass", "probability_mass")


def displacement(kernels):
    """The mean displacement under a kernel's weights.

    Args:
        kernels: [..., 3, 3], probabilities or unconstrained weights.

    Returns:
        [..., 2], (rows, columns). A distribution gives its expected move; other weights are divided by the sum
        of their sizes, so that it is never longer than one cell in either direction.

    Example:
        >>> import numpy as np
        >>> north = np.zeros((3, 3)); north[0, 1] = 1
        >>> displacement(north).tolist()
        [-1.0, 0.0]
    """
    kernels = np.asarray(kernels)
    size = np.abs(kernels).sum(axis=(-2, -1), keepdims=True)
    return np.einsum("...ij,ijd->...d", kernels / np.maximum(size, 1e-12), _OFFSETS)


def mean_kernels(trace, walls):
    """Each action's kernel on open ground: the mean over the free cells without a wall beside them.

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
    beside_wall = neighborhoods(walls, outside=True).any(axis=(-2, -1))
    for cells in (~beside_wall, ~walls, np.ones_like(walls)):
        if cells.any():
            return trace.transition[cells].mean(axis=0)


def weight_on_target(kernels, moves):
    """Each kernel's weight on the cell that a move leads to: [N, 3, 3] and int [N] -> [N].

    Example:
        >>> import numpy as np
        >>> weight_on_target(np.arange(9).reshape(1, 3, 3), [0]).tolist()  # north
        [1]
    """
    target = MOVES[moves] + 1
    return kernels[np.arange(len(kernels)), target[:, 0], target[:, 1]]


def action_usage(trace, walls):
    """Which move each abstract action stands for.

    Args:
        trace: `pnzoo.Trace`.
        walls: bool [H, W].

    Returns:
        `ActionUsage`.

    Example:
        >>> from pnzoo import gridworld
        >>> from pnzoo.models import VIN
        >>> walls, goal = (x[0] for x in gridworld.generate(1, 8, seed=0))
        >>> float(action_usage(VIN(k=10).trace(walls, goal), walls).frequency.sum().round(3))
        1.0
    """
    free = ~as_walls(walls)
    actions = trace.q.shape[-1]
    greedy, policy = trace.greedy[-1][free], trace.policy[free]
    counts = np.zeros((actions, len(MOVES)), int)
    np.add.at(counts, (greedy, policy), 1)
    total = counts.sum(axis=1)
    move = np.where(total > 0, counts.argmax(axis=1), -1)
    mass = weight_on_target(mean_kernels(trace, walls), move)
    return ActionUsage(move, total / max(1, free.sum()), counts.max(axis=1) / np.maximum(total, 1),
                 np.where(move >= 0, mass, 0.0))


__getattr__ = renamed(__name__, {"arrows": "displacement", "roles": "action_usage", "Roles": "ActionUsage"})
