"""Charts about planning over terrain."""

import plotly.graph_objects as go

from dashboard.figures import theme


def caution_curve(rows, caution, dark=False):
    """Success against the length of the path, a point for each caution, both with their 95 % intervals.

    Args:
        rows: of `compute.caution_curve`.
        caution: the one that is set; the nearest point is filled.
        dark: theme.
    """
    colours = theme.of(dark)
    nearest = min(rows, key=lambda row: abs(row["caution"] - caution))
    success, longer = ([row[name].value for row in rows] for name in ("success_rate", "excess_cost"))

    def bars(name, values):
        low, high = ([row[name].ci95[i] for row in rows] for i in (0, 1))
        return {"type": "data", "array": [h - v for h, v in zip(high, values, strict=True)], "thickness": 1,
                "arrayminus": [v - each for v, each in zip(values, low, strict=True)], "width": 0}

    figure = go.Figure(go.Scatter(
        x=longer, y=success, mode="lines+markers+text", text=[f"{row['caution']:g}" for row in rows],
        textposition="bottom right", line={"color": colours.best, "width": 2},
        marker={"size": [14 if row is nearest else 8 for row in rows],
                "color": [colours.path if row is nearest else colours.best for row in rows]},
        error_x=bars("excess_cost", longer), error_y=bars("success_rate", success),
        hovertemplate="caution %{text}: %{y:.1%} arrive, %{x:.2%} longer<extra></extra>",
    ))  # fmt: skip
    figure.update_layout(height=250, margin={"l": 8, "r": 8, "t": 8, "b": 8}, showlegend=False,
                         xaxis={"title": "longer than the cheapest path", "tickformat": ".1%"},
                         yaxis={"title": "arrive", "tickformat": ".0%"})
    return figure
