"""Results of the experiments -> small pictures in HTML, whose letters keep their size on a tile of any width."""

import itertools
from html import escape

import numpy as np

from dashboard import glossary, headlines
from dashboard.figures import theme
from dashboard.headlines import number

_MANY = 4
_NEAR, _MOSTLY = 6, 0.8  # hundredths of the height: curves that are so near for so much of their way lie on each other
_COMPASS = ("NW", "N", "NE", "W", "", "E", "SW", "S", "SE")
_GAP = 35  # of two labels at the ends of curves, in hundredths of the picture's height


def small(result, dark=False):
    """What of a result tells most: learned matrices, bars with their numbers, or curves with their names.

    Args:
        result: as `results.read_all` gives them.
        dark: theme.

    Returns:
        HTML text, which tiles.css lays out.
    """
    look, figure = theme.of(dark), result["figure"]
    bars, curves = headlines.measured(result), headlines.curves(result)
    counted = [words for words in (headlines.of(result).what, headlines.data(result)) if words]
    what = f'<p class="what">{"<br>".join(map(escape, counted))}</p>' if counted else ""
    if result["pictures"] and not bars:
        told = headlines.told(result)
        drawn = "".join(_matrix(picture, dark) for picture in result["pictures"][: 1 if told else 2])
        words = f'<p><b>{number(told["value"], told["unit"])}</b>{escape(told["name"])}</p>' if told else ""
        return f'{what}<div class="matrices">{drawn}{words}</div>'
    if bars:
        answering = headlines.answering(result)
        drawn = _bars(bars[:_MANY], answering, look, headlines.of(result).low)
        kernels = _compass(result["pictures"], dark)
        return f'<div class="beside"><div>{what}{drawn}</div>{kernels}</div>' if kernels else what + drawn
    if curves or figure["kind"] == "lines":
        what = what if curves else ""
        curves = curves or [(each["label"], each) for each in figure["series"] if each["value"]][:3]
        return what + _curves(curves, figure, headlines.of(result).along or figure["x_title"].split(",")[0], look,
                              headlines.ahead(result))
    rows = [headlines.Measurement(str(at), value, figure["unit"], ends) for each in figure["series"]
            for at, value, ends in zip(each["at"], each["value"], each["ci95"], strict=True)]
    return _bars(rows[:_MANY], headlines.leading(rows[:_MANY]), look) if rows else ""


def _bars(rows, answering, look, shorter=False):
    """A line of label and number for each, over its bar; bold and in colour what is best.

    `shorter`: less is better, against what one expects of bars, so that it is said.
    """
    values = [row.value for row in rows]
    least, most = min(0.0, *values), max(0.0, *values)
    place = lambda value: 100 * min(max((value - least) / max(most - least, 1e-9), 0), 1)  # noqa: E731
    parts = []
    for row, leads in zip(rows, answering, strict=True):
        left, right = sorted((place(0), place(row.value)))
        low, high = map(place, row.ci95)
        parts.append(
            f'<li{" class=leads" if leads else ""}><span>{escape(row.label)}</span>'
            f"<span>{number(row.value, row.unit)}</span><i>"
            f'<i style="left:{left:.1f}%;width:{right - left:.1f}%;background:{look.path if leads else look.edge}"></i>'
            f'<i style="left:{low:.1f}%;width:{high - low:.1f}%;background:{look.text}"></i></i></li>')
    return f'<ul class="bars">{"".join(parts)}</ul>' + '<p class="low">A shorter bar is better.</p>' * shorter


def _curves(curves, figure, along, look, ahead=False):
    """Curves with their names and last values at their ends, and what they run along below.

    `ahead`: the first one is the best, and so has the colour of what is best.
    """
    place = (lambda x: np.log10(np.maximum(np.asarray(x, float), 1e-9))) if figure["log_x"] else np.asarray
    numeric = all(isinstance(at, int | float) for _, each in curves for at in each["at"])
    at = [place(each["at"]).astype(float) if numeric else np.arange(len(each["at"]), dtype=float) for _, each in curves]
    left, right = min(x.min() for x in at), max(x.max() for x in at)
    low, high = _range([each["value"] for _, each in curves])
    down = lambda value: 95 - (value - low) / (high - low) * 90  # noqa: E731
    ends = _apart([down(each["value"][-1]) for _, each in curves], _GAP)
    drawn, labels, hues = [], [], (look.path, look.best, look.good) if ahead else (look.best, look.good, look.text)
    one = len(curves) == 2 and _lie_on_each_other(at, [down(np.array(each["value"])) for _, each in curves])
    for i, (x, (label, each)) in enumerate(zip(at, curves, strict=True)):
        colour = hues[i % len(hues)]
        across = 2 + (x - left) / max(right - left, 1e-9) * 95
        points = " ".join(f"{a:.1f},{down(v):.1f}" for a, v in zip(across, each["value"], strict=True))
        end = points.rsplit(" ", 1)[-1].replace(",", " ")
        band = ' class="band"' if one and not i else ""  # the other one is seen upon it
        drawn.append(f'<polyline{band} points="{points}" stroke="{colour}"/>'
                     f'<path d="M{end}h0" stroke="{colour}" stroke-width="9"/>')  # a dot, however wide the picture
        labels.append(f'<li style="top:{ends[i]:.1f}%"><b style="color:{colour}">'
                      f'{number(each["value"][-1], figure["unit"])}</b>{escape(label)}</li>')
    words = along
    if numeric:
        first, last = min(each["at"][0] for _, each in curves), max(each["at"][-1] for _, each in curves)
        words = f"{first:,.0f} → {last:,.0f} {along}"
    words += "; the two lie on each other" if one else ""
    return (f'<div class="curves"><svg viewBox="0 0 100 100" preserveAspectRatio="none">{"".join(drawn)}</svg>'
            f'<ul>{"".join(labels)}</ul><p>{escape(words)}</p></div>')


def _lie_on_each_other(at, heights):
    """Whether two curves can hardly be told apart for most of their way."""
    apart = np.abs(np.interp(at[1], at[0], heights[0]) - heights[1])
    return (apart < _NEAR).mean() >= _MOSTLY


def _compass(pictures, dark):
    """Learned kernels of the first model, each where its move leads; "" where there are none."""
    kernels = {}
    for picture in pictures:
        name, colon, move = picture["title"].partition(": ")
        if colon and move in _COMPASS:
            kernels.setdefault(name, {})[move] = picture
    name = next((name for name in kernels if len(kernels[name]) == len(_COMPASS) - 1), None)
    if name is None:
        return ""
    drawn = "".join(_matrix({"title": move, "values": kernels[name][move]["values"]}, dark) if move else "<i></i>"
                    for move in _COMPASS)
    return f'<div class="compass"><div>{drawn}</div><p>each move\'s weights, drawn where it leads</p></div>'


def _matrix(picture, dark):
    """A learned matrix with its title."""
    scale = theme.REWARD_SCALE_DARK if dark else theme.REWARD_SCALE
    values = np.array(picture["values"], float)
    top, last = float(np.abs(values).max()) or 1.0, len(scale) - 1
    hue = lambda value: scale[round((value / top + 1) / 2 * last)]  # noqa: E731
    cells = "".join(f'<rect x="{c}" y="{r}" width="1.03" height="1.03" fill="{hue(value)}"/>'
                    for (r, c), value in np.ndenumerate(values))
    return (f'<figure><svg viewBox="0 0 {values.shape[1]} {values.shape[0]}">{cells}</svg>'
            f'<figcaption>{escape(glossary.worded(picture["title"]))}</figcaption></figure>')


def _apart(places, gap):
    """Heights of labels near the places, none nearer to another than `gap`, all inside the picture."""
    order, moved = np.argsort(places, kind="stable"), np.array(places, float)
    for before, after in itertools.pairwise(order):
        moved[after] = max(moved[after], moved[before] + gap)
    return np.maximum(moved - max(0.0, moved.max() - 84), 14 + gap * np.argsort(order))


def _range(values):
    low, high = min(map(min, values)), max(map(max, values))
    return (low, high) if high - low > 1e-9 else (low - 0.5, high + 0.5)
