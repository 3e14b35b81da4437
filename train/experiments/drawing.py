"""Figures of the document as SVG text, from a result alone: curves, points with their intervals, small matrices.

The dashboard draws the same results with Plotly. These need nothing, so that the document can be made anywhere.
"""

import html
import math

from train.experiments.numbers import number

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#7a5195", "#5b6770")
MARKS = ("circle", "square", "diamond")
WIDTH, LEFT, RIGHT, TOP = 760, 70, 20, 16
MOST_POINTS = 40


def draw(found):
    """{file name: SVG} of a result's figures."""
    name = f"q{found['number']:02d}"
    pictures = {}
    rows = shown(found)
    if rows:
        make = curves if found["figure"]["kind"] == "lines" else points
        pictures[f"{name}.svg"] = make(found["figure"], rows)
    if found["pictures"]:
        pictures[f"{name}_pictures.svg"] = matrices(found["pictures"])
    return pictures


def shown(found):
    """The rows of a table that its figure draws."""
    where = found["figure"].get("where", {})
    rows = [row for row in found["table"] if all(_fits(row.get(key), value) for key, value in where.items())]
    return [row for row in rows if row.get(found["figure"].get("x", "measure")) is not None]


def _fits(value, wanted):
    return value in wanted if isinstance(wanted, list) else value == wanted


def label(row, by):
    """What tells a row's curve from the others."""
    return ", ".join(_word(key, row[key]) for key in by if row.get(key) is not None)


def _word(key, value):
    if key in ("way", "shot"):
        return f"{value}-{key}"
    return str(value).replace("_", " ") if key == "measure" else str(value)


def groups(rows, by):
    """{label: rows}, in order."""
    found = {}
    for row in rows:
        found.setdefault(label(row, by), []).append(row)
    return found


# -- curves -------------------------------------------------------------------------------------


def curves(figure, rows):
    """Value against `figure["x"]`, a curve a group, with 95 % bars."""
    height, bottom = 360, 56
    lines = groups(rows, figure["by"])
    bottom += 18 * len(lines)
    height += 18 * len(lines)
    across = Axis([row[figure["x"]] for row in rows], LEFT, WIDTH - RIGHT, figure.get("log"))
    up = Axis([row[end] for row in rows for end in ("low", "high")], height - bottom, TOP, figure.get("log_y"))
    unit = rows[0]["unit"]
    parts = [_grid(across, up, height - bottom, unit, figure)]
    for i, (name, members) in enumerate(lines.items()):
        members = sorted(members, key=lambda row: row[figure["x"]])
        colour = COLOURS[i % len(COLOURS)]
        at = [(across(row[figure["x"]]), up(row["value"])) for row in members]
        dash = ("", ' stroke-dasharray="6 4"', ' stroke-dasharray="2 3"')[i % 3]
        parts.append(f'<polyline fill="none" stroke="{colour}" stroke-width="2"{dash} points="'
                     + " ".join(f"{x:.1f},{y:.1f}" for x, y in at) + '"/>')
        for (x, y), row in zip(at, members, strict=True):
            parts.append(f'<path stroke="{colour}" d="M{x:.1f} {up(row["low"]):.1f}V{up(row["high"]):.1f}"/>')
            parts.append(_mark(x, y, i, colour))
        y = height - 18 * (len(lines) - i) + 6
        parts.append(_mark(LEFT, y - 4, i, colour) + _text(LEFT + 12, y, name))
    return _svg(height, parts)


# -- points -------------------------------------------------------------------------------------


def points(figure, rows):
    """One line a row: its name, its value and its 95 % interval."""
    rows = rows[:MOST_POINTS]
    left, height = 380, TOP + 20 * len(rows) + 44
    across = Axis([row[end] for row in rows for end in ("low", "high")], left, WIDTH - RIGHT - 50, figure.get("log"))
    bottom = height - 40
    parts = []
    for tick in across.ticks():
        x = across(tick)
        parts.append(f'<path stroke="#d5dae0" d="M{x:.1f} {TOP}V{bottom}"/>')
        parts.append(_text(x, bottom + 16, _tick(tick, rows[0]["unit"]), "middle"))
    parts.append(_text((left + WIDTH) / 2, bottom + 34, figure.get("x_title", ""), "middle"))
    families = list(dict.fromkeys(label(row, figure["by"][:1]) for row in rows))
    for i, row in enumerate(rows):
        y, which = TOP + 20 * i + 12, families.index(label(row, figure["by"][:1]))
        colour = COLOURS[which % len(COLOURS)]
        parts.append(_text(left - 12, y + 4, label(row, figure["by"])[:62], "end"))
        parts.append(f'<path stroke="{colour}" stroke-width="2" d="M{across(row["low"]):.1f} {y}'
                     f'H{across(row["high"]):.1f}"/>')
        parts.append(_mark(across(row["value"]), y, which, colour))
    return _svg(height, parts)


# -- matrices -----------------------------------------------------------------------------------


def matrices(pictures):
    """Small heat maps side by side: orange below 0, purple above, each on its own scale."""
    across = 8 if len(pictures) > 2 else len(pictures)
    size = (WIDTH - 16 * across) / across if across > 2 else 300
    rows = -(-len(pictures) // across)
    parts = []
    for i, picture in enumerate(pictures):
        left, top = 8 + (i % across) * (size + 16), 24 + (i // across) * (size + 40)
        values = picture["values"]
        top_value = max(abs(value) for line in values for value in line) or 1.0
        side = size / max(len(values), len(values[0]))
        parts.append(_text(left, top - 6, picture["title"], size=10 if across > 2 else 12))
        for r, line in enumerate(values):
            for c, value in enumerate(line):
                parts.append(f'<rect x="{left + c * side:.1f}" y="{top + r * side:.1f}" width="{side:.1f}" '
                             f'height="{side:.1f}" fill="{_shade(value / top_value)}" stroke="#ffffff" '
                             f'stroke-width="0.5"><title>{value}</title></rect>')
    return _svg(24 + rows * (size + 40), parts)


def _shade(share):
    """-1 orange, 0 white, 1 purple."""
    end = (166, 90, 15) if share < 0 else (91, 58, 148)
    return "#" + "".join(f"{round(247 + (each - 247) * min(1, abs(share))):02x}" for each in end)


# -- pieces -------------------------------------------------------------------------------------


class Axis:
    """From values to places on the paper, straight or by logarithm."""

    def __init__(self, values, first, last, log=False):
        low, high = min(values), max(values)
        self.log = bool(log) and low > 0
        if self.log:
            low, high = math.log10(low), math.log10(high)
        gap = (high - low) * 0.04 or 0.5
        self.low, self.high, self.first, self.last = low - gap, high + gap, first, last

    def __call__(self, value):
        value = math.log10(max(value, 1e-12)) if self.log else value
        share = (value - self.low) / (self.high - self.low)
        return self.first + min(1, max(0, share)) * (self.last - self.first)

    def ticks(self):
        """About five round values."""
        if self.log:
            found = [m * 10.0**e for e in range(math.floor(self.low), math.ceil(self.high) + 1) for m in (1, 2, 5)]
            inside = [value for value in found if self.low <= math.log10(value) <= self.high]
            return inside if len(inside) < 9 else [v for v in inside if math.log10(v) == round(math.log10(v))]
        step = 10 ** math.floor(math.log10((self.high - self.low) / 4))
        while (self.high - self.low) / step > 7:
            step *= 2 if round(step / 10 ** math.floor(math.log10(step))) in (1, 5) else 2.5
        first = math.ceil(self.low / step)
        return [i * step for i in range(first, math.floor(self.high / step) + 1)]


def _grid(across, up, bottom, unit, figure):
    parts = []
    for tick in up.ticks():
        parts.append(f'<path stroke="#d5dae0" d="M{LEFT} {up(tick):.1f}H{WIDTH - RIGHT}"/>')
        parts.append(_text(LEFT - 6, up(tick) + 4, _tick(tick, unit), "end"))
    for tick in across.ticks():
        parts.append(_text(across(tick), bottom + 16, f"{tick:,.10g}", "middle"))
    parts.append(_text((LEFT + WIDTH) / 2, bottom + 34, figure.get("x_title", figure["x"]), "middle"))
    parts.append(f'<g transform="rotate(-90 14 {bottom / 2:.0f})">'
                 + _text(14, bottom / 2, figure.get("y_title", ""), "middle") + "</g>")
    return "".join(parts)


def _tick(value, unit):
    if unit == "%":
        return f"{100 * value:.10g} %" if abs(100 * value) < 1e6 else number(value, unit)
    return f"{value:,.6g}"


def _mark(x, y, index, colour):
    kind = MARKS[index % 3]
    if kind == "circle":
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.6" fill="{colour}"/>'
    turn = f' transform="rotate(45 {x:.1f} {y:.1f})"' if kind == "diamond" else ""
    return f'<rect x="{x - 3.2:.1f}" y="{y - 3.2:.1f}" width="6.4" height="6.4" fill="{colour}"{turn}/>'


def _text(x, y, words, anchor="start", size=12):
    return f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="{anchor}">{html.escape(words)}</text>'


def _svg(height, parts):
    head = (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:.0f}" width="{WIDTH}" '
            'font-family="system-ui, sans-serif" fill="#1d2733">')
    return head + f'<rect width="{WIDTH}" height="{height:.0f}" fill="#ffffff"/>' + "\n".join(parts) + "</svg>\n"
