"""Attention between single images and class means, in a space adapted to the support set."""

import math

import keras
from keras import ops

from pnzoo.layers.few_shot.episode_layer import EpisodeLayer
from pnzoo.layers.few_shot.masks import mask_of
from pnzoo.layers.few_shot.matching_attention import MASKED_LOGIT
from pnzoo.layers.few_shot.normalize import normalize

PARTS = ("power", "center", "whiten", "instance")
MAX_DEVIATIONS = 256  # of support images from their class means that are whitened by: bounds time and memory
NEWTON_STEPS = 15  # each squares the error: enough for condition numbers up to some thousands


@keras.saving.register_keras_serializable("pnzoo")
class AdaptedAttention(EpisodeLayer):
    """a(x, x_i) over frozen features, with a handful of learned numbers and what the support set itself says.

    Features of a strong frozen backbone are compared best by their class means, and attention over single images loses
    to these at several shots. This layer contains both, and what lies between:

    1. every block of features is raised to a power ("power") and scaled to length 1;
    2. a share of the support set's mean is taken off ("center"): what all classes have in common tells none apart, and
       where classes look alike to one block, the others weigh more;
    3. blocks are put side by side, each with a weight, and scaled to length 1;
    4. directions in which images of one class differ count less ("whiten"): cosines are taken in the metric
       (I + b sum_i d_i d_i')^-1 with d_i the deviation of a support image from its class mean; one shot has none;
    5. a support image stands for itself by a share ("instance") and for its class mean by the rest;
    6. a class counts by the mean of its images, so one with more images is not thought more probable;
    7. the scale of the softmax follows the numbers of shots and classes, so that probabilities are calibrated.

    Everything is computed in float32, whatever the dtype policy.

    Args:
        blocks: lengths of the blocks of an embedding; the first has the weight 1.
        parts: which of "power", "center", "whiten", "instance" are there; a part left out is what the class mean does.
        scale: initial factor on cosines.
        weights: initial weights of the blocks after the first; 0.5 each by default.

    Call it with `[support [B, S, D], labels one-hot [B, S, W], query [B, Q, D]]`, and optionally a mask bool `[B, S]`;
    it returns log-probabilities float32 `[B, Q, W]`.

    Example:
        >>> import numpy as np
        >>> layer = AdaptedAttention([2, 1])
        >>> support = np.array([[[1, 0, 0], [0.9, 0, 0.1], [0, 1, 1], [0.1, 1, 1]]], "float32")
        >>> labels = np.eye(2, dtype="float32")[[0, 0, 1, 1]][None]
        >>> np.exp(np.array(layer([support, labels, support]))).argmax(-1).tolist()
        [[0, 0, 1, 1]]
    """

    def __init__(self, blocks, parts=PARTS, scale=20.0, weights=None, **kwargs):
        super().__init__(autocast=False, **kwargs)
        self.blocks, self.parts, self.initial_scale = list(blocks), list(parts), float(scale)
        self.initial_weights = list(weights if weights is not None else [0.5] * (len(self.blocks) - 1))
        if unknown := set(self.parts) - set(PARTS):
            raise ValueError(f"parts are some of {', '.join(PARTS)}; {min(unknown)!r} is none.")
        if not self.blocks or len(self.initial_weights) != len(self.blocks) - 1:
            raise ValueError("give one block or more, and a weight for each after the first.")
        if not self.initial_scale > 0 or not all(weight > 0 for weight in self.initial_weights):
            raise ValueError("scale and weights are positive.")

    def build(self, input_shape):
        def add(name, values):
            return self.add_weight(
                name=name, shape=(len(values),), initializer=_Values(values), dtype="float32", autocast=False
            )

        # factor; exponents of the numbers of shots and of classes
        self.scales = add("scales", [math.log(self.initial_scale), 0.0, 0.0])
        logs = [math.log(weight) for weight in self.initial_weights]
        self.block_weights = add("block_weights", logs) if logs else None
        has = self.parts.__contains__
        self.powers = add("powers", [0.0] * len(self.blocks)) if has("power") else None
        self.centers = add("centers", [0.0] * len(self.blocks)) if has("center") else None
        self.whitening = add("whitening", [-2.0]) if has("whiten") else None
        self.instance = add("instance", [-1.0]) if has("instance") else None
        self.built = True

    # -- the parts --------------------------------------------------------------------------------

    def adapt(self, support, query, mask=None):
        """Support and query after steps 1 to 3.

        Args:
            support: float `[B, S, D]`.
            query: float `[B, Q, D]`.
            mask: bool `[B, S]`, False at padding, or None.

        Returns:
            float32 `[B, S, D]` and `[B, Q, D]`, of length 1.
        """
        counts = ops.ones_like(support[..., 0], "float32") if mask is None else ops.cast(mask, "float32")
        counts = ops.expand_dims(counts / ops.maximum(ops.sum(counts, 1, keepdims=True), 1), -1)
        blocks = []
        for i, both in enumerate(zip(self._blocks(support), self._blocks(query), strict=True)):
            if self.centers is not None:
                share = ops.sigmoid(self.centers[i]) * ops.sum(both[0] * counts, 1, keepdims=True)
                both = [x - share for x in both]
            blocks.append(both)
        return tuple(normalize(ops.concatenate(block, -1)) for block in zip(*blocks, strict=True))

    def weigh(self, x):
        """Embeddings `[..., D]` after step 1, each block times its weight, as they are without a support set."""
        return ops.concatenate(list(self._blocks(x)), -1)

    def _blocks(self, x):
        start = 0
        for i, size in enumerate(self.blocks):
            weight = ops.exp(self.block_weights[i - 1]) if i else 1.0
            yield weight * self._power(ops.cast(x[..., start : start + size], "float32"), i)
            start += size

    def _power(self, x, i):
        if self.powers is None:
            return normalize(x)
        # features end in a ReLU; a little is added as the slope of a power below 1 is infinite at 0
        return normalize(ops.power(ops.maximum(x, 0) + 1e-3, 2 * ops.sigmoid(self.powers[i])))

    def cosines(self, support, labels, query, mask=None):
        """Cosines of queries with support images and with class means, in the metric of step 4.

        Args:
            support, labels, query, mask: as for `call`.

        Returns:
            float32 `[B, Q, S]`, `[B, Q, W]`.
        """
        support, query = self.adapt(support, query, mask)
        labels = _without_padding(labels, mask)
        counts = ops.expand_dims(ops.sum(labels, 1), -1)
        means = ops.matmul(ops.transpose(labels, (0, 2, 1)), support) / ops.maximum(counts, 1)
        if self.whitening is None:
            return _cosine(query, support), _cosine(query, means)
        known = ops.sum(labels, -1, keepdims=True)
        deviations = ((support - ops.matmul(labels, means)) * known)[:, :MAX_DEVIATIONS]
        strength = ops.exp(self.whitening[0])
        gram = ops.matmul(deviations, ops.transpose(deviations, (0, 2, 1)))
        # by the matrix inversion lemma, the inverse is one of as many rows as there are deviations
        inverse = _inverse(ops.eye(ops.shape(gram)[1], dtype="float32") + strength * gram)

        def metric(x):
            along = ops.matmul(x, ops.transpose(deviations, (0, 2, 1)))
            return x - strength * ops.matmul(ops.matmul(along, inverse), deviations)

        return _cosine(query, support, metric), _cosine(query, means, metric)

    # -- answers ----------------------------------------------------------------------------------

    def log_attention(self, query, support, labels, mask=None):
        """log a(x, x_i), float32 `[B, Q, S]`; the exponentials of a row sum to 1. Arguments as for `call`."""
        return self.log_attention_of(self.cosines(support, labels, query, mask), labels, mask)

    def log_attention_of(self, cosines, labels, mask=None):
        """`log_attention` from what `cosines` gave."""
        images, means = cosines
        labels = _without_padding(labels, mask)
        counts = ops.sum(labels, 1, keepdims=True)
        means = ops.matmul(means, ops.transpose(labels, (0, 2, 1)))
        share = ops.sigmoid(self.instance[0]) if self.instance is not None else 0.0
        logits = self._scale(counts) * (share * images + (1 - share) * means)
        logits = logits - ops.log(ops.maximum(ops.matmul(counts, ops.transpose(labels, (0, 2, 1))), 1))
        logits = ops.where(ops.expand_dims(ops.sum(labels, -1), 1) > 0, logits, MASKED_LOGIT)
        return ops.log_softmax(logits, -1)

    def _scale(self, counts):
        """The factor on cosines, `[B, 1, 1]`, for classes of `counts` `[B, 1, W]` images."""
        classes = ops.maximum(ops.sum(ops.cast(counts > 0, "float32"), -1, keepdims=True), 1)
        shots = ops.maximum(ops.sum(counts, -1, keepdims=True) / classes, 1)
        return ops.exp(self.scales[0] + self.scales[1] * ops.log(shots) + self.scales[2] * ops.log(classes / 5))

    def call(self, inputs, mask=None):
        support, labels, query, *given = inputs
        labels = ops.cast(labels, "float32")
        log_a = self.log_attention(query, support, labels, given[0] if given else mask_of(mask, 0))
        log_y = ops.where(labels > 0, ops.log(ops.maximum(labels, 1e-30)), MASKED_LOGIT)
        return ops.logsumexp(ops.expand_dims(log_a, 3) + ops.expand_dims(log_y, 1), axis=2)

    def compute_output_spec(self, inputs, mask=None):
        return keras.KerasTensor(self.compute_output_shape([x.shape for x in inputs]), "float32")

    def get_config(self):
        return {
            **super().get_config(),
            "blocks": list(self.blocks),
            "parts": list(self.parts),
            "scale": self.initial_scale,
            "weights": list(self.initial_weights),
        }


def _without_padding(labels, mask):
    labels = ops.cast(labels, "float32")
    return labels if mask is None else labels * ops.expand_dims(ops.cast(mask, "float32"), -1)


def _cosine(query, others, metric=lambda x: x):
    """Cosines `[B, Q, N]` in a metric, a function of vectors `[B, N, D]`."""
    lengths = [ops.sum(metric(x) * x, -1) for x in (query, others)]
    query_length, other_length = (ops.rsqrt(ops.maximum(length, 1e-12)) for length in lengths)
    products = ops.matmul(query, ops.transpose(metric(others), (0, 2, 1)))
    return products * ops.expand_dims(query_length, 2) * ops.expand_dims(other_length, 1)


def _inverse(matrix):
    """Inverse of symmetric matrices `[B, N, N]` whose eigenvalues are 1 or more, by Newton-Schulz iteration.

    `ops.linalg.inv` has no counterpart in the files that phones and browsers run; products of matrices have.
    """
    identity = ops.eye(ops.shape(matrix)[1], dtype="float32")
    largest = ops.sqrt(ops.sum(ops.square(matrix), (1, 2), keepdims=True))  # at least the largest eigenvalue
    inverse = 2 / (1 + largest) * identity
    for _ in range(NEWTON_STEPS):
        inverse = ops.matmul(inverse, 2 * identity - ops.matmul(matrix, inverse))
    return inverse


class _Values(keras.initializers.Initializer):
    """Given numbers."""

    def __init__(self, values):
        self.values = list(values)

    def __call__(self, shape, dtype=None):
        return ops.convert_to_tensor(self.values, dtype=dtype)

    def get_config(self):
        return {"values": self.values}
