"""What every planner offers: logits, policies and plans of maps."""

from contextlib import nullcontext
from typing import NamedTuple

import keras
import numpy as np
from keras import ops
from numpy.typing import ArrayLike, NDArray

from pnzoo.core.deprecation import renamed_method
from pnzoo.core.model import to_numpy
from pnzoo.layers.planning.attention_readout import check_positions
from pnzoo.layers.planning.value_iteration import unrolled
from pnzoo.models.planning.trace import Trace
from pnzoo.worlds import gridworld
from pnzoo.worlds.gridworld.border import call_with_border
from pnzoo.worlds.gridworld.maps import _encode
from pnzoo.worlds.gridworld.plans import follow, reachable
from pnzoo.worlds.gridworld.rollout import Plan, _checked_limit, _rollout, explain_horizon
from pnzoo.worlds.gridworld.validation import as_batch, as_cells

ACTIONS = 8
MAX_CELLS = 1 << 22  # of one map, 2,048 x 2,048: planning on it takes minutes and gigabytes
CELLS_PER_BATCH = 65_536  # 256 maps of 16x16: what one forward pass holds at once


class Solution(NamedTuple):
    """What planning on one map came to.

    policy:        int [H, W]
    k:             steps of value iteration that were made, where the planner counts them
    not_converged: bool [H, W], where V still changed, if the planner knows
    """

    policy: np.ndarray
    k: int | None = None
    not_converged: np.ndarray | None = None


class Planner:
    """Mixin of models that map an image of walls and goal, [B, H, W, 2], to logits of the 8 moves, [B, H, W, 8].

    It keeps no state: all methods go through `predict_on_batch`.
    """

    dense_prediction = True  # whether one pass of the network answers for every cell
    moves = 8  # moves that the planner makes: 8, or 4 for N, S, E, W
    corner_cutting = True  # whether its diagonal moves may pass a wall's corner
    solvers = ("auto",)  # what `solver` may be
    recurrence: str | None = None  # attribute that holds the layer with k steps

    def __call__(self, image, *args, **kwargs):
        if isinstance(image, (list, tuple, dict)):
            image = _as_image(image)
        shape = tuple(getattr(image, "shape", ()))
        self._check_image(shape)
        if shape[0] == 0:  # backends differ in what they make of no images
            return ops.zeros((*shape[:3], ACTIONS))
        return super().__call__(image, *args, **kwargs)

    def build(self, input_shape):
        """A planner is built when it is made; this only checks the shape."""
        if input_shape is not None:  # as Keras says when it makes the model
            self._check_image(tuple(input_shape))
        super().build(input_shape)

    def logits(self, walls: ArrayLike, goal: ArrayLike) -> NDArray[np.float32]:
        """Logits of the eight moves in every cell.

        Args:
            walls: bool [H, W] or [B, H, W], True = wall.
            goal: int (row, col) or [B, 2].

        Returns:
            float32 [H, W, 8] or [B, H, W, 8], in the order of `pnzoo.gridworld.MOVES`.

        Raises:
            ValueError: the map or the goal is not one (see `gridworld.as_walls`, `gridworld.as_cell`), or a map has
                more than 2,048 x 2,048 cells.
        """
        walls, goal, single = as_batch(walls, goal, free=True)
        check_cells(walls)
        if not len(walls):
            return np.zeros((*walls.shape, ACTIONS), "float32")
        logits = call_with_border(self._logits, walls, goal)
        return logits[0] if single else logits

    def policy(self, walls: ArrayLike, goal: ArrayLike, solver: str = "auto") -> NDArray[np.int64]:
        """The move that the model would make in every cell.

        Args:
            walls: bool [H, W] or [B, H, W], True = wall.
            goal: int (row, col) or [B, 2].
            solver: "value_iteration", which is the network as it was trained; "dijkstra", the exact solution of what
                it has learned, for planners with known moves; or "auto": the faster one. A planner without value
                iteration has "auto" alone.

        Returns:
            int [H, W] or [B, H, W], indices into `pnzoo.gridworld.MOVES`. Cells of wall have
            an entry too; it means nothing.

        Raises:
            ValueError: the map or the goal is not one, or this planner does not have the solver.
        """
        self._check_solver(solver)
        return self.logits(walls, goal).argmax(axis=-1)

    def logits_at(self, walls: ArrayLike, goal: ArrayLike, positions: ArrayLike) -> NDArray[np.float32]:
        """Logits at some cells of each map only.

        Args:
            walls: bool [H, W] or [B, H, W], True = wall.
            goal: int (row, col) or [B, 2].
            positions: int [N, 2] or [B, N, 2].

        Returns:
            float32 [N, 8] or [B, N, 8].

        Raises:
            ValueError: the maps or goals are none, there are not N positions for each map, or one lies outside its map.
        """
        walls, goal, single = as_batch(walls, goal)
        check_cells(walls)
        logits = self._logits_at(walls, goal, _as_positions(positions, walls, single))
        return logits[0] if single else logits

    def plan(
        self,
        walls: ArrayLike,
        start: ArrayLike,
        goal: ArrayLike,
        max_steps: int | None = None,
        solver: str = "auto",
    ) -> Plan:
        """Follow the policy from start to goal.

        Args:
            walls: bool [H, W], True = wall.
            start, goal: int (row, col).
            max_steps: give up after so many moves; by default one for every cell of the map, since a
                policy that enters a cell twice never leaves its circle.
            solver: as in `policy`.

        Returns:
            `pnzoo.Plan`. Where no path exists, or the policy does not find it, `reached` is False and
            `reason` says why.

        Raises:
            ValueError: the map, start or goal is out of range or on a wall, the map has more than 2,048 x 2,048
                cells, max_steps is no whole number >= 0, or this planner does not have the solver.
        """
        self._check_solver(solver)
        walls = gridworld.as_walls(walls)
        check_cells(walls)
        start, goal = (gridworld.as_cell(n, c, walls, free=True) for n, c in (("start", start), ("goal", goal)))
        max_steps = None if max_steps is None else _checked_limit(max_steps)
        return self._plan(walls, start, goal, max_steps, solver)

    def plan_batch(
        self,
        walls: ArrayLike,
        start: ArrayLike,
        goal: ArrayLike,
        max_steps: int | None = None,
        solver: str = "auto",
    ) -> list[Plan]:
        """`plan` of many maps of one size: the same answers, from one pass of the network for as many as memory allows.

        Args:
            walls: bool [B, H, W], True = wall.
            start, goal: int [B, 2].
            max_steps, solver: as in `plan`.

        Returns:
            A list of B `pnzoo.Plan`s. Where a planner counts its steps, `k` is that of the batch. A `VIN` with a P for
            each cell (where Numba is installed) and `solver="dijkstra"` answer as on the map alone to the last bit;
            what a backend computes may be rounded otherwise in a batch, and the other of two moves be taken that are
            equally good but for that.

        Raises:
            ValueError: as in `plan`; names the first map that is wrong.

        Example:
            >>> from pnzoo import gridworld
            >>> from pnzoo.models import DeterministicVIN
            >>> plans = DeterministicVIN().plan_batch(np.zeros((2, 3, 3), bool), [(0, 0), (1, 1)], [(0, 0), (1, 1)])
            >>> [plan.reason for plan in plans]
            ['reached the goal', 'reached the goal']
        """
        self._check_solver(solver)
        walls = gridworld.as_walls(walls, ndim=3)
        check_cells(walls)
        start, goal = (as_cells(name, cells, walls, free=True) for name, cells in (("start", start), ("goal", goal)))
        max_steps = None if max_steps is None else _checked_limit(max_steps)
        rule = (self.moves, self.corner_cutting)
        policy, solutions = np.zeros(walls.shape, int), {}
        planned = np.flatnonzero(reachable(walls, start, goal, *rule)) if len(walls) else []
        if len(planned):
            policy[planned], known = self._solve_batch(walls[planned], goal[planned], solver)
            solutions = dict(zip(planned.tolist(), known, strict=True))
        plans = follow(walls, start, goal, policy, max_steps, *rule)
        for i, solution in solutions.items():
            if solution is not None:
                plans[i] = self._told(plans[i], solution, walls[i], start[i], goal[i], max_steps)
        return plans

    def _plan(self, walls, start, goal, max_steps, solver):
        """`plan` of checked arguments."""
        solutions = []

        def policy():
            solutions.append(self._solve(walls, goal))
            return solutions[0].policy

        plan = _rollout(walls, start, goal, policy, max_steps, self.moves, self.corner_cutting)
        return self._told(plan, solutions[0], walls, start, goal, max_steps) if solutions else plan

    def _told(self, plan, solution, walls, start, goal, max_steps):
        """A plan with the k that was made and, where it fails, with what the planner knows of it."""
        plan = plan._replace(k=solution.k)
        if plan.reached or len(plan.actions) == max_steps:
            return plan
        return self._explained(plan, solution, walls, start, goal)

    def trace(self, walls: ArrayLike, goal: ArrayLike) -> Trace:
        """R, P, V and Q of a map; only planners that compute them have a trace.

        Raises:
            TypeError: this planner has none.
        """
        raise TypeError(
            f"a {type(self).__name__} computes no reward, transition or values, so it has no trace; "
            "use a VIN, such as pnzoo.load('vin16')."
        )

    def replan(self, walls: ArrayLike, goal: ArrayLike, reward: ArrayLike) -> Trace:
        """Plan in a reward of your own; only planners with a trace can.

        Raises:
            TypeError: this planner cannot.
        """
        return self.trace(walls, goal)

    # -- networks that share the layers ---------------------------------------------------------------

    @property
    def position_network(self):
        """The same network asked at some cells: a Keras model of [image [B, H, W, 2], positions int [B, N, 2]].

        It gives logits [B, N, 8] and shares every layer, so that training it trains this model. It trusts that the
        positions are inside the maps; `logits_at` checks them.
        """
        return self.network("positions", self._position_network)

    def unrolled(self, unroll):
        """A `with` block in which the recurrence is traced written out (True) or as a loop (False)."""
        return unrolled(getattr(self, self.recurrence), unroll) if self.recurrence else nullcontext()

    def _check_image(self, shape):
        """Raise ValueError unless an image has the shape that the model takes."""
        expected = tuple(self.input_shape) if hasattr(self, "input_shape") else (None, None, None, 2)
        fits = len(shape) == len(expected) and all(
            want is None or size is None or want == size for want, size in zip(expected[1:], shape[1:], strict=True)
        )
        if not fits:
            sizes = ", ".join("BHWC"[i] if size is None else str(size) for i, size in enumerate(expected))
            advice = " Add an axis for the batch: image[None]." if len(shape) == 3 else ""
            raise ValueError(
                f"{type(self).__name__} takes images [{sizes}], as pnzoo.gridworld.encode makes them; "
                f"got {list(shape)}.{advice}"
            )

    # -- steps of the above -----------------------------------------------------------------------------

    def _check_solver(self, solver):
        """Raise ValueError unless this planner has a solver of that name."""
        if solver not in self.solvers:
            known = " or ".join(map(repr, self.solvers))
            why = ""
            if solver == "dijkstra":
                why = "; only a planner whose moves are known, such as vin_maze, is a graph that Dijkstra can search"
            raise ValueError(f"solver of a {type(self).__name__} is {known}; got {solver!r}{why}.")

    def _logits_at(self, walls, goal, positions):
        """Logits at checked positions [B, N, 2] of maps [B, H, W]."""
        everywhere, rows = self.logits(walls, goal), np.arange(len(walls))[:, None]
        return everywhere[rows, positions[..., 0], positions[..., 1]]

    def _solve_batch(self, walls, goal, solver):
        """Plan on checked maps: policies int [B, H, W], and for each map its `Solution`, or None."""
        policy = self.policy(walls, goal, solver)
        return policy, [Solution(each) for each in policy]

    def _solve(self, walls, goal):
        """Plan on one checked map."""
        return Solution(call_with_border(self._logits, walls[None], np.array([goal]))[0].argmax(axis=-1))

    def _explained(self, plan, solution, walls, start, goal):
        """Add a hint to `reason` if the shortest path is longer than k."""
        k = getattr(self, "k", None)
        if k is None:
            return plan
        return explain_horizon(plan, k, walls, start, goal, self.moves)

    def _logits(self, walls, goal):
        """Logits of maps whose border is drawn: bool [B, H, W], int [B, 2] -> [B, H, W, 8]."""
        return self._in_batches(self.predict_on_batch, _encode(walls, goal))

    @staticmethod
    def _in_batches(function, inputs):
        """Call a function on [B, H, W, ...], as many maps at a time as memory allows."""
        size = maps_per_batch(inputs)
        parts = [inputs[i : i + size] for i in range(0, len(inputs), size)]
        return np.concatenate([to_numpy(function(part)) for part in parts])

    scores = renamed_method("scores", "logits")
    scores_at = renamed_method("scores_at", "logits_at")
    scores_every_cell = renamed_method("scores_every_cell", "dense_prediction")


def check_cells(walls):
    """Refuse maps that are too large to plan on: bool [..., H, W]."""
    height, width = walls.shape[-2:]
    if height * width > MAX_CELLS:
        raise ValueError(
            f"a map of {height}x{width} has {height * width:,} cells; planning takes at most {MAX_CELLS:,} "
            "(2,048 x 2,048), which already takes minutes. Cut the map or make it coarser."
        )


def _as_positions(positions, walls, single):
    """Positions int [B, N, 2] in maps [B, H, W], of which there is one alone or a batch."""
    given = np.asarray(positions)
    positions = given[None] if single else given
    if positions.ndim != 3 or len(positions) != len(walls) or positions.shape[-1] != 2:
        maps, leading = ("one map takes", "") if single else (f"{len(walls)} maps take", f"{len(walls)}, ")
        raise ValueError(f"{maps} positions [{leading}N, 2], (row, col) each; got {list(given.shape)}.")
    check_positions(positions, walls.shape[1:])
    return positions.astype(int)


def maps_per_batch(inputs):
    """How many maps of [B, H, W, ...] go through a network together."""
    return max(1, CELLS_PER_BATCH // (inputs.shape[1] * inputs.shape[2]))


def _as_image(image):
    """Lists of numbers or maps as an array; a pair, or names, were kinds of input that `call` once took."""
    if isinstance(image, dict):
        raise ValueError(_ONE_IMAGE.format(got=f"dict of {sorted(image)}"))
    if len(image) == 1 and len(getattr(image[0], "shape", ())) == 4:  # as Keras wraps a model's only input
        return image[0]
    shapes = {tuple(getattr(item, "shape", None) or np.shape(item)) for item in image}
    if len(shapes) != 1 or any(isinstance(item, keras.KerasTensor) for item in image):
        raise ValueError(_ONE_IMAGE.format(got=f"{type(image).__name__} of shapes {sorted(shapes, key=len)}"))
    return ops.stack([ops.convert_to_tensor(item) for item in image])


_ONE_IMAGE = (
    "a planner is called with one image [B, H, W, 2] (pnzoo.gridworld.encode); got a {got}. "
    "For some cells only, use logits_at(walls, goal, positions) or position_network([image, positions])."
)
