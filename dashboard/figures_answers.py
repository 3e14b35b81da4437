"""Results of the questions -> Plotly figures, nothing else. What is drawn is said by the result itself."""

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from figures import REWARD_SCALE

MOST_POINTS = 40
PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#7a5195", "#8a9199")
SYMBOLS = ("circle", "square", "diamond", "triangle-up", "x", "star")
DASHES = ("solid", "dash", "dot", "dashdot")


def result(found):
    """The main figure of a result, or None where its table has nothing to draw."""
    rows = shown(found)
    if not rows:
        return None
    return curves(found["figure"], rows) if found["figure"]["kind"] == "lines" else points(
        found["figure"], rows)


def shown(found):
    """The rows of the table that belong into the figure."""
    where, x = found["figure"].get("where", {}), found["figure"].get("x", "measure")
    return [row for row in found["table"] if row.get(x) is not None
            and all(row.get(key) in (value if isinstance(value, list) else [value]) for key, value in where.items())]


def label(row, by):
    """What tells a row from the others."""
    return ", ".join(word(key, row[key]) for key in by if row.get(key) is not None)


def word(key, value):
    if key in ("way", "shot"):
        return f"{value}-{key}"
    return str(value).replace("_", " ") if key == "measure" else str(value)


def curves(figure, rows):
    """Value against one key of the rows, a curve for each group, with 95 % bars."""
    groups = {}
    for row in rows:
        groups.setdefault(label(row, figure["by"]), []).append(row)
    drawn = go.Figure()
    for i, (name, members) in enumerate(groups.items()):
        members = sorted(members, key=lambda row: row[figure["x"]])
        drawn.add_trace(go.Scatter(
            x=[row[figure["x"]] for row in members], y=[row["value"] for row in members], name=name,
            mode="lines+markers", error_y=_bars(members), customdata=[row["n"] for row in members],
            line={"color": PALETTE[i % 8], "dash": DASHES[i % 4], "width": 2.5},
            marker={"symbol": SYMBOLS[i % 6], "size": 8},
            hovertemplate=f"{name}: %{{y}} at %{{x}}<br>n = %{{customdata}}<extra></extra>"))
    drawn.update_layout(
        height=420, margin={"l": 8, "r": 8, "t": 8, "b": 8},
        xaxis={"title": figure.get("x_title", figure["x"]), "type": "log" if figure.get("log") else "linear"},
        yaxis={"title": figure.get("y_title", ""), "type": "log" if figure.get("log_y") else "linear",
               "tickformat": ".1~%" if rows[0]["unit"] == "%" else None},
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom"})
    return drawn


def points(figure, rows):
    """One line a row: name, value, 95 % interval; one colour and symbol for each value of the first key."""
    rows, families = rows[:MOST_POINTS], {}
    for row in rows:
        families.setdefault(label(row, figure["by"][:1]), []).append(row)
    drawn = go.Figure()
    for i, (name, members) in enumerate(families.items()):
        drawn.add_trace(go.Scatter(
            x=[row["value"] for row in members], y=[label(row, figure["by"]) for row in members], name=name,
            mode="markers", error_x=_bars(members), customdata=[row["n"] for row in members],
            marker={"color": PALETTE[i % 8], "symbol": SYMBOLS[i % 6], "size": 10},
            hovertemplate="%{y}: %{x}<br>n = %{customdata}<extra></extra>"))
    percent = rows[0]["unit"] == "%"
    drawn.update_layout(
        height=110 + 24 * len(rows), margin={"l": 8, "r": 8, "t": 8, "b": 8},
        xaxis={"title": figure.get("x_title", ""), "type": "log" if figure.get("log") else "linear",
               "tickformat": ".1~%" if percent else None},
        yaxis={"autorange": "reversed", "type": "category", "automargin": True},
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom"})
    return drawn


def matrices(pictures):
    """Small heat maps side by side: learned rewards and kernels, each on its own scale with white at 0."""
    across = min(8, len(pictures))
    down = -(-len(pictures) // across)
    drawn = make_subplots(down, across, subplot_titles=[picture["title"] for picture in pictures],
                          horizontal_spacing=0.02, vertical_spacing=0.2 / down)
    for i, picture in enumerate(pictures):
        values = np.array(picture["values"], float)
        top = float(np.abs(values).max()) or 1.0
        drawn.add_trace(go.Heatmap(z=values, colorscale=REWARD_SCALE, zmin=-top, zmax=top, showscale=False,
                                   hovertemplate="row %{y}, column %{x}: %{z:.3f}<extra></extra>"),
                        i // across + 1, i % across + 1)
    drawn.update_xaxes(visible=False, constrain="domain")
    drawn.update_yaxes(visible=False, autorange="reversed", constrain="domain")
    for axis in drawn.select_yaxes():
        axis.scaleanchor = axis.anchor or "x"
    drawn.update_annotations(font_size=11 if across > 2 else 13)
    drawn.update_layout(height=180 * down if across > 2 else 420, margin={"l": 8, "r": 8, "t": 30, "b": 8})
    return drawn


def _bars(rows):
    return {"type": "data", "thickness": 1.3, "array": [row["high"] - row["value"] for row in rows],
            "arrayminus": [row["value"] - row["low"] for row in rows]}
