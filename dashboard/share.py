"""What every page offers at its end: the link, the Python that gives the same result, figures and arrays to keep."""

import io
from collections.abc import Callable

import numpy as np
import streamlit as st

from dashboard.figures import film as films
from dashboard.widgets import copying

CONFIG = {"displaylogo": False, "showSendToCloud": False, "displayModeBar": False, "scrollZoom": False}


def panel(name: str, snippet: str, figure: Callable | None = None, arrays: Callable | None = None,
          film: Callable | None = None, left_out: str | None = None) -> None:
    """Link, snippet and downloads.

    Args:
        name: how the downloaded files begin.
        snippet: Python that gives what the page shows.
        figure: function that makes the figure to download, Plotly's or markup; called when the button is pressed.
        arrays: function that gives a dictionary of arrays, likewise.
        film: function that gives the arguments of `dashboard.figures.film.gif`, likewise.
        left_out: what of the page the link does not hold, such as "your own photographs".
    """
    with st.container(horizontal=True, vertical_alignment="top"):
        with st.container(width=210):
            copying.button("copy_link", "Copy the link", None)
        folded = st.expander("Take it with you: Python, figure, arrays", icon=":material/download:", key="take_along",
                             on_change="rerun")
    if left_out:
        st.caption(f"The link holds all of this page but {left_out}: what you open here stays in this session.")
    if not folded.open:
        return
    with folded:
        copying.snippet("snippet", snippet)
        with st.container(horizontal=True):
            if figure is not None:
                st.download_button("Figure (HTML)", lambda: html(figure()), f"{name}.html", "text/html",
                                   on_click="ignore", icon=":material/download:")
            if arrays is not None:
                st.download_button("Arrays (NumPy)", lambda: npz(arrays()), f"{name}.npz", "application/octet-stream",
                                   on_click="ignore", icon=":material/download:")
            if film is not None:
                st.download_button("Film (GIF)", lambda: films.gif(*film()), f"{name}.gif", "image/gif",
                                   on_click="ignore", icon=":material/movie:")
                st.download_button("Picture (PNG)", lambda: films.png(*film()), f"{name}.png", "image/png",
                                   on_click="ignore", icon=":material/image:")


def html(figure) -> str:
    """A figure as one file that opens without a network and sends nothing anywhere."""
    if isinstance(figure, str):
        return ('<!doctype html><html lang="en"><meta charset="utf-8"><title>pnzoo</title>'
                f'<body style="font-family: sans-serif; max-width: 60rem; margin: 1rem auto">{figure}</body></html>')
    return figure.to_html(include_plotlyjs=True, auto_play=False, config={**CONFIG, "displayModeBar": True})


def npz(arrays: dict[str, np.ndarray]) -> bytes:
    """Arrays as `numpy.load` reads them, without pickles."""
    file = io.BytesIO()
    np.savez_compressed(file, allow_pickle=False, **{name: np.asarray(array) for name, array in arrays.items()})
    return file.getvalue()


def chart(figure, alt: str, key: str, **options) -> None:
    """A Plotly figure with its description for those who do not see it."""
    st.plotly_chart(figure, alt=alt, key=key, config=CONFIG, **options)
