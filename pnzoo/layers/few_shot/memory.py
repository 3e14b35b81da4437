"""An external memory that an LSTM writes to and reads from: the controller of a MANN."""

import keras
import numpy as np
from keras import layers, ops

from pnzoo.layers.few_shot.episode_layer import EpisodeLayer
from pnzoo.layers.few_shot.full_context import LSTMStep
from pnzoo.layers.few_shot.masks import mask_of
from pnzoo.layers.few_shot.normalize import normalize

USAGE_DECAY = 0.95


@keras.saving.register_keras_serializable("pnzoo")
class MemoryController(EpisodeLayer):
    """An LSTM with external memory and least-recently-used access (LRUA) that reads a support set as a sequence.

    With shifted labels, as in the paper, an image comes together with the label of the image before it, so a label must
    be bound to an earlier image through memory, and a query comes with the last support label; otherwise each image
    comes with its own label, and a query with none. Every query starts from the same state: none sees another.

    Args:
        max_way: largest number of classes.
        controller_units: units of the LSTM.
        memory_slots: rows of the memory.
        memory_dim: columns of the memory.
        heads: read heads, each also a write head.
        shifted_labels: whether a label comes with the next image, or with its own.

    Call it with `[support [B, S, D], labels [B, S, W], query [B, Q, D]]` and an optional `mask` bool `[B, S]`, False at
    padding; it returns log-probabilities `[B, Q, W]`.

    Example:
        >>> import numpy as np
        >>> embeddings = np.eye(4, dtype="float32")[None]
        >>> MemoryController(max_way=5)([embeddings, embeddings, embeddings]).shape == (1, 4, 4)
        True

    Reference: Santoro et al. 2016, section 3.
    """

    def __init__(
        self,
        max_way=5,
        controller_units=200,
        memory_slots=128,
        memory_dim=40,
        heads=4,
        shifted_labels=True,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.max_way, self.controller_units, self.shifted_labels = max_way, controller_units, bool(shifted_labels)
        self.memory_slots, self.memory_dim, self.heads = memory_slots, memory_dim, heads
        dtype = self.dtype_policy
        self.cell = LSTMStep(controller_units, name="cell", dtype=dtype)
        self.keys = layers.Dense(heads * memory_dim, activation="tanh", name="keys", dtype=dtype)
        self.gate = layers.Dense(heads, activation="sigmoid", name="gate", dtype=dtype)
        self.out = layers.Dense(max_way, name="out", dtype=dtype)

    def build(self, input_shape):
        units, read = self.controller_units, self.heads * self.memory_dim
        self.cell.build((None, input_shape[0][-1] + self.max_way + read + units), (None, units))
        self.keys.build((None, units))
        self.gate.build((None, units))
        self.out.build((None, units + read))
        self.built = True

    def call(self, inputs, mask=None):
        support, labels, query = (ops.cast(x, self.compute_dtype) for x in inputs)
        way, mask = ops.shape(labels)[-1], mask_of(mask, 0)
        state, label = self._show(support, self._padded(labels), mask)
        batch, queries, dim = ops.shape(query)
        state = [ops.repeat(part, queries, axis=0) for part in state]
        label = ops.repeat(label, queries, axis=0)
        _, output = self._step(ops.reshape(query, (batch * queries, dim)), label, state)
        logits = ops.reshape(self.out(output), (batch, queries, self.max_way))
        return ops.log_softmax(logits[:, :, :way], axis=-1)

    def _padded(self, labels):
        """Labels `[B, S, W]` with zeros up to `max_way` classes."""
        zeros = ops.zeros_like(labels[..., :1]) * ops.zeros((self.max_way,), labels.dtype)
        return ops.concatenate([labels, zeros], axis=-1)[..., : self.max_way]

    def _show(self, support, labels, mask):
        """State after the support set, and the label that the next image comes with."""
        length = support.shape[1]
        state = (self._start(labels), ops.zeros_like(labels[:, 0]))
        if isinstance(length, int):
            for i in range(length):
                state = self._show_one(i, state, support, labels, mask)
            return state
        # exported models do not know how many support images will come
        return ops.fori_loop(
            0, ops.shape(support)[1], lambda i, state: self._show_one(i, state, support, labels, mask), state
        )

    def _show_one(self, i, state, support, labels, mask):
        memory, label = state
        image, own = ops.take(support, i, axis=1), ops.take(labels, i, axis=1)
        new, _ = self._step(image, label if self.shifted_labels else own, memory)
        following = own if self.shifted_labels else label  # stays zero where labels are not shifted
        if mask is None:
            return new, following
        real = ops.take(ops.cast(mask, "bool"), i, axis=1)
        return [_where(real, a, b) for a, b in zip(new, memory, strict=True)], _where(real, following, label)

    def _start(self, labels):
        """h, c, what was read, memory, usage and read weights before the first image."""
        units, slots, width, heads = self.controller_units, self.memory_slots, self.memory_dim, self.heads
        shapes = [(units,), (units,), (heads * width,), (slots, width), (slots,), (heads, slots)]
        zero = ops.zeros_like(labels[:, 0, 0])
        state = [ops.reshape(zero, (-1, *[1] * len(shape))) + ops.zeros((1, *shape), zero.dtype) for shape in shapes]
        state[3] = state[3] + 1e-6  # a zero row has no direction to compare with
        # the first writes go to the first slots, not all to one: usage starts a little uneven
        state[4] = state[4] + ops.convert_to_tensor(np.linspace(0, 1e-3, slots), zero.dtype)
        return state

    def _step(self, embedding, label, state):
        """One image: new state, and `[B, controller_units + heads * memory_dim]` to decide on."""
        h, c, read, memory, usage, read_weights = state
        h, c = self.cell(ops.concatenate([embedding, label, read, h], -1), c)
        keys = ops.reshape(self.keys(h), (-1, self.heads, self.memory_dim))
        # equation 7 (write weights) and 8 (memory): a blend of the last reads and the least used slots
        gate = self.gate(h)[:, :, None]
        least = ops.one_hot(ops.top_k(-usage, self.heads)[1], self.memory_slots, dtype=usage.dtype)
        write = gate * read_weights + (1 - gate) * least
        erased = ops.max(least, axis=1, initial=0.0)
        memory = memory * (1 - erased)[:, :, None] + ops.einsum("bhs,bhw->bsw", write, keys)
        # equations 2 to 4: reads by cosine
        weights = ops.softmax(10 * ops.einsum("bhw,bsw->bhs", normalize(keys), normalize(memory)), axis=-1)
        read = ops.reshape(ops.einsum("bhs,bsw->bhw", weights, memory), (-1, self.heads * self.memory_dim))
        usage = USAGE_DECAY * usage + ops.sum(weights + write, axis=1)
        return [h, c, read, memory, usage, weights], ops.concatenate([h, read], -1)

    def get_config(self):
        names = ("max_way", "controller_units", "memory_slots", "memory_dim", "heads", "shifted_labels")
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}


def _where(real, new, old):
    return ops.where(ops.reshape(real, (-1, *[1] * (len(new.shape) - 1))), new, old)
