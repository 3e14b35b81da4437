"""Value iteration where the moves are known and only what it costs to enter a cell is learned.

The module of the paper with its kernels given: P leads to the neighbour of each move, R is minus the cost of entering
it, and each step is

    Q_a(s) = V_{k-1}(s + a) - length_a cost(s + a), and 0 at the goal        V_k(s) = max_a Q_a(s)
"""

import math

import keras
from keras import ops

from pnzoo.layers.planning.steps import HasSteps
from pnzoo.layers.planning.value_iteration import _repeat

# The order of the moves is that of pnzoo.gridworld: N, S, E, W, NE, NW, SE, SW.
MOVES = ((-1, 0), (1, 0), (0, 1), (0, -1), (-1, 1), (-1, -1), (1, 1), (1, -1))
DIAGONAL = math.sqrt(2)
FAR = -1e6  # V before any path is known, and what a move beyond the edge comes to


@keras.saving.register_keras_serializable("pnzoo")
class GridValueIteration(HasSteps, keras.layers.Layer):
    """K steps of value iteration with eight known moves: differentiable in the cost of every cell.

    Args:
        k: steps; cells farther from the goal than k moves stay at a value of about -1e6.
        diagonal_cost: cost of a diagonal move, of a straight one 1.

    Call args:
        cost: [B, H, W], > 0, of entering each cell.
        goal: [B, H, W], 1 at the goal.
        steps: return V of every step, and Q of every step, instead of the last Q alone.

    Returns:
        Q [B, H, W, 8]; or a tuple (values [K+1, B, H, W], q [K+1, B, H, W, 8]), Q_k being computed from V_k.

    Raises:
        ValueError: k < 1.

    Example:
        >>> import numpy as np
        >>> from pnzoo.layers import GridValueIteration
        >>> cost, goal = np.ones((1, 1, 3), "float32"), np.array([[[0, 0, 1.0]]], "float32")
        >>> GridValueIteration(k=2)(cost, goal)[0, 0, :, 2].numpy().tolist()[:2]     # east
        [-2.0, -1.0]

    Reference: Tamar et al. 2016, section 3.1, with known P.
    """

    def __init__(self, k=30, diagonal_cost=DIAGONAL, **kwargs):
        super().__init__(**kwargs)
        self.k = k
        self.diagonal_cost = float(diagonal_cost)
        self.unroll = True  # False writes a loop: an exported graph of so many slices would take minutes to convert

    def build(self, cost_shape, goal_shape=None):
        self.built = True

    def call(self, cost, goal, steps=False):
        cost = ops.cast(cost, "float32")
        live = 1.0 - ops.cast(goal, "float32")
        entering = [
            around * (self.diagonal_cost if down and right else 1.0)
            for around, (down, right) in zip(_neighbours(cost, -FAR), MOVES, strict=True)
        ]

        def backup(value):
            after = _neighbours(value, FAR)
            return [v - c for v, c in zip(after, entering, strict=True)]

        def best(q):
            top = q[0]
            for other in q[1:]:
                top = ops.maximum(top, other)
            return ops.maximum(top, FAR) * live

        value = live * FAR
        if not steps:
            if not self.unroll:
                value = _repeat(lambda v: best(backup(v)), value, self.k)
            else:
                for _ in range(self.k):
                    value = best(backup(value))
            return ops.stack(backup(value), axis=-1)
        values = [value]
        for _ in range(self.k):
            values.append(best(backup(values[-1])))
        return ops.stack(values), ops.stack([ops.stack(backup(value), axis=-1) for value in values])

    def compute_output_spec(self, cost, goal, steps=False):
        shape = tuple(cost.shape)
        q = keras.KerasTensor((*shape, len(MOVES)), "float32")
        if not steps:
            return q
        count = self.k + 1
        return keras.KerasTensor((count, *shape), "float32"), keras.KerasTensor((count, *shape, len(MOVES)), "float32")

    def compute_output_shape(self, cost_shape, goal_shape=None):
        return (*cost_shape, len(MOVES))

    def get_config(self):
        return {**super().get_config(), "k": self.k, "diagonal_cost": self.diagonal_cost}


def _neighbours(x, beyond):
    """x of the cell that each move leads to: 8 tensors [B, H, W]; `beyond` outside of the grid."""
    height, width = ops.shape(x)[1:]
    padded = ops.pad(x, ((0, 0), (1, 1), (1, 1)), constant_values=beyond)
    return [padded[:, 1 + down : 1 + down + height, 1 + right : 1 + right + width] for down, right in MOVES]
