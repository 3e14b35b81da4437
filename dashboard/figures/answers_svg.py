"""Results of the experiments -> small SVG pictures that can be read at the size of a tile."""

import itertools
from html import escape

import numpy as np

from dashboard import glossary, headlines
from dashboard.figures import theme
from dashboard.headlines import number

_WIDTH, _HEIGHT, _EDGE, _PLOT = 240, 112, 10, 146
_MANY = 4


def small(result, dark=False):
    """What of a result tells most: learned matrices, bars with their numbers, or curves with their names.

    Args:
        result: as `results.read_all` gives them.
        dark: theme.

    Returns:
        SVG text.
    """
    look, figure = theme.of(dark), result["figure"]
    bars, curves = headlines.measured(result), headlines.curves(result)
    if result["pictures"] and not bars:
        told = headlines.told(result)
        inside = _matrices(result["pictures"][: 1 if told else 2], look, dark)
        if told:
            inside += (f'<text x="130" y="54" font-size="30" font-weight="700" fill="{look.path}">'
                       f'{number(told["value"], told["unit"])}</text>'
                       f'<text x="130" y="74" font-size="13">{escape(_cut(told["name"], 18))}</text>')
    elif bars:
        inside = _bars(bars[:_MANY], headlines.answering(result), look)
    elif curves or figure["kind"] == "lines":
        curves = curves or [(each["label"], each) for each in figure["series"] if each["value"]][:3]
        inside = _curves(curves, figure, headlines.of(result).along or figure["x_title"].split(",")[0], look)
    else:
        rows = [headlines.Measurement(str(at), value, figure["unit"], ends) for each in figure["series"]
                for at, value, ends in zip(each["at"], each["value"], each["ci95"], strict=True)]
        inside = _bars(rows[:_MANY], headlines.leading(rows[:_MANY]), look) if rows else ""
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" font-family="sans-serif" '
            f'fill="{look.text}">{inside}</svg>')


def _bars(rows, answering, look):
    """A line of label and number for each, over its bar; bold and in colour what answers the question."""
    values = [row.value for row in rows]
    least, most = min(0.0, *values), max(0.0, *values)
    place = lambda value: _EDGE + (value - least) / max(most - least, 1e-9) * (_WIDTH - 2 * _EDGE)  # noqa: E731
    step, parts = (_HEIGHT - 8) / max(3, len(rows)), []
    top = (_HEIGHT - step * len(rows)) / 2
    for at, (row, leads) in enumerate(zip(rows, answering, strict=True)):
        left, right = sorted((place(0), place(row.value)))
        y, weight = top + (at + 1) * step, 700 if leads else 400
        ends = [min(max(place(end), _EDGE), _WIDTH - _EDGE) for end in row.ci95]
        parts.append(
            f'<text x="{_EDGE}" y="{y - 10:.1f}" font-size="12" font-weight="{weight}">'
            f'{escape(_cut(row.label, 24))}</text>'
            f'<text x="{_WIDTH - _EDGE}" y="{y - 10:.1f}" font-size="13" font-weight="{weight}" text-anchor="end">'
            f'{number(row.value, row.unit)}</text><rect x="{left:.1f}" y="{y - 7:.1f}" '
            f'width="{max(2, right - left):.1f}" height="7" rx="2" fill="{look.path if leads else look.edge}"/>'
            f'<path d="M{ends[0]:.1f} {y - 3.5:.1f}H{ends[1]:.1f}" stroke="{look.text}" stroke-width="1.5"/>')
    return "".join(parts)


def _curves(curves, figure, along, look):
    """Curves with their names and last values at their ends, and what they run along below."""
    place = (lambda x: np.log10(np.maximum(np.asarray(x, float), 1e-9))) if figure["log_x"] else np.asarray
    numeric = all(isinstance(at, int | float) for _, each in curves for at in each["at"])
    at = [place(each["at"]).astype(float) if numeric else np.arange(len(each["at"]), dtype=float) for _, each in curves]
    left, right = min(x.min() for x in at), max(x.max() for x in at)
    low, high = _range([each["value"] for _, each in curves])
    ends = _apart([_down(each["value"][-1], low, high) for _, each in curves], 29)
    parts = []
    for i, (x, (label, each)) in enumerate(zip(at, curves, strict=True)):
        colour = (look.path, look.best, look.good)[i % 3]
        across = _EDGE + (x - left) / max(right - left, 1e-9) * (_PLOT - _EDGE)
        points = " ".join(f"{a:.1f},{_down(v, low, high):.1f}" for a, v in zip(across, each["value"], strict=True))
        x_end, y_end = points.rsplit(" ", 1)[-1].split(",")
        parts.append(
            f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="3" stroke-linecap="round" '
            f'stroke-linejoin="round"/><circle cx="{x_end}" cy="{y_end}" r="4" fill="{colour}"/>'
            f'<text x="{_PLOT + 10}" y="{ends[i]:.1f}" font-size="14" font-weight="700" fill="{colour}">'
            f'{number(each["value"][-1], figure["unit"])}</text>'
            f'<text x="{_PLOT + 10}" y="{ends[i] + 12:.1f}" font-size="11">{escape(_cut(label, 14))}</text>')
    words = along
    if numeric:
        first, last = min(each["at"][0] for _, each in curves), max(each["at"][-1] for _, each in curves)
        words = f"{first:,.0f} → {last:,.0f} {along}"
    parts.append(f'<text x="{_EDGE - 2}" y="{_HEIGHT - 4}" font-size="11">{escape(_cut(words, 40))}</text>')
    return "".join(parts)


def _matrices(pictures, look, dark):
    """One or two learned matrices beside each other, each with its title."""
    scale = theme.REWARD_SCALE_DARK if dark else theme.REWARD_SCALE
    wide, parts = _WIDTH / 2, []
    for i, picture in enumerate(pictures):
        values = np.array(picture["values"], float)
        top = float(np.abs(values).max()) or 1.0
        unit = min((wide - 10) / values.shape[1], (_HEIGHT - 22) / values.shape[0])
        left = i * wide + (wide - unit * values.shape[1]) / 2
        last = len(scale) - 1
        side = f'width="{unit + 0.3:.1f}" height="{unit + 0.3:.1f}"'
        parts += [f'<rect x="{left + c * unit:.1f}" y="{3 + r * unit:.1f}" {side} '
                  f'fill="{scale[round((value / top + 1) / 2 * last)]}"/>'
                  for (r, c), value in np.ndenumerate(values)]
        parts.append(f'<text x="{i * wide + wide / 2:.1f}" y="{_HEIGHT - 5}" font-size="11" text-anchor="middle">'
                     f'{escape(_cut(glossary.worded(picture["title"]), 20))}</text>')
    return "".join(parts)


def _cut(text, most):
    return text if len(text) <= most else text[: most - 1] + "…"


def _apart(places, gap):
    """Heights of labels near the places, none nearer to another than `gap`, all inside the picture."""
    order, moved = np.argsort(places, kind="stable"), np.array(places, float)
    for before, after in itertools.pairwise(order):
        moved[after] = max(moved[after], moved[before] + gap)
    return np.clip(moved - max(0.0, moved.max() - (_HEIGHT - 30)), 14, None)


def _range(values):
    low, high = min(map(min, values)), max(map(max, values))
    return (low, high) if high - low > 1e-9 else (low - 0.5, high + 0.5)


def _down(value, low, high):
    return _HEIGHT - 26 - (value - low) / (high - low) * (_HEIGHT - 26 - 14)
