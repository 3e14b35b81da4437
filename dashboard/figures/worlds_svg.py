"""Drives of a body as SVG pictures."""

import numpy as np

from dashboard.figures import theme
from dashboard.figures.planning_svg import rectangles


def drive(walls, goal, runs, values=None, dark=False):
    """A map with the way of each body and a disc at its end; body_drive.js moves them.

    Args:
        walls: bool [H, W].
        goal: (row, column).
        runs: list of (path float [T, 2], colour).
        values: float [h, w], drawn under the map, or None.
        dark: theme.

    Returns:
        SVG text.
    """
    look, (height, width) = theme.of(dark), walls.shape
    under = _heat(values, height, width) if values is not None else ""
    cells = rectangles(walls)
    row, col = goal
    letter = f'text-anchor="middle" font-size=".8" font-weight="700" font-family="sans-serif" fill="{look.ink}"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" shape-rendering="geometricPrecision">'
        f'<rect width="{width}" height="{height}" fill="{look.floor}"/>{under}<path d="{cells}" fill="{look.wall}"/>'
        f'<path d="M{col + 0.5} {row - 0.5}l1 1l-1 1l-1 -1z" fill="{look.good}" stroke="{look.ink}" '
        f'stroke-width=".08"/><text x="{col + 0.5}" y="{row + 0.78}" {letter}>G</text>'
    ]
    for path, colour in runs:
        line, (y, x) = "M" + "L".join(f"{c:.2f} {r:.2f}" for r, c in path), path[-1]
        parts.append(
            f'<path class="way" d="{line}" fill="none" stroke="{colour}" stroke-width=".25" stroke-linejoin="round"/>'
            f'<circle class="body" transform="translate({x:.2f} {y:.2f})" r=".5" fill="{colour}" stroke="{look.ink}" '
            'stroke-width=".08"/>'
        )
    return "".join(parts) + "</svg>"


def _heat(values, height, width):
    """Values as squares of colour, from the lowest to the highest of free cells."""
    shown = np.asarray(values, float)
    low, high = np.quantile(shown, 0.1), shown.max()
    stops = theme.stops(theme.VALUE_SCALE)
    tall, wide = height / shown.shape[0], width / shown.shape[1]
    parts = []
    for (row, col), value in np.ndenumerate(shown):
        place = float(np.clip((value - low) / ((high - low) or 1.0), 0, 1)) * (len(stops) - 1)
        first = min(len(stops) - 2, int(place))
        a, b = np.array(stops[first], float), np.array(stops[first + 1], float)
        red, green, blue = (int(part) for part in np.rint(a + (b - a) * (place - first)))
        parts.append(
            f'<rect x="{col * wide:.2f}" y="{row * tall:.2f}" width="{wide:.2f}" height="{tall:.2f}" '
            f'fill="rgb({red},{green},{blue})" fill-opacity=".55"/>'
        )
    return "".join(parts)
