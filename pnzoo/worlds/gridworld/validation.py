"""Validation of maps and cells: one place that says what a map is, and what to type when it is not one."""

import numpy as np


def as_walls(walls, ndim=2):
    """Return a map, or a batch of maps, as a boolean array.

    Args:
        walls: array-like `[H, W]` (or `[B, H, W]` with `ndim=3`), boolean or numbers 0 (free) and 1 (wall).
        ndim: the number of axes expected, or a tuple of the numbers allowed.

    Returns:
        A boolean array of the same shape, True at walls.

    Raises:
        ValueError: if the shape is wrong or empty, or a value is neither 0 nor 1.

    Example:
        >>> as_walls([[0, 1], [0, 0]])
        array([[False,  True],
               [False, False]])
    """
    if isinstance(walls, str):
        raise ValueError("a map was expected as an array, received a string; "
                         "turn text into walls with pnzoo.gridworld.parse(text).walls")
    try:
        array = np.asarray(walls)
    except ValueError as error:
        raise ValueError("a map needs rows of equal length, received ragged rows") from error
    allowed = ndim if isinstance(ndim, tuple) else (ndim,)
    if array.ndim not in allowed:
        shapes = " or ".join({2: "[H, W]", 3: "[B, H, W]"}.get(n, f"{n}-D") for n in allowed)
        hint = "; index one map with walls[i]" if array.ndim == 3 else ""
        raise ValueError(f"a map was expected with shape {shapes}, received shape {list(array.shape)}{hint}")
    if 0 in array.shape[-2:]:
        raise ValueError(f"a map needs at least one row and one column, received shape {list(array.shape)}")
    if array.dtype == bool:
        return array
    if array.dtype.kind not in "iuf":
        raise ValueError(f"a map holds booleans or 0 and 1, received dtype {array.dtype}")
    bad = ~((array == 0) | (array == 1))  # also true at NaN
    if bad.any():
        where = tuple(int(i) for i in np.argwhere(bad)[0])
        raise ValueError(f"a map holds 0 (free) and 1 (wall), received {array[where]!s} at {where}; "
                         "pass `array > 0` if larger numbers mean walls")
    return array.astype(bool)


def as_cell(name, cell, walls, free=False):
    """Return a cell as `(row, column)` after checking that it lies on the map.

    Args:
        name: what the cell is, for the message: `"start"` or `"goal"`.
        cell: two integers, row and column, counted from 0.
        walls: the map `[H, W]`.
        free: also insist that the cell is not a wall.

    Returns:
        A tuple of two ints.

    Raises:
        ValueError: if it is not two whole numbers, lies off the map or, with `free`, on a wall.

    Example:
        >>> as_cell("goal", [1, 0], [[0, 1], [0, 0]])
        (1, 0)
    """
    height, width = np.shape(walls)[-2:]
    try:
        array = np.asarray(cell, dtype=float)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{name} must be two integers (row, column), received {cell!r}") from error
    if array.shape != (2,) or not np.isfinite(array).all() or (array != np.floor(array)).any():
        raise ValueError(f"{name} must be two integers (row, column), received {cell!r}")
    row, column = int(array[0]), int(array[1])
    if not (0 <= row < height and 0 <= column < width):
        raise ValueError(f"{name} ({row}, {column}) lies outside the {height}x{width} map; "
                         f"rows go from 0 to {height - 1}, columns from 0 to {width - 1}")
    if free and np.asarray(walls)[row, column]:
        raise ValueError(f"{name} ({row}, {column}) is a wall; choose a free cell")
    return row, column


def as_batch(walls, goal):
    """Return walls `[B, H, W]`, goals `[B, 2]` and whether the caller passed a single map.

    Args:
        walls: `[H, W]` or `[B, H, W]`.
        goal: `[2]` or `[B, 2]`, rows and columns.

    Returns:
        A tuple (walls bool `[B, H, W]`, goal int `[B, 2]`, single).

    Raises:
        ValueError: if they do not belong together, or a goal lies off its map.

    Example:
        >>> walls, goal, single = as_batch([[0, 1]], (0, 0))
        >>> walls.shape, goal.shape, single
        ((1, 1, 2), (1, 2), True)
    """
    walls = as_walls(walls, ndim=(2, 3))
    if walls.ndim == 2:
        return walls[None], np.array([as_cell("goal", goal, walls)]), True
    goal = np.asarray(goal)
    if goal.shape != (len(walls), 2):
        raise ValueError(f"{len(walls)} maps need goals of shape [{len(walls)}, 2], "
                         f"received shape {list(goal.shape)}")
    if goal.dtype.kind not in "iuf" or (goal.dtype.kind == "f" and not (goal == np.floor(goal)).all()):
        raise ValueError(f"goals must be integers (row, column), received dtype {goal.dtype}")
    outside = ((goal < 0) | (goal >= walls.shape[1:])).any(axis=1)
    if outside.any():
        index = int(np.argmax(outside))
        as_cell(f"goal of map {index}", goal[index], walls[index])
    return walls, goal.astype(int), False
