"""Maps of the MovingAI benchmarks: a header of four lines, then one character a cell.

    type octile
    height 3
    width 4
    map
    ....
    .@T.
    ..SG

`.` and `G` are ground and `S` is swamp: free, as in the benchmark's own code. All else is a wall: `@` and `O` lie out
of bounds, `T` are trees, `W` is water. There is no start and no goal in such a file; scenario files hold them.
"""

import re
from typing import NamedTuple

import numpy as np

from pnzoo.worlds.gridworld.text_source import read_text

FREE = ".GS"
_HEADER = re.compile(r"type\s+\w+\s+height\s+(\d{1,6})\s+width\s+(\d{1,6})\s+map", re.ASCII | re.IGNORECASE)


def read_movingai(path):
    """Read a map of the MovingAI benchmarks.

    Args:
        path: of a `.map` file.

    Returns:
        walls: bool `[H, W]`, True at walls.

    Raises:
        OSError: the file is not there.
        ValueError: it is no such map, or is cut off.

    Example:
        >>> import os, tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = os.path.join(folder, "tiny.map")
        ...     with open(path, "w") as file:
        ...         _ = file.write("type octile\\nheight 1\\nwidth 3\\nmap\\n.@S\\n")
        ...     walls = read_movingai(path)
        >>> walls.astype(int)
        array([[0, 1, 0]])

    Reference: Sturtevant 2012, "Benchmarks for grid-based pathfinding", and movingai.com.
    """
    lines = read_text(path).splitlines()
    if not has_header(lines):
        raise ValueError(f"{path} has no header of a MovingAI map: type, height, width, map, a line each; "
                         "pnzoo.gridworld.parse reads other maps")
    return parse_movingai(lines)


def has_header(lines):
    """Whether text begins as a MovingAI map.

    Example:
        >>> has_header(["type octile", "height 1", "width 2", "map", ".."])
        True
    """
    return bool(lines) and lines[0].split()[:1] in (["type"], ["TYPE"], ["Type"])


def parse_movingai(lines):
    """Read the lines of such a map, header included: list of str -> bool `[H, W]`.

    Raises:
        ValueError: naming the line that is wrong.

    Example:
        >>> parse_movingai(["type octile", "height 1", "width 2", "map", ".@"])
        array([[False,  True]])
    """
    header = _HEADER.fullmatch(" ".join(line.strip() for line in lines[:4]))
    if not header:
        raise ValueError("the header of a MovingAI map has four lines, such as 'type octile', 'height 3', 'width 4', "
                         f"'map'; received {' / '.join(lines[:4])[:80]!r}")
    height, width = int(header[1]), int(header[2])
    rows = [line.rstrip("\r\n") for line in lines[4:]]
    while rows and len(rows) > height and not rows[-1].strip():
        rows.pop()
    if len(rows) != height or not height or not width:
        raise ValueError(f"the header says {height} rows of {width} cells, the map has {len(rows)} rows; "
                         "it was cut off or changed")
    for number, row in enumerate(rows, start=5):
        if len(row) != width:
            raise ValueError(f"line {number} has {len(row)} cells, the header says width {width}")
    codes = np.frombuffer("".join(rows).encode("utf-32-le"), "<u4").reshape(height, width)
    return ~np.isin(codes, [ord(mark) for mark in FREE])


class Scenarios(NamedTuple):
    """Pairs of cells of one map, and how far apart they are.

    map_name:  of the map's file, as the scenarios have it
    shape:     (height, width) of the map
    bucket:    int [N], the length in fours
    start, goal: int [N, 2], (row, col)
    length:    float [N], of the shortest path: 1 a straight move, sqrt 2 a diagonal one that passes no corner of a wall
    precision: float [N], half a unit of the last digit that the file gives of the length
    """

    map_name: str
    shape: tuple
    bucket: np.ndarray
    start: np.ndarray
    goal: np.ndarray
    length: np.ndarray
    precision: np.ndarray


def read_scenarios(path):
    """Read a scenario file of the MovingAI benchmarks.

    Args:
        path: of a `.scen` file.

    Returns:
        `Scenarios`.

    Raises:
        OSError: the file is not there.
        ValueError: it is no such file; the message names the line.

    Example:
        >>> import os, tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = os.path.join(folder, "tiny.map.scen")
        ...     with open(path, "w") as file:
        ...         _ = file.write("version 1\\n0\\ttiny.map\\t4\\t3\\t0\\t0\\t3\\t1\\t3.41421\\n")
        ...     scenarios = read_scenarios(path)
        >>> scenarios.goal.tolist(), scenarios.length.tolist()
        ([[1, 3]], [3.41421])

    Reference: Sturtevant 2012, "Benchmarks for grid-based pathfinding", and movingai.com.
    """
    return parse_scenarios(read_text(path).splitlines(), path)


def parse_scenarios(lines, name="the text"):
    """Read the lines of a scenario file: list of str -> `Scenarios`.

    Raises:
        ValueError: naming the line that is wrong.

    Example:
        >>> parse_scenarios(["version 1", "0 tiny.map 4 3 0 0 3 0 3"]).shape
        (3, 4)
    """
    if not lines or not re.fullmatch(r"version\s+1(\.0)?\s*", lines[0], re.ASCII):
        raise ValueError(f"{name} does not begin with 'version 1', as scenarios of MovingAI do")
    rows = [_scenario(number, line) for number, line in enumerate(lines[1:], start=2) if line.strip()]
    maps = {row[:3] for row in rows}
    if len(maps) != 1:
        raise ValueError(f"{name} holds scenarios of {len(maps)} maps or sizes; one was expected")
    (map_name, height, width), numbers = maps.pop(), np.array([row[3] for row in rows])
    precision = np.array([0.5 * 10.0 ** -len(row[4].partition(".")[2]) for row in rows])
    cells = numbers[:, 1:5].astype(int)
    if (cells < 0).any() or (cells >= [width, height, width, height]).any():
        raise ValueError(f"{name} has a cell outside of its {height}x{width} map")
    bucket = numbers[:, 0].astype(int)
    return Scenarios(map_name, (height, width), bucket, cells[:, 1::-1], cells[:, :1:-1], numbers[:, 5], precision)


def _scenario(number, line):
    """(map, height, width, numbers, length as it is written) of one line."""
    words = line.split("\t") if "\t" in line else line.split()
    try:
        bucket, name, width, height, *cells, length = words
        if len(cells) != 4:
            raise ValueError
        numbers = [int(bucket), *map(int, cells), float(length)]
        return name, int(height), int(width), numbers, length.strip()
    except ValueError:
        what = f"line {number} is no scenario, nine entries from bucket to length"
        raise ValueError(f"{what}; received {line[:80]!r}") from None
