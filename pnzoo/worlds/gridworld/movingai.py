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
