"""Bodies that drive to a goal on one map, each at its own speed (body_drive.js), and what a hand made of the map."""

import hashlib
import json
from collections.abc import Callable

import numpy as np
import streamlit as st

from dashboard.compute.packed import bits
from dashboard.figures import theme
from dashboard.widgets import canvas, map_grid

_HTML = """<div class="drive"><div class="area"><div class="map"><canvas tabindex="0" role="application"></canvas>
<p class="say" role="status" aria-live="polite"></p></div><div class="side"></div></div></div>"""
_drive = canvas.component("body_drive", _HTML)


def show(
    key: str, walls: np.ndarray, start: tuple, goal: tuple, values: np.ndarray | None, runs: list[dict], about: str,
    on_edit: Callable[[np.ndarray, tuple, tuple], None],
) -> None:  # fmt: skip
    """Show drives on a map whose start, goal and walls can be moved.

    Args:
        key: of the component.
        walls: bool [H, W].
        start, goal: (row, col), cells.
        values: float [h, w], what the planner steers by, drawn under the map; or None.
        runs: dicts of `name`; `role`, what it does in a word or two; `path`, [[x, y], ...] at equal times; `seconds`
            that it took; `good`, whether it came to rest at the goal; `ending`, how it ended; `stuck`, the seconds
            that it came no farther in the end.
        about: what one sees, in a sentence.
        on_edit: called with (walls, start, goal) when a hand has changed one of them.
    """
    alt = "A map with the ways of the bodies: " + "; ".join(f"{run['name']} {run['ending']}" for run in runs)
    data = {
        "walls": bits(walls), "rows": walls.shape[0], "cols": walls.shape[1], "start": list(start),
        "goal": list(goal), "runs": runs, "about": about, "alt": alt,
        "values": None if values is None else shares(values).round(3).tolist(), "stops": theme.stops(theme.VALUE_SCALE),
    }  # fmt: skip
    data["id"] = hashlib.sha256(json.dumps(data).encode()).hexdigest()[:16]

    def changed():
        message = getattr(st.session_state.get(key), "edit", None)
        edit = map_grid.read_edit(message, walls.shape) if isinstance(message, dict) else None
        if edit and edit[1] and edit[2] and edit[1] != edit[2]:
            on_edit(*edit)

    _drive(key=key, data=data, on_edit_change=changed)


def shares(values: np.ndarray) -> np.ndarray:
    """Values as places on a scale from 0 to 1; the lowest tenth, walls for the most part, is its end."""
    values = np.asarray(values, float)
    low, high = np.quantile(values, 0.1), values.max()
    return np.clip((values - low) / ((high - low) or 1.0), 0, 1)
