"""Components of our own: plain JavaScript on a canvas, read from the files beside this one."""

import json
from pathlib import Path

import streamlit as st

from dashboard.figures import theme
from pnzoo.gridworld import MOVES
from pnzoo.web import planner_script

_HERE = Path(__file__).parent
_CONSTANTS = {"LIGHT": theme.LIGHT._asdict(), "DARK": theme.DARK._asdict(), "MOVES": MOVES.tolist()}


def component(name: str, html: str, drawing: bool = True, before: tuple[str, ...] = (), isolated: bool = True,
              planning: bool = False):
    """Register `name`.js and `name`.css as a component.

    What tells the server anything has connection.js before it. Unless it draws nothing, the constants LIGHT and DARK
    (colours) and MOVES come first, then canvas.js, then the scripts (and styles) named in `before`; one that plans in
    the page has pnzoo's planner.js, which brings MOVES itself. What is not isolated gives its style to the whole page.
    """
    files = ("canvas.js", *(f"{each}.js" for each in before), f"{name}.js") if drawing else (f"{name}.js",)
    parts = [(_HERE / file).read_text(encoding="utf-8") for file in files]
    if planning:
        parts.insert(0, planner_script())
    if drawing:
        constants = {key: value for key, value in _CONSTANTS.items() if not (planning and key == "MOVES")}
        parts.insert(0, "".join(f"const {key} = {json.dumps(value)};\n" for key, value in constants.items()))
    if any(word in part for part in parts for word in ("keep(", "setTriggerValue")):
        parts.insert(0, (_HERE / "connection.js").read_text(encoding="utf-8"))
    # Streamlit sends the script with each message and the browser reads it letter by letter: without what nobody runs.
    lines = (line.strip() for line in "\n".join(parts).splitlines())
    js = "\n".join(line for line in lines if line and not line.startswith("//"))
    styles = [_HERE / f"{each}.css" for each in (*before, name)]
    css = "\n".join(style.read_text(encoding="utf-8") for style in styles if style.exists())
    return st.components.v2.component(f"pnzoo_{name}", html=html, css=css, js=js, isolate_styles=isolated)
