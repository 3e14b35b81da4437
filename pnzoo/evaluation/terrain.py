"""Measure planners over terrain: on ground that no training saw, judged by what their paths truly cost."""

from typing import NamedTuple

import numpy as np

from pnzoo.core import dataset as datasets
from pnzoo.core.metric import Metric
from pnzoo.worlds.terrain.places import CELLS, Scenes, draw_scenes
from pnzoo.worlds.terrain.rollout import Tasks, draw_tasks, execute, is_optimal

SCENES = 1000
SEED = 9_600  # of scenes and tasks


class TerrainSet(NamedTuple):
    """Scenes with a task each.

    scenes:  `pnzoo.terrain.Scenes`
    tasks:   `pnzoo.terrain.Tasks`
    lengths: whether diagonal moves cost their length
    dataset: what they are, see `pnzoo.core.dataset`
    """

    scenes: Scenes
    tasks: Tasks
    lengths: bool
    dataset: datasets.Dataset


def terrain_set(world, part="test", n=SCENES, seed=SEED, cells=16):
    """Scenes of a world, one start and one goal each.

    Args:
        world: of `pnzoo.terrain.WORLDS`.
        part: "val" to choose by, "test" to report.
        n: scenes; those on which the goal that was drawn cannot be reached from anywhere are left out.
        seed: of the scenes and the tasks.
        cells: of a side.

    Returns:
        `TerrainSet`.

    Example:
        >>> len(terrain_set("relief", n=3, cells=8).scenes.pictures)
        3
    """
    rng = np.random.default_rng((seed, cells))
    scenes = draw_scenes(world, part, n, rng, cells)
    lengths = world != "tiles"  # the benchmark that tiles follow counts cells
    tasks = draw_tasks(scenes.costs, rng, lengths)
    return TerrainSet(scenes, tasks, lengths, datasets.terrain(world, part, cells, len(tasks.scene), seed))


def evaluate(model, measured, caution=None):
    """Success, optimal paths and regret.

    Args:
        model: a planner over terrain.
        measured: `TerrainSet`.
        caution: of the plans; None: the model's own.

    Returns:
        A list of `Metric`: the rate of paths that arrive; of paths as cheap as the cheapest; and, among those that
        arrive, how much more than the cheapest they cost, as a fraction.

    Raises:
        ValueError: the model's cells and the world's have different sizes.
    """
    scenes, tasks = measured.scenes, measured.tasks
    _check_cell(model, measured)
    if caution is not None:
        measured = measured._replace(dataset={**measured.dataset, "caution": float(caution)})
    options = {} if caution is None else {"caution": caution}  # which reactive models have not
    policies = model.policy(scenes.pictures[tasks.scene], tasks.goal, **options)
    return judged(policies, measured)


def judged(policies, measured):
    """`evaluate` of policies int [N, H, W], one a task."""
    tasks = measured.tasks
    spent = execute(policies, measured.scenes.costs, tasks, measured.lengths)
    arrived = np.isfinite(spent)
    excess = spent[arrived] / tasks.best[arrived] - 1.0
    found = [
        Metric.of_flags("success_rate", arrived, dataset=measured.dataset),
        Metric.of_flags("optimal_rate", is_optimal(spent, tasks.best), dataset=measured.dataset),
    ]
    if len(excess):
        found.append(Metric.of_mean("excess_cost", excess, (0.0, np.inf), dataset=measured.dataset))
    return found


def _check_cell(model, measured):
    world, cell = measured.dataset["world"], measured.scenes.pictures.shape[1] // measured.scenes.costs.shape[1]
    if cell != model.cell:
        fits = ", ".join(name for name, pixels in CELLS.items() if pixels == model.cell) or "none"
        raise ValueError(
            f"a cell of {world} has {cell}x{cell} pixels and one of this model {model.cell}x{model.cell}; worlds that "
            f"fit it: {fits}."
        )
