"""Figures of the results: which numbers are drawn, as plain data, and their drawing by matplotlib as SVG files.

The dashboard draws the same data with Plotly.
"""

import hashlib
import io
import json
import re

import numpy as np

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#7a5195", "#5b6770")
MARKERS, DASHES = "osD^vX", ("-", "--", ":", "-.")
MAX_POINTS = 40
STYLE = {
    "svg.fonttype": "none", "svg.hashsalt": "pnzoo",  # text stays text, and the same data gives the same file
    "font.family": "sans-serif", "font.sans-serif": ["Helvetica", "Arial", "DejaVu Sans"], "font.size": 10,
    "text.color": "#1d2733", "axes.labelcolor": "#1d2733", "xtick.color": "#4a5563", "ytick.color": "#4a5563",
    "axes.spines.top": False, "axes.spines.right": False, "axes.edgecolor": "#9aa4b0",
    "axes.grid": True, "grid.color": "#e3e7eb", "axes.axisbelow": True, "legend.frameon": False,
}


# -- what is drawn --------------------------------------------------------------------------------


def series(figure, table):
    """The numbers that a figure draws.

    Args:
        figure: {"kind": "lines" or "points", "by": keys that tell series apart, "x": key of the x axis of lines,
            "order": key along which points are joined where that is not x, "where": {key: value or list of values} of
            the rows to draw, and titles and scales of the axes}.
        table: rows of the result.

    Returns:
        {"kind", "x_title", "y_title", "log_x", "log_y", "unit", "series"}; a series is {"label", "at", "value",
        "ci95", "n"} of equally long lists. `at` is the place on the x axis of lines, and the name of a point.
    """
    rows = [row for row in table if _drawn(row, figure)]
    lines = figure["kind"] == "lines"
    if lines:
        rows = sorted(rows, key=lambda row: row[figure.get("order", figure["x"])])
    groups = {}
    for row in rows if lines else rows[:MAX_POINTS]:
        groups.setdefault(label(row, figure["by"] if lines else figure["by"][:1]), []).append(row)
    order = dict.fromkeys(label(row, figure["by"] if lines else figure["by"][:1]) for row in table)
    return {
        "kind": figure["kind"],
        "x_title": figure.get("x_title", ""), "y_title": figure.get("y_title", ""),
        "log_x": bool(figure.get("log")), "log_y": bool(figure.get("log_y")),
        "unit": rows[0]["unit"] if rows else "",
        "series": [{
            "label": name,
            "at": [row[figure["x"]] if lines else label(row, figure["by"]) for row in groups[name]],
            **{key: [row[key] for row in groups[name]] for key in ("value", "ci95", "n")},
        } for name in order if name in groups],
    }


def _drawn(row, figure):
    wanted = {key: value if isinstance(value, list) else [value] for key, value in figure.get("where", {}).items()}
    return row.get(figure.get("x", "name")) is not None and all(row.get(key) in wanted[key] for key in wanted)


def label(row, by):
    """What tells a row's series from the others: `vin16, success`."""
    return ", ".join(_word(key, row[key]) for key in by if row.get(key) is not None)


def _word(key, value):
    if key in ("way", "shot") and isinstance(value, int):
        return f"{value}-{key}"
    return str(value).replace("_", " ") if key == "name" else str(value)


# -- drawing --------------------------------------------------------------------------------------


def draw(result):
    """{file name: SVG} of a result's figures."""
    name, svg = f"q{result['number']:02d}", {}
    if result["figure"]["series"]:
        svg[f"{name}.svg"] = draw_series(result["figure"])
    if result["pictures"]:
        svg[f"{name}_pictures.svg"] = _svg(_matrices, result["pictures"])
    return svg


def draw_series(figure):
    """SVG text of one figure, as `series` describes it."""
    return _svg(_lines if figure["kind"] == "lines" else _points, figure)


def digest(data):
    """Tells a figure's data from any other; every SVG holds it, so that a stale file is found without drawing."""
    return hashlib.sha256(json.dumps(data, sort_keys=True).encode()).hexdigest()[:16]


def digests(result):
    """{file name: digest} of a result's figures."""
    name = f"q{result['number']:02d}"
    figure = {f"{name}.svg": digest(result["figure"])} if result["figure"]["series"] else {}
    return {**figure, **({f"{name}_pictures.svg": digest(result["pictures"])} if result["pictures"] else {})}


def _svg(draw_data, data):
    import matplotlib

    matplotlib.use("svg")
    from matplotlib import pyplot

    with matplotlib.rc_context(STYLE):
        drawing, text = draw_data(pyplot, data), io.StringIO()
        metadata = {"Date": None, "Creator": None, "Description": digest(data)}
        drawing.savefig(text, format="svg", metadata=metadata, bbox_inches="tight", dpi=100)
        pyplot.close(drawing)
    return re.sub(r"[ \t]+$", "", text.getvalue(), flags=re.MULTILINE)


def _lines(pyplot, figure):
    """Values against one key of the rows, with 95 % error bars."""
    drawing, axes = pyplot.subplots(figsize=(7.6, 3.8))
    for i, line in enumerate(figure["series"]):
        axes.errorbar(line["at"], line["value"], yerr=_bars(line), label=line["label"], color=COLOURS[i % 8],
                      linestyle=DASHES[i % 4], marker=MARKERS[i % 6], markersize=4.5, elinewidth=1,
                      markevery=max(1, len(line["at"]) // 40))
    axes.set(xlabel=figure["x_title"], ylabel=figure["y_title"])
    _scale(axes.xaxis, "", figure["log_x"])
    _scale(axes.yaxis, figure["unit"], figure["log_y"])
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.16), ncols=2 if len(figure["series"]) > 2 else 3)
    return drawing


def _points(pyplot, figure):
    """A line for each row: its name, its value and its 95 % interval."""
    count = sum(len(group["at"]) for group in figure["series"])
    drawing, axes = pyplot.subplots(figsize=(5, 0.25 * count + 0.5))
    names = []
    for i, group in enumerate(figure["series"]):
        places = range(len(names), len(names) + len(group["at"]))
        axes.errorbar(group["value"], places, xerr=_bars(group), fmt=MARKERS[i % 6], color=COLOURS[i % 8],
                      markersize=5, elinewidth=1.5)
        names += group["at"]
    axes.set_yticks(range(count), names)
    axes.set(ylim=(count - 0.5, -0.5), xlabel=figure["x_title"])
    axes.tick_params(axis="y", length=0)
    _scale(axes.xaxis, figure["unit"], figure["log_x"])
    return drawing


def _matrices(pyplot, pictures):
    """Small heat maps side by side: orange below 0, purple above, each on its own scale."""
    columns = min(8, len(pictures))
    rows = -(-len(pictures) // columns)
    side = 1.0 if columns > 2 else 3.4
    drawing, grid = pyplot.subplots(rows, columns, figsize=(1.15 * side * columns, 1.3 * side * rows), squeeze=False)
    for axes in grid.flat:
        axes.set_axis_off()
    for axes, picture in zip(grid.flat, pictures, strict=False):
        values = np.array(picture["values"], float)
        top = np.abs(values).max() or 1.0
        axes.imshow(values, cmap="PuOr", vmin=-top, vmax=top)
        axes.set_title(picture["title"].replace(": ", ":\n"), fontsize=8 if columns > 2 else 10)
    return drawing


def _bars(group):
    """Lengths of the error bars below and above each value, [2, points]."""
    low, high = np.transpose(group["ci95"])
    return np.maximum(0, [np.subtract(group["value"], low), np.subtract(high, group["value"])])


def _scale(axis, unit, log):
    """Percent or plain numbers at the ticks, on a straight or a logarithmic scale."""
    from matplotlib import ticker

    if log:
        axis.axes.set(**{f"{axis.axis_name}scale": "log"})
        axis.set_major_locator(ticker.LogLocator(subs=(1, 2, 5)))
        axis.set_minor_formatter(ticker.NullFormatter())
    factor, suffix = (100, " %") if unit == "%" else (1, "")
    axis.set_major_formatter(ticker.FuncFormatter(lambda value, _: f"{factor * value:,.6g}{suffix}"))
