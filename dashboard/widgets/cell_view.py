"""One cell's Bellman backup: the nine numbers, the equation, the code."""

import inspect

import streamlit as st

import figures
import share
from pnzoo import analysis, gridworld

SHARED = r"V_k(s)=\max_a\Big[\sum_{j=1}^{9} P_a(j\mid s)\,\big(R_j+V_{k-1,j}\big)+b_a\Big]"
FREE = r"V_k(s)=\max_a\sum_{j=1}^{9}\big(W^R_{a,j}\,R_j+W^V_{a,j}\,V_{k-1,j}\big)"


def show(model, trace, walls, cell, step, dark):
    """What made V of the cell at a step.

    Args:
        model, trace: the planner and what it computed.
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
    moves = analysis.roles(trace, walls).move
    name = gridworld.MOVE_NAMES[moves[best]] if moves[best] >= 0 else "unused in the end"
    st.markdown(
        f"**Cell {cell}** {'(a wall) ' if walls[cell] else ''}at step {step}: the best of {len(numbers.q)} actions is "
        f"action {best} ({name}), so V becomes **{numbers.q[best]:.3f}**."
    )
    st.latex(FREE if numbers.reward_kernel is not None else SHARED)
    share.chart(
        figures.nine(numbers, best, span, dark),
        key="nine",
        alt=(
            f"Three squares of nine numbers round the cell: weights of action {best}, reward, and value of the step "
            f"before; together they give {numbers.q[best]:.3f}."
        ),
    )
    st.markdown("**Q of every action**: how far it is behind the best one, at each step.")
    share.chart(figures.q_curves(history[:-1], moves, step, dark), key="q_curves", alt=(
        f"Q of every action after each step; action {best} is the largest at step {step}."))
    with st.expander("The lines of code that compute it", icon=":material/code:"):
        st.code(inspect.getsource(analysis.bellman._q), language="python")
        st.caption("and for all cells at once, in pnzoo/layers/value_iteration.py:")
        st.code(inspect.getsource(type(model.value_iteration)._backups), language="python")
