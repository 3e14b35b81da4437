"""A Value Iteration Network for long horizons: what it learns on small maps holds over a thousand steps and more."""

from types import SimpleNamespace
from typing import NamedTuple

import keras
import numpy as np
from keras import ops
from numpy.typing import ArrayLike, NDArray

from pnzoo.core import former
from pnzoo.core.deprecation import renamed_method, warn
from pnzoo.core.model import LayerOption, ZooModel, as_policy, part_policy
from pnzoo.core.schema import Bool, Either, Float, Int, ListOf, OneOf
from pnzoo.layers.planning.attention_readout import AttentionReadout
from pnzoo.layers.planning.deterministic_value_iteration import DeterministicValueIteration
from pnzoo.layers.planning.heads import AdvantageLogits, CostReward
from pnzoo.models.planning import learned_graph
from pnzoo.models.planning.planner import ACTIONS, Solution, check_cells, maps_per_batch
from pnzoo.models.planning.value_planner import ValuePlanner
from pnzoo.models.planning.vin import feature_layers
from pnzoo.worlds import gridworld
from pnzoo.worlds.gridworld.border import call_with_border
from pnzoo.worlds.gridworld.maps import _encode
from pnzoo.worlds.gridworld.rollout import _plan_of_path, _rollout
from pnzoo.worlds.gridworld.validation import as_batch

STEPS_PER_PASS = 4096  # of value iteration, before progress is shown
CELLS_PER_GRAPH = 1 << 20  # of maps that Dijkstra's algorithm solves together


class Convergence(NamedTuple):
    """The result of `DeterministicVIN.converge`.

    logits:        float32 [B, H, W, 8]
    value:         float32 [B, H, W] V_K
    k:             int [B], iterations until V had converged on all maps of a batch, or the limit
    not_converged: bool [B, H, W], where the last iteration still changed V
    """

    logits: np.ndarray
    value: np.ndarray
    k: np.ndarray
    not_converged: np.ndarray


@keras.saving.register_keras_serializable("pnzoo")
class DeterministicVIN(ValuePlanner, ZooModel, keras.Model):
    """A VIN whose R sees one cell, whose P sees its 3x3 walls, and whose P is the one-hot argmax at inference.

        R(s) = f_R(wall(s), goal(s))        P_a(. | s) = f_P(walls around s), one neighbour j_a(s)
        Q_a(s) = R(j_a(s)) + V(j_a(s)) + b_a        V(s) = max_a Q_a(s), and 0 at the goal        logits = g (Q - V)

    The general VIN may learn a reward that differs a little with the surroundings and a P that leaks: nobody sees it
    on a short path, and it decides on a long one. Here there are 512 surroundings, so what it has learned
    can be checked for all maps at once (`pnzoo.analysis.planning.certify`). Its abstract actions are the moves.

    Args:
        k: steps of value iteration, or None: until V has converged, at most two for each cell of the map.
        moves: 8, or 4 for N, S, E, W only.
        filters: widths of the layers of f_P; the first is a 3x3 convolution, the others see one cell only.
        inverse_temperature: factor on the logits of P, while P is a softmax.
        hard_transition: whether P is its one-hot argmax. Training needs a softmax: hard_transition=False and a
            number for k.
        wall_cost: what a wall costs in planning on top of what was learned: more than any detour.
        corner_cutting: whether a diagonal move of the world that it plans in may pass a wall's corner. If False, both
            cells beside the diagonal must be free, as in the MovingAI benchmarks. P is learned all the same: this says
            by which rule plans are judged, and P is certified.

    `k`, `inverse_temperature`, `hard_transition` and `wall_cost` may be set at any time: weights do not depend on them.

    `plan` and `policy` take `solver="value_iteration"`, which is this network, or `solver="dijkstra"`, the solution in
    float64 of the graph that it has learned; `"auto"` is Dijkstra's algorithm, and value iteration where k is a number.

    Call args:
        image: [B, H, W, 2], 1 at walls and 1 at the goal (`pnzoo.gridworld.encode`).

    Returns:
        logits of the eight moves, [B, H, W, 8].

    Raises:
        ValueError: k < 1, or moves neither 4 nor 8.

    Example:
        >>> from pnzoo import gridworld
        >>> from pnzoo.models import DeterministicVIN
        >>> maps = gridworld.generate_family("maze", 2, 15, seed=0)
        >>> DeterministicVIN().policy(*maps).shape
        (2, 15, 15)

    Reference: Tamar et al. 2016, section 3: R = f_R(phi), P = f_P(phi), with f_R and f_P as narrow as the world allows.
    """

    CONFIG_SCHEMA = {
        "k": Either(OneOf(None), Int(1, 100_000_000)),
        "moves": OneOf(4, 8),
        "filters": ListOf(Int(1, 4096), 1, 20),
        "inverse_temperature": Float(),
        "hard_transition": Bool(),
        "wall_cost": Float(),
        "corner_cutting": Bool(),
    }
    recurrence = "value_iteration"
    solvers = ("auto", "value_iteration", "dijkstra")
    k = LayerOption("value_iteration")
    inverse_temperature = LayerOption("value_iteration")
    hard_transition = LayerOption("value_iteration")
    wall_cost = LayerOption("cost_reward")

    @former.accepts_former_names("DeterministicVIN")
    def __init__(
        self,
        k=None,
        moves=8,
        filters=(64, 64),
        inverse_temperature=6.0,
        hard_transition=True,
        wall_cost=1e4,
        corner_cutting=True,
        dtype=None,
        **kwargs,
    ):
        if moves not in (4, 8):
            raise ValueError(f"moves is 4 (N, S, E, W) or 8 (with diagonals); got {moves!r}.")
        # === Layers ===
        policy = as_policy(dtype)

        def exact(name):
            return {"dtype": part_policy(policy, name, sums=True), "name": name}

        # All straight moves cost the same, and all diagonal ones: how much each is learned.
        groups = (0,) * 4 + (1,) * (moves - 4)
        parts = SimpleNamespace(
            features=feature_layers(filters, "relu", policy),
            reward_of_image=keras.layers.Dense(1, **exact("reward_of_image")),
            cost_reward=CostReward(wall_cost, **exact("reward")),
            value_iteration=DeterministicValueIteration(
                k, groups, inverse_temperature, hard_transition, **exact("value_iteration")
            ),
            policy_head=AdvantageLogits(ACTIONS, **exact("policy")),
            readout=AttentionReadout(**exact("psi")),
        )
        # === Functional model ===
        image = keras.Input((None, None, 2), name="image")
        observation, reward = _features_and_reward(parts, image)
        q = parts.value_iteration(reward, observation, image[..., 1])
        super().__init__(image, parts.policy_head(q), **kwargs)
        # === Configuration ===
        for name, part in vars(parts).items():
            setattr(self, name, part)
        self.readout.build((None, None, None, moves))
        self._configure(policy, moves=int(moves), filters=tuple(filters), corner_cutting=bool(corner_cutting))

    def features_and_reward(self, image):
        """What f_P sees of the walls, and R: [B, H, W, 2] -> ([B, H, W, F], [B, H, W])."""
        return _features_and_reward(self, image)

    def policy_logits(self, q):
        """Logits of the eight moves from Q: [..., A] -> [..., 8]."""
        return self.policy_head(q)

    def _position_network(self):
        positions = keras.Input((None, 2), dtype="int32", name="positions")
        q = self.readout(self.get_layer("value_iteration").output, positions)
        return keras.Model([self.input, positions], self.policy_head(q), name=f"{self.name}_at_positions")

    # -- planning ---------------------------------------------------------------------------------------

    def converge(self, walls: ArrayLike, goal: ArrayLike, verbose: int = 0) -> Convergence:
        """Run value iteration on maps until V has converged, or for k steps.

        Args:
            walls: bool [H, W] or [B, H, W], True = wall.
            goal: int (row, col) or [B, 2].
            verbose: 1 shows a progress bar where V needs more than 4,096 steps.

        Returns:
            `Convergence`, its arrays without the axis B for one map.

        Raises:
            ValueError: the map or the goal is not one.
        """
        walls, goal, single = as_batch(walls, goal, free=True)
        check_cells(walls)
        if not len(walls):
            logits, value = np.zeros((*walls.shape, ACTIONS), "float32"), np.zeros(walls.shape, "float32")
            return Convergence(logits, value, np.zeros(0, int), np.zeros(walls.shape, bool))
        result = self._converged(walls, goal, verbose)
        return Convergence(*(part[0] for part in result)) if single else result

    def _converged(self, walls, goal, verbose=0):
        """`converge` of checked maps, at least one."""

        def function(walls, goal):
            result = self._converge_all(walls, goal, verbose)
            k = np.broadcast_to(result["k"][:, None, None], walls.shape)
            fields = np.stack([result["value"], k, result["not_converged"]], axis=-1)
            return np.concatenate([result["logits"], fields], axis=-1)

        maps = call_with_border(function, walls, goal)
        logits, value, k, changed = maps[..., :ACTIONS], maps[..., -3], maps[..., 0, 0, -2], maps[..., -1]
        return Convergence(logits.astype("float32"), value.astype("float32"), k.astype(int), changed.astype(bool))

    def iterations_to_convergence(self, walls: ArrayLike, goal: ArrayLike) -> int:
        """K after which V no longer changes on a map, or the model's own k where that is smaller.

        Args:
            walls: bool [H, W].
            goal: int (row, col).

        Raises:
            ValueError: not one map, or the goal is out of range or on a wall.
        """
        return int(self.converge(gridworld.as_walls(walls), goal).k)

    def policy(self, walls: ArrayLike, goal: ArrayLike, solver: str = "auto") -> NDArray[np.int64]:
        self._check_solver(solver)
        if not self._exactly(solver):
            return super().policy(walls, goal, solver)
        walls, goal, single = as_batch(walls, goal, free=True)
        check_cells(walls)
        actions = np.zeros(walls.shape, int)
        table, size = self.move_table(), max(1, CELLS_PER_GRAPH // walls[0].size) if len(walls) else 1
        for part in (slice(i, i + size) for i in range(0, len(walls), size)):
            graph = learned_graph.build(table, walls[part])
            actions[part] = learned_graph.policy(learned_graph.search(graph, goal[part]))
        return actions[0] if single else actions

    policy.__doc__ = ValuePlanner.policy.__doc__

    def _plan(self, walls, start, goal, max_steps, solver):
        if not self._exactly(solver):
            return super()._plan(walls, start, goal, max_steps, solver)
        table = self.move_table()
        solutions = learned_graph.search(learned_graph.build(table, walls[None]), np.array([goal]))
        path = learned_graph.path(solutions, start) if table.exact else None
        if path is not None:  # as far as it may go; a table that is exact needs no look at what each move does
            return _plan_of_path(*path, max_steps)
        policy = learned_graph.policy(solutions)[0]
        return _rollout(walls, start, goal, policy, max_steps, self.moves, self.corner_cutting)

    def _check_solver(self, solver):
        super()._check_solver(solver)
        if solver == "dijkstra" and not self.hard_transition:
            raise ValueError("solver='dijkstra' needs moves that lead to one cell each: hard_transition=True.")

    def _exactly(self, solver):
        """Whether Dijkstra's algorithm plans: asked for, or of the same result.

        It was the faster one at every size and number of maps that `tests.benchmarks.solvers` measures.
        """
        return solver == "dijkstra" or (solver == "auto" and self.k is None and self.hard_transition)

    def move_table(self) -> learned_graph.MoveTable:
        """What the network has learned of each 3x3 pattern of walls, from one pass; computed anew when weights change.

        Returns:
            `pnzoo.models.planning.learned_graph.MoveTable`.

        Example:
            >>> DeterministicVIN().move_table().cost.shape
            (512, 8)
        """
        weights = self.get_weights()
        kept = self.__dict__.get("_known_moves")
        if kept is None or not all(map(np.array_equal, kept[0], weights)):
            image = _encode(learned_graph.all_patterns(), np.zeros((learned_graph.PATTERNS, 2), int))
            image[..., 1] = 0.0  # no goal
            answer = self.run_compiled(self._targets_and_costs, image)
            rule = (self.moves, self.corner_cutting)
            table = learned_graph.move_table(answer["targets"], answer["costs"][0].astype(float), *rule)
            kept = self.__dict__["_known_moves"] = (weights, table)
        return kept[1]

    def _targets_and_costs(self, image):
        """Where each action leads from the middle of 3x3 patches, and what it costs: int [N, A], [N, A]."""
        observation, reward = self.features_and_reward(image)
        p = self.value_iteration.transition_probabilities(observation)[:, 1, 1]
        free = reward[0, 0, 0]  # the first pattern is that without a wall
        costs = -(free + ops.cast(self.value_iteration._bias(0), reward.dtype))
        targets = ops.argmax(ops.reshape(p, (-1, self.moves, 9)), axis=-1)
        return {"targets": targets, "costs": ops.ones_like(targets, dtype=costs.dtype) * costs}

    def _solve_batch(self, walls, goal, solver):
        if self._exactly(solver):
            return self.policy(walls, goal, solver), [None] * len(walls)
        result = self._converged(walls, goal)
        policy = result.logits.argmax(axis=-1)
        return policy, [Solution(*map_) for map_ in zip(policy, result.k.tolist(), result.not_converged, strict=True)]

    def _solve(self, walls, goal):
        logits, _, k, not_converged = (part[0] for part in self._converged(walls[None], np.array([goal])))
        return Solution(logits.argmax(axis=-1), int(k), not_converged)

    def _explained(self, plan, solution, walls, start, goal):
        """Add a hint to `reason` if V has not reached the start."""
        if self.k is None or not solution.not_converged[tuple(start)]:
            return plan
        words = f"; V has not reached the start in K = {solution.k} iterations: load it with k=None"
        return plan._replace(reason=plan.reason + words)

    def _logits(self, walls, goal):
        return self._converge_all(walls, goal)["logits"]

    def _converge_all(self, walls, goal, verbose=0):
        """`_iterate` on many maps, as many at a time as memory allows: dict of NumPy arrays."""
        images = _encode(walls, goal)
        size = maps_per_batch(images)
        parts = [self._converge_batch(images[i : i + size], verbose) for i in range(0, len(images), size)]
        return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}

    def _converge_batch(self, images, verbose):
        remaining = self.k or 2 * images[0, ..., 0].size
        value, done, bar = np.zeros(images.shape[:3], "float32"), 0, None
        while True:
            steps = min(remaining, STEPS_PER_PASS)
            limit = np.full(len(images), steps, "int32")
            result = self.run_compiled(self._iterate, {"image": images, "value": value, "max_iterations": limit})
            remaining, value = remaining - steps, result["value"]
            result["k"] = result["k"] + done
            if remaining <= 0 or result["converged"].all():
                return result
            done += steps
            if verbose:
                bar = bar or keras.utils.Progbar(done + remaining, unit_name="iteration")
                bar.update(done)

    def _iterate(self, inputs):
        """Run value iteration from `value` for at most `max_iterations`: dict of logits, V, K and convergence flags."""
        image, terminal = inputs["image"], inputs["image"][..., 1]
        observation, reward = self.features_and_reward(image)
        result = self.value_iteration.converge(
            reward, observation, terminal, inputs["value"], inputs["max_iterations"][0]
        )
        q = self.value_iteration.q_values(reward, observation, terminal, result.value)
        ones = ops.ones_like(inputs["max_iterations"])
        return {
            "logits": self.policy_head(q),
            "value": result.value,
            "k": result.k * ones,
            "not_converged": result.not_converged,
            "converged": ops.cast(result.converged, ones.dtype) * ones,
        }

    # -- inside -----------------------------------------------------------------------------------------

    def intermediates(self, image, reward=None):
        observation, learned = self.features_and_reward(image)
        reward, terminal, layer = learned if reward is None else reward, image[..., 1], self.value_iteration
        k = self.k or int(layer.converge(reward, observation, terminal).k)
        backup = layer.make_backup(reward, observation, terminal)
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

    @property
    def former_weights(self):
        features = ["features/conv2d", *(f"features/conv2d_{i}" for i in range(1, len(self.filters)))]
        return {
            **{group: f"features_{i}" for i, group in enumerate(features)},
            "layers/dense": "reward_of_image",
            "layers/rounded_value_iteration": "value_iteration",
            "": "policy",
        }

    steps_to_settle = renamed_method("steps_to_settle", "iterations_to_convergence")

    def arrange(self, k=None, rounded=True, sharpness=6.0, wall_cost=1e4):
        """Former way to set these attributes of today's names."""
        warn(f"{type(self).__name__}.arrange(...)", "model.k, .hard_transition, .inverse_temperature and .wall_cost")
        self.k, self.hard_transition, self.inverse_temperature, self.wall_cost = k, rounded, sharpness, wall_cost


def _features_and_reward(parts, image):
    observation = image[..., :1]
    for layer in parts.features:
        observation = layer(observation)
    return observation, parts.cost_reward(parts.reward_of_image(image), image[..., 0])
