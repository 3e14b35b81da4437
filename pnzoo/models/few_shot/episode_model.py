"""What few-shot models share: an episode comes in, every image is encoded once, and codes are matched."""

import keras
from keras import ops


class EpisodeModel(keras.Model):
    """A model of episodes. A subclass gives `encode`, `match`, `code_length` and `settings`.

    Call it with a dict of `support` float `[B, S, H, W, 1]` (1 for ink), `labels` one-hot `[B, S, W]`, `query`
    `[B, Q, H, W, 1]` and optionally `mask` bool `[B, S]` (False at padding), or the same as a tuple; it returns
    log-probabilities float32 `[B, Q, W]`.
    """

    def build_weights(self):
        """Create all weights, without data; returns the model."""
        if not self.built:
            self.build()
        return self

    def call(self, inputs, training=False):
        support, labels, query, mask = unpack(inputs)
        support, query = self.encode_episode(support, query, training)
        return self.match(support, labels, query, mask)

    def encode_episode(self, support, query, training=False):
        """Codes of an episode's images, support and query in one batch.

        Args:
            support: `[B, S, H, W, 1]`.
            query: `[B, Q, H, W, 1]`.
            training: whether batch normalisation uses this batch.

        Returns:
            `[B, S, D]` and `[B, Q, D]`.
        """
        both = ops.concatenate([support, query], axis=1)
        codes = self.encode(ops.reshape(both, (-1, *both.shape[2:])), training)
        codes = ops.reshape(codes, (-1, ops.shape(both)[1], self.code_length))
        shots = ops.shape(support)[1]
        return codes[:, :shots], codes[:, shots:]

    def attention(self, inputs):
        """Which support image decided: a(x, x_i).

        Args:
            inputs: as for calling the model.

        Returns:
            NumPy float32 `[B, Q, S]`; rows sum to 1.
        """
        support, _, query, mask = unpack(inputs)
        return ops.convert_to_numpy(self.attend(*self.encode_episode(support, query), mask))

    def compute_output_shape(self, input_shape):
        _, labels, query, _ = unpack(input_shape)
        return (*query[:2], labels[-1])

    def get_config(self):
        return {**super().get_config(), **self.settings}


def unpack(inputs):
    """`(support, labels, query, mask or None)` from a dict or a tuple.

    Raises:
        ValueError: if something is missing.
    """
    expected = "support [B, S, H, W, 1], labels [B, S, W], query [B, Q, H, W, 1] and optionally mask [B, S]"
    if isinstance(inputs, dict):
        missing = {"support", "labels", "query"} - set(inputs)
        if missing:
            raise ValueError(f"inputs lack {sorted(missing)}; they have {sorted(inputs)}. Give {expected}.")
        return inputs["support"], inputs["labels"], inputs["query"], inputs.get("mask")
    if not 3 <= len(inputs) <= 4:
        raise ValueError(f"got {len(inputs)} inputs. Give {expected}, in this order.")
    support, labels, query, *mask = inputs
    return support, labels, query, mask[0] if mask else None
