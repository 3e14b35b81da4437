"""Results of the experiments -> small SVG pictures: the shape of an answer without its axes."""

from html import escape

import numpy as np

from dashboard.figures import theme

_WIDTH, _HEIGHT, _EDGE = 240, 112, 12


def small(result, dark=False):
    """The main figure of a result as a picture of a tile: its first learned matrix, else lines or bars.

    Args:
        result: as `results.read_all` gives them.
        dark: theme.

    Returns:
        SVG text.
    """
    series = result["figure"]["series"]
    if result["pictures"]:
        inside = _matrix(np.array(result["pictures"][0]["values"], float))
    elif series and result["figure"]["kind"] == "lines":
        inside = _lines(result["figure"])
    else:
        inside = _bars(series, theme.of(dark)) if series else ""
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}">{inside}</svg>'


def _lines(figure):
    shown = [each for each in figure["series"] if len(each["value"])][:6]
    place = (lambda x: np.log10(np.maximum(np.asarray(x, float), 1e-9))) if figure["log_x"] else np.asarray
    numeric = all(isinstance(at, int | float) for each in shown for at in each["at"])
    at = [place(each["at"]).astype(float) if numeric else np.arange(len(each["at"]), dtype=float) for each in shown]
    left, right = min(x.min() for x in at), max(x.max() for x in at)
    low, high = _range([each["value"] for each in shown])
    parts = []
    for i, (x, each) in enumerate(zip(at, shown, strict=True)):
        across = _EDGE + (x - left) / max(right - left, 1e-9) * (_WIDTH - 2 * _EDGE)
        points = " ".join(f"{a:.1f},{_down(v, low, high):.1f}" for a, v in zip(across, each["value"], strict=True))
        colour = theme.RESULTS_PALETTE[i % 8]
        parts.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="3" '
                     'stroke-linejoin="round" stroke-linecap="round"/>')
        last = points.rsplit(" ", 1)[-1].split(",")
        parts.append(f'<circle cx="{last[0]}" cy="{last[1]}" r="4" fill="{colour}"/>')
    return "".join(parts)


def _bars(series, colours):
    rows = [(i, value) for i, each in enumerate(series) for value in each["value"]][:9]
    low, high = min(0.0, *(value for _, value in rows)), max(0.0, *(value for _, value in rows))
    place = lambda value: _EDGE + (value - low) / max(high - low, 1e-9) * (_WIDTH - 2 * _EDGE)  # noqa: E731
    step = (_HEIGHT - 2 * _EDGE) / len(rows)
    parts = [f'<line x1="{place(0):.1f}" x2="{place(0):.1f}" y1="{_EDGE / 2}" y2="{_HEIGHT - _EDGE / 2}" '
             f'stroke="{colours.text}" stroke-opacity=".4"/>']
    for row, (i, value) in enumerate(rows):
        left, right = sorted((place(0), place(value)))
        top = _EDGE + row * step + step * 0.14
        parts.append(f'<rect x="{left:.1f}" y="{top:.1f}" width="{max(2, right - left):.1f}" '
                     f'height="{step * 0.72:.1f}" rx="2" fill="{theme.RESULTS_PALETTE[i % 8]}"/>')
    return "".join(parts)


def _matrix(values):
    top = float(np.abs(values).max()) or 1.0
    unit = min((_WIDTH - 2 * _EDGE) / values.shape[1], (_HEIGHT - 2 * _EDGE) / values.shape[0])
    left, up = (_WIDTH - unit * values.shape[1]) / 2, (_HEIGHT - unit * values.shape[0]) / 2
    last = len(theme.REWARD_SCALE) - 1
    return "".join(
        f'<rect x="{left + c * unit:.1f}" y="{up + r * unit:.1f}" width="{unit + 0.3:.1f}" height="{unit + 0.3:.1f}" '
        f'fill="{escape(theme.REWARD_SCALE[round((value / top + 1) / 2 * last)])}"/>'
        for (r, c), value in np.ndenumerate(values))


def _range(values):
    low, high = min(map(min, values)), max(map(max, values))
    return (low, high) if high - low > 1e-9 else (low - 0.5, high + 0.5)


def _down(value, low, high):
    return _HEIGHT - _EDGE - (value - low) / (high - low) * (_HEIGHT - 2 * _EDGE)
