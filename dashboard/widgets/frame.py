"""What is around every page (frame.js): the bar of the pages' names, above on a desktop, below on a phone.

Streamlit's own bar measures and draws itself again and again: a third of a second of a phone's first page. The style
holds for the whole page: letters that can be read, a visible focus, targets that a finger meets.
"""

import streamlit as st

from dashboard import state
from dashboard.widgets import canvas

_HTML = '<nav class="pnzoo-tabs" aria-label="Pages"></nav><dialog class="pnzoo-sheet" aria-label="All pages"></dialog>'
_frame = canvas.component("frame", _HTML, drawing=False, isolated=False)

LINES = {"Plan": "where would it go?", "Lessons": "six short tasks", "Inside": "how does it plan?",
         "Terrain": "what does it see in a picture?", "Worlds": "can it plan beyond a grid?",
         "Few-shot": "who decided?", "Photographs": "what is it?", "Compare": "where does it fail?",
         "Zoo": "every model, and how good it is", "Answers": "what the papers left open"}


def show(groups: dict[str, list], current) -> None:
    """Show the frame.

    Args:
        groups: what pages have in common -> `st.Page`.
        current: the one that is open.
    """
    by_title = {page.title: page for pages in groups.values() for page in pages}
    links = [[title, [[page.title, page.url_path, LINES[page.title]] for page in pages]]
             for title, pages in groups.items()]
    found = _frame(key="frame", data={"pages": links, "current": current.title,
                                    "theme": st.context.theme.type or "light"}, on_page_change=lambda: None,
                   on_theme_change=lambda: None, on_back_change=state.gone_back)
    wanted = getattr(found, "page", None)
    if isinstance(wanted, str) and wanted in by_title and wanted != current.title:
        st.switch_page(by_title[wanted])


def onward(groups: dict[str, list], current) -> None:
    """At a page's end, the way to the next one; from the last one to the first."""
    pages = [page for pages in groups.values() for page in pages]
    following = pages[(pages.index(current) + 1) % len(pages)]
    with st.container(key="onward"):
        st.page_link(following, label=f"Next: **{following.title}**, {LINES[following.title]}", width="content")
