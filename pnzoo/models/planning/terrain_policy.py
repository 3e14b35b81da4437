"""What every model over terrain offers: policies and plans of pictures, and learning from shown paths."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pnzoo.core.model import to_numpy
from pnzoo.models.planning.path_learning import fit_paths
from pnzoo.worlds.gridworld.rollout import Plan, _checked_limit
from pnzoo.worlds.terrain.pictures import as_pictures
from pnzoo.worlds.terrain.shortest_paths import MOVES

PIXELS_PER_BATCH = 1 << 20  # 64 pictures of 128x128: what one forward pass holds at once


class TerrainPolicy:
    """Mixin of models that map a picture [B, H cell, W cell, C] and a goal [B, 2] to logits of the 8 moves.

    Subclasses have `cell`, `channels` and `path_logits(picture, goals, training, adapt)`: what training calls, with
    goals [B, G, 2]. It returns logits [B, G, H, W, 8] and log odds that cells cannot be entered, [B, H, W, 1] or None;
    batch normalization follows the pictures where `adapt` is True.
    """

    moves = 8
    diagonal_cost = 2**0.5  # of a diagonal move, of a straight one 1

    def logits(self, picture: ArrayLike, goal: ArrayLike) -> NDArray[np.float32]:
        """Logits of the eight moves in every cell.

        Args:
            picture: [h, w] or [h, w, C], or a batch [B, h, w] or [B, h, w, C]; uint8 0..255 or float 0..1; or a path
                or a PIL image. Its sides are multiples of `cell` pixels.
            goal: int (row, col) in cells, or [B, 2].

        Returns:
            float32 [H, W, 8] or [B, H, W, 8], H = h / cell.

        Raises:
            ValueError: the picture or a goal is none (`pnzoo.terrain` has the forms that they may have).
        """
        pictures, single = as_pictures(picture, self.cell, self.channels)
        logits = self._logits(pictures, self._goals(goal, pictures, single))
        return logits[0] if single else logits

    def policy(self, picture: ArrayLike, goal: ArrayLike) -> NDArray[np.int64]:
        """The move that the model would make in every cell.

        Args:
            picture, goal: as in `logits`.

        Returns:
            int [H, W] or [B, H, W], indices into `pnzoo.gridworld.MOVES`.

        Raises:
            ValueError: as `logits`.
        """
        return self.logits(picture, goal).argmax(axis=-1)

    def plan(self, picture: ArrayLike, start: ArrayLike, goal: ArrayLike, max_steps: int | None = None) -> Plan:
        """The path that the model takes from start to goal.

        Args:
            picture: as in `logits`, one alone.
            start, goal: int (row, col) in cells.
            max_steps: give up after so many moves; by default one for every cell.

        Returns:
            `pnzoo.Plan`; its cost is the length of the path in cells.

        Raises:
            ValueError: the picture, a cell or max_steps is none.
        """
        pictures, single = as_pictures(picture, self.cell, self.channels)
        if not single:
            raise ValueError(f"plan takes one picture; got a batch of {len(pictures)}. For a batch use policy().")
        (start,), (goal,) = (self._goals(x, pictures, True, name) for x, name in ((start, "start"), (goal, "goal")))
        limit = None if max_steps is None else _checked_limit(max_steps)
        policy = self._logits(pictures, goal[None])[0].argmax(axis=-1)
        return self._followed(policy, np.ones(policy.shape), start, goal, limit)

    def fit_paths(self, pictures: ArrayLike, paths: Sequence, **options: Any) -> Any:
        """Learn from pictures and the paths that were taken there, from a handful (fine-tuning) to thousands.

        Args:
            pictures: [N, h, w] or [N, h, w, C], all of one size.
            paths: N paths in cells, each (row, col) cells in order or a bool mask [H, W].
            **options: `validation_split`, `epochs`, `batch_size`, `learning_rate`, `callbacks`, `seed`, `verbose`; see
                `pnzoo.models.planning.path_learning.fit_paths`.

        Returns:
            `keras.callbacks.History`.

        Raises:
            ValueError: a picture or a path is none; the message names it by its index.
        """
        return fit_paths(self, pictures, paths, **options)

    # -- steps of the above -----------------------------------------------------------------------------

    def _logits(self, pictures, goals):
        size = max(1, PIXELS_PER_BATCH // max(1, pictures.shape[1] * pictures.shape[2]))
        parts = [slice(i, i + size) for i in range(0, len(pictures), size)]
        goals = goals.astype("int32")
        shape = (0, pictures.shape[1] // self.cell, pictures.shape[2] // self.cell, 8)
        batches = [to_numpy(self.predict_on_batch({"picture": pictures[i], "goal": goals[i]})) for i in parts]
        return np.concatenate(batches or [np.zeros(shape, np.float32)])

    def _advice(self):
        """What may help a plan that lost its way."""
        return ""

    def _followed(self, policy, cost, start, goal, max_steps):
        at, path, actions, total = tuple(map(int, start)), [tuple(map(int, start))], [], 0.0
        target, seen = tuple(map(int, goal)), set()
        limit = cost.size if max_steps is None else max_steps
        while at != target:
            if len(actions) >= limit:
                return _plan(path, actions, False, total, f"gave up after {limit} moves (max_steps)")
            action = int(policy[at])
            after = (at[0] + int(MOVES[action, 0]), at[1] + int(MOVES[action, 1]))
            if at in seen or not all(0 <= x < side for x, side in zip(after, policy.shape, strict=True)):
                words = f"lost its way at {at} after {len(actions)} moves{self._advice()}"
                return _plan(path, actions, False, total, words)
            seen.add(at)
            total += float(cost[after]) * (self.diagonal_cost if MOVES[action].all() else 1.0)
            actions.append(action)
            path.append(after)
            at = after
        return _plan(path, actions, True, total, "reached the goal")

    def _goals(self, goal, pictures, single, name="goal"):
        """Cells int [B, 2] inside the pictures' grids."""
        try:
            array = np.asarray(goal, dtype=float)
        except (TypeError, ValueError):
            array = np.full((1, 1), np.nan)
        array = array[None] if single and array.ndim == 1 else array
        shape = (len(pictures), 2)
        if array.shape != shape or not np.array_equal(array, np.round(array)):
            wanted = "(row, col), whole numbers" if single else f"whole numbers [{len(pictures)}, 2], a cell a picture"
            raise ValueError(f"{name} is {wanted}; got {goal!r}.")
        array = array.astype(int)
        grid = np.array(pictures.shape[1:3]) // self.cell
        outside = np.flatnonzero(((array < 0) | (array >= grid)).any(axis=1))
        if len(outside):
            raise ValueError(
                f"{name} {tuple(map(int, array[outside[0]]))} lies outside the grid of {grid[0]}x{grid[1]} cells of "
                f"{self.cell} pixels; cells count from (0, 0) in the upper left."
            )
        return array


def _plan(path, actions, reached, cost, reason):
    return Plan(np.array(path, dtype=int), np.array(actions, dtype=int), reached, cost, reason)
