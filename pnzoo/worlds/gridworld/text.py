"""Maps as text: `#` wall, `.` free, `S` start, `G` goal, and `*` for a path when printing."""

from typing import NamedTuple

import numpy as np

from pnzoo.worlds.gridworld.validation import as_cell, as_walls


class ParsedMap(NamedTuple):
    """A map read from text: `walls` bool `[H, W]`, `start` and `goal` as (row, column) or None.

    Example:
        >>> parse("S.G").walls.shape
        (1, 3)
    """

    walls: np.ndarray
    start: tuple | None
    goal: tuple | None


def parse(text):
    """Read a map from text.

    Args:
        text: one line a row, of `#` wall, `.` free, `S` start, `G` goal; `*` (a path, as `render` prints it)
            counts as free. Blank lines before and after and spaces round the map do not matter.

    Returns:
        A `ParsedMap` (walls, start, goal); start and goal are None where the text has none.

    Raises:
        ValueError: naming line and column of a wrong character, a short or long line, a second S or G.

    Example:
        >>> parsed = parse('''
        ...     ####
        ...     #SG#
        ...     ####
        ... ''')
        >>> parsed.walls.shape, parsed.start, parsed.goal
        ((3, 4), (1, 1), (1, 2))
    """
    if not isinstance(text, str):
        raise ValueError(f"a map as text was expected, received {type(text).__name__}; "
                         "an array needs no parsing")
    numbered = enumerate(text.splitlines(), start=1)
    lines = [(number, line.rstrip()) for number, line in numbered if line.strip()]
    if not lines:
        raise ValueError("the text holds no map; type rows of # (wall) and . (free), e.g. 'S..\\n.#G'")
    indent = min(len(line) - len(line.lstrip()) for _, line in lines)
    width = len(lines[0][1]) - indent
    found = {"S": None, "G": None}
    walls = np.zeros((len(lines), width), dtype=bool)
    for row, (number, line) in enumerate(lines):
        if row and number != lines[row - 1][0] + 1:
            raise ValueError(f"line {number - 1} is blank in the middle of the map; fill it with # or .")
        cells = line[indent:]
        for column, mark in enumerate(cells):
            _read_mark(mark, (row, column), (number, column + indent + 1), found)
        if len(cells) != width:
            raise ValueError(f"line {number} has {len(cells)} cells, the first line of the map has {width}; "
                             f"it differs from column {min(len(cells), width) + indent + 1}")
        walls[row] = [mark == "#" for mark in cells]
    return ParsedMap(walls, found["S"], found["G"])


def _read_mark(mark, cell, place, found):
    if mark not in "#.*SG":
        raise ValueError(f"line {place[0]}, column {place[1]}: received {mark!r}; "
                         "use # wall, . free, S start, G goal")
    if mark in found:
        if found[mark] is not None:
            raise ValueError(f"line {place[0]}, column {place[1]}: a second {mark}; a map has one at most")
        found[mark] = cell


def render(walls, start=None, goal=None, path=None):
    """Print a map as text that `parse` reads back.

    Args:
        walls: `[H, W]`, True or 1 at walls.
        start: (row, column) or None.
        goal: (row, column) or None.
        path: int `[T, 2]` or None; its cells become `*`, start and goal keep their letters.

    Returns:
        H lines of W characters, without a newline at the end.

    Raises:
        ValueError: if a cell lies off the map.

    Example:
        >>> print(render([[0, 0, 0], [1, 1, 0]], start=(0, 0), goal=(1, 2), path=[(0, 0), (0, 1), (1, 2)]))
        S*.
        ##G
    """
    walls = as_walls(walls)
    marks = np.where(walls, "#", ".")
    for cell in () if path is None else path:
        marks[as_cell("a cell of the path", cell, walls)] = "*"
    if start is not None:
        marks[as_cell("start", start, walls)] = "S"
    if goal is not None:
        marks[as_cell("goal", goal, walls)] = "G"
    return "\n".join("".join(row) for row in marks)
