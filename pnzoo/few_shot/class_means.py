"""Nearest class mean: how a model that gives nothing but vectors becomes a classifier."""

import numpy as np

SCALE = 25.0  # of cosines, with the likeliest probabilities of EfficientNet-Lite0 on Tiny-ImageNet at 1 and 5 shots


class ClassMeans:
    """Compares a query with the mean of each class's unit vectors, by the cosine.

    Over single support images it has attention too, for explanation: a softmax of cosines. It does not decide.

    Args:
        scale: what cosines are multiplied with before the softmax.

    Example:
        >>> support, labels = np.eye(3)[None, [0, 0, 1]], np.eye(2)[None, [0, 0, 1]]
        >>> log_p = ClassMeans(scale=2.0).match(support, labels, np.array([[[1.0, 0, 0]]]))
        >>> np.exp(log_p).round(2).tolist()
        [[[0.88, 0.12]]]

    Reference: Snell et al. 2017, with the cosine; Vinyals et al. 2016 for the attention.
    """

    def __init__(self, scale=SCALE):
        self.scale = scale

    def class_logits(self, support, labels, query):
        """`[B, Q, W]` from embeddings `[B, S, D]`, one-hot labels `[B, S, W]` and queries `[B, Q, D]`."""
        means = np.einsum("bsw,bsd->bwd", labels, _unit(support))
        return self.scale * np.einsum("bqd,bwd->bqw", _unit(query), _unit(means))

    def match(self, support, labels, query):
        """Log-probabilities `[B, Q, W]`; arguments as for `class_logits`."""
        return _log_softmax(self.class_logits(support, labels, query))

    def attend(self, support, query):
        """a(x, x_i), `[B, Q, S]`; rows sum to 1."""
        return np.exp(_log_softmax(self.scale * self.similarity(support, query)))

    def similarity(self, support, query):
        """Cosines, `[B, Q, S]`."""
        return np.einsum("bqd,bsd->bqs", _unit(query), _unit(support))


def _unit(x):
    return x / np.maximum(np.linalg.norm(x, axis=-1, keepdims=True), 1e-9)


def _log_softmax(logits):
    logits = logits - logits.max(-1, keepdims=True)
    return logits - np.log(np.exp(logits).sum(-1, keepdims=True))
