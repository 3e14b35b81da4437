"""Arrays of a planner -> Plotly figures, nothing else."""


import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from dashboard.figures import theme
from dashboard.figures.theme import VALUE_SCALE
from pnzoo.gridworld import MOVES

MOST_NUMBERS = 400_000  # in all frames of an animation: about 2 MB on the way to the browser


def plan(walls, start, goal, path, best, policy, dark=False):
    """A plan as a figure to keep: walls, the model's path, a shortest one, the policy's arrows."""
    colours = theme.of(dark)
    figure = go.Figure([_wall_layer(walls, colours)])
    figure.add_trace(_arrow_trace(np.where(walls, -1, policy), colours.faint))
    figure.add_trace(_line(best, "a shortest path", colours.best, 4, "dash"))
    figure.add_trace(_line(path, "the model's path", colours.path, 4, "solid"))
    for cell, letter, colour, symbol in ((start, "S", colours.path, "circle"), (goal, "G", colours.good, "diamond")):
        figure.add_trace(go.Scatter(x=[cell[1]], y=[cell[0]], mode="markers+text", text=[letter], showlegend=False,
                                    marker={"size": 20, "color": colour, "symbol": symbol}, hoverinfo="skip",
                                    textfont={"color": "white"}))
    _square_axes(figure, walls.shape)
    figure.update_layout(height=620, margin=_MARGIN, legend={"orientation": "h", "y": -0.02},
                         template="plotly_dark" if dark else "plotly_white")
    return figure


_MARGIN = {"l": 8, "r": 8, "t": 40, "b": 8}


def steps(trace, behind, push, settled, cells, walls, start, goal, k, dark=False, alone=False, sign=1):
    """R, P, V and the wave of final moves in the order in which they are computed, with a frame for every step.

    Args:
        trace: `pnzoo.Trace`.
        behind: `pnzoo.analysis.value_gap(trace, cells)`.
        push: `pnzoo.analysis.mean_displacement(trace)`.
        settled: `pnzoo.analysis.convergence_step(trace)`.
        cells: bool [H, W], those that the colours of V must tell apart.
        walls: bool [H, W].
        start, goal: (row, col).
        k: the step shown first, and the last one.
        dark: theme.
        alone: for a file of its own, with a background.
        sign: `pnzoo.analysis.reward_sign` of the planner.

    Returns:
        A figure whose slider and play button run in the browser: no frame asks the server.
    """
    colours = theme.of(dark)
    shown = frame_steps(walls.size, k)
    figure = make_subplots(1, 4, horizontal_spacing=0.03, subplot_titles=(
        "R: the reward it sees  →", "P: where its best action pushes  →", "V: how far behind the best cell  →",
        "The wave: which moves are final"))
    low, high = value_range(behind, cells, k)
    (least, most), scale = reward_seen(trace), _reward_stops(trace, sign)
    final = np.where(cells, settled, np.inf).astype("float32")

    def wave(i):
        return _rounded(np.where(final <= i, final, np.nan))

    figure.add_trace(go.Heatmap(z=_rounded(trace.reward), colorscale=scale, zmin=least, zmax=max(most, least + 1e-6),
                                colorbar=_bar(0.0, 0.22, "R"), hovertemplate=_HOVER.format("R")), 1, 1)
    figure.add_trace(go.Heatmap(z=_rounded(behind[k]), colorscale=VALUE_SCALE, zmin=low, zmax=high,
                                colorbar=_bar(0.52, 0.74, "V"), hovertemplate=_HOVER.format("V")), 1, 3)
    figure.add_trace(_push_trace(push[k], walls, colours.text), 1, 2)
    figure.add_trace(go.Heatmap(z=wave(k), colorscale=VALUE_SCALE, reversescale=True, zmin=0, zmax=k,
                                colorbar=_bar(0.78, 1.0, "step"), hovertemplate=_HOVER.format("final since")), 1, 4)
    figure.add_trace(_hatched(walls, colours.wall), 1, 1)
    for column in (1, 2, 3, 4):
        if column > 1:
            figure.add_trace(_wall_layer(walls, colours), 1, column)
        for cell, letter, colour in ((start, "S", colours.path), (goal, "G", colours.good)):
            if cell is not None:
                figure.add_trace(_letter(cell, letter, colour), 1, column)
    figure.frames = [go.Frame(name=str(i), traces=[1, 2, 3], data=[
        go.Heatmap(z=_rounded(behind[i])), _push_trace(push[i], walls, colours.text), go.Heatmap(z=wave(i))])
        for i in shown]
    _square_axes(figure, walls.shape)
    figure.update_layout(height=470, margin={"l": 8, "r": 8, "t": 46, "b": 8}, showlegend=False,
                         sliders=[_slider(shown, shown.index(k))], updatemenus=[_play()])
    return _finish(figure, dark, alone)


def frame_steps(cells, k):
    """Which steps get a frame: all of them, or fewer where the map is large; the last is always k."""
    most = max(2, MOST_NUMBERS // max(1, cells))
    return sorted({round(x) for x in np.linspace(0, k, min(k + 1, most))})


def value_range(behind, cells, k):
    """One colour range for all steps, so that a colour means the same in every frame: (lowest, 0)."""
    low = float(behind[: k + 1, cells].min()) if cells.any() else 0.0
    return (low, 0.0) if low < 0 else (-1.0, 0.0)


def reward_top(trace, walls):
    """The largest size of R on free cells, most often the price of a step: brushes paint multiples of it."""
    free = trace.reward[~walls]
    return float(np.abs(free).max()) if free.size and np.abs(free).max() > 0 else 1.0


def reward_end(trace):
    """The largest size of R inside the rim, walls too: the end of its colour scale.

    Where walls cost thousands, the scale ends at twenty times what most free cells cost, so that these are still seen.
    """
    size = np.abs(trace.reward[1:-1, 1:-1])
    common = float(np.quantile(size, 0.25))
    return min(float(size.max()), 20 * common or np.inf) or 1.0


def reward_seen(trace, end=None):
    """The part of R's colour scale that a map has: (lowest, highest), ends of the scale where R goes beyond them."""
    end = end or reward_end(trace)
    return [float(np.clip(each, -end, end)) for each in (trace.reward.min(), trace.reward.max())]


def history(curves, dark=False, marks=()):
    """Curves of a training, a panel a quantity: {name: values}, one an epoch; `marks` (epoch, words) are lines.

    A quantity and its `val_` share a panel; `env_steps` is what they stand against where it is there, and clocks are no
    curves.
    """
    clocks = ("minutes", "seconds", "env_steps", "epoch")
    drawn = {name: values for name, values in curves.items() if name.removeprefix("val_") not in clocks}
    quantities = list(dict.fromkeys(name.removeprefix("val_") for name in drawn))
    columns = min(2, len(quantities)) or 1
    rows = -(-len(quantities) // columns) or 1
    titles = [quantity.replace("_", " ") for quantity in quantities]
    figure = make_subplots(rows, columns, subplot_titles=titles, vertical_spacing=0.34 / rows, horizontal_spacing=0.17)
    colours, steps = theme.of(dark), curves.get("env_steps")
    for i, quantity in enumerate(quantities):
        for name, label, colour, dash in ((quantity, "training", colours.best, "solid"),
                                          (f"val_{quantity}", "validation", colours.path, "dash")):
            if name in drawn:
                x = steps if steps is not None else np.arange(1, len(drawn[name]) + 1)
                figure.add_trace(
                    go.Scatter(x=x, y=drawn[name], name=label, legendgroup=label, mode="lines",
                               showlegend=not any(trace.name == label for trace in figure.data),
                               line={"color": colour, "dash": dash, "width": 2}),
                    row=i // columns + 1, col=i % columns + 1,
                )  # fmt: skip
    for i, (epoch, words) in enumerate(marks if quantities else ()):
        figure.add_vline(x=epoch - 0.5, line={"color": theme.GREY, "dash": "dot", "width": 1.5})
        figure.add_annotation(x=epoch - 0.5, y=1 - i / 8, xref="x", yref="y domain", xanchor="right", yanchor="top",
                              text=f"{words.split(',')[0].removesuffix(' maps')} maps from here", showarrow=False)
    figure.update_xaxes(title_text="steps in the world" if steps is not None else "epoch", row=rows)
    if steps is None and max(map(len, drawn.values()), default=0) < 8:
        figure.update_xaxes(dtick=1)  # there is no half an epoch
    figure.update_layout(height=80 + 190 * rows, margin={"l": 8, "r": 8, "t": 56, "b": 8},
                         legend={"orientation": "h", "y": 1.0, "yanchor": "top", "yref": "container"})
    return figure


def reached(rows, dark=False):
    """What entries reach, with intervals, and the papers' numbers: rows of name, measure, value, interval, paper."""
    colours = theme.of(dark)
    names = [row["name"] for row in rows]
    value = np.array([row["value"] for row in rows])
    low, high = (np.array([row["ci95"][i] for row in rows]) for i in (0, 1))
    figure = go.Figure(go.Scatter(
        x=value, y=names, name="this zoo", mode="markers", customdata=[row["measure"] for row in rows],
        marker={"color": colours.best, "size": 10}, hovertemplate="%{y}: %{x:.2%} %{customdata}<extra></extra>",
        error_x={"type": "data", "array": high - value, "arrayminus": value - low, "thickness": 1.5}))
    told = [row for row in rows if row["paper"] is not None]
    figure.add_trace(go.Scatter(
        x=[row["paper"] for row in told], y=[row["name"] for row in told], name="the paper", mode="markers",
        marker={"color": colours.path, "size": 10, "symbol": "diamond-open", "line": {"width": 2}},
        hovertemplate="%{y}: %{x:.1%} in the paper<extra></extra>"))
    figure.update_layout(height=90 + 24 * len(rows), margin={"l": 8, "r": 8, "t": 8, "b": 8},
                         xaxis={"tickformat": ".0%"}, yaxis={"autorange": "reversed", "type": "category"},
                         legend={"orientation": "h", "y": 1.06, "yanchor": "bottom"})
    return figure


def rates(groups, title, rate_title="success", each="maps", dark=False, hues=("path", "third")):
    """Success of several models against one thing, with 95 % intervals.

    Args:
        groups: model -> rows of `analysis.success_by_bin`.
        title: of that thing.
        rate_title: what success is called.
        each: what was counted.
        dark: theme.
        hues: colour of each, a field of `theme.Theme`.
    """
    colours = theme.of(dark)
    looks = (("circle", "solid"), ("square", "dash"))
    styles = [(getattr(colours, hue), *look) for hue, look in zip(hues, looks, strict=False)]
    figure = go.Figure()
    for (name, rows), (colour, symbol, dash) in zip(groups.items(), styles, strict=False):
        rate = np.array([row["rate"] for row in rows])
        low, high = (np.array([row["ci95"][i] for row in rows]) for i in (0, 1))
        span = [f"{_span(row)}, {row['n']} {each}" for row in rows]
        figure.add_trace(go.Scatter(
            x=[row["mean"] for row in rows], y=rate, name=name, customdata=span, mode="lines+markers",
            line={"color": colour, "dash": dash, "width": 2.5}, marker={"symbol": symbol, "size": 9},
            error_y={"type": "data", "array": high - rate, "arrayminus": rate - low, "thickness": 1.2},
            hovertemplate=f"{name}: %{{y:.1%}}<br>%{{customdata}}<extra></extra>"))
    lowest = min((row["ci95"][0] for rows in groups.values() for row in rows), default=0)
    room = 1.02 - lowest
    figure.update_layout(height=330, margin={"l": 8, "r": 8, "t": 8, "b": 8}, xaxis_title=title,
                         yaxis={"title": rate_title, "tickformat": ".0%",
                                "range": [lowest - 0.08 * room, 1 + 0.06 * room]},
                         legend={"orientation": "h", "y": 1.03, "yanchor": "bottom"})
    return figure


def honesty(groups, dark=False):
    """How often a model is right, by how sure it says it is; on the dotted line it is as good as its word."""
    figure = rates(groups, "probability of its answer", "right", "answers", dark)
    figure.add_trace(go.Scatter(x=[0, 1], y=[0, 1], mode="lines", hoverinfo="skip", showlegend=False,
                                line={"color": theme.of(dark).faint, "dash": "dot", "width": 2}))
    least = min((row["mean"] for rows in groups.values() for row in rows), default=0)
    figure.update_xaxes(range=[max(0, least - 0.1), 1.03], tickformat=".0%")
    return figure


# -- pieces ---------------------------------------------------------------------------------------------

_HOVER = "row %{{y}}, column %{{x}}: {0} = %{{z:.3f}}<extra></extra>"


def _span(row):
    low, high = f"{row['low']:.2g}", f"{row['high']:.2g}"
    return low if low == high else f"{low} to {high}"


def _rounded(array):
    return np.round(np.asarray(array, "float32"), 3)


def _wall_layer(walls, colours, opacity=1.0):
    return go.Heatmap(
        z=np.where(walls, 1.0, np.nan),
        colorscale=[[0, colours.wall], [1, colours.wall]],
        showscale=False,
        opacity=opacity,
        hoverinfo="skip",
        name="walls",
    )


def _hatched(walls, colour):
    """Two strokes over each wall from its lower left to its upper right: its own colour is seen."""
    rows, cols = np.nonzero(walls)
    ends = [(-0.5, 0.0, 0.0, -0.5), (0.0, 0.5, 0.5, 0.0)]  # left, lower, right, upper
    gap = np.full(len(rows), np.nan)
    x = [part for left, _, right, _ in ends for part in (cols + left, cols + right, gap)]
    y = [part for _, lower, _, upper in ends for part in (rows + lower, rows + upper, gap)]
    return go.Scatter(x=np.stack(x, 1).ravel(), y=np.stack(y, 1).ravel(), mode="lines", hoverinfo="skip",
                      line={"color": colour, "width": 2}, name="walls")


def _reward_stops(trace, sign):
    """The part of R's colours that a map has, as Plotly takes them: those of the page."""
    (least, most), end, stops = reward_seen(trace), reward_end(trace), theme.stops(theme.reward_scale(sign))
    share = ((np.linspace(least, most, 9) / end) + 1) / 2 * (len(stops) - 1)
    mixed = np.stack([np.interp(share, range(len(stops)), channel) for channel in zip(*stops, strict=True)], axis=1)
    return [[i / 8, f"rgb({','.join(str(round(each)) for each in colour)})"] for i, colour in enumerate(mixed)]


def _arrow_trace(policy, colour):
    rows, cols = np.nonzero(policy >= 0)
    moves = MOVES[policy[rows, cols]]
    length = 0.62 / np.linalg.norm(moves, axis=1)
    return go.Quiver(x=cols, y=rows, u=moves[:, 1] * length, v=moves[:, 0] * length, anchor="center", arrowref="data",
                     lengthmode="raw", marker={"color": colour}, hoverinfo="skip", showlegend=False)


def _push_trace(push, walls, colour):
    """Arrows as one line trace: tail, tip and two barbs, so that a frame is redrawn at once."""
    rows, cols = np.nonzero(~walls)
    down, right = push[rows, cols, 0] * 0.45, push[rows, cols, 1] * 0.45
    gap = np.full(len(rows), np.nan)
    barb = [(-0.55 * right + side * 0.38 * down, -0.55 * down - side * 0.38 * right) for side in (1, -1)]
    tip = (cols + right, rows + down)
    x = [cols - right, tip[0], tip[0] + barb[0][0], tip[0], tip[0] + barb[1][0], gap]
    y = [rows - down, tip[1], tip[1] + barb[0][1], tip[1], tip[1] + barb[1][1], gap]
    return go.Scatter(x=_rounded(np.stack(x, 1).ravel()), y=_rounded(np.stack(y, 1).ravel()), mode="lines",
                      line={"color": colour, "width": 1.3}, hoverinfo="skip", name="push")


def _line(path, name, colour, width, dash):
    return go.Scatter(x=path[:, 1], y=path[:, 0], name=name, mode="lines", hoverinfo="skip",
                      line={"color": colour, "width": width, "dash": dash})


def _letter(cell, letter, colour):
    return go.Scatter(x=[cell[1]], y=[cell[0]], mode="markers+text", text=[letter], hoverinfo="skip",
                      marker={"color": colour, "size": 15, "line": {"color": "white", "width": 1},
                              "symbol": "circle" if letter == "S" else "diamond"},
                      textfont={"color": "white", "size": 9})


def _square_axes(figure, shape):
    figure.update_xaxes(visible=False, range=[-0.5, shape[1] - 0.5], constrain="domain")
    figure.update_yaxes(visible=False, range=[shape[0] - 0.5, -0.5], constrain="domain", scaleratio=1)
    for axis in figure.select_yaxes():
        axis.scaleanchor = (axis.anchor or "x")


def _bar(left, right, title):
    return {
        "orientation": "h",
        "thickness": 9,
        "len": right - left,
        "x": (left + right) / 2,
        "y": -0.03,
        "yanchor": "top",
        "tickfont": {"size": 10},
        "nticks": 5,
        "title": {"text": title, "side": "right", "font": {"size": 11}},
    }


def _slider(shown, active):
    now = {"mode": "immediate", "frame": {"duration": 0, "redraw": True}, "transition": {"duration": 0}}
    return {"active": active, "x": 0.1, "len": 0.9, "y": -0.14, "pad": {"t": 26, "b": 4},
            "currentvalue": {"prefix": "after step k = ", "font": {"size": 14}},
            "steps": [{"method": "animate", "label": str(i), "args": [[str(i)], now]} for i in shown]}


def _play():
    run = {"fromcurrent": True, "frame": {"duration": 180, "redraw": True}, "transition": {"duration": 0}}
    still = {"mode": "immediate", "frame": {"duration": 0, "redraw": True}}
    return {"type": "buttons", "direction": "left", "x": 0.0, "y": -0.24, "xanchor": "left", "yanchor": "top",
            "pad": {"t": 0}, "showactive": False,
            "buttons": [{"label": "▶", "method": "animate", "args": [None, run]},
                        {"label": "❚❚", "method": "animate", "args": [[None], still]}]}


def _finish(figure, dark, alone):
    if alone:
        figure.update_layout(template="plotly_dark" if dark else "plotly_white")
    return figure
