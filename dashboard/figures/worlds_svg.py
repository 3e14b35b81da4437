"""Walks on a web and drives of a body as SVG pictures."""

from html import escape

import numpy as np

from dashboard.figures import theme

ROW, WIDE, LONGEST = 30, 420, 30


def walk(steps, reached, dark=False):
    """Pages from top to bottom; from each the links that looked best, the wider the likelier.

    Args:
        steps: of `dashboard.compute.WebWalk`.
        reached: whether the walk ended on the goal.
        dark: theme.

    Returns:
        SVG text.
    """
    look = theme.of(dark)
    most = max((len(step.offered) for step in steps), default=0)
    gap = (max(1, most) + 1) * ROW + 6
    height = 40 + gap * (len(steps) - 1) + 12
    head = f'viewBox="0 0 {WIDE} {height}" font-family="sans-serif" font-size="15"'
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" {head}>']
    for i, step in enumerate(steps):
        top, last = 22 + i * gap, i == len(steps) - 1
        fill = (look.good if reached else look.path) if last else look.best
        if not last:
            for j, (title, share) in enumerate(zip(step.offered, step.shares, strict=True)):
                y, taken = top + (j + 1) * ROW, j == step.taken
                colour = look.best if taken else look.faint
                parts.append(
                    f'<path d="M12 {top + 6}C12 {y} 40 {y} 70 {y}" fill="none" stroke="{colour}" '
                    f'stroke-width="{1 + 9 * share:.1f}" stroke-linecap="round"/>'
                    f'<text x="84" y="{y + 5}" fill="{look.text}" font-weight="{700 if taken else 400}">'
                    f"{escape(_short(title))}</text>"
                    f'<text x="{WIDE - 6}" y="{y + 5}" text-anchor="end" fill="{look.text}">{share:.0%}</text>'
                )
            parts.append(f'<path d="M12 {top}V{top + gap}" stroke="{look.best}" stroke-width="2"/>')
        parts.append(
            f'<circle cx="12" cy="{top}" r="8" fill="{fill}"/><text x="28" y="{top + 5}" fill="{look.text}" '
            f'font-weight="700">{escape(_short(step.title))}</text>'
        )
    return "".join(parts) + "</svg>"


def _short(title):
    return title if len(title) <= LONGEST else title[: LONGEST - 1] + "…"


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
