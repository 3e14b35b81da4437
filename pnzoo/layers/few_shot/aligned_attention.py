"""An attention kernel that compares two drawings place by place, after aligning them."""

import math

import keras
import numpy as np
from keras import ops

from pnzoo.layers.few_shot.matching_attention import MatchingAttention, unit

# Pairs of places held in memory at once; a larger support set is compared in parts.
MOST_PAIRS = 2**24
# How far a place looks before training: the standard deviation of a bell, in places.
REACH = 1.5


@keras.saving.register_keras_serializable("pnzoo")
class AlignedAttention(MatchingAttention):
    """Similarity of two drawings as the mean agreement of their places, each with what it corresponds to.

    A code holds a key k and a value v for every place of a small grid. Place p of one drawing looks at the places r
    of the other, softly: a(p, r) = softmax over r of t cos(k_p, k_r) + b(r - p), with a learned sharpness t and a
    learned table b over the steps from p to r. Their similarity is sum_p sum_r a(p, r) v_p . v_r, with all values of a
    drawing together at length 1, and the mean of looking one way and the other.

    So a stroke that another hand put a little to the side still meets its fellow, where two plain codes would have to
    agree on where everything is.

    Args:
        side: the grid's height and width, in places.
        channels: of a place; the first half is its key, the rest its value.
        scale, learn_scale: as of `MatchingAttention`.

    Example:
        >>> import numpy as np
        >>> layer = AlignedAttention(side=3, channels=4)
        >>> codes = np.random.default_rng(0).normal(size=(1, 2, 36)).astype("float32")     # [B=1, S=2, 3 * 3 * 4]
        >>> log_p = layer((codes, np.eye(2, dtype="float32")[None], codes))
        >>> np.array(log_p).shape                                                           # [B, Q, W]
        (1, 2, 2)

    Reference: Doersch et al. 2020, "CrossTransformers", whose alignment this is, on keys and values of one code.
    """

    def __init__(self, side, channels, scale=None, learn_scale=None, **kwargs):
        kwargs.pop("kernel", None)  # in the configuration that the parent writes
        super().__init__("cosine", scale, learn_scale, **kwargs)
        if channels % 2 or channels < 2:
            raise ValueError(f"channels={channels!r} must be even: half of them are keys, half values.")
        self.side, self.channels = int(side), int(channels)

    def build(self, input_shape=None):
        side, steps = self.side, np.arange(-self.side + 1, self.side)
        far = np.maximum(-(steps[:, None] ** 2 + steps**2) / (2 * REACH**2), -6).astype("float32")
        free = {"dtype": "float32", "autocast": False}
        self.log_sharpness = self.add_weight(
            name="log_sharpness", shape=(), initializer=keras.initializers.Constant(math.log(6.0)), **free
        )
        self.nearness = self.add_weight(name="nearness", shape=far.shape, initializer=lambda *_, **__: far, **free)
        rows, columns = np.divmod(np.arange(side**2), side)
        down, right = rows - rows[:, None], columns - columns[:, None]
        self.steps = ((down + side - 1) * (2 * side - 1) + right + side - 1).astype("int32")
        super().build(input_shape)

    def alike(self, query, support):
        """Agreement of every query with every support code, about -1 to 1.

        Args:
            query: float `[B, Q, D]`, D = side * side * channels.
            support: float `[B, S, D]`.

        Returns:
            float32 `[B, Q, S]`.
        """
        query, support = ops.convert_to_tensor(query), ops.convert_to_tensor(support)
        batch, queries, _ = query.shape
        step = max(1, MOST_PAIRS // ((batch or 1) * (queries or 1) * self.side**4))
        count = support.shape[1]
        if count is None or count <= step:
            return self._agreement(query, support)
        parts = [self._agreement(query, support[:, i : i + step]) for i in range(0, count, step)]
        return ops.concatenate(parts, axis=-1)

    def _agreement(self, query, support):
        keys, values = self._keys_and_values(query)
        other_keys, other_values = self._keys_and_values(support)
        sharpness = ops.exp(self.log_sharpness)
        nearness = ops.take(ops.reshape(self.nearness, (-1,)), self.steps)
        # [B, Q, P, S, R]; no cosine exceeds 1, so that no exponential overflows
        looks = self._products(keys, other_keys) * sharpness + nearness[:, None, :] - sharpness
        weights = ops.exp(looks)
        agreement = weights * self._products(values, other_values)
        there = ops.sum(ops.sum(agreement, axis=4) / (ops.sum(weights, axis=4) + 1e-30), axis=2)
        back = ops.sum(ops.sum(agreement, axis=2) / (ops.sum(weights, axis=2) + 1e-30), axis=3)
        return (there + back) / 2

    def _keys_and_values(self, codes):
        """Keys of length 1 each, values of length 1 together: `[B, N, P, C/2]`, float32."""
        _, count, length = codes.shape
        places = self.side**2
        if length != places * self.channels:
            raise ValueError(f"codes have length {length}, expected {places} places x {self.channels} channels.")
        shape = (-1, ops.shape(codes)[1] if count is None else count, places, self.channels)
        codes = ops.reshape(ops.cast(codes, "float32"), shape)
        keys, values = codes[..., : self.channels // 2], codes[..., self.channels // 2 :]
        return unit(keys), values * ops.rsqrt(ops.maximum(ops.sum(values**2, axis=(2, 3), keepdims=True), 1e-12))

    def _products(self, one, other):
        """Products of every place with every other, `[B, Q, P, S, R]`, as one product of two matrices."""
        flat = [ops.reshape(x, (-1, ops.shape(x)[1] * x.shape[2], x.shape[3])) for x in (one, other)]
        products = ops.matmul(flat[0], ops.transpose(flat[1], (0, 2, 1)))
        places = self.side**2
        return ops.reshape(products, (-1, ops.shape(one)[1], places, ops.shape(other)[1], places))

    def get_config(self):
        return {**super().get_config(), "side": self.side, "channels": self.channels}
