"""Long horizons: planners measured from every start of a map, or from the farthest one."""

from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from pnzoo.core import dataset as datasets
from pnzoo.core import seeds
from pnzoo.core.deprecation import renamed, warn
from pnzoo.core.metric import Metric
from pnzoo.evaluation.gridworld import planner_rule, solver_option
from pnzoo.worlds import gridworld
from pnzoo.worlds.gridworld.rollout import rollout_all_starts
from pnzoo.worlds.gridworld.solver import TOLERANCE

STARTS = ("every", "farthest")
DISTANCES = (0, 10, 30, 100, 300, 1000, np.inf)  # of starts from the goal, in straight moves
SLACK = 1e-4  # path lengths that differ by less are equal; they are sums of thousands of floats


class Benchmark(NamedTuple):
    """Maps of one family and size, and where rollouts start.

    family: of `pnzoo.gridworld.FAMILIES`
    height, width: of a map
    n:      how many maps
    start:  "every" reachable cell, or the "farthest" one
    seed:   of the maps

    Example:
        >>> Benchmark("maze", 15, 15, 100).command("vin_maze")
        'pnzoo evaluate vin_maze --family maze --size 15x15 --num-maps 100 --start every --seed 9500'
    """

    family: str
    height: int
    width: int
    n: int
    start: str = "every"
    seed: int = seeds.LONG_HORIZON_MAPS[0]

    @property
    def dataset(self) -> datasets.Dataset:
        """What it is, see `pnzoo.core.dataset`."""
        return datasets.generated_maps(self.family, self.height, self.width, self.n, self.start, self.seed)

    @property
    def on(self) -> str:
        """The data set in words; the former name of `pnzoo.core.dataset.describe(benchmark.dataset)`."""
        warn("Benchmark.on", "Benchmark.dataset")
        return datasets.describe(self.dataset)

    def command(self, name: str) -> str:
        """The command that measures an entry on it."""
        return (
            f"pnzoo evaluate {name} --family {self.family} --size {self.height}x{self.width} --num-maps {self.n} "
            f"--start {self.start} --seed {self.seed}"
        )


def evaluate(model: Any, benchmark: Benchmark, moves: int | None = None, solver: str = "auto") -> list[Metric]:
    """Success and optimality of a planner on a benchmark.

    Args:
        model: a planner, or anything with `policy(walls, goal)` -> int [B, H, W].
        benchmark: `Benchmark`.
        moves: 4 or 8, of the exact solution that judges; the planner's own by default.
        solver: of the planner's `policy`.

    Returns:
        list of `pnzoo.core.metric.Metric`. From the farthest start, `success_rate` and `optimal_rate` are proportions
        of maps. From every start they are `success_rate_all_starts` and `optimal_rate_all_starts`, proportions of
        starts; n is the number of maps, whose cells are not independent, and the interval is that of as many maps.

    Raises:
        ValueError: an unknown family or start, no maps, or maps too small.

    Example:
        >>> from pnzoo.models import DeterministicVIN
        >>> [metric.n for metric in evaluate(DeterministicVIN(), Benchmark("maze", 9, 9, n=3))]
        [3, 3]
    """
    if benchmark.start not in STARTS:
        raise ValueError(f"starts are {' or '.join(STARTS)}; got {benchmark.start!r}.")
    walls, goal, distances, reached, optimal = _rolled_out(model, benchmark, moves, solver)
    if benchmark.start == "farthest":
        names = ("success_rate", "optimal_rate")
        starts = np.zeros_like(walls)
        at = gridworld.farthest_starts(walls, goal, distances=distances)
        starts[np.arange(len(walls)), at[:, 0], at[:, 1]] = True
    else:
        names = ("success_rate_all_starts", "optimal_rate_all_starts")
        starts = np.isfinite(distances) & (distances > TOLERANCE)
    source = {"n": benchmark.n, "dataset": benchmark.dataset}
    return [_proportion(name, flags[starts], **source) for name, flags in zip(names, (reached, optimal), strict=True)]


def evaluate_by_distance(
    model: Any, benchmark: Benchmark, moves: int | None = None, solver: str = "auto"
) -> list[Metric]:
    """The proportion of starts from which the planner takes a shortest path, by how long that is.

    Args:
        model, benchmark, moves, solver: as in `evaluate`.

    Returns:
        list of `Metric` named "optimal_rate_by_distance", one for each of the ranges between `DISTANCES` that has
        starts; its `dataset` has the range as `distance`.

    Raises:
        ValueError: as `evaluate`.

    Example:
        >>> from pnzoo.models import DeterministicVIN
        >>> metrics = evaluate_by_distance(DeterministicVIN(), Benchmark("open", 9, 9, n=3))
        >>> [metric.dataset["distance"] for metric in metrics]
        [[0, 10]]
    """
    *_, distances, _, optimal = _rolled_out(model, benchmark, moves, solver)
    metrics = []
    for low, high in pairwise(DISTANCES):
        starts = (distances > max(low, TOLERANCE)) & (distances <= high) & np.isfinite(distances)
        if starts.any():
            dataset = {**benchmark.dataset, "distance": [low, high if np.isfinite(high) else None]}
            n = int(starts.any(axis=(1, 2)).sum())
            metrics.append(_proportion("optimal_rate_by_distance", optimal[starts], n=n, dataset=dataset))
    return metrics


def _rolled_out(model, benchmark, moves, solver):
    """(walls, goal, distances, reached, shortest path taken), all [B, H, W] but the goal [B, 2]."""
    if not benchmark.n:
        raise ValueError("there are no maps to evaluate on: n is 0; give a number of maps")
    rule, size = planner_rule(model, moves), (benchmark.n, benchmark.height, benchmark.width)
    walls, goal = gridworld.generate_family(benchmark.family, *size, seed=benchmark.seed)
    distances = gridworld.distances(walls, goal, **rule)
    policy = np.asarray(model.policy(walls, goal, **solver_option(solver)))
    reached, cost = rollout_all_starts(walls, goal, policy, rule["corner_cutting"])
    return walls, goal, distances, reached, reached & (cost <= distances + SLACK)


def _proportion(name, flags, n, dataset):
    return Metric.of_proportion(name, float(flags.mean()) * n, n, dataset=dataset)


__getattr__ = renamed(
    __name__,
    {
        "World": "Benchmark",
        "LENGTHS": "DISTANCES",
        "measure": "evaluate",
        "measure_by_length": "evaluate_by_distance",
    },
)
