"""A pad to draw a character on (sketchpad.js)."""

import base64
import binascii
from collections.abc import Callable

import numpy as np
import streamlit as st

from dashboard.compute.drawings import code_of_image
from dashboard.widgets import canvas

SIDE = 140  # of the bitmap that the page sends

_HTML = """<div class="sketchpad"><canvas tabindex="0" role="application"></canvas>
<div class="row"><button type="button" class="back">Undo stroke</button>
<button type="button" class="clear">Clear</button></div>
<div class="say" role="status" aria-live="polite"></div></div>"""
_sketchpad = canvas.component("sketchpad", _HTML)

LABEL = ("Drawing pad. Draw with mouse or finger; with the keyboard, arrow keys move the pen, space puts it down and "
         "lifts it, backspace takes back a stroke.")


def draw(key: str, turn: int, on_drawing: Callable[[str | None], None]) -> None:
    """Show the pad.

    Args:
        key: of the component.
        turn: another number empties the pad.
        on_drawing: called with the code of the drawing after each stroke, None where the pad was cleared.
    """

    def drawn():
        message = getattr(st.session_state.get(key), "drawn", None)
        if isinstance(message, dict):
            on_drawing(read_bitmap(message.get("bits")))

    _sketchpad(key=key, data={"turn": turn, "label": LABEL}, on_drawn_change=drawn)


def read_bitmap(text) -> str | None:
    """Code of the drawing in what the pad sent; None where nothing is drawn or it is no bitmap."""
    if not isinstance(text, str) or len(text) > 2 * SIDE * SIDE // 8:
        return None
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    if len(data) * 8 != SIDE * SIDE:
        return None
    bits = np.unpackbits(np.frombuffer(data, np.uint8)).reshape(SIDE, SIDE)
    return code_of_image(1.0 - bits) if 0 < bits.mean() < 0.9 else None
