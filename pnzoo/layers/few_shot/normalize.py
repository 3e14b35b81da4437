"""Vectors of length 1, with a gradient that stays finite at a zero vector."""

import keras
from keras import ops


def normalize(x, axis=-1):
    """Scale vectors to length 1; a zero vector stays zero.

    `keras.ops.normalize` has the same values, but its gradient at a zero vector is NaN on JAX, PyTorch and XLA, and
    embeddings that end in a ReLU may be zero.

    Args:
        x: a tensor.
        axis: axis, or axes, of the vectors.

    Returns:
        A tensor like `x`.

    Example:
        >>> import numpy as np
        >>> np.array(normalize(np.array([[3.0, 4.0], [0.0, 0.0]], "float32"))).astype(float).round(2).tolist()
        [[0.6, 0.8], [0.0, 0.0]]
    """
    x = ops.convert_to_tensor(x)
    return x * ops.rsqrt(ops.maximum(ops.sum(x**2, axis, keepdims=True), 1e-12))


@keras.saving.register_keras_serializable("pnzoo")
class UnitLength(keras.layers.Layer):
    """Vectors scaled to one length along the last axis.

    Args:
        length: of every vector.

    Example:
        >>> import numpy as np
        >>> np.array(UnitLength(length=5.0)(np.array([[0.6, 0.8]], "float32"))).round(2).tolist()
        [[3.0, 4.0]]
    """

    def __init__(self, length=1.0, **kwargs):
        super().__init__(**kwargs)
        self.length = float(length)

    def call(self, inputs):
        return normalize(inputs) * self.length

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return {**super().get_config(), "length": self.length}
