"""The map of a lesson -> a small SVG picture in which value spreads, step by step, where it is shown (tiles.css)."""

from dashboard.figures import theme
from dashboard.figures.planning_svg import rectangles


def spread(walls, start, goal, steps, path=(), last=None, dark=False):
    """A map in the colours of V, from G outwards; cells that value does not reach stay empty.

    Args:
        walls: bool [H, W].
        start, goal: (row, col).
        steps: int [H, W], moves to G; cells of -1 are never coloured.
        path: int [T, 2], a way from S to G, or none.
        last: step after which value spreads no more; None: it reaches all.
        dark: theme.

    Returns:
        SVG text; cells of one step are a group of the class `flood`, with `--k`.
    """
    (height, width), look, scale = walls.shape, theme.of(dark), theme.stops(theme.VALUE_SCALE)
    end = int(steps.max()) if last is None else last
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" shape-rendering="crispEdges">'
             f'<rect width="{width}" height="{height}" fill="{look.floor}"/>'
             f'<path d="{rectangles(walls)}" fill="{look.wall}"/>']
    for k in range(end + 1):
        red, green, blue = scale[round((1 - k / max(1, int(steps.max()))) * (len(scale) - 1))]
        parts.append(f'<path class="flood" style="--k:{k}" d="{rectangles(steps == k)}" '
                     f'fill="rgb({red},{green},{blue})" stroke="rgb({red},{green},{blue})" stroke-width=".2"/>')
    if len(path):
        line = " ".join(f"{c + 0.5},{r + 0.5}" for r, c in path)
        parts.append(f'<polyline class="flood" style="--k:{end + 2}" points="{line}" fill="none" stroke="{look.path}" '
                     f'stroke-width=".6" stroke-linejoin="round"/>')
    (sr, sc), (gr, gc) = start, goal
    parts.append(
        f'<circle cx="{sc + 0.5}" cy="{sr + 0.5}" r=".8" fill="{look.path}" stroke="{look.ink}" stroke-width=".15"/>'
        f'<path d="M{gc + 0.5} {gr - 0.5}l1 1l-1 1l-1 -1z" fill="{look.good}" stroke="{look.ink}" stroke-width=".15"/>')
    return "".join(parts) + "</svg>"
