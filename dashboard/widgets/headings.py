"""A title and a sentence that stand at once: Streamlit reads its own as Markdown, a tenth of a second on a phone."""

import html
import re

import streamlit as st


def heading(words: str) -> None:
    """A title, as wide as there is room."""
    st.html(f"<h1>{html.escape(words)}</h1>", width="stretch")


def sentence(words: str) -> None:
    """A sentence, in which **stars** make letters bold."""
    bold = re.sub(r"\*\*(.+?)\*\*", r"<b>\1</b>", html.escape(words))
    st.html(f"<p>{bold}</p>")
