"""Where does a planner fail? Many rollouts, kept one by one, and success against anything."""

from typing import NamedTuple

import numpy as np

from pnzoo.core.deprecation import renamed, renamed_method
from pnzoo.core.stats import difference_ci, proportion_ci
from pnzoo.worlds import gridworld
from pnzoo.worlds.gridworld.rollout import greedy_actions, optimal_steps, rollouts


class RolloutReport(NamedTuple):
    """One rollout on each of B maps.

    success:       bool [B]
    collided:      bool [B], it entered a wall
    steps:         int [B], moves made
    cost:          float [B], their length
    optimal_steps: int [B], moves of a shortest path
    optimal_cost:  float [B], its length
    wall_density:  float [B], fraction of wall inside the border
    """

    success: np.ndarray
    collided: np.ndarray
    steps: np.ndarray
    cost: np.ndarray
    optimal_steps: np.ndarray
    optimal_cost: np.ndarray
    wall_density: np.ndarray
    crashed = renamed_method("crashed", "collided")
    best_steps = renamed_method("best_steps", "optimal_steps")
    best_cost = renamed_method("best_cost", "optimal_cost")
    density = renamed_method("density", "wall_density")


def evaluate_rollouts(model, walls, goal, start):
    """Let a planner make one rollout on every map, limited to twice the states of an optimal path, as in the paper.

    Args:
        model: a planner; it is compared with shortest paths in its own moves.
        walls, goal, start: bool [B, H, W], int [B, 2], int [B, 2].

    Returns:
        `RolloutReport`.

    Raises:
        ValueError: a start from which the goal can't be reached, or maps of a size the model does not take.

    Example:
        >>> import numpy as np
        >>> from pnzoo import gridworld
        >>> from pnzoo.models import VIN
        >>> maps = gridworld.generate(4, 8, seed=0)
        >>> start = gridworld.random_starts(*maps, np.random.default_rng(0))
        >>> evaluate_rollouts(VIN(k=10), *maps, start).success.shape
        (4,)
    """
    rule = {"moves": getattr(model, "moves", 8), "corner_cutting": getattr(model, "corner_cutting", True)}
    length = gridworld.distances(walls, goal, **rule)
    optimal_cost = length[np.arange(len(walls)), start[:, 0], start[:, 1]]
    if not np.isfinite(optimal_cost).all():
        index = int(np.argmin(np.isfinite(optimal_cost)))
        raise ValueError(f"map {index}: no path leads from its start to its goal.")
    best = optimal_steps(walls, goal, start, length, **rule)
    act = greedy_actions(model, walls, goal)
    result = rollouts(walls, start, goal, act, 2 * (best + 1), rule["corner_cutting"])
    density = walls[:, 1:-1, 1:-1].mean(axis=(1, 2))
    return RolloutReport(*result, best, optimal_cost, density)


def success_by_bin(values, success, bins=8):
    """Success in groups of about equal size, ordered by anything.

    Args:
        values: [B] numbers, such as `report.optimal_cost`.
        success: bool [B].
        bins: at most so many groups; equal numbers are never split.

    Returns:
        list of {"low", "high", "mean", "rate", "ci95", "n"} in the order of `values`; Wilson's 95 % intervals.

    Example:
        >>> [row["rate"] for row in success_by_bin([1, 1, 9, 9], [True, True, True, False], bins=2)]
        [1.0, 0.5]
    """
    values, success = np.asarray(values, float), np.asarray(success, bool)
    rows = []
    for here in _groups(values, bins):
        hits, n = int(success[here].sum()), int(here.sum())
        rows.append({**_place(values[here]), "rate": hits / n, "ci95": proportion_ci(hits, n)})
    return rows


def difference_by_bin(values, first, second, bins=8):
    """How much more often one succeeds than another on the same maps, in groups of about equal size.

    Args:
        values: [B] numbers, such as `report.optimal_cost`.
        first, second: bool [B], success of each.
        bins: at most so many groups; equal numbers are never split.

    Returns:
        list of {"low", "high", "mean", "difference", "ci95", "n"} in the order of `values`; Newcombe's 95 % intervals
        of the paired difference.

    Example:
        >>> [row["difference"] for row in difference_by_bin([1, 1, 9, 9], [1, 1, 1, 1], [1, 1, 0, 1], bins=2)]
        [0.0, 0.5]
    """
    values, first, second = np.asarray(values, float), np.asarray(first, bool), np.asarray(second, bool)
    return [{**_place(values[here]), "difference": float(first[here].mean() - second[here].mean()),
             "ci95": difference_ci(first[here], second[here])} for here in _groups(values, bins)]


def _groups(values, bins):
    """Flags of the members of each group, lowest values first."""
    if not len(values):
        return []
    edges = np.unique(np.quantile(values, np.linspace(0, 1, bins + 1)[1:-1]))
    group = np.searchsorted(edges, values, side="left")
    return [group == number for number in np.unique(group)]


def _place(values):
    low, high, mean = (float(of(values)) for of in (np.min, np.max, np.mean))
    return {"low": low, "high": high, "mean": mean, "n": len(values)}


__getattr__ = renamed(
    __name__,
    {
        "walk_all": "evaluate_rollouts",
        "Walks": "RolloutReport",
        "rate_by": "success_by_bin",
    },
)
