"""Where one planner fails and another does not."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from pnzoo.analysis.planning.rollouts import evaluate_rollouts
from pnzoo.worlds import gridworld


class Counterexample(NamedTuple):
    """A map on which a baseline fails and a model does not.

    walls, start, goal: bool [H, W], (row, col), (row, col)
    tried:              maps that were looked at until then
    """

    walls: np.ndarray
    start: tuple[int, int]
    goal: tuple[int, int]
    tried: int


def find_counterexample(
    model: Any, baseline: Any, size: int, family: str = "open", most: int = 1000, seed: int = 0, batch: int = 25,
    progress: Callable[[int], None] | None = None,
) -> Counterexample | None:  # fmt: skip
    """Search random maps for one on which the baseline does not reach the goal and the model does.

    Args:
        model, baseline: planners.
        size: side of the maps.
        family: of `pnzoo.gridworld.generate_family`.
        most: maps to try.
        seed: of the maps.
        batch: maps planned at once. Of those that qualify in a batch the one with the longest shortest path is taken.
        progress: called with the number of maps tried, after each batch.

    Returns:
        `Counterexample`, or None where there is none among `most` maps.

    Raises:
        ValueError: maps of a size that a planner does not take.

    Example:
        >>> import pnzoo
        >>> found = find_counterexample(pnzoo.load("vin8"), pnzoo.load("cnn8"), 8)
        >>> pnzoo.load("vin8").plan(found.walls, found.start, found.goal).reached
        True
        >>> pnzoo.load("cnn8").plan(found.walls, found.start, found.goal).reached
        False
    """
    for first in range(0, most, batch):
        count = min(batch, most - first)
        walls, goal = gridworld.generate_family(family, count, size, seed=seed + first)
        # From each start both have a path, whether they move in four directions or past the corners of walls.
        start = gridworld.random_starts(walls, goal, np.random.default_rng(seed + first), moves=4)
        failed = ~evaluate_rollouts(baseline, walls, goal, start).success
        if failed.any():
            where = np.flatnonzero(failed)
            report = evaluate_rollouts(model, walls[where], goal[where], start[where])
            if report.success.any():
                best = where[np.where(report.success, report.optimal_cost, -1.0).argmax()]
                place, end = ((int(x[0]), int(x[1])) for x in (start[best], goal[best]))
                return Counterexample(walls[best], place, end, first + count)
        if progress is not None:
            progress(first + count)
    return None
