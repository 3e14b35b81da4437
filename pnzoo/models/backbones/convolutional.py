"""Image encoders: 28x28 drawings to codes."""

import keras
from keras import layers, ops

from pnzoo.layers.few_shot.matching_attention import unit


@keras.saving.register_keras_serializable("pnzoo")
class Conv4Encoder(keras.layers.Layer):
    """The paper's encoder: four times conv 3x3, batch normalisation, ReLU, max-pool 2x2.

    A 28x28 image shrinks 28-14-7-3-1 with `"valid"` pooling, which is how 28/16 ends at 1x1x64; `"same"` pooling
    goes 28-14-7-4-2 and gives a code of 4 x 64.

    Args:
        filters: channels of every block.
        pool: padding of the pooling, `"valid"` or `"same"`.

    Reference: Vinyals et al. 2016, section 4.1.1.
    """

    def __init__(self, filters=64, pool="valid", **kwargs):
        super().__init__(**kwargs)
        self.filters, self.pool_padding = filters, pool
        self.convolutions = [_conv(filters, 3, self.dtype_policy) for _ in range(4)]
        self.norms = [_norm(self.dtype_policy) for _ in range(4)]
        self.pool = layers.MaxPooling2D(2, padding=pool, dtype=self.dtype_policy)

    def build(self, input_shape):
        channels = input_shape[-1]
        for convolution, norm in zip(self.convolutions, self.norms, strict=True):
            convolution.build((None, None, None, channels))
            norm.build((None, None, None, self.filters))
            channels = self.filters
        self.built = True

    def call(self, images, training=False):
        """Images `[N, H, W, 1]` to codes `[N, D]`."""
        x = images
        for convolution, norm in zip(self.convolutions, self.norms, strict=True):
            x = self.pool(ops.relu(norm(convolution(x), training=training)))
        return ops.reshape(x, (-1, x.shape[1] * x.shape[2] * x.shape[3]))

    def compute_output_shape(self, input_shape):
        height, width = input_shape[1:3]
        for _ in range(4):
            grow = 1 if self.pool_padding == "same" else 0
            height, width = (height + grow) // 2, (width + grow) // 2
        return (input_shape[0], height * width * self.filters)

    def get_config(self):
        return {**super().get_config(), "filters": self.filters, "pool": self.pool_padding}


@keras.saving.register_keras_serializable("pnzoo")
class ResidualEncoder(keras.layers.Layer):
    """A small residual encoder: one block of two 3x3 convolutions a stage, a max-pool after each, one code at the end.

    Args:
        widths: channels of the stages; each halves the image's side.
        code: length of the code: a last 3x3 convolution without padding, then the mean over what is left.
        stem: begin with a 5x5 convolution of stride 2, so that no block works at full size: twice as fast. Sides go
            28-14-7-3 with three stages and no stem, or with a stem and two pools.
    """

    def __init__(self, widths=(48, 96, 160), code=256, stem=False, **kwargs):
        super().__init__(**kwargs)
        self.widths, self.code, self.has_stem = tuple(widths), code, bool(stem)
        if self.has_stem:
            self.stem = _conv(self.widths[0], 5, self.dtype_policy, strides=2)
            self.stem_norm = _norm(self.dtype_policy)
        self.blocks = [ResidualBlock(width, dtype=self.dtype_policy) for width in self.widths]
        self.pool = layers.MaxPooling2D(2, dtype=self.dtype_policy)
        self.last = _conv(code, 3, self.dtype_policy, padding="valid")
        self.norm = _norm(self.dtype_policy)

    def build(self, input_shape):
        channels = input_shape[-1]
        if self.has_stem:
            self.stem.build((None, None, None, channels))
            channels = self.widths[0]
            self.stem_norm.build((None, None, None, channels))
        for block in self.blocks:
            block.build((None, None, None, channels))
            channels = block.filters
        self.last.build((None, None, None, channels))
        self.norm.build((None, None, None, self.code))
        self.built = True

    def call(self, images, training=False):
        """Images `[N, H, W, 1]` to codes `[N, code]`."""
        x = images
        if self.has_stem:
            x = ops.relu(self.stem_norm(self.stem(x), training=training))
        for i, block in enumerate(self.blocks):
            # the stem has halved the side once, so the last stage need not
            last = self.has_stem and i == len(self.blocks) - 1
            x = block(x, training=training) if last else self.pool(block(x, training=training))
        x = self.norm(self.last(x), training=training)
        return ops.mean(x, axis=(1, 2))

    def compute_output_shape(self, input_shape):
        return (input_shape[0], self.code)

    def get_config(self):
        return {**super().get_config(), "widths": list(self.widths), "code": self.code, "stem": self.has_stem}


@keras.saving.register_keras_serializable("pnzoo")
class LocalEncoder(keras.layers.Layer):
    """The first stages of `ResidualEncoder`, which keep the drawing's layout: a key and a value for each place.

    For the kernel `"aligned"`, see `layers.AlignedAttention`. A 28x28 image becomes 7x7 places.

    Args:
        widths: channels of the two stages.
        channels: of a place: keys and values, half each.
    """

    def __init__(self, widths=(64, 128), channels=64, **kwargs):
        super().__init__(**kwargs)
        self.widths, self.channels = tuple(widths), channels
        if len(self.widths) != 2:
            raise ValueError(f"widths={widths!r} must name the channels of two stages.")
        self.stem = _conv(self.widths[0], 5, self.dtype_policy, strides=2)
        self.stem_norm = _norm(self.dtype_policy)
        self.blocks = [ResidualBlock(width, dtype=self.dtype_policy) for width in self.widths]
        self.pool = layers.MaxPooling2D(2, dtype=self.dtype_policy)
        self.last = _conv(channels, 1, self.dtype_policy)
        self.norm = _norm(self.dtype_policy)

    def build(self, input_shape):
        self.stem.build((None, None, None, input_shape[-1]))
        self.stem_norm.build((None, None, None, self.widths[0]))
        channels = self.widths[0]
        for block in self.blocks:
            block.build((None, None, None, channels))
            channels = block.filters
        self.last.build((None, None, None, channels))
        self.norm.build((None, None, None, self.channels))
        self.built = True

    def call(self, images, training=False):
        """Images `[N, H, W, 1]` to codes `[N, places * channels]`, place after place."""
        x = ops.relu(self.stem_norm(self.stem(images), training=training))
        x = self.pool(self.blocks[0](x, training=training))
        x = self.norm(self.last(self.blocks[1](x, training=training)), training=training)
        return ops.reshape(x, (-1, x.shape[1] * x.shape[2] * x.shape[3]))

    def compute_output_shape(self, input_shape):
        height, width = ((side + 1) // 2 // 2 for side in input_shape[1:3])
        return (input_shape[0], height * width * self.channels)

    def get_config(self):
        return {**super().get_config(), "widths": list(self.widths), "channels": self.channels}


@keras.saving.register_keras_serializable("pnzoo")
class ResidualBlock(keras.layers.Layer):
    """Two 3x3 convolutions with normalisation, plus the input through a 1x1 convolution.

    Args:
        filters: channels.

    Reference: He et al. 2016.
    """

    def __init__(self, filters, **kwargs):
        super().__init__(**kwargs)
        self.filters = filters
        self.first, self.second = _conv(filters, 3, self.dtype_policy), _conv(filters, 3, self.dtype_policy)
        self.shortcut = _conv(filters, 1, self.dtype_policy)
        self.first_norm, self.second_norm = _norm(self.dtype_policy), _norm(self.dtype_policy)

    def build(self, input_shape):
        inner = (None, None, None, self.filters)
        self.first.build(input_shape)
        self.shortcut.build(input_shape)
        self.second.build(inner)
        self.first_norm.build(inner)
        self.second_norm.build(inner)
        self.built = True

    def call(self, images, training=False):
        """`[N, H, W, C]` to `[N, H, W, filters]`."""
        x = ops.relu(self.first_norm(self.first(images), training=training))
        x = self.second_norm(self.second(x), training=training)
        return ops.relu(x + self.shortcut(images))

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], self.filters)

    def get_config(self):
        return {**super().get_config(), "filters": self.filters}


@keras.saving.register_keras_serializable("pnzoo")
class JointEncoder(keras.layers.Layer):
    """Several encoders side by side: their codes, each brought to length 1, follow one another.

    The cosine of two joint codes is the mean of the members' cosines, so encoders that were trained apart, and err
    apart, correct each other. Where members need kernels of their own, `MatchingNetwork` takes a list of those.

    Args:
        members: list of dicts, each with `encoder` (a name) and that encoder's arguments.
    """

    def __init__(self, members, **kwargs):
        super().__init__(**kwargs)
        if not members:
            raise ValueError("members is empty. Give at least one, such as {'encoder': 'conv4'}.")
        self.settings = [dict(member) for member in members]
        self.members = []
        for i, member in enumerate(self.settings):
            options = {key: value for key, value in member.items() if key != "encoder"}
            self.members.append(make_encoder(member["encoder"], options, self.dtype_policy, name=f"member{i + 1}"))

    def build(self, input_shape):
        for member in self.members:
            member.build(input_shape)
        self.built = True

    def call(self, images, training=False):
        """Images `[N, H, W, 1]` to codes `[N, D]`, D the sum of the members' lengths."""
        codes = [unit(member(images, training=training)) for member in self.members]
        return ops.concatenate(codes, axis=-1) / len(codes) ** 0.5

    def compute_output_shape(self, input_shape):
        return (input_shape[0], sum(member.compute_output_shape(input_shape)[-1] for member in self.members))

    def get_config(self):
        return {**super().get_config(), "members": self.settings}


ENCODERS = {"conv4": Conv4Encoder, "residual": ResidualEncoder, "local": LocalEncoder, "joint": JointEncoder}


def make_encoder(kind, options=None, dtype=None, name="encoder"):
    """Build an encoder by name.

    Args:
        kind: `"conv4"`, `"residual"`, `"local"` or `"joint"`.
        options: dict of its arguments.
        dtype: dtype or dtype policy.
        name: of the layer.

    Returns:
        A Keras layer, images `[N, H, W, 1]` to codes `[N, D]`.

    Raises:
        ValueError: for an unknown name.
    """
    if kind not in ENCODERS:
        raise ValueError(f"encoder={kind!r} is not one of {', '.join(map(repr, ENCODERS))}.")
    return ENCODERS[kind](**(options or {}), dtype=dtype, name=name)


def _conv(filters, size, dtype, padding="same", strides=1):
    # batch normalisation follows and has a bias of its own
    return layers.Conv2D(
        filters, size, strides=strides, padding=padding, use_bias=False, kernel_initializer="he_normal", dtype=dtype
    )


def _norm(dtype):
    return layers.BatchNormalization(momentum=0.95, epsilon=1e-4, dtype=dtype)
