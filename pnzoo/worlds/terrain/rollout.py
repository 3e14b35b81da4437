"""Tasks on terrain, and what becomes of a policy there."""

from typing import NamedTuple

import numpy as np

from pnzoo.worlds.terrain.shortest_paths import MOVES, TOLERANCE, path_costs


class Tasks(NamedTuple):
    """Where to start and where to go on each of some scenes.

    scene: int [N], index of the scene
    start, goal: int [N, 2], (row, col)
    best:  float [N], cost of the cheapest path
    """

    scene: np.ndarray
    start: np.ndarray
    goal: np.ndarray
    best: np.ndarray


def draw_tasks(costs, rng, lengths=True):
    """A goal and a start on each scene, drawn at random: any start from which a path leads to the goal.

    Args:
        costs: float [N, H, W], inf where one cannot go.
        rng: `numpy.random.Generator`.
        lengths: see `pnzoo.terrain.path_costs`.

    Returns:
        `Tasks`; scenes where no cell leads to the goal that was drawn are left out.

    Example:
        >>> tasks = draw_tasks(np.ones((2, 4, 4)), np.random.default_rng(0))
        >>> len(tasks.scene), tasks.start.shape
        (2, (2, 2))
    """
    rows = []
    for i, cost in enumerate(costs):
        free = np.argwhere(np.isfinite(cost))
        if not len(free):
            continue
        goal = free[rng.integers(len(free))]
        value = path_costs(cost, goal, lengths)
        starts = np.argwhere(np.isfinite(value) & (value > 0) & np.isfinite(cost))
        if len(starts):
            start = starts[rng.integers(len(starts))]
            rows.append((i, start, goal, value[tuple(start)]))
    scene, start, goal, best = zip(*rows, strict=True) if rows else ((),) * 4
    return Tasks(
        np.array(scene, int), np.array(start, int).reshape(-1, 2), np.array(goal, int).reshape(-1, 2), np.array(best)
    )


def execute(policies, costs, tasks, lengths=True):
    """Follow policies on the true ground.

    Args:
        policies: int [N, H, W], one a task.
        costs: float [scenes, H, W], the true ones.
        tasks: `Tasks`.
        lengths: see `pnzoo.terrain.path_costs`.

    Returns:
        float [N], what each path cost; inf where it entered ground that cannot be entered, left the grid or went in a
        circle.

    Example:
        >>> tasks = Tasks(np.array([0]), np.array([[0, 0]]), np.array([[0, 2]]), np.array([2.0]))
        >>> execute(np.full((1, 1, 3), 2), np.ones((1, 1, 3)), tasks)
        array([2.])
    """
    diagonal = (2.0**0.5 if lengths else 1.0) if isinstance(lengths, bool) else float(lengths)
    spent = np.zeros(len(tasks.scene))
    for i, (scene, start, goal) in enumerate(zip(tasks.scene, tasks.start, tasks.goal, strict=True)):
        at, cost = tuple(start), costs[scene]
        for _ in range(cost.size):
            if at == tuple(goal):
                break
            row, column = MOVES[policies[i][at]]
            at = (at[0] + row, at[1] + column)
            inside = 0 <= at[0] < cost.shape[0] and 0 <= at[1] < cost.shape[1]
            spent[i] += (float(cost[at]) if inside else np.inf) * (diagonal if row and column else 1.0)
            if not np.isfinite(spent[i]):
                break
        else:
            spent[i] = np.inf
    return spent


def path_cost(path, costs, lengths=True):
    """What a path costs: that of entering each cell but the first, times the length of the move.

    Args:
        path: int [T + 1, 2], neighbouring cells in order.
        costs: float [H, W], inf where one cannot go.
        lengths: see `pnzoo.terrain.path_costs`.

    Returns:
        A float; inf where the path enters what cannot be entered.

    Example:
        >>> path_cost([(0, 0), (1, 1), (1, 2)], np.ones((2, 3)), lengths=False)
        2.0
    """
    path = np.asarray(path)
    diagonal = (2.0**0.5 if lengths else 1.0) if isinstance(lengths, bool) else float(lengths)
    moves = np.where(np.abs(np.diff(path, axis=0)).sum(axis=1) == 2, diagonal, 1.0)
    return float((np.asarray(costs, float)[tuple(path[1:].T)] * moves).sum())


def is_optimal(spent, best):
    """Whether paths cost no more than the cheapest: bool [N]."""
    return spent <= best * (1 + 1e3 * TOLERANCE)
