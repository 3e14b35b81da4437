"""Paths that somebody shows, as lists of cells or as masks: checked, and turned into moves to learn from."""

import numpy as np

from pnzoo.worlds.terrain.shortest_paths import MOVES

MOVE_INDEX = {tuple(move): index for index, move in enumerate(MOVES.tolist())}


def as_path(path, shape, name="the path"):
    """Check one shown path.

    Args:
        path: (row, col) cells in order, `[T, 2]`; or a bool mask `[H, W]` of a line with two ends, which starts at the
            end that is read first.
        shape: (H, W) of the grid.
        name: what errors call it.

    Returns:
        int `[T, 2]`, T >= 2.

    Raises:
        ValueError: empty, outside of the grid, a jump between cells, a mask that is no line.

    Example:
        >>> as_path([(0, 0), (1, 1)], (2, 2)).tolist(), as_path(np.eye(3, dtype=bool), (3, 3)).tolist()
        ([[0, 0], [1, 1]], [[0, 0], [1, 1], [2, 2]])
    """
    array = np.asarray(path) if not _is_ragged(path) else np.zeros(0)
    if array.dtype == bool:
        return _of_mask(array, shape, name)
    if array.ndim != 2 or array.shape[1:] != (2,) or len(array) < 2 or array.dtype.kind not in "iuf":
        raise ValueError(
            f"{name} is (row, col) cells in order, at least two, or a bool mask {list(shape)}; got {_described(path)}."
        )
    cells = array.astype(int)
    if (cells != array).any():
        raise ValueError(f"{name} holds cells that are no whole numbers; cells are (row, col), not pixels.")
    outside = np.flatnonzero(((cells < 0) | (cells >= shape)).any(axis=1))
    if len(outside):
        raise ValueError(
            f"{name} leaves the grid of {shape[0]}x{shape[1]} cells at step {outside[0]}: "
            f"{tuple(cells[outside[0]].tolist())}. Cells are (row, col), counted from 0; a pixel is no cell."
        )
    jumps = np.flatnonzero(np.abs(np.diff(cells, axis=0)).max(axis=1) != 1)
    if len(jumps):
        a, b = (tuple(cells[jumps[0] + i].tolist()) for i in (0, 1))
        raise ValueError(f"{name} jumps from {a} to {b} at step {jumps[0]}; each cell is beside the one before.")
    return cells


def path_moves(path):
    """The move that each cell of a path but its last makes: int `[T - 1]`, indices into `pnzoo.gridworld.MOVES`.

    Example:
        >>> path_moves(np.array([[0, 0], [0, 1], [1, 2]])).tolist()
        [2, 6]
    """
    return np.array([MOVE_INDEX[tuple(step)] for step in np.diff(path, axis=0).tolist()])


def has_detour(path):
    """Whether a path is longer than it would be if all ground were the same, so that it tells of the ground.

    Example:
        >>> has_detour(np.array([[0, 0], [1, 1], [0, 2]])), has_detour(np.array([[0, 0], [0, 1], [1, 2]]))
        (True, False)
    """
    diagonal = (np.diff(path, axis=0) != 0).all(axis=1)
    far, near = sorted(np.abs(path[-1] - path[0]), reverse=True)
    return bool(len(diagonal) > far or diagonal.sum() != near)


def _of_mask(mask, shape, name):
    if mask.shape != tuple(shape):
        raise ValueError(f"{name} is a mask {list(shape)}, one value a cell; got {list(mask.shape)}.")
    cells = [tuple(cell) for cell in np.argwhere(mask).tolist()]
    marked = set(cells)
    beside = {c: [n for r, k in MOVES if (n := (c[0] + int(r), c[1] + int(k))) in marked] for c in cells}
    ends = [cell for cell in cells if len(beside[cell]) == 1]
    if len(ends) != 2:
        raise ValueError(f"{name}, a mask, is one line with two ends; got {len(cells)} cells with {len(ends)} ends. "
                         "Give it as (row, col) cells in order.")
    path, seen = [ends[0]], {ends[0]}
    while path[-1] != ends[1]:
        # Of several cells beside, the line goes on straight, and to the diagonal one by way of the corner.
        onward = sorted((c for c in beside[path[-1]] if c not in seen), key=lambda c: _far(c, path[-1]))
        if not onward:
            break
        path.append(onward[0])
        seen.add(onward[0])
    if len(path) != len(cells):
        raise ValueError(f"{name}, a mask, branches near {path[-1]}. Give it as (row, col) cells in order.")
    return np.array(path)


def _far(a, b):
    return abs(a[0] - b[0]) + abs(a[1] - b[1])


def _is_ragged(path):
    try:
        np.asarray(path, dtype=float)
    except (TypeError, ValueError):
        return True
    return False


def _described(path):
    try:
        shape = np.shape(path)
    except ValueError:
        shape = None
    return f"{type(path).__name__}{f' of shape {list(shape)}' if shape else ''}" + (" (empty)" if shape == (0,) else "")
