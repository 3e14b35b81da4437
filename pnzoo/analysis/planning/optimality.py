"""One policy on one map against the exact solution."""

from typing import NamedTuple

import numpy as np

from pnzoo.core.deprecation import renamed, renamed_method
from pnzoo.worlds import gridworld


class OptimalityReport(NamedTuple):
    """A policy on one map beside the exact solution.

    reachable:       whether any path leads from the start to the goal
    shortest_path:   int [T+1, 2], a shortest path; only the start where there is none
    optimal_cost:    its length, inf where there is none
    eccentricity:    moves on the longest of all shortest paths to the goal: the least K of value iteration with which
                     every cell can know the goal
    reachable_cells: bool [H, W], cells other than the goal from which it can be reached
    optimal_cells:   bool [H, W], of those, where the policy's move starts a shortest path
    """

    reachable: bool
    shortest_path: np.ndarray
    optimal_cost: float
    eccentricity: int
    reachable_cells: np.ndarray
    optimal_cells: np.ndarray
    best_path = renamed_method("best_path", "shortest_path")
    best_cost = renamed_method("best_cost", "optimal_cost")
    patience = renamed_method("patience", "eccentricity")
    labelled = renamed_method("labelled", "reachable_cells")
    right = renamed_method("right", "optimal_cells")


def compare_to_optimal(walls, start, goal, policy=None, moves=8, corner_cutting=True):
    """Compare a policy with the exact solution of a map.

    Args:
        walls: bool [H, W].
        start: (row, col), a free cell.
        goal: (row, col).
        policy: int [H, W], moves; without it `optimal_cells` is False everywhere.
        moves: 8, or 4 for N, S, E, W only.
        corner_cutting: as in `gridworld.distances`.

    Returns:
        `OptimalityReport`.

    Raises:
        ValueError: what is given is no map, or a cell lies off it.

    Example:
        >>> report = compare_to_optimal([[0, 0, 0], [0, 1, 0]], (1, 0), (1, 2))
        >>> report.shortest_path.tolist(), round(report.optimal_cost, 2), report.eccentricity
        ([[1, 0], [0, 1], [1, 2]], 2.83, 2)
    """
    walls = gridworld.as_walls(walls)
    start, goal = gridworld.as_cell("start", start, walls), gridworld.as_cell("goal", goal, walls)
    rule = {"moves": moves, "corner_cutting": corner_cutting}
    length = gridworld.distances(walls, goal, **rule)
    best = gridworld.optimal_actions(walls, goal, distances=length, **rule)
    reachable_cells = best.any(axis=-1)
    reachable = bool(np.isfinite(length[start]))
    path = gridworld.shortest_paths(walls, start, goal, best=best) if reachable else np.array([start])
    optimal_cells = np.zeros_like(walls)
    if policy is not None:
        optimal_cells = np.take_along_axis(best, np.asarray(policy)[..., None], axis=-1)[..., 0] & reachable_cells
    longest = _eccentricity(walls, goal, best, length)
    return OptimalityReport(reachable, path, float(length[start]), longest, reachable_cells, optimal_cells)


def _eccentricity(walls, goal, best, length):
    if not np.isfinite(length[length > 0]).any():
        return 0
    far = gridworld.farthest_starts(walls, goal, distances=length)
    return len(gridworld.shortest_paths(walls, far, goal, best=best)) - 1


__getattr__ = renamed(__name__, {"verdict": "compare_to_optimal", "Verdict": "OptimalityReport"})
