"""A Matching Network for photographs: frozen features, and attention that is adapted to the support set."""

from typing import Any

import keras
from keras import ops

from pnzoo.core import schema
from pnzoo.core.model import as_policy, part_policy
from pnzoo.layers.few_shot.adapted_attention import PARTS, AdaptedAttention
from pnzoo.layers.few_shot.episode_embedding import EpisodeEmbedding
from pnzoo.layers.few_shot.normalize import normalize
from pnzoo.models.backbones.photograph import PhotographBackbone
from pnzoo.models.few_shot.episode_model import EpisodeModel

_BACKBONE = {
    "width": schema.Float(0.05, 4),
    "depth": schema.Float(0.05, 4),
    "stem_filters": schema.Int(1, 1024),
    "head_filters": schema.Int(1, 4096),
    "color_bins": schema.Int(0, 64),
}


@keras.saving.register_keras_serializable("pnzoo")
class PhotoMatchingNetwork(EpisodeModel):
    """Classify photographs by a few of each class: `PhotographBackbone`, then `layers.AdaptedAttention`.

    The backbone is frozen; the attention has a handful of numbers, learned on episodes. Nothing that a prediction says
    depends on the other queries (it is not transductive), nor on the order of the support set.

    Args:
        backbone_options: dict of the arguments of `PhotographBackbone`.
        parts: of the attention: some of "power", "center", "whiten", "instance".
        scale: initial factor on cosines.
        color_weight: initial weight of the colours beside the features.
        image_size: height and width of the photographs, in pixels.

    Call it with a dict of `support` float `[B, S, H, W, 3]` (RGB, 0 to 1), `labels` one-hot `[B, S, W]`, `query`
    `[B, Q, H, W, 3]` and optionally `mask` bool `[B, S]` (False at padding); it returns log-probabilities float32
    `[B, Q, W]`.

    Example:
        >>> import numpy as np
        >>> small = {"width": 0.1, "depth": 0.3, "stem_filters": 8, "head_filters": 16, "color_bins": 4}
        >>> network = PhotoMatchingNetwork(small, image_size=64)
        >>> images = np.random.default_rng(0).random((1, 5, 64, 64, 3), "float32")
        >>> log_p = network({"support": images, "labels": np.eye(5)[None], "query": images[:, :2]})
        >>> np.exp(log_p).sum(-1).round(3).tolist()
        [[1.0, 1.0]]

    Reference: Vinyals et al. 2016, equations 1 and 2.
    """

    CONFIG_SCHEMA = {
        "backbone_options": schema.Optional(schema.Record(_BACKBONE)),
        "parts": schema.ListOf(schema.OneOf(*PARTS), 0, len(PARTS)),
        "scale": schema.Float(1e-6, 1e6),
        "color_weight": schema.Float(1e-3, 1e3),
        "image_size": schema.Int(32, 1024),
    }
    image_channels = 3
    needs_labels = True  # `attend` and `match` read the classes of the support set

    def __init__(
        self,
        backbone_options=None,
        parts=PARTS,
        scale=20.0,
        color_weight=0.3,
        image_size=224,
        dtype=None,
        name=None,
        trainable=True,
    ):
        given = {"backbone_options": dict(backbone_options or {}), "parts": list(parts), "scale": scale}
        given |= {"color_weight": color_weight, "image_size": image_size}
        config = schema.check("PhotoMatchingNetwork", self.CONFIG_SCHEMA, given)
        policy = as_policy(dtype)
        backbone = PhotographBackbone(
            **config["backbone_options"], image_size=image_size, dtype=part_policy(policy, "embed/backbone")
        )
        backbone.trainable = False
        embedding = EpisodeEmbedding(backbone, dtype=part_policy(policy, "embed"), name="embed")
        attention = AdaptedAttention(
            backbone.blocks,
            config["parts"],
            scale,
            [color_weight] * (len(backbone.blocks) - 1),
            dtype=part_policy(policy, "matching_attention"),
            name="matching_attention",
        )
        self.__dict__["_parts"] = {"matching_attention": attention}
        self._build(embedding, policy, name, trainable, **config)

    def _match_graph(self, support, query, labels, mask):
        return self.__dict__["_parts"]["matching_attention"]([support, labels, query], mask=mask)

    def match(self, support: Any, labels: Any, query: Any, mask: Any = None) -> Any:
        return self.matching_attention([support, labels, query], mask=mask)

    def attend(self, support: Any, query: Any, mask: Any = None, labels: Any = None) -> Any:
        """a(x, x_i) from embeddings, float32 `[B, Q, S]`.

        Args:
            support, query, mask: as for `match`.
            labels: one-hot `[B, S, W]`; None for every image a class of its own.
        """
        if labels is None:
            count = ops.shape(support)[1]
            labels = ops.broadcast_to(ops.eye(count)[None], (ops.shape(support)[0], count, count))
        return ops.exp(self.matching_attention.log_attention(query, support, labels, mask))

    def similarity(self, support: Any, query: Any) -> Any:
        """Cosine of embeddings, each block by its weight, before any adaptation: `[B, Q, S]`."""
        support, query = (self.matching_attention.weigh(x) for x in (support, query))
        return ops.einsum("bqd,bsd->bqs", normalize(query), normalize(support))

    def get_config(self) -> dict[str, Any]:
        return super(EpisodeModel, self).get_config()  # this model has one backbone, which needs no name

    @property
    def former_weights(self) -> dict[str, str]:
        return {}  # there was none in release 0.1
