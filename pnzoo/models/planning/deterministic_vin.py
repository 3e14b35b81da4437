"""A Value Iteration Network for long ways: what it learns on small maps holds over a thousand steps and more."""

import sys

import keras
import numpy as np
from keras import ops

from pnzoo.layers import AttentionReadout, RoundedValueIteration
from pnzoo.models.planning.value_planner import ValuePlanner
from pnzoo.worlds import gridworld
from pnzoo.worlds.gridworld.rollout import follow, on_every_map

STEPS_A_PASS = 4096  # of value iteration, before progress is shown
NO_MOVE = -1e4  # the logit of a move that the agent does not have


@keras.saving.register_keras_serializable("pnzoo")
class LongVIN(ValuePlanner):
    """A VIN whose parts see no more than the parts of a grid world depend on, and whose P is rounded.

        R(s) = f_R(wall(s), goal(s))        P_a(. | s) = f_P(walls around s), rounded to one neighbour
        Q_a(s) = R(j_a(s)) + V(j_a(s)) + b_a        V(s) = max_a Q_a(s), and 0 at the goal        logits = g (Q - V)

    The general VIN may learn a reward that differs a little with the surroundings and a P that leaks: nobody sees it
    on a short way, and it decides on a long one. Here there are 512 surroundings, so what it has learned
    can be checked for all maps at once (`pnzoo.analysis.planning.certify`). Its abstract actions are the moves.

    Args:
        k: steps of value iteration, or None: until V settles, at most two for each cell of the map.
        moves: 8, or 4 for N, S, E, W only.
        features: widths of the layers of f_P; the first is a 3x3 convolution, the others see one cell only.
        sharpness: factor on the logits of P, while it is soft.
        rounded: whether P is rounded; while it is not, for training, k must be a number.
        wall_cost: what a wall costs in planning on top of what was learned: more than any way round.

    Call args:
        image: [B, H, W, 2], 1 at walls and 1 at the goal (`pnzoo.gridworld.encode`); or a pair (image, positions
            [B, N, 2]) to score those cells only.

    Returns:
        logits of the eight moves, [B, H, W, 8] or [B, N, 8].

    Raises:
        ValueError: k < 1, or moves neither 4 nor 8.

    Example:
        >>> from pnzoo import gridworld
        >>> from pnzoo.models import LongVIN
        >>> maps = gridworld.generate_family("maze", 2, 15, seed=0)
        >>> LongVIN().policy(*maps).shape
        (2, 15, 15)

    Reference: Tamar et al. 2016, section 3: R = f_R(phi), P = f_P(phi), with f_R and f_P as narrow as the world allows.
    """

    def __init__(
        self, k=None, moves=8, features=(64, 64), sharpness=6.0, rounded=True, wall_cost=1e4, **kwargs
    ):
        super().__init__(**kwargs)
        if moves not in (4, 8):
            raise ValueError(f"moves is 4 (N, S, E, W) or 8 (with diagonals); got {moves!r}.")
        self.settings = {
            "k": k,
            "moves": moves,
            "features": list(features),
            "sharpness": sharpness,
            "rounded": rounded,
            "wall_cost": wall_cost,
        }
        # All straight moves cost the same, and all diagonal ones: how much each is learned.
        groups = (0,) * 4 + (1,) * (moves - 4)
        self.value_iteration = RoundedValueIteration(k, groups, sharpness, rounded, name="value_iteration")
        self.features = [
            keras.layers.Conv2D(width, 3 if i == 0 else 1, padding="same", activation="relu", name=f"features_{i}")
            for i, width in enumerate(features)
        ]
        self.reward_of_image = keras.layers.Dense(1, name="reward_of_image")
        self.readout = AttentionReadout(name="psi")
        self.wall_cost, self.lengths = float(wall_cost), False

    @property
    def k(self):
        return self.value_iteration.k

    def arrange(self, k=None, rounded=True, sharpness=6.0, wall_cost=1e4, lengths=False, **others):
        """Set for a stage of training what the weights do not depend on.

        With `lengths` the model answers -V [B, H, W, 1], the length of the way to the goal, instead of logits.
        """
        layer = self.value_iteration
        layer.k, layer.rounded, layer.sharpness = k, rounded, sharpness
        self.wall_cost, self.lengths = wall_cost, lengths

    def build(self, input_shape=None):
        width = 1
        for layer in self.features:
            layer.build((None, None, None, width))
            width = layer.filters
        self.reward_of_image.build((None, None, None, 2))
        self.value_iteration.build((None, None, None), (None, None, None, width))
        self.gain = self.add_weight(shape=(), initializer=keras.initializers.Constant(np.log(10.0)), name="log_gain")
        self.readout.build((None, None, None, self.value_iteration.channels))
        self.built = True

    def call(self, inputs, training=None):
        if isinstance(inputs, dict):
            return self._settle(**inputs)
        image, positions = inputs if isinstance(inputs, (tuple, list)) else (inputs, None)
        observation, reward = self.observe(image)
        q = self.value_iteration(reward, observation, image[..., 1], training=training)
        if self.lengths:
            return -ops.max(q, axis=-1, keepdims=True)
        return self.decide(q if positions is None else self.readout(q, positions))

    def observe(self, image):
        """What f_P sees of the walls, and R: [B, H, W, 2] -> ([B, H, W, F], [B, H, W])."""
        observation = image[..., :1]
        for layer in self.features:
            observation = layer(observation)
        reward = -ops.softplus(self.reward_of_image(image))[..., 0] - self.wall_cost * image[..., 0]
        return observation, reward

    def decide(self, q):
        """Logits of the eight moves from Q: [..., A] -> [..., 8]."""
        logits = ops.exp(self.gain) * (q - ops.max(q, axis=-1, keepdims=True))
        if self.settings["moves"] == 8:
            return logits
        return ops.concatenate([logits, ops.full_like(logits, NO_MOVE)], axis=-1)

    def _settle(self, image, value, most):
        """Go on from V for at most so many steps; what came of it."""
        observation, reward = self.observe(image)
        terminal = image[..., 1]
        found = self.value_iteration.settle(reward, observation, terminal, value, most[0])
        q = self.value_iteration.read(reward, observation, terminal, found.value)
        each = ops.ones_like(most)
        return {
            "logits": self.decide(q),
            "value": found.value,
            "k": found.k * each,
            "changing": found.changing,
            "settled": ops.cast(found.settled, each.dtype) * each,
        }

    def _scores(self, walls, goal):
        return self._plan(walls, goal)["logits"]

    def _plan(self, walls, goal):
        """All of `_settle` for many maps: so many at once as memory allows, in passes of so many steps."""
        images = gridworld.encode(walls, goal)
        size = self.maps_a_pass(images)
        parts = [self._plan_part(images[i : i + size]) for i in range(0, len(images), size)]
        return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}

    def _plan_part(self, images):
        left = self.k or 2 * images[0, ..., 0].size
        value, done, passes = np.zeros(images.shape[:3], "float32"), 0, 0
        while True:
            most = np.full(len(images), min(left, STEPS_A_PASS), "int32")
            found = self.predict_on_batch({"image": images, "value": value, "most": most})
            found = {name: ops.convert_to_numpy(array) for name, array in found.items()}
            left, value, passes = left - int(most[0]), found["value"], passes + 1
            found["k"] = found["k"] + done
            if left <= 0 or found["settled"].all():
                if passes > 1:
                    print(file=sys.stderr)
                return found
            done += int(most[0])
            still = 1 - found["changing"].mean()
            print(f"\rvalue iteration: {done:,} steps, V has settled in {still:.1%} of the cells", end="",
                  file=sys.stderr, flush=True)  # fmt: skip

    def plan(self, walls, start, goal, max_steps=None):
        """Follow the policy from start to goal, as `Planner.plan` does; `Plan.k` is the number of steps it took.

        Where k was too small for V to reach the start, `reason` says so.
        """
        walls = gridworld.as_walls(walls)
        start, goal = (gridworld.as_cell(n, c, walls, free=True) for n, c in (("start", start), ("goal", goal)))
        answer = {}

        def policy():
            found = on_every_map(self._flags, walls, goal)
            answer.update(changing=found[..., 1].astype(bool), k=int(found[0, 0, 2]))
            return found[..., 0].astype(int)

        made = follow(walls, start, goal, policy, max_steps)
        if answer and not made.reached and answer["changing"][tuple(start)]:
            words = f"; V has not reached the start in K = {answer['k']} steps: load it with k=None or a larger k"
            made = made._replace(reason=made.reason + words)
        return made._replace(k=answer.get("k"))

    def steps_to_settle(self, walls, goal):
        """K after which V no longer changes on a map, or the model's own k where that is smaller.

        Args:
            walls: bool [H, W].
            goal: int (row, col).

        Returns:
            int.

        Raises:
            ValueError: not one map, or the goal is out of range or on a wall.
        """
        walls = gridworld.as_walls(walls)
        return int(on_every_map(self._flags, walls, gridworld.as_cell("goal", goal, walls, free=True))[0, 0, 2])

    def _flags(self, walls, goal):
        """[B, H, W, 3]: the best move, whether V still changed, and K."""
        found = self._plan(walls, goal)
        k = np.broadcast_to(found["k"][:, None, None], walls.shape)
        return np.stack([found["logits"].argmax(axis=-1), found["changing"], k], axis=-1)

    def inside(self, image, change_reward):
        observation, reward = self.observe(image)
        reward, terminal, layer = change_reward(reward), image[..., 1], self.value_iteration
        k = self.k or int(layer.settle(reward, observation, terminal).k)
        backup = layer.stepper(reward, observation, terminal)
        values, greedy = [ops.zeros_like(reward)], []
        for _ in range(k):
            q = backup(values[-1])
            greedy.append(ops.cast(ops.argmax(q, axis=-1), "int8"))
            values.append(ops.max(q, axis=-1))
        q = backup(values[-1])
        greedy = ops.concatenate([*greedy, ops.cast(ops.argmax(q, axis=-1), "int8")])
        transition = layer.transition_probabilities(observation)[0]
        return reward[0], transition, ops.concatenate(values), q[0], greedy, greedy

    def _cell_bytes(self):
        return 5  # V and the best action; Q of one step only

    def get_config(self):
        return {**super().get_config(), **self.settings}
