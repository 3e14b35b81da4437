"""Several views of an image: small fixed warps, so that codes can be averaged over them."""

import keras
import numpy as np
from keras import ops

# Degrees of rotation, size, shift down and shift right (share of the side). One drawing, as another hand puts it.
VIEWS = (
    (0, 1.00, 0.000, 0.000),
    (8, 1.00, 0.000, 0.000),
    (-8, 1.00, 0.000, 0.000),
    (0, 1.08, 0.000, 0.000),
    (0, 0.93, 0.000, 0.000),
    (0, 1.00, 0.036, 0.036),
    (0, 1.00, -0.036, -0.036),
    (0, 1.00, 0.036, -0.036),
    (0, 1.00, -0.036, 0.036),
    (5, 1.06, 0.000, 0.018),
    (-5, 1.06, 0.018, 0.000),
    (5, 0.95, 0.000, -0.018),
    (-5, 0.95, -0.018, 0.000),
)


@keras.saving.register_keras_serializable("pnzoo")
class Views(keras.layers.Layer):
    """The first `count` of a fixed list of small rotations, zooms and shifts of every image.

    Each view is one dense matrix from pixels to pixels (bilinear), which gives the same numbers on every backend.

    Args:
        count: how many views; the first is the image itself.

    Call it with images `[N, H, W, 1]`; it returns `[count * N, H, W, 1]`, view by view.
    """

    def __init__(self, count, **kwargs):
        super().__init__(**kwargs)
        if not 1 <= count <= len(VIEWS):
            raise ValueError(f"views={count!r} must lie in 1 .. {len(VIEWS)}.")
        self.count = int(count)

    def build(self, input_shape):
        _, height, width, _ = input_shape
        self.matrices = [_warp_matrix(view, height, width) for view in VIEWS[1 : self.count]]
        self.built = True

    def call(self, images):
        _, height, width, channels = images.shape
        flat = ops.reshape(images, (-1, height * width))
        turned = [ops.matmul(flat, ops.cast(matrix, images.dtype)) for matrix in self.matrices]
        return ops.reshape(ops.concatenate([flat, *turned], axis=0), (-1, height, width, channels))

    def compute_output_shape(self, input_shape):
        batch = None if input_shape[0] is None else input_shape[0] * self.count
        return (batch, *input_shape[1:])

    def get_config(self):
        return {**super().get_config(), "count": self.count}


def _warp_matrix(view, height, width):
    """float32 [H*W, H*W]: column j holds the bilinear weights that make output pixel j."""
    degrees, size, down, right = view
    turn = np.deg2rad(degrees)
    rows, columns = np.meshgrid(np.arange(height), np.arange(width), indexing="ij")
    y, x = rows.ravel() - (height - 1) / 2, columns.ravel() - (width - 1) / 2
    source_y = (np.cos(turn) * y - np.sin(turn) * x) / size + (height - 1) / 2 + down * height
    source_x = (np.sin(turn) * y + np.cos(turn) * x) / size + (width - 1) / 2 + right * width
    matrix = np.zeros((height * width, height * width), "float32")
    top, left = np.floor(source_y).astype(int), np.floor(source_x).astype(int)
    for r, weight_r in ((top, top + 1 - source_y), (top + 1, source_y - top)):
        for c, weight_c in ((left, left + 1 - source_x), (left + 1, source_x - left)):
            inside = (r >= 0) & (r < height) & (c >= 0) & (c < width)
            target = np.flatnonzero(inside)
            np.add.at(matrix, (r[inside] * width + c[inside], target), (weight_r * weight_c)[inside])
    return matrix
