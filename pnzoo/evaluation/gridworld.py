"""Measure planners on grid worlds: on maps that no training saw, the same for every model and on every machine."""

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from pnzoo.core import dataset as datasets
from pnzoo.core import seeds
from pnzoo.core.deprecation import renamed, renamed_arguments, renamed_method, warn
from pnzoo.core.metric import Metric
from pnzoo.worlds import gridworld
from pnzoo.worlds.gridworld.components import connected
from pnzoo.worlds.gridworld.rollout import greedy_actions, optimal_steps, rollouts

MAPS = 5000
CELLS_PER_MAP = 10  # of planners that need a forward pass for every cell
CELLS_PER_CALL = 4096
GOAL_REWARD, WALL_REWARD, STEP_REWARD = 1.0, -1.0, -0.01


class EvaluationSet(NamedTuple):
    """Maps with a goal and one start each.

    walls:   bool [B, H, W]
    goal:    int [B, 2], (row, col)
    start:   int [B, 2], drawn among all cells from which the goal can be reached
    dataset: what they are, see `pnzoo.core.dataset`
    map_index, states, labels: int [N], [N, 2], [N]: states with one label each and the map each is on, where the
             VIN authors' data has them
    """

    walls: NDArray[np.bool_]
    goal: NDArray[np.int64]
    start: NDArray[np.int64]
    dataset: datasets.Dataset = {}  # never changed
    map_index: NDArray[np.int64] | None = None
    states: NDArray[np.int64] | None = None
    labels: NDArray[np.int64] | None = None
    which = renamed_method("which", "map_index")

    @property
    def on(self) -> str:
        """The data set in words; the former name of `pnzoo.core.dataset.describe(set.dataset)`."""
        warn("EvaluationSet.on", "EvaluationSet.dataset")
        return datasets.describe(self.dataset)


def generated(
    height: int, width: int | None = None, n: int = MAPS, seed: int | None = None, moves: int = 8
) -> EvaluationSet:
    """Maps of the paper's distribution, held out by their seed: training seeds lie far below.

    Args:
        height, width: size of the maps; square without a width.
        n: how many.
        seed: of the maps and of the starts; 9000 + height by default.
        moves: starts reach the goal with 8 moves, or with 4 (N, S, E, W); `reachable_by(planner_rule(model))`.

    Returns:
        `EvaluationSet`.

    Raises:
        ValueError: no such size, number or seed.

    Example:
        >>> maps = generated(8, n=3)
        >>> maps.walls.shape, maps.start.shape, maps.dataset["seed"]
        ((3, 8, 8), (3, 2), 9008)
    """
    width = width or height
    seed = evaluation_seed(height) if seed is None else seed
    walls, goal = gridworld.generate(n, height, width, seed=seed)
    start = gridworld.random_starts(walls, goal, seed, moves=moves)
    return EvaluationSet(walls, goal, start, datasets.generated_maps("open", height, width, n, "random", seed))


def evaluation_seed(height: int) -> int:
    """The seed of the maps that planners are measured on: 9000 + height for maps below 500 rows."""
    return seeds.EVALUATION_MAPS[height % len(seeds.EVALUATION_MAPS)]


def vin_paper(file: str | Path, n: int | None = None, seed: int = 0, moves: int = 8) -> EvaluationSet:
    """Maps of one of the VIN authors' .mat files, one start each.

    Of a training file, the seventh that `gridworld.vin_paper.split_by_map` holds out is taken (no map of it is on
    the other side), and starts are drawn at random; a test file brings its own starts.

    Args:
        file: one of their files, training or test layout.
        n: how many maps, drawn at random; all without it.
        seed: of the starts, and of the choice.
        moves: of the planner: with 4, maps whose own start needs a diagonal move are left out, and so are the
            authors' labels, which have diagonal moves.

    Returns:
        `EvaluationSet`.

    Raises:
        FileNotFoundError, ValueError: no such file, or not one of theirs.
    """
    maps, split = _read(file, moves)
    rng = np.random.default_rng(seed)
    if n is not None and n < len(maps.walls):
        maps = _chosen(maps, np.sort(rng.choice(len(maps.walls), n, replace=False)))
    if maps.start is None:
        maps = maps._replace(start=gridworld.random_starts(maps.walls, maps.goal, rng, moves=moves))
    starts = "own" if split == "test" else "random"
    return maps._replace(
        dataset=datasets.vin_paper_file(Path(file).name, split, starts, len(maps.walls), seed),
    )


def _read(file, moves):
    """Maps of a file, and which part of it they are."""
    from pnzoo.worlds.gridworld.vin_paper import PaperTestFile, read_paper_file, split_by_map

    data = read_paper_file(file)
    if isinstance(data, PaperTestFile):
        maps = EvaluationSet(data.walls, data.goal, data.starts)
        reachable = connected(data.walls, data.starts, data.goal, moves)
        return _chosen(maps, np.flatnonzero(reachable)), "test"
    data = split_by_map(data)[1]
    labels = (data.map_index, data.states, data.labels) if moves == 8 else (None, None, None)
    return EvaluationSet(data.walls, data.goal, None, {}, *labels), "held_out"


def _chosen(maps, index):
    """Some of the maps; labels belong to all of them only."""
    if len(index) == len(maps.walls):
        return maps
    start = None if maps.start is None else maps.start[index]
    return EvaluationSet(maps.walls[index], maps.goal[index], start)


def planner_moves(model: Any) -> int:
    """How many moves a planner has: 8, or 4 for N, S, E, W only. It is measured by those.

    Example:
        >>> planner_moves(object())
        8
    """
    return getattr(model, "moves", 8)


def planner_rule(model: Any, moves: int | None = None) -> dict[str, Any]:
    """The moves of a planner's world, as `pnzoo.gridworld.distances` and others take them.

    Args:
        model: a planner.
        moves: 4 or 8 in place of the planner's own.

    Example:
        >>> planner_rule(object())
        {'moves': 8, 'corner_cutting': True}
    """
    return {"moves": moves or planner_moves(model), "corner_cutting": getattr(model, "corner_cutting", True)}


def reachable_by(rule: dict[str, Any]) -> int:
    """The moves that reach the same cells: a diagonal move that cuts no corner is two straight ones made at once.

    Example:
        >>> reachable_by({"moves": 8, "corner_cutting": False})
        4
    """
    return rule["moves"] if rule["corner_cutting"] else 4


def evaluate(
    model: Any,
    maps: EvaluationSet,
    cells_per_map: int | None = None,
    seed: int = 0,
    moves: int | None = None,
    solver: str = "auto",
) -> list[Metric]:
    """Measure a planner as the paper does, and beyond.

    Rollouts are limited to twice the number of states of an optimal path, as in the paper.

    Args:
        model: a planner, or anything with `policy(walls, goal)` -> int [B, H, W].
        maps: `EvaluationSet`, at least one map.
        cells_per_map: `optimal_action` and `prediction_loss` are measured on every reachable cell of each map, or on
            so many random ones (10 for models that need a forward pass for each cell).
        seed: draws those cells.
        moves: 8 or 4, of the exact solution that judges; the planner's own by default.
        solver: of the planner's `policy`.

    Returns:
        list of `pnzoo.core.metric.Metric`: `success_rate`; `optimal_rate` (reached by a shortest path);
        `optimal_action` (cells whose action is in the set of optimal ones); `excess_cost` (mean extra length of
        successful rollouts); `expected_reward` (+1 goal, -1 wall, -0.01 a move); `prediction_loss` (0-1 error against
        one label a cell, drawn uniformly from its optimal set); and with the authors' labels, which are not uniform,
        `paper_prediction_loss`.

    Raises:
        ValueError: no maps, or a start from which the goal can't be reached.

    Reference: Tamar et al. 2016, section 4.1.
    """
    walls, goal, start = maps[:3]
    if not len(walls):
        raise ValueError("there are no maps to evaluate on; draw some with pnzoo.evaluation.gridworld.generated(16)")
    rule = planner_rule(model, moves)
    length = gridworld.distances(walls, goal, **rule)
    _check_starts(length, start)
    act = greedy_actions(model, walls, goal, **solver_option(solver))
    optimal = gridworld.optimal_actions(walls, goal, distances=length, **rule)
    if cells_per_map is None and not getattr(model, "dense_prediction", True):
        cells_per_map = CELLS_PER_MAP
    metrics = [
        *_by_rollout(walls, goal, start, act, length, rule),
        *_by_cell(act, optimal, *_cells(optimal.any(axis=-1), cells_per_map, seed)),
    ]
    metrics = [metrics[i] for i in (0, 1, 4, 2, 3, 5)]
    if maps.labels is not None:
        metrics.append(_label_error(act, maps.map_index, maps.states, maps.labels))
    return [metric.replace(dataset=maps.dataset) for metric in metrics]


@renamed_arguments(cells_a_map="cells_per_map")
def evaluate_arrays(
    model: Any,
    walls: NDArray[np.bool_],
    goal: NDArray[np.int64],
    start: NDArray[np.int64],
    cells_per_map: int | None = None,
    seed: int = 0,
) -> list[Metric]:
    """`evaluate` on maps that are given as arrays: bool [B, H, W], int [B, 2], int [B, 2]."""
    return evaluate(model, EvaluationSet(walls, goal, start), cells_per_map, seed)


def _check_starts(length, start):
    cost = length[np.arange(len(start)), start[:, 0], start[:, 1]]
    if not np.isfinite(cost).all():
        raise ValueError(f"map {int(np.argmin(np.isfinite(cost)))}: no path leads from its start to its goal.")


def solver_option(solver: str) -> dict[str, str]:
    """The option that a planner's `policy` is given; none for "auto", since not everything with a policy knows it."""
    return {} if solver == "auto" else {"solver": solver}


def _by_rollout(walls, goal, start, act, length, rule):
    """Success, optimality, excess cost and reward of one rollout a map."""
    limit = 2 * (optimal_steps(walls, goal, start, length, **rule) + 1)
    result = rollouts(walls, start, goal, act, limit, rule["corner_cutting"])
    optimal_cost = length[np.arange(len(walls)), start[:, 0], start[:, 1]]
    excess = np.round(result.cost - optimal_cost, 9)[result.success]  # sums of the same numbers in another order
    reward = result.success * GOAL_REWARD + result.collided * WALL_REWARD + result.steps * STEP_REWARD
    nothing = Metric("excess_cost", 0.0, (0.0, 0.0), 0, unit="")  # nobody arrived
    return [
        Metric.of_flags("success_rate", result.success),
        Metric.of_flags("optimal_rate", result.success & (result.cost <= optimal_cost + 1e-6)),
        Metric.of_mean("excess_cost", excess, unit="") if len(excess) else nothing,
        Metric.of_mean("expected_reward", reward, unit=""),
    ]


def _by_cell(act, optimal, index, cells):
    """Agreement with the exact solution, cell by cell."""
    action = _actions(act, index, cells)
    best = optimal[index, cells[:, 0], cells[:, 1]]
    correct = best[np.arange(len(action)), action]
    loss = 1 - correct / best.sum(axis=1)
    # Cells of one map are not independent: their interval is over maps.
    return [
        Metric.of_mean("optimal_action", _by_map(correct, index), (0, 1)),
        Metric.of_mean("prediction_loss", _by_map(loss, index), (0, 1)),
    ]


def paper_prediction_loss(
    model: Any,
    walls: NDArray[np.bool_],
    goal: NDArray[np.int64],
    map_index: NDArray[np.int64],
    states: NDArray[np.int64],
    labels: NDArray[np.int64],
) -> Metric:
    """The loss in the paper's table 1: 0-1 error against the one move that the data gives for each state.

    A state may have several shortest first moves, so even a perfect planner misses some labels.

    Args:
        model: a planner.
        walls, goal: bool [M, H, W], int [M, 2].
        map_index, states, labels: int [N] the map of each state, int [N, 2], int [N].

    Returns:
        `Metric` named "paper_prediction_loss", n and interval over states.
    """
    return _label_error(greedy_actions(model, walls, goal), map_index, states, labels)


def _label_error(act, map_index, states, labels):
    return Metric.of_flags("paper_prediction_loss", _actions(act, map_index, states) != labels)


def _actions(act, index, cells):
    """Actions at many cells, a few thousand a call."""
    parts = [slice(i, i + CELLS_PER_CALL) for i in range(0, len(index), CELLS_PER_CALL)]
    return np.concatenate([act(index[part], cells[part]) for part in parts])


def _cells(reachable, cells_per_map, seed):
    """(map index [N], cell [N, 2]) of all reachable cells, or of some of each map."""
    if cells_per_map is None:
        index, row, col = np.nonzero(reachable)
        return index, np.stack([row, col], axis=1)
    rng = np.random.default_rng(seed)
    keys = np.where(reachable, rng.random(reachable.shape), -1.0).reshape(len(reachable), -1)
    chosen = np.argsort(-keys, axis=1)[:, :cells_per_map]
    index, slot = np.nonzero(np.take_along_axis(keys, chosen, axis=1) >= 0)
    return index, np.stack(np.divmod(chosen[index, slot], reachable.shape[2]), axis=1)


def _by_map(values, index):
    return np.array([part.mean() for part in np.split(values, np.flatnonzero(np.diff(index)) + 1)])


__getattr__ = renamed(
    __name__,
    {"Exam": "EvaluationSet", "fresh": "generated", "paper": "vin_paper", "measure": "evaluate"},
)
