"""What is fitted: a network, with the losses that train it."""

import math

import keras
from keras import ops

from pnzoo.layers.matching_attention import unit
from pnzoo.models.matching import unpack


class EpisodeTrainer(keras.Model):
    """A few-shot network with the loss of its episodes and, if asked, a loss over all training classes.

    Args:
        network: the network trained.
        classes: training classes, 0 for no loss over them.
        head: `"cosine"` (scaled cosine with a learned vector a class) or `"linear"` (a plain softmax layer).
        margin: taken off the cosine of the right class while training, which pulls classes further apart.
    """

    def __init__(self, network, classes=0, head="cosine", margin=0.0, **kwargs):
        super().__init__(**kwargs)
        self.network, self.classes, self.head, self.margin = network, classes, head, margin

    def build(self, input_shape=None):
        self.network.build_weights()
        if self.classes:
            shape = (self.classes, self.network.code_length)
            self.vectors = self.add_weight(name="vectors", shape=shape, initializer="glorot_normal", dtype="float32")
            start = keras.initializers.Constant(math.log(16.0))
            self.log_scale = self.add_weight(name="log_scale", shape=(), initializer=start, dtype="float32")
        self.built = True

    def call(self, inputs, training=False):
        support, labels, query, mask = unpack(inputs)
        codes = self.network.encode_episode(support, query, training)
        log_p = self.network.match(codes[0], labels, codes[1], mask)
        if not self.classes:
            return log_p
        return {"episode": log_p, "classes": self._class_logits(ops.concatenate(codes, axis=1))}

    def _class_logits(self, codes):
        codes = ops.cast(codes, "float32")
        if self.head == "linear":
            return ops.matmul(codes, ops.transpose(self.vectors))
        return ops.exp(self.log_scale) * ops.matmul(unit(codes), ops.transpose(unit(self.vectors)))

    def class_loss(self, y, logits):
        """Cross-entropy over all training classes, with the margin."""
        if self.margin:
            logits = logits - self.margin * ops.exp(self.log_scale) * ops.one_hot(y, self.classes)
        return ops.mean(keras.losses.sparse_categorical_crossentropy(y, logits, from_logits=True))


def episode_loss():
    """-log of the right class's probability, over real queries only."""
    # a log-softmax of log-probabilities changes nothing, so the stock loss is exact
    return keras.losses.SparseCategoricalCrossentropy(from_logits=True, ignore_class=-1)
