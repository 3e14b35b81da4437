"""A Matching Network for sentences with a blank."""

from typing import Any

import keras
from keras import ops

from pnzoo.core import schema
from pnzoo.core.model import as_policy, part_policy
from pnzoo.layers.few_shot.episode_embedding import EpisodeEmbedding
from pnzoo.layers.few_shot.matching_attention import SIMILARITIES
from pnzoo.models.backbones.sentence import FEATURES, SentenceBackbone
from pnzoo.models.few_shot.episode_model import EpisodeModel
from pnzoo.models.few_shot.matching import SUPPORT_EMBEDDINGS, MatchingNetwork

_BACKBONE = {
    "buckets": schema.Int(2, 1_000_000),
    "word_dim": schema.Int(1, 4096),
    "units": schema.Int(1, 4096),
    "embedding_dim": schema.Int(1, 4096),
    "dropout": schema.Float(0, 0.9),
    "word_dropout": schema.Float(0, 0.9),
}


@keras.saving.register_keras_serializable("pnzoo")
class SentenceMatchingNetwork(MatchingNetwork):
    """Tell which of a few words is missing in a sentence, by one to three sentences that each of them is missing in.

    `SentenceBackbone`, then what a `MatchingNetwork` of images does: g over the support set, f over the query,
    attention.

    Args:
        backbone_options: dict of the arguments of `SentenceBackbone`.
        similarity: `"cosine"`, `"plain_cosine"`, `"dot"` or `"euclidean"`, see `layers.MatchingAttention`.
        scale, learn_scale: of the similarity.
        support_embedding: g: None, `"lstm"` or `"set"`, as for a `MatchingNetwork`.
        query_steps: K, the steps of f; 0 for none.
        side: words that are read before the blank, and after it.

    Call it with a dict of `support` int `[B, S, 2 * side, 5]` (`pnzoo.language.encode`), `labels` one-hot `[B, S, W]`,
    `query` `[B, Q, 2 * side, 5]` and optionally `mask` bool `[B, S]` (False at padding); it returns log-probabilities
    float32 `[B, Q, W]`.

    Example:
        >>> import numpy as np
        >>> from pnzoo import language
        >>> network = SentenceMatchingNetwork({"buckets": 1000, "word_dim": 8, "units": 8, "embedding_dim": 8})
        >>> support = language.encode(["a ___ barks", "the ___ purrs"])[None] % 1000
        >>> log_p = network({"support": support, "labels": np.eye(2)[None], "query": support[:, :1]})
        >>> np.exp(log_p).sum(-1).round(3).tolist()
        [[1.0]]

    Reference: Vinyals et al. 2016, sections 2 and 4.1.3.
    """

    CONFIG_SCHEMA = {
        "backbone_options": schema.Optional(schema.Record(_BACKBONE)),
        "similarity": schema.OneOf(*SIMILARITIES),
        "scale": schema.Optional(schema.Float(1e-6, 1e6)),
        "learn_scale": schema.Optional(schema.Bool()),
        "support_embedding": schema.OneOf(None, *SUPPORT_EMBEDDINGS),
        "query_steps": schema.Int(0, 100),
        "side": schema.Int(1, 500),
    }
    reads_sentences = True

    def __init__(
        self,
        backbone_options=None,
        similarity="cosine",
        scale=None,
        learn_scale=None,
        support_embedding=None,
        query_steps=0,
        side=20,
        dtype=None,
        name=None,
        trainable=True,
    ):
        given = {"backbone_options": dict(backbone_options or {}), "similarity": similarity, "scale": scale}
        given |= {"learn_scale": learn_scale, "support_embedding": support_embedding, "query_steps": query_steps}
        config = schema.check("SentenceMatchingNetwork", self.CONFIG_SCHEMA, {**given, "side": side})
        policy, similarity = as_policy(dtype), config.pop("similarity")
        backbone = SentenceBackbone(
            **config["backbone_options"], side=side, dtype=part_policy(policy, "embed/backbone")
        )
        embedding = EpisodeEmbedding(backbone, dtype=part_policy(policy, "embed"), name="embed")
        self._match_by(policy, backbone, similarity, scale, learn_scale, support_embedding, query_steps)
        self._build(embedding, policy, name, trainable, **config)

    @property
    def buckets(self):
        """Numbers that a feature of a word may have."""
        return self.backbone.options["buckets"]

    @staticmethod
    def _item(config):
        return (2 * config["side"], FEATURES), "int32"

    def _images(self, images, name, rank):
        rank, wanted = rank - 1, (2 * self.side, FEATURES)
        if len(images.shape) != rank or tuple(images.shape[-2:]) != wanted:
            leading = {4: "B, N", 3: "N"}[rank]
            raise ValueError(
                f"{name} has shape {tuple(images.shape)}, expected [{leading}, {wanted[0]}, {wanted[1]}]: sentences "
                "around a blank, as pnzoo.language.encode makes them."
            )
        return ops.cast(images, "int32")

    def _as_input(self, images, name, rank):
        return self._images(images, name, rank)

    def get_config(self) -> dict[str, Any]:
        config = super(EpisodeModel, self).get_config()  # this model has one backbone, which needs no name
        return {**config, "similarity": self.similarity_names}

    def quantize(self, mode: Any = None, **kwargs: Any) -> None:
        """Not offered.

        Raises:
            ValueError: always; it says why.
        """
        raise ValueError(
            f"quantize({mode!r}): Keras quantizes dense layers, and nearly all weights of a {type(self).__name__} are "
            "vectors of words. pnzoo.save(..., weights_dtype='float16') halves the file."
        )

    @property
    def former_weights(self) -> dict[str, str]:
        return {}  # there was none in release 0.1
