"""Does a trained planner hold the true model? Its R, P and V beside the reward, the moves and the distances."""

from typing import NamedTuple

import numpy as np

from pnzoo.analysis.planning.kernels import mean_kernels
from pnzoo.worlds import gridworld
from pnzoo.worlds.gridworld import MOVES

GOAL, WALL, STEP = 1.0, -1.0, -0.01  # the paper's reward for entering a cell


class RewardAgreement(NamedTuple):
    """R beside the true reward of entering a cell: +1 the goal, -1 a wall, -0.01 free.

    correlation: Pearson's, over the free cells and the walls beside one
    goal, free, wall: mean R of each kind of cell
    goal_first: share of the free cells with less R than the goal
    wall_last:  share of the pairs (wall, free cell) in which the wall has less R; ties count half
    """

    correlation: float
    goal: float
    free: float
    wall: float
    goal_first: float
    wall_last: float


def reward_agreement(reward, walls, goal):
    """Compare a learned reward with the true one.

    Args:
        reward: [H, W], such as `trace.reward`.
        walls: bool [H, W].
        goal: (row, col).

    Returns:
        `RewardAgreement`.

    Example:
        >>> import numpy as np
        >>> walls = np.array([[0, 1, 0], [0, 0, 0]], bool)
        >>> found = reward_agreement(np.array([[0., -1., 0.], [0., 0., 1.]]), walls, (1, 2))
        >>> round(found.correlation, 2), found.goal_first, found.wall_last
        (1.0, 1.0, 1.0)
    """
    reward, walls = np.asarray(reward, float), gridworld.as_walls(walls)
    goal = gridworld.as_cell("goal", goal, walls, free=True)
    if reward.shape != walls.shape:
        raise ValueError(f"reward gives one number a cell, shape {walls.shape}; got {reward.shape}.")
    free = ~walls
    free[goal] = False
    beside = walls & _dilated(~walls)
    true = np.where(walls, WALL, STEP)
    true[goal] = GOAL
    seen = ~walls | beside
    of_free, of_wall, of_goal = reward[free], reward[beside], float(reward[goal])
    less = (of_wall[:, None] < of_free) + 0.5 * (of_wall[:, None] == of_free)
    return RewardAgreement(
        _pearson(reward[seen], true[seen]),
        of_goal,
        float(of_free.mean()) if of_free.size else 0.0,
        float(of_wall.mean()) if of_wall.size else 0.0,
        float((of_free < of_goal).mean()) if of_free.size else 1.0,
        float(less.mean()) if less.size else 1.0,
    )


class TransitionAgreement(NamedTuple):
    """P beside the eight true moves, in the order of `gridworld.MOVES`.

    action:  int [8], the abstract action matched with each move, each action at most once
    mass:    [8], the share of its kernel's positive weight on that move's cell
    entropy: [8], of that kernel's positive weight, in bits; 0 for a pure move, 3.17 for a uniform one
    """

    action: np.ndarray
    mass: np.ndarray
    entropy: np.ndarray


def transition_agreement(kernels):
    """Match learned kernels with the true moves, so that as much weight as possible lies on the right cells.

    Args:
        kernels: [A, 3, 3] with A >= 8, such as `mean_kernels(trace, walls)`. Of unconstrained kernels the positive
            weights count.

    Returns:
        `TransitionAgreement`.

    Raises:
        ValueError: fewer than eight kernels, or not 3x3.

    Example:
        >>> import numpy as np
        >>> kernels = np.zeros((9, 3, 3))
        >>> kernels[:8, 1, 1] = 1; kernels[8, 0, 1] = 1               # one moves north, eight stay
        >>> found = transition_agreement(kernels)
        >>> int(found.action[0]), float(found.mass[0]), float(found.mass[1])
        (8, 1.0, 0.0)
    """
    from scipy.optimize import linear_sum_assignment

    kernels = np.asarray(kernels, float)
    if kernels.ndim != 3 or len(kernels) < len(MOVES) or kernels.shape[1:] != (3, 3):
        raise ValueError(f"kernels are [A, 3, 3] with A >= 8, one for each move at least; got {kernels.shape}.")
    share = _positive(kernels)
    of_move = share[:, MOVES[:, 0] + 1, MOVES[:, 1] + 1]  # [A, 8]
    action, move = linear_sum_assignment(-of_move)
    action = action[np.argsort(move)]
    return TransitionAgreement(action, of_move[action, np.arange(len(MOVES))], entropy(share)[action])


class ChosenMoves(NamedTuple):
    """What a planner believes of the action that it takes, over the free cells.

    right: [N], weight of the action with the largest Q on the cell that the policy really enters
    walls: [N], its weight on cells of wall
    """

    right: np.ndarray
    walls: np.ndarray


def chosen_moves(trace, walls):
    """The kernel of the best action in every free cell: does it lead where the policy goes?

    Args:
        trace: `pnzoo.Trace`.
        walls: bool [H, W].

    Returns:
        `ChosenMoves`.

    Example:
        >>> from pnzoo import gridworld
        >>> from pnzoo.models import VIN
        >>> walls, goal = (x[0] for x in gridworld.generate(1, 8, seed=0))
        >>> found = chosen_moves(VIN(k=10).trace(walls, goal), walls)
        >>> bool((found.right + found.walls <= 2).all())
        True
    """
    walls = gridworld.as_walls(walls)
    rows, cols = np.nonzero(~walls)
    best = trace.greedy[-1][rows, cols]
    shared = trace.transition.ndim == 3
    kernels = _positive(trace.transition[best] if shared else trace.transition[rows, cols, best])  # [N, 3, 3]
    move = MOVES[trace.policy[rows, cols]] + 1
    around = np.pad(walls, 1, constant_values=True)
    block = np.stack([[around[rows + i, cols + j] for j in range(3)] for i in range(3)])  # [3, 3, N]
    return ChosenMoves(kernels[np.arange(len(rows)), move[:, 0], move[:, 1]],
                       (kernels * block.transpose(2, 0, 1)).sum(axis=(1, 2)))


def value_agreement(values, walls, goal):
    """Spearman's rank correlation of V with minus the true distance, after every step.

    Args:
        values: [K+1, H, W], such as `trace.values`.
        walls: bool [H, W].
        goal: (row, col).

    Returns:
        float [K+1], over the cells from which the goal can be reached, without the goal; NaN where V is the same
        everywhere, as V_0 is.

    Example:
        >>> import numpy as np
        >>> from pnzoo import gridworld
        >>> walls, goal = (x[0] for x in gridworld.generate(1, 8, seed=0))
        >>> best = np.where(walls, 0, -gridworld.distances(walls, goal))
        >>> float(value_agreement(best[None], walls, goal)[0])
        1.0
    """
    from scipy.stats import rankdata

    walls = gridworld.as_walls(walls)
    dist = gridworld.distances(walls, goal)
    cells = np.isfinite(dist) & (dist > 0)
    true = rankdata(-dist[cells])
    return np.array([_pearson(rankdata(np.round(value[cells], 5)), true) for value in np.asarray(values, float)])


def entropy(share):
    """Bits of distributions [..., 3, 3] -> [...]."""
    return -(share * np.log2(np.maximum(share, 1e-12))).sum(axis=(-2, -1))


def matched_kernels(trace, walls):
    """`transition_agreement` of the kernels that a trace has in the open."""
    return transition_agreement(mean_kernels(trace, walls))


def _positive(kernels):
    weight = np.maximum(kernels, 0)
    return weight / np.maximum(weight.sum(axis=(-2, -1), keepdims=True), 1e-12)


def _dilated(cells):
    height, width = cells.shape
    around = np.pad(cells, 1)
    return np.any([around[i : i + height, j : j + width] for i in range(3) for j in range(3)], axis=0)


def _pearson(a, b):
    a, b = a - a.mean() if len(a) else a, b - b.mean() if len(b) else b
    size = np.sqrt((a @ a) * (b @ b))
    return float(np.clip(a @ b / size, -1, 1)) if size > 0 else float("nan")
