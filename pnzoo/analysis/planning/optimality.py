"""Is it a good plan? One planner on one map against the exact solution."""

from typing import NamedTuple

import numpy as np

from pnzoo.worlds import gridworld


class Verdict(NamedTuple):
    """A policy on one map beside the truth.

    reachable:  whether any way leads from the start to the goal
    best_path:  int [T+1, 2], a shortest path; only the start where there is none
    best_cost:  its length, inf where there is none
    patience:   moves of the cheapest way from the cell farthest from the goal: the steps of value iteration that news
                of the goal needs to reach every cell
    labelled:   bool [H, W], cells other than the goal from which it can be reached
    right:      bool [H, W], of those, where the policy's move starts a shortest path
    """

    reachable: bool
    best_path: np.ndarray
    best_cost: float
    patience: int
    labelled: np.ndarray
    right: np.ndarray


def verdict(walls, start, goal, policy=None, moves=8):
    """Compare a policy with the exact solution of a map.

    Args:
        walls: bool [H, W].
        start: (row, col), a free cell.
        goal: (row, col).
        policy: int [H, W], moves; without it `right` is False everywhere.
        moves: 8, or 4 for N, S, E, W only.

    Returns:
        `Verdict`.

    Raises:
        ValueError: what is given is no map, or a cell lies off it.

    Example:
        >>> found = verdict([[0, 0, 0], [0, 1, 0]], (1, 0), (1, 2))
        >>> found.best_path.tolist(), round(found.best_cost, 2), found.patience
        ([[1, 0], [0, 1], [1, 2]], 2.83, 2)
    """
    walls = gridworld.as_walls(walls)
    start, goal = gridworld.as_cell("start", start, walls), gridworld.as_cell("goal", goal, walls)
    dist = gridworld.distances(walls, goal, moves=moves)
    best = gridworld.optimal_moves(walls, goal, moves=moves, dist=dist)
    labelled = best.any(axis=-1)
    reachable = bool(np.isfinite(dist[start]))
    path = gridworld.shortest_paths(walls, start, goal, best=best) if reachable else np.array([start])
    right = np.zeros_like(walls)
    if policy is not None:
        right = np.take_along_axis(best, np.asarray(policy)[..., None], axis=-1)[..., 0] & labelled
    return Verdict(reachable, path, float(dist[start]), _patience(walls, goal, best, dist), labelled, right)


def _patience(walls, goal, best, dist):
    if not np.isfinite(dist[dist > 0]).any():
        return 0
    far = gridworld.farthest_starts(walls, goal, dist=dist)
    return len(gridworld.shortest_paths(walls, far, goal, best=best)) - 1
