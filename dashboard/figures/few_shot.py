"""Arrays of a few-shot decision -> Plotly figures, nothing else."""

import numpy as np
import plotly.graph_objects as go

from dashboard.figures import theme

_MARGIN = {"l": 8, "r": 8, "t": 8, "b": 8}


def embedding(at, labels, classes, attention, dark=False):
    """Support images and the query (last row) on a plane, joined by lines as strong as the attention."""
    colours = theme.of(dark)
    figure = go.Figure()
    query = at[-1]
    for i, share in enumerate(attention if attention is not None else []):
        figure.add_trace(go.Scatter(x=[query[0], at[i, 0]], y=[query[1], at[i, 1]], mode="lines", hoverinfo="skip",
                                    line={"color": colours.best, "width": 0.8 + 7 * float(share)}, showlegend=False,
                                    opacity=0.25 + 0.6 * float(share)))
    for index, letter in enumerate(classes):
        mine, colour = np.flatnonzero(labels == index), theme.PALETTE[index % len(theme.PALETTE)]
        figure.add_trace(go.Scatter(
            x=at[mine, 0], y=at[mine, 1], mode="markers+text", text=[letter] * len(mine), name=letter,
            textfont={"color": _ink(colour), "size": 12}, hovertemplate=f"{letter}<extra></extra>",
            marker={"size": 24, "color": colour, "line": {"color": "white", "width": 1}}))
    # A frame, so that an image that lies just there is still seen.
    figure.add_trace(go.Scatter(x=query[:1], y=query[1:], mode="markers+text", text=["<b>query</b>"], name="query",
                                textposition="top center", textfont={"color": colours.path, "size": 14},
                                hovertemplate="the query<extra></extra>", cliponaxis=False,
                                marker={"size": 36, "symbol": "diamond-open", "color": colours.path,
                                        "line": {"width": 4}}))
    figure.update_xaxes(visible=False)
    figure.update_yaxes(visible=False, scaleanchor="x")
    figure.update_layout(height=360, margin={**_MARGIN, "t": 34}, showlegend=False)
    return figure


def _ink(colour):
    """White or nearly black, whichever is read more easily on a colour."""
    return theme.letters_on(*(int(colour[i : i + 2], 16) for i in (1, 3, 5)))


def bars(probability, classes, answer, before=None, dark=False):
    """Probabilities as bars; the answer is solid, the others are light.

    Args:
        probability, classes: [W] and the letters.
        answer: one of them or None.
        before: letter -> probability that it had before, drawn as diamonds.
        dark: theme.
    """
    colours = theme.of(dark)
    chosen = [letter == answer for letter in classes]
    figure = go.Figure(go.Bar(
        x=probability, y=classes, orientation="h",
        marker={"color": [colours.path if mine else colours.best for mine in chosen],
                "opacity": [1.0 if mine else 0.55 for mine in chosen]},
        hovertemplate="%{y}: %{x:.2%}<extra></extra>", cliponaxis=False))
    figure.add_trace(go.Scatter(x=np.full(len(classes), 1.04), y=classes, mode="text", textposition="middle right",
                                text=[f"{p:.1%}" for p in probability], hoverinfo="skip", cliponaxis=False,
                                textfont={"color": colours.text}))
    shown = [letter for letter in classes if letter in (before or {})]
    if shown:
        figure.add_trace(go.Scatter(
            x=[before[letter] for letter in shown], y=shown, mode="markers", cliponaxis=False,
            marker={"symbol": "diamond-open", "size": 11, "color": colours.text, "line": {"width": 2}},
            hovertemplate="%{y}: %{x:.2%} before<extra></extra>"))
    figure.update_layout(height=60 + min(34 * len(classes), 200 + 12 * len(classes)), margin={**_MARGIN, "r": 46},
                         showlegend=False,
                         xaxis={"range": [0, 1.16], "tickformat": ".0%", "tickvals": [0, 0.25, 0.5, 0.75, 1]},
                         yaxis={"autorange": "reversed", "type": "category"})
    return figure


def looks(steps, names):
    """What f attended to in each of its K steps: [K, S]."""
    figure = go.Figure(
        go.Heatmap(
            z=steps,
            x=names,
            y=[f"step {i + 1}" for i in range(len(steps))],
            colorscale="Cividis",
            zmin=0,
            zmax=max(float(steps.max()), 1e-6),
            text=[[f"{x:.0%}" for x in row] for row in steps],
            texttemplate="%{text}" if len(names) <= 20 else None,
            xgap=2,
            ygap=2,
            colorbar={"tickformat": ".0%", "thickness": 12},
            hovertemplate="%{y}, %{x}: %{z:.1%}<extra></extra>",
        )
    )
    figure.update_layout(height=90 + 36 * len(steps), margin=_MARGIN, yaxis={"autorange": "reversed"},
                         xaxis={"type": "category"})
    return figure


def orders(rows, classes, now, dark=False):
    """Probability of each class under other orders of the support set, [times, W], and as it is now."""
    colours = theme.of(dark)
    figure = go.Figure()
    for index, letter in enumerate(classes):
        spread = np.linspace(-0.2, 0.2, len(rows)) if len(rows) > 1 else np.zeros(1)
        figure.add_trace(go.Scatter(x=rows[:, index], y=index + spread, mode="markers", showlegend=index == 0,
                                    name="other orders", hovertemplate=f"{letter}: %{{x:.1%}}<extra></extra>",
                                    marker={"color": colours.best, "size": 6, "opacity": 0.6}))
    figure.add_trace(go.Scatter(x=now, y=np.arange(len(classes)), mode="markers", name="this order",
                                marker={"color": colours.path, "symbol": "diamond", "size": 11},
                                hovertemplate="%{x:.1%}<extra></extra>"))
    figure.update_layout(
        height=90 + 34 * len(classes),
        margin={**_MARGIN, "t": 30},
        legend={"orientation": "h", "y": 1.12},
        xaxis={"range": [-0.03, 1.03], "tickformat": ".0%", "title": "probability"},
        yaxis={"autorange": "reversed", "tickvals": list(range(len(classes))), "ticktext": classes},
    )
    return figure
