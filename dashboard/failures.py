"""What a visitor reads where a page or a part of it cannot be shown."""

from contextlib import contextmanager

import streamlit as st

from dashboard import glossary


@contextmanager
def said():
    """A `with` block, or a function, whose failures (a damaged entry, a missing file) are said in words."""
    try:
        yield
    except (ValueError, OSError, ImportError) as error:
        st.error(f"This page cannot be shown. {glossary.plain(str(error))}", icon=":material/error:")
