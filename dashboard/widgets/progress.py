"""Lessons that were done, kept in the visitor's own browser (progress.js): the server writes nothing down."""

from collections.abc import Callable

import streamlit as st

from dashboard.widgets import canvas

_progress = canvas.component("progress", "<div hidden></div>", drawing=False, isolated=False)


def show(done: set[int], lesson: int | None, count: int, on_done: Callable[[set[int]], None]) -> None:
    """Keep what was done, and hear of what was done before.

    Args:
        done: numbers of the lessons that were done in this session.
        lesson: number of the one that is open.
        count: of all lessons.
        on_done: called with the numbers that the browser has kept beside these.
    """

    def told():
        kept = getattr(st.session_state.get("progress"), "done", None)
        if isinstance(kept, list):
            on_done({number for number in kept if type(number) is int and 1 <= number <= count})

    _progress(key="progress", data={"done": sorted(done), "lesson": lesson}, on_done_change=told)
