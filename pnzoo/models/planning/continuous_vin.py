"""A Value Iteration Network for a body that moves continuously: a map and a state in, a force out."""

import keras
import numpy as np

from pnzoo.core.model import LayerOption, ZooModel, as_policy, to_numpy
from pnzoo.core.schema import Int, ListOf
from pnzoo.layers.planning.body import BodyWindow, CoarseMap, MoveCosts, PlanFeatures, RefineTo
from pnzoo.layers.planning.move_value_iteration import MoveValueIteration
from pnzoo.layers.planning.value_iteration import unrolled
from pnzoo.models.planning.continuous_policy import (
    STATES_PER_BATCH,
    ContinuousPolicy,
    OneBody,
    force_head,
    in_parts,
    local_features,
)
from pnzoo.models.planning.terrain_encoder import LayersByName

WINDOW = 5  # cells of the plan around the body
CELLS_PER_BATCH = 1 << 19


class _RefineOption(LayerOption):
    """Steps on the fine grid, or 0 where the model has none."""

    def __get__(self, model, owner=None):
        if model is None:
            return self
        return 0 if model.refinement is None else super().__get__(model, owner)

    def __set__(self, model, value):
        if (model.refinement is None) != (value == 0):
            raise ValueError(
                "whether a model plans on a fine grid too is fixed when it is built, weights depend on it: "
                f"refine_k is {model.refine_k} here and cannot become {value!r}"
            )
        if model.refinement is not None:
            super().__set__(model, value)


@keras.saving.register_keras_serializable("pnzoo")
class ContinuousVIN(ContinuousPolicy, ZooModel, keras.Model):
    """It plans on a coarse map by value iteration and lets the Q values around the body drive it.

        cost_a(s) = learned from `reduction` x `reduction` cells and those beside them
        Q_a(s) = V(s + a) - cost_a(s), V = max_a Q_a, k times, 0 at the goal's cell
        force ~ N(MLP(V and Q around the body, walls around it, its place in its cell, its velocity), sigma^2)

    The attention is the window of the plan around the body's place. A call gives the mean of the Gaussian; its log
    deviation does not depend on the state and belongs to who trains it (`pnzoo.rl.trpo.DiagonalGaussian`).

    With `refine_k` it is hierarchical: the coarse V is put on the grid of cells as what lies beyond the next steps, and
    `refine_k` steps of value iteration with costs of its own refine it there. On large maps that takes a fraction of
    the steps that planning on all cells takes.

    Args:
        reduction: cells of the map in a coarse cell's side; 1 plans on the map's own cells.
        hidden: width of the layers that tell the costs.
        k: steps of value iteration; may be set at any time: about twice the longer side of the coarse map.
        refine_k: steps on the map's own cells; 0: it is not hierarchical. May be set where it is.
        units: widths of the hidden layers that compute the force.

    Call args:
        inputs: dict of image [B, H, W, 2], 1 at walls and 1 at the goal's cell, and state [B, 4]: row and column in
            cells, velocity along both in cells a second.

    Returns:
        [B, 2], the mean force along rows and columns; the world clips it to -1..1.

    Example:
        >>> import gymnasium
        >>> import pnzoo.envs
        >>> from pnzoo.models import ContinuousVIN
        >>> env = gymnasium.make("pnzoo/Navigation2D-v0", height=12)
        >>> ContinuousVIN(k=6).act(env.reset(seed=0)[0]).shape
        (2,)

    Reference: Tamar et al. 2016, section 4.3 (continuous control) and the hierarchical VIN there.
    """

    CONFIG_SCHEMA = {
        "reduction": Int(1, 64),
        "hidden": Int(1, 1024),
        "k": Int(1, 100_000),
        "refine_k": Int(0, 100_000),
        "units": ListOf(Int(1, 4096), 1, 6),
    }
    k = LayerOption("value_iteration")
    refine_k = _RefineOption("refinement", "k")

    def __init__(self, reduction=2, hidden=32, k=40, refine_k=0, units=(64, 64), dtype=None, **kwargs):
        policy = as_policy(dtype)
        units = tuple(int(width) for width in units)
        # === Layers ===
        graph = LayersByName(policy)
        image = keras.Input((None, None, 2), name="image")
        state = keras.Input((4,), name="state")
        states = keras.Input((None, 4), name="states")
        iteration = MoveValueIteration(k, dtype="float32", name="value_iteration")
        refinement = MoveValueIteration(refine_k, dtype="float32", name="refinement") if refine_k else None
        plan = _coarse_plan(graph, image, iteration, int(reduction), hidden)
        if refinement is not None:
            plan = _fine_plan(graph, image, plan, refinement, int(reduction), hidden)
        factor = 1 if refinement is not None else int(reduction)

        def forces(image, plan, states):
            window = graph(BodyWindow, "attention", WINDOW, factor, beyond=-1e6, sums=True)(plan, states)
            planned = graph(PlanFeatures, "plan_features", 2.0 * factor, sums=True)(window)
            return force_head(graph, [planned, *local_features(graph, image, states, int(reduction))], units)

        # === Functional model ===
        one = graph(OneBody, "one_body", sums=True)
        back = graph(OneBody, "of_one_body", undo=True, sums=True)
        super().__init__({"image": image, "state": state}, back(forces(image, plan, one(state))), **kwargs)
        self.value_iteration, self.refinement = iteration, refinement
        # === Configuration ===
        self._configure(policy, reduction=int(reduction), hidden=int(hidden), units=units)
        seen = keras.Input(plan.shape[1:], name="plan", dtype="float32")
        self.network("states", lambda: keras.Model([image, states], forces(image, plan, states), name="states"))
        self.network("plan", lambda: keras.Model(image, plan, name="plan"))
        self.network("body", lambda: keras.Model([image, seen, states], forces(image, seen, states), name="body"))

    @property
    def states_network(self):
        """The model [image [B, H, W, 2], states [B, N, 4]] -> mean forces [B, N, 2]; it shares every layer."""
        return self.network("states", lambda: None)

    def unrolled(self, unroll):
        """A `with` block in which the recurrence is traced written out (True) or as a loop (False)."""
        return unrolled(self.value_iteration, unroll)

    def plan_map(self, walls, goal):
        """V and the eight Q of every planning cell.

        Args:
            walls: bool [M, H, W].
            goal: int [M, 2].

        Returns:
            float32 [M, h, w, 9]: h = H where the model is hierarchical, else H / reduction.
        """
        from pnzoo.worlds.gridworld import encode

        return self._plan(encode(np.asarray(walls, bool), np.asarray(goal)))

    def _plan(self, image):
        size = max(1, CELLS_PER_BATCH // max(1, image.shape[1] * image.shape[2]))
        network = self.network("plan", lambda: None)
        return in_parts(lambda part: to_numpy(network.predict_on_batch(image[part])), len(image), size)

    def _driver(self, image):
        plan, network = self._plan(image), self.network("body", lambda: None)

        def act(state):
            state, size = np.asarray(state, "float32"), max(1, STATES_PER_BATCH // state.shape[1])

            def answer(part):
                return to_numpy(network.predict_on_batch([image[part], plan[part], state[part]]))

            return in_parts(answer, len(image), size)

        return act


def _coarse_plan(graph, image, iteration, reduction, hidden):
    """V and Q on the coarse grid: [B, h, w, 9]."""
    coarse = graph(CoarseMap, "coarse_map", reduction)(image)
    free, goal = coarse[..., :-1], coarse[..., -1]
    return iteration(_costs(graph, "coarse", free, reduction, hidden), goal)


def _fine_plan(graph, image, plan, refinement, reduction, hidden):
    """V and Q on the map's own cells: [B, H, W, 9]."""
    fine = graph(CoarseMap, "cells", 1)(image)
    free, goal = fine[..., :-1], fine[..., -1]
    value = graph(RefineTo, "refine_to", reduction, sums=True)(plan, fine)
    return refinement(_costs(graph, "fine", free, 1, hidden), goal, value)


def _costs(graph, name, free, factor, hidden):
    """What each move from each cell costs: [B, h, w, C] -> [B, h, w, 8]."""
    options = {"padding": "same", "data_format": "channels_last"}
    x = graph(keras.layers.Conv2D, f"{name}_beside", hidden, 3, activation="relu", **options)(free)
    x = graph(keras.layers.Conv2D, f"{name}_hidden", hidden, 1, activation="relu", **options)(x)
    z = graph(keras.layers.Dense, f"{name}_costs", 8, sums=True)(x)
    return graph(MoveCosts, f"{name}_move_costs", factor, sums=True)(z)
