"""Exact shortest paths where entering a cell has a cost: the teacher and the judge of plans over terrain."""

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra

# The order of the moves is that of pnzoo.gridworld.
MOVES = np.array([(-1, 0), (1, 0), (0, 1), (0, -1), (-1, 1), (-1, -1), (1, 1), (1, -1)])
TOLERANCE = 1e-9  # relative, between two path costs that count as equal


def path_costs(cost, goal, lengths=True):
    """Cost of the cheapest path from every cell to the goal.

    A move into cell s costs cost[s], times sqrt 2 on a diagonal where `lengths` is True.

    Args:
        cost: float `[H, W]`, > 0, of entering each cell; inf where one can't go. Beyond the edge one can't go.
        goal: (row, col), or `[G, 2]`.
        lengths: whether diagonal moves cost their length; the Warcraft benchmark counts cells instead. Or a number,
            the length of a diagonal move.

    Returns:
        float64 `[H, W]`, or `[G, H, W]` of G goals; inf where no path leads to the goal. A start is not entered, so
        a path may begin anywhere; an impassable goal has no paths.

    Raises:
        ValueError: cost is no grid of positive numbers, or the goal lies outside.

    Example:
        >>> path_costs([[1, 9, 1], [1, 1, 1]], (0, 2)).round(2).tolist()
        [[2.83, 1.0, 0.0], [2.41, 1.41, 1.0]]

    Reference: Dijkstra 1959, by SciPy.
    """
    cost = as_cost(cost)
    goals = np.atleast_2d(np.asarray(goal)).astype(int)
    for cell in goals:
        if not all(0 <= x < side for x, side in zip(cell, cost.shape, strict=True)):
            raise ValueError(f"goal {tuple(cell.tolist())} lies outside the {cost.shape[0]}x{cost.shape[1]} grid.")
    distances = dijkstra(_graph(cost, lengths), indices=goals @ (cost.shape[1], 1)).reshape(-1, *cost.shape)
    distances[~np.isfinite(cost[tuple(goals.T)])] = np.inf
    return distances if np.ndim(goal) == 2 else distances[0]


def action_costs(cost, value, lengths=True):
    """Q: what each move costs from a cell, and all that follows it.

    Args:
        cost: float `[H, W]`, of entering each cell.
        value: float `[..., H, W]`, cost from each cell on (`path_costs`).
        lengths: as in `path_costs`.

    Returns:
        float64 `[..., H, W, 8]` in the order of `pnzoo.gridworld.MOVES`; inf for a move that cannot be made.

    Example:
        >>> float(action_costs([[1.0, 3.0]], np.array([[3.0, 0.0]]))[0, 0, 2])     # east
        3.0
    """
    cost = np.asarray(cost, dtype=float)
    height, width = cost.shape
    enter = np.pad(cost, 1, constant_values=np.inf)
    after = np.pad(value, [(0, 0)] * (np.ndim(value) - 2) + [(1, 1), (1, 1)], constant_values=np.inf)
    q = np.empty((*np.shape(value), len(MOVES)))
    for action, (row, column) in enumerate(MOVES):
        there = (..., slice(1 + row, 1 + row + height), slice(1 + column, 1 + column + width))
        q[..., action] = enter[there] * _length(action, lengths) + after[there]
    return q


def optimal_actions(cost, goal, lengths=True, costs_to_go=None):
    """Which moves start a cheapest path, for every cell from which one leads to the goal.

    Args:
        cost, goal, lengths: as in `path_costs`.
        costs_to_go: the result of `path_costs`, if at hand.

    Returns:
        bool `[H, W, 8]` (`[G, H, W, 8]` of G goals) in the order of `pnzoo.gridworld.MOVES`; all False at
        the goal and where no path leads.

    Raises:
        ValueError: as `path_costs`.

    Example:
        >>> np.flatnonzero(optimal_actions([[1, 9, 1], [1, 1, 1]], (0, 2))[0, 0]).tolist()     # south-east
        [6]
    """
    cost = as_cost(cost)
    value = path_costs(cost, goal, lengths) if costs_to_go is None else costs_to_go
    q = action_costs(cost, value, lengths)
    limit = np.where(np.isfinite(value) & (value > 0), value * (1 + TOLERANCE), -np.inf)
    return q <= limit[..., None]


def as_cost(cost):
    """Check a grid of costs and return it as float64.

    Raises:
        ValueError: not `[H, W]`, NaN, or not positive.
    """
    cost = np.asarray(cost, dtype=float)
    if cost.ndim != 2 or not (cost > 0).all():
        raise ValueError(
            "cost is what entering each cell costs, [H, W], all numbers > 0 (inf where one can't go); "
            f"got shape {list(cost.shape)}, {int((~(cost > 0)).sum())} of {cost.size} not above 0."
        )
    return cost


def _length(action, lengths):
    diagonal = (2.0**0.5 if lengths else 1.0) if isinstance(lengths, bool) else float(lengths)
    return diagonal if MOVES[action].all() else 1.0


def _graph(cost, lengths):
    """Edges from a cell to the cells from which a move leads into it, so that one search from the goal serves all."""
    height, width = cost.shape
    number = np.arange(cost.size).reshape(cost.shape)
    rows, columns, weights = [], [], []
    for action, (down, right) in enumerate(MOVES):
        here = (slice(max(0, -down), height - max(0, down)), slice(max(0, -right), width - max(0, right)))
        there = (slice(max(0, down), height + min(0, down)), slice(max(0, right), width + min(0, right)))
        weight = cost[there] * _length(action, lengths)
        passable = np.isfinite(weight)
        rows.append(number[there][passable])
        columns.append(number[here][passable])
        weights.append(weight[passable])
    edges = (np.concatenate(rows), np.concatenate(columns))
    return coo_array((np.concatenate(weights), edges), shape=(cost.size, cost.size)).tocsr()
