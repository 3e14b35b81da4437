"""Planners that expose R, P, V and Q: `trace` and `replan`."""

import numpy as np
from keras import ops
from numpy.typing import ArrayLike

from pnzoo.core.deprecation import renamed_method
from pnzoo.core.model import to_numpy
from pnzoo.models.planning.planner import Planner
from pnzoo.models.planning.trace import Trace
from pnzoo.worlds import gridworld
from pnzoo.worlds.gridworld.border import pad_border
from pnzoo.worlds.gridworld.maps import _encode

TRACE_BYTES = 2e9  # what the arrays of a trace may take


class ValuePlanner(Planner):
    """A planner that computes V in steps. Its subclasses have `k`, `features_and_reward` and `intermediates`."""

    solvers = ("auto", "value_iteration")

    def intermediates(self, image, reward=None):
        """All that a `Trace` holds of one map.

        Args:
            image: float [1, H, W, 2], border drawn.
            reward: [1, H, W], in place of the learned R.

        Returns:
            A tuple (reward [H, W], transition, values [K+1, H, W], q [H, W, A], policies [K+1, H, W], greedy
            [K+1, H, W]).
        """
        raise NotImplementedError

    def _intermediates(self, image, reward):
        """`intermediates`, compiled where the number of steps is known beforehand."""
        return self.intermediates(image, reward)

    def trace(self, walls: ArrayLike, goal: ArrayLike) -> Trace:
        """Everything that planning computes on one map: R, P, V of each step, Q and the policy.

        Args:
            walls: bool [H, W], True = wall.
            goal: int (row, col).

        Returns:
            `pnzoo.Trace`.

        Raises:
            ValueError: not one map, or the goal is out of range or on a wall.

        Example:
            >>> from pnzoo import gridworld
            >>> from pnzoo.models import VIN
            >>> maps = gridworld.generate(1, 8, seed=0)
            >>> VIN(k=10).trace(maps.walls[0], maps.goal[0]).values.shape
            (11, 8, 8)
        """
        return self._trace(gridworld.as_walls(walls), goal, None)

    def replan(self, walls: ArrayLike, goal: ArrayLike, reward: ArrayLike) -> Trace:
        """Plan in a reward of your own: as `trace`, with R replaced and all else as learned.

        Args:
            walls: bool [H, W], True = wall.
            goal: int (row, col); P may depend on where it is.
            reward: float [H, W], in place of the learned R. `trace(...).reward` shows the scale.

        Returns:
            `pnzoo.Trace`.

        Raises:
            ValueError: as `trace`, and for a reward of another shape or with NaN or infinity.

        Example:
            >>> from pnzoo import gridworld
            >>> from pnzoo.models import VIN
            >>> walls, goal = (x[0] for x in gridworld.generate(1, 8, seed=0))
            >>> model = VIN(k=10)
            >>> reward = model.trace(walls, goal).reward
            >>> bool((model.replan(walls, goal, reward).policy == model.trace(walls, goal).policy).all())
            True
        """
        walls = gridworld.as_walls(walls)
        reward = np.asarray(reward, dtype="float32")
        if reward.shape != walls.shape:
            raise ValueError(f"reward gives one number a cell, shape {walls.shape}; got {reward.shape}.")
        if not np.isfinite(reward).all():
            raise ValueError("reward holds NaN or infinity; give finite numbers, as in trace().reward.")
        return self._trace(walls, goal, reward)

    def _trace(self, walls, goal, own_reward):
        goal = gridworld.as_cell("goal", goal, walls, free=True)
        self._check_trace(walls.size)
        walls, margin = pad_border(walls)
        inner = slice(margin, -margin or None)
        image = ops.convert_to_tensor(_encode(walls[None], np.add([goal], margin)))

        def crop(x):  # [N, H + 2 margin, W + 2 margin, ...] -> [N, H, W, ...]
            return to_numpy(x)[:, inner, inner]

        reward = None
        if own_reward is not None:  # the border keeps the learned one
            reward = np.array(to_numpy(self.features_and_reward(image)[1]))
            reward[0, inner, inner] = own_reward
            reward = ops.convert_to_tensor(reward)
        reward, transition, values, q, policies, greedy = self._intermediates(image, reward)
        per_cell = len(transition.shape) == 5
        transition = crop(transition[None])[0] if per_cell else to_numpy(transition)
        policies, greedy = crop(policies).astype("int8"), crop(greedy).astype("int8")
        reward, values, q = crop(reward[None])[0], crop(values), crop(q[None])[0]
        return Trace(reward, transition, values, q, policies[-1].astype(int), policies, greedy)

    def _cell_bytes(self):
        """What a step keeps of each cell: V, and Q of every action twice, as float32."""
        return 4 * (1 + 2 * self.value_iteration.channels)

    def _check_trace(self, cells):
        if self.k and self.k * cells * self._cell_bytes() > TRACE_BYTES:
            max_k = int(TRACE_BYTES / (cells * self._cell_bytes()))
            raise ValueError(
                f"a trace keeps every step: k={self.k} on {cells:,} cells takes more than {TRACE_BYTES / 1e9:g} GB. "
                f"Load the model with k={max_k} or less to trace it; policy and plan need no such memory."
            )

    observe = renamed_method("observe", "features_and_reward")
    decide = renamed_method("decide", "policy_logits")
