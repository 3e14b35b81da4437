"""The planning module of Value Iteration Networks: K Bellman backups inside a network.

Tamar et al. 2016, section 3.1. With a reward R, a transition P and V_0 = 0, each step is

    Q_a(s) = sum_s' P_a(s' | s) [R(s') + V_{k-1}(s')]        V_k(s) = max_a Q_a(s)

where s' runs over the 3x3 neighbourhood of s. The three forms of P differ in what they may depend on.
"""

from contextlib import contextmanager
from numbers import Real
from typing import NamedTuple

import keras
from keras import ops

from pnzoo.core import former

TRANSITIONS = ("kernel", "softmax_kernel", "per_cell")
NEIGHBOURS = 9  # the 3x3 neighbourhood, row by row; 4 is the cell itself
HUGE = 4096  # steps beyond which k is bounded by the number of cells
LONGEST_UNROLLED = 64  # beyond this, an unrolled graph compiles slower than a loop runs


class Backups(NamedTuple):
    """What every step of value iteration computed (`ValueIteration(...)(reward, steps=True)`).

    q:          [B, H, W, A]       the read-out, Q(R, V_K)
    values:     [B, K+1, H, W]     V_0 = 0, V_1 ... V_K
    q_steps:    [B, K, H, W, A]    the Q whose maximum is V_1 ... V_K
    transition: [A, 3, 3] or [B, H, W, A, 3, 3]
    """

    q: object
    values: object
    q_steps: object
    transition: object


@keras.saving.register_keras_serializable("pnzoo")
class ValueIteration(keras.layers.Layer):
    """K steps of value iteration on a 2-D map, as one differentiable layer.

    Args:
        k: number of backups, at least 1. With tied weights it may be changed at any time: the
            weights do not depend on it.
        channels: number of abstract actions A, each with a Q map of its own.
        transition: what P may depend on.
            `"kernel"`: the paper's shared kernels, two unconstrained 3x3 filters an action,
            `Q_a = W^R_a * R + W^V_a * V`.
            `"softmax_kernel"`: one shared 3x3 kernel an action, kept a distribution by a softmax, so that
            it can be read as P: `Q_a = P_a * (R + V) + b_a`.
            `"per_cell"`: the paper's general form P = f_P(observation), a distribution for each cell and action,
            `Q_a(s) = sum_j P_a(j | s) (R_j + V_j) + b_a`.
        tied: share the weights over the k steps. Untied weights fix k.
        inverse_temperature: factor on the logits of P before the softmax; a larger one leaks less probability
            to cells that a move cannot reach (`"softmax_kernel"` and `"per_cell"` only).
        nonpositive_reward: keep the action biases b_a <= 0 (as -softplus), so that with R <= 0 the values are minus the
            cost of the path to the goal and converge; without it nothing stops V from growing with k
            (`"softmax_kernel"` and `"per_cell"` only).
        unroll: whether the k steps are written out one by one, or run in a loop of the backend, which compiles in a
            moment whatever k is. `"auto"`: written out for training, where k is at most 64, and a loop otherwise.

    Call args:
        reward: [B, H, W] R, one number a cell.
        observation: [B, H, W, F] features that P is computed from; needed for `"per_cell"` only.
        steps: return every step (`Backups`) instead of the read-out alone.
        transition: [B, H, W, A * 9] P itself, where it was computed before (`"per_cell"` with tied weights only).

    Returns:
        [B, H, W, A] Q(R, V_K), or `Backups`.

    Raises:
        ValueError: k < 1, no channel, an unknown transition, `"per_cell"` without an observation.

    Example:
        >>> import numpy as np
        >>> from pnzoo.layers import ValueIteration
        >>> layer = ValueIteration(k=5, channels=8, transition="softmax_kernel")
        >>> layer(np.zeros((2, 9, 9), "float32")).shape == (2, 9, 9, 8)
        True

    Reference: Tamar et al. 2016, "Value Iteration Networks", section 3.1 and figure 2.
    """

    @former.accepts_former_names("ValueIteration")
    def __init__(
        self,
        k,
        channels=10,
        transition="kernel",
        tied=True,
        inverse_temperature=1.0,
        nonpositive_reward=False,
        unroll="auto",
        **kwargs,
    ):
        super().__init__(**kwargs)
        if not is_count(channels):
            raise ValueError(f"channels is the number of abstract actions, a whole number >= 1; got {channels!r}.")
        if transition not in TRANSITIONS:
            raise ValueError(f"transition is one of {', '.join(map(repr, TRANSITIONS))}; got {transition!r}.")
        self.channels = int(channels)
        self.transition = transition
        self.tied = bool(tied)
        self.unroll = unroll
        self.sums_written_out = False  # for exported files: LiteRT has no einsum of maps of any size
        self.k = k
        self.inverse_temperature = float(inverse_temperature)
        self.nonpositive_reward = bool(nonpositive_reward)

    @property
    def k(self):
        """Number of backups. Untied weights fix it."""
        return self._k

    @k.setter
    def k(self, k):
        if not is_count(k):
            raise ValueError(f"k is the number of value-iteration steps, a whole number >= 1; got {k!r}. Try k=20.")
        if self.built and not self.tied and int(k) != self._k:
            raise ValueError(f"this layer has untied weights for k={self._k} steps; got k={k!r}. Use tied=True.")
        self._k = int(k)

    def build(self, reward_shape, observation_shape=None):
        if self.transition == "per_cell" and observation_shape is None:
            raise ValueError(
                "transition='per_cell' computes P from an observation: call layer(reward, observation) with "
                "[B, H, W, F]."
            )
        copies = 1 if self.tied else self.k + 1  # k backups and the read-out
        if self.transition == "kernel":
            shape = (copies, 3, 3, 1, self.channels)
            small = keras.initializers.RandomNormal(stddev=0.01)  # the paper's
            self.reward_kernel = self.add_weight(shape=shape, initializer=small, name="reward_kernel")
            self.value_kernel = self.add_weight(shape=shape, initializer=small, name="value_kernel")
        else:
            features = 1 if self.transition == "softmax_kernel" else observation_shape[-1]
            # With one feature (the constant 1) the logits are plain weights of unit scale.
            scale = 1.0 if self.transition == "softmax_kernel" else features**-0.5
            self.logit_kernel = self.add_weight(
                shape=(copies, features, NEIGHBOURS * self.channels),
                initializer=keras.initializers.RandomNormal(stddev=scale),
                name="logit_kernel",
            )
            self.logit_bias = self.add_weight(
                shape=(copies, NEIGHBOURS * self.channels), initializer="zeros", name="logit_bias"
            )
            self.action_bias = self.add_weight(
                shape=(copies, self._biases()), initializer="zeros", name="action_bias"
            )

    def _biases(self):
        return self.channels

    def _longest_unrolled(self):
        return LONGEST_UNROLLED

    def call(self, reward, observation=None, steps=False, training=None, transition=None):
        backup = self._backups(reward, observation, transition)
        return self._iterate(backup, ops.zeros_like(reward), observation, steps, training)

    def _iterate(self, backup, value, observation, steps, training):
        if steps:
            return self._every_step(backup, value, observation)
        if not self._unrolled(training):
            value = _repeat(lambda v: ops.max(backup(0, v), axis=-1), value, self._bounded(value))
        else:
            for step in range(self.k):
                value = ops.max(backup(self._copy(step), value), axis=-1)
        return backup(self._copy(self.k), value)

    def _unrolled(self, training):
        """Whether the steps are written out. A loop computes P once; written-out steps may each do so."""
        if not self.tied:
            return True
        if self.unroll == "auto":
            return training is not False and self.k <= self._longest_unrolled()
        return bool(self.unroll)

    def _bounded(self, value):
        """k, or where it is huge as many steps as the map has cells: no path without a circle is longer."""
        height, width = ops.shape(value)[1:]
        return self.k if self.k <= HUGE else ops.maximum(HUGE, height * width)

    def _every_step(self, backup, value, observation):
        if self.tied:  # a loop of the backend compiles in a tenth of the time

            def step(carry, _):
                q = backup(0, carry[0])
                both = ops.max(q, axis=-1), q
                return both, both  # TensorFlow wants them alike

            first = value, ops.repeat(value[..., None], self.channels, axis=-1)
            (last, _), (values, q_steps) = ops.scan(step, first, length=self.k)
            values = ops.concatenate([value[None], values])
        else:
            values, q_steps = [value], []
            for copy in range(self.k):
                q_steps.append(backup(copy, values[-1]))
                values.append(ops.max(q_steps[-1], axis=-1))
            last = values[-1]
            values, q_steps = ops.stack(values), ops.stack(q_steps)
        q = backup(self._copy(self.k), last)
        transition = self.transition_probabilities(observation)
        return Backups(q, _batch_first(values), _batch_first(q_steps), transition)

    def transition_probabilities(self, observation=None, step=0):
        """P as an array: [A, 3, 3] for shared kernels (free ones as they are), else [B, H, W, A, 3, 3].

        Args:
            observation: [B, H, W, F], for `"per_cell"` only.
            step: which step's P, where weights are untied.
        """
        copy = self._copy(step)
        if self.transition == "kernel":
            return ops.transpose(self.value_kernel[copy][:, :, 0, :], (2, 0, 1))
        if self.transition == "softmax_kernel":
            return ops.reshape(self._shared_kernel(copy), (self.channels, 3, 3))
        p = self._probabilities(copy, observation)
        return ops.reshape(p, (*ops.shape(p)[:4], 3, 3))

    def _backups(self, reward, observation, transition=None):
        """The function (weight copy, V) -> Q of the chosen transition, all that is constant over k computed once."""
        if self.transition == "kernel":
            count = 1 if self.tied else self.k + 1
            # conv([R, V]) = conv(R) + conv(V), and conv(R) does not change with k.
            of_reward = [_convolve(reward, self.reward_kernel[copy]) for copy in range(count)]
            return lambda copy, value: of_reward[copy] + _convolve(value, self.value_kernel[copy])
        if self.transition == "softmax_kernel":
            count = 1 if self.tied else self.k + 1
            kernels = [
                ops.reshape(ops.transpose(self._shared_kernel(copy)), (3, 3, 1, self.channels)) for copy in range(count)
            ]
            return lambda copy, value: self._bias(copy) + ops.conv(
                ops.expand_dims(_with_edge(reward + value), -1),
                kernels[copy], padding="valid", data_format="channels_last",
            )
        if transition is not None:
            tied = ops.reshape(transition, (*ops.shape(reward), self.channels, NEIGHBOURS))
        else:
            tied = self._probabilities(0, observation) if self.tied else None

        def backup(copy, value):
            p = tied if self.tied else self._probabilities(copy, observation)
            around = _neighbourhood(reward + value)
            if self.sums_written_out:
                return ops.sum(p * ops.expand_dims(around, -2), axis=-1) + self._bias(copy)
            return ops.einsum("bhwaj,bhwj->bhwa", p, around) + self._bias(copy)

        return backup

    def _shared_kernel(self, copy):
        logits = ops.reshape(self.logit_kernel[copy][0] + self.logit_bias[copy], (self.channels, NEIGHBOURS))
        return ops.softmax(self.inverse_temperature * logits, axis=-1)

    def _probabilities(self, copy, observation):
        """P_a(j | s), [B, H, W, A, 9]: the neighbour last, so that one small product a cell takes the expectation."""
        logits = ops.matmul(observation, self.logit_kernel[copy]) + self.logit_bias[copy]
        batch, height, width = ops.shape(observation)[:3]
        logits = ops.reshape(logits, (batch, height, width, self.channels, NEIGHBOURS))
        return ops.softmax(self.inverse_temperature * logits, axis=-1)

    def _bias(self, copy):
        return -ops.softplus(self.action_bias[copy]) if self.nonpositive_reward else self.action_bias[copy]

    def _copy(self, step):
        return 0 if self.tied else step

    def compute_output_shape(self, reward_shape, observation_shape=None):
        return (*reward_shape, self.channels)

    def compute_output_spec(self, reward, observation=None, steps=False, training=None, transition=None):
        batch, height, width = reward.shape
        a = self.channels
        q = keras.KerasTensor((batch, height, width, a), self.compute_dtype)
        if not steps:
            return q
        shared = (a, 3, 3) if self.transition != "per_cell" else (batch, height, width, a, 3, 3)
        return Backups(
            q,
            keras.KerasTensor((batch, self.k + 1, height, width), self.compute_dtype),
            keras.KerasTensor((batch, self.k, height, width, a), self.compute_dtype),
            keras.KerasTensor(shared, self.compute_dtype),
        )

    def get_config(self):
        return {
            **super().get_config(),
            "k": self.k,
            "channels": self.channels,
            "transition": self.transition,
            "tied": self.tied,
            "inverse_temperature": self.inverse_temperature,
            "nonpositive_reward": self.nonpositive_reward,
            "unroll": self.unroll,
        }

    @classmethod
    def from_config(cls, config):
        return cls(**former.updated(cls.__name__, config)[1])


@contextmanager
def unrolled(layer, unroll):
    """Trace a layer's recurrence written out (True) or as a loop (False), inside a `with` block only."""
    before, layer.unroll = layer.unroll, unroll
    try:
        yield
    finally:
        layer.unroll = before


def _batch_first(x):
    """[K, B, ...] to [B, K, ...]."""
    return ops.transpose(x, (1, 0, *range(2, len(x.shape))))


def _repeat(step, value, k):
    """step(step(... value)), k times in a loop that every backend compiles and differentiates."""
    if keras.backend.backend() == "tensorflow":  # XLA needs to know the most steps that a gradient may go back
        loop = ops.while_loop(lambda i, _: i < k, lambda i, v: (i + 1, step(v)), (0, value), maximum_iterations=k)
        return loop[1]
    return ops.fori_loop(0, k, lambda _, v: step(v), value)


def is_count(number):
    """Whether a value is a whole number >= 1."""
    return isinstance(number, Real) and not isinstance(number, bool) and number // 1 == number and number >= 1


def _convolve(image, kernel):
    """[B, H, W] * [3, 3, 1, A] -> [B, H, W, A], zeros beyond the edge."""
    return ops.conv(ops.expand_dims(image, -1), kernel, padding="same", data_format="channels_last")


def _neighbourhood(image):
    """[B, H, W] -> [B, H, W, 9]: the 3x3 neighbourhood of each cell, row by row."""
    height, width = ops.shape(image)[1:]
    padded = _with_edge(image)
    corners = [divmod(j, 3) for j in range(NEIGHBOURS)]
    return ops.stack([padded[:, i : i + height, j : j + width] for i, j in corners], axis=-1)


def _with_edge(image):
    """Replicate padding by one cell: [B, H, W] -> [B, H+2, W+2].

    Zeros there would be the best value on the map where rewards are costs, a false goal all around it.
    """
    image = ops.concatenate([image[:, :1], image, image[:, -1:]], axis=1)
    return ops.concatenate([image[:, :, :1], image, image[:, :, -1:]], axis=2)
