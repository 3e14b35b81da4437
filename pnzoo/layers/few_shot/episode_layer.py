"""What the layers that answer an episode share: their shapes, and where a mask ends."""

import keras


class EpisodeLayer(keras.layers.Layer):
    """From `[support [B, S, D], labels [B, S, W], query [B, Q, D], ...]` to log-probabilities `[B, Q, W]`.

    The mask of the support set's padding is used up here: queries have none.
    """

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.supports_masking = True

    def compute_mask(self, inputs, previous_mask=None):
        return None

    def compute_output_shape(self, input_shape):
        _, labels, query = input_shape[:3]
        return (*query[:2], labels[-1])
