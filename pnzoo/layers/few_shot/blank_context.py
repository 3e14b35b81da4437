"""What two LSTMs know of a blank when they arrive at it from both sides."""

import keras
from keras import ops

from pnzoo.layers.orthogonal import Orthogonal


@keras.saving.register_keras_serializable("pnzoo")
class BlankContext(keras.layers.Layer):
    """One LSTM reads the words before the blank up to it, another the words after it backwards up to it.

    Padding lies at the outer ends and is skipped. The states side by side are the context of the blank.

    Args:
        units: of each LSTM.

    Call it with `[words [N, 2 * C, E], real bool [N, 2 * C]]`, the blank being in the middle; it returns
    `[N, 2 * units]`. `sequences` gives the contexts of every place of whole sentences at once.

    Example:
        >>> import numpy as np
        >>> words, real = np.zeros((1, 6, 4), "float32"), np.ones((1, 6), "bool")
        >>> BlankContext(units=3)([words, real]).shape == (1, 6)
        True

    Reference: Melamud et al. 2016 (context2vec).
    """

    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        if int(units) != units or units < 1:
            raise ValueError(f"units={units!r} must be a whole number, 1 or more.")
        self.units = int(units)

    def build(self, input_shape):
        words, _ = input_shape
        options = {"return_sequences": True, "recurrent_initializer": Orthogonal(), "dtype": self.dtype_policy}
        # not `forward`, which PyTorch's modules call
        self.forward_lstm = keras.layers.LSTM(self.units, **options, name="forward")
        self.backward_lstm = keras.layers.LSTM(self.units, **options, go_backwards=True, name="backward")
        for lstm in (self.forward_lstm, self.backward_lstm):
            lstm.build((None, None, words[-1]))
        self.built = True

    def call(self, inputs):
        words, real = inputs
        side = words.shape[1] // 2
        before = self.forward_lstm(words[:, :side], mask=real[:, :side])[:, -1]
        after = self.backward_lstm(words[:, side:], mask=real[:, side:])[:, -1]
        return ops.concatenate([before, after], axis=-1)

    def sequences(self, words, real):
        """The context of every word but the first and the last of sentences, the word itself not being read.

        Args:
            words: `[N, L, E]`, sentences from the left on, with the marks of their ends; padding at the right.
            real: bool `[N, L]`, False at padding.

        Returns:
            `[N, L - 2, 2 * units]`; that of word i + 1 is at i.
        """
        before = self.forward_lstm(words, mask=real)[:, :-2]
        after = ops.flip(self.backward_lstm(words, mask=real), axis=1)[:, 2:]
        return ops.concatenate([before, after], axis=-1)

    def compute_output_shape(self, input_shape):
        words, _ = input_shape
        return (words[0], 2 * self.units)

    def get_config(self):
        return {**super().get_config(), "units": self.units}
