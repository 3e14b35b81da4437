"""psi, the attention of a Value Iteration Network: the Q values at the agent's own cell."""

import keras
import numpy as np
from keras import ops


@keras.saving.register_keras_serializable("pnzoo")
class AttentionReadout(keras.layers.Layer):
    """Picks the channels of a map at one or many positions of each map.

    psi(s) keeps, of all Q values that planning computed, those of the agent's own state; a policy
    needs no others, because the optimal action depends on Q(s, .) alone.

    Call args:
        q: [B, H, W, A].
        positions: integers (row, col), [B, 2] for one agent a map or [B, N, 2] for N of them.

    Returns:
        [B, A] or [B, N, A].

    Raises:
        ValueError: positions that are arrays, not tensors, and lie outside the map.

    Example:
        >>> import numpy as np
        >>> from pnzoo.layers import AttentionReadout
        >>> q = np.arange(12, dtype="float32").reshape(1, 2, 3, 2)
        >>> np.asarray(AttentionReadout()(q, np.array([[1, 2]]))).tolist()
        [[10.0, 11.0]]

    Reference: Tamar et al. 2016, section 3.2.
    """

    def __call__(self, q, positions, *args, **kwargs):
        if isinstance(positions, (np.ndarray, list, tuple)):
            check_positions(positions, q.shape[1:3])
        return super().__call__(q, positions, *args, **kwargs)

    def build(self, q_shape, positions_shape=None):
        self.built = True

    def call(self, q, positions):
        batch, height, width, channels = ops.shape(q)
        positions = ops.cast(positions, "int32")
        count = 1 if len(positions.shape) == 2 else ops.shape(positions)[1]
        flat = ops.reshape(positions[..., 0] * width + positions[..., 1], (batch, count, 1))
        picked = ops.take_along_axis(ops.reshape(q, (batch, height * width, channels)), flat, axis=1)
        return picked if len(positions.shape) == 3 else picked[:, 0]

    def compute_output_shape(self, q_shape, positions_shape=None):
        if positions_shape is None:
            raise ValueError("the output has the shape of the positions: give positions_shape too.")
        return (*positions_shape[:-1], q_shape[-1])

    def get_config(self):
        return super().get_config()


def check_positions(positions, shape):
    """Refuse positions outside maps of a shape: backends answer them with NaN, another cell or an error.

    Args:
        positions: integers [..., 2].
        shape: (H, W); None is not checked.

    Raises:
        ValueError: one is outside.
    """
    positions = np.asarray(positions)
    if positions.size == 0 or None in tuple(shape):
        return
    if positions.dtype.kind not in "iu" or positions.shape[-1] != 2:
        raise ValueError(
            f"positions are integers [..., 2], (row, col) each; got {positions.dtype} {list(positions.shape)}."
        )
    outside = ((positions < 0) | (positions >= np.array(shape))).any(axis=-1)
    if outside.any():
        cell = positions[outside][0].tolist()
        raise ValueError(f"position {tuple(cell)} lies outside a map of {shape[0]}x{shape[1]} cells.")
