"""What every planner over terrain offers: costs, policies and plans of pictures."""

from contextlib import contextmanager

import numpy as np
from keras import ops
from numpy.typing import ArrayLike, NDArray

from pnzoo.core.model import to_numpy
from pnzoo.models.planning.terrain_policy import PIXELS_PER_BATCH, TerrainPolicy
from pnzoo.models.planning.trace import Trace
from pnzoo.worlds.gridworld.rollout import Plan, _checked_limit
from pnzoo.worlds.terrain.pictures import as_pictures
from pnzoo.worlds.terrain.shortest_paths import MOVES, action_costs, path_costs

SOLVERS = ("auto", "value_iteration", "dijkstra")
MAX_CELLS = 1 << 22
TRACE_BYTES = 2e9  # what the arrays of a trace may take


class TerrainPlanner(TerrainPolicy):
    """Mixin of models that map a picture [B, H cell, W cell, C] and a goal [B, 2] to logits of the 8 moves.

    Subclasses have `cell`, `channels`, `k`, `caution`, `impassable`, `encoder`, `terrain_cost` and `value_iteration`.
    """

    def cost(self, picture: ArrayLike, caution: float | None = None) -> NDArray[np.float32]:
        """What the model thinks it costs to enter each cell.

        Args:
            picture: [h, w] or [h, w, C], or a batch [B, h, w] or [B, h, w, C]; uint8 0..255 or float 0..1; or a path
                or a PIL image. Its sides are multiples of `cell` pixels.
            caution: how much doubt costs; None: the model's own.

        Returns:
            float32 [H, W] or [B, H, W], H = h / cell; 1 where there is no doubt.

        Raises:
            ValueError: the picture is none (`pnzoo.terrain` has the forms it may have).
        """
        pictures, single = as_pictures(picture, self.cell, self.channels)
        cost = self._cost(pictures, caution)
        return cost[0] if single else cost

    def policy(
        self, picture: ArrayLike, goal: ArrayLike, caution: float | None = None, solver: str = "auto"
    ) -> NDArray[np.int64]:
        """The move that the model would make in every cell.

        Args:
            picture, caution: as in `cost`.
            goal: int (row, col) in cells, or [B, 2].
            solver: "value_iteration" takes k steps, "dijkstra" is exact at any distance; "auto" is exact.

        Returns:
            int [H, W] or [B, H, W], indices into `pnzoo.gridworld.MOVES`.

        Raises:
            ValueError: the picture, a goal or the solver is none.
        """
        pictures, single = as_pictures(picture, self.cell, self.channels)
        goals = self._goals(goal, pictures, single)
        policy = self._policy(pictures, goals, caution, self._solver(solver))
        return policy[0] if single else policy

    def logits(self, picture: ArrayLike, goal: ArrayLike, caution: float | None = None) -> NDArray[np.float32]:
        """Logits of the eight moves in every cell, by k steps of value iteration.

        Args:
            picture, goal, caution: as in `policy`.

        Returns:
            float32 [H, W, 8] or [B, H, W, 8].

        Raises:
            ValueError: as `policy`.
        """
        pictures, single = as_pictures(picture, self.cell, self.channels)
        logits = self._logits(pictures, self._goals(goal, pictures, single), caution)
        return logits[0] if single else logits

    def plan(
        self,
        picture: ArrayLike,
        start: ArrayLike,
        goal: ArrayLike,
        max_steps: int | None = None,
        caution: float | None = None,
        solver: str = "auto",
    ) -> Plan:
        """The path that the model takes from start to goal.

        Args:
            picture, caution: as in `cost`.
            start, goal: int (row, col) in cells.
            max_steps: give up after so many moves; by default one for every cell.
            solver: as in `policy`.

        Returns:
            `pnzoo.Plan`; its cost is the sum of learned costs along the path, times the length of each move. Where
            start or goal lies on ground that the model takes for impassable, `reached` is False and `reason` says so.

        Raises:
            ValueError: the picture, a cell, max_steps or the solver is none.
        """
        pictures, single = as_pictures(picture, self.cell, self.channels)
        if not single:
            raise ValueError(f"plan takes one picture; got a batch of {len(pictures)}. For a batch use policy().")
        (start,), (goal,) = (self._goals(x, pictures, True, name) for x, name in ((start, "start"), (goal, "goal")))
        limit = None if max_steps is None else _checked_limit(max_steps)
        solver = self._solver(solver)
        doubt = self._cost(pictures, 1.0)[0] - 1.0  # -log of the chance to get into a cell
        for name, cell in (("start", start), ("goal", goal)):
            chance = float(np.exp(-doubt[tuple(cell)]))
            if chance < self.impassable:
                reason = (
                    f"the {name} {tuple(map(int, cell))} lies on ground that the model takes for impassable "
                    f"(chance to get in {chance:.2g}); choose another, where cost(picture) is low"
                )
                return Plan(start[None], np.zeros(0, int), False, 0.0, reason)
        cost = 1.0 + (self.caution if caution is None else self._checked_caution(caution)) * doubt
        policy = self._policy(pictures, goal[None], caution, solver, cost[None])[0]
        return self._followed(policy, cost, start, goal, limit)

    def trace(self, picture: ArrayLike, goal: ArrayLike, caution: float | None = None) -> Trace:
        """Everything that planning computes on one picture: R, V of each step, Q and the policy.

        Args:
            picture, goal, caution: as in `policy`; one picture.

        Returns:
            `pnzoo.Trace`: R is minus the cost of entering a cell, P the known moves. Value iteration, whatever solver
            `policy` takes.

        Raises:
            ValueError: as `policy`, and where k steps on so many cells take more than 2 GB.
        """
        pictures, single = as_pictures(picture, self.cell, self.channels)
        if not single:
            raise ValueError(f"trace takes one picture; got a batch of {len(pictures)}.")
        goals = self._goals(goal, pictures, True)
        cost = self._cost(pictures, caution)
        if self.k * cost.size * 80 > TRACE_BYTES:
            raise ValueError(f"a trace keeps every step: k={self.k} on {cost.size:,} cells takes more than 2 GB.")
        plane = np.zeros_like(cost)
        plane[0, goals[0, 0], goals[0, 1]] = 1.0
        values, q = (to_numpy(x)[:, 0] for x in self.value_iteration(cost, plane, steps=True))
        transition = np.zeros((len(MOVES), 3, 3), np.float32)
        transition[np.arange(len(MOVES)), MOVES[:, 0] + 1, MOVES[:, 1] + 1] = 1.0
        policies = q.argmax(axis=-1).astype("int8")
        return Trace(-cost[0], transition, values, q[-1], policies[-1].astype(int), policies, policies)

    # -- steps of the above -----------------------------------------------------------------------------

    def path_logits(self, picture, goals, training=None, adapt=True):
        """See `TerrainPolicy`."""
        encoder = self.view if training else self.encoder
        z = encoder(picture, training=training and adapt)
        cost = self.terrain_cost(z)
        batch, height, width = ops.shape(cost)
        cost = ops.reshape(ops.repeat(cost[:, None], goals.shape[1], axis=1), (-1, height, width))
        at_goal = self.get_layer("goal_cells")(cost, ops.reshape(goals, (-1, 2)))
        logits = self.policy_head(self.value_iteration(cost, at_goal))
        return ops.reshape(logits, (batch, goals.shape[1], height, width, 8)), z

    def _cost(self, pictures, caution=None):
        scale = self.caution if caution is None else self._checked_caution(caution)
        size = max(1, PIXELS_PER_BATCH // max(1, pictures.shape[1] * pictures.shape[2]))
        parts = [pictures[i : i + size] for i in range(0, len(pictures), size)]
        shape = (0, pictures.shape[1] // self.cell, pictures.shape[2] // self.cell)
        doubt = [self.run_compiled(self._doubt, part) for part in parts] or [np.zeros(shape, np.float32)]
        return 1.0 + np.float32(scale) * np.concatenate(doubt)

    def _doubt(self, pictures):
        return self.terrain_cost.doubt(self.encoder(pictures, training=False))

    def _logits(self, pictures, goals, caution=None):
        with self._with_caution(caution):
            return super()._logits(pictures, goals)

    def _advice(self):
        return f"; k = {self.k} steps look {self.k} moves ahead: give a larger k, or solver='dijkstra'"

    @contextmanager
    def _with_caution(self, caution):
        own = self.caution
        if caution is not None and caution != own:
            self.caution = caution
        try:
            yield
        finally:
            if self.caution != own:
                self.caution = own

    def _policy(self, pictures, goals, caution, solver, cost=None):
        if solver == "value_iteration":
            return self._logits(pictures, goals, caution).argmax(axis=-1)
        cost = self._cost(pictures, caution) if cost is None else cost
        lengths = self.value_iteration.diagonal_cost
        policies = np.empty(cost.shape, int)
        for i in range(len(cost)):
            value = path_costs(cost[i], goals[i], lengths)
            policies[i] = action_costs(cost[i], value, lengths).argmin(axis=-1)
        return policies

    @staticmethod
    def _solver(solver):
        if solver not in SOLVERS:
            raise ValueError(f"solver is {', '.join(map(repr, SOLVERS))}; got {solver!r}.")
        return solver

    @staticmethod
    def _checked_caution(caution):
        if isinstance(caution, bool) or not isinstance(caution, (int, float, np.number)) or not 0 <= caution < np.inf:
            raise ValueError(f"caution is how much doubt costs, a number >= 0; got {caution!r}.")
        return float(caution)
