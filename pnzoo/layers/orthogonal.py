"""Keras' initializer of recurrent weights, in any float type."""

import keras
from keras import ops


@keras.saving.register_keras_serializable("pnzoo")
class Orthogonal(keras.initializers.Orthogonal):
    """Random orthogonal matrices. Keras' own needs a QR decomposition, which backends lack in half precision."""

    def __call__(self, shape, dtype=None):
        return ops.cast(super().__call__(shape, "float32"), dtype or "float32")
