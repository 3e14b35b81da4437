"""Test-time augmentation: small fixed warps of an image, over which embeddings are averaged."""

import keras
import numpy as np
from keras import ops

from pnzoo.core.deprecation import renamed

# Rotation in degrees, zoom, shift down and shift right as shares of the side: one character as another hand draws it.
WARPS = (
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
class TestTimeAugmentation(keras.layers.Layer):
    """The first `count` of a fixed list of small rotations, zooms and shifts of every image.

    Pixels are gathered and interpolated bilinearly, with zeros outside the image: the same on every backend.

    Args:
        count: how many versions of an image, 1 to 13; the first is the image itself.

    Call it with images `[N, H, W, C]`; it returns `[N, count, H, W, C]`.

    Example:
        >>> import numpy as np
        >>> TestTimeAugmentation(9)(np.zeros((2, 28, 28, 1), "float32")).shape == (2, 9, 28, 28, 1)
        True
    """

    __test__ = False  # pytest: no test class, whatever its name begins with

    def __init__(self, count, **kwargs):
        super().__init__(**kwargs)
        if int(count) != count or not 1 <= count <= len(WARPS):
            raise ValueError(f"tta_views={count!r} must be a whole number in 1 .. {len(WARPS)}.")
        self.count = int(count)

    def build(self, input_shape):
        if self.count > 1:
            _, height, width, _ = input_shape
            warps = [_bilinear(warp, height, width) for warp in WARPS[1 : self.count]]
            # [count - 1, 4, H * W]: the four source pixels of each pixel, and their weights
            self.sources, self.weights_of_sources = (np.stack(part) for part in zip(*warps, strict=True))
        self.built = True

    def call(self, images):
        if self.count == 1:
            return images[:, None]
        count, (_, height, width, channels) = self.count - 1, images.shape
        flat = ops.reshape(images, (-1, height * width, channels))
        pixels = ops.take(flat, self.sources.reshape(-1), axis=1)
        pixels = ops.reshape(pixels, (-1, count, 4, height * width, channels))
        weights = ops.cast(ops.convert_to_tensor(self.weights_of_sources), images.dtype)[..., None]
        warped = ops.reshape(ops.sum(pixels * weights, axis=2), (-1, count, height, width, channels))
        return ops.concatenate([images[:, None], warped], axis=1)

    def compute_output_shape(self, input_shape):
        return (input_shape[0], self.count, *input_shape[1:])

    def get_config(self):
        return {**super().get_config(), "count": self.count}


def _bilinear(warp, height, width):
    """Source pixels int32 `[4, H*W]` and their weights float32 `[4, H*W]`, 0 outside the image."""
    degrees, zoom, down, right = warp
    turn = np.deg2rad(degrees)
    rows, columns = np.meshgrid(np.arange(height), np.arange(width), indexing="ij")
    y, x = rows.ravel() - (height - 1) / 2, columns.ravel() - (width - 1) / 2
    source_y = (np.cos(turn) * y - np.sin(turn) * x) / zoom + (height - 1) / 2 + down * height
    source_x = (np.sin(turn) * y + np.cos(turn) * x) / zoom + (width - 1) / 2 + right * width
    top, left = np.floor(source_y).astype(int), np.floor(source_x).astype(int)
    sources, weights = [], []
    for r, weight_r in ((top, top + 1 - source_y), (top + 1, source_y - top)):
        for c, weight_c in ((left, left + 1 - source_x), (left + 1, source_x - left)):
            inside = (r >= 0) & (r < height) & (c >= 0) & (c < width)
            sources.append(np.where(inside, r * width + c, 0))
            weights.append(np.where(inside, weight_r * weight_c, 0))
    return np.array(sources, "int32"), np.array(weights, "float32")


__getattr__ = renamed(__name__, {"Views": "TestTimeAugmentation", "VIEWS": "WARPS"})
