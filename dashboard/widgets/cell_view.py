"""One cell's Bellman backup: the nine numbers, the equation, the code."""

import inspect

import numpy as np
import streamlit as st

from dashboard import compute
from dashboard.figures import planning as planning_figures
from dashboard.figures import theme
from dashboard.figures.q_curves_svg import q_curves
from dashboard.widgets import backup
from pnzoo import analysis, gridworld

SHARED = (r"\begin{aligned}V_k&=\max_a Q_{k,a}\\ Q_{k,a}&=\sum_{j=1}^{9}P_{a,j}\,(R_j+V_{k-1,j})+b_a"
          r"\end{aligned}")
FREE = (r"\begin{aligned}V_k&=\max_a Q_{k,a}\\ Q_{k,a}&=\sum_{j=1}^{9}W^R_{a,j}R_j+W^V_{a,j}V_{k-1,j}"
        r"\end{aligned}")
FENCE = 100  # times what free cells cost: more is the price of a wall by design, not something learned
GREYS = {False: [[238, 241, 245], [29, 39, 51]], True: [[38, 46, 57], [232, 236, 241]]}


def show(name_of_entry, model, trace, walls, cell, step, dark, behind, low, choose_step):
    """What made V of the cell at a step.

    Args:
        name_of_entry, model, trace: the planner and what it computed.
        walls: bool [H, W].
        cell: (row, col) inside the rim.
        step: k, 1 ... K.
        dark: theme.
        behind: [K + 1, H, W], V minus the best cell's, whose colours the map has.
        low: the end of these colours, below 0.
        choose_step: draws what k is chosen with, between the sum and the curves over k.
    """
    try:
        numbers = analysis.backup(model, trace, cell, step)
        history = analysis.q_history(model, trace, cell)
    except ValueError as error:
        st.warning(str(error), icon=":material/help:")
        return
    best = int(numbers.q.argmax())
    moves = analysis.action_usage(trace, walls).move
    name = gridworld.MOVE_NAMES[moves[best]] if moves[best] >= 0 else f"action {best}, unused in the end"
    st.markdown(
        f"**Cell {cell}** {'(a wall) ' if walls[cell] else ''}at step {step}: of {len(numbers.q)} actions the best is "
        f"**{name}**, so V becomes :orange[**{numbers.q[best]:.3f}**]."
    )
    show_sum(numbers, best, 1 - _around(behind[step - 1], cell) / low, dark, compute.reward_sign(name_of_entry),
             _around(walls, cell), planning_figures.reward_end(trace))
    st.caption("Framed: the cell with the largest weight **P**. V has the colours of the map.")
    choose_step()
    st.markdown("**Every action of this cell**: how far its Q is behind the best one, at each step.")
    st.image(q_curves(history[:-1], moves, step, dark), width=540, alt=(
        f"Q of every action after each step; action {best} is the largest at step {step}."))
    folded = st.expander("The formula, in full and as code", icon=":material/code:", key="lines_of_code",
                         on_change="rerun")
    if not folded.open:
        return
    from pnzoo.analysis.planning import bellman  # which needs Keras

    with folded:
        st.latex(FREE if numbers.reward_kernel is not None else SHARED)
        st.markdown(sum_in_words(numbers, best))
        st.code(inspect.getsource(bellman._q), language="python")
        st.caption("and for all cells at once, in pnzoo/layers/value_iteration.py:")
        st.code(inspect.getsource(type(model.value_iteration)._backups), language="python")


def _around(numbers, cell):
    """Those of the nine cells."""
    return numbers[cell[0] - 1 : cell[0] + 2, cell[1] - 1 : cell[1] + 2]


def show_sum(numbers, best, share, dark, sign, walls, most):
    """The sum with the numbers of the nine cells.

    Where a wall costs thousands by design, its number says nothing: it is called a wall.

    Args:
        numbers: what `analysis.backup` returned.
        best: the action.
        share: [3, 3], where V of the cells lies on the map's colours, 0 ... 1.
        dark: theme.
        sign: of the network's reward.
        walls: bool [3, 3].
        most: end of the colours of R.
    """
    free = np.abs(numbers.reward[~walls])
    fenced = walls if free.size and np.abs(numbers.reward).max() > FENCE * max(free.max(), 1.0) else None
    rewards, kernel = theme.stops(theme.reward_scale(sign, dark)), numbers.kernel[best]
    reward = backup.nine(numbers.reward, "R", (numbers.reward / most + 1) / 2, rewards, dark, named=fenced)
    value = backup.nine(numbers.value, "V before", share, theme.stops(theme.VALUE_SCALE), dark, walls, fenced)
    if numbers.reward_kernel is None:
        weights = backup.nine(kernel, "P", kernel / (float(kernel.max()) or 1.0), GREYS[dark], dark, weights=True)
        bias = float(numbers.bias[best])
        tail = f"{'−' if bias < 0 else '+'} {backup.short(abs(bias))}" if abs(bias) >= 0.005 else ""
        parts = [weights, "× (", reward, "+", value, f") {tail} =" if tail else ") ="]
    else:
        scale = theme.stops(theme.REWARD_SCALE_DARK if dark else theme.REWARD_SCALE)
        top = float(max(np.abs(kernel).max(), np.abs(numbers.reward_kernel[best]).max())) or 1.0
        of_reward, of_value = (backup.nine(each, name, (each / top + 1) / 2, scale, dark, weights=True)
                               for each, name in ((numbers.reward_kernel[best], "P for R"), (kernel, "P for V")))
        parts = [of_reward, "×", reward, "+", of_value, "×", value, "="]
    backup.show("backup", parts, int(np.abs(kernel).argmax()), float(numbers.q[best]))


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
