"""A memory-augmented neural network (MANN), the baseline that reads an episode as a sequence."""

import keras
import numpy as np
from keras import layers, ops

from pnzoo.layers.few_shot.full_context import LSTMStep
from pnzoo.layers.few_shot.matching_attention import unit
from pnzoo.models.backbones.convolutional import make_encoder
from pnzoo.models.few_shot.episode_model import EpisodeModel

USAGE_DECAY = 0.95


@keras.saving.register_keras_serializable("pnzoo")
class MANN(EpisodeModel):
    """An LSTM with an external memory that it writes to where it has looked last or least.

    The support set is shown one image at a time. With late labels, as in its paper, each comes together with the label
    of the image before it, so a label must be bound to an earlier image through memory, and a query with the last
    support label; otherwise each comes with its own label, and a query with none. Every query starts from the same
    state: none sees another. Predictions depend on the support's order, and on the number of a class only through
    training, where classes are numbered at random.

    Args:
        max_way: most classes of an episode; fewer are fine.
        encoder: `"conv4"` or `"residual"`.
        encoder_options: dict of the encoder's arguments.
        controller: units of the LSTM.
        slots: rows of the memory.
        width: columns of the memory.
        heads: read heads, each also a write head.
        late_labels: whether a label is shown with the next image, or with its own.
        image_size: height and width of the images, in pixels.

    Call it like `MatchingNetwork`; it returns log-probabilities float32 `[B, Q, W]`.

    Reference: Santoro et al. 2016, section 3 (least recently used access).
    """

    def __init__(
        self,
        max_way=5,
        encoder="conv4",
        encoder_options=None,
        controller=200,
        slots=128,
        width=40,
        heads=4,
        late_labels=True,
        image_size=28,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.settings = {
            "max_way": max_way,
            "encoder": encoder,
            "encoder_options": dict(encoder_options or {}),
            "controller": controller,
            "slots": slots,
            "width": width,
            "heads": heads,
            "late_labels": late_labels,
            "image_size": image_size,
        }
        self.max_way, self.slots, self.width, self.heads = max_way, slots, width, heads
        self.late_labels = bool(late_labels)
        self.encoder = make_encoder(encoder, encoder_options, self.dtype_policy)
        self.code_length = self.encoder.compute_output_shape((None, image_size, image_size, 1))[-1]
        self.cell = LSTMStep(controller, name="cell", dtype="float32")
        self.keys = layers.Dense(heads * width, activation="tanh", name="keys", dtype="float32")
        self.gate = layers.Dense(heads, activation="sigmoid", name="gate", dtype="float32")
        self.out = layers.Dense(max_way, name="out", dtype="float32")

    def build(self, input_shape=None):
        size, units = self.settings["image_size"], self.settings["controller"]
        self.encoder.build((None, size, size, 1))
        self.cell.build((None, self.code_length + self.max_way + self.heads * self.width + units))
        for head in (self.keys, self.gate):
            head.build((None, units))
        self.out.build((None, units + self.heads * self.width))
        self.built = True

    def encode(self, images, training=False):
        """Codes of images `[N, H, W, 1]`, `[N, D]`."""
        return self.encoder(images, training=training)

    def match(self, support, labels, query, mask=None):
        """Log-probabilities from codes, see `MatchingNetwork.match`.

        Raises:
            ValueError: if there are more classes than `max_way`.
        """
        way = labels.shape[-1]
        if way > self.max_way:
            raise ValueError(
                f"this network was built for max_way={self.max_way} classes and was given {way}. Ask for fewer, or "
                "use a matching network, which takes any number."
            )
        support, query = ops.cast(support, "float32"), ops.cast(query, "float32")
        labels = ops.pad(ops.cast(labels, "float32"), [[0, 0], [0, 0], [0, self.max_way - way]])
        state, label = self._show(support, labels, mask)
        queries = query.shape[1]
        state = [ops.repeat(part, queries, axis=0) for part in state]
        label = ops.repeat(label, queries, axis=0)
        _, seen = self._step(ops.reshape(query, (-1, self.code_length)), label, state)
        logits = ops.reshape(self.out(seen), (-1, queries, self.max_way))
        return ops.log_softmax(logits[:, :, :way], axis=-1)

    def _show(self, support, labels, mask):
        """State after the support set, and the label that the next image is shown with."""
        state, label = self._start(support[:, 0, 0]), ops.zeros_like(labels[:, 0])
        for i in range(support.shape[1]):
            own = labels[:, i]
            new, _ = self._step(support[:, i], label if self.late_labels else own, state)
            late = own if self.late_labels else label  # zeros for ever, where labels are not late
            if mask is None:
                state, label = new, late
                continue
            real = ops.cast(mask, "bool")[:, i]
            state = [_where(real, a, b) for a, b in zip(new, state, strict=True)]
            label = _where(real, late, label)
        return state, label

    def _start(self, like):
        """h, c, what was read, memory, usage and read weights before the first image; `like` is `[B]`."""
        units = self.settings["controller"]
        shapes = [
            (units,),
            (units,),
            (self.heads * self.width,),
            (self.slots, self.width),
            (self.slots,),
            (self.heads, self.slots),
        ]
        zero = ops.zeros_like(like)
        state = [ops.reshape(zero, (-1, *[1] * len(shape))) + ops.zeros((1, *shape)) for shape in shapes]
        state[3] = state[3] + 1e-6  # a zero row has no direction to compare with
        # the first writes go to the first slots, not all to one: usage starts a little uneven
        state[4] = state[4] + ops.convert_to_tensor(np.linspace(0, 1e-3, self.slots, dtype="float32"))
        return state

    def _step(self, code, label, state):
        """One image: new state, and `[B, controller + heads * width]` to decide on."""
        h, c, read, memory, usage, read_weights = state
        h, c = self.cell(ops.concatenate([code, label, read, h], -1), c)
        keys = ops.reshape(self.keys(h), (-1, self.heads, self.width))
        # equation 7 (write weights) and 8 (memory): a blend of the last reads and the least used slots
        gate = self.gate(h)[:, :, None]
        least = ops.one_hot(ops.top_k(-usage, self.heads)[1], self.slots)  # [B, heads, slots]
        write = gate * read_weights + (1 - gate) * least
        memory = memory * (1 - ops.max(least, axis=1))[:, :, None] + ops.einsum("bhs,bhw->bsw", write, keys)
        # equations 2 to 4: reads by cosine
        weights = ops.softmax(10 * ops.einsum("bhw,bsw->bhs", unit(keys), unit(memory)), axis=-1)
        read = ops.reshape(ops.einsum("bhs,bsw->bhw", weights, memory), (-1, self.heads * self.width))
        usage = USAGE_DECAY * usage + ops.sum(weights + write, axis=1)
        return [h, c, read, memory, usage, weights], ops.concatenate([h, read], -1)


def _where(real, new, old):
    return ops.where(ops.reshape(real, (-1, *[1] * (len(new.shape) - 1))), new, old)
