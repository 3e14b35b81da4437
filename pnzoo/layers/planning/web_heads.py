"""The ends of `GraphVIN`: the chance that each page is the goal, scores of pages, logits of the links to them."""

import math

import keras
from keras import ops

from pnzoo.layers.planning.graph_value_iteration import disjoint_union

NO_LINK = -1e4  # the logit where a page has no more links
LEAST = 1e-8  # added to a value before its logarithm
SEEN = 100.0  # by which a page that was visited is worth less to go to


@keras.saving.register_keras_serializable("pnzoo")
class GoalChance(keras.layers.Layer):
    """The chance that each page is the goal: a softmax over the pages that were not visited.

    Call args:
        score: [B, N].
        visited: [B, N], 1 at pages known not to be the goal.

    Returns:
        [B, N], rows sum to 1.
    """

    def build(self, score_shape, visited_shape=None):
        self.built = True

    def call(self, score, visited):
        score = ops.cast(score, "float32")
        return ops.softmax(ops.where(ops.cast(visited, "float32") > 0.5, score - 1e6, score), axis=-1)

    def compute_output_shape(self, score_shape, visited_shape=None):
        return tuple(score_shape)


@keras.saving.register_keras_serializable("pnzoo")
class PageScore(keras.layers.Layer):
    """score = g log(Q) + a, with a learned g > 0: what going to a page is worth, and what its features say beside.

    Call args:
        q: [B, N], >= 0.
        beside: [B, N].
        visited: [B, N], 1 at pages to which one does not go again while others are left.

    Returns:
        [B, N].
    """

    def build(self, q_shape, beside_shape=None, visited_shape=None):
        three = keras.initializers.Constant(math.log(3.0))
        self.log_scale = self.add_weight(shape=(), initializer=three, name="log_scale")

    def call(self, q, beside, visited):
        scale = ops.exp(ops.cast(self.log_scale, "float32"))
        score = scale * ops.log(ops.cast(q, "float32") + LEAST) + ops.cast(beside, "float32")
        return score - SEEN * ops.cast(visited, "float32")

    def compute_output_shape(self, q_shape, beside_shape=None, visited_shape=None):
        return tuple(q_shape)


@keras.saving.register_keras_serializable("pnzoo")
class LinkLogits(keras.layers.Layer):
    """The scores of the pages that links lead to.

    Call args:
        score: [B, N].
        links: int [B, S, D], pages; -1 where there is no more link.

    Returns:
        [B, S, D]; -10,000 where there is no link.
    """

    def build(self, score_shape, links_shape=None):
        self.built = True

    def call(self, score, links):
        links = ops.cast(links, "int32")
        flat = ops.concatenate([ops.reshape(score, (-1,)), ops.full((1,), NO_LINK, dtype=score.dtype)])
        joined = disjoint_union(links, ops.shape(score)[1])
        return ops.reshape(ops.take(flat, ops.reshape(joined, (-1,)), axis=0), ops.shape(links))

    def compute_output_shape(self, score_shape, links_shape=None):
        return tuple(links_shape)


@keras.saving.register_keras_serializable("pnzoo")
class SeenLast(keras.layers.Layer):
    """Scores of pages, 100 less where a page was visited.

    Call args:
        score: [B, N].
        visited: [B, N], 1 at pages to which one does not go again while others are left.

    Returns:
        [B, N].
    """

    def build(self, score_shape, visited_shape=None):
        self.built = True

    def call(self, score, visited):
        return ops.cast(score, "float32") - SEEN * ops.cast(visited, "float32")

    def compute_output_shape(self, score_shape, visited_shape=None):
        return tuple(score_shape)
