"""Value iteration on a grid where each move from each cell has a cost of its own.

The moves are known, so P leads to the neighbour of each; what is learned is R, minus the cost of each move:

    Q_a(s) = V_{k-1}(s + a) - cost_a(s), and 0 at the goal        V_k(s) = max_a Q_a(s)

A grid that is coarser than the map needs costs of moves and not of cells: a thin wall may close one side of a cell.
"""

import keras
from keras import ops

from pnzoo.layers.planning.grid_value_iteration import FAR, MOVES, _neighbours
from pnzoo.layers.planning.steps import HasSteps
from pnzoo.layers.planning.value_iteration import _repeat

LONGEST_UNROLLED = (
    8  # eight moves a step: written out, XLA compiles the gradient of 40 steps in minutes, a loop in seconds
)


@keras.saving.register_keras_serializable("pnzoo")
class MoveValueIteration(HasSteps, keras.layers.Layer):
    """K steps of value iteration with eight known moves: differentiable in the cost of every move.

    Args:
        k: steps; without a value to begin with, cells farther from the goal than k moves stay at about -1e6.
        unroll: whether the steps are written out one by one or run in a loop of the backend; `"auto"` writes up to 8
            out.

    Call args:
        cost: [B, H, W, 8], > 0, of each move from each cell, in the order of `pnzoo.gridworld.MOVES`.
        goal: [B, H, W], 1 at the goal.
        value: [B, H, W] to begin with, such as that of a coarser grid: with it, k steps plan the next k moves, and what
            lies behind them is worth what `value` says. By default nothing is known but the goal.

    Returns:
        [B, H, W, 9]: V, then the Q of each move computed from it.

    Raises:
        ValueError: k < 1.

    Example:
        >>> import numpy as np
        >>> from pnzoo.layers import MoveValueIteration
        >>> cost, goal = np.ones((1, 1, 3, 8), "float32"), np.array([[[0, 0, 1.0]]], "float32")
        >>> [float(v) for v in MoveValueIteration(k=2)(cost, goal)[0, 0, :2, 0]]
        [-2.0, -1.0]

    Reference: Tamar et al. 2016, section 3.1, with known P; the value to begin with is the hierarchical VIN's, section
    4.1 there.
    """

    def __init__(self, k=30, unroll="auto", **kwargs):
        super().__init__(**kwargs)
        self.k = k
        self.unroll = unroll

    def build(self, cost_shape, goal_shape=None, value_shape=None):
        self.built = True

    def call(self, cost, goal, value=None):
        cost = ops.cast(cost, "float32")
        live = 1.0 - ops.cast(goal, "float32")
        costs = [cost[..., move] for move in range(len(MOVES))]

        def q_values(value):
            return [after - c for after, c in zip(_neighbours(value, FAR), costs, strict=True)]

        def backup(value):
            best = FAR
            for q in q_values(value):
                best = ops.maximum(best, q)
            return best * live

        value = (live * FAR) if value is None else ops.cast(value, "float32") * live
        if self.k <= LONGEST_UNROLLED if self.unroll == "auto" else self.unroll:
            for _ in range(self.k):
                value = backup(value)
        else:
            value = _repeat(backup, value, self.k)
        return ops.stack([value, *q_values(value)], axis=-1)

    def compute_output_shape(self, cost_shape, goal_shape=None, value_shape=None):
        return (*cost_shape[:-1], 1 + len(MOVES))

    def compute_output_spec(self, cost, goal, value=None):
        return keras.KerasTensor(self.compute_output_shape(cost.shape), "float32")

    def get_config(self):
        return {**super().get_config(), "k": self.k, "unroll": self.unroll}
