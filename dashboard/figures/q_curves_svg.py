"""Q of every action of one cell against the steps, as an SVG picture: drawn at each touch of a cell."""

import numpy as np

from dashboard.figures import theme
from pnzoo.gridworld import MOVE_NAMES

WIDTH, HEIGHT = 480, 300  # letters of 13: a phone shows them at 10 pixels
_LEFT, _RIGHT, _TOP, _BOTTOM = 50, 126, 14, 36
_LINE = 15  # pixels between names
_DASHES = ("", "7 4", "2 4", "9 3 2 3")


def q_curves(history, moves, step, dark=False):
    """How far each action is behind the best one, every line named at its end by the move it stands for.

    Args:
        history: [K, A], Q after each step.
        moves: int [A], index of the move that an action stands for, -1 for none.
        step: k, from 1: its best action is drawn thick.
        dark: theme.

    Returns:
        SVG text.
    """
    colours, best = theme.of(dark), int(history[step - 1].argmax())
    behind = history - history.max(axis=1, keepdims=True)
    low = lowest_shown(behind)
    wide, high, count = WIDTH - _LEFT - _RIGHT, HEIGHT - _TOP - _BOTTOM, len(history)

    def place(k, value):
        return _LEFT + wide * (k - 1) / max(1, count - 1), _TOP + high * min(1.1, max(0.0, value / low))

    order = np.argsort(-history[step - 1], kind="stable")
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" '
             f'font-size="13" fill="{colours.text}"><clipPath id="frame"><rect x="{_LEFT - 3}" y="{_TOP - 4}" '
             f'width="{wide + 6}" height="{high + 6}"/></clipPath>',
             *_axes(place, count, low, step, colours), '<g clip-path="url(#frame)" fill="none">']
    for rank, action in reversed(list(enumerate(order))):  # the best one last, on top of the others
        points = " ".join(f"{x:.1f},{y:.1f}" for x, y in (place(k + 1, behind[k, action]) for k in range(count)))
        stroke, width, dashes = theme.PALETTE[rank % 5], 2, _DASHES[rank % len(_DASHES)]
        if action == best:
            stroke, width, dashes = colours.path, 4.5, ""
        elif moves[action] < 0:
            stroke, width, dashes = colours.faint, 1, ""
        parts.append(f'<polyline points="{points}" stroke="{stroke}" stroke-width="{width}" '
                     f'stroke-dasharray="{dashes}" stroke-linejoin="round"/>')
    return "".join([*parts, "</g>", *_names(place, behind[-1], moves, best, low, count), "</svg>"])


def lowest_shown(behind):
    """The lower end of the axis, below 0: actions are told apart although others, into walls, cost thousands."""
    lowest = np.sort(-behind.min(axis=0))
    near = lowest[lowest <= 1000 * max(lowest[min(1, len(lowest) - 1)], 0.05)]
    return -max(float(near.max()), 0.1)


def _axes(place, count, low, step, colours):
    left, bottom = place(1, low)
    right = place(count, low)[0]
    at = place(step, 0.0)[0]
    grid = "".join(
        f'<line x1="{left}" x2="{right}" y1="{place(1, part * low)[1]:.1f}" y2="{place(1, part * low)[1]:.1f}" '
        f'stroke="{colours.edge}" stroke-width="0.7"/><text x="{left - 8}" y="{place(1, part * low)[1] + 4:.1f}" '
        f'text-anchor="end">{_short(part * low)}</text>' for part in (0.0, 0.5, 1.0))
    ticks = "".join(f'<text x="{place(k, low)[0]:.1f}" y="{bottom + 18}" text-anchor="middle">{k}</text>'
                    for k in sorted({1, round((1 + count) / 2), count}))
    return (grid, ticks, f'<text x="{(left + right) / 2}" y="{HEIGHT - 4}" text-anchor="middle">step k</text>',
            f'<line x1="{at:.1f}" x2="{at:.1f}" y1="{_TOP}" y2="{bottom}" stroke="{colours.text}" '
            'stroke-dasharray="2 4"/>')


def _names(place, last, moves, best, low, count):
    """A name at the end of the best line of each move, those that would lie on each other pushed apart."""
    first = {}
    for action in np.argsort(-last, kind="stable"):
        if moves[action] >= 0 or action == best:
            first.setdefault(int(moves[action]) if moves[action] >= 0 else "best", int(action))
    if best not in first.values():
        first[int(moves[best])] = best
    chosen = sorted((place(count, max(last[action], low))[1], action) for action in first.values())
    heights, parts, x = [], [], place(count, 0.0)[0]
    for y, _ in chosen:
        heights.append(max(y, heights[-1] + _LINE if heights else _TOP))
    for i in reversed(range(len(heights))):
        heights[i] = min(heights[i], heights[i + 1] - _LINE if i + 1 < len(heights) else HEIGHT - _BOTTOM)
    for (y, action), at in zip(chosen, heights, strict=True):
        name = MOVE_NAMES[moves[action]] if moves[action] >= 0 else "unused"
        weight = ' font-weight="700"' if action == best else ""
        parts.append(f'<path d="M{x + 2:.1f} {y:.1f}L{x + 14:.1f} {at:.1f}" stroke="#8a9199" stroke-width="0.8" '
                     f'fill="none"/><text x="{x + 18:.1f}" y="{at + 4:.1f}"{weight}>{name} · action {action}</text>')
    return parts


def _short(value):
    return "0" if value == 0 else f"{value:.3g}".replace("-", "−")
