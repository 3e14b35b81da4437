"""What is around every page (frame.js): on phones a bar of the pages' names.

Its style holds for the whole page: letters that can be read, a visible focus, targets that a finger meets.
"""

import streamlit as st

from dashboard.widgets import canvas

_HTML = '<nav class="pnzoo-tabs" aria-label="Pages"></nav>'
_frame = canvas.component("frame", _HTML, drawing=False, isolated=False)


def show(pages: list, current) -> None:
    """Show the frame.

    Args:
        pages: all `st.Page`.
        current: the one that is open.
    """
    by_title = {page.title: page for page in pages}
    found = _frame(key="frame", data={"pages": list(by_title), "current": current.title,
                                    "theme": st.context.theme.type or "light"}, on_page_change=lambda: None,
                   on_theme_change=lambda: None)
    wanted = getattr(found, "page", None)
    if isinstance(wanted, str) and wanted in by_title and wanted != current.title:
        st.switch_page(by_title[wanted])
