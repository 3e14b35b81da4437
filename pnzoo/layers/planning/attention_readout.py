"""psi, the attention of a Value Iteration Network: the Q values at the agent's own cell."""

import keras
from keras import ops


@keras.saving.register_keras_serializable("pnzoo")
class AttentionReadout(keras.layers.Layer):
    """Picks the channels of a map at one or many positions of each map.

    psi(s) keeps, of all Q values that planning computed, those of the state the agent is in; a policy
    needs no others, because the optimal action depends on Q(s, .) alone.

    Call args:
        q: [B, H, W, A].
        positions: integers (row, col), [B, 2] for one agent a map or [B, N, 2] for N of them.

    Returns:
        [B, A] or [B, N, A].

    Example:
        >>> import numpy as np
        >>> from pnzoo.layers import AttentionReadout
        >>> q = np.arange(12, dtype="float32").reshape(1, 2, 3, 2)
        >>> np.asarray(AttentionReadout()(q, np.array([[1, 2]]))).tolist()
        [[10.0, 11.0]]

    Reference: Tamar et al. 2016, section 3.2.
    """

    def call(self, q, positions):
        batch, height, width, channels = ops.shape(q)
        positions = ops.cast(positions, "int32")
        flat = ops.reshape(positions[..., 0] * width + positions[..., 1], (batch, -1, 1))
        picked = ops.take_along_axis(ops.reshape(q, (batch, height * width, channels)), flat, axis=1)
        return picked if len(positions.shape) == 3 else picked[:, 0]

    def compute_output_shape(self, q_shape, positions_shape):
        return (*positions_shape[:-1], q_shape[-1])
