"""The attention over embeddings that several backbones made side by side."""

import keras
from keras import ops

from pnzoo.core.deprecation import renamed, renamed_arguments
from pnzoo.layers.few_shot.matching_attention import MatchingAttention


@keras.saving.register_keras_serializable("pnzoo")
class EnsembleAttention(MatchingAttention):
    """Each part of an embedding is compared by an attention layer of its own; their logits are averaged.

    Args:
        members: one `MatchingAttention` layer for each part.
        dims: length of each part.

    Example:
        >>> import numpy as np
        >>> layer = EnsembleAttention([MatchingAttention(), MatchingAttention("dot")], [2, 3])
        >>> embeddings = np.eye(5, dtype="float32")[None]     # [B=1, S=5, D=2 + 3]
        >>> np.array(layer((embeddings, embeddings, embeddings))).shape
        (1, 5, 5)
    """

    @renamed_arguments(kernels="members", lengths="dims")
    def __init__(self, members, dims, **kwargs):
        super().__init__("plain_cosine", **kwargs)  # the scales are the members'
        if len(members) != len(dims) or not members:
            raise ValueError(f"got {len(members)} members and {len(dims)} dims: give one of each for every part.")
        self.members, self.dims = list(members), tuple(int(dim) for dim in dims)

    def build(self, input_shape):
        for member, dim in zip(self.members, self.dims, strict=True):
            if not member.built:
                member.build(_part_shapes(input_shape, dim))
        super().build(input_shape)

    def similarity(self, query, support):
        """Mean of the members' similarities, without their scales; as `MatchingAttention.similarity`."""
        parts = self._parts(query, support)
        return sum(member.similarity(*part) for member, part in parts) / len(self.members)

    def logits(self, query, support):
        """Mean of the members' logits; as `MatchingAttention.logits`."""
        return sum(member.logits(*part) for member, part in self._parts(query, support)) / len(self.members)

    def _parts(self, query, support):
        """(member, (its part of the queries, its part of the support))."""
        query, support = ops.convert_to_tensor(query), ops.convert_to_tensor(support)
        start = 0
        for member, dim in zip(self.members, self.dims, strict=True):
            yield member, (query[..., start : start + dim], support[..., start : start + dim])
            start += dim

    def get_config(self):
        config = super().get_config()
        for inherited in ("similarity", "scale", "learn_scale"):
            config.pop(inherited)
        members = [keras.saving.serialize_keras_object(member) for member in self.members]
        return {**config, "members": members, "dims": list(self.dims)}

    @classmethod
    def from_config(cls, config):
        members = [keras.saving.deserialize_keras_object(member) for member in config["members"]]
        return cls(**{**config, "members": members})


def _part_shapes(input_shape, dim):
    support, labels, query, *mask = input_shape
    return [(*support[:-1], dim), labels, (*query[:-1], dim), *mask]


__getattr__ = renamed(__name__, {"JointAttention": "EnsembleAttention"})
