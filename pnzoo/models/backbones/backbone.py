"""What the image backbones share: a functional model from one image to one embedding."""

import keras


class Backbone(keras.Model):
    """A functional model, images `[N, H, W, 1]` (or 3, of photographs) to embeddings `[N, D]`.

    A subclass builds its graph with the layers below, hands it to this constructor and keeps its own arguments in
    `get_config`.

    Args:
        images: `keras.Input`.
        embeddings: output tensor of the graph.
        image_size: height and width of the images, in pixels.
        dtype: dtype or dtype policy of all layers.
        name: of the model.
    """

    def __init__(self, images, embeddings, image_size, dtype=None, **kwargs):
        super().__init__(inputs=images, outputs=embeddings, **kwargs)
        self.dtype_policy = keras.dtype_policies.get(dtype)
        self.image_size = image_size

    @property
    def embedding_dim(self):
        """Length of an embedding."""
        return self.output_shape[-1]

    @property
    def image_channels(self):
        """1 for characters, 3 for photographs."""
        return self.input_shape[-1]

    def get_config(self):
        policy = keras.saving.serialize_keras_object(self.dtype_policy)
        return {"name": self.name, "trainable": self.trainable, "dtype": policy, "image_size": self.image_size}

    @classmethod
    def from_config(cls, config):
        return cls(**config)


def conv_norm(x, filters, kernel_size, name, dtype, padding="same", strides=1):
    """A convolution `NAME_conv` and its batch normalisation `NAME_norm`."""
    x = keras.layers.Conv2D(
        filters,
        kernel_size,
        strides=strides,
        padding=padding,
        use_bias=False,  # batch normalisation has one
        kernel_initializer="he_normal",
        data_format="channels_last",
        dtype=dtype,
        name=f"{name}_conv",
    )(x)
    return keras.layers.BatchNormalization(momentum=0.95, epsilon=1e-4, dtype=dtype, name=f"{name}_norm")(x)


def relu(x, name, dtype):
    """A ReLU `NAME_relu`."""
    return keras.layers.ReLU(dtype=dtype, name=f"{name}_relu")(x)


def max_pool(x, name, dtype, padding="valid"):
    """A 2x2 max-pool `NAME_pool`."""
    return keras.layers.MaxPooling2D(2, padding=padding, data_format="channels_last", dtype=dtype, name=f"{name}_pool")(
        x
    )


def flatten(x, dtype):
    """`[N, H, W, C]` to `[N, H * W * C]`, location after location."""
    return keras.layers.Flatten(data_format="channels_last", dtype=dtype, name="flatten")(x)
