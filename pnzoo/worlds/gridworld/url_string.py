"""Maps as one short word, for links: size, start, goal and the walls as bits."""

import base64
import binascii
import re

import numpy as np

from pnzoo.core.deprecation import renamed, renamed_arguments
from pnzoo.worlds.gridworld.text import ParsedMap
from pnzoo.worlds.gridworld.validation import as_cell, as_walls

_CELL = r"_(?:(\d{1,4})\.(\d{1,4}))?"
_PATTERN = re.compile(rf"(\d{{1,4}})x(\d{{1,4}}){_CELL}{_CELL}_([A-Za-z0-9_-]*)", re.ASCII)


def to_string(walls, start=None, goal=None):
    """Write a map as a word of letters that a link can carry.

    Args:
        walls: `[H, W]`, True or 1 at walls.
        start: (row, column) or None.
        goal: (row, column) or None.

    Returns:
        `"HxW_row.col_row.col_BITS"`: height and width, start, goal, and the walls row by row,
        eight cells a byte, in URL-safe base64.

    Raises:
        ValueError: if `walls` is no map or a cell lies off it.

    Example:
        >>> to_string([[0, 0, 0], [1, 1, 0]], start=(0, 0), goal=(1, 2))
        '2x3_0.0_1.2_GA'
    """
    walls = as_walls(walls)
    bits = base64.urlsafe_b64encode(np.packbits(walls).tobytes()).decode().rstrip("=")
    cells = ["" if cell is None else "{}.{}".format(*as_cell(name, cell, walls))
             for name, cell in (("start", start), ("goal", goal))]
    return f"{walls.shape[0]}x{walls.shape[1]}_{cells[0]}_{cells[1]}_{bits}"


@renamed_arguments(code="map_string")
def from_string(map_string):
    """Read a map from the word that `to_string` wrote.

    Args:
        map_string: the word.

    Returns:
        A `ParsedMap` (walls, start, goal).

    Raises:
        ValueError: if it is no such word, is cut off or too long, or start or goal lie off the map.

    Example:
        >>> parsed = from_string("2x3_0.0_1.2_GA")
        >>> parsed.walls.astype(int).tolist(), parsed.start, parsed.goal
        ([[0, 0, 0], [1, 1, 0]], (0, 0), (1, 2))
    """
    match = _PATTERN.fullmatch(map_string) if isinstance(map_string, str) else None
    if match is None:
        raise ValueError(f"{str(map_string)[:40]!r} is no map string; one looks like '2x3_0.0_1.2_GA', "
                         "and pnzoo.gridworld.to_string(walls, start, goal) writes it")
    height, width = int(match[1]), int(match[2])
    needed = (height * width + 7) // 8
    try:
        data = base64.b64decode(match[7] + "=" * (-len(match[7]) % 4), altchars="-_", validate=True)
    except binascii.Error:
        data = b""
    if not needed or len(data) != needed:  # compared before anything of that size is made
        raise ValueError(f"the map string says {height}x{width}, which takes {needed} bytes of walls, and "
                         f"holds {len(data)}; it was cut off or changed, copy it again")
    bits = np.unpackbits(np.frombuffer(data, np.uint8), count=height * width)
    walls = bits.reshape(height, width).astype(bool)
    start, goal = (as_cell(name, (int(match[i]), int(match[i + 1])), walls) if match[i] else None
                   for name, i in (("start", 3), ("goal", 5)))
    return ParsedMap(walls, start, goal)


__getattr__ = renamed(__name__, {"to_code": "to_string", "from_code": "from_string"})
