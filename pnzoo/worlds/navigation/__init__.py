"""A body that moves continuously: a point mass among obstacles, driven by a force to come to rest at a goal.

    dynamics.py    one step of thousands of bodies: force, friction, walls that stop
    tasks.py       maps, goals and the cells that reach them
    controller.py  the expert: the exact solver's path, tracked by a linear-quadratic regulator
    rollout.py     a controller drives bodies until they are there

    tasks = generate_tasks(100, seed=0)
    rollouts(tasks, draw_starts(tasks, 8, seed=1), Expert(tasks)).success.mean()

Needs NumPy and SciPy only.

Reference: Tamar et al. 2016, section 4.3 (continuous control).
"""

from pnzoo.worlds.navigation.controller import Expert, lqr_gain
from pnzoo.worlds.navigation.dynamics import DYNAMICS, Dynamics, at_rest, is_wall, step
from pnzoo.worlds.navigation.rollout import Rollouts, arrived, goal_distance, rollouts, step_limit
from pnzoo.worlds.navigation.tasks import Tasks, as_task, draw_starts, generate_tasks, reaching

__all__ = [
    "DYNAMICS", "Dynamics", "Expert", "Rollouts", "Tasks", "arrived", "as_task", "at_rest", "draw_starts",
    "generate_tasks", "goal_distance", "is_wall", "lqr_gain", "reaching", "rollouts", "step", "step_limit",
]  # fmt: skip
