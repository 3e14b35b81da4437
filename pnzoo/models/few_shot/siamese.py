"""A convolutional Siamese network, the baseline that compares one pair of images at a time."""

from typing import Any

import keras
from keras import ops

from pnzoo.core import schema
from pnzoo.core.deprecation import renamed_method
from pnzoo.core.former import accepts_former_names
from pnzoo.core.model import as_policy, part_policy
from pnzoo.layers.few_shot.matching_attention import MASKED_LOGIT
from pnzoo.layers.few_shot.pair_comparison import PairComparison
from pnzoo.models.few_shot.episode_model import CONFIG_SCHEMA, EpisodeModel, make_embedding


@keras.saving.register_keras_serializable("pnzoo")
class SiameseNetwork(EpisodeModel):
    """Same or different? p(x1, x2) = sigmoid(bias + sum_j alpha_j |h1_j - h2_j|) with h = sigmoid(embeddings).

    It is trained on pairs, and labels a query like the support image that it matches best; an episode's label set
    plays no part in training, which is what Matching Networks changed.

    Args:
        backbone: `"conv4"`, `"residual"`, `"local"` or `"ensemble"`.
        backbone_options: dict of the backbone's arguments.
        image_size: height and width of the images, in pixels.

    Call it like `MatchingNetwork`; it returns log-probabilities float32 `[B, Q, W]`, a softmax over the classes of
    the best pair's logit.

    Example:
        >>> import numpy as np
        >>> images = np.random.default_rng(0).random((1, 5, 28, 28, 1), "float32")
        >>> SiameseNetwork()({"support": images, "labels": np.eye(5)[None], "query": images[:, :2]}).shape == (1, 2, 5)
        True

    Reference: Koch, Zemel and Salakhutdinov 2015, section 3.
    """

    CONFIG_SCHEMA = CONFIG_SCHEMA

    @accepts_former_names("SiameseNetwork")
    def __init__(self, backbone="conv4", backbone_options=None, image_size=28, dtype=None, name=None, trainable=True):
        given = {"backbone": backbone, "backbone_options": dict(backbone_options or {}), "image_size": image_size}
        config = schema.check("SiameseNetwork", self.CONFIG_SCHEMA, given)
        policy, backbone = as_policy(dtype), config.pop("backbone")
        embedding = make_embedding(policy, backbone, config["backbone_options"], image_size, activation="sigmoid")
        # differences of numbers between 0 and 1 are small: float32
        comparison = PairComparison(dtype=part_policy(policy, "comparison", sums=True), name="comparison")
        self.__dict__["_parts"] = {"comparison": comparison}
        self._build(embedding, policy, name, trainable, **config)

    def _match_graph(self, support, query, labels, mask):
        return self.__dict__["_parts"]["comparison"]([support, labels, query], mask=mask)

    def pair_logits(self, support: Any, query: Any) -> Any:
        """Logit that two images show the same class.

        Args:
            support: embeddings `[B, S, D]`.
            query: embeddings `[B, Q, D]`.

        Returns:
            float32 `[B, Q, S]`.
        """
        return self.comparison.pair_logits(support, query)

    def class_logits(self, support: Any, labels: Any, query: Any, mask: Any = None) -> Any:
        """The best pair's logit of every class, float32 `[B, Q, W]`; arguments as for `match`."""
        return self.comparison.class_logits(support, labels, query, mask)

    def match(self, support: Any, labels: Any, query: Any, mask: Any = None) -> Any:
        return self.comparison([support, labels, query], mask=mask)

    def attend(self, support: Any, query: Any, mask: Any = None) -> Any:
        """A softmax over the pairs' logits, so that it can be read like an attention: float32 `[B, Q, S]`."""
        logits = self.pair_logits(support, query)
        if mask is not None:
            logits = ops.where(ops.cast(mask, "bool")[:, None, :], logits, MASKED_LOGIT)
        return ops.softmax(logits, axis=-1)

    def similarity(self, support: Any, query: Any) -> Any:
        """Probability that a pair shows the same class, 0 to 1, `[B, Q, S]`."""
        return ops.sigmoid(self.pair_logits(support, query))

    class_scores = renamed_method("class_scores", "class_logits")
