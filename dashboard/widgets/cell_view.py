"""One cell's Bellman backup at every step: the map, the sum in numbers, who is the best when (cell_view.js)."""

import base64
import inspect
from collections.abc import Callable

import numpy as np
import streamlit as st

from dashboard.figures import planning as planning_figures
from dashboard.figures import q_curves_svg, theme
from dashboard.widgets import canvas, map_grid
from pnzoo import analysis, gridworld

SHARED = (r"\begin{aligned}V_k&=\max_a Q_{k,a}\\ Q_{k,a}&=\sum_{j=1}^{9}P_{a,j}\,(R_j+V_{k-1,j})+b_a"
          r"\end{aligned}")
FREE = (r"\begin{aligned}V_k&=\max_a Q_{k,a}\\ Q_{k,a}&=\sum_{j=1}^{9}W^R_{a,j}R_j+W^V_{a,j}V_{k-1,j}"
        r"\end{aligned}")
FENCE = 100  # times the most that free cells cost: more is the price of a wall by design, not something learned
MOST_COLOURS = 200_000  # of cells in all frames of the map
GREYS = {False: [[238, 241, 245], [29, 39, 51]], True: [[38, 46, 57], [232, 236, 241]]}

_HTML = """<div class="cell"><div class="left"><canvas tabindex="0" role="application"></canvas>
<div class="key"><span class="low"></span><span class="ramp"></span><span>0.00, the best cell</span></div>
<div class="where"><label>Row <input type="number" class="row"></label>
<label>Column <input type="number" class="column"></label></div><div class="say" role="status"></div></div>
<div class="right"><p class="head" role="status"></p>
<div class="backup" role="group" aria-label="The sum"><div class="sum"></div></div>
<p class="title"><b>Which action is best, and when?</b> Below: how far Q of the others is behind.</p>
<div class="chart"><div class="curves" aria-hidden="true"></div>
<div class="scrub"><input type="range" min="1" step="1" aria-label="Step k"><output></output></div></div>
<p class="words"></p></div></div>"""

_cell = canvas.component("cell_view", _HTML, planning=True)


def show(key: str, data: dict, *, step: int, refused: tuple | None, on_cell: Callable[[dict], None],
         on_step: Callable[[dict], None]) -> None:
    """Show a cell.

    Args:
        key: of the component.
        data: what `cell_data` returned.
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


def map_data(behind, cells, walls, start, goal, k) -> dict:
    """What the component's map needs, the same for every cell: V of all steps, a byte each.

    Args:
        behind: [K + 1, H, W], `pnzoo.analysis.value_gap(trace, cells)`.
        cells: bool [H, W], those that the colours of V must tell apart.
        walls, start, goal: the map.
        k: the last step.
    """
    low, _ = planning_figures.value_range(behind, cells, k)
    frames = sorted({round(x) for x in np.linspace(0, k, max(2, min(k + 1, MOST_COLOURS // walls.size)))})
    share = np.clip(1 - behind[frames] / low, 0, 1)
    return {"rows": walls.shape[0], "cols": walls.shape[1], "walls": map_grid.bits(walls), "last": k,
            "start": [int(x) for x in start], "goal": [int(x) for x in goal], "frames": frames, "low": low,
            "values": base64.b64encode(np.round(share * 255).astype("u1").tobytes()).decode(),
            "vStops": theme.stops(theme.VALUE_SCALE)}


def cell_data(model, trace, walls, cell, moves, sign, dark, plain=None) -> dict:
    """The backups of one cell in steps 1 ... K.

    Args:
        model, trace: the planner and what it computed.
        walls: bool [H, W].
        cell: (row, col) inside the rim.
        moves: int [A], index of the move that an action stands for, -1 for none.
        sign: of the network's reward.
        dark: theme.
        plain: `pnzoo.analysis.plain_planner` of a planner that runs in the page, which then needs no numbers of the
            cell.

    Raises:
        ValueError: the trace does not hold P of every step.
    """
    history = analysis.q_history(model, trace, cell)[:-1]
    best, values = history.argmax(axis=1), trace.values[1:, *cell]
    names = [gridworld.MOVE_NAMES[move] if move >= 0 else f"action {action}"
             for action, move in enumerate(moves)]
    return {
        "cell": [int(x) for x in cell], "names": names, "best": best.tolist(), "actions": history.shape[1],
        "fence": FENCE * max(planning_figures.reward_top(trace, walls), 1.0),
        "rMost": planning_figures.reward_end(trace), "rStops": theme.stops(theme.reward_scale(sign, dark)),
        "signed": theme.stops(theme.REWARD_SCALE_DARK if dark else theme.REWARD_SCALE), "greys": GREYS[dark],
        "plain": plain, "numbers": None if plain else numbers_of(model, trace, cell, history),
        "ends": bool((np.abs(history.max(axis=1) - values) > 0.01 * (1 + np.abs(values))).any()),
        "curves": q_curves_svg.q_curves(history, moves, dark),
        "plot": [q_curves_svg.LEFT, q_curves_svg.WIDTH - q_curves_svg.RIGHT, q_curves_svg.WIDTH],
        "words": f"After step {len(history)} action {best[-1]} is the best, for the move {names[best[-1]]}; it is so "
                 f"since step {q_curves_svg.best_since(history)}.",
    }


def numbers_of(model, trace, cell, history):
    """All numbers of the backups of a cell, for a planner that the page cannot run."""
    steps, block = len(history), np.s_[:, cell[0] - 1 : cell[0] + 2, cell[1] - 1 : cell[1] + 2]
    copies = [1] if model.value_iteration.tied else range(1, steps + 1)
    each = [analysis.backup(model, trace, cell, k) for k in copies]
    return {
        "q": _short(history.max(axis=1)), "reward": _short(each[0].reward),
        "value": [_short(value) for value in trace.values[block][:-1]], "bias": [_short(one.bias) for one in each],
        "kernel": [[_short(kernel, 4) for kernel in one.kernel] for one in each],
        "rewardKernel": None if each[0].reward_kernel is None else
                        [[_short(kernel, 4) for kernel in one.reward_kernel] for one in each],
    }


def _short(numbers, digits=3):
    return [round(float(each), digits) for each in np.ravel(numbers)]


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
