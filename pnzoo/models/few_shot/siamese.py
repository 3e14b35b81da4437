"""A convolutional Siamese network, the baseline that compares one pair of images at a time."""

import keras
from keras import layers, ops

from pnzoo.layers.few_shot.matching_attention import FAR
from pnzoo.models.backbones.convolutional import make_encoder
from pnzoo.models.few_shot.episode_model import EpisodeModel


@keras.saving.register_keras_serializable("pnzoo")
class SiameseNetwork(EpisodeModel):
    """Same or different? p(x1, x2) = sigmoid(bias + sum_j alpha_j |h1_j - h2_j|) with h = sigmoid(codes).

    It is trained on pairs, and labels a query like the support image that it matches best; an episode's label set
    plays no part in training, which is what Matching Networks changed.

    Args:
        encoder: `"conv4"` or `"residual"`.
        encoder_options: dict of the encoder's arguments.
        image_size: height and width of the images, in pixels.

    Call it like `MatchingNetwork`; it returns log-probabilities float32 `[B, Q, W]`, a softmax over the classes of
    the best pair's logit.

    Reference: Koch, Zemel and Salakhutdinov 2015, section 3.
    """

    def __init__(self, encoder="conv4", encoder_options=None, image_size=28, **kwargs):
        super().__init__(**kwargs)
        self.settings = {
            "encoder": encoder,
            "encoder_options": dict(encoder_options or {}),
            "image_size": image_size,
        }
        self.encoder = make_encoder(encoder, encoder_options, self.dtype_policy)
        self.code_length = self.encoder.compute_output_shape((None, image_size, image_size, 1))[-1]
        self.compare = layers.Dense(1, name="compare", dtype="float32")

    def build(self, input_shape=None):
        size = self.settings["image_size"]
        self.encoder.build((None, size, size, 1))
        self.compare.build((None, None, None, self.code_length))
        self.built = True

    def encode(self, images, training=False):
        """Codes h of images `[N, H, W, 1]`, `[N, D]` between 0 and 1."""
        return ops.sigmoid(self.encoder(images, training=training))

    def pair_logits(self, support, query):
        """Logit that two images show one character.

        Args:
            support: codes `[B, S, D]`.
            query: codes `[B, Q, D]`.

        Returns:
            float32 `[B, Q, S]`.
        """
        support, query = ops.cast(support, "float32"), ops.cast(query, "float32")
        return self.compare(ops.abs(query[:, :, None, :] - support[:, None, :, :]))[..., 0]

    def class_scores(self, support, labels, query, mask=None):
        """The best pair's logit of every class, float32 `[B, Q, W]`."""
        logits = self.pair_logits(support, query)[:, :, :, None]
        taken = labels if mask is None else labels * ops.cast(mask, labels.dtype)[:, :, None]
        return ops.max(ops.where(ops.cast(taken, "bool")[:, None], logits, FAR), axis=2)

    def match(self, support, labels, query, mask=None):
        """Log-probabilities from codes, see `MatchingNetwork.match`."""
        return ops.log_softmax(self.class_scores(support, labels, query, mask), axis=-1)

    def attend(self, support, query, mask=None):
        """A softmax over the pairs' logits, so that it can be read like an attention: float32 `[B, Q, S]`."""
        logits = self.pair_logits(support, query)
        if mask is not None:
            logits = ops.where(ops.cast(mask, "bool")[:, None, :], logits, FAR)
        return ops.softmax(logits, axis=-1)

    def similarity(self, support, query):
        """How alike, 0 to 1: the probability that a pair shows one character, `[B, Q, S]`."""
        return ops.sigmoid(self.pair_logits(support, query))
