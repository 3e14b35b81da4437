"""Photographs to embeddings: what a frozen network sees in the middle, and the colours."""

import keras

from pnzoo.layers.few_shot.central_pooling import CentralPooling
from pnzoo.layers.few_shot.color_histogram import ColorHistogram
from pnzoo.models.backbones.backbone import Backbone
from pnzoo.models.backbones.efficientnet_lite import EfficientNetLite


@keras.saving.register_keras_serializable("pnzoo")
class PhotographBackbone(Backbone):
    """An `EfficientNetLite` whose places are pooled (`layers.CentralPooling`), beside a `layers.ColorHistogram`.

    Args:
        width, depth, stem_filters, head_filters: of the `EfficientNetLite`.
        color_bins: bins of each of two colours; 0 leaves colours out.
        image_size: height and width of the photographs, in pixels.

    Takes images `[N, H, W, 3]`, RGB from 0 to 1; an embedding is the features and the histogram, one after the other,
    as long as `blocks` says.

    Example:
        >>> small = {"width": 0.1, "depth": 0.3, "stem_filters": 8, "head_filters": 16}
        >>> tiny = PhotographBackbone(**small, color_bins=4, image_size=64)
        >>> tiny.output_shape, tiny.blocks
        ((None, 32), [16, 16])
    """

    def __init__(
        self,
        width=1.0,
        depth=1.0,
        stem_filters=32,
        head_filters=1280,
        color_bins=24,
        image_size=224,
        dtype=None,
        name="backbone",
        **kwargs,
    ):
        images = keras.Input((image_size, image_size, 3), name="images")
        own = {"width": width, "depth": depth, "stem_filters": stem_filters, "head_filters": head_filters}
        with keras.name_scope(name):
            network = EfficientNetLite(**own, image_size=image_size, dtype=dtype)
            parts = [CentralPooling(dtype=dtype, name="central_pooling")(network(images)["map"])]
            if color_bins:
                parts.append(ColorHistogram(color_bins, name="color_histogram")(images))
            x = keras.layers.Concatenate(dtype=dtype, name="concatenate")(parts) if len(parts) > 1 else parts[0]
        super().__init__(images, x, image_size, dtype=dtype, name=name, **kwargs)
        self.own_config = {**own, "color_bins": color_bins}
        self.blocks = [head_filters] + [color_bins**2] * bool(color_bins)

    def get_config(self):
        return {**super().get_config(), **self.own_config}
