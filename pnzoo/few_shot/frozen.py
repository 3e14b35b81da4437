"""A model of ours compiled for embedding alone, with its weights as constants."""

import keras
from keras import ops

from pnzoo.few_shot.model_digest import model_digest


def frozen_embedding(model):
    """The `FrozenEmbedding` of a model as its weights are now.

    It is compiled once for all who ask while the weights stay as they are, and kept on a model of ours. Pickles, copies
    and files of the model do not hold it.

    Args:
        model: a Keras model with `embed`.

    Example:
        >>> from pnzoo.models.backbones import EfficientNetLite
        >>> model = EfficientNetLite(width=0.1, depth=0.3, head_filters=16)
        >>> frozen_embedding(model) is frozen_embedding(model)
        True
    """
    if not hasattr(model, "network"):
        return FrozenEmbedding(model)
    digest = model_digest(model)
    return model.network("frozen", lambda: FrozenEmbedding(model, digest), lambda frozen: frozen.digest == digest)


class FrozenEmbedding(keras.Model):
    """`model.embed`, compiled with the weights that the model has now; later changes of these are not seen.

    TensorFlow lays out constant weights once, and variables at every call: a single photograph takes three quarters of
    the time.

    Args:
        model: a Keras model with `embed`.
        digest: its `model_digest`, for who knows it: all weights are read for it.

    Attributes:
        digest: `model_digest` of the model with these weights.

    Example:
        >>> import numpy as np
        >>> from pnzoo.models.backbones import EfficientNetLite
        >>> model = EfficientNetLite(width=0.1, depth=0.3, head_filters=16)
        >>> FrozenEmbedding(model).predict_on_batch(np.zeros((2, 32, 32, 3), "float32")).shape
        (2, 16)
    """

    def __init__(self, model, digest=None):
        super().__init__(dtype="float32", name="frozen")
        # no attributes of Keras' own kind: it would track the model, whose weights are then arguments
        self.__dict__["_source"] = model
        self.__dict__["_values"] = [ops.convert_to_numpy(weight.value) for weight in model.weights]
        self.digest = model_digest(model) if digest is None else digest
        self.built = True

    def call(self, images):
        """Embeddings `[N, D]` of photographs `[N, H, W, 3]`."""
        model = self.__dict__["_source"]
        pairs = zip(model.weights, self.__dict__["_values"], strict=True)
        mapping = [(weight, ops.convert_to_tensor(value, weight.dtype)) for weight, value in pairs]
        with keras.StatelessScope(state_mapping=mapping):
            return model.embed(images)
