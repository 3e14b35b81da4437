"""What every planner can do with a map: score it, follow its arrows, and show its inside."""

import keras
import numpy as np
from keras import ops

from pnzoo.worlds import gridworld
from pnzoo.worlds.gridworld.rollout import follow, on_every_map, optimal_steps

CELLS_A_BATCH = 65_536  # 256 maps of 16x16: what one forward pass holds at once


class Planner(keras.Model):
    """A model that maps an image of walls and goal, [B, H, W, 2], to logits of the 8 moves, [B, H, W, 8]."""

    def scores(self, walls, goal):
        """Logits of the eight moves in every cell.

        Args:
            walls: bool [H, W] or [B, H, W], True = wall.
            goal: int (row, col) or [B, 2].

        Returns:
            float32 [H, W, 8] or [B, H, W, 8], in the order of `pnzoo.gridworld.MOVES`.

        Raises:
            ValueError: the map or the goal is not one (see `gridworld.as_walls`, `gridworld.as_cell`).
        """
        return on_every_map(self._scores, walls, goal)

    def policy(self, walls, goal):
        """The move that the model would make in every cell.

        Args:
            walls: bool [H, W] or [B, H, W], True = wall.
            goal: int (row, col) or [B, 2].

        Returns:
            int [H, W] or [B, H, W], indices into `pnzoo.gridworld.MOVES`. Cells of wall have
            an entry too; it means nothing.

        Raises:
            ValueError: the map or the goal is not one.
        """
        return self.scores(walls, goal).argmax(axis=-1)

    def plan(self, walls, start, goal, max_steps=None):
        """Follow the policy from start to goal.

        Args:
            walls: bool [H, W], True = wall.
            start, goal: int (row, col).
            max_steps: give up after so many moves; by default one for every cell of the map, since a
                policy that enters a cell twice never leaves its circle.

        Returns:
            `pnzoo.Plan`. Where there is no way, or the policy does not find it, `reached` is False and
            `reason` says why.

        Raises:
            ValueError: the map, start or goal is out of range or on a wall.
        """
        walls = gridworld.as_walls(walls)
        start, goal = (gridworld.as_cell(n, c, walls, free=True) for n, c in (("start", start), ("goal", goal)))
        made = follow(walls, start, goal, lambda: self.policy(walls, goal), max_steps)
        return made if made.reached else self._explained(made, walls, start, goal)

    def _explained(self, made, walls, start, goal):
        """A plan that failed, with a word on k where the way is longer than k moves."""
        k = getattr(self, "k", None)
        if k is None or not np.isfinite(gridworld.distances(walls, goal)[start]):
            return made
        moves = int(optimal_steps(walls[None], np.array([goal]), np.array([start]))[0])
        if moves <= k:
            return made
        words = f"; K = {k} steps of value iteration see {k} moves far and the way has {moves}: load it with k={moves}"
        return made._replace(reason=made.reason + words)

    def scores_at(self, walls, goal, positions):
        """Logits at some positions only: bool [B, H, W], int [B, 2] and [B, N, 2] -> [B, N, 8]."""
        everywhere = self.scores(walls, goal)
        rows = np.arange(len(walls))[:, None]
        return everywhere[rows, positions[..., 0], positions[..., 1]]

    def _scores(self, walls, goal):
        return self._in_batches(gridworld.encode(walls, goal))

    def _in_batches(self, inputs):
        """Run the network on [B, H, W, ...], so many maps at once as memory allows."""
        size = self.maps_a_pass(inputs)
        parts = [inputs[i : i + size] for i in range(0, len(inputs), size)]
        return np.concatenate([ops.convert_to_numpy(self.predict_on_batch(part)) for part in parts])

    @staticmethod
    def maps_a_pass(inputs):
        """How many maps of [B, H, W, ...] go through the network together."""
        return max(1, CELLS_A_BATCH // (inputs.shape[1] * inputs.shape[2]))

    def build_weights(self):
        """Create every weight without data; `pnzoo.load` does so before it reads them from a file."""
        self.build()
        return self
