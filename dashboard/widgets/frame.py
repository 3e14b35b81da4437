"""What is around every page (frame.js): the bar of the pages' names, above on a desktop, below on a phone.

Streamlit's own bar measures and draws itself again and again: a third of a second of a phone's first page. The style
holds for the whole page: letters that can be read, a visible focus, targets that a finger meets.
"""

import streamlit as st

from dashboard import state
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
    links = [[page.title, page.url_path] for page in pages]
    found = _frame(key="frame", data={"pages": links, "current": current.title,
                                    "theme": st.context.theme.type or "light"}, on_page_change=lambda: None,
                   on_theme_change=lambda: None, on_back_change=state.gone_back)
    wanted = getattr(found, "page", None)
    if isinstance(wanted, str) and wanted in by_title and wanted != current.title:
        st.switch_page(by_title[wanted])
