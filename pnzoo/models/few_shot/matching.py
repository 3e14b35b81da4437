"""Matching Networks."""

import math
from collections.abc import Mapping
from typing import Any

import keras
import numpy as np
from keras import ops

from pnzoo.core import schema
from pnzoo.core.deprecation import renamed, renamed_method
from pnzoo.core.former import accepts_former_names
from pnzoo.core.model import as_policy, part_policy
from pnzoo.layers.few_shot.aligned_attention import AlignedAttention
from pnzoo.layers.few_shot.ensemble_attention import EnsembleAttention
from pnzoo.layers.few_shot.full_context import AttentionLSTM, BidirectionalContext, SetContext
from pnzoo.layers.few_shot.matching_attention import SIMILARITIES, MatchingAttention
from pnzoo.layers.few_shot.normalize import UnitLength, normalize
from pnzoo.models.backbones import LocalBackbone
from pnzoo.models.few_shot.episode_model import CONFIG_SCHEMA, EpisodeModel, make_embedding, unpack

SUPPORT_EMBEDDINGS = {"lstm": BidirectionalContext, "set": SetContext}
_SIMILARITY = schema.OneOf(*SIMILARITIES, "aligned")


@keras.saving.register_keras_serializable("pnzoo")
class MatchingNetwork(EpisodeModel):
    """Classify queries by a labelled support set: backbone, g over the support set, f over the query, attention.

    Without full context (the default) f and g are the backbone alone. Batch normalisation uses an episode's own
    statistics while training and its moving averages otherwise, so a prediction never depends on the other queries
    (it is not transductive).

    Args:
        backbone: `"conv4"` (the paper's), `"residual"`, `"local"` (for the similarity `"aligned"`), or `"ensemble"`
            (several side by side).
        backbone_options: dict of the backbone's arguments.
        similarity: `"cosine"`, `"plain_cosine"`, `"dot"` or `"euclidean"`, see `layers.MatchingAttention`; `"aligned"`,
            which compares location by location (`layers.AlignedAttention`); or for an ensemble a list with one of these
            a member.
        scale, learn_scale: of the similarity.
        support_embedding: g: None, `"lstm"` (bidirectional, the paper's, which depends on the support's order) or
            `"set"` (order-invariant).
        query_steps: K, the steps of f; 0 for none. With K > 0 or a support embedding, embeddings are first scaled to a
            root mean square of 1, the size of an LSTM's output.
        tta_views: outside training, an embedding is the mean over this many small fixed warps of the image
            (`layers.TestTimeAugmentation`). It multiplies the backbone's work, and needs no training.
        image_size: height and width of the images, in pixels.

    Call it with a dict of `support` float `[B, S, H, W, 1]` (1 for strokes), `labels` one-hot `[B, S, W]`, `query`
    `[B, Q, H, W, 1]` and optionally `mask` bool `[B, S]` (False at padding); it returns log-probabilities float32
    `[B, Q, W]`.

    Example:
        >>> import numpy as np
        >>> network = MatchingNetwork()
        >>> images = np.random.default_rng(0).random((1, 5, 28, 28, 1), "float32")
        >>> log_p = network({"support": images, "labels": np.eye(5)[None], "query": images[:, :2]})
        >>> np.exp(log_p).sum(-1).round(3).tolist()
        [[1.0, 1.0]]

    Reference: Vinyals et al. 2016, equations 1 to 6.
    """

    CONFIG_SCHEMA = {
        **CONFIG_SCHEMA,
        "similarity": schema.Either(_SIMILARITY, schema.ListOf(_SIMILARITY, 1, 8)),
        "scale": schema.Optional(schema.Float(1e-6, 1e6)),
        "learn_scale": schema.Optional(schema.Bool()),
        "support_embedding": schema.OneOf(None, *SUPPORT_EMBEDDINGS),
        "query_steps": schema.Int(0, 100),
        "tta_views": schema.Int(1, 13),
    }

    @accepts_former_names("MatchingNetwork")
    def __init__(
        self,
        backbone="conv4",
        backbone_options=None,
        similarity="cosine",
        scale=None,
        learn_scale=None,
        support_embedding=None,
        query_steps=0,
        tta_views=1,
        image_size=28,
        dtype=None,
        name=None,
        trainable=True,
    ):
        config = schema.check(
            "MatchingNetwork",
            self.CONFIG_SCHEMA,
            {
                "backbone": backbone,
                "backbone_options": dict(backbone_options or {}),
                "similarity": similarity,
                "scale": scale,
                "learn_scale": learn_scale,
                "support_embedding": support_embedding,
                "query_steps": query_steps,
                "tta_views": tta_views,
                "image_size": image_size,
            },
        )
        policy, similarity = as_policy(dtype), config.pop("similarity")
        backbone, options = config.pop("backbone"), config["backbone_options"]
        embedding = make_embedding(policy, backbone, options, image_size, tta_views=tta_views)
        self._match_by(policy, embedding.backbone, similarity, scale, learn_scale, support_embedding, query_steps)
        self._build(embedding, policy, name, trainable, **config)

    def _match_by(self, policy, backbone, similarity, scale, learn_scale, support_embedding, query_steps):
        """Make the layers that compare embeddings, for `_match_graph`."""
        attention = _Attention(policy, scale, learn_scale).make(similarity, backbone)
        if _compares_locations(attention) and (support_embedding or query_steps):
            raise ValueError(
                f"similarity={similarity!r} compares locations, which full context would mix. Use similarity='cosine'."
            )
        g = f = None
        if support_embedding:
            g = SUPPORT_EMBEDDINGS[support_embedding](dtype=part_policy(policy, "g"), name="g")
        dim = backbone.embedding_dim
        # products of embeddings of root mean square 1 are as large as their length: 10 / length is a cosine times 10
        if query_steps:
            f = AttentionLSTM(query_steps, True, 10.0 / dim, dtype=part_policy(policy, "f"), name="f")
        rms = UnitLength(math.sqrt(dim), dtype=part_policy(policy, "rms"), name="rms") if g or f else None
        self.__dict__["_parts"] = {"rms": rms, "g": g, "f": f, "matching_attention": attention}
        self.__dict__["similarity_names"] = similarity

    def _match_graph(self, support, query, labels, mask):
        rms, g, f, attention = self.__dict__["_parts"].values()
        support, query, _ = _full_context(rms, g, f, support, query, mask)
        return attention([support, labels, query], mask=mask)

    @property
    def compares_locations(self) -> bool:
        """Whether the similarity looks inside embeddings, instead of comparing them as vectors."""
        return _compares_locations(self.matching_attention)

    def full_context(self, support: Any, query: Any, mask: Any = None) -> tuple[Any, Any, Any]:
        """Embeddings after g and f, and the attention of f's steps.

        Args:
            support: embeddings `[B, S, D]`.
            query: embeddings `[B, Q, D]`.
            mask: bool `[B, S]` or None.

        Returns:
            g(S) `[B, S, D]`, f(x, S) `[B, Q, D]`, and the attention of f's steps, float32 `[B, K, Q, S]`, or None.
        """
        return _full_context(self.rms, self.g, self.f, support, query, mask)

    def match(self, support: Any, labels: Any, query: Any, mask: Any = None) -> Any:
        support, query, _ = self.full_context(support, query, mask)
        return self.matching_attention([support, labels, query], mask=mask)

    def attend(self, support: Any, query: Any, mask: Any = None) -> Any:
        """a(x, x_i) from embeddings, float32 `[B, Q, S]`; arguments as for `match`."""
        support, query, _ = self.full_context(support, query, mask)
        return ops.exp(self.matching_attention.log_attention(query, support, mask))

    def similarity(self, support: Any, query: Any) -> Any:
        """Similarity of embeddings before any context, `[B, Q, S]`: the cosine, or the alignment's own measure."""
        if self.compares_locations:
            return self.matching_attention.similarity(query, support)
        return ops.einsum("bqd,bsd->bqs", normalize(query), normalize(support))

    def attention_steps(self, inputs: Mapping[str, Any]) -> np.ndarray:
        """The attention over the support set of each of f's K steps; the first is uniform, as h_0 is zero.

        Args:
            inputs: as for calling the model.

        Returns:
            NumPy float32 `[B, K, Q, S]`.

        Raises:
            ValueError: if the model has no f.
        """
        if not self.f:
            raise ValueError(
                "this network has query_steps=0, so there are no steps. Load an FCE entry, such as "
                "pnzoo.load('matching_fce_omniglot'), or use attention()."
            )
        support, _, query, mask = unpack(inputs)
        _, _, attention_weights = self.full_context(*self.embed_episode(support, query), mask)
        return ops.convert_to_numpy(attention_weights)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "similarity": _plain(self.similarity_names)}

    contextualise = renamed_method("contextualise", "full_context")
    attention_kernel = renamed_method("attention_kernel", "matching_attention")


class _Attention:
    """Makes the attention layer of a similarity, or of a list with one for each member of an ensemble."""

    def __init__(self, policy, scale, learn_scale):
        self.policy, self.options = policy, {"scale": scale, "learn_scale": learn_scale}

    def make(self, similarity, backbone, name="matching_attention"):
        dtype = part_policy(self.policy, "matching_attention")
        if isinstance(similarity, list):
            members = self._members(similarity, backbone)
            dims = [member.embedding_dim for member in backbone.members]
            return EnsembleAttention(members, dims, dtype=dtype, name=name)
        if similarity != "aligned":
            return MatchingAttention(similarity, **self.options, dtype=dtype, name=name)
        if not isinstance(backbone, LocalBackbone):
            raise ValueError("similarity='aligned' compares locations, which only backbone='local' keeps.")
        return AlignedAttention(backbone.grid_size, backbone.channels, **self.options, dtype=dtype, name=name)

    def _members(self, similarity, backbone):
        backbones = getattr(backbone, "members", [])
        if len(backbones) != len(similarity):
            raise ValueError(
                f"similarity={similarity!r} lists {len(similarity)}, and the backbone has {len(backbones)} members."
            )
        pairs = zip(similarity, backbones, strict=True)
        return [self.make(one, member, f"attention{i}") for i, (one, member) in enumerate(pairs, 1)]


def _compares_locations(attention):
    return isinstance(attention, (AlignedAttention, EnsembleAttention))


def _full_context(rms, g, f, support, query, mask):
    if rms is None:
        return support, query, None
    support, query, attention_weights = rms(support), rms(query), None
    if g is not None:
        support = g(support, mask=mask)
    if f is not None:
        query, attention_weights = f([query, support], mask=mask)
    return support, query, attention_weights


def _plain(similarity):
    return list(similarity) if isinstance(similarity, (list, tuple)) else similarity


__getattr__ = renamed(
    __name__,
    {
        "encode_all": "pnzoo.models.few_shot.embedding:embed_images",
        "embed_images": "pnzoo.models.few_shot.embedding:embed_images",
        "SUPPORT_CONTEXTS": "SUPPORT_EMBEDDINGS",
    },
)
