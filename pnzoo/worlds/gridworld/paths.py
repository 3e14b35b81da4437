"""Shortest paths as lists of cells: what an expert would walk."""

import numpy as np

from pnzoo.worlds.gridworld.solver import MOVES, optimal_moves
from pnzoo.worlds.gridworld.validation import as_batch, as_cell


def shortest_paths(walls, start, goal, rng=None, moves=8, corner_cutting=True, best=None):
    """Walk from start to goal along optimal moves.

    Args:
        walls: `[H, W]` or `[B, H, W]`.
        start: `[2]` or `[B, 2]`, row and column.
        goal: `[2]` or `[B, 2]`.
        rng: a `numpy.random.Generator` or a seed that breaks ties; None takes the first in `MOVES`.
        moves: 8, or 4.
        corner_cutting: as in `distances`.
        best: `optimal_moves` with the same arguments, if at hand.

    Returns:
        int `[T+1, 2]`, the cells from start to goal, both included; for a batch a list of B such arrays.

    Raises:
        ValueError: if a goal cannot be reached from its start.

    Example:
        >>> shortest_paths([[0, 0, 0], [0, 1, 0]], (1, 0), (1, 2)).tolist()
        [[1, 0], [0, 1], [1, 2]]
    """
    walls, goal, single = as_batch(walls, goal)
    start = _starts(start, walls, single)
    best = optimal_moves(walls, goal, moves, corner_cutting) if best is None else np.asarray(best)
    best = best.reshape(*walls.shape, 8)
    each = np.arange(len(walls))
    stuck = ~best[each, start[:, 0], start[:, 1]].any(axis=1) & (start != goal).any(axis=1)
    if stuck.any():
        index = int(np.argmax(stuck))
        where = "" if single else f" of map {index}"
        raise ValueError(f"no path leads from start {tuple(start[index].tolist())} to goal "
                         f"{tuple(goal[index].tolist())}{where}; choose another start or remove walls")
    rng = None if rng is None else np.random.default_rng(rng)
    here, cells, steps = start, [start], np.zeros(len(walls), dtype=int)
    while (here != goal).any():
        options = best[each, here[:, 0], here[:, 1]]
        action = np.argmax(options if rng is None else options * (1 - rng.random(options.shape)), axis=1)
        walking = options.any(axis=1)
        here = np.where(walking[:, None], here + MOVES[action], here)
        steps += walking
        cells.append(here)
    trail = np.stack(cells, axis=1)  # [B, longest + 1, 2]
    paths = [trail[i, :count + 1] for i, count in enumerate(steps)]
    return paths[0] if single else paths


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


def _starts(start, walls, single):
    if single:
        return np.array([as_cell("start", start, walls[0])])
    start = np.asarray(start)
    if start.shape != (len(walls), 2):
        raise ValueError(f"{len(walls)} maps need starts of shape [{len(walls)}, 2], "
                         f"received shape {list(start.shape)}")
    return np.array([as_cell(f"start of map {i}", cell, walls[i]) for i, cell in enumerate(start)],
                    dtype=int).reshape(-1, 2)
