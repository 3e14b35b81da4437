"""EfficientNet-Lite: photographs to features, a grid of places and their mean."""

import math

import keras

from pnzoo.core.model import ZooModel, as_policy
from pnzoo.core.schema import Float, Int

# width and depth coefficient, and the side in pixels of the photographs that it was trained on
VARIANTS = {"lite0": (1.0, 1.0, 224), "lite1": (1.0, 1.1, 240), "lite2": (1.1, 1.2, 260)}
# repeats, kernel size, strides, expansion, filters: the stages of EfficientNet-B0
STAGES = (
    (1, 3, 1, 1, 16),
    (2, 3, 2, 6, 24),
    (2, 5, 2, 6, 40),
    (3, 3, 2, 6, 80),
    (3, 5, 1, 6, 112),
    (4, 5, 2, 6, 192),
    (1, 3, 1, 6, 320),
)


def efficientnet_lite(variant="lite0", **options):
    """An `EfficientNetLite` by the name of its size, with random weights.

    Args:
        variant: `"lite0"`, `"lite1"` or `"lite2"`.
        options: other arguments of `EfficientNetLite`, such as `name`.

    Raises:
        ValueError: no such variant.

    Example:
        >>> efficientnet_lite("lite0").count_params()
        3350000
    """
    if variant not in VARIANTS:
        raise ValueError(f"variant={variant!r} is not one of {', '.join(map(repr, VARIANTS))}.")
    width, depth, size = VARIANTS[variant]
    return EfficientNetLite(**{"width": width, "depth": depth, "image_size": size, **options})


@keras.saving.register_keras_serializable("pnzoo")
class EfficientNetLite(ZooModel, keras.Model):
    """EfficientNet without squeeze-and-excitation and with ReLU6, for processors without a GPU.

    Batch normalisation is folded into the convolutions, which then have a bias: the network is made for inference from
    converted weights (`python -m train.photos.convert`), where that is the same function and a third faster.

    Args:
        width: coefficient of the filters of all stages; they are rounded to multiples of 8.
        depth: coefficient of the blocks of all stages but the first and the last; rounded up.
        stem_filters: of the first convolution.
        head_filters: of the last one, the channels of the features.
        image_size: side in pixels of the photographs that it was trained on; it takes any other too.

    Call args:
        images: float `[B, H, W, 3]`, RGB, 0 to 1.

    Returns:
        dict of `map` `[B, ceil(H / 32), ceil(W / 32), head_filters]`, features of places, and `pooled`
        `[B, head_filters]`, their mean.

    Example:
        >>> import numpy as np
        >>> tiny = EfficientNetLite(width=0.1, depth=0.3, stem_filters=8, head_filters=16)
        >>> features = tiny(np.zeros((2, 64, 96, 3), "float32"))
        >>> tuple(features["map"].shape), tuple(features["pooled"].shape)
        ((2, 2, 3, 16), (2, 16))

    Reference: Tan and Le 2019, EfficientNet; the Lite variants are those of the TensorFlow TPU repository.
    """

    CONFIG_SCHEMA = {
        "width": Float(0.05, 4),
        "depth": Float(0.05, 4),
        "stem_filters": Int(1, 1024),
        "head_filters": Int(1, 4096),
        "image_size": Int(32, 1024),
    }

    image_channels = 3  # photographs, not characters

    def __init__(
        self,
        width=1.0,
        depth=1.0,
        stem_filters=32,
        head_filters=1280,
        image_size=224,
        dtype=None,
        name="efficientnet_lite",
        trainable=True,
    ):
        policy = as_policy(dtype)
        images = keras.Input((None, None, 3), name="images")
        conv = _Convolution(policy)
        x = keras.layers.Rescaling(255 / 128, offset=-127 / 128, dtype=policy, name="scale")(images)
        x = conv(x, "stem", stem_filters, 3, strides=2)
        for block in blocks(width, depth):
            x = _block(conv, x, *block)
        places = conv(x, "head", head_filters, 1)
        pooled = keras.layers.GlobalAveragePooling2D("channels_last", dtype=policy, name="pool")(places)
        super().__init__(images, {"map": places, "pooled": pooled}, name=name)
        self._configure(
            policy,
            width=float(width),
            depth=float(depth),
            stem_filters=int(stem_filters),
            head_filters=int(head_filters),
            image_size=int(image_size),
        )
        if not trainable:
            self.trainable = False

    @property
    def embedding_dim(self):
        """Length of `pooled`."""
        return self.head_filters

    def embed(self, images):
        """The features `pooled` of photographs, `[B, head_filters]`; images as for a call."""
        return self(images)["pooled"]

    def compute_output_shape(self, input_shape):
        batch, height, width, _ = input_shape
        height, width = (side if side is None else -(-side // 32) for side in (height, width))
        return {"map": (batch, height, width, self.head_filters), "pooled": (batch, self.head_filters)}


def blocks(width, depth):
    """(name, kernel size, strides, expansion, filters) of every block."""
    number = 0
    for stage, (repeats, kernel_size, strides, expansion, filters) in enumerate(STAGES):
        inner = 0 < stage < len(STAGES) - 1
        for i in range(math.ceil(repeats * depth) if inner else repeats):
            yield f"block{number}", kernel_size, strides if i == 0 else 1, expansion, round_filters(filters, width)
            number += 1


def round_filters(filters, width):
    """The multiple of 8 nearest to `filters * width`, at least 8 and not more than a tenth below it.

    Example:
        >>> round_filters(16, 1.1), round_filters(24, 1.1), round_filters(320, 1.1)
        (16, 24, 352)
    """
    wanted = filters * width
    rounded = max(8, int(wanted + 4) // 8 * 8)
    return rounded + 8 if rounded < 0.9 * wanted else rounded


class _Convolution:
    """Makes convolutions, each followed by a ReLU6 unless `linear`, under one dtype policy."""

    def __init__(self, policy):
        self.policy = policy

    def __call__(self, x, name, filters, kernel_size, strides=1, linear=False):
        options = {"kernel_initializer": "he_normal", "name": f"{name}_conv"}
        x = self._layer(keras.layers.Conv2D, filters, kernel_size, strides=strides, **options)(x)
        return x if linear else self._relu6(x, name)

    def depthwise(self, x, name, kernel_size, strides):
        options = {"depthwise_initializer": "he_normal", "name": f"{name}_conv"}
        x = self._layer(keras.layers.DepthwiseConv2D, kernel_size, strides=strides, **options)(x)
        return self._relu6(x, name)

    def _layer(self, cls, *args, **options):
        return cls(*args, padding="same", data_format="channels_last", dtype=self.policy, **options)

    def _relu6(self, x, name):
        return keras.layers.ReLU(6.0, dtype=self.policy, name=f"{name}_relu")(x)


def _block(conv, x, name, kernel_size, strides, expansion, filters):
    """An inverted residual: widen, look around, narrow, and add what came in where the shapes allow it."""
    inputs, channels = x, x.shape[-1]
    if expansion != 1:
        x = conv(x, f"{name}_expand", channels * expansion, 1)
    x = conv.depthwise(x, f"{name}_depthwise", kernel_size, strides)
    x = conv(x, f"{name}_project", filters, 1, linear=True)
    if strides == 1 and channels == filters:
        x = keras.layers.Add(dtype=conv.policy, name=f"{name}_add")([x, inputs])
    return x
