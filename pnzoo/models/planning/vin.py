"""Value Iteration Networks."""

import functools
from types import SimpleNamespace

import keras
import numpy as np
from keras import ops

from pnzoo.core import former
from pnzoo.core.model import LayerOption, ZooModel, as_policy, named_weights, part_policy, peek, plain_policy
from pnzoo.core.schema import Bool, Either, Float, Int, ListOf, OneOf
from pnzoo.layers.planning.attention_readout import AttentionReadout
from pnzoo.layers.planning.value_iteration import TRANSITIONS, ValueIteration
from pnzoo.models.planning.planner import ACTIONS
from pnzoo.models.planning.value_planner import ValuePlanner
from pnzoo.worlds.gridworld import neighborhoods, patch_iteration, patch_tables

PATCH_TABLE_MIN_CELLS = 16_384  # cells from which it is faster to compute each 3x3 patch once than each cell
GOAL_START = 2.0  # how much less a goal's cell costs than others, before softplus, when training begins


@keras.saving.register_keras_serializable("pnzoo")
class VIN(ValuePlanner, ZooModel, keras.Model):
    """A Value Iteration Network: it learns R and P from the map, plans in them for K steps, and acts on Q.

        phi = features(image)      R = f_R(phi)      P = f_P(phi) or shared kernels
        Q = value_iteration(R, P, K)                 logits = W [psi(Q, s), phi(s)]

    Args:
        k: steps of value iteration. With tied weights any k works with the same weights: take at least the
            number of moves of the longest path that matters. It may be set at any time.
        channels: abstract actions A of the planning module.
        filters: widths of the feature layers; the first is a 3x3 convolution, the others see one cell only.
        activation: of the feature layers; `"linear"` in the paper, which has one of 150.
        transition: `"per_cell"`, `"softmax_kernel"` or `"kernel"` (the paper's), see `pnzoo.layers.ValueIteration`.
        tied: one set of planning weights for all k steps; untied, k is fixed.
        inverse_temperature: factor on the logits of P.
        goal_value: value of the goal in the input image (10 in the paper).
        nonpositive_reward: keep R and the action biases at or below 0 (as -softplus): V is then minus a cost-to-go,
            and converges.
        logit_scale: with a number, the policy reads logit_scale (Q - max_a Q): only differences count, and small
            ones, which decide between nearly equal paths, count from the first step of training on. None: it reads Q.
        concat_state: let the policy also read phi(s) beside Q(s, .), as the paper allows.

    Call args:
        image: [B, H, W, 2], 1 at walls and 1 at the goal (`pnzoo.gridworld.encode`).

    Returns:
        logits of the eight moves, [B, H, W, 8].

    Example:
        >>> from pnzoo import gridworld
        >>> from pnzoo.models import VIN
        >>> maps = gridworld.generate(2, 8, seed=0)
        >>> VIN(k=10)(gridworld.encode(*maps)).shape == (2, 8, 8, 8)
        True

    Under a mixed policy R, the logits of P, V and the policy head stay in float32: V is a sum over K steps.

    Reference: Tamar et al. 2016, section 3 and appendix A.
    """

    CONFIG_SCHEMA = {
        "k": Int(1, 100_000_000),
        "channels": Int(1, 1000),
        "filters": ListOf(Int(1, 4096), 1, 20),
        "activation": OneOf("relu", "linear", "tanh", "gelu", "silu", "elu"),
        "transition": OneOf(*TRANSITIONS),
        "tied": Bool(),
        "inverse_temperature": Float(),
        "goal_value": Float(),
        "nonpositive_reward": Bool(),
        "logit_scale": Either(OneOf(None), Float()),
        "concat_state": Bool(),
    }
    recurrence = "value_iteration"
    k = LayerOption("value_iteration")
    inverse_temperature = LayerOption("value_iteration")

    @former.accepts_former_names("VIN")
    def __init__(
        self,
        k=20,
        channels=10,
        filters=(64, 64),
        activation="relu",
        transition="per_cell",
        tied=True,
        inverse_temperature=4.0,
        goal_value=1.0,
        nonpositive_reward=True,
        logit_scale=10.0,
        concat_state=False,
        dtype=None,
        **kwargs,
    ):
        # === Layers ===
        policy = as_policy(dtype)
        bounded = nonpositive_reward and transition != "kernel"
        parts = SimpleNamespace(
            features=feature_layers(filters, activation, policy),
            value_iteration=ValueIteration(
                k, channels, transition, tied, inverse_temperature, bounded,
                dtype=part_policy(policy, "value_iteration", sums=True), name="value_iteration",
            ),
            reward_head=keras.layers.Dense(
                1, use_bias=nonpositive_reward, dtype=part_policy(policy, "reward", sums=True), name="reward"
            ),
            reward_of_image=_reward_of_image(policy) if nonpositive_reward else None,
            policy_head=keras.layers.Dense(
                ACTIONS, use_bias=False, dtype=part_policy(policy, "policy", sums=True), name="policy"
            ),
            readout=AttentionReadout(dtype=part_policy(policy, "psi", sums=True), name="psi"),
            goal_value=float(goal_value),
            logit_scale=None if logit_scale is None else float(logit_scale),
            concat_state=bool(concat_state),
        )  # fmt: skip
        # === Functional model ===
        image = keras.Input((None, None, 2), name="image")
        observation, reward = _features_and_reward(parts, image)
        q = parts.value_iteration(reward, observation)
        super().__init__(image, _policy_logits(parts, q, observation), **kwargs)
        parts.readout.build((None, None, None, channels))
        # === Configuration ===
        for name in ("features", "value_iteration", "reward_head", "reward_of_image", "policy_head", "readout"):
            setattr(self, name, getattr(parts, name))
        self._configure(
            policy, channels=parts.value_iteration.channels, filters=tuple(filters), activation=activation,
            transition=transition, tied=parts.value_iteration.tied, goal_value=parts.goal_value,
            nonpositive_reward=bool(nonpositive_reward), logit_scale=parts.logit_scale,
            concat_state=parts.concat_state,
        )  # fmt: skip

    def features_and_reward(self, image):
        """phi and R of a map: [B, H, W, 2] -> ([B, H, W, F], [B, H, W])."""
        return _features_and_reward(self, image)

    def policy_logits(self, q, observation=None):
        """Logits of the eight moves from Q, and from phi where `concat_state`: [..., A] -> [..., 8]."""
        return _policy_logits(self, q, observation)

    def intermediates(self, image, reward=None):
        observation, learned = self.features_and_reward(image)
        reward = learned if reward is None else reward
        steps = self.value_iteration(reward, observation, steps=True)
        q_all = ops.concatenate([steps.q_steps[0], steps.q], axis=0)  # Q(R, V_0) ... Q(R, V_K): [K+1, H, W, A]
        features = ops.broadcast_to(observation, (*ops.shape(q_all)[:3], observation.shape[-1]))
        policies = ops.argmax(self.policy_logits(q_all, features), axis=-1)
        transition = steps.transition[0] if self.transition == "per_cell" else steps.transition
        return reward[0], transition, steps.values[0], steps.q[0], policies, ops.argmax(q_all, axis=-1)

    def _intermediates(self, image, reward):
        if reward is None:
            return self.run_compiled(self.intermediates, image)
        return self.run_compiled(self._intermediates_of, [image, reward])

    def _intermediates_of(self, inputs):
        return self.intermediates(*inputs)

    def _position_network(self):
        image = self.input
        positions = keras.Input((None, 2), dtype="int32", name="positions")
        observation, _ = self.features_and_reward(image)
        q = self.readout(self.get_layer("value_iteration").output, positions)
        if self.concat_state:
            observation = self.readout(observation, positions)
        return keras.Model([image, positions], self.policy_logits(q, observation), name=f"{self.name}_at_positions")

    def _logits(self, walls, goal):
        tables = self._patch_tables() if patch_iteration.is_fast(walls.size, self.k) and _on_cpu() else None
        if tables is not None:
            return patch_iteration.logits(tables, neighborhoods.patch_index(walls, goal), self.k)
        if walls.size < PATCH_TABLE_MIN_CELLS or not self.tied:
            return super()._logits(walls, goal)
        patches = neighborhoods.patch_index(walls, goal)
        return self._in_batches(lambda part: self.run_compiled(self._logits_of_patches, part), patches)

    def _patch_tables(self):
        """R and P of every 3x3 patch, computed anew when weights change; None where the network is not of that kind."""
        if type(self) is not VIN or plain_policy(self) != "float32":
            return None
        weights = [peek(weight) for weight in self.weights]
        kept = self.__dict__.get("_known_patches")
        options = (self.inverse_temperature,)
        if kept is None or kept[0] != options or not all(map(np.array_equal, kept[1], weights)):
            weights = [weight.copy() for weight in weights]
            arrays = {name: peek(weight) for name, weight in named_weights(self).items()}
            tables = patch_tables.of_vin(arrays, self.get_config())
            kept = self.__dict__["_known_patches"] = (options, weights, tables)
        return kept[2]

    def _logits_of_patches(self, patches):
        """Logits from the patch around every cell, int [B, H, W]: R and P of each patch are computed once.

        R and P are functions of a cell's 3x3 neighborhood, and many maps have far more cells than there are patches.
        """
        image = ops.cast(neighborhoods.local_patches(), "float32")  # [5120, 3, 3, 2]
        observation, reward = (x[:, 0, 0] for x in _features_and_reward(self, image, of_middle=True))
        transition = None
        if self.transition == "per_cell":
            table = self.value_iteration.transition_probabilities(ops.cast(observation, reward.dtype)[:, None, None])
            transition = ops.take(ops.reshape(table, (neighborhoods.COUNT, -1)), patches, axis=0)
        q = self.value_iteration(ops.take(reward, patches, axis=0), transition=transition, training=False)
        return self.policy_logits(q, ops.take(observation, patches, axis=0) if self.concat_state else None)

    @property
    def former_weights(self):
        features = ["features/conv2d", *(f"features/conv2d_{i}" for i in range(1, len(self.filters)))]
        heads = ["reward", *(["reward_of_image"] if self.nonpositive_reward else []), "policy"]
        dense = ["layers/dense", *(f"layers/dense_{i}" for i in range(1, len(heads)))]
        return {
            "layers/value_iteration": "value_iteration",
            **{group: f"features_{i}" for i, group in enumerate(features)},
            **dict(zip(dense, heads, strict=True)),
        }


@functools.cache
def _on_cpu():
    """Whether the backend has no accelerator, on which the network itself would be faster."""
    return "cpu" in str(getattr(ops.zeros(1), "device", "cpu")).lower()


def feature_layers(filters, activation, policy):
    """Convolutions that see a cell's 3x3 neighborhood: the first is 3x3, the others 1x1."""
    return [
        keras.layers.Conv2D(
            width,
            3 if i == 0 else 1,
            padding="same",
            data_format="channels_last",
            activation=activation,
            dtype=part_policy(policy, f"features_{i}"),
            name=f"features_{i}",
        )
        for i, width in enumerate(filters)
    ]


def _reward_of_image(policy):
    # The goal starts as a place worth reaching. Left to chance, some seeds learn the world upside down, the
    # goal as its worst place and every move as its opposite: a plateau that a maximum can't leave.
    towards = keras.initializers.Constant([[0.0], [-GOAL_START]])
    dtype = part_policy(policy, "reward_of_image", sums=True)
    return keras.layers.Dense(1, use_bias=False, kernel_initializer=towards, dtype=dtype, name="reward_of_image")


def _features_and_reward(parts, image, of_middle=False):
    """phi and R of every cell, or of the middle cell of 3x3 patches only."""
    observation = image
    if parts.goal_value != 1.0:
        walls, goal = ops.split(image, 2, axis=-1)  # a constant of two numbers would become an input of an ONNX file
        observation = ops.concatenate([walls, goal * parts.goal_value], axis=-1)
    observation = parts.features[0](observation)
    if of_middle:
        observation, image = observation[:, 1:2, 1:2], image[:, 1:2, 1:2]
    for layer in parts.features[1:]:
        observation = layer(observation)
    reward = parts.reward_head(observation)
    if parts.reward_of_image is not None:
        reward = -ops.softplus(reward + parts.reward_of_image(image))
    return observation, reward[..., 0]


def _policy_logits(parts, q, observation):
    if parts.logit_scale is not None:
        q = parts.logit_scale * (q - ops.max(q, axis=-1, keepdims=True))
    if parts.concat_state:
        q = ops.concatenate([q, ops.cast(observation, q.dtype)], axis=-1)
    return parts.policy_head(q)
