"""Value iteration whose moves each lead to one neighbour, until V no longer changes.

With the transition of `ValueIteration` a little probability leaks to every neighbour, through walls too, and over
hundreds of steps the leaks decide. Rounded to the likeliest neighbour j_a(s) nothing leaks, and each backup

    Q_a(s) = R(j_a(s)) + V_{k-1}(j_a(s)) + b_a, and 0 at the goal        V_k(s) = max_a Q_a(s)

is a step of the Bellman-Ford algorithm on the graph that the network has learned. V falls to minus the cost of the
cheapest way and stays there, to the last bit, so that K need not be chosen.
"""

from typing import NamedTuple

import keras
from keras import ops

from pnzoo.layers.planning.value_iteration import NEIGHBOURS, ValueIteration, _with_edge

NOWHERE = -1e9  # the value of a neighbour that no action leads to
LONGEST_UNROLLED = 24  # with few actions, a longer loop runs faster than its unrolled form compiles
QUIET = 3  # V has settled when for so many steps no further cell has stopped changing


class Settled(NamedTuple):
    """What value iteration came to.

    value:    [B, H, W] V_K
    k:        int32 scalar, K: the last step that changed a cell which then settled, or all steps that were allowed
    changing: bool [B, H, W], where the last step still changed V: no way to the goal, or none within K steps
    settled:  bool scalar, whether more steps would change nothing but cells without a way
    """

    value: object
    k: object
    changing: object
    settled: object


@keras.saving.register_keras_serializable("pnzoo")
class RoundedValueIteration(ValueIteration):
    """Value iteration with a P for each cell that training learns softly and planning rounds to one neighbour.

    Args:
        k: number of backups, or None: until V settles, at most two for each cell of the map.
        groups: the group of each action; the actions of a group share one bias b_a <= 0 (as -softplus).
        sharpness: factor on the logits of P before the softmax, while P is soft.
        rounded: whether P is rounded; while it is not, for training, k must be a number.

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
        >>> from pnzoo.layers import RoundedValueIteration
        >>> layer = RoundedValueIteration(k=None, groups=(0, 0, 0, 0, 1, 1, 1, 1))
        >>> cost, seen, goal = -np.ones((1, 9, 9)), np.ones((1, 9, 9, 5)), np.zeros((1, 9, 9))
        >>> layer(*(x.astype("float32") for x in (cost, seen, goal))).shape == (1, 9, 9, 8)
        True

    Reference: Tamar et al. 2016, section 3.1, with a deterministic P and a terminal state.
    """

    def __init__(self, k=None, groups=(0, 0, 0, 0, 1, 1, 1, 1), sharpness=6.0, rounded=True, **kwargs):
        super().__init__(1 if k is None else k, len(groups), "state", True, sharpness, True, **kwargs)
        self.k = None if k is None else self.k
        self.groups = tuple(int(group) for group in groups)
        self.rounded = bool(rounded)

    def build(self, reward_shape, observation_shape=None, terminal_shape=None):
        super().build(reward_shape, observation_shape)

    def _biases(self):
        return max(self.groups) + 1

    def _bias(self, copy):
        return ops.take(super()._bias(copy), self.groups, axis=0)

    def _longest_unrolled(self):
        return LONGEST_UNROLLED

    def call(self, reward, observation, terminal, steps=False, training=None):
        backup = self._backups(reward, observation, terminal)
        if self.rounded and not training and not steps:
            return backup(0, self.settle(reward, observation, terminal).value)
        if self.k is None:
            raise ValueError(
                "k=None iterates until V settles: only planning with a rounded P can. Give k a number for training, "
                "and to see every step; settle(...).k is the number that planning takes."
            )
        return self._iterate(backup, ops.zeros_like(reward), observation, steps, training)

    def settle(self, reward, observation, terminal, value=None, most=None):
        """Iterate until V no longer changes, at most k times.

        Args:
            reward, observation, terminal: as in a call.
            value: [B, H, W] to start from; 0 by default.
            most: at most so many steps, an int or an integer scalar; by default k, or two for each cell.

        Returns:
            `Settled`.
        """
        height, width = ops.shape(reward)[1:]
        most = (self.k or 2 * height * width) if most is None else most
        leads = self._leads(reward, observation)
        live = 1.0 - ops.cast(terminal, reward.dtype)

        def cond(i, last, count, value, changing):
            return ops.logical_and(i < most, i - last < QUIET)

        def body(i, last, count, value, changing):
            after = self._best_neighbour(leads, value) * live
            changing = after != value
            still = ops.sum(ops.cast(changing, "int32"))
            return i + 1, ops.where(still < count, i + 1, last), still, after, changing

        value = ops.zeros_like(reward) if value is None else value
        start = (ops.convert_to_tensor(n, dtype="int32") for n in (0, 0))
        everything = ops.sum(ops.ones_like(reward, dtype="int32")) + 1
        i, last, _, value, changing = ops.while_loop(
            cond, body, (*start, everything, value, ops.ones_like(reward, dtype="bool"))
        )
        settled = i - last >= QUIET
        # A cell that did not change in step `last` has had its value since the step before.
        return Settled(value, ops.where(settled, ops.maximum(last - 1, 1), i), changing, settled)

    def read(self, reward, observation, terminal, value):
        """Q(R, V) for a V [B, H, W] of one's own: [B, H, W, A]."""
        return self.stepper(reward, observation, terminal)(value)

    def stepper(self, reward, observation, terminal):
        """The function V [B, H, W] -> Q(R, V) [B, H, W, A], all that does not depend on V computed once."""
        backup = self._backups(reward, observation, terminal)
        return lambda value: backup(0, value)

    def _leads(self, reward, observation):
        """[9][B, H, W]: what the best action costs that leads to each neighbour; `NOWHERE` where none does."""
        p = self._probabilities(0, observation)
        best = ops.max(ops.where(p > 0.5, self._bias(0)[:, None], NOWHERE), axis=-2)  # [B, H, W, 9]
        around = _planes(reward)
        return [best[..., j] + around[j] for j in range(NEIGHBOURS)]

    @staticmethod
    def _best_neighbour(leads, value):
        """max_j leads_j + V_j, the same as max_a Q_a but nine sums instead of a product for each action."""
        best = None
        for lead, beside in zip(leads, _planes(value), strict=True):
            best = lead + beside if best is None else ops.maximum(best, lead + beside)
        return best

    def _backups(self, reward, observation, terminal):
        backup = super()._backups(reward, observation)
        live = (1.0 - ops.cast(terminal, reward.dtype))[..., None]
        return lambda copy, value: backup(copy, value) * live

    def _probabilities(self, copy, observation):
        p = super()._probabilities(copy, observation)
        if not self.rounded:
            return p
        return ops.one_hot(ops.argmax(p, axis=-1), NEIGHBOURS, dtype=p.dtype)

    def compute_output_spec(self, reward, observation, terminal, steps=False, training=None):
        return super().compute_output_spec(reward, observation, steps)

    def get_config(self):
        config = super().get_config()
        for name in ("channels", "transition", "tied", "costs"):
            del config[name]
        return {**config, "groups": self.groups, "rounded": self.rounded}


def _planes(image):
    """[B, H, W] -> nine views [B, H, W] of each cell's 3x3 neighbourhood, row by row."""
    height, width = ops.shape(image)[1:]
    padded = _with_edge(image)
    return [padded[:, i : i + height, j : j + width] for i in range(3) for j in range(3)]
