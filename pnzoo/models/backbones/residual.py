"""Residual backbones: one that ends in a vector, and one that keeps the image's layout."""

import keras

from pnzoo.core.deprecation import renamed_arguments
from pnzoo.models.backbones.backbone import Backbone, conv_norm, flatten, max_pool, relu


@keras.saving.register_keras_serializable("pnzoo")
class ResidualBackbone(Backbone):
    """One residual block a stage, a max-pool after each, one embedding at the end.

    Args:
        filters: of the stages; each halves the image's side.
        embedding_dim: length of the embedding: a last 3x3 convolution without padding, then the mean over what is left.
        stem: begin with a 5x5 convolution of stride 2, so that no block works at full size: twice as fast. Sides go
            28-14-7-3 with three stages and no stem, or with a stem and two pools.
        image_size: height and width of the images, in pixels.
        image_channels: 1 for characters, 3 for photographs.

    Example:
        >>> ResidualBackbone(filters=[4, 6, 8], embedding_dim=12).output_shape
        (None, 12)

    Reference: He et al. 2016, for the blocks.
    """

    @renamed_arguments(widths="filters", code="embedding_dim")
    def __init__(
        self,
        filters=(48, 96, 160),
        embedding_dim=256,
        stem=False,
        image_size=28,
        image_channels=1,
        dtype=None,
        name="backbone",
        **kwargs,
    ):
        images = keras.Input((image_size, image_size, image_channels), name="images")
        with keras.name_scope(name):
            x = _trunk(images, filters, stem, dtype)
            x = conv_norm(x, embedding_dim, 3, "head", dtype, padding="valid")
            x = keras.layers.GlobalAveragePooling2D("channels_last", dtype=dtype, name="mean")(x)
        super().__init__(images, x, image_size, dtype=dtype, name=name, **kwargs)
        self.filters, self.stem = tuple(filters), bool(stem)

    def get_config(self):
        own = {"filters": list(self.filters), "embedding_dim": self.embedding_dim, "stem": self.stem}
        return {**super().get_config(), **own, "image_channels": self.image_channels}


@keras.saving.register_keras_serializable("pnzoo")
class LocalBackbone(Backbone):
    """The first stages of `ResidualBackbone`, which keep the image's layout: a key and a value for each location.

    For the similarity `"aligned"`, see `layers.AlignedAttention`. A 28x28 image becomes a grid of 7x7 locations, and an
    embedding is the grid's channels, location after location.

    Args:
        filters: of the two stages.
        channels: of a location: keys and values, half each.
        image_size: height and width of the images, in pixels.

    Example:
        >>> LocalBackbone(filters=[4, 6], channels=4).output_shape
        (None, 196)
    """

    @renamed_arguments(widths="filters")
    def __init__(self, filters=(64, 128), channels=64, image_size=28, dtype=None, name="backbone", **kwargs):
        if len(filters) != 2:
            raise ValueError(f"filters={filters!r} must name the channels of two stages.")
        images = keras.Input((image_size, image_size, 1), name="images")
        with keras.name_scope(name):
            x = _trunk(images, filters, True, dtype)
            x = conv_norm(x, channels, 1, "head", dtype)
            embeddings = flatten(x, dtype)
        super().__init__(images, embeddings, image_size, dtype=dtype, name=name, **kwargs)
        self.filters, self.channels, self.grid_size = tuple(filters), channels, x.shape[1]

    def get_config(self):
        return {**super().get_config(), "filters": list(self.filters), "channels": self.channels}


def _trunk(x, filters, stem, dtype):
    """Stem and blocks, with a max-pool after each block; the stem takes the place of the last pool."""
    if stem:
        x = relu(conv_norm(x, filters[0], 5, "stem", dtype, strides=2), "stem", dtype)
    for stage, width in enumerate(filters, 1):
        x = _residual_block(x, width, f"block{stage}", dtype)
        if not (stem and stage == len(filters)):
            x = max_pool(x, f"block{stage}", dtype)
    return x


def _residual_block(x, filters, name, dtype):
    """Two 3x3 convolutions with normalisation, plus the input through a 1x1 convolution."""
    shortcut = keras.layers.Conv2D(
        filters,
        1,
        use_bias=False,
        kernel_initializer="he_normal",
        data_format="channels_last",
        dtype=dtype,
        name=f"{name}_shortcut",
    )(x)
    x = relu(conv_norm(x, filters, 3, f"{name}_first", dtype), f"{name}_first", dtype)
    x = conv_norm(x, filters, 3, f"{name}_second", dtype)
    x = keras.layers.Add(dtype=dtype, name=f"{name}_add")([x, shortcut])
    return relu(x, name, dtype)
