"""Results of the experiments, as the repository keeps them."""

import json
import re
from pathlib import Path

import streamlit as st

FOLDER = Path(__file__).parents[1] / "train" / "answers"  # beside the code that made them; a wheel has none
NEEDED = {"number", "question", "hypothesis", "conclusion", "details", "command", "hardware", "backend", "seconds",
          "seeds", "columns", "figure", "table", "pictures", "links", "notes"}


def read_all():
    """{number: result} of the experiments that have been run; what cannot be read is left out."""
    return _read(str(FOLDER), tuple(path.stat().st_mtime_ns for path in _files(FOLDER)))


def _files(folder):
    return sorted(Path(folder).glob("q[0-9][0-9].json"))


@st.cache_data(max_entries=4, show_spinner=False)
def _read(folder, changed):
    read = {}
    for path in _files(folder):
        try:
            result = json.loads(path.read_text(encoding="utf-8"))
        except (ValueError, OSError):
            continue
        if isinstance(result, dict) and result.keys() >= NEEDED:
            read[result["number"]] = result
    return read


def line(conclusion, most=110):
    """The first statement of a conclusion without its intervals: as much of it as fits a tile."""
    text = conclusion
    while (shorter := re.sub(r" ?\([^()]*\)", "", text)) != text:
        text = shorter
    text = re.split(r"; |\. ", text, maxsplit=1)[0].rstrip(".")
    if len(text) <= most:
        return f"{text}."
    for pause, least in ((": ", 15), (", ", 4), (" and ", 4)):
        if len(first := text[:most].rpartition(pause)[0]) >= least:
            return f"{first}."
    return text[:most].rpartition(" ")[0] + "…"
