"""Which colours an image has, whatever the light."""

import keras
import numpy as np
from keras import ops

REACH = (0.8, 1.2)  # of the two opponent colours; what lies beyond counts as the outermost bin


@keras.saving.register_keras_serializable("pnzoo")
class ColorHistogram(keras.layers.Layer):
    """A smooth histogram of two opponent colours, red against green and yellow against blue, each divided by the light.

    A network trained to name things learns to look past colour; what tells one apple from another is often just that.
    Pixels near the centre count more, and every pixel counts in several bins, by a Gaussian, so that a little more
    light or another camera moves the histogram little. No weights.

    Args:
        bins: bins of each colour, so that an image has `bins ** 2` numbers.
        width: standard deviation of the Gaussian, in bins.
        size: height and width in pixels to which an image is averaged first, at most.

    Takes images `[N, H, W, 3]`, 0 to 1, and returns the square roots of the shares, float32 `[N, bins ** 2]`, of
    unit length: the inner product of two is the Bhattacharyya coefficient of the histograms.

    Example:
        >>> red, blue = np.zeros((2, 1, 32, 32, 3), "float32")
        >>> red[..., 0], blue[..., 2] = 0.8, 0.8
        >>> (red_1, red_2, blue_1) = (ColorHistogram()(x)[0] for x in (red, red / 2, blue))
        >>> bool(ops.sum(red_1 * red_2) > 0.7), bool(ops.sum(red_1 * blue_1) < 0.01)
        (True, True)
    """

    def __init__(self, bins=24, width=0.7, size=64, **kwargs):
        super().__init__(**{"dtype": "float32", **kwargs})
        self.bins, self.width, self.size = bins, width, size

    def call(self, images):
        images = self._shrink(ops.cast(images, "float32"))
        height, width = images.shape[1:3]
        red, green, blue = (images[..., i] for i in range(3))
        light = red + green + blue + 0.1  # not black's colour, which is noise
        colors = (red - green) / light, (red + green - 2 * blue) / light
        first, second = (self._bins(color, reach) for color, reach in zip(colors, REACH, strict=True))
        weights = ops.convert_to_tensor(_central(height, width))
        first = ops.reshape(first, (-1, height * width, self.bins)) * weights[:, None]
        second = ops.reshape(second, (-1, height * width, self.bins))
        shares = ops.matmul(ops.transpose(first, (0, 2, 1)), second)
        shares = ops.reshape(shares, (-1, self.bins**2))
        return ops.sqrt(ops.maximum(shares, 1e-12) / (ops.sum(shares, -1, keepdims=True) + 1e-9))

    def _shrink(self, images):
        factor = max(1, min(images.shape[1:3]) // self.size)
        if factor == 1:
            return images
        return ops.average_pool(images, factor, strides=factor, data_format="channels_last")

    def _bins(self, color, reach):
        """How much each pixel counts in each bin, `[N, H, W, bins]`; sums to 1."""
        place = (color / reach + 1) / 2 * self.bins - 0.5
        place = ops.clip(place, 0, self.bins - 1)
        distance = place[..., None] - ops.arange(self.bins, dtype="float32")
        counts = ops.exp(-0.5 * (distance / self.width) ** 2)
        return counts / ops.sum(counts, -1, keepdims=True)

    def build(self, input_shape):
        self.built = True

    def compute_output_shape(self, input_shape):
        return (input_shape[0], self.bins**2)

    def get_config(self):
        return {**super().get_config(), "bins": self.bins, "width": self.width, "size": self.size}


def _central(height, width):
    """How much each pixel counts, float32 `[H * W]`, sums to 1: a Gaussian about the centre."""
    y, x = np.meshgrid(np.linspace(-1, 1, height), np.linspace(-1, 1, width), indexing="ij")
    weights = np.exp(-(x**2 + y**2) / 0.8)
    return (weights / weights.sum()).astype("float32").reshape(-1)
