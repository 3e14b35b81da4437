"""Q of every action of one cell against the steps, as an SVG picture: who is the best when, and by how much."""

import math

import numpy as np

from dashboard.figures import theme
from pnzoo.gridworld import MOVE_NAMES

WIDTH, HEIGHT = 540, 236  # letters of 15: a phone shows them at 10 pixels
LEFT, RIGHT = 52, 176  # beside the plot
MOST_SHOWN = 3  # actions that are told apart where no other was the best before; the others are faint
_TOP, _BOTTOM = 40, 34
_RIBBON = 20  # pixels of the band of winners
_LINE = 18  # pixels between names
_HUES = ("path", "best", "reacts", "third")
_DASHES = ("", "8 4", "2 5", "10 3 2 3")


def q_curves(history, moves, dark=False):
    """Who is the best action after each step, and how far the nearest others are behind it.

    Above is a band in the colour of the best action of each step; below it the best ones as lines, named at their ends
    by the move they stand for, and all others faint. The line of class `now` is for whoever marks a step.

    Args:
        history: [K, A], Q after each step.
        moves: int [A], index of the move that an action stands for, -1 for none.
        dark: theme.

    Returns:
        SVG text.
    """
    colours = theme.of(dark)
    behind, chosen = history - history.max(axis=1, keepdims=True), told_apart(history, moves)
    low, count = lowest_shown(behind, chosen), len(history)
    wide, high = WIDTH - LEFT - RIGHT, HEIGHT - _TOP - _BOTTOM

    def place(k, value):
        return LEFT + wide * (k - 1) / max(1, count - 1), _TOP + high * min(1.1, max(0.0, value / low))

    def line(action, stroke, width, dashes=""):
        points = " ".join(f"{x:.1f},{y:.1f}" for x, y in (place(k + 1, behind[k, action]) for k in range(count)))
        return (f'<polyline points="{points}" stroke="{stroke}" stroke-width="{width}" stroke-dasharray="{dashes}" '
                'stroke-linejoin="round"/>')

    faint = [line(action, colours.faint, 0.8) for action in range(behind.shape[1]) if action not in chosen]
    lines = [line(action, getattr(colours, hue), 4.5 if action == chosen[0] else 2.5, dashes)
             for action, hue, dashes in zip(chosen, _HUES, _DASHES, strict=False)]
    return "".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" '
        f'font-size="15" fill="{colours.text}"><clipPath id="frame"><rect x="{LEFT - 3}" y="{_TOP - 4}" '
        f'width="{wide + 6}" height="{high + 5}"/></clipPath>', _axes(place, count, low, colours),
        _ribbon(history, moves, chosen, place, colours), '<g clip-path="url(#frame)" fill="none">', *faint,
        *reversed(lines), "</g>", _names(place, history, behind, moves, chosen, low, colours),
        f'<line class="now" x1="{place(count, 0)[0]}" x2="{place(count, 0)[0]}" y1="{_TOP - 26}" '
        f'y2="{HEIGHT - _BOTTOM}" stroke="{colours.text}" stroke-width="2"/></svg>'])


def told_apart(history, moves):
    """The actions that are told apart: the best at the end, up to three that were the best before, the next ones.

    Of several for one move only the best at the end, unless another was the best before; none that no move uses.
    """
    last = [int(action) for action in np.argsort(-history[-1], kind="stable")]
    winners, steps = np.unique(history.argmax(axis=1), return_counts=True)
    earlier = [int(action) for action in winners[np.argsort(-steps, kind="stable")] if action != last[0]]
    earlier = earlier[: len(_HUES) - 1]
    chosen, told = [], set()
    for action in [last[0], *earlier, *(each for each in last if moves[each] >= 0)]:
        if action not in chosen and (action in earlier or moves[action] not in told):
            chosen.append(action)
            told.add(moves[action])
    return chosen[: max(MOST_SHOWN, 1 + len(earlier))]


def best_since(history):
    """The first step, from 1, after which the best action at the end is always the best."""
    other = np.flatnonzero(history.argmax(axis=1) != history[-1].argmax())
    return int(other[-1]) + 2 if len(other) else 1


def lowest_shown(behind, chosen=None):
    """The lower end of the axis, below 0: actions are told apart although others, into walls, cost thousands."""
    lowest = np.sort(-behind[:, slice(None) if chosen is None else chosen].min(axis=0))
    near = lowest[lowest <= 1000 * max(lowest[min(1, len(lowest) - 1)], 0.05)]
    return -max(1.08 * float(near.max()), 0.1)


def _axes(place, count, low, colours):
    left, bottom = place(1, low)
    right = place(count, low)[0]
    size = 10 ** math.floor(math.log10(-low))
    unit = size * next(each for each in (0.2, 0.5, 1, 2, 5) if -low / (each * size) <= 4)
    heights = [-unit * i for i in range(int(-low / unit + 1e-9) + 1)]
    grid = "".join(
        f'<line x1="{left}" x2="{right}" y1="{place(1, height)[1]:.1f}" y2="{place(1, height)[1]:.1f}" '
        f'stroke="{colours.edge}" stroke-width="0.8"/><text x="{left - 8}" y="{place(1, height)[1] + 5:.1f}" '
        f'text-anchor="end">{f"{height:g}".replace("-", "−") if height else 0}</text>' for height in heights)
    middle = [round((1 + count) / 2)] if count > 4 else []
    ticks = "".join(f'<text x="{place(k, low)[0]:.1f}" y="{bottom + 20}" text-anchor="middle">{k}</text>'
                    for k in sorted({1, *middle, count}))
    return f'{grid}{ticks}<text x="{left - 8}" y="{_TOP - 14}" text-anchor="end">best</text>'


def _ribbon(history, moves, chosen, place, colours):
    """A band above the plot: the best action of each step by its colour, and its move where there is room."""
    winner, parts, count = history.argmax(axis=1), [], len(history)
    ends = [*(np.flatnonzero(np.diff(winner)) + 1), count]
    half = (place(2, 0)[0] - place(1, 0)[0]) / 2 if count > 1 else 0
    for first, end in zip([0, *ends[:-1]], ends, strict=True):
        action = int(winner[first])
        colour = getattr(colours, _HUES[chosen.index(action)]) if action in chosen else colours.edge
        x = place(first + 1, 0)[0] - (half if first else 0)
        wide = max(2.0, place(end, 0)[0] + (half if end < count else 0) - x)
        parts.append(f'<rect x="{x:.1f}" y="{_TOP - 12 - _RIBBON}" width="{wide:.1f}" height="{_RIBBON}" '
                     f'fill="{colour}"/>')
        name = _name(action, moves)
        if wide > 10 * len(name) + 6:
            ink = theme.letters_on(*theme.parts(colour))
            parts.append(f'<text x="{x + wide / 2:.1f}" y="{_TOP - 17}" text-anchor="middle" fill="{ink}" '
                         f'font-weight="700">{name}</text>')
    return "".join(parts)


def _names(place, history, behind, moves, chosen, low, colours):
    """A name at the end of each line that is told apart, and how many others there are, all at their own height."""
    count, last = len(history), behind[-1]
    since = best_since(history)
    ends = [(place(count, max(last[chosen[0]], low))[1], f"{_name(chosen[0], moves)} best "
             + (f"since {since}" if since > 1 else "all along"), ' font-weight="700"', colours.path)]
    ends += [(place(count, max(last[action], low))[1], f"{_name(action, moves)} {_short(last[action])}", "",
              getattr(colours, hue)) for action, hue in zip(chosen[1:], _HUES[1:], strict=False)]
    if others := behind.shape[1] - len(chosen):
        words = f"{others} other{'s' if others > 1 else ''}"
        ends.append((HEIGHT - _BOTTOM, words, "", colours.text))
    ends.sort(key=lambda each: each[0])
    heights, x = [], place(count, 0.0)[0]
    for y, *_ in ends:
        heights.append(max(y, heights[-1] + _LINE if heights else _TOP))
    for i in reversed(range(len(heights))):
        heights[i] = min(heights[i], heights[i + 1] - _LINE if i + 1 < len(heights) else HEIGHT - _BOTTOM)
    return "".join(f'<path d="M{x + 3:.1f} {y:.1f}L{x + 14:.1f} {at:.1f}" stroke="{colour}" fill="none"/>'
                   f'<text x="{x + 18:.1f}" y="{at + 5:.1f}"{weight}>{name}</text>'
                   for (y, name, weight, colour), at in zip(ends, heights, strict=True))


def _name(action, moves):
    return MOVE_NAMES[moves[action]] if moves[action] >= 0 else f"action {action}"


def _short(value):
    return f"{value:.2g}".replace("-", "−") if abs(value) < 100 else f"{value:.0f}".replace("-", "−")
