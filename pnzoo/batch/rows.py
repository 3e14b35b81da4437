"""Rows of a table: maps in, plans out, without a Python object for each cell."""

from typing import NamedTuple

import numpy as np

from pnzoo.batch.engine import arrow
from pnzoo.worlds.gridworld.validation import as_cells, as_walls

COLUMNS = ("walls", "start", "goal")
ANSWER = ("path", "actions", "reached", "cost", "reason")


class Maps(NamedTuple):
    """Rows of a table whose maps have one size.

    rows:  int [N], their numbers
    walls: bool [N, H, W]
    start: int [N, 2]
    goal:  int [N, 2]
    """

    rows: np.ndarray
    walls: np.ndarray
    start: np.ndarray
    goal: np.ndarray


def table(walls, start, goal, **columns):
    """Maps as a table that `pyarrow.parquet.write_table` writes and `pnzoo.batch.plan` reads.

    Args:
        walls: bool [B, H, W], or a list of maps bool [H, W] of any sizes; True = wall.
        start, goal: int [B, 2], (row, col).
        **columns: others, such as an `id`; they stand beside the plans.

    Returns:
        A `pyarrow.Table` with a column for each: `walls` is a list of rows, each a list of booleans.

    Raises:
        ImportError: PyArrow is not installed.
        ValueError: they do not belong together, or a map or a cell is none.

    Example:
        >>> table(np.zeros((2, 3, 4), bool), [(0, 0), (1, 1)], [(2, 3), (0, 0)], id=[7, 8]).column_names
        ['walls', 'start', 'goal', 'id']
    """
    pa, _ = arrow()
    cells = {"start": np.asarray(start), "goal": np.asarray(goal)}
    maps = [as_walls(each) for each in walls]
    for name, each in cells.items():
        if each.shape != (len(maps), 2) and (len(maps) or each.size):
            raise ValueError(f"{len(maps)} maps need {name}s of shape [{len(maps)}, 2]; received {list(each.shape)}")
    lists = pa.list_(pa.int32(), 2)
    return pa.table({
        "walls": _nested(pa, maps),
        **{name: pa.array([_pair(name, cell) for cell in each], lists) for name, each in cells.items()},
        **columns,
    })  # fmt: skip


def _pair(name, cell):
    if not np.array_equal(cell, np.asarray(cell, int)):
        raise ValueError(f"{name} must be two integers (row, column), received {cell!r}")
    return [int(cell[0]), int(cell[1])]


def _nested(pa, maps):
    """Maps as list<list<bool>>."""
    flat = np.concatenate([each.reshape(-1) for each in maps]) if maps else np.zeros(0, bool)
    widths = np.repeat([each.shape[1] for each in maps], [each.shape[0] for each in maps])
    rows = pa.ListArray.from_arrays(_offsets(widths), pa.array(flat))
    return pa.ListArray.from_arrays(_offsets([each.shape[0] for each in maps]), rows)


def _offsets(lengths):
    return np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)]).astype(np.int32)


def read(rows):
    """Maps of a table, those of one size together, and what is wrong with rows that hold none.

    Args:
        rows: `pyarrow.Table` with columns `walls`, `start` and `goal`.

    Returns:
        A tuple (list of `Maps`, dict of row number -> what is wrong).

    Raises:
        ValueError: a column is missing.
    """
    if missing := [name for name in COLUMNS if name not in rows.column_names]:
        raise ValueError(f"a table of maps has the columns walls, start and goal; {', '.join(missing)} is missing, "
                         f"there are {', '.join(rows.column_names)}. pnzoo.batch.table makes one.")
    wrong, groups = {}, []
    for numbers, walls in _walls(rows["walls"], wrong):
        start, goal = (_cells(name, rows[name].take(numbers)) for name in ("start", "goal"))
        groups.append(_checked(Maps(numbers, walls, start, goal), wrong))
    return [group for group in groups if len(group.rows)], wrong


def _walls(column, wrong):
    """Yield (row numbers, walls [N, H, W]) for each size of map; what is no map goes into `wrong`."""
    if not len(column):
        return
    pa, _ = arrow()
    if isinstance(column.type, pa.BaseExtensionType):  # a tensor of Ray's
        yield from _tensor(column)
        return
    array = _as_lists(pa, pa.concat_arrays(column.chunks))
    heights = np.diff(_bounds(array))
    lines = array.flatten()
    widths = np.diff(_bounds(lines))
    cells = lines.flatten().to_numpy(zero_copy_only=False)
    first_line, first_cell = _starts(heights), _starts(widths)
    width = np.zeros(len(heights), int)
    filled = heights > 0
    width[filled] = widths[first_line[filled]]
    even = np.ones(len(heights), bool)
    if len(widths):
        of_map = np.repeat(np.arange(len(heights)), heights)
        np.logical_and.at(even, of_map, widths == width[of_map])
    shapes = np.stack([heights, width], axis=1)
    for row in np.flatnonzero(~even):
        wrong[int(row)] = "a map needs rows of equal length"
    for row in np.flatnonzero(even & (shapes == 0).any(axis=1)):
        wrong[int(row)] = "a map needs at least one row and one column"
    for height, breadth in np.unique(shapes[even], axis=0):
        if height and breadth:
            numbers = np.flatnonzero(even & (shapes == (height, breadth)).all(axis=1))
            at = first_cell[first_line[numbers]][:, None] + np.arange(height * breadth)
            yield numbers, cells[at].reshape(-1, height, breadth)


def _as_lists(pa, array):
    """Lists of lists, of whichever kind Arrow has them, as its plain one."""
    try:
        return array.cast(pa.list_(pa.list_(array.type.value_type.value_type)))
    except (AttributeError, pa.ArrowException) as error:
        what = f"the column walls is {array.type}; a map is a list of rows, each a list of booleans"
        raise ValueError(what) from error


def _tensor(column):
    """Maps that Ray holds as tensors, of one shape or of several."""
    maps = [each for chunk in column.chunks for each in chunk.to_numpy(zero_copy_only=False)]
    shapes = [np.shape(each) for each in maps]
    for shape in sorted(set(shapes)):
        numbers = np.flatnonzero([each == shape for each in shapes])
        yield numbers, np.stack([maps[i] for i in numbers])


def _bounds(array):
    """Where each list of an array begins and ends; a null is an empty one."""
    lengths = array.value_lengths().fill_null(0).to_numpy(zero_copy_only=False)
    return np.concatenate([[0], np.cumsum(lengths)])


def _starts(lengths):
    return np.concatenate([[0], np.cumsum(lengths)])[:-1].astype(int)


def _cells(name, column):
    """Pairs of numbers float [N, 2]; NaN where a row has none."""
    cells = np.full((len(column), 2), np.nan)
    for i, cell in enumerate(column.to_pylist()):
        if cell is not None and np.shape(cell) == (2,) and None not in tuple(cell):
            cells[i] = cell
    return cells


def _checked(maps, wrong):
    """Maps without those that a planner would refuse, whose reasons go into `wrong`."""
    try:
        return _valid(*maps)
    except ValueError:  # one of them: find out which
        good = []
        for i, row in enumerate(maps.rows.tolist()):
            try:
                good.append(_valid(*(part[i : i + 1] for part in maps)))
            except ValueError as error:
                wrong[row] = str(error).replace(" of map 0", "")
        return Maps(*map(np.concatenate, zip(*good, strict=True))) if good else Maps(*(part[:0] for part in maps))


def _valid(rows, walls, start, goal):
    walls = as_walls(walls, ndim=3)
    return Maps(rows, walls, *(as_cells(name, c, walls, free=True) for name, c in (("start", start), ("goal", goal))))


def answers(rows, plans):
    """The table of plans: the columns of the maps but `walls`, then path, actions, reached, cost and reason.

    Args:
        rows: `pyarrow.Table` of N maps.
        plans: list of N `pnzoo.Plan`s.

    Returns:
        `pyarrow.Table`.
    """
    pa, _ = arrow()
    others = [name for name in rows.column_names if name not in ("walls", *ANSWER)]
    paths = [np.asarray(plan.path, np.int32).reshape(-1, 2) for plan in plans]
    cells = pa.FixedSizeListArray.from_arrays(pa.array(_joined(paths, np.int32).reshape(-1)), 2)
    actions = pa.array(_joined([plan.actions for plan in plans], np.int8))
    columns = {
        "path": pa.ListArray.from_arrays(_offsets([len(path) for path in paths]), cells),
        "actions": pa.ListArray.from_arrays(_offsets([len(plan.actions) for plan in plans]), actions),
        "reached": pa.array([bool(plan.reached) for plan in plans], pa.bool_()),
        "cost": pa.array([plan.cost for plan in plans], pa.float64()),
        "reason": pa.array([plan.reason for plan in plans], pa.string()),
    }
    return pa.table({**{name: rows[name] for name in others}, **columns})


def _joined(parts, dtype):
    return np.concatenate([np.asarray(part, dtype) for part in parts]) if parts else np.zeros(0, dtype)
