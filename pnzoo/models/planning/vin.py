"""Value Iteration Networks."""

import keras
from keras import ops

from pnzoo.layers import AttentionReadout, ValueIteration
from pnzoo.models.planning.value_planner import ValuePlanner
from pnzoo.worlds.gridworld import neighborhoods as patterns

ACTIONS = 8
PATTERNS_PAY = 16_384  # cells from which it is faster to ask about each pattern than about each cell
GOAL_START = 2.0  # how much less a goal's cell costs than others, before softplus, when training begins


@keras.saving.register_keras_serializable("pnzoo")
class VIN(ValuePlanner):
    """A Value Iteration Network: it learns R and P from the map, plans in them for K steps, and acts on Q.

        phi = features(image)      R = f_R(phi)      P = f_P(phi) or shared kernels
        Q = value_iteration(R, P, K)                 logits = W [psi(Q, s), phi(s)]

    Args:
        k: steps of value iteration. With tied weights any k works with the same weights: take at least the
            number of moves of the longest path that matters.
        channels: abstract actions A of the planning module.
        features: widths of the feature layers; the first is a 3x3 convolution, the others see one cell only.
        activation: of the feature layers; `"linear"` in the paper, which has one of 150.
        transition: `"state"`, `"probability"` or `"free"` (the paper's), see `pnzoo.layers.ValueIteration`.
        tied: one set of planning weights for all k steps; untied, k is fixed.
        sharpness: factor on the logits of P.
        goal_value: value of the goal in the input image (10 in the paper).
        costs: keep R and the action biases at or below 0 (as -softplus): V is then minus a cost-to-go, and settles.
        gain: with a number, the policy reads gain (Q - max_a Q): only differences count, and small ones, which
            decide between nearly equal ways, count from the first step of training on. None: it reads Q.
        concat_state: let the policy also read phi(s) beside Q(s, .), as the paper allows.

    Call args:
        image: [B, H, W, 2], 1 at walls and 1 at the goal (`pnzoo.gridworld.encode`); or a pair (image, positions
            [B, N, 2]) to score those cells only.

    Returns:
        logits of the eight moves, [B, H, W, 8] or [B, N, 8].

    Example:
        >>> from pnzoo import gridworld
        >>> from pnzoo.models import VIN
        >>> maps = gridworld.generate(2, 8, seed=0)
        >>> VIN(k=10)(gridworld.encode(*maps)).shape == (2, 8, 8, 8)
        True

    Reference: Tamar et al. 2016, section 3 and appendix A.
    """

    def __init__(
        self,
        k=20,
        channels=10,
        features=(64, 64),
        activation="relu",
        transition="state",
        tied=True,
        sharpness=4.0,
        goal_value=1.0,
        costs=True,
        gain=10.0,
        concat_state=False,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.settings = {
            "k": k,
            "channels": channels,
            "features": list(features),
            "activation": activation,
            "transition": transition,
            "tied": tied,
            "sharpness": sharpness,
            "goal_value": goal_value,
            "costs": costs,
            "gain": gain,
            "concat_state": concat_state,
        }
        self.value_iteration = ValueIteration(
            k, channels, transition, tied, sharpness, costs and transition != "free", name="value_iteration"
        )
        self.features = [
            keras.layers.Conv2D(width, 3 if i == 0 else 1, padding="same", activation=activation, name=f"features_{i}")
            for i, width in enumerate(features)
        ]
        self.reward_head = keras.layers.Dense(1, use_bias=costs, name="reward")
        if costs:
            # The goal starts as a place worth reaching. Left to chance, some seeds learn the world upside down, the
            # goal as its worst place and every move as its opposite: a plateau that a maximum can't leave.
            towards = keras.initializers.Constant([[0.0], [-GOAL_START]])
            self.reward_of_image = keras.layers.Dense(
                1, use_bias=False, kernel_initializer=towards, name="reward_of_image"
            )
        self.policy_head = keras.layers.Dense(ACTIONS, use_bias=False, name="policy")
        self.readout = AttentionReadout(name="psi")

    @property
    def k(self):
        return self.value_iteration.k

    def build(self, input_shape=None):
        width = 2  # the channels of the image
        for layer in self.features:
            layer.build((None, None, None, width))
            width = layer.filters
        self.reward_head.build((None, None, None, width))
        if self.settings["costs"]:
            self.reward_of_image.build((None, None, None, 2))
        self.value_iteration.build((None, None, None), (None, None, None, width))
        read = self.settings["channels"] + (width if self.settings["concat_state"] else 0)
        self.policy_head.build((None, None, None, read))
        # It has no weights, but on JAX Keras runs a model with any unbuilt layer eagerly before each compiled pass.
        self.readout.build((None, None, None, self.settings["channels"]))
        self.built = True

    def call(self, inputs, training=None):
        image, positions = inputs if isinstance(inputs, (tuple, list)) else (inputs, None)
        if len(image.shape) == 3:
            return self._plan_in_patterns(image)
        observation, reward = self.observe(image)
        q = self.value_iteration(reward, observation, training=training)
        if positions is not None:
            q, observation = self.readout(q, positions), self.readout(observation, positions)
        return self.decide(q, observation)

    def observe(self, image):
        """phi and R of a map: [B, H, W, 2] -> ([B, H, W, F], [B, H, W])."""
        return self._observe(image, self.features[0](self._scaled(image)))

    def _scaled(self, image):
        return image * ops.convert_to_tensor([1.0, self.settings["goal_value"]], dtype=image.dtype)

    def _observe(self, image, observation):
        """The same from the first features on, each of which sees one cell only."""
        for layer in self.features[1:]:
            observation = layer(observation)
        reward = self.reward_head(observation)
        if self.settings["costs"]:
            reward = -ops.softplus(reward + self.reward_of_image(image))
        return observation, reward[..., 0]

    def _scores(self, walls, goal):
        if walls.size < PATTERNS_PAY or not self.value_iteration.tied:
            return super()._scores(walls, goal)
        return self._in_batches(patterns.pattern_of(walls, goal))

    def _plan_in_patterns(self, seen):
        """Logits from the pattern that every cell sees, int [B, H, W]: R and P of each pattern are computed once.

        R and P are functions of a cell's 3x3 neighbourhood, and many maps have far more cells than there are patterns.
        """
        image = ops.cast(patterns.neighbourhoods(), self.compute_dtype)  # [5120, 3, 3, 2]
        first = self.features[0]
        features = ops.conv(self._scaled(image), first.kernel, padding="valid", data_format="channels_last")
        observation, reward = self._observe(image[:, 1:2, 1:2], first.activation(features + first.bias))
        transition = None
        if self.settings["transition"] == "state":
            table = self.value_iteration.transition_probabilities(observation)
            transition = ops.take(ops.reshape(table, (patterns.COUNT, -1)), seen, axis=0)
        q = self.value_iteration(ops.take(reward[:, 0, 0], seen, axis=0), transition=transition, training=False)
        observation = observation[:, 0, 0]
        return self.decide(q, ops.take(observation, seen, axis=0) if self.settings["concat_state"] else None)

    def decide(self, q, observation=None):
        """Logits of the eight moves from Q, and from phi where the model was built so: [..., A] -> [..., 8]."""
        if self.settings["gain"] is not None:
            q = self.settings["gain"] * (q - ops.max(q, axis=-1, keepdims=True))
        if self.settings["concat_state"]:
            q = ops.concatenate([q, observation], axis=-1)
        return self.policy_head(q)

    def inside(self, image, change_reward):
        observation, reward = self.observe(image)
        reward = change_reward(reward)
        steps = self.value_iteration(reward, observation, steps=True)
        q_all = ops.concatenate([steps.q_steps[0], steps.q], axis=0)  # Q(R, V_0) ... Q(R, V_K): [K+1, H, W, A]
        features = ops.broadcast_to(observation, (*q_all.shape[:3], observation.shape[-1]))
        policies = ops.argmax(self.decide(q_all, features), axis=-1)
        transition = steps.transition[0] if self.settings["transition"] == "state" else steps.transition
        return reward[0], transition, steps.values[0], steps.q[0], policies, ops.argmax(q_all, axis=-1)

    def get_config(self):
        return {**super().get_config(), **self.settings}
