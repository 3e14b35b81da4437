"""The dashboard: type `pnzoo dashboard`, or `streamlit run dashboard/app.py` in a clone.

Pages show what pnzoo computes and compute nothing themselves. Each file in app_pages/ is one question.
"""

import importlib.util
import os
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
if getattr(sys.modules.get("dashboard"), "__path__", None) != [str(HERE)]:
    # `from dashboard import ...` means this folder, in a clone and inside an installed pnzoo.
    where = {"submodule_search_locations": [str(HERE)]}
    spec = importlib.util.spec_from_file_location("dashboard", HERE / "__init__.py", **where)
    sys.modules["dashboard"] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(sys.modules["dashboard"])
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # TensorFlow greets on stderr otherwise

import streamlit as st  # noqa: E402

from dashboard import backend, failures, lessons, state  # noqa: E402
from dashboard.widgets import frame  # noqa: E402

PAGES = {
    "Networks that plan": [
        st.Page("app_pages/plan.py", title="Plan", default=True),
        st.Page("app_pages/lessons.py", title="Lessons"),
        st.Page("app_pages/inside.py", title="Inside"),
        st.Page("app_pages/terrain.py", title="Terrain"),
        st.Page("app_pages/worlds.py", title="Worlds"),
    ],
    "Networks that learn from examples": [
        st.Page("app_pages/few_shot.py", title="Few-shot"),
        st.Page("app_pages/photographs.py", title="Photographs"),
    ],
    "All of them, measured": [
        st.Page("app_pages/compare.py", title="Compare"),
        st.Page("app_pages/zoo.py", title="Zoo"),
        st.Page("app_pages/answers.py", title="Answers"),
    ],
}

page = st.navigation(PAGES, position="hidden")  # the frame's bar takes its place
# A file of our own, and none of a page: an icon given by name would be fetched from another site.
st.set_page_config(page_title=f"{page.title} · pnzoo", page_icon=str(HERE / "icon.png"), layout="wide")
with failures.said():
    frame.show(PAGES, page)
    lessons.complete(page.url_path or "plan")
    state.open_page(page.url_path or "plan", {"lesson": lessons.read_lesson})
    led = lessons.lead(page.url_path or "plan")
    page.run()
    lessons.check(led)
    if not led:
        frame.onward(PAGES, page)
backend.leave_imported_alone()
backend.load_soon()
