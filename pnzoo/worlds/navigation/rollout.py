"""Let bodies go under a controller until they are at the goal or their time is over."""

from typing import NamedTuple

import numpy as np

from pnzoo.worlds.navigation.dynamics import DYNAMICS, step
from pnzoo.worlds.navigation.tasks import GOAL_RADIUS, GOAL_SPEED


class Rollouts(NamedTuple):
    """How bodies fared, N on each of M maps.

    success:    bool [M, N], came to rest at the goal
    steps:      int [M, N], taken until then, or in all
    distance:   float [M, N], from the goal at the end, in cells
    collisions: int [M, N], steps in which a wall stopped it
    states:     float [M, N, T + 1, 4], where it was, or None where that was not asked; at the goal it stays
    """

    success: np.ndarray
    steps: np.ndarray
    distance: np.ndarray
    collisions: np.ndarray
    states: np.ndarray | None = None


def step_limit(height, width):
    """Steps of an episode: four for each cell of the longer side, of which a body at full speed crosses three.

    Example:
        >>> step_limit(28, 28)
        112
    """
    return 4 * max(height, width)


def goal_distance(state, goal):
    """Distance of bodies [M, N, 4] from the middle of the goals' cells int [M, 2], in cells: [M, N]."""
    return np.linalg.norm(state[..., :2] - (goal[:, None] + 0.5), axis=-1)


def arrived(state, goal):
    """Whether bodies rest at the goal: within half a cell of its middle, at no more than half a cell a second."""
    return (goal_distance(state, goal) <= GOAL_RADIUS) & (np.linalg.norm(state[..., 2:], axis=-1) <= GOAL_SPEED)


def rollouts(tasks, starts, act, max_steps=None, dynamics=DYNAMICS, keep_states=False):
    """Let a controller drive bodies.

    Args:
        tasks: `Tasks`, M maps.
        starts: float [M, N, 4], where the bodies begin.
        act: the function state float [M, N, 4] -> force [M, N, 2].
        max_steps: by default `step_limit` of the maps.
        dynamics: `Dynamics`.
        keep_states: whether the answer holds every state.

    Returns:
        `Rollouts`.

    Example:
        >>> from pnzoo.worlds.navigation import Expert, draw_starts, generate_tasks
        >>> tasks = generate_tasks(3, 12, seed=0)
        >>> bool(rollouts(tasks, draw_starts(tasks, 2, seed=0), Expert(tasks)).success.all())
        True
    """
    limit = step_limit(*tasks.walls.shape[1:]) if max_steps is None else int(max_steps)
    state = np.array(starts, float)
    over = arrived(state, tasks.goal)
    steps, collisions, seen = np.zeros(over.shape, int), np.zeros(over.shape, int), [state]
    for _ in range(limit):
        if over.all():
            break
        moved, collision = step(tasks.walls, state, act(state), dynamics)
        state = np.where(over[..., None], state, moved)
        steps += ~over
        collisions += collision & ~over
        over = over | arrived(state, tasks.goal)
        seen.append(state)
    states = np.stack(seen, axis=2) if keep_states else None
    return Rollouts(over, steps, goal_distance(state, tasks.goal), collisions, states)
