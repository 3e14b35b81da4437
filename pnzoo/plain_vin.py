"""A Value Iteration Network of the zoo without Keras: one plan on one map is done before a backend is imported.

The command `pnzoo plan` and the dashboard's first page plan with it.
"""

import numpy as np

from pnzoo import hub
from pnzoo.worlds import gridworld
from pnzoo.worlds.gridworld import patch_iteration, patch_tables
from pnzoo.worlds.gridworld.border import call_with_border
from pnzoo.worlds.gridworld.neighborhoods import patch_index
from pnzoo.worlds.gridworld.rollout import Plan, _rollout, explain_horizon

ARGUMENTS = {  # what a VIN of float32 has; with any other, `hub.load` judges
    "k", "channels", "filters", "activation", "transition", "tied", "inverse_temperature", "goal_value",
    "nonpositive_reward", "logit_scale", "concat_state",
}  # fmt: skip


class PlainVIN:
    """`plan` as that of `pnzoo.models.VIN`, from tables of patches.

    Args:
        tables: `PatchTables`.
        k: steps of value iteration.
    """

    def __init__(self, tables, k):
        self.tables, self.k = tables, k

    def plan(self, walls, start, goal, solver="auto") -> Plan:
        """Follow the policy from start to goal, as `Planner.plan`.

        Raises:
            ValueError: the start or the goal is out of range or on a wall.
        """
        walls = gridworld.as_walls(walls)
        start, goal = (gridworld.as_cell(n, c, walls, free=True) for n, c in (("start", start), ("goal", goal)))
        asked = []

        def policy():
            asked.append(True)
            return self.policy(walls, goal)

        plan = _rollout(walls, start, goal, policy)
        return plan if plan.reached or not asked else explain_horizon(plan, self.k, walls, start, goal)

    def policy(self, walls, goal):
        """The move in every cell of one map, int [H, W], as `Planner.policy`."""
        return call_with_border(self._logits, walls[None], np.array([goal]))[0].argmax(axis=-1)

    def is_fast(self, walls):
        """Whether it answers at least as soon as the Keras model would."""
        return patch_iteration.is_fast(walls.size, self.k)

    def _logits(self, walls, goal):
        return patch_iteration.logits(self.tables, patch_index(walls, goal), self.k)


def load(name, k=None, solver="auto"):
    """The planner of an entry, or None where only Keras can say what it plans.

    Args:
        name: an entry of the zoo, or a folder.
        k: steps, if not the entry's.
        solver: as in `Planner.plan`.

    Raises:
        ValueError, OSError: the entry cannot be read.
    """
    if hub.card(name)["model"] != "VIN" or solver not in ("auto", "value_iteration"):
        return None
    class_name, arguments, arrays = hub.read_arrays(name)
    k = k or arguments.get("k")
    if class_name != "VIN" or set(arguments) != ARGUMENTS or type(k) is not int or k < 1:
        return None
    try:
        tables = patch_tables.of_vin(arrays, arguments)
        return None if tables is None else PlainVIN(tables, k)
    except (KeyError, ValueError, TypeError, IndexError, AttributeError):  # what is wrong, `hub.load` says better
        return None
