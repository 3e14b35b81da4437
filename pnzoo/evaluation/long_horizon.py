"""Worlds with long ways, on which planners are measured from every start or from the farthest one."""

from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from pnzoo.worlds import gridworld
from pnzoo.worlds.gridworld import rollout as planning
from pnzoo.worlds.gridworld.solver import TOLERANCE

STARTS = ("every", "farthest")
LENGTHS = (0, 10, 30, 100, 300, 1000, np.inf)  # of ways, in straight moves
SLACK = 1e-4  # path lengths that differ by less are equal; they are sums of thousands of floats


class World(NamedTuple):
    """Maps of one family and size, as a row of an exam.

    family: of `pnzoo.gridworld.FAMILIES`
    height, width: of a map
    n:      how many maps
    start:  "every" reachable cell, or the "farthest" one
    seed:   of the maps
    """

    family: str
    height: int
    width: int
    n: int
    start: str = "every"
    seed: int = 9500

    @property
    def on(self):
        """What it is, as a card says it."""
        starts = "every reachable start" if self.start == "every" else "the farthest start"
        return f"{self.n:,} {self.family} maps {self.height}x{self.width}, {starts}, data seed {self.seed}"

    def command(self, name):
        """The command that measures an entry on it."""
        return (
            f"pnzoo evaluate {name} --family {self.family} --size {self.height}x{self.width} --n {self.n} "
            f"--start {self.start} --seed {self.seed}"
        )


def measure(model: Any, world: World, moves: int | None = None) -> list[dict[str, Any]]:
    """Success and optimality of a planner on a world.

    Args:
        model: a planner, or anything with `policy(walls, goal)` -> int [B, H, W].
        world: `World`.
        moves: 4 or 8, of the solver that judges; the model's own by default.

    Returns:
        list of {"name", "value", "n", "interval", "on"}. From the farthest start, `success` and `optimal_length` are
        shares of maps. From every start they are `every_start_success` and `every_start_optimal`, shares of starts;
        n is the number of maps, whose cells are not independent, and the interval is that of as many maps.

    Raises:
        ValueError: an unknown family or start, or maps too small.

    Example:
        >>> from pnzoo.models import LongVIN
        >>> [m["n"] for m in measure(LongVIN(), World("maze", 9, 9, n=3))]
        [3, 3]
    """
    if world.start not in STARTS:
        raise ValueError(f"starts are {' or '.join(STARTS)}; got {world.start!r}.")
    walls, goal, best, reached, optimal = _walked(model, world, moves)
    if world.start == "farthest":
        at = gridworld.farthest_starts(walls, goal, dist=best)
        rows = np.arange(world.n)
        found = {
            "success": reached[rows, at[:, 0], at[:, 1]],
            "optimal_length": optimal[rows, at[:, 0], at[:, 1]],
        }
        return [_metric(name, float(flags.mean()), world) for name, flags in found.items()]
    starts = np.isfinite(best) & (best > TOLERANCE)
    return [
        _metric("every_start_success", float(reached[starts].mean()), world),
        _metric("every_start_optimal", float(optimal[starts].mean()), world),
    ]


def measure_by_length(model: Any, world: World, moves: int | None = None) -> list[dict[str, Any]]:
    """The share of starts with a shortest way, by how long that is.

    Args:
        model, world, moves: as in `measure`.

    Returns:
        list of {"name", "value", "n", "interval", "on"}, one for each of `LENGTHS` that a way has.

    Example:
        >>> from pnzoo.models import LongVIN
        >>> [m["on"].split(" on ")[0] for m in measure_by_length(LongVIN(), World("open", 9, 9, n=3))]
        ['ways of 0 to 10']
    """
    *_, best, _, optimal = _walked(model, world, moves)
    found = []
    for low, high in pairwise(LENGTHS):
        starts = (best > max(low, TOLERANCE)) & (best <= high) & np.isfinite(best)
        if starts.any():
            maps = int(starts.any(axis=(1, 2)).sum())
            value = float(optimal[starts].mean())
            words = f"ways of {low:,} to {high:,}" if np.isfinite(high) else f"ways longer than {low:,}"
            interval = list(planning.wilson(value * maps, maps))
            on = f"{words} on {world.on}"
            found.append({"name": "optimal_by_length", "value": value, "n": maps, "interval": interval, "on": on})
    return found


def _walked(model, world, moves):
    """(walls, goal, shortest lengths, reached, shortest taken), all [B, H, W] but the goal."""
    moves = moves or getattr(model, "settings", {}).get("moves", 8)
    walls, goal = gridworld.generate_family(world.family, world.n, world.height, world.width, seed=world.seed)
    best = gridworld.distances(walls, goal, moves=moves)
    reached, cost = planning.from_everywhere(walls, goal, np.asarray(model.policy(walls, goal)))
    return walls, goal, best, reached, reached & (cost <= best + SLACK)


def _metric(name, value, world):
    interval = list(planning.wilson(value * world.n, world.n))
    return {"name": name, "value": value, "n": world.n, "interval": interval, "on": world.on}
