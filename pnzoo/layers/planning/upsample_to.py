"""Back to the size before a halving, at any size."""

import keras
from keras import ops


@keras.saving.register_keras_serializable("pnzoo")
class UpsampleTo(keras.layers.Layer):
    """Twice the size by bilinear interpolation, cut to the size of another image: odd sides halve to the larger half.

    `keras.layers.UpSampling2D` gives the same numbers, but not for images whose size TensorFlow's graph does not know.

    Call args:
        x: [B, ceil(H / 2), ceil(W / 2), F].
        like: [B, H, W, ...].

    Returns:
        [B, H, W, F].
    """

    def build(self, x_shape, like_shape=None):
        self.built = True

    def call(self, x, like):
        height, width = ops.shape(like)[1:3]
        return _doubled(_doubled(x, 1), 2)[:, :height, :width]

    def compute_output_shape(self, x_shape, like_shape=None):
        return (*like_shape[:3], x_shape[-1])

    def get_config(self):
        return super().get_config()


def _doubled(x, axis):
    """Pixel centres at a quarter and at three quarters of the old pixels; the edge goes on as it is."""
    first, last = (x[:, :1], x[:, -1:]) if axis == 1 else (x[:, :, :1], x[:, :, -1:])
    inner, outer = (x[:, :-1], x[:, 1:]) if axis == 1 else (x[:, :, :-1], x[:, :, 1:])
    before, after = ops.concatenate([first, inner], axis), ops.concatenate([outer, last], axis)
    pair = ops.stack([0.75 * x + 0.25 * before, 0.75 * x + 0.25 * after], axis + 1)
    shape = list(ops.shape(x))
    shape[axis] = 2 * shape[axis]
    return ops.reshape(pair, shape)
