"""The attention of Matching Networks: labels of the support set, averaged by similarity."""

import math

import keras
from keras import ops

from pnzoo.core.deprecation import renamed, renamed_arguments, renamed_method
from pnzoo.layers.few_shot.episode_layer import EpisodeLayer
from pnzoo.layers.few_shot.masks import mask_of
from pnzoo.layers.few_shot.normalize import normalize

SIMILARITIES = ("cosine", "plain_cosine", "dot", "euclidean")
MASKED_LOGIT = -1e9  # finite, so that no gradient turns into NaN


@keras.saving.register_keras_serializable("pnzoo")
class MatchingAttention(EpisodeLayer):
    """y = sum_i a(x, x_i) y_i with a = softmax over the support set of a similarity, as log-probabilities.

    The paper's softmax over plain cosines is nearly flat: with 20 classes it gives the right one at most 0.28, and
    training stalls. The default therefore multiplies the cosine by a learned scale.

    Everything is computed in float32, whatever the dtype policy: similarities and their exponentials are small.

    Args:
        similarity: `"cosine"` (times a learned scale), `"plain_cosine"` (the paper's), `"dot"`, or `"euclidean"`
            (minus the squared distance).
        scale: the scale's initial value: 10 for `"cosine"`, else 1, unless given.
        learn_scale: whether it is learned; only for `"cosine"`, unless given.

    Example:
        >>> import numpy as np
        >>> layer = MatchingAttention()
        >>> support = np.eye(2, dtype="float32")[None]      # [B=1, S=2, D=2]
        >>> labels = np.eye(2, dtype="float32")[None]       # [B=1, S=2, W=2]
        >>> log_p = layer((support, labels, support))       # the queries are the support embeddings themselves
        >>> np.exp(np.array(log_p)).argmax(-1).tolist()
        [[0, 1]]

    Reference: Vinyals et al. 2016, equations 1 and 2.
    """

    @renamed_arguments(kernel="similarity")
    def __init__(self, similarity="cosine", scale=None, learn_scale=None, **kwargs):
        super().__init__(autocast=False, **kwargs)
        if similarity not in SIMILARITIES:
            raise ValueError(f"similarity={similarity!r} is not one of {', '.join(map(repr, SIMILARITIES))}.")
        self.similarity_name = similarity
        self.initial_scale = float(scale if scale is not None else 10.0 if similarity == "cosine" else 1.0)
        if not self.initial_scale > 0:
            raise ValueError(f"scale={scale!r} must be positive; try 10.")
        self.learn_scale = bool(similarity == "cosine" if learn_scale is None else learn_scale)

    def build(self, input_shape):
        if self.learn_scale:
            start = keras.initializers.Constant(math.log(self.initial_scale))
            self.log_scale = self.add_weight(
                name="log_scale", shape=(), initializer=start, dtype="float32", autocast=False
            )
        self.built = True

    @property
    def scale(self):
        """The factor on the similarity, as it is now."""
        return ops.exp(self.log_scale) if self.learn_scale else self.initial_scale

    def similarity(self, query, support):
        """Similarity of every query with every support embedding, without the scale.

        Args:
            query: float `[B, Q, D]`.
            support: float `[B, S, D]`.

        Returns:
            float32 `[B, Q, S]`.
        """
        query, support = ops.cast(query, "float32"), ops.cast(support, "float32")
        if self.similarity_name in ("cosine", "plain_cosine"):
            query, support = normalize(query), normalize(support)
        products = ops.einsum("bqd,bsd->bqs", query, support)
        if self.similarity_name == "euclidean":
            lengths = ops.expand_dims(ops.sum(query**2, -1), 2) + ops.expand_dims(ops.sum(support**2, -1), 1)
            products = 2 * products - lengths
        return products

    def logits(self, query, support):
        """What the softmax takes: the similarity times the scale, float32 `[B, Q, S]`; arguments as `similarity`."""
        return self.scale * self.similarity(query, support)

    def log_attention(self, query, support, mask=None):
        """log a(x, x_i).

        Args:
            query: float `[B, Q, D]`.
            support: float `[B, S, D]`.
            mask: bool `[B, S]`, False at padding, or None.

        Returns:
            float32 `[B, Q, S]`; the exponentials of a row sum to 1.
        """
        logits = self.logits(query, support)
        if mask is not None:
            logits = ops.where(ops.cast(mask, "bool")[:, None, :], logits, MASKED_LOGIT)
        return ops.log_softmax(logits, axis=-1)

    def call(self, inputs, mask=None):
        """Class log-probabilities.

        Args:
            inputs: `(support, labels, query)` or `(support, labels, query, mask)`: float `[B, S, D]`, one-hot
                `[B, S, W]`, float `[B, Q, D]`, bool `[B, S]`.
            mask: Keras' masks of the inputs; that of `support` counts where no mask is among the inputs.

        Returns:
            float32 `[B, Q, W]`.
        """
        support, labels, query, *given = inputs
        log_a = self.log_attention(query, support, given[0] if given else mask_of(mask, 0))
        # log of the summed attention of a class, without leaving logarithms: no class ever underflows to log 0
        labels = ops.cast(labels, "float32")
        log_y = ops.where(labels > 0, ops.log(ops.maximum(labels, 1e-30)), MASKED_LOGIT)
        return ops.logsumexp(ops.expand_dims(log_a, 3) + ops.expand_dims(log_y, 1), axis=2)

    def compute_output_spec(self, inputs, mask=None):
        shape = self.compute_output_shape([x.shape for x in inputs])
        return keras.KerasTensor(shape, "float32")

    def get_config(self):
        config = super().get_config()
        return {
            **config,
            "similarity": self.similarity_name,
            "scale": self.initial_scale,
            "learn_scale": self.learn_scale,
        }

    alike = renamed_method("alike", "similarity")


__getattr__ = renamed(
    __name__,
    {"FAR": "MASKED_LOGIT", "KERNELS": "SIMILARITIES", "unit": "pnzoo.layers.few_shot.normalize:normalize"},
)
