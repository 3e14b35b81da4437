"""One cell's Bellman backup at every step: the map, the sum in numbers, who is the best when (cell_view.js)."""

import inspect
from collections.abc import Callable

import numpy as np
import streamlit as st

from dashboard.widgets import canvas
from pnzoo import analysis

SHARED = (r"\begin{aligned}V_k&=\max_a Q_{k,a}\\ Q_{k,a}&=\sum_{j=1}^{9}P_{a,j}\,(R_j+V_{k-1,j})+b_a"
          r"\end{aligned}")
FREE = (r"\begin{aligned}V_k&=\max_a Q_{k,a}\\ Q_{k,a}&=\sum_{j=1}^{9}W^R_{a,j}R_j+W^V_{a,j}V_{k-1,j}"
        r"\end{aligned}")

_HTML = """<div class="cell"><div class="left"><canvas tabindex="0" role="application"></canvas>
<div class="key"><span class="low"></span><span class="ramp"></span><span class="high"></span></div>
<div class="where"><label>Row <input type="number" class="row"></label>
<label>Column <input type="number" class="column"></label></div><div class="say" role="status"></div></div>
<div class="right"><p class="head" role="status"></p>
<div class="backup" role="group" aria-label="The sum"><div class="sum"></div><table class="sum-rows"></table></div>
<p class="title"><b>Which action is best, and when?</b> Below: how far Q of the others is behind.</p>
<div class="chart"><div class="curves" aria-hidden="true"></div>
<div class="scrub"><input type="range" min="1" step="1" aria-label="Step k"><output></output></div></div>
<p class="words"></p></div></div>"""

_cell = canvas.component("cell_view", _HTML, before=("sum_rows",), planning=True)


def show(key: str, data: dict, *, step: int, refused: tuple | None, on_cell: Callable[[dict], None],
         on_step: Callable[[dict], None]) -> None:
    """Show a cell.

    Args:
        key: of the component.
        data: `dashboard.compute.cell`.
        step: shown first, 1 ... K.
        refused: a cell of the address that lies on the rim, None for none.
        on_cell, on_step: called with {"cell": [row, col]} and {"step": k} when they were chosen.
    """
    def told(name, then):
        message = getattr(st.session_state.get(key), name, None)
        if isinstance(message, dict):
            then(message)

    verdict = f"{refused} is on the edge and lacks some of its nine cells: another one is shown." if refused else ""
    _cell(key=key, data={**data, "step": step, "verdict": verdict}, on_cell_change=lambda: told("cell", on_cell),
          on_step_change=lambda: told("step", on_step))


def formula(model, trace, cell, step) -> None:
    """The formula, with the numbers of a cell, and as code."""
    folded = st.expander("The formula, in full and as code", icon=":material/code:", key="lines_of_code",
                         on_change="rerun")
    if not folded.open:
        return
    from pnzoo.analysis.planning import bellman  # which needs Keras

    numbers = analysis.backup(model, trace, cell, step)
    with folded:
        st.latex(FREE if numbers.reward_kernel is not None else SHARED)
        st.markdown(sum_in_words(numbers, int(numbers.q.argmax())))
        st.code(inspect.getsource(bellman._q), language="python")
        st.caption("and for all cells at once, in pnzoo/layers/value_iteration.py:")
        st.code(inspect.getsource(type(model.value_iteration)._backups), language="python")


def sum_in_words(numbers, best):
    """The sum with its numbers put in: the largest parts by name, the rest together."""
    weights, inner = numbers.kernel[best], numbers.value
    if numbers.reward_kernel is None:
        inner = numbers.reward + numbers.value
    parts, order = weights * inner, np.argsort(-np.abs(weights), axis=None)[:2]
    said = [f"{weights.flat[i]:.3f} × ({inner.flat[i]:.3f})" for i in order]
    rest = numbers.q[best] - numbers.bias[best] - parts.flat[order].sum()
    text = " + ".join(said) + f" + {rest:.3f} from the others" + (
        "" if numbers.reward_kernel is not None else f" + {numbers.bias[best]:.3f} (b)")
    return f"In numbers, largest weights first: {text} = **{numbers.q[best]:.3f}**".replace("+ -", "− ")
