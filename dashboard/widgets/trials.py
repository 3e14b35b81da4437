"""The same trials for one or two models: all of them as squares, one of them large (trials.js)."""

from collections.abc import Callable

import numpy as np
import streamlit as st

from dashboard.widgets import canvas

BOTH, FIRST, SECOND, NEITHER = range(4)
MOST_THUMBS = 12
_HTML = '<div class="trials"></div>'
_trials = canvas.component("trials", _HTML, drawing=False)


def kinds(success: list[np.ndarray]) -> np.ndarray:
    """Who succeeded in each trial: BOTH, FIRST alone, SECOND alone or NEITHER; of one model BOTH or NEITHER.

    Args:
        success: bool [n] of each model.
    """
    first, second = success[0], success[-1]
    return np.select([first & second, first, second], [BOTH, FIRST, SECOND], NEITHER)


def telling(kind: np.ndarray, worth: np.ndarray | None = None) -> np.ndarray:
    """The trials that tell most: those first in which one succeeds and the other does not.

    Args:
        kind: of each trial, see `kinds`.
        worth: [n], the largest first; None: as they stand.
    """
    order = np.arange(len(kind)) if worth is None else np.argsort(-worth, kind="stable")
    apart = np.isin(kind[order], (FIRST, SECOND))
    return np.concatenate([order[apart], order[kind[order] == NEITHER]])


def counted(lost: int, what: str) -> str:
    """How many thumbnails there are, in words: "6 maps", "12 of 40 maps"."""
    many = f"{what}s" if lost > 1 else what
    return f"{lost} {many}" if lost <= MOST_THUMBS else f"{MOST_THUMBS} of {lost} {many}"


def show(key: str, kind: np.ndarray, order: np.ndarray, shown: int, picture: dict, thumbs: list[dict],
         words: dict, on_open: Callable[[int], None], colours: list[str]) -> None:
    """Show trials.

    Args:
        key: of the component.
        kind: of each trial, see `kinds`.
        order: the trials as the squares have them, from top to bottom and then from left to right.
        shown: the trial that is large.
        picture: of it, a dict of `svg`, markup that figures of ours made; `alt`; and `lines`, dicts of `name`, `text`,
            `good` and `colour` ("first" or "second").
        thumbs: dicts of `id`, `svg` and `label`, the trials to choose from; at most `MOST_THUMBS`.
        words: `both`, `first`, `second`, `neither`, what the kinds are called; `left`, `right`, what the order is;
            `more`, a line, and `about`, the paragraph folded under it; `touch`, what a square is; `each`, one of
            them; `thumbs`, the line above the thumbnails.
        on_open: called with the trial that was chosen.
        colours: of the two models, as CSS has them.
    """

    def opened():
        chosen = getattr(st.session_state.get(key), "opened", None)
        if type(chosen) is int and 0 <= chosen < len(kind):
            on_open(chosen)

    _trials(key=key, data={
        "kinds": "".join(map(str, kind[order])), "order": order.tolist(), "shown": shown, "picture": picture,
        "thumbs": thumbs, "words": words, "colours": colours}, on_opened_change=opened)
