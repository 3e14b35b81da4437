"""Measure policies of a body that moves continuously: on maps that no training saw, and on those that one did."""

from typing import NamedTuple

import numpy as np

from pnzoo.core import dataset as datasets
from pnzoo.core.metric import Metric
from pnzoo.worlds import navigation

MAPS = 1000
SEED = 9_100  # plus the side, of the maps and starts: a range of `pnzoo.core.seeds.EVALUATION_MAPS`
# What the paper reports of the final distance, by policy and part; the unit is its own and not known here.
PAPER = {("vin", "train"): 0.30, ("vin", "test"): 0.35, ("cnn", "train"): 0.39, ("cnn", "test"): 0.58}


class NavigationSet(NamedTuple):
    """Maps with one start each.

    tasks:   `pnzoo.worlds.navigation.Tasks`
    starts:  float [M, 1, 4]
    dataset: what they are, see `pnzoo.core.dataset`
    """

    tasks: navigation.Tasks
    starts: np.ndarray
    dataset: datasets.Dataset


def navigation_set(n=MAPS, side=28, part="test", seed=None):
    """Maps, goals and starts.

    Args:
        n: maps.
        side: cells.
        part: "test": maps that no training saw; or "train" or "val", with the seed of those.
        seed: of the maps; by default that of the test part.

    Returns:
        `NavigationSet`.

    Raises:
        ValueError: train or val without a seed.

    Example:
        >>> navigation_set(3, 12).starts.shape
        (3, 1, 4)
    """
    if seed is None and part != "test":
        raise ValueError(f"the maps of part {part!r} have the seed of a training; pass seed=")
    seed = SEED + side if seed is None else seed
    tasks = navigation.generate_tasks(n, side, seed=seed)
    starts = navigation.draw_starts(tasks, 1, np.random.default_rng((seed, 1)))
    return NavigationSet(tasks, starts, datasets.navigation(part, side, n, seed))


def evaluate(model, measured, max_steps=None):
    """How a policy drives, from rest and without noise.

    Args:
        model: a policy with `driver`, or a function of `Tasks` that returns one, such as
            `pnzoo.worlds.navigation.Expert`.
        measured: `NavigationSet`.
        max_steps: of a drive; by default four for each cell of the map's side.

    Returns:
        A list of `Metric`: the distance from the goal at the end in cells, the rate of drives that come to rest at the
        goal, and, among those that do, the seconds that they take.

    Example:
        >>> from pnzoo.worlds.navigation import Expert
        >>> [metric.name for metric in evaluate(Expert, navigation_set(3, 12))]
        ['final_distance', 'success_rate', 'time_to_goal']
    """
    act = (model.driver if hasattr(model, "driver") else model)(measured.tasks)
    found = navigation.rollouts(measured.tasks, measured.starts, act, max_steps)
    success, distance = found.success[:, 0], found.distance[:, 0]
    more = {"dataset": measured.dataset}
    metrics = [
        Metric.of_mean("final_distance", distance, (0.0, np.inf), unit="cells", **more),
        Metric.of_flags("success_rate", success, **more),
    ]
    if success.any():
        seconds = found.steps[:, 0][success] * navigation.DYNAMICS.dt
        metrics.append(Metric.of_mean("time_to_goal", seconds, (0.0, np.inf), unit="s", **more))
    return metrics
