"""Drives of a body as SVG pictures."""

import numpy as np

from dashboard.figures import theme


def drive(walls, goal, runs, values=None, dark=False):
    """A map with the way of each body, drawn while time passes: each disc goes as fast as its body did.

    Args:
        walls: bool [H, W].
        goal: (row, column).
        runs: list of (path float [T, 2], seconds, colour).
        values: float [h, w], drawn under the map, or None.
        dark: theme.

    Returns:
        SVG text.
    """
    look, (height, width) = theme.of(dark), walls.shape
    under = _heat(values, height, width) if values is not None else ""
    cells = "".join(f"M{c} {r}h1v1h-1z" for r, c in np.argwhere(walls))
    (row, col), longest = goal, max((seconds for _, seconds, _ in runs), default=1.0)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" shape-rendering="geometricPrecision">'
        f'<rect width="{width}" height="{height}" fill="{look.floor}"/>{under}<path d="{cells}" fill="{look.wall}"/>'
        f'<path d="M{col + 0.5} {row - 0.15}l.65 .65l-.65 .65l-.65 -.65z" fill="{look.good}" stroke="{look.ink}" '
        'stroke-width=".08"/>'
    ]
    for path, seconds, colour in runs:
        line = "M" + "L".join(f"{c:.2f} {r:.2f}" for r, c in path)
        points, times = _places(seconds, longest)
        parts.append(
            f'<path d="{line}" fill="none" stroke="{colour}" stroke-width=".25" stroke-linejoin="round" opacity=".75"/>'
            f'<circle r=".45" fill="{colour}" stroke="{look.ink}" stroke-width=".08">'
            f'<animateMotion dur="{longest:.1f}s" repeatCount="indefinite" calcMode="linear" path="{line}" '
            f'keyPoints="{points}" keyTimes="{times}"/></circle>'
        )
    return "".join(parts) + "</svg>"


def _places(seconds, longest):
    """keyPoints and keyTimes: along the way until its time is over, then at rest."""
    share = min(1.0, seconds / max(longest, 1e-9))
    return ("0;1", "0;1") if share > 0.999 else ("0;1;1", f"0;{share:.4f};1")


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
