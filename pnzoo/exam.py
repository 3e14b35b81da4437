"""The maps on which the zoo's planners are measured: fresh ones, the same for every model and on every machine."""

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from pnzoo import gridworld, planning

MAPS = 5000


class Exam(NamedTuple):
    """Maps with a goal and one start each.

    walls: bool [B, H, W]
    goal:  int [B, 2], (row, col)
    start: int [B, 2], drawn among all cells from which the goal can be reached
    on:    what they are, as a card says it
    """

    walls: np.ndarray
    goal: np.ndarray
    start: np.ndarray
    on: str


def fresh(height: int, width: int | None = None, n: int = MAPS, seed: int | None = None) -> Exam:
    """Maps of the paper's distribution that no training saw: training seeds lie far below these.

    Args:
        height, width: size of the maps; square without a width.
        n: how many.
        seed: of the maps and of the starts; 9000 + height by default.

    Returns:
        `Exam`.

    Example:
        >>> exam = fresh(8, n=3)
        >>> exam.walls.shape, exam.start.shape, exam.on
        ((3, 8, 8), (3, 2), 'fresh 8x8 maps, data seed 9008')
    """
    width = width or height
    seed = 9000 + height if seed is None else seed
    walls, goal = gridworld.generate(n, height, width, seed=seed)
    start = gridworld.random_starts(walls, goal, np.random.default_rng(seed))
    return Exam(walls, goal, start, f"fresh {height}x{width} maps, data seed {seed}")


def paper(file: str | Path, n: int | None = None, seed: int = 0) -> Exam:
    """The distinct maps of one of the VIN authors' .mat files, with a start each.

    Args:
        file: their training or test file.
        n: how many maps, drawn at random; all without it.
        seed: of the starts, and of the choice.

    Returns:
        `Exam`.
    """
    from pnzoo.gridworld.paper_files import read_maps

    walls, goal = read_maps(file)
    reachable = np.isfinite(gridworld.distances(walls, goal)).sum(axis=(1, 2)) > 1  # a cell besides the goal
    walls, goal = walls[reachable], goal[reachable]
    rng = np.random.default_rng(seed)
    if n is not None and n < len(walls):
        chosen = np.sort(rng.choice(len(walls), n, replace=False))
        walls, goal = walls[chosen], goal[chosen]
    start = gridworld.random_starts(walls, goal, rng)
    return Exam(walls, goal, start, f"the maps of {Path(file).name}, starts of seed {seed}")


def measure(model: Any, exam: Exam) -> list[dict[str, Any]]:
    """Metrics of a planner on an exam, as `planning.evaluate` gives them, each with `on`."""
    metrics = planning.evaluate(model, exam.walls, exam.goal, exam.start)
    return [{**metric, "on": exam.on} for metric in metrics]
