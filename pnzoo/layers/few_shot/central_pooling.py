"""One vector from a grid of places, which looks at the middle and at what stands out."""

import keras
import numpy as np
from keras import ops


@keras.saving.register_keras_serializable("pnzoo")
class CentralPooling(keras.layers.Layer):
    """The weighted mean of a grid's features: people hold what they photograph in the middle.

    A place counts by a Gaussian of its distance from the centre times the length of its features, which is small where
    the network sees nothing that it knows, such as a wall or a table. No weights.

    Args:
        width: of the Gaussian exp(-r^2 / width), with r 1 at the middle of a side.

    Takes features `[N, H, W, C]` and returns `[N, C]`.

    Example:
        >>> features = np.zeros((1, 7, 7, 2), "float32")
        >>> features[0, 3, 3, 0] = features[0, 0, 0, 1] = 1        # the same thing in the middle and in a corner
        >>> middle, corner = np.array(CentralPooling()(features))[0]
        >>> bool(middle > 5 * corner)
        True
    """

    def __init__(self, width=0.8, **kwargs):
        super().__init__(**kwargs)
        self.width = float(width)

    def call(self, features):
        _, height, width, channels = features.shape
        features = ops.reshape(features, (-1, height * width, channels))
        y, x = np.meshgrid(np.linspace(-1, 1, height), np.linspace(-1, 1, width), indexing="ij")
        central = np.exp(-(y**2 + x**2) / self.width).astype("float32").reshape(-1)
        lengths = ops.sqrt(ops.sum(ops.square(ops.cast(features, "float32")), -1) + 1e-12)
        weights = lengths * ops.convert_to_tensor(central)
        weights = ops.cast(weights / ops.sum(weights, -1, keepdims=True), features.dtype)
        return ops.sum(weights[..., None] * features, 1)

    def build(self, input_shape):
        self.built = True

    def compute_output_shape(self, input_shape):
        return (input_shape[0], input_shape[-1])

    def get_config(self):
        return {**super().get_config(), "width": self.width}
