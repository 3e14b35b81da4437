"""What models over terrain see in a picture: features of every cell."""

import math

import keras

from pnzoo.core.model import part_policy
from pnzoo.layers.planning.upsample_to import UpsampleTo

FLAT = math.sqrt(0.5)  # brightness of flat ground under a sun that stands 45 degrees high


def halvings(cell, filters):
    """Check the widths of an encoder: tuple of ints, one for each halving of the picture down to one pixel a cell.

    Raises:
        ValueError: too many or too few, or a cell that is no power of 2.
    """
    filters = tuple(int(width) for width in filters)
    count = int(math.log2(cell))
    if 2**count != cell or len(filters) != max(1, count):
        raise ValueError(
            f"an encoder of cells of {cell} pixels halves the picture {count} times, so it takes "
            f"{max(1, count)} filters; got {list(filters)}."
        )
    return filters


class LayersByName:
    """Makes layers by name under one dtype policy, each once: who asks again for a name gets the same layer."""

    def __init__(self, policy):
        self.policy, self.layers = policy, {}

    def __call__(self, layer, name, *args, sums=False, **kwargs):
        if name not in self.layers:
            self.layers[name] = layer(*args, dtype=part_policy(self.policy, name, sums), name=name, **kwargs)
        return self.layers[name]

    def conv(self, x, name, width, size=3, strides=1, dilation=1, activation=True, padding="same"):
        """Convolution, batch normalization, ReLU."""
        x = self(
            keras.layers.Conv2D, name, width, size, strides=strides, padding=padding, dilation_rate=dilation,
            use_bias=False, data_format="channels_last", kernel_initializer="he_normal",
        )(x)  # fmt: skip
        x = self(keras.layers.BatchNormalization, f"{name}_norm", momentum=0.98, epsilon=1e-3)(x)
        return self(keras.layers.ReLU, f"{name}_relu")(x) if activation else x

    def residual(self, x, name, width, dilation=1):
        """x + two convolutions."""
        y = self.conv(x, f"{name}_a", width, dilation=dilation)
        y = self.conv(y, f"{name}_b", width, activation=False)
        return self(keras.layers.ReLU, f"{name}_relu")(self(keras.layers.Add, f"{name}_add")([x, y]))


def cell_features(graph, picture, filters, cell):
    """Features of every cell and of the ground beside it: [B, H cell, W cell, C] -> [B, H, W, F]."""
    x = graph(keras.layers.Rescaling, "contrast", 8.0, -8.0 * FLAT)(picture)
    for i, width in enumerate(filters):
        x = graph.conv(x, f"stage_{i}", width, 5 if i == 0 else 3, 1 if cell == 1 else 2)
    return graph.residual(x, "near", filters[-1])


def lone_features(graph, picture, filters, cell):
    """Features of every cell alone, of whose neighbours nothing is seen: [B, H cell, W cell, C] -> [B, H, W, F]."""
    x = graph(keras.layers.Rescaling, "contrast", 4.0, -2.0)(picture)
    for i, width in enumerate(filters):
        step = 1 if cell == 1 else 2
        x = graph.conv(x, f"stage_{i}", width, step, step, padding="valid")
    return graph.conv(x, "cells", filters[-1], 1)


def with_surroundings(graph, x, width):
    """The same with a wider view, at half the resolution of the cells: whole craters. [B, H, W, ?] -> [B, H, W, F]."""
    y = graph.conv(x, "far_in", width, strides=2)
    y = graph.residual(y, "far_1", width)
    y = graph.residual(y, "far_2", width, dilation=2)
    y = graph(UpsampleTo, "far")(y, x)
    x = graph.conv(graph(keras.layers.Concatenate, "both")([x, y]), "joined", width, 1)
    return graph.residual(x, "cells", width)
