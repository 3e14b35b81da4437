"""A trained planner's R, P and V beside the true reward, moves and distances."""

from typing import NamedTuple

import numpy as np

from pnzoo.analysis.planning.kernels import mean_kernels, weight_on_target
from pnzoo.core.deprecation import renamed_method
from pnzoo.worlds import gridworld
from pnzoo.worlds.gridworld import MOVES
from pnzoo.worlds.gridworld.neighborhoods import neighborhoods

GOAL, WALL, STEP = 1.0, -1.0, -0.01  # the paper's reward for entering a cell


class RewardAgreement(NamedTuple):
    """R beside the true reward of entering a cell: +1 the goal, -1 a wall, -0.01 free.

    correlation: Pearson's, over the free cells and the walls beside one
    goal, free, wall: mean R of each kind of cell
    goal_first: fraction of the free cells with less R than the goal
    wall_last:  fraction of the pairs (wall, free cell) in which the wall has less R; ties count half
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
        >>> report = reward_agreement(np.array([[0., -1., 0.], [0., 0., 1.]]), walls, (1, 2))
        >>> round(report.correlation, 2), report.goal_first, report.wall_last
        (1.0, 1.0, 1.0)
    """
    from scipy.stats import pearsonr

    reward, walls = np.asarray(reward, float), gridworld.as_walls(walls)
    goal = gridworld.as_cell("goal", goal, walls, free=True)
    if reward.shape != walls.shape:
        raise ValueError(f"reward gives one number a cell, shape {walls.shape}; got {reward.shape}.")
    free = ~walls
    free[goal] = False
    beside = walls & neighborhoods(~walls, outside=False).any(axis=(-2, -1))
    true = np.where(walls, WALL, STEP)
    true[goal] = GOAL
    seen = ~walls | beside
    of_free, of_wall, of_goal = reward[free], reward[beside], float(reward[goal])
    less = (of_wall[:, None] < of_free) + 0.5 * (of_wall[:, None] == of_free)
    return RewardAgreement(
        _correlation(pearsonr, reward[seen], true[seen]),
        of_goal,
        float(of_free.mean()) if of_free.size else 0.0,
        float(of_wall.mean()) if of_wall.size else 0.0,
        float((of_free < of_goal).mean()) if of_free.size else 1.0,
        float(less.mean()) if less.size else 1.0,
    )


class TransitionAgreement(NamedTuple):
    """P beside the eight true moves, in the order of `gridworld.MOVES`.

    action:  int [8], the abstract action matched with each move, each action at most once
    probability_mass:    [8], the share of its kernel's positive weight on that move's cell
    entropy: [8], of that kernel's positive weight, in bits; 0 for a pure move, 3.17 for a uniform one
    """

    action: np.ndarray
    probability_mass: np.ndarray
    entropy: np.ndarray
    mass = renamed_method("mass", "probability_mass")


def transition_agreement(kernels):
    """Match learned kernels with the true moves: the assignment with the most weight on the moves' cells.

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
        >>> report = transition_agreement(kernels)
        >>> int(report.action[0]), float(report.probability_mass[0]), float(report.probability_mass[1])
        (8, 1.0, 0.0)
    """
    from scipy.optimize import linear_sum_assignment

    kernels = np.asarray(kernels, float)
    if kernels.ndim != 3 or len(kernels) < len(MOVES) or kernels.shape[1:] != (3, 3):
        raise ValueError(f"kernels are [A, 3, 3] with A >= 8, one for each move at least; got {kernels.shape}.")
    distributions = _positive(kernels)
    of_move = distributions[:, MOVES[:, 0] + 1, MOVES[:, 1] + 1]  # [A, 8]
    action, move = linear_sum_assignment(-of_move)
    action = action[np.argsort(move)]
    return TransitionAgreement(action, of_move[action, np.arange(len(MOVES))], _entropy(distributions)[action])


class ChosenMoves(NamedTuple):
    """The kernel of the action with the largest Q, over the free cells.

    target_weight: [N], its weight on the cell that the policy's move leads to
    wall_weight:   [N], its weight on cells of wall
    """

    target_weight: np.ndarray
    wall_weight: np.ndarray
    right = renamed_method("right", "target_weight")
    walls = renamed_method("walls", "wall_weight")


def chosen_moves(trace, walls):
    """Compare the kernel of the best action in every free cell with the policy's move.

    Args:
        trace: `pnzoo.Trace`.
        walls: bool [H, W].

    Returns:
        `ChosenMoves`.

    Example:
        >>> from pnzoo import gridworld
        >>> from pnzoo.models import VIN
        >>> walls, goal = (x[0] for x in gridworld.generate(1, 8, seed=0))
        >>> report = chosen_moves(VIN(k=10).trace(walls, goal), walls)
        >>> bool((report.target_weight + report.wall_weight <= 2).all())
        True
    """
    walls = gridworld.as_walls(walls)
    rows, cols = np.nonzero(~walls)
    best = trace.greedy[-1][rows, cols]
    shared = trace.transition.ndim == 3
    kernels = _positive(trace.transition[best] if shared else trace.transition[rows, cols, best])  # [N, 3, 3]
    blocked = neighborhoods(walls, outside=True)[rows, cols]  # [N, 3, 3]
    return ChosenMoves(weight_on_target(kernels, trace.policy[rows, cols]), (kernels * blocked).sum(axis=(1, 2)))


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
    from scipy.stats import spearmanr

    walls = gridworld.as_walls(walls)
    length = gridworld.distances(walls, goal)
    cells = np.isfinite(length) & (length > 0)
    rounded = np.round(np.asarray(values, float)[:, cells], 5)
    return np.array([_correlation(spearmanr, value, -length[cells]) for value in rounded])


def matched_kernels(trace, walls):
    """`transition_agreement` of a trace's kernels on open ground."""
    return transition_agreement(mean_kernels(trace, walls))


def _positive(kernels):
    weight = np.maximum(kernels, 0)
    return weight / np.maximum(weight.sum(axis=(-2, -1), keepdims=True), 1e-12)


def _entropy(kernels):
    """Bits of distributions [A, 3, 3] -> [A]; 0 where there is no weight at all."""
    from scipy.stats import entropy

    with np.errstate(invalid="ignore"):
        return np.nan_to_num(entropy(kernels.reshape(len(kernels), -1), base=2, axis=1))


def _correlation(rule, a, b):
    """Pearson's or Spearman's correlation; NaN where one side is the same everywhere."""
    if len(a) < 2 or np.ptp(a) == 0 or np.ptp(b) == 0:
        return float("nan")
    return float(rule(a, b).statistic)
