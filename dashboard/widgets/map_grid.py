"""The map whose reward people paint: a canvas in the page (map_grid.js), and what canvases send back, checked."""

from collections.abc import Callable

import numpy as np
import streamlit as st

from dashboard.compute.packed import bits
from dashboard.widgets import canvas

_HTML = """<div class="grid"><div class="bar" role="toolbar" aria-label="Tools of the map"></div>
<div class="say" role="status" aria-live="polite"></div><canvas tabindex="0" role="application"></canvas>
<div class="key" hidden><span class="low"></span><span class="ramp"></span><span class="high"></span></div></div>"""

_grid = canvas.component("map_grid", _HTML)

PAINT_TOOLS = [
    {"name": "good", "label": "Good place +", "help": "Drag over cells to make them rewarding"},
    {"name": "bad", "label": "Bad place −", "help": "Drag over cells to make them costly"},
    {"name": "unpaint", "label": "As learned", "help": "Drag to give cells back the reward the network learned"},
    {"name": "undo", "label": "Undo", "help": "Take back the last stroke (U)"},
]
MOST_PAINTED = 150  # cells; the address carries them
MOST_REWARD = 100  # that may be painted


def draw(key: str, walls: np.ndarray, start, goal, *, mode: str, label: str, tools: list | None = None,
         on_change: Callable[[dict], None] | None = None, seq: int | None = None, widest: int = 560, **layers) -> None:
    """Show a map whose reward can be painted, or one to look at.

    Args:
        key: of the component.
        walls, start, goal: bool [H, W], (row, col).
        mode: "paint" a reward, or "look".
        label: what a screen reader says.
        tools: of the tool bar.
        on_change: called with what was sent: {"cells", "seq"}.
        seq: the number of the change that this map came from, None where it came from elsewhere.
        widest: pixels.
        **layers: `heat` [H, W] with `stops`, `low`, `high`, `heatName`; `seen`, the part of low ... high that a scale
            below the map shows, and `seenWords`, what is said before its two ends; `hatched`, whether walls show their
            heat; `path` int [T, 2]; `reached`; `arrows`, a digit or - for each cell; `note` and `verdict`, lines above
            the map, the second one until something is done;
            `paint` [(row, col, value)], `brushes` {tool: value}, `painted`, {"low", "high", "stops"} of what is
            painted.
    """
    data = {"mode": mode, "rows": walls.shape[0], "cols": walls.shape[1], "walls": bits(walls), "start": _pair(start),
            "goal": _pair(goal), "label": label, "tools": tools or [], "seq": seq, "widest": widest,
            "most": MOST_PAINTED, **{key: _plain(value) for key, value in layers.items()}}

    def changed():
        message = getattr(st.session_state.get(key), "paint", None)
        if isinstance(message, dict) and on_change is not None:
            on_change(message)

    _grid(key=key, data=data, on_paint_change=changed)


def read_edit(message: dict, shape: tuple[int, int]):
    """What an edit says: (walls, start, goal), or None where it is not one of this map (an older page, a forgery)."""
    text, height, width = message.get("walls"), *shape
    if not isinstance(text, str) or len(text) != height * width or set(text) - {"0", "1"}:
        return None
    walls = np.array([mark == "1" for mark in text]).reshape(shape)
    start, goal = (read_cell(message.get(name), shape) for name in ("start", "goal"))
    for cell in (start, goal):
        if cell is not None:
            walls[cell] = False
    return walls, start, goal


def read_cell(value, shape: tuple[int, int]):
    """A (row, col) inside the map, or None."""
    if not isinstance(value, list | tuple) or len(value) != 2 or not all(type(x) is int for x in value):
        return None
    return tuple(value) if all(0 <= x < most for x, most in zip(value, shape, strict=True)) else None


def read_paint(message: dict, shape: tuple[int, int]):
    """The painted cells [(row, col, value)] of a message, or None."""
    cells = message.get("cells")
    if not isinstance(cells, list) or len(cells) > MOST_PAINTED:
        return None
    if not all(isinstance(each, list) and len(each) == 3 and read_cell(each[:2], shape) for each in cells):
        return None
    if not all(type(each[2]) in (int, float) and abs(each[2]) <= MOST_REWARD for each in cells):
        return None
    return [(each[0], each[1], float(each[2])) for each in cells]


def _pair(cell):
    return [int(x) for x in cell]


def _plain(value):
    if isinstance(value, np.ndarray):
        return [round(float(x), 3) for x in value.ravel()] if value.dtype.kind == "f" else value.tolist()
    return value
