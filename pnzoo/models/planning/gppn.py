"""Gated Path Planning Networks: value iteration's recurrence, replaced by an LSTM in every cell."""

import keras

from pnzoo.core import former
from pnzoo.core.model import LayerOption, ZooModel, as_policy, part_policy
from pnzoo.core.schema import Int
from pnzoo.layers.planning.attention_readout import AttentionReadout
from pnzoo.layers.planning.gated_iteration import GatedIteration
from pnzoo.models.planning.planner import ACTIONS, Planner


@keras.saving.register_keras_serializable("pnzoo")
class GPPN(Planner, ZooModel, keras.Model):
    """A gated planner: each cell is an LSTM that reads a convolution of its neighbours' states, k times.

        h_0 = W_h * phi      c_0 = W_c * phi      h_k, c_k = LSTM(W * h_{k-1}, (h_{k-1}, c_{k-1}))      logits = W_o h_k

    Nothing in it is a reward, a transition or a value; it is the peer of the VINs for long horizons.

    Args:
        k: how many times the neighbours are read. The weights do not depend on it; it may be set at any time.
        hidden: width of a cell's state (150 in the paper).
        kernel_size: side of the neighborhood that is read (3 to 11 in the paper).

    Call args:
        image: [B, H, W, 2], 1 at walls and 1 at the goal.

    Returns:
        logits of the eight moves, [B, H, W, 8].

    Raises:
        ValueError: k < 1.

    Example:
        >>> from pnzoo import gridworld
        >>> from pnzoo.models import GPPN
        >>> GPPN(k=3, hidden=8).policy(*gridworld.generate(2, 9, seed=0)).shape
        (2, 9, 9)

    Reference: Lee et al. 2018, "Gated Path Planning Networks", arXiv 1806.06408.
    """

    CONFIG_SCHEMA = {"k": Int(1, 100_000_000), "hidden": Int(1, 4096), "kernel_size": Int(1, 99)}
    recurrence = "gated_iteration"
    k = LayerOption("gated_iteration")

    @former.accepts_former_names("GPPN")
    def __init__(self, k=20, hidden=32, kernel_size=3, dtype=None, **kwargs):
        policy = as_policy(dtype)
        features = keras.layers.Conv2D(
            hidden, 3, padding="same", data_format="channels_last", dtype=part_policy(policy, "features"),
            name="features",
        )  # fmt: skip
        iteration = GatedIteration(
            k, hidden, kernel_size, dtype=part_policy(policy, "gated_iteration"), name="gated_iteration"
        )
        head = keras.layers.Dense(
            ACTIONS, use_bias=False, dtype=part_policy(policy, "policy", sums=True), name="policy"
        )
        image = keras.Input((None, None, 2), name="image")
        super().__init__(image, head(iteration(features(image))), **kwargs)
        self.features, self.gated_iteration, self.policy_head = features, iteration, head
        self.readout = AttentionReadout(dtype=part_policy(policy, "psi"), name="psi")
        self.readout.build((None, None, None, hidden))
        self._configure(policy, hidden=int(hidden), kernel_size=int(kernel_size))

    def _position_network(self):
        positions = keras.Input((None, 2), dtype="int32", name="positions")
        state = self.readout(self.get_layer("gated_iteration").output, positions)
        return keras.Model([self.input, positions], self.policy_head(state), name=f"{self.name}_at_positions")

    @property
    def former_weights(self):
        inside = ("cell", "first_memory", "first_state")
        return {
            "features": "features",
            **{name: f"gated_iteration/{name}" for name in inside},
            "layers/conv2d_3": "gated_iteration/neighbours",
            "layers/dense": "policy",
        }
