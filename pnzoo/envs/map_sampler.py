"""Where episodes take place: maps drawn at random or given, and the cells they may start from."""

import difflib
import inspect
from typing import NamedTuple

import numpy as np

from pnzoo.worlds import gridworld
from pnzoo.worlds.gridworld.components import connected, connected_components, sample_cell

OPTIONS = ("walls", "goal", "start")
NOT_OPTIONS = {"n", "height", "width", "rng", "seed"}  # arguments of a family's function that are not the family's own
MAX_REDRAWS = 100


class MapBatch(NamedTuple):
    """Some maps. walls: bool [N, H, W]; goal: int [N, 2]; starts: bool [N, H, W], where an episode may begin."""

    walls: np.ndarray
    goal: np.ndarray
    starts: np.ndarray


class FixedEpisode(NamedTuple):
    """What `reset(options=...)` fixes in n worlds, or None each. walls: bool [n, H, W]; goal, start: int [n, 2]."""

    walls: np.ndarray | None = None
    goal: np.ndarray | None = None
    start: np.ndarray | None = None

    def __bool__(self):
        return any(part is not None for part in self)

    def take(self, which):
        """The same for some of the worlds."""
        return FixedEpisode(*(None if part is None else part[which] for part in self))


NOTHING_FIXED = FixedEpisode()


class MapSampler:
    """A distribution of maps.

    Args:
        family: one of `gridworld.FAMILIES`; "open" are the paper's maps.
        height, width: of the maps; square without a width.
        max_start_distance: the longest shortest path from a start to the goal; None: anywhere that reaches it.
        options: arguments of the family, such as `{"max_obstacles": 10}` or `{"loops": 0.2}`.
        moves: 8, or 4 for N, S, E, W only: paths and reachability are those of an agent that moves so.

    Raises:
        ValueError: an unknown family, a size without room for a start and a goal, a distance below 1.

    Example:
        >>> maps = MapSampler("open", 8, max_start_distance=1).draw(3, np.random.default_rng(0))
        >>> maps.walls.shape, bool(maps.starts.any(axis=(1, 2)).all())
        ((3, 8, 8), True)
    """

    def __init__(self, family="open", height=16, width=None, max_start_distance=None, options=None, moves=8):
        if moves not in (4, 8):
            raise ValueError(f"moves is 8, or 4 for N, S, E, W only; received {moves!r}")
        if max_start_distance is not None and not max_start_distance >= 1:
            raise ValueError(
                "max_start_distance is the longest path from a start to the goal, at least 1, received "
                f"{max_start_distance!r}; leave it out for starts anywhere"
            )
        self.family, self.shape = family, (height, width or height)
        self.max_start_distance, self.options, self.moves = max_start_distance, dict(options or {}), moves
        self.draw(0, np.random.default_rng(0))  # says at once what is wrong with the other arguments

    def draw(self, n, rng):
        """n maps of a `numpy.random.Generator`, each with a cell to start from: `MapBatch`."""
        maps = self._draw(n, rng)
        for _ in range(MAX_REDRAWS):
            without = np.flatnonzero(~maps.starts.any(axis=(1, 2)))
            if not len(without):
                return maps
            for old, new in zip(maps, self._draw(len(without), rng), strict=True):
                old[without] = new
        raise ValueError(
            f"{MAX_REDRAWS} maps of {self.shape[0]}x{self.shape[1]} had no start within "
            f"{self.max_start_distance} of the goal; give a larger max_start_distance or fewer walls"
        )

    def _draw(self, n, rng):
        walls, goal = gridworld.generate_family(self.family, n, *self.shape, seed=rng, **self.options)
        return MapBatch(walls, goal, self.starts(walls, goal))

    def starts(self, walls, goal):
        """Cells where an episode of this distribution may begin: bool [N, H, W]."""
        return reachable_starts(walls, goal, self.max_start_distance, self.moves)


def reachable_starts(walls, goal, max_start_distance=None, moves=8):
    """Cells from which the goal can be reached, itself left out: bool [N, H, W].

    Args:
        walls: bool [N, H, W].
        goal: int [N, 2].
        max_start_distance: only cells whose shortest path is at most so long.
        moves: 8 or 4.
    """
    if max_start_distance is not None:
        length = gridworld.distances(walls, goal, moves)
        return (length > 0) & (length <= max_start_distance)
    index = np.arange(len(walls))
    component = connected_components(walls, moves)
    allowed = (component == component[index, goal[:, 0], goal[:, 1]][:, None, None]) & ~walls
    allowed[index, goal[:, 0], goal[:, 1]] = False
    return allowed


def check_family_options(owner, family, options):
    """Refuse arguments that neither the environment nor the family of its maps takes.

    Raises:
        TypeError: with the name that was probably meant.
    """
    if family not in gridworld.FAMILIES:
        return  # the sampler says so
    own = set(inspect.signature(owner).parameters) - {"options"}
    of_family = set(inspect.signature(gridworld.FAMILIES[family]).parameters) - NOT_OPTIONS | {"border"}
    for name in options:
        if name not in of_family:
            near = difflib.get_close_matches(name, sorted(own | of_family), 1)
            hint = f"did you mean {near[0]}?" if near else f"it takes {', '.join(sorted(own | of_family))}"
            raise TypeError(f"{owner.__name__} takes no {name!r}; {hint}")


# -- where an episode begins ------------------------------------------------------------------------


def read_options(options, n, shape):
    """What the options of a reset fix, checked as far as one can without the maps: `FixedEpisode`.

    Args:
        options: None, or a dictionary of `walls` ([H, W], or [n, H, W] for a map each), `goal` and `start`
            ((row, column), or [n, 2]); None counts as left out.
        n: the number of worlds.
        shape: (H, W) of their maps.

    Raises:
        ValueError: an unknown option, walls or cells of another shape, a map with fewer than two free cells.
    """
    if options is not None and not isinstance(options, dict):
        raise ValueError(f"options is a dictionary such as {{'goal': (1, 2)}}, received {options!r}")
    options = {key: value for key, value in (options or {}).items() if value is not None}
    unknown = [repr(key) for key in options if key not in OPTIONS]
    if unknown:
        raise ValueError(f"options fix {', '.join(OPTIONS)}; received {', '.join(sorted(unknown))}")
    walls = _read_walls(options["walls"], n, shape) if "walls" in options else None
    return FixedEpisode(walls, *(_read_cells(name, options.get(name), n) for name in ("goal", "start")))


def reset_state(n, sampler, rng, fixed=NOTHING_FIXED, current=None):
    """Where n episodes begin: on new maps, or on what is fixed.

    Args:
        n: the number of worlds.
        sampler: `MapSampler`, for what is not fixed.
        rng: a `numpy.random.Generator`.
        fixed: `FixedEpisode`. Without walls, goal and start belong to the current maps.
        current: the `MapBatch` of the last episodes, if there were any.

    Returns:
        A tuple (`MapBatch`, start int [n, 2]).

    Raises:
        ValueError: a cell that is a wall or off the map, a start that is the goal or does not reach it.
    """
    if not fixed:
        maps = sampler.draw(n, rng)
        return maps, sample_cell(maps.starts, rng)
    maps = _given_maps(sampler, rng, fixed, current)
    goal = maps.goal if fixed.goal is None else _free_cells("goal", fixed.goal, maps.walls)
    if fixed.start is None:
        allowed = sampler.starts(maps.walls, goal)
        _check_reachable(allowed, goal)
        return MapBatch(maps.walls, goal, allowed), sample_cell(allowed, rng)
    start = _free_cells("start", fixed.start, maps.walls)
    if fixed.goal is None:
        goal = _reachable_goals(maps, start, rng, sampler.moves)
    _check_pairs(start, goal, maps.walls, sampler.moves)
    return MapBatch(maps.walls, goal, reachable_starts(maps.walls, goal, moves=sampler.moves)), start


def _read_walls(walls, n, shape):
    walls = gridworld.as_walls(walls, ndim=(2, 3))
    if walls.shape[-2:] != tuple(shape) or walls.shape[:-2] not in ((), (n,)):
        raise ValueError(
            f"these worlds are {n} of {shape[0]}x{shape[1]}, received walls of shape {list(walls.shape)}; pass height= "
            "and width= when you make the environment, and a map for each world or one for all"
        )
    walls = np.broadcast_to(walls, (n, *shape)).copy()
    free = (~walls).sum(axis=(1, 2))
    if free.min() < 2:
        raise ValueError(
            f"map {free.argmin()} has {'one free cell' if free.min() else 'no free cell'}; an episode needs two, "
            "to start from and for the goal"
        )
    return walls


def _read_cells(name, cells, n):
    if cells is None:
        return None
    try:
        array = np.asarray(cells)
    except ValueError as error:  # ragged
        raise ValueError(f"{name} must be two integers (row, column), received {cells!r}") from error
    if array.ndim not in (1, 2):
        raise ValueError(f"{name} must be two integers (row, column), received {cells!r}")
    if array.ndim == 1:
        return np.broadcast_to(array, (n, *array.shape))
    if len(array) != n:
        raise ValueError(f"{n} worlds need one {name} (row, column) or {n}; received {len(array)}")
    return array


def _free_cells(name, cells, walls):
    pairs = zip(cells, walls, strict=True)
    return np.array([gridworld.as_cell(name, cell, its_walls, free=True) for cell, its_walls in pairs])


def _given_maps(sampler, rng, fixed, current):
    """The maps that the options speak of, with a goal each."""
    if fixed.walls is None:
        if current is None:
            raise ValueError("there is no map yet for goal or start to lie on; fix walls too, or reset() once before")
        return current
    walls = fixed.walls
    component = connected_components(walls, sampler.moves)
    shared = ~walls & (np.bincount(component.reshape(-1))[component] > 1)  # a goal needs a cell that reaches it
    shared = np.where(shared.any(axis=(1, 2), keepdims=True), shared, ~walls)
    return MapBatch(walls, sample_cell(shared, rng), ~walls)


def _reachable_goals(maps, start, rng, moves):
    """Resample goals that equal, or are unreachable from, the start."""
    index = np.arange(len(start))
    near = reachable_starts(maps.walls, start, moves=moves)
    _check_reachable(near, start, "start")
    kept = near[index, maps.goal[:, 0], maps.goal[:, 1]]
    return np.where(kept[:, None], maps.goal, sample_cell(near, rng))


def _check_reachable(allowed, cells, name="goal"):
    lonely = ~allowed.any(axis=(1, 2))
    if lonely.any():
        cell = tuple(cells[lonely.argmax()].tolist())
        raise ValueError(f"no other free cell is joined to the {name} {cell}; choose another {name}")


def _check_pairs(start, goal, walls, moves):
    same = (start == goal).all(axis=1)
    if same.any():
        raise ValueError(f"start and goal are the same cell {tuple(start[same.argmax()].tolist())}; move one of them")
    apart = ~connected(walls, start, goal, moves)
    if apart.any():
        first = apart.argmax()
        raise ValueError(
            f"walls part the start {tuple(start[first].tolist())} from the goal {tuple(goal[first].tolist())} for an "
            f"agent with {moves} moves; move one of them or open the wall"
        )
