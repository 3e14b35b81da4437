"""Value iteration with a deterministic transition, until V has converged.

With the transition of `ValueIteration` a little probability leaks to every neighbour, through walls too, and over
hundreds of steps the leaks decide. With the one-hot argmax of P, the neighbour j_a(s), nothing leaks, and each backup

    Q_a(s) = R(j_a(s)) + V_{k-1}(j_a(s)) + b_a, and 0 at the goal        V_k(s) = max_a Q_a(s)

is a step of the Bellman-Ford algorithm on the graph that the network has learned. V falls to minus the cost of the
cheapest path and stays there, to the last bit, so that K need not be chosen.
"""

from typing import NamedTuple

import keras
from keras import ops

from pnzoo.core import former
from pnzoo.layers.planning.value_iteration import NEIGHBOURS, ValueIteration, _with_edge, is_count

NOWHERE = -1e9  # the value of a neighbour that no action leads to
LONGEST_UNROLLED = 24  # with few actions, a longer loop runs faster than its unrolled form compiles
PATIENCE = 3  # V has converged when for so many steps the number of changing cells has not fallen


class Converged(NamedTuple):
    """The result of `DeterministicValueIteration.converge`.

    value:         [B, H, W] V_K
    k:             int32 scalar, K: iterations until convergence, or `max_iterations`
    not_converged: bool [B, H, W], where the last step still changed V: no path to the goal, or none of K moves
    converged:     bool scalar, whether more steps would change only cells without a path to the goal
    """

    value: object
    k: object
    not_converged: object
    converged: object


@keras.saving.register_keras_serializable("pnzoo")
class DeterministicValueIteration(ValueIteration):
    """Value iteration with a P for each cell: a softmax while it is trained, its one-hot argmax in planning.

    Args:
        k: number of backups, or None: until V has converged, at most two for each cell of the map.
        action_groups: the group of each action; the actions of a group share one bias b_a <= 0 (as -softplus).
        inverse_temperature: factor on the logits of P before the softmax.
        hard_transition: whether P is its one-hot argmax outside training. Without it k must be a number.
        unroll: see `ValueIteration`; `"auto"` unrolls up to 24 steps.

    Call args:
        reward: [B, H, W] R.
        observation: [B, H, W, F] features that P is computed from.
        terminal: [B, H, W], 1 at cells that end the episode.
        steps: return every step (`Backups`) instead of the read-out alone; needs a number for k.

    Returns:
        [B, H, W, A] Q(R, V_K), or `Backups`.

    Raises:
        ValueError: k < 1, or no k where a number is needed.

    Example:
        >>> import numpy as np
        >>> from pnzoo.layers import DeterministicValueIteration
        >>> layer = DeterministicValueIteration(k=None, action_groups=(0, 0, 0, 0, 1, 1, 1, 1))
        >>> cost, seen, goal = -np.ones((1, 9, 9)), np.ones((1, 9, 9, 5)), np.zeros((1, 9, 9))
        >>> layer(*(x.astype("float32") for x in (cost, seen, goal))).shape == (1, 9, 9, 8)
        True

    Reference: Tamar et al. 2016, section 3.1, with a deterministic P and a terminal state.
    """

    @former.accepts_former_names("DeterministicValueIteration")
    def __init__(
        self,
        k=None,
        action_groups=(0, 0, 0, 0, 1, 1, 1, 1),
        inverse_temperature=6.0,
        hard_transition=True,
        unroll="auto",
        **kwargs,
    ):
        super().__init__(
            1 if k is None else k, len(action_groups), "per_cell", True, inverse_temperature, True, unroll, **kwargs
        )
        self.action_groups = tuple(int(group) for group in action_groups)
        self.hard_transition = bool(hard_transition)
        self.k = k

    @property
    def k(self):
        """Number of backups, or None: until V has converged."""
        return self._k

    @k.setter
    def k(self, k):
        if k is not None and not is_count(k):
            raise ValueError(f"k is the number of value-iteration steps, a whole number >= 1, or None; got {k!r}.")
        self._k = None if k is None else int(k)

    def build(self, reward_shape, observation_shape=None, terminal_shape=None):
        super().build(reward_shape, observation_shape)

    def _biases(self):
        return max(self.action_groups) + 1

    def _bias(self, copy):
        return ops.take(super()._bias(copy), self.action_groups, axis=0)

    def _longest_unrolled(self):
        return LONGEST_UNROLLED

    def call(self, reward, observation, terminal, steps=False, training=None):
        backup = self._backups(reward, observation, terminal)
        if self.hard_transition and not training and not steps:
            return backup(0, self.converge(reward, observation, terminal).value)
        if self.k is None:
            raise ValueError(
                "k=None iterates until V has converged, which needs hard_transition=True and no gradient. Give k a "
                "number for training (k=8, hard_transition=False) and to see every step; converge(...).k is the "
                "number that planning takes."
            )
        return self._iterate(backup, ops.zeros_like(reward), observation, steps, training)

    def converge(self, reward, observation, terminal, value=None, max_iterations=None):
        """Iterate until V no longer changes, at most `max_iterations` times.

        Args:
            reward, observation, terminal: as in a call.
            value: [B, H, W] to start from; 0 by default.
            max_iterations: an int or an integer scalar; by default k, or two for each cell.

        Returns:
            `Converged`.
        """
        height, width = ops.shape(reward)[1:]
        limit = (self.k or 2 * height * width) if max_iterations is None else max_iterations
        costs = self._best_costs(reward, observation)
        live = 1.0 - ops.cast(terminal, reward.dtype)

        def cond(i, last, count, value, changed):
            return ops.logical_and(i < limit, i - last < PATIENCE)

        def body(i, last, count, value, changed):
            after = self._best_neighbour(costs, value) * live
            changed = after != value
            still = ops.sum(ops.cast(changed, "int32"))
            return i + 1, ops.where(still < count, i + 1, last), still, after, changed

        value = ops.zeros_like(reward) if value is None else ops.cast(value, reward.dtype)
        start = (ops.convert_to_tensor(n, dtype="int32") for n in (0, 0))
        everything = ops.sum(ops.ones_like(reward, dtype="int32")) + 1
        i, last, _, value, changed = ops.while_loop(
            cond, body, (*start, everything, value, ops.ones_like(reward, dtype="bool"))
        )
        converged = i - last >= PATIENCE
        # A cell that did not change in step `last` has had its value since the step before.
        return Converged(value, ops.where(converged, ops.maximum(last - 1, 1), i), changed, converged)

    def q_values(self, reward, observation, terminal, value):
        """Q(R, V) for a given V [B, H, W]: [B, H, W, A]."""
        return self.make_backup(reward, observation, terminal)(value)

    def make_backup(self, reward, observation, terminal):
        """The function V [B, H, W] -> Q(R, V) [B, H, W, A], all that does not depend on V computed once."""
        backup = self._backups(reward, observation, terminal)
        return lambda value: backup(0, value)

    def _best_costs(self, reward, observation):
        """[9][B, H, W]: R + b of the best action that leads to each neighbour; `NOWHERE` where none does."""
        p = self._probabilities(0, observation)
        best = ops.max(ops.where(p > 0.5, self._bias(0)[:, None], NOWHERE), axis=-2)  # [B, H, W, 9]
        around = _planes(reward)
        return [best[..., j] + around[j] for j in range(NEIGHBOURS)]

    @staticmethod
    def _best_neighbour(costs, value):
        """max_j costs_j + V_j, the same as max_a Q_a but nine sums instead of a product for each action."""
        best = None
        for cost, beside in zip(costs, _planes(value), strict=True):
            best = cost + beside if best is None else ops.maximum(best, cost + beside)
        return best

    def _backups(self, reward, observation, terminal):
        backup = super()._backups(reward, observation)
        live = ops.expand_dims(1.0 - ops.cast(terminal, reward.dtype), -1)
        return lambda copy, value: backup(copy, value) * live

    def _probabilities(self, copy, observation):
        p = super()._probabilities(copy, observation)
        return _one_hot_argmax(p) if self.hard_transition else p

    def compute_output_shape(self, reward_shape, observation_shape=None, terminal_shape=None):
        return (*reward_shape, self.channels)

    def compute_output_spec(self, reward, observation, terminal, steps=False, training=None):
        return super().compute_output_spec(reward, observation, steps)

    def get_config(self):
        config = super().get_config()
        for name in ("channels", "transition", "tied", "nonpositive_reward"):
            del config[name]
        return {**config, "action_groups": list(self.action_groups), "hard_transition": self.hard_transition}


def _one_hot_argmax(p):
    """1 at the first maximum of the last axis. `ops.argmax` would not run in ONNX and LiteRT."""
    peak = ops.cast(p >= ops.max(p, axis=-1, keepdims=True), "int32")
    return ops.cast(peak * ops.cumsum(peak, axis=-1) == 1, p.dtype)


def _planes(image):
    """[B, H, W] -> nine views [B, H, W] of each cell's 3x3 neighbourhood, row by row."""
    height, width = ops.shape(image)[1:]
    padded = _with_edge(image)
    return [padded[:, i : i + height, j : j + width] for i in range(3) for j in range(3)]
