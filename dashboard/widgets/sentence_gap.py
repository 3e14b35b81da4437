"""A sentence with a word cut out, what fills the gap, and which examples that came from (sentence_gap.js)."""

import hashlib
import json
from collections.abc import Callable

import streamlit as st

from dashboard.widgets import canvas

_HTML = """<div class="gap"><svg class="lines" aria-hidden="true"></svg><div class="area"><div class="asked"></div>
<div class="rows"></div></div><p class="status" role="status" aria-live="polite"></p></div>"""
_gap = canvas.component("sentence_gap", _HTML)


def show(key: str, asked: str, words: list[dict], on_cut: Callable[[int], None], answer: dict | None = None,
         rows: list[dict] = ()) -> None:  # fmt: skip
    """Show a sentence whose words can be cut out.

    Args:
        key: of the component.
        asked: the sentence as it is in the state; a touch of an older one is not heard.
        words: dicts of `text`; `gap`, whether it is the one that is missing, with `before` and `after`, the signs
            beside it; and `without`, [the likeliest word, its chance, that of the answer] without this one, or None.
        on_cut: called with the place of the word that shall be cut out.
        answer: dict of `word`, `chances`, [[word, chance], ...], the likeliest first; `mark`, "right", "wrong" or "";
            and `verdict`, in words. None where the sentence has no gap.
        rows: the examples, the most attended first: dicts of `before`, `word`, `after`, `share` and `own`, whether its
            word is the answer.
    """
    data = {"asked": asked, "words": words, "answer": answer, "rows": list(rows)}
    data["id"] = hashlib.sha256(json.dumps(data).encode()).hexdigest()[:16]

    def cut():
        message = getattr(st.session_state.get(key), "cut", None)
        at = message.get("at") if isinstance(message, dict) and message.get("asked") == asked else None
        if type(at) is int and 0 <= at < len(words) and not words[at]["gap"]:
            on_cut(at)

    _gap(key=key, data=data, on_cut_change=cut)
