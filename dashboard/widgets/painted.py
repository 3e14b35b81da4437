"""Cells whose reward was painted over, as an address carries them: row,column,reward joined by _."""

from dashboard.widgets import choices, map_grid
from dashboard.widgets.map_input import MAX_SIDE


def from_address(text: str) -> tuple:
    """((row, col, reward), ...) out of a link, checked."""
    cells = []
    for part in text.split("_")[: map_grid.MOST_PAINTED + 1]:
        try:
            row, col, value = part.split(",")
            inside = choices.read_int("row or column", 0, MAX_SIDE - 1)
            cells.append((inside(row), inside(col), float(value)))
        except ValueError:
            raise ValueError(
                f"paint is row,column,reward joined by _, such as 3,4,0.5_3,5,-1; this has {part[:40]!r}"
            ) from None
        most = map_grid.MOST_REWARD
        if not abs(cells[-1][2]) <= most:  # also not NaN
            raise ValueError(f"a painted reward lies between -{most} and {most}, and this is {value[:40]}")
    if len(cells) > map_grid.MOST_PAINTED:
        raise ValueError(f"at most {map_grid.MOST_PAINTED} cells can be painted")
    return tuple(cells)


def to_address(paint) -> str | None:
    """The same back again; None for no cell."""
    return "_".join(f"{row},{col},{value:g}" for row, col, value in paint) or None
