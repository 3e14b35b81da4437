"""Titles and sentences that stand at once: Streamlit reads its own as Markdown, a tenth of a second on a phone.

No other file writes HTML, and here all that comes from elsewhere is escaped.
"""

import html
import re

import streamlit as st


def heading(words: str) -> None:
    """A title, as wide as there is room."""
    st.html(f"<h1>{html.escape(words)}</h1>", width="stretch")


def sentence(words: str) -> None:
    """A sentence, in which **stars** make letters bold and `ticks` a name that one types."""
    bold = re.sub(r"\*\*(.+?)\*\*", r"<b>\1</b>", html.escape(words))
    st.html("<p>" + re.sub("`(.+?)`", r"<code>\1</code>", bold) + "</p>")


def named(name: str, colour: str, words: str) -> None:
    """A disc of a colour of ours, what has it, and words about it."""
    st.html(f'<span style="color: {html.escape(colour)}">●</span> <b>{html.escape(name)}</b> {html.escape(words)}')
