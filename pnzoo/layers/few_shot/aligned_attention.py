"""An attention whose similarity compares two images location by location, after aligning them."""

import math

import keras
import numpy as np
from keras import ops

from pnzoo.core.deprecation import renamed_arguments
from pnzoo.layers.few_shot.matching_attention import MatchingAttention
from pnzoo.layers.few_shot.normalize import normalize

# Pairs of locations held in memory at once; a larger support set is compared in parts.
MAX_PAIRS = 2**24
# Standard deviation, in locations, of the relative position bias before training.
INITIAL_REACH = 1.5


@keras.saving.register_keras_serializable("pnzoo")
class AlignedAttention(MatchingAttention):
    """Similarity of two images as the mean agreement of their locations, after soft alignment.

    An embedding holds a key k and a value v for every location of a small grid. Location p of one image attends to the
    locations r of the other: a(p, r) = softmax over r of t cos(k_p, k_r) + b(r - p), with a learned inverse temperature
    t and a learned relative position bias b. The similarity is sum_p sum_r a(p, r) v_p . v_r, with all values of an
    image together at length 1, averaged over both directions. Local alignment tolerates small translations of strokes.

    Args:
        grid_size: the grid's height and width, in locations.
        channels: of a location; the first half is its key, the rest its value.
        scale, learn_scale: as of `MatchingAttention`.

    Example:
        >>> import numpy as np
        >>> layer = AlignedAttention(grid_size=3, channels=4)
        >>> embeddings = np.random.default_rng(0).normal(size=(1, 2, 36)).astype("float32")     # [B=1, S=2, 3 * 3 * 4]
        >>> log_p = layer((embeddings, np.eye(2, dtype="float32")[None], embeddings))
        >>> np.array(log_p).shape                                                               # [B, Q, W]
        (1, 2, 2)

    Reference: Doersch et al. 2020, "CrossTransformers", whose alignment this is, on keys and values of one embedding.
    """

    @renamed_arguments(side="grid_size")
    def __init__(self, grid_size, channels, scale=None, learn_scale=None, **kwargs):
        kwargs.pop("similarity", None)  # in the configuration that the parent writes
        super().__init__("cosine", scale, learn_scale, **kwargs)
        if channels % 2 or channels < 2:
            raise ValueError(f"channels={channels!r} must be even: half of them are keys, half values.")
        self.grid_size, self.channels = int(grid_size), int(channels)

    def build(self, input_shape):
        bias = _initial_bias(self.grid_size)
        float32 = {"dtype": "float32", "autocast": False}
        self.log_inverse_temperature = self.add_weight(
            name="log_inverse_temperature", shape=(), initializer=keras.initializers.Constant(math.log(6.0)), **float32
        )
        self.position_bias = self.add_weight(
            name="position_bias", shape=bias.shape, initializer=lambda *_, **__: bias, **float32
        )
        self.relative_position = _relative_position(self.grid_size)
        super().build(input_shape)

    def similarity(self, query, support):
        """Agreement of every query with every support embedding, about -1 to 1.

        Args:
            query: float `[B, Q, D]`, D = grid_size * grid_size * channels.
            support: float `[B, S, D]`.

        Returns:
            float32 `[B, Q, S]`.
        """
        query, support = ops.convert_to_tensor(query), ops.convert_to_tensor(support)
        batch, queries, _ = query.shape
        step = max(1, MAX_PAIRS // ((batch or 1) * (queries or 1) * self.grid_size**4))
        count = support.shape[1]
        if count is None or count <= step:
            return self._agreement(query, support)
        parts = [self._agreement(query, support[:, i : i + step]) for i in range(0, count, step)]
        return ops.concatenate(parts, axis=-1)

    def _agreement(self, query, support):
        query_keys, query_values = self._keys_and_values(query)
        support_keys, support_values = self._keys_and_values(support)
        inverse_temperature = ops.exp(self.log_inverse_temperature)
        bias = ops.take(ops.reshape(self.position_bias, (-1,)), self.relative_position)
        # [B, Q, P, S, R]; no cosine exceeds 1, so that no exponential overflows
        logits = self._products(query_keys, support_keys) * inverse_temperature + bias[:, None, :] - inverse_temperature
        weights = ops.exp(logits)
        agreement = weights * self._products(query_values, support_values)
        query_to_support = ops.sum(ops.sum(agreement, axis=4) / (ops.sum(weights, axis=4) + 1e-30), axis=2)
        support_to_query = ops.sum(ops.sum(agreement, axis=2) / (ops.sum(weights, axis=2) + 1e-30), axis=3)
        return (query_to_support + support_to_query) / 2

    def _keys_and_values(self, embeddings):
        """Keys of length 1 each, values of length 1 together: `[B, N, P, C/2]`, float32."""
        batch, count, length = ops.shape(embeddings)
        locations = self.grid_size**2
        if length != locations * self.channels:
            raise ValueError(
                f"embeddings have length {length}, expected {locations} locations x {self.channels} channels."
            )
        embeddings = ops.reshape(ops.cast(embeddings, "float32"), (batch, count, locations, self.channels))
        half = self.channels // 2
        return normalize(embeddings[..., :half]), normalize(embeddings[..., half:], axis=(2, 3))

    def _products(self, one, other):
        """Products of every location with every other, `[B, Q, P, S, R]`, as one product of two matrices."""
        locations, channels = self.grid_size**2, self.channels // 2
        batch, queries, support = ops.shape(one)[0], ops.shape(one)[1], ops.shape(other)[1]
        one = ops.reshape(one, (batch, queries * locations, channels))
        other = ops.reshape(other, (batch, support * locations, channels))
        products = ops.matmul(one, ops.transpose(other, (0, 2, 1)))
        return ops.reshape(products, (batch, queries, locations, support, locations))

    def get_config(self):
        config = super().get_config()
        config.pop("similarity")
        return {**config, "grid_size": self.grid_size, "channels": self.channels}


def _initial_bias(size):
    """float32 `[2 size - 1, 2 size - 1]`: a bell over the steps from one location to another."""
    steps = np.arange(-size + 1, size)
    return np.maximum(-(steps[:, None] ** 2 + steps**2) / (2 * INITIAL_REACH**2), -6).astype("float32")


def _relative_position(size):
    """int32 `[P, P]`: which entry of the flattened bias belongs to two locations."""
    rows, columns = np.divmod(np.arange(size**2), size)
    down, right = rows - rows[:, None], columns - columns[:, None]
    return ((down + size - 1) * (2 * size - 1) + right + size - 1).astype("int32")
