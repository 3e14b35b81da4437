"""Small arrays -> SVG pictures: crisp at any size, and light enough to show many."""

import numpy as np

from dashboard.figures import theme
from pnzoo.gridworld import MOVES

_CELL = 60
NOTHING = 0.01  # a weight that is left without its number
REACH = 0.62  # of an arrow, in cells, for a push by one
MOST_APART = 0.35  # cells between a push and a move whose arrows would lie on each other


def kernel(weights, push, move=-1, dark=False):
    """An action's nine weights, each in the middle of its cell, and the arrow of its mean push.

    Args:
        weights: [3, 3].
        push: (rows, columns), the mean displacement.
        move: index of a move whose arrow is drawn too, dotted, as the push is another one; -1 for none.
        dark: theme.

    Returns:
        SVG text.
    """
    top = float(np.abs(weights).max()) or 1.0
    colours = theme.of(dark)
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {3 * _CELL} {3 * _CELL}" font-family="sans-serif" '
             'font-size="17">']
    told = []
    for (row, col), weight in np.ndenumerate(np.asarray(weights, float)):
        strength = min(1.0, abs(weight) / top) * 0.8
        colour = _blend(theme.ORANGE if weight < 0 else colours.weight, colours.floor, strength)
        parts.append(f'<rect x="{col * _CELL + 1}" y="{row * _CELL + 1}" width="{_CELL - 2}" height="{_CELL - 2}" '
                     f'rx="5" fill="rgb({",".join(map(str, colour))})"/>')
        if abs(weight) >= NOTHING:
            told.append(_number(row, col, push, weight, theme.letters_on(*colour)))
    if move >= 0:
        parts.append(_arrow(MOVES[move], colours.move, 4, 'stroke-dasharray="1 7"'))
    parts.append(_arrow(push, colours.path, 5, ""))
    return "".join(parts + told) + "</svg>"


def differs(push, move):
    """Whether a push goes elsewhere than a move: its arrow would be another one."""
    return float(np.linalg.norm(np.asarray(push) - MOVES[move])) > MOST_APART


def _number(row, col, push, weight, colour):
    """A number in the middle of its cell, where no arrow comes; in the middle cell, away from the arrow."""
    down, right = (0, 0) if (row, col) != (1, 1) else (1 if push[0] <= 0 else -1, 1 if push[1] <= 0 else -1)
    x, y = ((place + 0.5 + 0.24 * aside) * _CELL for place, aside in ((col, right), (row, down)))
    outward = 4 * (row - 1), 4 * (col - 1)
    size = ' font-size="14"' if row == col == 1 else ""
    return (f'<text x="{x + outward[1]:.0f}" y="{y + outward[0] + 6:.0f}" text-anchor="middle" fill="{colour}"{size}>'
            f"{_short(weight)}</text>")


def _blend(colour, other, share):
    return [round(a * share + b * (1 - share)) for a, b in zip(theme.parts(colour), theme.parts(other), strict=True)]


def _arrow(push, colour, width, dashes):
    """From the middle to just inside the cell it leads to, so that the number there stays free."""
    right, down = float(push[1]) * _CELL * REACH, float(push[0]) * _CELL * REACH
    long = float(np.hypot(right, down))
    left = top = 1.5 * _CELL
    if long < 3:
        return f'<circle cx="{left}" cy="{top}" r="5" fill="{colour}"/>'
    x, y = left + right, top + down
    back = np.array([right, down]) / long * min(13, long)
    side = np.array([-back[1], back[0]]) * 0.55
    (ax, ay), (bx, by) = (np.array([x, y]) - back + side, np.array([x, y]) - back - side)
    style = f'stroke="{colour}" stroke-width="{width}" stroke-linecap="round" stroke-linejoin="round" fill="none"'
    return (f'<path d="M{left:.1f} {top:.1f}L{x:.1f} {y:.1f}" {style} {dashes}/>'
            f'<path d="M{ax:.1f} {ay:.1f}L{x:.1f} {y:.1f}L{bx:.1f} {by:.1f}" {style}/>')


def _short(weight):
    text = f"{weight:.2f}".replace("-", "−")
    return text.replace("0.", ".", 1) if abs(weight) < 1 else text


def arrows(policy, walls):
    """SVG paths of the move in every free cell, int [H, W] and bool [H, W], row by row."""
    parts = []
    for row, col in np.argwhere(~walls):
        down, right = MOVES[policy[row, col]] * (0.3 / np.linalg.norm(MOVES[policy[row, col]]))
        x, y = col + 0.5 + right, row + 0.5 + down
        heads = (f"M{x - 0.6 * right + turn * 0.5 * down:.2f} {y - 0.6 * down - turn * 0.5 * right:.2f}L{x:.2f} {y:.2f}"
                 for turn in (1, -1))
        parts.append(f"M{x - 2 * right:.2f} {y - 2 * down:.2f}L{x:.2f} {y:.2f}{''.join(heads)}")
    return parts


def rectangles(cells):
    """An SVG path of cells, bool [H, W]: one rectangle for those beside each other."""
    edges = np.diff(np.pad(np.asarray(cells, int), ((0, 0), (1, 1))), axis=1)
    begins, ends = np.argwhere(edges == 1), np.argwhere(edges == -1)
    return "".join(f"M{c} {r}h{end - c}v1h{c - end}z" for (r, c), (_, end) in zip(begins, ends, strict=True))


def world(walls, start, goal, path, dark=False, hue="path"):
    """A small map: walls, the way, S as a disc and G as a diamond, x where the way ends short of G.

    Args:
        walls: bool [H, W].
        start, goal: (row, col).
        path: int [T, 2].
        dark: theme.
        hue: colour of the way, a field of `theme.Theme`.

    Returns:
        SVG text.
    """
    height, width = walls.shape
    look = theme.of(dark)
    own, ink = getattr(look, hue), look.ink
    cells = rectangles(walls)
    broad = max(0.3, 0.024 * width)  # as many pixels on a large map as on a small one
    line = " ".join(f"{c + 0.5},{r + 0.5}" for r, c in path)
    (sr, sc), (gr, gc), (er, ec) = start, goal, path[-1]
    arm, mark = max(0.4, 1.5 * broad), max(0.6, 1.7 * broad)
    cross = "" if (er, ec) == (gr, gc) else (
        f'<path d="M{ec + 0.5 - arm:.2f} {er + 0.5 - arm:.2f}l{2 * arm:.2f} {2 * arm:.2f}m0 {-2 * arm:.2f}'
        f'l{-2 * arm:.2f} {2 * arm:.2f}" stroke="{own}" stroke-width="{0.75 * broad:.2f}"/>')
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" shape-rendering="geometricPrecision">'
        f'<rect width="{width}" height="{height}" fill="{look.floor}"/>'
        f'<path d="{cells}" fill="{look.wall}" fill-opacity=".6"/>'
        f'<polyline points="{line}" fill="none" stroke="{own}" stroke-width="{broad:.2f}" stroke-linejoin="round"/>'
        f'{cross}<circle cx="{sc + 0.5}" cy="{sr + 0.5}" r="{mark:.2f}" fill="{look.path}" stroke="{ink}" '
        f'stroke-width=".1"/><path transform="translate({gc + 0.5} {gr + 0.5}) scale({1.4 * mark:.2f})" '
        f'd="M0 -1l1 1l-1 1l-1 -1z" fill="{look.good}" stroke="{ink}" stroke-width=".08"/></svg>'
    )


def walks(walls, start, goal, paths, dark=False, seconds=0.16, longest=6.0, hues=("path", "reacts"),
          part=None):
    """A map with the walk of each model, all at one speed; a cross where one ends short of G.

    Lines have the class `walk`, discs `walker`, crosses `end`, and `--time` says when each is there: whoever shows the
    markup may let them move (trials.css); as it is, it shows them at their ends.

    Args:
        walls: bool [H, W].
        start, goal: (row, col).
        paths: int [T, 2] of one or two models; the first is drawn broad, the second inside it.
        dark: theme.
        seconds: for a move; fewer where the longest walk would take more than `longest`.
        hues: colour of each walk, a field of `theme.Theme`.
        part: (top, left, rows, columns) of the map that are shown, nothing beside them; None: all.

    Returns:
        SVG text.
    """
    (height, width), look = walls.shape, theme.of(dark)
    top, left, tall, wide = part or (0, 0, height, width)
    pace = min(seconds, longest / max(1, *(len(path) - 1 for path in paths)))
    cells = rectangles(walls)
    (sr, sc), (gr, gc) = start, goal
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {tall}" '
        'shape-rendering="geometricPrecision">'
        f'<svg width="{wide}" height="{tall}" viewBox="{left} {top} {wide} {tall}">'  # which cuts off what is outside
        f'<rect width="{width}" height="{height}" fill="{look.floor}"/><path d="{cells}" fill="{look.wall}"/>'
    ]
    movers, ends = [], []
    for path, hue, broad in zip(paths, hues, (0.42, 0.18), strict=False):
        colour = getattr(look, hue)
        way, (er, ec) = "M" + "L".join(f"{c + 0.5} {r + 0.5}" for r, c in path), path[-1]
        time = f"--time:{pace * (len(path) - 1):.2f}s"
        parts.append(f'<path class="walk" style="{time}" pathLength="1" d="{way}" fill="none" stroke="{colour}" '
                     f'stroke-width="{broad}" stroke-linejoin="round" stroke-linecap="round"/>')
        if (er, ec) != (gr, gc):
            ends.append(f'<path class="end" style="{time}" d="M{ec + 0.05} {er + 0.05}l.9 .9m0 -.9l-.9 .9" '
                          f'stroke="{colour}" stroke-width=".26" stroke-linecap="round"/>')
        movers.append(f'<circle class="walker" style="{time};offset-path:path(\'{way}\');offset-distance:100%" '
                      f'r="{broad * 0.55 + 0.14:.2f}" fill="{colour}" stroke="{look.ink}" stroke-width=".07"/>')
    letter = f'text-anchor="middle" font-size=".62" font-weight="700" font-family="sans-serif" fill="{look.ink}"'
    diamond = f"M{gc + 0.5} {gr - 0.15}l.65 .65l-.65 .65l-.65 -.65z"
    parts += [
        *movers, *ends,
        f'<circle cx="{sc + 0.5}" cy="{sr + 0.5}" r=".5" fill="{look.path}" stroke="{look.ink}" stroke-width=".08"/>'
        f'<text x="{sc + 0.5}" y="{sr + 0.72}" {letter}>S</text>',
        f'<path d="{diamond}" fill="{look.good}" stroke="{look.ink}" stroke-width=".08"/>'
        f'<text x="{gc + 0.5}" y="{gr + 0.72}" {letter}>G</text>']
    return "".join([*parts, "</svg></svg>"])
