"""What a planner with values can show of itself: reward, transition, V of each step, and plans in another reward."""

import numpy as np
from keras import ops

from pnzoo.models.planning.planner import Planner
from pnzoo.worlds import gridworld
from pnzoo.worlds.gridworld.rollout import Trace, with_border

TRACE_BYTES = 2e9  # what the arrays of a trace may take


class ValuePlanner(Planner):
    """A planner that computes V in steps. Its subclasses have `k` and `inside`."""

    def inside(self, image, change_reward):
        """Everything about one map that a `Trace` holds, from the image [1, H, W, 2], border drawn.

        Args:
            image: float [1, H, W, 2].
            change_reward: a function [1, H, W] -> [1, H, W] that R goes through.

        Returns:
            A tuple (reward [H, W], transition, values [K+1, H, W], q [H, W, A], policies, greedy [K+1, H, W]).
        """
        raise TypeError(f"{type(self).__name__} does not tell what is inside it")

    def trace(self, walls, goal):
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
        return self._trace(walls, goal, None)

    def replan(self, walls, goal, reward):
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
        walls = gridworld.as_walls(walls)
        goal = gridworld.as_cell("goal", goal, walls, free=True)
        self._check_trace(walls.size)
        walls, margin = with_border(walls)
        inner = slice(margin, -margin or None)
        image = ops.convert_to_tensor(gridworld.encode(walls[None], np.add([goal], margin)))

        def change(reward):
            if own_reward is None:
                return reward
            whole = np.array(ops.convert_to_numpy(reward))
            whole[0, inner, inner] = own_reward
            return ops.convert_to_tensor(whole)

        def cut(x):  # [N, H + 2 margin, W + 2 margin, ...] -> [N, H, W, ...]
            return ops.convert_to_numpy(x)[:, inner, inner]

        reward, transition, values, q, policies, greedy = self.inside(image, change)
        per_cell = len(transition.shape) == 5
        transition = cut(transition[None])[0] if per_cell else ops.convert_to_numpy(transition)
        policies, greedy = cut(policies).astype("int8"), cut(greedy).astype("int8")
        reward, values, q = cut(reward[None])[0], cut(values), cut(q[None])[0]
        return Trace(reward, transition, values, q, policies[-1].astype(int), policies, greedy)

    def _cell_bytes(self):
        """What a step keeps of each cell: V, and Q of every action twice, as float32."""
        return 4 * (1 + 2 * self.value_iteration.channels)

    def _check_trace(self, cells):
        if self.k and self.k * cells * self._cell_bytes() > TRACE_BYTES:
            most = int(TRACE_BYTES / (cells * self._cell_bytes()))
            raise ValueError(
                f"a trace keeps every step: k={self.k} on {cells:,} cells takes more than {TRACE_BYTES / 1e9:g} GB. "
                f"Load the model with k={most} or less to trace it; policy and plan need no such memory."
            )
