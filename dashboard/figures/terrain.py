"""Charts about planning over terrain."""

import numpy as np
import plotly.graph_objects as go

from dashboard.figures import theme


def caution_curve(rows, caution, dark=False):
    """Success against the cost of the path, a point for each caution, both with their 95 % intervals.

    Args:
        rows: of `compute.caution_curve`.
        caution: the one that is set, marked: filled where it was measured, else a ring on the line between the
            points beside it (at the last point beyond).
        dark: theme.
    """
    colours = theme.of(dark)
    measured = [row["caution"] for row in rows]
    success, dearer = ([row[name].value for row in rows] for name in ("success_rate", "excess_cost"))

    def bars(name, values):
        low, high = ([row[name].ci95[i] for row in rows] for i in (0, 1))
        return {"type": "data", "array": [h - v for h, v in zip(high, values, strict=True)], "thickness": 1,
                "arrayminus": [v - each for v, each in zip(values, low, strict=True)], "width": 0}

    figure = go.Figure(go.Scatter(
        x=dearer, y=success, mode="lines+markers+text", text=[f"{row['caution']:g}" for row in rows],
        textposition=["bottom right", "top left"] * (len(rows) // 2) + ["bottom right"] * (len(rows) % 2),  # apart
        textfont={"color": colours.text, "size": 13}, line={"color": colours.best, "width": 2},
        marker={"size": 8, "color": colours.best},
        error_x=bars("excess_cost", dearer), error_y=bars("success_rate", success),
        hovertemplate="caution %{text}: %{y:.1%} arrive, %{x:.2%} dearer<extra></extra>",
    ))  # fmt: skip
    at = {"x": [float(np.interp(caution, measured, dearer))], "y": [float(np.interp(caution, measured, success))]}
    figure.add_trace(go.Scatter(
        **at, mode="markers", hovertemplate=f"caution {caution:g}: %{{y:.1%}} arrive, %{{x:.2%}} dearer<extra></extra>",
        marker={"size": 14, "symbol": "circle" if caution in measured else "circle-open", "color": colours.path,
                "line": {"width": 3, "color": colours.path}}))
    figure.update_layout(height=250, margin={"l": 8, "r": 8, "t": 8, "b": 8}, showlegend=False,
                         xaxis={"title": "dearer than the cheapest path", "tickformat": ".1%"},
                         yaxis={"title": "arrive", "tickformat": ".0%"})
    return figure
