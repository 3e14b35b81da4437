"""Shortest paths as lists of cells: the expert's demonstrations."""

import numpy as np

from pnzoo.worlds.gridworld.solver import MOVES, _check_moves, _distances, _optimal_actions
from pnzoo.worlds.gridworld.validation import as_batch, as_cell, as_cells, as_rng


def shortest_paths(walls, start, goal, rng=None, moves=8, corner_cutting=True, best=None):
    """Follow optimal moves from start to goal.

    Args:
        walls: `[H, W]` or `[B, H, W]`.
        start: `[2]` or `[B, 2]`, row and column.
        goal: `[2]` or `[B, 2]`.
        rng: a `numpy.random.Generator` or a seed that breaks ties; None takes the first in `MOVES`.
        moves: 8, or 4.
        corner_cutting: as in `distances`.
        best: `optimal_actions` with the same arguments, if at hand.

    Returns:
        int `[T+1, 2]`, the cells from start to goal, both included; for a batch a list of B such arrays.

    Raises:
        ValueError: if a goal cannot be reached from its start.

    Example:
        >>> shortest_paths([[0, 0, 0], [0, 1, 0]], (1, 0), (1, 2)).tolist()
        [[1, 0], [0, 1], [1, 2]]
    """
    _check_moves(moves)
    walls, goal, single = as_batch(walls, goal)
    start = np.array([as_cell("start", start, walls[0])]) if single else as_cells("start", start, walls)
    if best is None:
        best = _optimal_actions(walls, _distances(walls, goal, moves, corner_cutting), moves, corner_cutting)
    best = np.asarray(best).reshape(*walls.shape, 8)
    _check_reachable(best, start, goal, single)
    paths = _follow(best, start, goal, None if rng is None else as_rng(rng, "rng"))
    return paths[0] if single else paths


def _check_reachable(best, start, goal, single):
    stuck = ~best[np.arange(len(best)), start[:, 0], start[:, 1]].any(axis=1) & (start != goal).any(axis=1)
    if stuck.any():
        index = int(np.argmax(stuck))
        where = "" if single else f" of map {index}"
        raise ValueError(f"no path leads from start {tuple(start[index].tolist())} to goal "
                         f"{tuple(goal[index].tolist())}{where}; choose another start or remove walls")


def _follow(best, start, goal, rng):
    """Optimal paths, a list of int `[T+1, 2]`; of several optimal moves the first, or a random one."""
    each, position, cells, steps = np.arange(len(best)), start, [start], np.zeros(len(best), dtype=int)
    while (position != goal).any():
        options = best[each, position[:, 0], position[:, 1]]
        action = np.argmax(options if rng is None else options * (1 - rng.random(options.shape)), axis=1)
        moving = options.any(axis=1)
        position = np.where(moving[:, None], position + MOVES[action], position)
        steps += moving
        cells.append(position)
    trail = np.stack(cells, axis=1)  # [B, longest + 1, 2]
    return [trail[i, :count + 1] for i, count in enumerate(steps)]


def path_actions(path):
    """Return the moves along a path.

    Args:
        path: int `[T+1, 2]`, neighbouring cells.

    Returns:
        int `[T]`, indices into `MOVES`.

    Raises:
        ValueError: if two cells that follow each other are not neighbours.

    Example:
        >>> path_actions([(0, 0), (0, 1), (1, 2)])
        array([2, 6])
    """
    path = np.asarray(path)
    if path.ndim != 2 or path.shape[1] != 2 or not len(path):
        raise ValueError(f"a path has shape [T+1, 2], received {list(path.shape)}")
    match = (np.diff(path, axis=0)[:, None] == MOVES).all(axis=-1)
    if not match.any(axis=1).all():
        index = int(np.argmin(match.any(axis=1)))
        raise ValueError(f"cells {index} and {index + 1} of the path, {path[index].tolist()} and "
                         f"{path[index + 1].tolist()}, are not neighbours")
    return match.argmax(axis=1)
