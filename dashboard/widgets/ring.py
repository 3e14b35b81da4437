"""A question in the middle, what is known on a ring around it (ring.js): distance is likeness, width is attention."""

import base64
import binascii
from collections.abc import Callable
from typing import Any

import numpy as np
import streamlit as st

from dashboard.compute import drawings
from dashboard.widgets import canvas

MOST_PHOTO = 1_500_000  # bytes of a photograph, which the page has shrunk to 512 pixels
WHAT = {"draw", "undraw", "ask", "add", "out", "back", "move", "look", "order", "step", "swap", "least"}

_HTML = """<div class="ring">
<p class="answer" role="status" aria-live="polite"></p>
<div class="board">
<div class="stage">
<canvas class="lines" aria-hidden="true"></canvas><div class="rim" aria-hidden="true"></div>
<canvas class="pad" tabindex="0" role="application"></canvas><div class="middle" role="img"></div>
<video class="film" muted playsinline hidden></video>
<div class="pictures" role="group" aria-label="Support pictures. Arrow keys walk along them, Enter looks at one, \
Delete leaves it out, a letter gives it another class."></div>
<p class="legend"></p>
</div>
<div class="side">
<div class="tools" role="group" aria-label="The question">
<button type="button" class="back">Undo</button><button type="button" class="clear">Clear</button>
<button type="button" class="open">Open a picture</button><button type="button" class="camera">Camera</button>
<span class="keeping"><button type="button" class="keep">Keep as an example of</button>
<select class="letter" aria-label="Class"></select>
<input class="new" maxlength="40" placeholder="what it shows" aria-label="What it shows"></span>
<input class="file" type="file" accept="image/*" hidden>
</div>
<p class="say" role="status" aria-live="polite"></p>
<div class="steps" hidden>
<label>Reading step: <span class="at"></span><input type="range" min="1" step="1"></label>
<button type="button" class="play">▶ Watch it read</button></div>
<div class="orders" hidden><button type="button" class="shuffle">Shuffle the order</button>
<button type="button" class="sorted">Class after class</button><span></span></div>
<div class="detail"></div>
<div class="nearest" role="group" aria-label="Nearest"></div>
<label class="least" hidden><span></span> <b></b> <small></small>
<input type="range" min="0" max="100" step="1"></label>
<div class="tray" role="group" aria-label="Left out"></div>
<p class="hint"></p>
</div>
</div>
</div>"""
LABEL = ("Drawing pad. Draw with mouse or finger; with the keyboard, arrow keys move the pen, space puts it down and "
         "lifts it, backspace takes back a stroke.")

_ring = canvas.component("ring", _HTML, before=("ring_places", "ring_pad", "ring_outside"))


def show(key: str, data: dict, on_message: Callable[[dict], None]) -> None:
    """Show the ring.

    Args:
        key: of the component.
        data: what is on it, see `dashboard.app_pages.few_shot`.
        on_message: called with what the visitor did: {"what": one of `WHAT`, ...}.
    """

    def did():
        message = getattr(st.session_state.get(key), "did", None)
        number = message.get("number") if isinstance(message, dict) else None
        known = type(number) is int and isinstance(message.get("what"), str) and message["what"] in WHAT
        # A message whose answer was lost comes again under its number.
        if known and number != st.session_state.get(f"{key}_heard"):
            st.session_state[f"{key}_heard"] = number
            on_message(message)

    _ring(key=key, data={**data, "heard": st.session_state.get(f"{key}_heard", 0)}, on_did_change=did)


def legend(likeness: str) -> list[tuple[str, str]]:
    """What the ring's parts mean: (sign, words); `likeness` is what says how alike two pictures are."""
    return [("near", f"near: alike ({likeness})"), ("thick", "thick: counts more"),
            ("arc", "arc: how sure"), ("answer", "orange: the answer")]


def without_words(before: tuple[str, float], after: tuple[str, float]) -> str:
    """What the answer would be without one picture: (answer, probability) as it is, and then.

    Example:
        >>> without_words(("A", 0.9), ("A", 0.8))
        'Without it the answer stays A, 80% sure (now 90%).'
        >>> without_words(("A", 0.9), ("B", 0.8))
        'Without it the answer is B, 80% sure (now A, 90%).'
    """
    (answer, sure), (other, then) = before, after
    if answer == other:
        return f"Without it the answer stays {other}, {then:.0%} sure (now {sure:.0%})."
    return f"Without it the answer is {other}, {then:.0%} sure (now {answer}, {sure:.0%})."


def read_index(message: dict, count: int) -> int | None:
    """Which of `count` pictures a message is about, None for no such one."""
    index = message.get("index")
    return index if type(index) is int and 0 <= index < count else None


def read_drawing(text: Any) -> str:
    """Code of a picture that was opened or pasted: grey values of the page's own making, never a file.

    Raises:
        ValueError: there is nothing on it.
    """
    side = drawings.SIDE
    grey = np.frombuffer(_decoded(text, side * side), np.uint8)
    if len(grey) != side * side:
        raise ValueError("the picture came in pieces; open it again.")
    return drawings.code_of_image(grey.reshape(side, side) / np.float32(255))


def read_photo(text: Any) -> bytes:
    """A photograph that was opened or pasted, as the page's own JPEG.

    Raises:
        ValueError: it is none.
    """
    data = _decoded(text, MOST_PHOTO)
    if not data.startswith(b"\xff\xd8\xff"):
        raise ValueError("the photograph came in pieces; open it again.")
    return data


def _decoded(text, most):
    if not isinstance(text, str) or len(text) > 2 * most:
        raise ValueError("the picture is too large; open a smaller one.")
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("the picture came in pieces; open it again.") from None
