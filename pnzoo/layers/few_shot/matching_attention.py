"""The attention kernel of Matching Networks: labels of the support set, blended by similarity."""

import math

import keras
from keras import ops

KERNELS = ("cosine", "plain_cosine", "dot", "euclidean")
FAR = -1e9  # the logit of what takes no part: finite, so that no gradient turns into NaN


@keras.saving.register_keras_serializable("pnzoo")
class MatchingAttention(keras.layers.Layer):
    """y = sum_i a(x, x_i) y_i with a = softmax over the support set of a similarity, as log-probabilities.

    The paper's softmax over plain cosines is nearly flat: with 20 classes it gives the right one at most 0.28, and
    training stalls. The default therefore multiplies the cosine by a learned scale.

    All arithmetic here is float32, whatever the dtype policy: similarities and their exponentials are small.

    Args:
        kernel: `"cosine"` (times a learned scale), `"plain_cosine"` (the paper's), `"dot"`, or `"euclidean"` (minus
            the squared distance).
        scale: the scale's initial value: 10 for `"cosine"`, else 1, unless given.
        learn_scale: whether it is learned; only for `"cosine"`, unless given.

    Example:
        >>> import numpy as np
        >>> layer = MatchingAttention()
        >>> support = np.eye(2, dtype="float32")[None]      # [B=1, S=2, D=2]
        >>> labels = np.eye(2, dtype="float32")[None]       # [B=1, S=2, W=2]
        >>> log_p = layer((support, labels, support))       # the queries are the support codes themselves
        >>> np.exp(np.array(log_p)).argmax(-1).tolist()
        [[0, 1]]

    Reference: Vinyals et al. 2016, equations 1 and 2.
    """

    def __init__(self, kernel="cosine", scale=None, learn_scale=None, **kwargs):
        super().__init__(autocast=False, **kwargs)
        if kernel not in KERNELS:
            raise ValueError(f"kernel={kernel!r} is not one of {', '.join(map(repr, KERNELS))}.")
        self.kernel = kernel
        self.initial_scale = float(scale if scale is not None else 10.0 if kernel == "cosine" else 1.0)
        if not self.initial_scale > 0:
            raise ValueError(f"scale={scale!r} must be positive; try 10.")
        self.learn_scale = bool(kernel == "cosine" if learn_scale is None else learn_scale)

    def build(self, input_shape=None):
        if self.learn_scale:
            start = keras.initializers.Constant(math.log(self.initial_scale))
            self.log_scale = self.add_weight(
                name="log_scale", shape=(), initializer=start, dtype="float32", autocast=False
            )
        self.built = True

    @property
    def scale(self):
        """The factor in front of the similarity, now."""
        return ops.exp(self.log_scale) if self.learn_scale else self.initial_scale

    def alike(self, query, support):
        """How alike codes are before the scale, float32 `[B, Q, S]`; arguments as for `similarity`."""
        query, support = ops.cast(query, "float32"), ops.cast(support, "float32")
        if self.kernel in ("cosine", "plain_cosine"):
            query, support = unit(query), unit(support)
        products = ops.einsum("bqd,bsd->bqs", query, support)
        if self.kernel == "euclidean":
            lengths = ops.sum(query**2, -1)[:, :, None] + ops.sum(support**2, -1)[:, None, :]
            products = 2 * products - lengths
        return products

    def similarity(self, query, support):
        """Similarity of every query with every support code, before the softmax.

        Args:
            query: float `[B, Q, D]`.
            support: float `[B, S, D]`.

        Returns:
            float32 `[B, Q, S]`.
        """
        return self.scale * self.alike(query, support)

    def log_attention(self, query, support, mask=None):
        """log a(x, x_i).

        Args:
            query: float `[B, Q, D]`.
            support: float `[B, S, D]`.
            mask: bool `[B, S]`, False at padding, or None.

        Returns:
            float32 `[B, Q, S]`; the exponentials of a row sum to 1.
        """
        logits = self.similarity(query, support)
        if mask is not None:
            logits = ops.where(ops.cast(mask, "bool")[:, None, :], logits, FAR)
        return ops.log_softmax(logits, axis=-1)

    def call(self, inputs):
        """Class log-probabilities.

        Args:
            inputs: `(support, labels, query)` or `(support, labels, query, mask)`: float `[B, S, D]`, one-hot
                `[B, S, W]`, float `[B, Q, D]`, bool `[B, S]`.

        Returns:
            float32 `[B, Q, W]`.
        """
        support, labels, query, *mask = inputs
        log_a = self.log_attention(query, support, mask[0] if mask else None)
        # log of the summed attention of a class, without leaving logarithms: no class ever underflows to log 0
        labels = ops.cast(labels, "float32")
        log_y = ops.where(labels > 0, ops.log(ops.maximum(labels, 1e-30)), FAR)
        return ops.logsumexp(log_a[:, :, :, None] + log_y[:, None, :, :], axis=2)

    def compute_output_shape(self, input_shape):
        _, labels, query = input_shape[:3]
        return (*query[:2], labels[-1])

    def get_config(self):
        config = super().get_config()
        return {**config, "kernel": self.kernel, "scale": self.initial_scale, "learn_scale": self.learn_scale}


def unit(codes):
    """Codes `[..., D]` at length 1; a zero code stays zero."""
    codes = ops.convert_to_tensor(codes)
    return codes * ops.rsqrt(ops.maximum(ops.sum(codes**2, -1, keepdims=True), 1e-12))
