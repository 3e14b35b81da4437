"""The dashboard: type `pnzoo dashboard`, or `streamlit run dashboard/app.py` in a clone.

Pages show what pnzoo computes and compute nothing themselves. Each file in app_pages/ is one question.
"""

import os
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # TensorFlow greets on stderr otherwise

import streamlit as st

import words

PAGES = [
    st.Page("app_pages/plan.py", title="Plan", icon=":material/route:", default=True),
    st.Page("app_pages/inside.py", title="Inside", icon=":material/visibility:"),
    st.Page("app_pages/few_shot.py", title="Few-shot", icon=":material/draw:"),
    st.Page("app_pages/compare.py", title="Compare", icon=":material/compare_arrows:"),
    st.Page("app_pages/zoo.py", title="Zoo", icon=":material/inventory_2:"),
    st.Page("app_pages/answers.py", title="Answers", icon=":material/quiz:"),
]

# A file of our own: an icon given by name would be fetched from another site.
st.set_page_config(page_title="pnzoo", page_icon=str(Path(__file__).parent / "icon.png"), layout="wide")
try:
    st.navigation(PAGES, position="top").run()
except (ValueError, OSError, ImportError) as error:  # a damaged entry, a missing library: say so, stay up
    st.error(f"This page cannot be shown. {words.plain(str(error))}", icon=":material/error:")
