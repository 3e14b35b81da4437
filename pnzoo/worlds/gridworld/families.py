"""Families of worlds, from open ground to mazes, all seeded and drawn a whole batch at a time.

A family draws what lies inside the border: `(n, height, width, rng, **options) -> walls [n, H, W]`, for
at least one map. `generate_family` adds the border, if it is wanted, and a goal that can be reached.
"""

import inspect

import numpy as np

from pnzoo.core.deprecation import renamed, renamed_arguments, warn
from pnzoo.core.schema import unknown_word
from pnzoo.worlds.gridworld import maze_graph
from pnzoo.worlds.gridworld.components import largest_component
from pnzoo.worlds.gridworld.maps import Maps, check_size, generate, random_goals
from pnzoo.worlds.gridworld.solver import _distances, _given
from pnzoo.worlds.gridworld.validation import as_batch, as_count, as_rng, as_share

_TRIES = 10  # maps without room for a goal and a start are drawn again; after that they stay empty


def maze(n, height, width, rng, loops=0.0):
    """Corridors one cell wide: a perfect maze, or a braided one with `loops` > 0.

    Args:
        n: the number of maps.
        height: rows.
        width: columns. Where a size is even, one wall is two cells thick.
        rng: a `numpy.random.Generator`.
        loops: the share of dead ends that get a second door.

    Example:
        >>> int((~maze(1, 5, 5, np.random.default_rng(0))).sum())  # 9 rooms and 8 doors
        17
    """
    rows, columns = maze_graph.rooms_along(height, 1), maze_graph.rooms_along(width, 1)
    east, south = maze_graph.random_tree(n, rows, columns, rng)
    maze_graph.braid(east, south, loops, rng)
    return maze_graph.resize(maze_graph.draw_cells(east, south), maze_graph.line_widths(n, height, 1, rng),
                           maze_graph.line_widths(n, width, 1, rng))


def braided(n, height, width, rng, loops=0.5):
    """A maze in which half of the dead ends are opened.

    Args:
        n, height, width, rng, loops: as in `maze`.

    Example:
        >>> braided(2, 9, 12, np.random.default_rng(0)).shape
        (2, 9, 12)
    """
    return maze(n, height, width, rng, loops)


def spirals(n, height, width, rng):
    """A single corridor, one to three cells wide, that winds from a corner to the middle.

    Args:
        n, height, width, rng: as in `maze`.

    Example:
        >>> spirals(2, 9, 12, np.random.default_rng(0)).shape
        (2, 9, 12)
    """
    walls = np.empty((n, height, width), dtype=bool)
    corridor = rng.integers(1, 4, n)
    for cells in range(1, 4):
        mine = np.flatnonzero(corridor == cells)
        if not len(mine):
            continue
        core = maze_graph.draw_cells(*maze_graph.spiral(maze_graph.rooms_along(height, cells),
                                             maze_graph.rooms_along(width, cells)))
        walls[mine] = maze_graph.resize(core, maze_graph.line_widths(len(mine), height, cells, rng),
                                      maze_graph.line_widths(len(mine), width, cells, rng))
    upside_down, mirrored = rng.random((2, n)) < 0.5
    walls[upside_down] = walls[upside_down, ::-1]
    walls[mirrored] = walls[mirrored, :, ::-1]
    return walls


def rooms(n, height, width, rng, room=4, loops=0.5):
    """Rooms of unequal size behind walls with doors of one cell.

    Args:
        n, height, width, rng: as in `maze`.
        room: the least number of cells of a room, along each axis.
        loops: the share of rooms with one door that get a second.

    Example:
        >>> rooms(2, 20, 30, np.random.default_rng(0)).shape
        (2, 20, 30)
    """
    as_count("room", room, 1)
    row_cells = maze_graph.line_widths(n, height, room, rng, widen_rooms=True)
    column_cells = maze_graph.line_widths(n, width, room, rng, widen_rooms=True)
    east, south = maze_graph.random_tree(n, row_cells.shape[1] // 2 + 1, column_cells.shape[1] // 2 + 1, rng)
    maze_graph.braid(east, south, loops, rng)
    between_rows = maze_graph.line_of_cell(row_cells) % 2 == 1
    between_columns = maze_graph.line_of_cell(column_cells) % 2 == 1
    walls = between_rows[:, :, None] | between_columns[:, None]
    row_ends, column_ends = row_cells.cumsum(axis=1), column_cells.cumsum(axis=1)
    which, i, j = np.nonzero(east)
    walls[which, _inside(row_ends, row_cells, which, 2 * i, rng), column_ends[which, 2 * j]] = False
    which, i, j = np.nonzero(south)
    walls[which, row_ends[which, 2 * i], _inside(column_ends, column_cells, which, 2 * j, rng)] = False
    return walls


def alternating_gaps(n, height, width, rng, spacing=3):
    """Walls right across the map, each with one gap.

    Args:
        n, height, width, rng: as in `maze`.
        spacing: the least number of cells between two walls.

    Example:
        >>> alternating_gaps(2, 20, 30, np.random.default_rng(0)).shape
        (2, 20, 30)
    """
    as_count("spacing", spacing, 1)
    walls = np.empty((n, height, width), dtype=bool)
    upright = rng.random(n) < 0.5
    if upright.any():
        walls[upright] = _gaps_across(upright.sum(), width, height, rng, spacing).transpose(0, 2, 1)
    if not upright.all():
        walls[~upright] = _gaps_across((~upright).sum(), height, width, rng, spacing)
    return walls


def bugtraps(n, height, width, rng):
    """Open ground with bug traps: boxes open at one side, or with a mouth of one cell.

    Args:
        n, height, width, rng: as in `maze`.

    Example:
        >>> bugtraps(2, 20, 30, np.random.default_rng(0)).shape
        (2, 20, 30)
    """
    largest = max(2, min(height, width) // 5)
    count = max(1, height * width // (largest + 4) ** 2)
    walls = np.zeros((n, height, width), dtype=bool)
    row, column = np.arange(height), np.arange(width)
    for _ in range(count):
        half = rng.integers(2, largest + 1, (n, 2, 1))
        down = row - rng.integers(0, height, (n, 1))  # [n, H], from the middle of the box
        right = column - rng.integers(0, width, (n, 1))
        side = rng.integers(0, 4, (n, 1))
        # The box's own ground and one cell round it are cleared, so that an older trap does not shut it.
        walls &= ~_outer(abs(down) <= half[:, 0] + 1, abs(right) <= half[:, 1] + 1)
        box = _outer(abs(down) <= half[:, 0], abs(right) <= half[:, 1])
        inside = _outer(abs(down) < half[:, 0], abs(right) < half[:, 1])
        mouth = np.where(rng.random((n, 1, 1)) < 0.5, half - 1, 0)  # half its width
        ends = np.where(side < 2, np.where(side == 0, -half[:, 0], half[:, 0]), 0)
        north_south = _outer((down == ends) & (side < 2), abs(right) <= mouth[:, 1])
        ends = np.where(side == 2, -half[:, 1], half[:, 1])
        east_west = _outer(abs(down) <= mouth[:, 0], (right == ends) & (side >= 2))
        walls |= box & ~inside & ~north_south & ~east_west
    return walls


def caves(n, height, width, rng, fill=0.42, rounds=4):
    """Caves: random rock smoothed by a cellular automaton, the largest cave kept.

    Args:
        n, height, width, rng: as in `maze`.
        fill: the share of rock to start from.
        rounds: how often a cell takes the majority of its 3x3 neighbourhood.

    Example:
        >>> caves(2, 20, 30, np.random.default_rng(0)).shape
        (2, 20, 30)
    """
    as_share("fill", fill)
    as_count("rounds", rounds, 0)
    walls = rng.random((n, height, width)) < fill
    for _ in range(rounds):
        rock = np.pad(walls, ((0, 0), (1, 1), (1, 1)), constant_values=True).astype(np.int8)
        rock = rock[:, :-2] + rock[:, 1:-1] + rock[:, 2:]
        walls = rock[:, :, :-2] + rock[:, :, 1:-1] + rock[:, :, 2:] >= 5
    return ~largest_component(walls)


def forests(n, height, width, rng, sparse=0.05, dense=0.35):
    """Trees of one cell, everywhere with one probability that differs from map to map.

    Args:
        n, height, width, rng: as in `maze`.
        sparse: the least probability of a tree on a cell.
        dense: the greatest.

    Example:
        >>> forests(2, 20, 30, np.random.default_rng(0)).shape
        (2, 20, 30)
    """
    if as_share("sparse", sparse) > as_share("dense", dense):
        raise ValueError(f"sparse and dense are probabilities, 0 <= sparse <= dense <= 1, "
                         f"received {sparse!r} and {dense!r}")
    return rng.random((n, height, width)) < rng.uniform(sparse, dense, (n, 1, 1))


# name: what draws it. "open", the paper's maps, has its own function, `generate`.
FAMILIES = {"open": generate, "maze": maze, "braided": braided, "caves": caves, "rooms": rooms, "bugtraps": bugtraps,
            "alternating_gaps": alternating_gaps, "spirals": spirals, "forests": forests}
FORMER = {"traps": "bugtraps", "gaps": "alternating_gaps"}  # names of release 0.1
_NOT_OPTIONS = {"n", "height", "width", "rng", "seed", "border"}


def generate_family(name, n, height, width=None, *, seed, border=True, **options):
    """Draw random maps of a family.

    Args:
        name: one of `FAMILIES`: "open" (the paper's), "maze", "braided", "caves", "rooms", "bugtraps",
            "alternating_gaps", "spirals", "forests".
        n: the number of maps.
        height: rows of a map, any number with room for a goal and a start.
        width: columns; as many as rows by default.
        seed: an int (or a `numpy.random.Generator`); the same int gives the same maps.
        border: whether the outer ring is drawn as walls.
        **options: of the family's own function, e.g. `loops=0.2`.

    Returns:
        `Maps(walls, goal)`. The goal is a random free cell of the map's largest connected ground, and
        at least one cell beside it is free.

    Raises:
        ValueError: if the name or an option is unknown or the map has no room for a goal and a start.

    Example:
        >>> walls, goal = generate_family("maze", 3, 15, 21, seed=0, border=False)
        >>> walls.shape
        (3, 15, 21)
    """
    width = height if width is None else width
    name = _checked_family(name, options)
    if name == "open":
        return generate(n, height, width, seed=seed, border=border, **options)
    check_size(n, height, width, border)
    rng = as_rng(seed)
    ring = int(bool(border))
    walls = np.ones((n, height, width), dtype=bool)
    inner = walls[:, ring:height - ring, ring:width - ring]
    goal = np.empty((n, 2), dtype=int)
    todo = np.arange(n)
    for attempt in range(_TRIES + 1):
        if not len(todo):
            break
        last = attempt == _TRIES
        inner[todo] = False if last else FAMILIES[name](len(todo), *inner.shape[1:], rng, **options)
        goal[todo], good = random_goals(~largest_component(walls[todo]), rng)
        todo = todo[~good]
    return Maps(walls, goal)


def _checked_family(name, options):
    """Today's name of a family, after checking that it is one and takes these options."""
    if name in FORMER:
        warn(f"family {name!r}", repr(FORMER[name]), stacklevel=4)
        name = FORMER[name]
    if name not in FAMILIES:
        raise ValueError(f"there is {unknown_word(name, list(FAMILIES)).replace('It takes', 'families are')}")
    known = [word for word in inspect.signature(FAMILIES[name]).parameters if word not in _NOT_OPTIONS]
    for word in options:
        if word not in known:
            takes = unknown_word(word, known) if known else f"no options, received {word!r}"
            raise ValueError(f"the family {name!r} takes {takes}")
    return name


@renamed_arguments(dist="distances")
def farthest_starts(walls, goal, distances=None):
    """Return the cell from which the shortest path to the goal is longest.

    Args:
        walls: `[H, W]` or `[B, H, W]`.
        goal: `[2]` or `[B, 2]`.
        distances: `pnzoo.gridworld.distances(walls, goal)` if at hand, or those of four moves.

    Returns:
        int `[2]` or `[B, 2]`; among equals the first in reading order.

    Raises:
        ValueError: if no cell of a map reaches its goal.

    Example:
        >>> farthest_starts([[0, 0, 0], [0, 1, 1]], (1, 0))
        array([0, 2])
    """
    walls, goal, single = as_batch(walls, goal)
    length = _distances(walls, goal) if distances is None else _given(distances, walls, single)
    far = np.where(np.isfinite(length), length, 0.0).reshape(len(walls), walls.shape[1] * walls.shape[2])
    if len(far) and (far.max(axis=1) == 0).any():
        index = int(np.argmax(far.max(axis=1) == 0))
        raise ValueError(f"no cell of map {index} reaches its goal {tuple(goal[index].tolist())}; "
                         "choose another goal or remove walls")
    starts = np.stack(np.divmod(far.argmax(axis=1), walls.shape[2]), axis=1)
    return starts[0] if single else starts


def _inside(ends, cells, which, line, rng):
    """A random cell of a room that takes `cells[which, line]` cells and ends before `ends[which, line]`."""
    return ends[which, line] - 1 - rng.integers(0, cells[which, line])


def _gaps_across(n, height, width, rng, spacing):
    cells = maze_graph.line_widths(n, height, spacing, rng, widen_rooms=True)
    walls = np.repeat((maze_graph.line_of_cell(cells) % 2 == 1)[:, :, None], width, axis=2)
    rows = cells.cumsum(axis=1)[:, :-1:2]  # of the walls
    walls[np.arange(n)[:, None], rows, rng.integers(0, width, rows.shape)] = False
    return walls


def _outer(rows, columns):
    return rows[:, :, None] & columns[:, None, :]


__getattr__ = renamed(__name__, {"main_ground": "largest_component", "traps": "bugtraps", "gaps": "alternating_gaps"})
