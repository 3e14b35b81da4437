"""Measure planners on the MovingAI benchmarks: whether their paths are as short as the benchmark says."""

import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from pnzoo.core import dataset as datasets
from pnzoo.core.metric import Metric
from pnzoo.models.planning import learned_graph
from pnzoo.worlds.gridworld import COSTS
from pnzoo.worlds.gridworld.movingai import Scenarios, parse_movingai, parse_scenarios
from pnzoo.worlds.gridworld.text_source import decoded

TOLERANCE = 1e-3  # relative, between the length of a path and the benchmark's


class BenchmarkMap(NamedTuple):
    """A map and its scenarios.

    name:      family/file
    walls:     bool [H, W]
    scenarios: `pnzoo.gridworld.Scenarios`
    """

    name: str
    walls: NDArray[np.bool_]
    scenarios: Scenarios


def read_benchmark(source: str | Path) -> Iterator[BenchmarkMap]:
    """The maps of a benchmark that have scenarios, one after another.

    Args:
        source: a folder or a `.zip` with maps at maps/FAMILY/NAME.map and scenarios at
            scenarios/FAMILY/NAME.map.scen, as the benchmark is published.

    Yields:
        `BenchmarkMap`, in the order of their names.

    Raises:
        OSError: the source is not there.
        ValueError: it holds no scenarios, or a file that is none.
    """
    root: Any = zipfile.Path(source) if zipfile.is_zipfile(source) else Path(source)
    if not root.joinpath("scenarios").is_dir():
        raise ValueError(f"{source} has no folder scenarios/ (with FAMILY/NAME.map.scen) beside maps/")
    for family in sorted(root.joinpath("scenarios").iterdir(), key=lambda path: path.name):
        for file in sorted(family.iterdir(), key=lambda path: path.name):
            if not file.name.endswith(".map.scen"):
                continue
            name = f"{family.name}/{file.name.removesuffix('.scen')}"
            walls = parse_movingai(_lines(root.joinpath("maps", *name.split("/"))))
            yield BenchmarkMap(name, walls, parse_scenarios(_lines(file), f"{family.name}/{file.name}"))


def _lines(file):
    return decoded(file.read_bytes(), file.name).splitlines()


def path_lengths(model: Any, walls: NDArray[np.bool_], scenarios: Scenarios) -> NDArray[np.float64]:
    """How long the planner's paths are, by `solver="dijkstra"`.

    Each goal is searched from once, as far as its longest scenario and `TOLERANCE` beyond.

    Args:
        model: a planner with known moves.
        walls: bool [H, W].
        scenarios: of that map.

    Returns:
        float64 [N], 1 a straight move and sqrt 2 a diagonal one; inf where the path would be longer than that.

    Raises:
        ValueError: the map has another size than the scenarios say, or the planner's moves are not known.
    """
    model._check_solver("dijkstra")
    if walls.shape != scenarios.shape:
        raise ValueError(f"the map is {list(walls.shape)} and its scenarios are for {list(scenarios.shape)}")
    table = model.move_table()
    if not table.exact:
        raise ValueError("this planner has not learned the moves of its world; see pnzoo.analysis.planning.certify")
    graph = learned_graph.build(table, walls[None])
    lengths = np.full(len(scenarios.length), np.inf)
    goals, which = np.unique(scenarios.goal, axis=0, return_inverse=True)
    which = which.reshape(-1)
    order = np.argsort(which, kind="stable")
    groups = np.split(order, np.flatnonzero(np.diff(which[order])) + 1)
    for goal, members in zip(goals, groups, strict=True):
        longest = (scenarios.length + scenarios.precision)[members].max() * (1 + TOLERANCE)
        if says_no_path(scenarios)[members].any():
            longest = np.inf  # all that can be reached is
        solutions = learned_graph.search(graph, goal[None], longest * table.cost[0, 0])
        for i in members:
            path = learned_graph.path(solutions, scenarios.start[i])
            if path is not None:
                lengths[i] = COSTS[path[1]].sum()
    return lengths


def says_no_path(scenarios: Scenarios) -> NDArray[np.bool_]:
    """Scenarios of length 0 between two cells: the benchmark's way to say that no path leads there. bool [N]."""
    return (scenarios.length == 0) & (scenarios.start != scenarios.goal).any(axis=1)


def evaluate(
    model: Any,
    source: str | Path,
    every: int = 1,
    progress: Callable[[str, int, int], None] | None = None,
) -> list[Metric]:
    """The share of scenarios whose path has the length that the benchmark gives, to `TOLERANCE`.

    Args:
        model: a planner with known moves.
        source: as in `read_benchmark`.
        every: take each so-manieth scenario of a map, the last one first.
        progress: called after each map with its name, the scenarios that were right, and how many there were.

    Returns:
        list of `Metric` named "scenario_length_rate": of all maps, then of each family of maps.

    Raises:
        OSError, ValueError: as `read_benchmark` and `path_lengths`.
    """
    counts: dict[str, list[int]] = {}  # family -> maps, right lengths, scenarios
    for benchmark in read_benchmark(source):
        chosen = take_every(benchmark.scenarios, every)
        lengths = path_lengths(model, benchmark.walls, chosen)
        hits = np.abs(lengths - chosen.length) <= TOLERANCE * chosen.length + chosen.precision
        hits = np.where(says_no_path(chosen), np.isinf(lengths), hits)
        of_map = [1, int(hits.sum()), len(hits)]
        family = benchmark.name.split("/")[0]
        counts[family] = [a + b for a, b in zip(counts.get(family, [0, 0, 0]), of_map, strict=True)]
        if progress:
            progress(benchmark.name, int(hits.sum()), len(hits))
    return rates(counts, every)


def rates(counts: dict[str, list[int]], every: int = 1) -> list[Metric]:
    """The metrics of `evaluate` from what was counted.

    Args:
        counts: family -> [maps, scenarios whose length was right, scenarios].
        every: as in `evaluate`.

    Example:
        >>> [(metric.n, metric.value) for metric in rates({"mazes": [1, 4, 4], "rooms": [2, 3, 6]})]
        [(10, 0.7), (4, 1.0), (6, 0.5)]
    """
    total = [sum(column) for column in zip(*counts.values(), strict=True)] or [0, 0, 0]
    rows = [({}, total), *(({"family": family}, row) for family, row in counts.items())]
    return [
        Metric.of_proportion(
            "scenario_length_rate", right, n, dataset=datasets.movingai_scenarios(maps, n, every, **family)
        )
        for family, (maps, right, n) in rows
    ]


def print_progress(name: str, right: int, count: int) -> None:
    """A line on stderr for each map."""
    print(f"{name}: {right:,} of {count:,} lengths", file=sys.stderr, flush=True)


def take_every(scenarios: Scenarios, every: int) -> Scenarios:
    """Each so-manieth scenario, counted from the last: they are sorted by length, and the longest is taken.

    Example:
        >>> lines = ["version 1", *(f"0 tiny.map 9 9 0 0 0 {i} {i}" for i in range(9))]
        >>> take_every(parse_scenarios(lines), 4).length.tolist()
        [0.0, 4.0, 8.0]
    """
    index = np.arange(len(scenarios.length))[::-1][::every][::-1]
    parts = ("bucket", "start", "goal", "length", "precision")
    return scenarios._replace(**{part: getattr(scenarios, part)[index] for part in parts})
