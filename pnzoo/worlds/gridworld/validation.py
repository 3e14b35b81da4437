"""Validation of maps and cells: one place that says what a map is, and what to type when it is not one."""

from os import PathLike

import numpy as np


def as_walls(walls, ndim=2):
    """Return a map, or a batch of maps, as a boolean array.

    Args:
        walls: array-like `[H, W]` (or `[B, H, W]` with `ndim=3`), boolean, or numbers 0 (free) and 1 (wall). A mask
            of 0 and 255, as OpenCV and Pillow make them, is read as one of 0 and 1.
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
    array = _as_array(walls)
    allowed = ndim if isinstance(ndim, tuple) else (ndim,)
    if array.ndim not in allowed:
        shapes = " or ".join({2: "[H, W]", 3: "[B, H, W]"}.get(n, f"{n}-D") for n in allowed)
        hint = "; index one map with walls[i]" if array.ndim == 3 else ""
        raise ValueError(f"a map was expected with shape {shapes}, received shape {list(array.shape)}{hint}")
    if 0 in array.shape[-2:]:
        raise ValueError(f"a map needs at least one row and one column, received shape {list(array.shape)}")
    return array if array.dtype == bool else _as_mask(array)


def _as_array(walls):
    if isinstance(walls, (str, PathLike)):
        kind = "a string" if isinstance(walls, str) else "a path"
        raise ValueError(f"a map was expected as an array, received {kind}; "
                         "turn text or a file into walls with pnzoo.gridworld.parse(text).walls")
    if isinstance(walls, tuple) and hasattr(walls, "walls"):  # ParsedMap, Maps
        kind = type(walls).__name__
        raise ValueError(f"a map was expected as an array, received a {kind}; pass its walls, as in "
                         f"plan(maps.walls, maps.start, maps.goal), or all its parts with a star: *maps ({kind} holds "
                         f"{', '.join(walls._fields)})")
    try:
        return np.asarray(walls)
    except ValueError as error:
        raise ValueError(_why_ragged(walls)) from error


def _why_ragged(walls):
    """Rows of different lengths, or maps of different sizes."""
    try:
        shapes = {np.shape(part) for part in walls}
    except ValueError:  # a part is ragged itself
        shapes = set()
    if len(shapes) > 1 and all(len(shape) == 2 for shape in shapes):
        sizes = " and ".join(sorted(f"{height}x{width}" for height, width in shapes)[:3])
        return f"a batch holds maps of one size, received {sizes}; plan them one by one in a loop"
    if len(shapes) > 1 and all(len(shape) == 1 for shape in shapes):
        lengths = [len(row) for row in walls]
        odd = next(i for i, length in enumerate(lengths) if length != lengths[0])
        return (f"a map needs rows of equal length, received ragged rows: row 0 has {lengths[0]} cells, "
                f"row {odd} has {lengths[odd]}")
    return "a map needs rows of equal length, received ragged rows"


def _as_mask(array):
    if array.dtype.kind not in "iuf":
        raise ValueError(f"a map holds booleans or 0 and 1, received dtype {array.dtype}")
    top = 255 if array.size and array.dtype.kind in "iu" and array.max() == 255 else 1
    bad = ~((array == 0) | (array == top))  # also true at NaN
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


def as_batch(walls, goal, free=False):
    """Return walls `[B, H, W]`, goals `[B, 2]` and whether the caller passed a single map.

    Args:
        walls: `[H, W]` or `[B, H, W]`; B may be 0.
        goal: `[2]` or `[B, 2]`, rows and columns.
        free: also insist that no goal is a wall.

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
        return walls[None], np.array([as_cell("goal", goal, walls, free)]), True
    return walls, as_cells("goal", goal, walls, free), False


def as_cells(name, cells, walls, free=False):
    """Return one cell of each map as int `[B, 2]`, as `as_cell` does for one map.

    Args:
        name: what the cells are, for the message.
        cells: `[B, 2]`.
        walls: bool `[B, H, W]`.
        free: also insist that no cell is a wall.

    Raises:
        ValueError: naming the first map whose cell is wrong.

    Example:
        >>> as_cells("start", [(0, 1), (0, 0)], np.zeros((2, 1, 2), bool)).tolist()
        [[0, 1], [0, 0]]
    """
    cells = np.asarray(cells)
    if cells.size == 0 and len(walls) == 0:
        return np.empty((0, 2), dtype=int)
    if cells.shape != (len(walls), 2):
        raise ValueError(f"{len(walls)} maps need {name}s of shape [{len(walls)}, 2], a (row, column) each; "
                         f"received shape {list(cells.shape)}")
    if cells.dtype.kind not in "iuf":
        raise ValueError(f"{name}s must be integers (row, column), received dtype {cells.dtype}")
    wrong = ~((cells >= 0) & (cells < walls.shape[1:]) & (cells == np.floor(cells))).all(axis=1)
    whole = np.where(wrong[:, None], 0, cells).astype(int)
    if free:
        wrong |= walls[np.arange(len(walls)), whole[:, 0], whole[:, 1]]
    if wrong.any():
        index = int(wrong.argmax())
        as_cell(f"{name} of map {index}", cells[index].tolist(), walls[index], free)
    return whole


def as_count(name, value, least, hint=""):
    """Return a whole number of at least `least`.

    Args:
        name: what it counts, for the message.
        value: the number.
        least: the smallest allowed.
        hint: ends the message.

    Raises:
        ValueError: if it is no whole number (True is none), or too small.

    Example:
        >>> as_count("n", np.int64(3), 0)
        3
    """
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, (int, np.integer)) or value < least:
        raise ValueError(f"{name} must be a whole number of {least} or more, received {value!r}{hint}")
    return int(value)


def as_share(name, value):
    """Return a number from 0 to 1.

    Args:
        name: what it is a share of, for the message.
        value: the number.

    Raises:
        ValueError: if it is no number, or not from 0 to 1.

    Example:
        >>> as_share("loops", 1)
        1.0
    """
    number = isinstance(value, (int, float, np.integer, np.floating)) and not isinstance(value, bool)
    if not number or not 0 <= value <= 1:
        raise ValueError(f"{name} must be a number from 0 to 1, received {value!r}")
    return float(value)


def as_rng(seed, name="seed"):
    """Return the random generator of a seed.

    Args:
        seed: a whole number of 0 or more, several of them, None (another one every time), or a
            `numpy.random.Generator`, which comes back as it is.
        name: of the argument, for the message.

    Raises:
        ValueError: if it is none of these.

    Example:
        >>> int(as_rng(0).integers(10))
        8
    """
    try:
        return np.random.default_rng(seed)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{name} must be a whole number of 0 or more, or a numpy.random.Generator; "
                         f"received {seed!r}") from error
