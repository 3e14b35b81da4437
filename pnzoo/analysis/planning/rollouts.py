"""Where does a planner fail? Many walks, kept one by one, and success against anything."""

from typing import NamedTuple

import numpy as np

from pnzoo.worlds import gridworld
from pnzoo.worlds.gridworld.rollout import optimal_steps, roll_out, wilson


class Walks(NamedTuple):
    """One walk on each of B maps.

    success:    bool [B]
    crashed:    bool [B], it entered a wall
    steps:      int [B], moves made
    cost:       float [B], their length
    best_steps: int [B], moves of a cheapest path
    best_cost:  float [B], its length
    density:    float [B], share of wall inside the border
    """

    success: np.ndarray
    crashed: np.ndarray
    steps: np.ndarray
    cost: np.ndarray
    best_steps: np.ndarray
    best_cost: np.ndarray
    density: np.ndarray


def walk_all(model, walls, goal, start):
    """Let a planner walk once on every map, limited to twice the states of an optimal path, as in the paper.

    Args:
        model: a planner.
        walls, goal, start: bool [B, H, W], int [B, 2], int [B, 2].

    Returns:
        `Walks`.

    Raises:
        ValueError: a start from which the goal can't be reached, or maps of a size the model does not take.

    Example:
        >>> import numpy as np
        >>> from pnzoo import gridworld
        >>> from pnzoo.models import VIN
        >>> maps = gridworld.generate(4, 8, seed=0)
        >>> start = gridworld.random_starts(*maps, np.random.default_rng(0))
        >>> walk_all(VIN(k=10), *maps, start).success.shape
        (4,)
    """
    dist = gridworld.distances(walls, goal)
    best_cost = dist[np.arange(len(walls)), start[:, 0], start[:, 1]]
    if not np.isfinite(best_cost).all():
        index = int(np.argmin(np.isfinite(best_cost)))
        raise ValueError(f"map {index}: no way leads from its start to its goal.")
    best_steps = optimal_steps(walls, goal, start, dist)
    walks = roll_out(walls, start, goal, _chooser(model, walls, goal), 2 * (best_steps + 1))
    density = walls[:, 1:-1, 1:-1].mean(axis=(1, 2))
    return Walks(walks.success, walks.crashed, walks.steps, walks.cost, best_steps, best_cost, density)


def _chooser(model, walls, goal):
    if getattr(model, "scores_every_cell", True):
        policy = model.policy(walls, goal)
        return lambda index, at: policy[index, at[:, 0], at[:, 1]]
    return lambda index, at: model.scores_at(walls[index], goal[index], at[:, None]).argmax(axis=-1)[:, 0]


def rate_by(what, success, bins=8):
    """Success in groups of about equal size, ordered by anything.

    Args:
        what: [B] numbers, such as `walks.best_cost`.
        success: bool [B].
        bins: at most so many groups; equal numbers are never split.

    Returns:
        list of {"low", "high", "middle", "rate", "interval", "n"} in the order of `what`; Wilson's 95 %
        intervals.

    Example:
        >>> [row["rate"] for row in rate_by([1, 1, 9, 9], [True, True, True, False], bins=2)]
        [1.0, 0.5]
    """
    what, success = np.asarray(what, float), np.asarray(success, bool)
    if len(what) == 0:
        return []
    edges = np.unique(np.quantile(what, np.linspace(0, 1, bins + 1)[1:-1]))
    group = np.searchsorted(edges, what, side="left")
    rows = []
    for each in np.unique(group):
        mine = group == each
        hits, n = int(success[mine].sum()), int(mine.sum())
        low, middle, high = (float(f(what[mine])) for f in (np.min, np.mean, np.max))
        rows.append({"low": low, "high": high, "middle": middle, "rate": hits / n, "interval": wilson(hits, n),
                     "n": n})
    return rows
