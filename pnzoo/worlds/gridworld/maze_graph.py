"""Mazes on a lattice of rooms: random trees, loops, and how to draw them at any height and width.

A lattice is `rows x columns` rooms and the doors between neighbours: `east [B, rows, columns-1]` and
`south [B, rows-1, columns]`, True where a door is open. Everything runs over a batch of mazes at once.
"""

import numpy as np

from pnzoo.worlds.gridworld.validation import as_share


def random_tree(n, rows, columns, rng):
    """Draw spanning trees by depth-first search: perfect mazes with long winding corridors.

    All n searches advance together: each visits every room once and backs out of it once, so they need the
    same number of steps.

    Args:
        n: the number of trees.
        rows: rows of rooms.
        columns: columns of rooms.
        rng: a `numpy.random.Generator`.

    Returns:
        A tuple (east bool `[n, rows, columns-1]`, south bool `[n, rows-1, columns]`).

    Example:
        >>> east, south = random_tree(1, 3, 4, np.random.default_rng(0))
        >>> int(east.sum() + south.sum())  # a tree over 12 rooms has 11 doors
        11
    """
    pitch = columns + 2  # the lattice with a ring of rooms that count as visited, flattened
    visited = np.ones((n, rows + 2, pitch), dtype=bool)
    visited[:, 1:-1, 1:-1] = False
    visited = visited.reshape(-1)
    base = np.arange(n) * (rows + 2) * pitch
    here = base + rng.integers(1, rows + 1, n) * pitch + rng.integers(1, columns + 1, n)
    visited[here] = True
    parent = np.arange(visited.size)
    steps = np.array([-pitch, pitch, 1, -1])
    for _ in range(2 * rows * columns - 2):
        lots = rng.random((n, 4))
        lots[visited[here[:, None] + steps]] = 0.0
        choice = lots.argmax(axis=1)
        forward = lots[np.arange(n), choice] > 0
        there = np.where(forward, here + steps[choice], parent[here])
        visited[there] = True
        parent[there] = np.where(forward, here, parent[there])
        here = there
    parent = parent.reshape(n, rows + 2, pitch)[:, 1:-1, 1:-1]
    room = np.arange(visited.size).reshape(n, rows + 2, pitch)[:, 1:-1, 1:-1]
    east = (parent[:, :, :-1] == room[:, :, 1:]) | (parent[:, :, 1:] == room[:, :, :-1])
    south = (parent[:, :-1] == room[:, 1:]) | (parent[:, 1:] == room[:, :-1])
    return east, south


def braid(east, south, loops, rng):
    """Give a share of the dead ends a second door, in place.

    Args:
        east: bool `[B, rows, columns-1]`.
        south: bool `[B, rows-1, columns]`.
        loops: the share, 0 (a perfect maze stays one) to 1 (no dead end stays).
        rng: a `numpy.random.Generator`.

    Raises:
        ValueError: if `loops` is not between 0 and 1.

    Example:
        >>> east, south = np.ones((1, 2, 1), dtype=bool), np.array([[[True, False]]])
        >>> braid(east, south, 1.0, np.random.default_rng(0))
        >>> south.all()
        np.True_
    """
    as_share("loops", loops)
    n, rows, columns = len(east), east.shape[1], south.shape[2]
    shut = np.zeros((n, rows, columns, 4), dtype=bool)  # N, S, E, W doors that exist and are shut
    shut[:, 1:, :, 0] = shut[:, :-1, :, 1] = ~south
    shut[:, :, :-1, 2] = shut[:, :, 1:, 3] = ~east
    exists = np.zeros((rows, columns, 4), dtype=bool)
    exists[1:, :, 0] = exists[:-1, :, 1] = exists[:, :-1, 2] = exists[:, 1:, 3] = True
    doors = exists.sum(axis=-1) - shut.sum(axis=-1)
    opened = (doors == 1) & shut.any(axis=-1) & (rng.random(doors.shape) < loops)
    choice = np.argmax(rng.random(shut.shape) * shut, axis=-1)
    for direction, (array, row_shift, column_shift) in enumerate(
            [(south, -1, 0), (south, 0, 0), (east, 0, 0), (east, 0, -1)]):
        which, row, column = np.nonzero(opened & (choice == direction))
        array[which, row + row_shift, column + column_shift] = True


def spiral(rows, columns):
    """Return the doors of a spiral from a corner to the middle, as a batch of one.

    Args:
        rows: rows of rooms.
        columns: columns of rooms.

    Returns:
        A tuple (east, south), as `random_tree`.

    Example:
        >>> east, south = spiral(2, 2)
        >>> east.tolist(), south.tolist()
        ([[[True], [True]]], [[[False, True]]])
    """
    rooms = np.arange(rows * columns).reshape(rows, columns)
    order = []
    while rooms.size:
        order.extend(rooms[0])
        rooms = np.rot90(rooms[1:])
    row, column = np.divmod(np.array(order), columns)
    east = np.zeros((1, rows, columns - 1), dtype=bool)
    south = np.zeros((1, rows - 1, columns), dtype=bool)
    sideways = row[1:] == row[:-1]
    east[0, row[1:][sideways], np.minimum(column[1:], column[:-1])[sideways]] = True
    south[0, np.minimum(row[1:], row[:-1])[~sideways], column[1:][~sideways]] = True
    return east, south


def draw_cells(east, south):
    """Draw rooms and doors as cells: rooms at even rows and columns, doors between them.

    Args:
        east: bool `[B, rows, columns-1]`.
        south: bool `[B, rows-1, columns]`.

    Returns:
        Walls, bool `[B, 2 rows - 1, 2 columns - 1]`; no border is drawn.

    Example:
        >>> east, south = spiral(2, 2)
        >>> draw_cells(east, south).astype(int)[0]
        array([[0, 0, 0],
               [1, 1, 0],
               [0, 0, 0]])
    """
    walls = np.ones((len(east), 2 * east.shape[1] - 1, 2 * south.shape[2] - 1), dtype=bool)
    walls[:, ::2, ::2] = False
    walls[:, ::2, 1::2] = ~east
    walls[:, 1::2, ::2] = ~south
    return walls


def rooms_along(length, room):
    """Return how many rooms of `room` cells, with walls of one cell between them, fit along `length` cells.

    Args:
        length: cells.
        room: cells of a room.

    Example:
        >>> rooms_along(7, 1), rooms_along(8, 1), rooms_along(2, 3)
        (4, 4, 1)
    """
    return max(1, (length + 1) // (room + 1))


def line_widths(n, length, room, rng, widen_rooms=False):
    """Draw how wide the rows or columns of a maze are, so that they fill `length` cells.

    Args:
        n: the number of maps.
        length: cells to fill.
        room: the least number of cells of a room; walls take one.
        rng: a `numpy.random.Generator`.
        widen_rooms: give the cells that are left over to random rooms instead of to random walls.

    Returns:
        int `[n, 2 rooms - 1]`: cells taken by room, wall, room, ... Each row sums to `length`.

    Example:
        >>> line_widths(1, 7, 2, np.random.default_rng(0), widen_rooms=True).sum()
        np.int64(7)
    """
    count = rooms_along(length, room)
    cells = np.ones((n, 2 * count - 1), dtype=int)
    cells[:, ::2] = min(room, length)
    spare = length - int(cells[:1].sum()) if n else 0
    widened = np.arange(0, 2 * count - 1, 2) if widen_rooms or count == 1 else np.arange(1, 2 * count - 1, 2)
    picked = widened[rng.integers(0, len(widened), (n, spare))]
    np.add.at(cells, (np.arange(n)[:, None], picked), 1)
    return cells


def resize(core, row_cells, column_cells):
    """Repeat rows and columns of drawn mazes, differently on each map.

    Args:
        core: bool `[B, R, C]`, or `[1, R, C]` for one lattice shared by all maps.
        row_cells: int `[B, R]`, cells that each row takes; every map the same sum H.
        column_cells: int `[B, C]`, the same for columns, sum W.

    Returns:
        bool `[B, H, W]`.

    Example:
        >>> core = np.array([[[False, True]]])
        >>> resize(core, np.array([[2]]), np.array([[1, 2]])).astype(int)[0]
        array([[0, 1, 1],
               [0, 1, 1]])
    """
    rows, columns = line_of_cell(row_cells), line_of_cell(column_cells)
    which = np.arange(len(rows)) if len(core) == len(rows) else np.zeros(len(rows), dtype=int)
    return core[which[:, None, None], rows[:, :, None], columns[:, None, :]]


def line_of_cell(cells):
    """Return which line of the core each cell shows, int `[B, length]`, for `line_widths`'s counts `[B, R]`.

    Example:
        >>> line_of_cell(np.array([[2, 1, 3]]))
        array([[0, 0, 1, 2, 2, 2]])
    """
    n, count = cells.shape
    return np.repeat(np.tile(np.arange(count), n), cells.reshape(-1)).reshape(n, -1)
