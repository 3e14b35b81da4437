"""Paired differences of two models -> an SVG picture: which of them is better where, and how certain that is."""

from html import escape

import numpy as np

from dashboard.figures import theme

_WIDTH, _HEIGHT, _LEFT, _RIGHT, _TOP, _BOTTOM = 480, 270, 56, 14, 30, 64


def by_group(rows, title, first, second, verb, dark=False, percent=False, hues=("path", "reacts")):
    """A dot and its 95 % interval for each group; grey where the interval holds 0: there the two are not told apart.

    Args:
        rows: of `pnzoo.analysis.difference_by_bin`.
        title: of what the groups are ordered by.
        first, second: names; above 0 the first does better.
        verb: what better is called, such as "arrives more often".
        dark: theme.
        percent: whether `title` is a share.
        hues: colour of each, a field of `theme.Theme`.

    Returns:
        SVG text.
    """
    look = theme.of(dark)
    one, other = (getattr(look, hue) for hue in hues)
    top = max(0.1, *(abs(end) for row in rows for end in row["ci95"])) * 1.15
    means = [row["mean"] for row in rows]
    span = (max(means) - min(means)) or 1.0
    across = lambda x: _LEFT + 16 + (x - min(means)) / span * (_WIDTH - _LEFT - _RIGHT - 32)  # noqa: E731
    down = lambda y: (_TOP + _HEIGHT - _BOTTOM) / 2 - y / top * (_HEIGHT - _BOTTOM - _TOP) / 2  # noqa: E731
    step = next(each for each in (0.05, 0.1, 0.2, 0.5) if top / each < 3.2 or each == 0.5)
    ticks = [step * i for i in range(-3, 4) if abs(step * i) <= top]
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" font-family="sans-serif" '
             f'font-size="15" fill="{look.text}">']
    for tick in ticks:
        zero = abs(tick) < 1e-9
        parts.append(f'<path d="M{_LEFT} {down(tick):.1f}H{_WIDTH - _RIGHT}" stroke-width="{1.5 if zero else 1}" '
                     f'stroke="{look.text if zero else look.edge}"/>')
        parts.append(f'<text x="{_LEFT - 8}" y="{down(tick) + 5:.1f}" text-anchor="end">'
                     f'{"0" if zero else f"{100 * tick:+.0f}"}</text>')
    parts.append(f'<text x="{_LEFT}" y="18" fill="{one}" font-weight="700">▲ {escape(first)} {escape(verb)}'
                 f'</text><text x="{_LEFT}" y="{_HEIGHT - _BOTTOM + 16}" fill="{other}" '
                 f'font-weight="700">▼ {escape(second)} {escape(verb)}</text>')
    for row in rows:
        low, high = row["ci95"]
        colour = one if low > 0 else other if high < 0 else theme.GREY
        x, y = across(row["mean"]), down(row["difference"])
        parts.append(f'<path d="M{x:.1f} {down(high):.1f}V{down(low):.1f}" stroke="{colour}" stroke-width="3"/>'
                     f'<circle cx="{x:.1f}" cy="{y:.1f}" r="6.5" fill="{colour}"/>')
    for share in _round_ticks(min(means), max(means)):
        words = f"{round(100 * share, 6):g}%" if percent else f"{round(share, 6):g}"
        parts.append(f'<text x="{across(share):.1f}" y="{_HEIGHT - 26}" text-anchor="middle">{words}</text>')
    middle = (_LEFT + _WIDTH - _RIGHT) / 2
    return "".join(parts) + f'<text x="{middle}" y="{_HEIGHT - 7}" text-anchor="middle">{escape(title)}</text></svg>'


def _round_ticks(low, high):
    """At most six whole multiples of 1, 2 or 5 times a power of ten; of shares and of counts."""
    if high <= low:
        return [low]
    power = 10.0 ** np.floor(np.log10(high - low) - 1)
    step = next(each * power for each in (1, 2, 5, 10, 20) if (high - low) / (each * power) <= 5)
    return np.arange(np.ceil(low / step - 1e-9), np.floor(high / step + 1e-9) + 1) * step
