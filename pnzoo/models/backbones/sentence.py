"""The backbone for sentences with a blank."""

import keras

from pnzoo.layers.few_shot.blank_context import BlankContext
from pnzoo.layers.few_shot.hashed_words import HashedWords

FEATURES = 5  # of a word, as in `pnzoo.data.language.encoding`


@keras.saving.register_keras_serializable("pnzoo")
class SentenceBackbone(keras.Model):
    """Embeddings of blanks by the words around them.

    `layers.HashedWords`, `layers.BlankContext` (two LSTMs that read up to the blank from both sides), and two dense
    layers.

    Args:
        buckets: of the hashed words.
        word_dim: length of a word's vector.
        units: of each LSTM.
        embedding_dim: length of an embedding.
        dropout: share of values dropped between the layers while training.
        word_dropout: see `layers.HashedWords`.
        side: words that are kept before the blank, and after it.

    Call it with int `[N, 2 * side, 5]`, as `pnzoo.language.encode` makes it; it returns `[N, embedding_dim]`.

    Example:
        >>> SentenceBackbone(buckets=100, word_dim=8, units=6, embedding_dim=10).output_shape
        (None, 10)
    """

    def __init__(
        self,
        buckets=32768,
        word_dim=64,
        units=192,
        embedding_dim=128,
        dropout=0.2,
        word_dropout=0.1,
        side=20,
        dtype=None,
        name="backbone",
        **kwargs,
    ):
        make = keras.layers
        sentences = keras.Input((2 * side, FEATURES), dtype="int32", name="sentences")
        with keras.name_scope(name):
            words = HashedWords(buckets, word_dim, word_dropout, dtype=dtype, name="words")
            context = BlankContext(units, dtype=dtype, name="context")
            head = [
                make.Dropout(dropout, dtype=dtype, name="context_dropout"),
                make.Dense(2 * embedding_dim, "silu", dtype=dtype, name="hidden"),
                make.Dropout(dropout, dtype=dtype, name="hidden_dropout"),
                make.Dense(embedding_dim, dtype=dtype, name="embedding"),
            ]
            drop_words = make.Dropout(dropout, dtype=dtype, name="words_dropout")
            x = context([drop_words(words(sentences)), IsWord(name="is_word")(sentences)])
            for layer in head:
                x = layer(x)
        super().__init__(sentences, x, name=name, **kwargs)
        self.dtype_policy = keras.dtype_policies.get(dtype)
        self.options = {
            "buckets": buckets, "word_dim": word_dim, "units": units, "embedding_dim": embedding_dim,
            "dropout": dropout, "word_dropout": word_dropout, "side": side,
        }  # fmt: skip

    @property
    def embedding_dim(self):
        """Length of an embedding."""
        return self.output_shape[-1]

    def every_context(self, sentences, training=False):
        """The context of every word of whole sentences, each as if it were the blank: for language modelling.

        Args:
            sentences: int `[N, L, 5]` with the marks of their ends, 0 for padding at the right.
            training: whether values are dropped.

        Returns:
            float `[N, L - 2, 2 * units]`; that of word i + 1 is at i.
        """
        words, context, drop = (self.get_layer(name) for name in ("words", "context", "words_dropout"))
        real = self.get_layer("is_word")(sentences)
        return context.sequences(drop(words(sentences, training=training), training=training), real)

    def read_contexts(self, contexts, training=False):
        """Embeddings `[..., embedding_dim]` of contexts `[..., 2 * units]`."""
        for name in ("context_dropout", "hidden", "hidden_dropout", "embedding"):
            layer = self.get_layer(name)
            contexts = layer(contexts, training=training) if "dropout" in name else layer(contexts)
        return contexts

    def get_config(self):
        policy = keras.saving.serialize_keras_object(self.dtype_policy)
        return {"name": self.name, "trainable": self.trainable, "dtype": policy, **self.options}

    @classmethod
    def from_config(cls, config):
        return cls(**config)


@keras.saving.register_keras_serializable("pnzoo")
class IsWord(keras.layers.Layer):
    """Where words are, and no padding: int `[N, L, F]` to bool `[N, L]`."""

    def call(self, sentences):
        return keras.ops.any(keras.ops.cast(sentences, "int32") > 0, axis=-1)

    def compute_output_shape(self, input_shape):
        return tuple(input_shape[:-1])

    def compute_output_spec(self, sentences):
        return keras.KerasTensor(self.compute_output_shape(sentences.shape), "bool")
