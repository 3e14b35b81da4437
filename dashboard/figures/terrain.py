"""Charts about planning over terrain."""

import plotly.graph_objects as go

from dashboard.figures import theme


def caution_curve(rows, caution, dark=False):
    """Success against optimal paths, a point for each caution, with the 95 % interval of success.

    Args:
        rows: of `compute.caution_curve`.
        caution: the one that is set; the nearest point is filled.
        dark: theme.
    """
    colours = theme.of(dark)
    nearest = min(rows, key=lambda row: abs(row["caution"] - caution))
    success = [row["success_rate"].value for row in rows]
    optimal = [row["optimal_rate"].value for row in rows]
    low, high = ([row["success_rate"].ci95[i] for row in rows] for i in (0, 1))
    figure = go.Figure(go.Scatter(
        x=optimal, y=success, mode="lines+markers+text", text=[f"{row['caution']:g}" for row in rows],
        textposition="top right", line={"color": colours.best, "width": 2},
        marker={"size": [14 if row is nearest else 8 for row in rows],
                "color": [colours.path if row is nearest else colours.best for row in rows]},
        error_y={"type": "data", "array": [h - s for h, s in zip(high, success, strict=True)],
                 "arrayminus": [s - each for s, each in zip(success, low, strict=True)], "thickness": 1, "width": 0},
        hovertemplate="caution %{text}: %{y:.1%} arrive, %{x:.1%} on a cheapest path<extra></extra>",
    ))  # fmt: skip
    figure.update_layout(height=290, margin={"l": 8, "r": 8, "t": 8, "b": 8}, showlegend=False,
                         xaxis={"title": "on a cheapest path", "tickformat": ".0%"},
                         yaxis={"title": "arrive", "tickformat": ".0%"})
    return figure
