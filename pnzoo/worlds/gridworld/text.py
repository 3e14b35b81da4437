"""Maps as text: what `render` and the environments print, and what people type, paste and keep in files.

    #  █ ■ ▓ X 1 T W O   wall                 S   start, or the agent
    .  · 0               free                 G   goal
    *                    free, on a path      +   start and goal in one cell

Letters may be lower case but for T, W and O. `@` is the agent where a map has one `@` and no S, and a wall where it has
several. Spaces are free cells in a map without another mark for them; otherwise they may stand between all cells, as
tabs and commas may. A MovingAI map has a header, and is read by its own rules (`pnzoo.worlds.gridworld.movingai`).
"""

import re
import unicodedata
from typing import NamedTuple

import numpy as np

from pnzoo.worlds.gridworld import movingai
from pnzoo.worlds.gridworld.text_source import as_text
from pnzoo.worlds.gridworld.validation import as_cell, as_walls

WALLS, FREE, START, GOAL, BOTH, AGENT = "#█■▓X1TWO", ".·0* ", "S", "G", "+", "@"
_MARKS = WALLS + FREE + START + GOAL + BOTH + AGENT
_SPACES = "\u00a0\u2002\u2003\u2007\u202f\u3000"  # as word processors and web pages write them
_INVISIBLE = "\ufeff\u200b\u200e\u200f\u2060"
_TRANSLATED = str.maketrans(
    {"s": "S", "g": "G", "x": "X", **dict.fromkeys(_SPACES, " "), **dict.fromkeys(_INVISIBLE, "")}
)
_SEPARATORS = "\t,;"
_FENCE = re.compile(r"\s*(```|~~~)\s*\w*\s*")
_SUMMARY = re.compile(r"(reached in \d|not reached: )")  # what `pnzoo plan` prints below a map


class ParsedMap(NamedTuple):
    """A map read from text: `walls` bool `[H, W]`, `start` and `goal` as (row, column) or None.

    Example:
        >>> parse("S.G").walls.shape
        (1, 3)
    """

    walls: np.ndarray
    start: tuple | None
    goal: tuple | None


class _Row(NamedTuple):
    """A row of cells, and where they stand in the text."""

    cells: str
    line: int
    column: int  # of the first cell, from 1
    stride: int  # characters from cell to cell; 0 where they differ

    def place(self, cell):
        if not self.stride:
            return f"line {self.line}, cell {cell + 1}"
        return f"line {self.line}, column {self.column + self.stride * cell}"


def parse(source):
    """Read a map from text.

    Args:
        source: text with one line a row, in the marks above; or a list of such lines, or the path of a file with
            them. Blank lines and code fences around the map and spaces beside it do not matter.

    Returns:
        A `ParsedMap` (walls, start, goal); start and goal are None where the text has none.

    Raises:
        ValueError: naming line and column of a wrong character, a short or long line, a second S or G.
        OSError: a file that cannot be read.

    Example:
        >>> parsed = parse('''
        ...     ####
        ...     #SG#
        ...     ####
        ... ''')
        >>> parsed.walls.shape, parsed.start, parsed.goal
        ((3, 4), (1, 1), (1, 2))
        >>> parse("1 1 1\\n1 0 1").walls.astype(int).tolist()
        [[1, 1, 1], [1, 0, 1]]
    """
    lines = _lines(as_text(source, _is_map))
    if movingai.has_header([line for _, line in lines]):
        return ParsedMap(movingai.parse_movingai([line for _, line in lines]), None, None)
    rows = _rows([(number, line.translate(_TRANSLATED)) for number, line in lines])
    codes = np.frombuffer("".join(row.cells for row in rows).encode("utf-32-le"), "<u4").reshape(len(rows), -1)
    _check_marks(codes, rows)
    agent = AGENT if _is(codes, AGENT).sum() == 1 and not _is(codes, START + BOTH).any() else ""
    start = _only_cell(codes, START + BOTH + agent, rows)
    goal = _only_cell(codes, GOAL + BOTH, rows)
    return ParsedMap(_is(codes, WALLS if agent else WALLS + AGENT), start, goal)


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
        marks[as_cell("start", start, walls)] = START
    if goal is not None:
        goal = as_cell("goal", goal, walls)
        marks[goal] = BOTH if marks[goal] == START else GOAL
    return "\n".join("".join(row) for row in marks)


def _is_map(line):
    """Whether a single line is a map of one row, and no file's name."""
    return bool(line.strip()) and set(line.translate(_TRANSLATED)) <= set(_MARKS + _SEPARATORS)


def _lines(text):
    """The lines of the map, numbered from 1: what stands around it is left out."""
    numbered = enumerate(text.removeprefix("\ufeff").splitlines(), start=1)
    lines = [(number, line) for number, line in numbered if not _FENCE.fullmatch(line)]
    while lines and (_is_blank(lines[-1]) or _SUMMARY.match(lines[-1][1])):
        lines.pop()
    while lines and _is_blank(lines[0]):
        lines.pop(0)
    if not lines:
        raise ValueError("the text holds no map; type rows of # (wall) and . (free), e.g. 'S..\\n.#G'")
    return lines


def _is_blank(line):
    return not line[1].translate(_TRANSLATED).strip()


def _rows(lines):
    """The cells of every line, without indentation and what stands between cells."""
    separator = _separator([line for _, line in lines])
    rows = [_split(*line, separator) for line in lines] if separator else _unindented(lines)
    width = len(rows[0].cells)
    for row in rows:
        if len(row.cells) != width:
            odd = row.place(min(len(row.cells), width)).split(", ")[1]
            raise ValueError(f"line {row.line} has {len(row.cells)} cells, the first line of the map has {width}; "
                             f"it differs from {odd}")
    return rows


def _separator(text):
    """The character between cells, or None: tabs before and after a map are only white space."""
    between = next((mark for mark in _SEPARATORS if any(mark in line.strip() for line in text)), None)
    if between:
        return between
    left = any(line.startswith("\t") for line in text)
    right = any(line.rstrip(" ").endswith("\t") for line in text)
    narrow = all(len(cell.strip()) <= 1 for line in text for cell in line.split("\t"))
    return "\t" if left and right and narrow else None


def _split(number, line, separator):
    """Cells between separators; an empty one is free."""
    if separator != "\t":
        line = line.strip().removesuffix(separator)
    cells = [cell.strip() or " " for cell in line.split(separator)]
    long = next((cell for cell in cells if len(cell) > 1), None)
    if long:
        raise ValueError(f"line {number}: received {long[:20]!r} between two {separator!r}; a cell is one character")
    return _Row("".join(cells), number, 1, 0)


def _unindented(lines):
    """Rows of a map without separators, or with a space between every two cells."""
    for number, line in lines:
        if not line:
            raise ValueError(f"line {number} is blank in the middle of the map; fill it with # or .")
    numbers, text = zip(*lines, strict=True)
    indent = min(len(line) - len(line.lstrip()) for line in text if line.strip())
    cells = [line[indent:].rstrip() for line in text]
    marked = any(mark in line for line in cells for mark in FREE.strip())
    stride = 2 if marked and _is_spaced(cells) else 1
    if stride == 2:
        cells = [line[::2] for line in cells]
    elif marked:
        _check_spaces(cells, numbers, indent)
    elif any(" " in line for line in cells):  # spaces are free, and editors cut them at the end
        width = max(map(len, cells))
        cells = [line.ljust(width) for line in cells]
    return [_Row(line, number, indent + 1, stride) for number, line in zip(numbers, cells, strict=True)]


def _is_spaced(cells):
    """Whether a space stands between every two cells of every line."""
    return any(len(line) > 1 for line in cells) and all(
        set(line[1::2]) <= {" "} and " " not in line[::2] for line in cells
    )


def _check_spaces(cells, numbers, indent):
    """A map with `.` for free cells has none left for spaces."""
    for number, line in zip(numbers, cells, strict=True):
        if not line:
            raise ValueError(f"line {number} is blank in the middle of the map; fill it with # or .")
        if " " in line:
            raise ValueError(f"line {number}, column {line.index(' ') + indent + 1}: received ' ' in a map whose free "
                             "cells are '.' or 0; write all of them alike")


def _check_marks(codes, rows):
    wrong = ~_is(codes, _MARKS)
    if not wrong.any():
        return
    row, column = (int(i) for i in np.argwhere(wrong)[0])
    mark = chr(codes[row, column])
    name = "" if mark.isascii() else f" ({unicodedata.name(mark, 'no name')})"
    raise ValueError(f"{rows[row].place(column)}: received {mark!r}{name}; use # wall, . free, S start, G goal"
                     + ("" if len(rows) > 1 else "; a file of that name is not there either"))


def _only_cell(codes, marks, rows):
    """The cell with one of these marks, or None."""
    cells = np.argwhere(_is(codes, marks))
    if len(cells) > 1:
        row, column = map(int, cells[1])
        raise ValueError(f"{rows[row].place(column)}: a second {marks[0]}; a map has one at most")
    return (int(cells[0, 0]), int(cells[0, 1])) if len(cells) else None


def _is(codes, marks):
    """Where one of these characters stands: uint32 `[H, W]` -> bool `[H, W]`."""
    return np.isin(codes, [ord(mark) for mark in marks])
