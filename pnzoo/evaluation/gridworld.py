"""The maps on which the zoo's planners are measured: fresh ones, the same for every model and on every machine."""

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from pnzoo.worlds import gridworld
from pnzoo.worlds.gridworld import rollout as planning

MAPS = 5000


class Exam(NamedTuple):
    """Maps with a goal and one start each.

    walls: bool [B, H, W]
    goal:  int [B, 2], (row, col)
    start: int [B, 2], drawn among all cells from which the goal can be reached
    on:    what they are, as a card says it
    which, states, labels: int [N], [N, 2], [N]: states with one label each and the map each is on, where the
           authors' data has them
    """

    walls: np.ndarray
    goal: np.ndarray
    start: np.ndarray
    on: str
    which: np.ndarray | None = None
    states: np.ndarray | None = None
    labels: np.ndarray | None = None


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
    """Maps of one of the VIN authors' .mat files, one start each.

    Of a training file, the seventh that `gridworld.paper_files.split_by_map` holds out is taken (no map of it is on
    the other side), and starts are drawn at random; a test file brings its own starts.

    Args:
        file: one of their files, training or test layout.
        n: how many maps, drawn at random; all without it.
        seed: of the starts, and of the choice.

    Returns:
        `Exam`.

    Raises:
        FileNotFoundError, ValueError: no such file, or not one of theirs.
    """
    from pnzoo.worlds.gridworld.vin_paper import PaperTest, read_paper_file, split_by_map

    data = read_paper_file(file)
    labelled = {}
    if isinstance(data, PaperTest):
        walls, goal, start, on = data.walls, data.goal, data.starts, f"{Path(file).name}, its own starts"
    else:
        held_out = split_by_map(data)[1]
        walls, goal, start = held_out.walls, held_out.goal, None
        on = f"the held-out maps of {Path(file).name}, starts of seed {seed}"
        if n is None or n >= len(walls):
            labelled = {"which": held_out.which, "states": held_out.states, "labels": held_out.labels}
    rng = np.random.default_rng(seed)
    if n is not None and n < len(walls):
        chosen = np.sort(rng.choice(len(walls), n, replace=False))
        walls, goal = walls[chosen], goal[chosen]
        start = start if start is None else start[chosen]
    if start is None:
        start = gridworld.random_starts(walls, goal, rng)
    return Exam(walls, goal, start, on, **labelled)


def measure(model: Any, exam: Exam) -> list[dict[str, Any]]:
    """Metrics of a planner on an exam, as `planning.evaluate` gives them, each with `on`."""
    metrics = planning.evaluate(model, exam.walls, exam.goal, exam.start)
    if exam.labels is not None:
        metrics.append(planning.author_label_loss(model, *exam[:2], exam.which, exam.states, exam.labels))
    return [{**metric, "on": exam.on} for metric in metrics]
