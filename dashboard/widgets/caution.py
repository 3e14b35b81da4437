"""How careful: a slider, and what caution buys and costs as it was measured (caution.js)."""

from collections.abc import Callable

import streamlit as st

from dashboard.widgets import canvas

_HTML = """<div class="caution"><label><b>Caution</b> <output></output><input type="range" step="0.5" min="0"></label>
<p class="what">At 0 it ignores doubt; the higher, the wider its bow around ground that it cannot judge.</p>
<svg aria-hidden="true"></svg><p class="tale" role="status"></p></div>"""
_caution = canvas.component("caution", _HTML)


def draw(
    key: str, value: float, most: float, rows: list[dict], on_caution: Callable[[float], None], *, sun=False,
    other=False,
) -> None:  # fmt: skip
    """Show the slider with its curves.

    Args:
        key: of the component.
        value: caution that is set.
        most: where the slider ends.
        rows: of `compute.caution_curve`; none where nothing was measured.
        on_caution: called with the caution that was chosen.
        sun: whether it was measured under one sun, that of its training.
        other: whether another one stands there now: the curves are dimmed, as they do not tell of it.
    """
    def changed():
        found = getattr(st.session_state.get(key), "caution", None)
        if type(found) in (int, float) and 0 <= found <= most:
            on_caution(float(found))

    _caution(key=key, data={"value": value, "most": most, "sun": sun, "other": other, **curves(rows)},
             on_caution_change=changed)


def curves(rows) -> dict:
    """What was measured, as the component draws it: of each caution its value and 95 % interval."""
    names = ("success_rate", "excess_cost")
    return {"measured": [row["caution"] for row in rows], "n": rows[0][names[0]].n if rows else 0,
            **{name: [[row[name].value, *row[name].ci95] for row in rows] for name in names}}
