"""Vectors of words by hashes of their spelling."""

import keras
from keras import ops


@keras.saving.register_keras_serializable("pnzoo")
class HashedWords(keras.layers.Layer):
    """A word's vector is the sum of one vector for each of its features; feature 0 is none, and adds nothing.

    Vectors start at zero, so a feature that training never meets stays at zero: a new word is what is known of its
    beginning and its end. While training, the first feature, the whole word, is dropped now and then, so that the
    others learn to stand for it.

    Args:
        buckets: features are 0 .. buckets - 1.
        dim: of a vector.
        word_dropout: share of words whose first feature is dropped while training.
        seed: of that draw.

    Call it with int `[..., L, F]`; it returns float `[..., L, dim]`, zero at padding.

    Example:
        >>> import numpy as np
        >>> HashedWords(buckets=50, dim=8)(np.array([[[3, 7], [0, 0]]])).shape == (1, 2, 8)
        True

    Reference: Bojanowski et al. 2017 (Enriching Word Vectors with Subword Information), for sums of parts of words.
    """

    def __init__(self, buckets, dim, word_dropout=0.0, seed=None, **kwargs):
        super().__init__(**kwargs)
        for name, value, least in (("buckets", buckets, 2), ("dim", dim, 1)):
            if int(value) != value or value < least:
                raise ValueError(f"{name}={value!r} must be a whole number, {least} or more.")
        if not 0 <= word_dropout < 1:
            raise ValueError(f"word_dropout={word_dropout!r} must be in 0 .. 1, without 1.")
        self.buckets, self.dim, self.word_dropout, self.seed = int(buckets), int(dim), float(word_dropout), seed
        self.draws = keras.random.SeedGenerator(seed) if self.word_dropout else None

    def build(self, input_shape):
        self.vectors = self.add_weight(name="vectors", shape=(self.buckets, self.dim), initializer="zeros")
        self.built = True

    def call(self, features, training=False):
        features = ops.cast(features, "int32")
        known = ops.cast(features > 0, self.compute_dtype)
        if training and self.word_dropout:
            drawn = keras.random.uniform(ops.shape(features)[:-1], dtype="float32", seed=self.draws)
            kept = ops.cast(drawn >= self.word_dropout, self.compute_dtype)[..., None]
            known = ops.concatenate([known[..., :1] * kept, known[..., 1:]], axis=-1)
        vectors = ops.take(ops.cast(self.vectors, self.compute_dtype), features, axis=0)
        return ops.sum(vectors * known[..., None], axis=-2)

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], self.dim)

    def compute_output_spec(self, features, training=False):
        return keras.KerasTensor(self.compute_output_shape(features.shape), self.compute_dtype)

    def get_config(self):
        own = {"buckets": self.buckets, "dim": self.dim, "word_dropout": self.word_dropout, "seed": self.seed}
        return {**super().get_config(), **own}
