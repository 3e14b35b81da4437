"""Components of our own: plain JavaScript on a canvas, read from the files beside this one."""

from pathlib import Path

import streamlit as st

_HERE = Path(__file__).parent


def component(name: str, html: str, drawing: bool = True):
    """Register `name`.js and `name`.css as a component; canvas.js comes first, unless it draws nothing."""
    files = ("canvas.js", f"{name}.js") if drawing else (f"{name}.js",)
    js = "\n".join((_HERE / file).read_text(encoding="utf-8") for file in files)
    css = (_HERE / f"{name}.css").read_text(encoding="utf-8")
    return st.components.v2.component(f"pnzoo_{name}", html=html, css=css, js=js)
