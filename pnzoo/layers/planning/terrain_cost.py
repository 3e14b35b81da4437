"""From doubt to cost, and where the goal is: what stands between an encoder and value iteration."""

import keras
from keras import ops


@keras.saving.register_keras_serializable("pnzoo")
class TerrainCost(keras.layers.Layer):
    """cost = 1 + caution softplus(z).

    Args:
        caution: how much doubt costs, >= 0; it may be set at any time.

    Call args:
        z: [B, H, W, 1], log odds that a cell cannot be entered.

    Returns:
        [B, H, W], at least 1.

    Raises:
        ValueError: caution < 0.

    Example:
        >>> import numpy as np
        >>> from pnzoo.layers import TerrainCost
        >>> float(TerrainCost(2.0)(np.full((1, 1, 1, 1), -50.0, "float32"))[0, 0, 0])     # no doubt
        1.0
    """

    def __init__(self, caution=1.0, **kwargs):
        super().__init__(**kwargs)
        self.caution = caution

    @property
    def caution(self):
        """How much doubt costs."""
        return self._caution

    @caution.setter
    def caution(self, caution):
        if not 0 <= caution < float("inf"):
            raise ValueError(f"caution is how much doubt costs, a number >= 0; got {caution!r}.")
        self._caution = float(caution)

    def call(self, z):
        return 1.0 + self.caution * self.doubt(z)

    @staticmethod
    def doubt(z):
        """-log(1 - sigmoid(z)): [B, H, W, 1] -> [B, H, W]."""
        return ops.softplus(z)[..., 0]

    def compute_output_shape(self, input_shape):
        return tuple(input_shape[:-1])

    def get_config(self):
        return {**super().get_config(), "caution": self.caution}


@keras.saving.register_keras_serializable("pnzoo")
class GoalCells(keras.layers.Layer):
    """1 at the goal, 0 elsewhere.

    Call args:
        grid: [B, H, W], for its size.
        goal: int [B, 2], (row, col).

    Returns:
        float32 [B, H, W].
    """

    def build(self, grid_shape, goal_shape=None):
        self.built = True

    def call(self, grid, goal):
        height, width = ops.shape(grid)[1:]
        rows = ops.cast(ops.arange(height) == goal[:, :1], "float32")
        columns = ops.cast(ops.arange(width) == goal[:, 1:], "float32")
        return ops.expand_dims(rows, 2) * ops.expand_dims(columns, 1)

    def compute_output_shape(self, grid_shape, goal_shape=None):
        return tuple(grid_shape)

    def get_config(self):
        return super().get_config()
