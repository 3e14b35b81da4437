"""Results of the experiments -> Plotly figures, nothing else. A result holds the series that its figure draws."""

import numpy as np
import plotly.graph_objects as go
from plotly.colors import hex_to_rgb
from plotly.subplots import make_subplots

from dashboard import glossary, headlines
from dashboard.figures import theme
from dashboard.figures.theme import BLUE, DARK, ORANGE, PINK, RED, RESULTS_PALETTE, REWARD_SCALE, REWARD_SCALE_DARK, SKY

DARK_PALETTE = (DARK.best, DARK.path, DARK.good, PINK, "#f2c14e", SKY, "#b592d6", "#a9b2bc")
MOST_CURVES = 5
SYMBOLS = ("circle", "square", "diamond", "triangle-up", "x", "star")
DASHES = ("solid", "dash", "dot", "dashdot")


def main_figure(result, dark=False):
    """The main figure of a result, or None where it has nothing to draw."""
    figure = result["figure"]
    if not figure["series"]:
        return None
    palette, look = DARK_PALETTE if dark else RESULTS_PALETTE, theme.of(dark)
    if figure["kind"] != "lines":
        return points(figure, look.best, headlines.answers(result), look.path)
    named = [series for _, series in headlines.of(result).curves]
    winner = headlines.winner(result)
    chosen = [*named, winner]
    at = lambda series: chosen.index(series["label"]) if series["label"] in chosen else len(chosen)  # noqa: E731
    ordered = sorted(figure["series"], key=at)  # those that the answer names, in the colours of its tile
    orange = [colour for colour in palette if colour in (ORANGE, RED, DARK.path)]
    other = [colour for colour in palette if colour not in orange]
    best = [look.path] * bool(winner or headlines.ahead(result))
    palette = [*best, look.best, look.good, *other[2:]]
    return lines({**figure, "series": ordered}, palette, len(named))


def lines(figure, palette=RESULTS_PALETTE, told=0):
    """Values against one key of the rows, a line for each series, with 95 % bars; of seven and more five at first.

    The first `told` lines have their last value written at their end.
    """
    last = [series["value"][-1] for series in figure["series"][:told] if series["value"]]
    drawing, lone = go.Figure(), 0
    most = len(figure["series"]) if len(figure["series"]) <= MOST_CURVES + 1 else MOST_CURVES  # one alone does not wait
    for i, series in enumerate(figure["series"]):
        lone += len(series["value"]) == 1
        around = len(series["value"]) == 1 and {"size": 8 + 7 * lone, "symbol": f"{SYMBOLS[i % 6]}-open",
                                                "line": {"width": 2}}  # points may lie on each other
        label = glossary.worded(series["label"])
        colour = palette[i % len(palette)]
        ends = i < told and bool(series["value"])
        above = ends and series["value"][-1] == max(last)
        words = [""] * (len(series["value"]) - 1)
        words += [f"{'' if above else '<br>'}<b>{headlines.number(series['value'][-1], figure['unit'])}</b>"] * ends
        drawing.add_trace(go.Scatter(
            x=series["at"], y=series["value"], name=label, mode="lines+markers+text" if ends else "lines+markers",
            customdata=series["n"], text=words if ends else None, cliponaxis=False, textfont={"color": colour},
            textposition="top center" if above else "bottom center",
            error_y=_bars(series, colour if len(figure["series"]) > 3 else None),
            line={"color": colour, "dash": DASHES[i % 4], "width": 2.5},
            marker=around or {"symbol": SYMBOLS[i % 6], "size": 8}, visible=True if i < most else "legendonly",
            hovertemplate=f"{label}: %{{y}} at %{{x}}<br>n = %{{customdata}}<extra></extra>"))
    height = 390 + 18 * len(figure["series"])  # a phone's legend has a line for each
    return _layout(drawing, figure, height, xaxis=_axis(figure, "x"), yaxis=_axis(figure, "y", figure["unit"]))


def points(figure, colour=BLUE, answers=(), leading=RED):
    """A line for each row: name, value, 95 % interval; a titled panel for each series of several rows.

    `answers`, pairs of series and row, have the colour `leading`, as on their tile.
    """
    drawing, places, notes = go.Figure(), [], []
    titled = len(figure["series"]) > 1 and any(len(series["at"]) > 1 for series in figure["series"])
    for i, series in enumerate(figure["series"]):
        if titled:
            places.append(f"title of {series['label']}")
            notes.append((places[-1], f"<b>{glossary.worded(series['label'])}</b>", {"size": 14}, 0))
        for name, value in zip(series["at"], series["value"], strict=True):
            places.append(name)
            notes.append((name, _words(name, series["label"] if titled else None), {"size": 12}, 0))
            notes.append((name, f"<b>{headlines.number(value, figure['unit'])}</b>", {"size": 12}, 1))
        leads = [(series["label"], name) in answers for name in series["at"]]
        for hue, wanted in ((colour, False), (leading, True)):
            if wanted not in leads:
                continue
            part = {key: [x for x, leads_here in zip(series[key], leads, strict=True) if leads_here == wanted]
                    for key in ("at", "value", "ci95", "n")}
            drawing.add_trace(go.Scatter(
                x=part["value"], y=part["at"], name=glossary.worded(series["label"]), mode="markers",
                error_x=_bars(part), customdata=part["n"], showlegend=False,
                marker={"color": hue, "symbol": SYMBOLS[i % 6], "size": 10},
                hovertemplate="%{y}: %{x}<br>n = %{customdata}<extra></extra>"))
    drawing = _layout(drawing, figure, 90 + 42 * len(places),
                      xaxis={**_axis(figure, "x", figure["unit"]), **_range(figure)},
                      yaxis={"range": [len(places) - 0.5, -1], "type": "category", "categoryorder": "array",
                             "categoryarray": places, "showticklabels": False,
                             "tickvals": [name for series in figure["series"] for name in series["at"]]})
    # Names and values stand above their lines: beside them they would leave a phone no room for the points; as labels
    # of the axis they would push away the numbers below them.
    return drawing.update_layout(annotations=[
        {"text": words, "x": x, "xref": "paper", "xanchor": "right" if x else "left", "y": name, "yshift": 17,
         "showarrow": False, "font": font} for name, words, font, x in notes])


def _words(name, series):
    """A row's name: the entry as it is called, the rest in words; without its series if that is given."""
    entry, *rest = name.removeprefix(f"{series}, ").split(", ")
    if entry != name.split(", ")[0]:
        rest, entry = [entry, *rest], ""
    entry = glossary.NAMES.get(entry, entry)
    shown = [glossary.ROWS.get(part, part).replace("_", " ") for part in rest]
    return glossary.worded(", ".join([entry, *shown] if entry else shown))


def _range(figure):
    """Shares end at 100 %, and points on the rim are whole; a few round values are named, on a phone too."""
    ends = [end for series in figure["series"] for pair in series["ci95"] for end in pair]
    if figure["unit"] != "%" or figure["log_x"] or not ends:
        return {}
    low, high = min(ends), 1 if min(ends) >= 0 and 0.6 < max(ends) <= 1 else max(ends)
    low = min(low, high - 0.1) if high - low < 0.02 else low  # all as good as equal
    gap = high - low
    step = next((step for step in (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.25, 0.5) if gap / step <= 5), 1)
    return {"range": [low - 0.05 * gap if low < 0 else max(-0.02 * gap, low - 0.05 * gap), high + 0.05 * gap],
            "tickmode": "linear", "tick0": 0, "dtick": step}


def _axis(figure, name, unit=""):
    log = {"type": "log", **_ticks(figure, name)} if figure[f"log_{name}"] else {"type": "linear"}
    title = glossary.worded(figure[f"{name}_title"])
    if log.get("tickvals") is not None and len(log["tickvals"]) > 1:
        tenfold = all(f"{x:e}"[0] == "1" for x in log["tickvals"])
        title += "; each line is ten times the one before" if tenfold else "; equal steps multiply by as much"
    if len(title) > 40:  # two lines, or a phone would cut it
        middle = title.find(" ", len(title) // 2)
        title = title[:middle] + "<br>" + title[middle + 1 :] if middle > 0 else title
    return {"title": title, **log, "tickformat": ".1~%" if unit == "%" else None}


def _ticks(figure, name):
    """1, 2 and 5 times the powers of ten in full where they fit, the powers alone where there would be many."""
    along = "at" if (name == "x") == (figure["kind"] == "lines") else "value"
    values = np.array([x for series in figure["series"] for x in series[along] if isinstance(x, int | float) and x > 0])
    if not len(values):
        return {}
    low, high = np.floor(np.log10(values.min())), np.ceil(np.log10(values.max()))
    shown = [digit * 10.0**power for power in np.arange(low, high + 1) for digit in (1, 2, 5)]
    shown = [x for x in shown if values.min() * 0.7 <= x <= values.max() * 1.4]
    return {"tickvals": shown if len(shown) <= 8 else [x for x in shown if f"{x:e}"[0] == "1"], "minor": {"ticks": ""}}


def _layout(drawing, figure, height, **axes):
    drawing.update_layout(height=height, margin={"l": 8, "r": 8, "t": 8, "b": 8}, **axes,
                          legend={"orientation": "h", "y": 1.02, "yanchor": "bottom"})
    return drawing


def matrices(pictures, dark=False):
    """Small heat maps side by side: learned rewards and kernels, each on its own scale with the page's colour at 0."""
    scale = REWARD_SCALE_DARK if dark else REWARD_SCALE
    across = min(4, len(pictures))
    down = -(-len(pictures) // across)
    drawing = make_subplots(down, across, subplot_titles=[glossary.worded(picture["title"]) for picture in pictures],
                          horizontal_spacing=0.02, vertical_spacing=0.2 / down)
    for i, picture in enumerate(pictures):
        values = np.array(picture["values"], float)
        top = float(np.abs(values).max()) or 1.0
        drawing.add_trace(go.Heatmap(z=values, colorscale=scale, zmin=-top, zmax=top, showscale=False,
                                   hovertemplate="row %{y}, column %{x}: %{z:.3f}<extra></extra>"),
                        i // across + 1, i % across + 1)
    drawing.update_xaxes(visible=False, constrain="domain")
    drawing.update_yaxes(visible=False, autorange="reversed", constrain="domain", constraintoward="top")
    for axis in drawing.select_yaxes():
        axis.scaleanchor = axis.anchor or "x"
    drawing.update_annotations(font_size=11 if across > 2 else 13)
    drawing.update_layout(height=180 * down if across > 2 else 270, margin={"l": 8, "r": 8, "t": 30, "b": 8})
    return drawing


def _bars(series, faint=None):
    """95 % bars; where many would cover each other, in a faint colour."""
    low, high = np.transpose(series["ci95"])
    look = {"color": "rgba({}, {}, {}, 0.3)".format(*hex_to_rgb(faint)), "width": 0} if faint else {}
    return {"type": "data", "thickness": 1.3, **look,
            "array": high - series["value"], "arrayminus": series["value"] - low}
