"""One cell's Bellman backup: the nine numbers, the equation, the code."""

import inspect

import numpy as np
import streamlit as st

from dashboard import compute
from dashboard.figures import planning_svg, theme
from dashboard.figures.q_curves_svg import q_curves
from pnzoo import analysis, gridworld

SHARED = (r"\begin{aligned}V_k&=\max_a Q_{k,a}\\ Q_{k,a}&=\sum_{j=1}^{9}P_{a,j}\,(R_j+V_{k-1,j})+b_a"
          r"\end{aligned}")
FREE = (r"\begin{aligned}V_k&=\max_a Q_{k,a}\\ Q_{k,a}&=\sum_{j=1}^{9}W^R_{a,j}R_j+W^V_{a,j}V_{k-1,j}"
        r"\end{aligned}")
FENCE = 100  # times what free cells cost: more is the price of a wall by design, not something learned
GREYS = {False: [[238, 241, 245], [29, 39, 51]], True: [[38, 46, 57], [232, 236, 241]]}


def show(name_of_entry, model, trace, walls, cell, step, dark):
    """What made V of the cell at a step.

    Args:
        name_of_entry, model, trace: the planner and what it computed.
        walls: bool [H, W].
        cell: (row, col) inside the rim.
        step: k, 1 ... K.
        dark: theme.
    """
    try:
        numbers = analysis.backup(model, trace, cell, step)
        history = analysis.q_history(model, trace, cell)
    except ValueError as error:
        st.warning(str(error), icon=":material/help:")
        return
    best = int(numbers.q.argmax())
    before = trace.values[step - 1][~walls]
    span = (float(before.min()), float(before.max()) + 1e-6)
    moves = analysis.action_usage(trace, walls).move
    name = gridworld.MOVE_NAMES[moves[best]] if moves[best] >= 0 else "unused in the end"
    st.markdown(
        f"**Cell {cell}** {'(a wall) ' if walls[cell] else ''}at step {step}: the best of {len(numbers.q)} actions is "
        f"action {best} ({name}), so V becomes **{numbers.q[best]:.3f}**."
    )
    st.latex(FREE if numbers.reward_kernel is not None else SHARED)
    show_blocks(numbers, best, span, dark, compute.reward_sign(name_of_entry), _around(walls, cell))
    st.markdown(sum_in_words(numbers, best))
    st.markdown("**Q of every action**: how far it is behind the best one, at each step.")
    st.image(q_curves(history[:-1], moves, step, dark), width=540, alt=(
        f"Q of every action after each step; action {best} is the largest at step {step}."))
    folded = st.expander("The lines of code that compute it", icon=":material/code:", key="lines_of_code",
                         on_change="rerun")
    if not folded.open:
        return
    from pnzoo.analysis.planning import bellman  # which needs Keras

    with folded:
        st.code(inspect.getsource(bellman._q), language="python")
        st.caption("and for all cells at once, in pnzoo/layers/value_iteration.py:")
        st.code(inspect.getsource(type(model.value_iteration)._backups), language="python")


def _around(walls, cell):
    """Which of the nine cells are walls."""
    return walls[cell[0] - 1 : cell[0] + 2, cell[1] - 1 : cell[1] + 2]


def show_blocks(numbers, best, span, dark, sign, walls):
    """The nine cells' weights, reward and value, side by side.

    Where a wall costs thousands by design, its number says nothing: it is called a wall, and colours tell free cells.
    """
    reward, value = theme.stops(theme.REWARD_SCALE), theme.stops(theme.VALUE_SCALE)
    free = np.abs(numbers.reward[~walls])
    fenced = walls if free.size and np.abs(numbers.reward).max() > FENCE * max(free.max(), 1.0) else None
    shown = free if fenced is not None else np.abs(numbers.reward)
    kernel, top = numbers.kernel[best], float(shown.max()) or 1.0
    blocks = [(numbers.reward, "R", theme.stops(theme.reward_scale(sign)), -top, top),
              (numbers.value, "V one step before", value, *span)]
    if numbers.reward_kernel is None:
        blocks.insert(0, (kernel, f"P of action {best}", GREYS[dark], 0.0, float(kernel.max()) or 1.0))
    else:
        weights = numbers.reward_kernel[best]
        most = float(max(np.abs(kernel).max(), np.abs(weights).max())) or 1.0
        blocks = [(weights, f"Weights of R, action {best}", reward, -most, most), blocks[0],
                  (kernel, f"Weights of V, action {best}", reward, -most, most), blocks[1]]
    pictures = [planning_svg.block(each, title, stops, low, high, dark, fenced if title[0] in "RV" else None)
                for each, title, stops, low, high in blocks]
    words = [f"{title}: " + "; ".join(", ".join(f"{x:.3f}" for x in row) for row in each) for each, title, *_ in blocks]
    signs = ["× (", "+", ")"] if len(blocks) == 3 else ["×", "", "×", ""]
    for first in (0,) if len(blocks) == 3 else (0, 2):  # weights of R and of V: a line each
        part = slice(first, first + (3 if len(blocks) == 3 else 2))
        st.image(planning_svg.joined(pictures[part], signs[part], dark),
                 width=planning_svg.joined_width(len(pictures[part])), alt=". ".join(words[part]))


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
