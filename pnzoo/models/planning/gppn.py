"""Gated Path Planning Networks: value iteration's recurrence, replaced by an LSTM in every cell."""

import keras
from keras import ops

from pnzoo.layers import AttentionReadout
from pnzoo.models.planning.planner import Planner


@keras.saving.register_keras_serializable("pnzoo")
class GPPN(Planner):
    """A gated planner: each cell is an LSTM that reads a convolution of its neighbours' states, k times.

        h_0 = W_h * phi      c_0 = W_c * phi      h_k, c_k = LSTM(W * h_{k-1}, (h_{k-1}, c_{k-1}))      logits = W_o h_k

    Nothing in it is a reward, a transition or a value; it is the peer that the VINs for long ways are measured against.

    Args:
        k: how many times the neighbours are read. The weights do not depend on it.
        hidden: width of a cell's state (150 in the paper).
        kernel: side of the neighbourhood that is read (3 to 11 in the paper).

    Call args:
        image: [B, H, W, 2], 1 at walls and 1 at the goal; or a pair (image, positions [B, N, 2]).

    Returns:
        logits of the eight moves, [B, H, W, 8] or [B, N, 8].

    Raises:
        ValueError: k < 1.

    Example:
        >>> from pnzoo import gridworld
        >>> from pnzoo.models import GPPN
        >>> GPPN(k=3, hidden=8).policy(*gridworld.generate(2, 9, seed=0)).shape
        (2, 9, 9)

    Reference: Lee et al. 2018, "Gated Path Planning Networks", arXiv 1806.06408.
    """

    def __init__(self, k=20, hidden=32, kernel=3, **kwargs):
        super().__init__(**kwargs)
        if not k >= 1:
            raise ValueError(f"k is how many times the neighbours are read, at least 1; got {k!r}. Try k=20.")
        self.settings = {"k": k, "hidden": hidden, "kernel": kernel}
        self.k = int(k)
        conv = lambda width, side, name: keras.layers.Conv2D(width, side, padding="same", name=name)  # noqa: E731
        self.features = conv(hidden, 3, "features")
        self.first_state, self.first_memory = conv(hidden, 3, "first_state"), conv(hidden, 3, "first_memory")
        self.neighbours = conv(1, kernel, "neighbours")
        self.cell = keras.layers.LSTMCell(hidden, name="cell")
        self.policy_head = keras.layers.Dense(8, use_bias=False, name="policy")
        self.readout = AttentionReadout(name="psi")

    def build(self, input_shape=None):
        hidden = self.settings["hidden"]
        self.features.build((None, None, None, 2))
        for layer in (self.first_state, self.first_memory, self.neighbours, self.policy_head, self.readout):
            layer.build((None, None, None, hidden))
        self.cell.build((None, 1))
        self.built = True

    def call(self, inputs, training=None):
        image, positions = inputs if isinstance(inputs, (tuple, list)) else (inputs, None)
        phi = self.features(image)
        shape, hidden = ops.shape(image)[:3], self.settings["hidden"]
        state, memory = (ops.reshape(conv(phi), (-1, hidden)) for conv in (self.first_state, self.first_memory))

        def step(state, memory):
            read = self.neighbours(ops.reshape(state, (*shape, hidden)))
            return self.cell(ops.reshape(read, (-1, 1)), [state, memory])[1]

        if training:
            for _ in range(self.k):
                state, memory = step(state, memory)
        else:  # a loop compiles at once, whatever k is
            state, memory = ops.fori_loop(0, self.k, lambda _, both: tuple(step(*both)), (state, memory))
        state = ops.reshape(state, (*shape, hidden))
        return self.policy_head(state if positions is None else self.readout(state, positions))

    def get_config(self):
        return {**super().get_config(), **self.settings}
