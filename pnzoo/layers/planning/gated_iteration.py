"""The recurrence of a Gated Path Planning Network: an LSTM in every cell reads its neighbours, k times."""

import keras
from keras import ops

from pnzoo.layers.orthogonal import Orthogonal
from pnzoo.layers.planning.steps import HasSteps


@keras.saving.register_keras_serializable("pnzoo")
class GatedIteration(HasSteps, keras.layers.Layer):
    """h_0 = W_h * phi, c_0 = W_c * phi, then h_k, c_k = LSTM(W * h_{k-1}, (h_{k-1}, c_{k-1})) in every cell.

    Args:
        k: number of steps. The weights do not depend on it.
        hidden: width of h and c.
        kernel_size: side of the neighborhood that W reads.
        unroll: whether the steps are written out or run in a loop of the backend; `"auto"`: written out in training.

    Call args:
        features: [B, H, W, F] phi.

    Returns:
        [B, H, W, hidden] h_k.

    Raises:
        ValueError: k < 1.

    Example:
        >>> import numpy as np
        >>> from pnzoo.layers import GatedIteration
        >>> GatedIteration(k=3, hidden=4)(np.ones((2, 5, 5, 6), "float32")).shape == (2, 5, 5, 4)
        True

    Reference: Lee et al. 2018, "Gated Path Planning Networks", arXiv 1806.06408, section 3.
    """

    def __init__(self, k, hidden=32, kernel_size=3, unroll="auto", **kwargs):
        super().__init__(**kwargs)
        self.k, self.hidden, self.kernel_size, self.unroll = k, int(hidden), int(kernel_size), unroll
        self.first_state = self._conv(self.hidden, 3, "first_state")
        self.first_memory = self._conv(self.hidden, 3, "first_memory")
        self.neighbours = self._conv(1, self.kernel_size, "neighbours")
        self.cell = keras.layers.LSTMCell(
            self.hidden, recurrent_initializer=Orthogonal(), dtype=self.dtype_policy, name="cell"
        )

    def _conv(self, width, side, name):
        return keras.layers.Conv2D(
            width, side, padding="same", data_format="channels_last", dtype=self.dtype_policy, name=name
        )

    def build(self, features_shape):
        self.first_state.build(features_shape)
        self.first_memory.build(features_shape)
        self.neighbours.build((*features_shape[:-1], self.hidden))
        self.cell.build((None, 1))

    def call(self, features, training=None):
        shape = ops.shape(features)[:3]
        state, memory = (
            ops.reshape(conv(features), (-1, self.hidden)) for conv in (self.first_state, self.first_memory)
        )

        def step(state, memory):
            read = self.neighbours(ops.reshape(state, (*shape, self.hidden)))
            return self.cell(ops.reshape(read, (-1, 1)), [state, memory])[1]

        if training if self.unroll == "auto" else self.unroll:
            for _ in range(self.k):
                state, memory = step(state, memory)
        else:
            state, memory = ops.fori_loop(0, self.k, lambda _, both: tuple(step(*both)), (state, memory))
        return ops.reshape(state, (*shape, self.hidden))

    def compute_output_shape(self, features_shape):
        return (*features_shape[:-1], self.hidden)

    def compute_output_spec(self, features, training=None):
        return keras.KerasTensor(self.compute_output_shape(features.shape), self.compute_dtype)

    def get_config(self):
        own = {"k": self.k, "hidden": self.hidden, "kernel_size": self.kernel_size, "unroll": self.unroll}
        return {**super().get_config(), **own}
