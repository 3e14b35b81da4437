"""Components of our own: plain JavaScript on a canvas, read from the files beside this one."""

import json
from pathlib import Path

import streamlit as st

from dashboard.figures import theme
from pnzoo.gridworld import MOVES

_HERE = Path(__file__).parent
_CONSTANTS = {"LIGHT": theme.LIGHT._asdict(), "DARK": theme.DARK._asdict(), "MOVES": MOVES.tolist()}


def component(name: str, html: str, drawing: bool = True, before: tuple[str, ...] = (), isolated: bool = True):
    """Register `name`.js and `name`.css as a component.

    Unless it draws nothing, the constants LIGHT and DARK (colours) and MOVES come first, then canvas.js, then the
    scripts named in `before`. What is not isolated gives its style to the whole page.
    """
    files = ("canvas.js", *(f"{each}.js" for each in before), f"{name}.js") if drawing else (f"{name}.js",)
    js = "\n".join((_HERE / file).read_text(encoding="utf-8") for file in files)
    if drawing:
        js = "".join(f"const {constant} = {json.dumps(value)};\n" for constant, value in _CONSTANTS.items()) + js
    css = (_HERE / f"{name}.css").read_text(encoding="utf-8")
    return st.components.v2.component(f"pnzoo_{name}", html=html, css=css, js=js, isolate_styles=isolated)
