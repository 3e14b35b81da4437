"""What a model is known by where its embeddings are kept without it."""

import hashlib
import json

import numpy as np


def model_digest(model):
    """sha256, in hex, of a model's class, options and weights: equal where embeddings are.

    Example:
        >>> import keras
        >>> network = keras.Sequential([keras.Input((2,)), keras.layers.Dense(3)])
        >>> before = model_digest(network)
        >>> before == model_digest(network)
        True
        >>> _ = network.layers[0].bias.assign([1.0, 2.0, 3.0])
        >>> before == model_digest(network)
        False
    """
    from pnzoo.core.model import to_numpy

    settings = getattr(model, "_settings", {})
    words = json.dumps([type(model).__name__, settings], sort_keys=True, default=str)
    digest = hashlib.sha256(words.encode())
    for weight in getattr(model, "weights", []):
        array = to_numpy(weight.value)
        digest.update(f"{array.shape} {array.dtype}".encode())
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()
