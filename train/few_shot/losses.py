"""What is fitted: a network, with the losses that train it."""

import math

import keras
from keras import ops

from pnzoo.layers.few_shot.matching_attention import MASKED_LOGIT
from pnzoo.layers.few_shot.normalize import normalize
from pnzoo.models.few_shot.episode_model import unpack


class EpisodeTrainer(keras.Model):
    """A few-shot network with the loss of its episodes and, if asked, a loss over all training classes.

    Args:
        network: the network trained.
        objective: `"episodic"` (queries against the support set); `"nca"` (each image of the episode in turn
            is the query and all others are its support set, which draws more comparisons from the same images; only
            for networks without context); or `"pairwise"` (a Siamese network's same or different).
        classes: training classes, 0 for no loss over them.
        head: `"cosine"` (scaled cosine with a learned vector a class) or `"linear"` (a plain softmax layer).
        margin: taken off the cosine of the right class while training, which pulls classes further apart.
    """

    def __init__(self, network, objective="episodic", classes=0, head="cosine", margin=0.0, **kwargs):
        super().__init__(**kwargs)
        self.network, self.objective = network, objective
        self.classes, self.head, self.margin = classes, head, margin

    def build(self, input_shape=None):
        if self.classes:
            shape = (self.classes, self.network.embedding_dim)
            self.vectors = self.add_weight(name="vectors", shape=shape, initializer="glorot_normal", dtype="float32")
        if self.classes and self.head == "cosine":
            start = keras.initializers.Constant(math.log(16.0))
            self.log_scale = self.add_weight(name="log_scale", shape=(), initializer=start, dtype="float32")
        self.built = True

    def call(self, inputs, training=False):
        support, labels, query, mask = unpack(inputs)
        if len(support.shape) > 3:  # images; embeddings [B, S, D] are taken as they are
            support, query = self.network.embed_episode(support, query, training)
        if self.objective == "pairwise":
            return self.network.class_logits(support, labels, query, mask)
        if self.objective == "nca":
            answer = self._neighbours(ops.concatenate([support, query], axis=1))
        else:
            answer = self.network.match(support, labels, query, mask)
        if not self.classes:
            return answer
        return {"episode": answer, "classes": self._class_logits(ops.concatenate([support, query], axis=1))}

    def _neighbours(self, embeddings):
        """log a(x_i, x_j) of every image over all others, `[B, N, N]`."""
        itself = ops.eye(embeddings.shape[1], dtype="float32") * MASKED_LOGIT
        return ops.log_softmax(self.network.matching_attention.logits(embeddings, embeddings) + itself, axis=-1)

    def _class_logits(self, embeddings):
        embeddings = ops.cast(embeddings, "float32")
        if self.head == "linear":
            return ops.matmul(embeddings, ops.transpose(self.vectors))
        return ops.exp(self.log_scale) * ops.matmul(normalize(embeddings), ops.transpose(normalize(self.vectors)))

    def class_loss(self, y, logits):
        """Cross-entropy over all training classes, with the margin."""
        if self.margin:
            logits = logits - self.margin * ops.exp(self.log_scale) * ops.one_hot(y, self.classes)
        return ops.mean(keras.losses.sparse_categorical_crossentropy(y, logits, from_logits=True))


def episode_loss():
    """-log of the right class's probability, over real queries only."""
    # a log-softmax of log-probabilities changes nothing, so the stock loss is exact
    return keras.losses.SparseCategoricalCrossentropy(from_logits=True, ignore_class=-1)


def pair_loss(y, logits):
    """Cross-entropy of same or different over all pairs of a query and a class, both kinds counted equally.

    Args:
        y: int `[B, Q]`.
        logits: `[B, Q, W]`, one support image a class.
    """
    same = ops.one_hot(y, logits.shape[-1])
    loss = ops.maximum(logits, 0) - logits * same + ops.log1p(ops.exp(-ops.abs(logits)))
    return ops.mean(ops.sum(loss * same, -1) + ops.sum(loss * (1 - same), -1) / (logits.shape[-1] - 1)) / 2


def neighbour_loss(y, log_attention):
    """-log of the attention that each image pays to the others of its class.

    Args:
        y: int `[B, N]`, the class of every image.
        log_attention: `[B, N, N]`.
    """
    same = ops.equal(y[:, :, None], y[:, None, :])
    return -ops.mean(ops.logsumexp(ops.where(same, log_attention, MASKED_LOGIT), axis=-1))


def neighbour_accuracy(y, log_attention):
    """Share of images whose nearest other image is of their class."""
    nearest = ops.take_along_axis(y, ops.argmax(log_attention, axis=-1), axis=1)
    return ops.mean(ops.cast(ops.equal(nearest, y), "float32"))
