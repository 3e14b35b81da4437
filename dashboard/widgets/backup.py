"""One cell's backup as a sum with its numbers, P x (R + V before) + b = Q (backup.js)."""

import numpy as np

from dashboard.figures import theme
from dashboard.widgets import canvas

_backup = canvas.component("backup", '<div class="backup" role="group" aria-label="The sum"></div>', drawing=False)


def show(key: str, parts: list, top: int, answer: float) -> None:
    """Show a sum.

    Args:
        key: of the component.
        parts: of the sum: signs, and what `nine` returned.
        top: which of the nine cells weighs most, 0 ... 8.
        answer: what it comes to.
    """
    _backup(key=key, data={"parts": parts, "top": top, "answer": short(answer)})


def nine(numbers, name, share, stops, dark=False, walls=None, named=None, weights=False):
    """Nine numbers and the colours of their cells.

    Args:
        numbers: [3, 3].
        name: a word above.
        share: [3, 3], where each lies on the scale, 0 ... 1.
        stops: colours of the scale, [[red, green, blue], ...].
        dark: theme.
        walls: bool [3, 3], cells in the colour of a wall; None: none.
        named: bool [3, 3], cells that are called walls in place of their number; None: none.
        weights: whether these are what others are multiplied by, and so need a digit more.

    Returns:
        {"name", "cells": [[text, colour, colour of the letters], ...]}.
    """
    walls, named = (np.zeros((3, 3), bool) if each is None else each for each in (walls, named))
    cells = []
    for place, number in np.ndenumerate(np.asarray(numbers, float)):
        wall = walls[place] or named[place]
        colour = _rgb(theme.of(dark).wall) if wall else _between(share[place], stops)
        words = "wall" if named[place] else weight(number) if weights else short(number)
        cells.append([words, f"rgb({','.join(map(str, colour))})", theme.letters_on(*colour)])
    return {"name": name, "cells": cells}


def short(number: float) -> str:
    """A number that fits into a small cell."""
    digits = 0 if abs(number) >= 100 else 1 if abs(number) >= 10 else 2
    return f"{number:.{digits}f}".replace("-", "−")


def weight(number: float) -> str:
    """A number of which only a part counts, times others of two digits."""
    return "0" if abs(number) < 0.0005 else f"{number:.3f}".replace("-", "−")


def _rgb(colour):
    return [int(colour[i : i + 2], 16) for i in (1, 3, 5)]


def _between(share, stops):
    place = float(np.clip(share, 0, 1)) * (len(stops) - 1)
    first = min(len(stops) - 2, int(place))
    return [round(a + (b - a) * (place - first)) for a, b in zip(stops[first], stops[first + 1], strict=True)]
