"""The backbone of the Matching Networks paper."""

import keras

from pnzoo.core.deprecation import renamed_arguments
from pnzoo.models.backbones.backbone import Backbone, conv_norm, flatten, max_pool, relu


@keras.saving.register_keras_serializable("pnzoo")
class Conv4Backbone(Backbone):
    """Four times: 3x3 convolution, batch normalisation, ReLU, 2x2 max-pool.

    A 28x28 image shrinks 28-14-7-3-1 with `"valid"` pooling, which is how 28/16 ends at 1x1x64; `"same"` pooling
    goes 28-14-7-4-2 and gives an embedding of 4 x 64.

    Args:
        filters: of every convolution.
        pool_padding: padding of the pooling, `"valid"` or `"same"`.
        image_size: height and width of the images, in pixels.
        image_channels: 1 for characters, 3 for photographs.

    Example:
        >>> Conv4Backbone(filters=8).output_shape
        (None, 8)

    Reference: Vinyals et al. 2016, section 4.1.1.
    """

    @renamed_arguments(pool="pool_padding")
    def __init__(
        self,
        filters=64,
        pool_padding="valid",
        image_size=28,
        image_channels=1,
        dtype=None,
        name="backbone",
        **kwargs,
    ):
        images = keras.Input((image_size, image_size, image_channels), name="images")
        x = images
        with keras.name_scope(name):
            for block in ("block1", "block2", "block3", "block4"):
                x = relu(conv_norm(x, filters, 3, block, dtype), block, dtype)
                x = max_pool(x, block, dtype, pool_padding)
            x = flatten(x, dtype)
        super().__init__(images, x, image_size, dtype=dtype, name=name, **kwargs)
        self.filters, self.pool_padding = filters, pool_padding

    def get_config(self):
        own = {"filters": self.filters, "pool_padding": self.pool_padding, "image_channels": self.image_channels}
        return {**super().get_config(), **own}
