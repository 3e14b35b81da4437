"""The comparison of a Siamese network: the probability that two images show the same class."""

import keras
from keras import ops

from pnzoo.layers.few_shot.episode_layer import EpisodeLayer
from pnzoo.layers.few_shot.masks import mask_of
from pnzoo.layers.few_shot.matching_attention import MASKED_LOGIT


@keras.saving.register_keras_serializable("pnzoo")
class PairComparison(EpisodeLayer):
    """Logit of a pair: bias + sum_j alpha_j |h1_j - h2_j|; a class scores as its best pair.

    Call it with `[support [B, S, D], labels [B, S, W], query [B, Q, D]]` and an optional `mask` bool `[B, S]`, False at
    padding; it returns log-probabilities `[B, Q, W]`, a softmax over the classes' logits.

    Example:
        >>> import numpy as np
        >>> embeddings = np.eye(4, dtype="float32")[None]
        >>> PairComparison()([embeddings, embeddings, embeddings]).shape == (1, 4, 4)
        True

    Reference: Koch, Zemel and Salakhutdinov 2015, section 3.
    """

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.compare = keras.layers.Dense(1, name="compare", dtype=self.dtype_policy)

    def build(self, input_shape):
        self.compare.build((None, None, None, input_shape[0][-1]))
        self.built = True

    def call(self, inputs, mask=None):
        support, labels, query = inputs
        mask = mask_of(mask, 0)
        return ops.log_softmax(self.class_logits(support, labels, query, mask), axis=-1)

    def pair_logits(self, support, query):
        """Logit that two images show the same class.

        Args:
            support: embeddings `[B, S, D]`.
            query: embeddings `[B, Q, D]`.

        Returns:
            `[B, Q, S]`.
        """
        support, query = ops.cast(support, self.compute_dtype), ops.cast(query, self.compute_dtype)
        return ops.squeeze(self.compare(ops.abs(ops.expand_dims(query, 2) - ops.expand_dims(support, 1))), -1)

    def class_logits(self, support, labels, query, mask=None):
        """The best pair's logit of every class, `[B, Q, W]`."""
        logits = ops.expand_dims(self.pair_logits(support, query), 3)
        taken = ops.cast(labels, "bool")
        if mask is not None:
            taken = ops.logical_and(taken, ops.expand_dims(ops.cast(mask, "bool"), 2))
        return ops.max(ops.where(ops.expand_dims(taken, 1), logits, MASKED_LOGIT), axis=2, initial=MASKED_LOGIT)

    def get_config(self):
        return super().get_config()
