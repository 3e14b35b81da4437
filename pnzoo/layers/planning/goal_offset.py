"""Where the goal lies, seen from each cell."""

import keras
from keras import ops


@keras.saving.register_keras_serializable("pnzoo")
class GoalOffset(keras.layers.Layer):
    """Direction and distance of the goal: the offset of unit length, and sign(x) log(1 + |x|) of its two parts.

    Call args:
        grid: [B, H, W, ...], for its size.
        goal: int [B, 2], (row, col).

    Returns:
        [B, H, W, 4]: 0 at the goal.

    Example:
        >>> import numpy as np
        >>> from pnzoo.layers import GoalOffset
        >>> offset = GoalOffset()(np.zeros((1, 2, 4, 1)), np.array([[0, 3]]))
        >>> [round(float(x), 2) for x in offset[0, 0, 0]]     # 3 cells to the right
        [0.0, 1.0, 0.0, 1.39]
    """

    def build(self, grid_shape, goal_shape=None):
        self.built = True

    def call(self, grid, goal):
        height, width = ops.shape(grid)[1:3]
        goal = ops.cast(goal, "float32")
        down = ops.expand_dims(goal[:, :1] - ops.cast(ops.arange(height), "float32"), 2)  # [B, H, 1]
        right = ops.expand_dims(goal[:, 1:] - ops.cast(ops.arange(width), "float32"), 1)  # [B, 1, W]
        down, right = down + ops.zeros_like(right), right + ops.zeros_like(down)
        offset = ops.stack([down, right], axis=-1)
        distance = ops.sqrt(ops.sum(offset * offset, axis=-1, keepdims=True))
        parts = [offset / ops.maximum(distance, 1.0), ops.sign(offset) * ops.log(1.0 + ops.abs(offset))]
        return ops.cast(ops.concatenate(parts, axis=-1), self.compute_dtype)

    def compute_output_shape(self, grid_shape, goal_shape=None):
        return (*grid_shape[:3], 4)

    def get_config(self):
        return super().get_config()
