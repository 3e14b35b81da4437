"""Ground seen from above, in the page (terrain_map.js), and where S and G were put, checked."""

import hashlib
from collections.abc import Callable

import numpy as np
import streamlit as st

from dashboard.widgets import canvas
from dashboard.widgets.map_grid import read_cell

HINT = "Drag S and G, or tap where G shall be."
BY_KEYS = "Keyboard: arrow keys move, S and G put start and goal."
KEYS = f"{HINT} {BY_KEYS}"

_HTML = f"""<div class="terrain"><canvas tabindex="0" role="application"></canvas>
<p class="verdict" role="status" aria-live="polite"></p>
<div class="key"><span class="low"></span><span class="ramp"></span><span class="high"></span></div>
<div class="say" role="status" aria-live="polite">{HINT} <span class="keys">{BY_KEYS}</span></div></div>"""
_terrain = canvas.component("terrain_map", _HTML)


def draw(
    key: str, picture: str, shape: tuple[int, int], path: np.ndarray, start, goal, *, label: str, tell: list[str],
    verdict: tuple[str, str, str], on_ends: Callable[[tuple, tuple], None], layer: np.ndarray | None = None,
    closed: np.ndarray | None = None, stops=(), ends=("", ""), stuck: int | None = None, widest=640,
) -> None:  # fmt: skip
    """Show ground with a path over it.

    Args:
        key: of the component.
        picture: URL of the picture.
        shape: cells, (rows, columns).
        path: int [T, 2], cells.
        start, goal: (row, col).
        label: what a screen reader says.
        tell: what is said of each cell, row by row.
        verdict: what became of the path, below the picture: a mark ("✓", "✗" or none), what is bold, and the rest.
        on_ends: called with (start, goal) when one of them was put elsewhere.
        layer: [H, W], 0 to 1, drawn over the picture in the colours `stops`; None: the picture alone.
        closed: bool [H, W], cells that are hatched.
        stops: colours, [[red, green, blue], ...].
        ends: what the lowest and the highest colour are called.
        stuck: which cell of the path cannot be entered, None where each can.
        widest: pixels.
    """
    cells = [[int(row), int(col)] for row, col in path]
    data = {
        "picture": picture, "rows": shape[0], "cols": shape[1], "path": cells, "start": list(map(int, start)),
        "goal": list(map(int, goal)), "label": label, "tell": tell, "widest": widest,
        "verdict": verdict, "stuck": stuck, "stops": stops,
        "layer": None if layer is None else [round(float(x), 3) for x in layer.ravel()],
        "closed": [] if closed is None else np.flatnonzero(closed).tolist(),
        "lowName": ends[0], "highName": ends[1], "id": hashlib.sha256(f"{cells}{picture}".encode()).hexdigest()[:16],
    }  # fmt: skip

    def changed():
        message = getattr(st.session_state.get(key), "ends", None)
        found = [read_cell(message.get(name), shape) for name in ("start", "goal")] if isinstance(message, dict) else []
        if len(found) == 2 and None not in found and found[0] != found[1]:
            on_ends(*found)

    _terrain(key=key, data=data, on_ends_change=changed)
