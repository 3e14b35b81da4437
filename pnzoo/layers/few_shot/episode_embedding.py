"""Embeddings of an episode's images, support and query in one batch."""

import keras
from keras import ops

from pnzoo.layers.few_shot.normalize import normalize
from pnzoo.layers.few_shot.test_time_augmentation import TestTimeAugmentation


@keras.saving.register_keras_serializable("pnzoo")
class EpisodeEmbedding(keras.layers.Layer):
    """Every image of an episode goes through the backbone once.

    While training, batch normalisation sees support and query together. Outside training, an embedding may be the mean
    over several fixed warps of the image, each scaled to length 1 (`TestTimeAugmentation`).

    Args:
        backbone: a Keras model, images `[N, H, W, 1]` to embeddings `[N, D]`.
        tta_views: versions of an image outside training, 1 for the image alone.
        activation: None, or the name of an activation of the embeddings.

    Call it with `[support [B, S, H, W, 1], query [B, Q, H, W, 1]]`; it returns `[[B, S, D], [B, Q, D]]`.

    Example:
        >>> import numpy as np
        >>> from pnzoo.models.backbones import make_backbone
        >>> layer = EpisodeEmbedding(make_backbone("conv4", {"filters": 8}))
        >>> images = np.zeros((1, 5, 28, 28, 1), "float32")
        >>> [part.shape == (1, n, 8) for part, n in zip(layer([images, images[:, :2]]), (5, 2))]
        [True, True]
    """

    def __init__(self, backbone, tta_views=1, activation=None, **kwargs):
        super().__init__(**kwargs)
        self.backbone = backbone
        self.augmentation = TestTimeAugmentation(tta_views, dtype=self.dtype_policy, name="augmentation")
        self.activation = keras.activations.get(activation)

    def build(self, input_shape):
        support, _ = input_shape
        self.augmentation.build((None, *support[2:]))
        self.built = True

    def call(self, inputs, training=False):
        support, query = inputs
        images = ops.concatenate([support, query], axis=1)
        batch, count, *image = ops.shape(images)
        embeddings = self.embed(ops.reshape(images, (batch * count, *image)), training)
        embeddings = ops.reshape(embeddings, (batch, count, embeddings.shape[-1]))
        shots = ops.shape(support)[1]
        # a number of support images that is fixed stays known, which an exported LSTM over them may need
        return [ops.reshape(embeddings[:, :shots], (batch, shots, embeddings.shape[-1])), embeddings[:, shots:]]

    def embed(self, images, training=False):
        """Embeddings of images `[N, H, W, 1]`, `[N, D]`."""
        if images.shape[0] == 0:  # a convolution of nothing fails on some backends
            return ops.zeros((0, self.backbone.output_shape[-1]), self.compute_dtype)
        if training or self.augmentation.count == 1:
            return self.activation(self.backbone(images, training=training))
        views, (_, *image) = self.augmentation.count, images.shape
        embeddings = self.backbone(ops.reshape(self.augmentation(images), (-1, *image)), training=False)
        embeddings = normalize(self.activation(embeddings))
        return ops.mean(ops.reshape(embeddings, (-1, views, embeddings.shape[-1])), axis=1)

    def compute_output_shape(self, input_shape):
        dim = self.backbone.output_shape[-1]
        return [(*shape[:2], dim) for shape in input_shape]

    def get_config(self):
        return {
            **super().get_config(),
            "backbone": keras.saving.serialize_keras_object(self.backbone),
            "tta_views": self.augmentation.count,
            "activation": keras.activations.serialize(self.activation),
        }

    @classmethod
    def from_config(cls, config):
        return cls(**{**config, "backbone": keras.saving.deserialize_keras_object(config["backbone"])})
