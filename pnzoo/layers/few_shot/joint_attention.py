"""The attention kernel of codes that several encoders made side by side."""

import keras
from keras import ops

from pnzoo.layers.few_shot.matching_attention import MatchingAttention


@keras.saving.register_keras_serializable("pnzoo")
class JointAttention(MatchingAttention):
    """Each part of a code is compared by a kernel of its own; their similarities are averaged.

    Args:
        kernels: the parts' kernels, `MatchingAttention` layers.
        lengths: how long each part of a code is.

    Example:
        >>> import numpy as np
        >>> layer = JointAttention([MatchingAttention(), MatchingAttention("dot")], [2, 3])
        >>> codes = np.eye(5, dtype="float32")[None]     # [B=1, S=5, D=2 + 3]
        >>> np.array(layer((codes, codes, codes))).shape
        (1, 5, 5)
    """

    def __init__(self, kernels, lengths, **kwargs):
        super().__init__("plain_cosine", **kwargs)  # no scale beside those of the parts
        if len(kernels) != len(lengths) or not kernels:
            raise ValueError(f"kernels has {len(kernels)} parts and lengths {len(lengths)}: give one of each a part.")
        self.kernels, self.lengths = list(kernels), [int(length) for length in lengths]

    def build(self, input_shape=None):
        for kernel in self.kernels:
            if not kernel.built:
                kernel.build()
        super().build(input_shape)

    def alike(self, query, support):
        """Mean of what the parts find alike, before their scales; as `MatchingAttention.alike`."""
        return self._mean("alike", query, support)

    def similarity(self, query, support):
        """Mean of the parts' similarities; as `MatchingAttention.similarity`."""
        return self._mean("similarity", query, support)

    def _mean(self, what, query, support):
        query, support = ops.convert_to_tensor(query), ops.convert_to_tensor(support)
        found, start = [], 0
        for kernel, length in zip(self.kernels, self.lengths, strict=True):
            part = slice(start, start + length)
            found.append(getattr(kernel, what)(query[..., part], support[..., part]))
            start += length
        return sum(found) / len(found)

    def get_config(self):
        config = super().get_config()
        for inherited in ("kernel", "scale", "learn_scale"):
            config.pop(inherited)
        kernels = [keras.saving.serialize_keras_object(kernel) for kernel in self.kernels]
        return {**config, "kernels": kernels, "lengths": self.lengths}

    @classmethod
    def from_config(cls, config):
        kernels = [keras.saving.deserialize_keras_object(kernel) for kernel in config["kernels"]]
        return cls(**{**config, "kernels": kernels})
