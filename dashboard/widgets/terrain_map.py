"""Ground seen from above, in the page (terrain_map.js), and where S and G were put, checked."""

import base64
import hashlib
from collections.abc import Callable

import numpy as np
import streamlit as st

from dashboard.widgets import canvas
from dashboard.widgets.map_grid import read_cell

HINT = "Drag S and G, or tap where G shall be."
BY_KEYS = "Keyboard: arrow keys move, S and G put start and goal."
KEYS = f"{HINT} {BY_KEYS}"
LOWEST, HIGHEST = 5, 85  # degrees at which a sun can stand

_HTML = f"""<div class="terrain"><div class="ground"><div class="layers" role="group" aria-label="What is shown"></div>
<canvas tabindex="0" role="application"></canvas>
<p class="verdict" role="status" aria-live="polite"></p>
<p class="ways"><span class="gone"><i></i>its path</span><span class="meant"><i></i>as it meant to go on</span>
<span class="then"><i></i>its path under the sun of its training</span></p>
<div class="key"><span class="low"></span><span class="ramp"></span><span class="high"></span></div>
<div class="say" role="status" aria-live="polite">{HINT} <span class="keys">{BY_KEYS}</span></div></div>
<div class="sky"><div class="pair"><div class="air"><canvas class="dome" aria-hidden="true"></canvas></div>
<div class="hands"><b>Drag the sun</b>
<label>from <output></output><input type="range" class="azimuth" max="355" step="5" aria-label="Sun from"></label>
<label>height <output></output>
<input type="range" class="altitude" min="{LOWEST}" max="{HIGHEST}" aria-label="Sun's height"></label>
<div class="row"><button type="button" class="every">Try every sun</button>
<button type="button" class="trained" aria-label="As trained: the sun of its training">◌ As trained</button>
</div></div></div><p class="tale" role="status"></p></div></div>"""
_terrain = canvas.component("terrain_map", _HTML, before=("relief", "sky"))


def draw(
    key: str, picture: str | None, shape: tuple[int, int], path: np.ndarray, start, goal, *, label: str,
    tell: list[str], verdict: tuple[str, str, str], layers: dict, layer: str, on_layer: Callable[[str], None],
    on_ends: Callable[[tuple, tuple], None], stops=(), stuck: int | None = None, widest=640, sky: dict | None = None,
    on_sun: Callable[[int, int], None] | None = None, on_every: Callable | None = None, lost: np.ndarray | None = None,
) -> None:  # fmt: skip
    """Show ground with a path over it.

    Args:
        key: of the component.
        picture: URL of the picture; None where the page draws it itself, from what `sky` has.
        shape: cells, (rows, columns).
        path: int [T, 2], cells.
        start, goal: (row, col).
        label: what a screen reader says.
        tell: what is said of each cell, row by row.
        verdict: what became of the path, below the picture: a mark ("✓", "✗" or none), what is bold, and the rest.
        layers: what can be shown, {words: (name, None or (shares, closed, ends))}: shares [H, W] from 0 to 1 are drawn
            over the picture in the colours `stops`; closed is bool [H, W], cells that are hatched, or None; ends are
            what the lowest and the highest colour are called.
        layer: the name of the one that is shown.
        on_layer: called with the name of another one.
        on_ends: called with (start, goal) when one of them was put elsewhere.
        stops: colours, [[red, green, blue], ...].
        stuck: which cell of the path cannot be entered, None where each can.
        widest: pixels.
        sky: of ground that a sun lights, what `sky_data` returned.
        on_sun: called with (azimuth, altitude) when the sun was put elsewhere.
        on_every: called when every sun shall be tried.
        lost: int [T, 2], the path that it would take under another sun, drawn faint.
    """
    sky = sky or {"sun": None, "trained": None, "relief": None, "skies": None}
    cells = [[int(row), int(col)] for row, col in path]
    data = {
        "picture": picture, "rows": shape[0], "cols": shape[1], "path": cells, "start": list(map(int, start)),
        "goal": list(map(int, goal)), "label": label, "tell": tell, "widest": widest,
        "verdict": verdict, "stuck": stuck, "stops": stops,
        "layers": [_layer(words, *found) for words, found in layers.items()], "layer": layer,
        "id": hashlib.sha256(f"{cells}{picture}{sky['sun']}".encode()).hexdigest()[:16],
        "lost": [] if lost is None else [[int(row), int(col)] for row, col in lost], **sky,
    }  # fmt: skip

    def chosen():
        name = getattr(st.session_state.get(key), "layer", None)
        if name in [name for name, _ in layers.values()]:
            on_layer(name)

    def lit():
        message = getattr(st.session_state.get(key), "sun", None)
        sun = [message.get(name) for name in ("azimuth", "altitude")] if isinstance(message, dict) else [None]
        if on_sun and all(type(each) is int for each in sun) and 0 <= sun[0] < 360 and LOWEST <= sun[1] <= HIGHEST:
            on_sun(*sun)

    def changed():
        message = getattr(st.session_state.get(key), "ends", None)
        found = [read_cell(message.get(name), shape) for name in ("start", "goal")] if isinstance(message, dict) else []
        if len(found) == 2 and None not in found and found[0] != found[1]:
            on_ends(*found)

    _terrain(key=key, data=data, on_ends_change=changed, on_layer_change=chosen, on_sun_change=lit,
             on_every_change=on_every or (lambda: None))


def _layer(words, name, drawn):
    if drawn is None:
        return {"name": name, "words": words}
    shares, closed, (low, high) = drawn
    return {"name": name, "words": words, "shares": [round(float(each), 3) for each in shares.ravel()],
            "closed": [] if closed is None else np.flatnonzero(closed).tolist(), "low": low, "high": high}


def sky_data(elevation: np.ndarray, metres: float, sun, trained, skies=None, said="") -> dict:
    """What the page needs to light ground by itself.

    Args:
        elevation: float [h, w] in metres.
        metres: a pixel.
        sun, trained: (azimuth, altitude) of now, and of the pictures that were trained on.
        skies: `compute.Skies`, the suns that were tried; None where none was.
        said: what came out of it, in words.
    """
    low, high = float(elevation.min()), float(elevation.max())
    share = (elevation - low) / max(high - low, 1e-9)
    tried = skies and {"azimuths": list(skies.azimuths), "altitudes": list(skies.altitudes),
                       "arrives": "".join("01"[int(each)] for each in skies.arrives.ravel())}
    return {"sun": list(sun), "trained": list(trained), "skies": tried, "skiesSaid": said, "relief": {
        "values": base64.b64encode(np.round(share * 65535).astype("<u2").tobytes()).decode(), "low": low, "high": high,
        "rows": elevation.shape[0], "cols": elevation.shape[1], "metres": metres}}
