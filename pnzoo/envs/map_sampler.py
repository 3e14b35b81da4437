"""Where episodes take place: maps drawn at random or given, the cells they may start from, and what moves earn."""

import dataclasses
import math
from typing import NamedTuple

import numpy as np

from pnzoo.worlds import gridworld

OPTIONS = ("walls", "goal", "start")


@dataclasses.dataclass(frozen=True)
class Rewards:
    """What a move earns: `step` always, and `goal` or `wall` besides where it reaches the goal or meets a wall.

    Raises:
        ValueError: one of them is NaN, infinite or no number.
    """

    goal: float = 1.0
    wall: float = -1.0
    step: float = -0.01

    def __post_init__(self):
        for name, value in dataclasses.asdict(self).items():
            if isinstance(value, bool) or not isinstance(value, (int, float, np.number)) or not math.isfinite(value):
                usual = getattr(Rewards, name)
                raise ValueError(f"{name}_reward is a finite number, received {value!r}; the default is {usual}")


class Worlds(NamedTuple):
    """Some maps. walls: bool [N, H, W]; goal: int [N, 2]; starts: bool [N, H, W], where an episode may begin."""

    walls: np.ndarray
    goal: np.ndarray
    starts: np.ndarray


@dataclasses.dataclass(frozen=True)
class Source:
    """A distribution of maps.

    Args:
        family: one of `gridworld.FAMILIES`; "open" are the paper's maps.
        height, width: of the maps; square without a width.
        distance: starts lie at most so far from the goal (length of the shortest way); None: anywhere that reaches it.
        settings: arguments of the family, such as `{"max_obstacles": 10}` or `{"loops": 0.2}`.

    Raises:
        ValueError: an unknown family, a size without room for a start and a goal, a distance below 1.

    Example:
        >>> worlds = Source("open", 8, distance=1).draw(3, np.random.default_rng(0))
        >>> worlds.walls.shape, bool(worlds.starts.any(axis=(1, 2)).all())
        ((3, 8, 8), True)
    """

    family: str = "open"
    height: int = 16
    width: int | None = None
    distance: float | None = None
    settings: dict = dataclasses.field(default_factory=dict)

    def __post_init__(self):
        if self.distance is not None and not self.distance >= 1:
            raise ValueError(
                f"distance is the longest way from a start to the goal, at least 1, received {self.distance!r}; "
                "leave it out for starts anywhere"
            )
        self.draw(0, np.random.default_rng(0))  # says at once what is wrong with the other arguments

    @property
    def shape(self):
        return self.height, self.width or self.height

    def draw(self, n, rng):
        """n maps of a `numpy.random.Generator`: `Worlds`."""
        walls, goal = gridworld.generate_family(self.family, n, *self.shape, seed=rng, **self.settings)
        return Worlds(walls, goal, starts(walls, goal, self.distance))


def starts(walls, goal, distance=None):
    """Cells from which the goal can be reached, itself left out: bool [N, H, W].

    Args:
        walls: bool [N, H, W].
        goal: int [N, 2].
        distance: only those so near.
    """
    each = np.arange(len(walls))
    if distance is not None:
        length = gridworld.distances(walls, goal)
        return (length > 0) & (length <= distance)
    found = _ground(walls)
    found = (found == found[each, goal[:, 0], goal[:, 1]][:, None, None]) & ~walls
    found[each, goal[:, 0], goal[:, 1]] = False
    return found


def _ground(walls):
    """Numbers of the connected free areas, int [N, H, W]: ten times faster than the distances of `starts`."""
    from scipy.ndimage import label

    beside = np.zeros((3, 3, 3), int)
    beside[1] = 1  # eight neighbours on a map, none on the next map
    return label(~walls, beside)[0] if walls.size else np.zeros(walls.shape, int)


def pick(mask, rng):
    """One True cell of each mask, uniformly: bool [N, H, W] -> int [N, 2]."""
    order = mask.reshape(len(mask), -1).cumsum(axis=1)
    rank = (rng.random(len(mask)) * order[:, -1]).astype(int)
    return np.stack(np.divmod((order > rank[:, None]).argmax(axis=1), mask.shape[2]), axis=1)


def begin(n, source, rng, options=None, current=None):
    """Where n episodes begin: on maps of the source, or on what the options fix.

    Args:
        n: the number of worlds.
        source: `Source`, for what is not fixed.
        rng: a `numpy.random.Generator`.
        options: None, or a dictionary of `walls` ([H, W], or [n, H, W] for a map each), `goal` and `start` ((row, col),
            or [n, 2]). Without walls, goal and start belong to the current maps.
        current: the `Worlds` of the last episodes, if there were any.

    Returns:
        A tuple (`Worlds`, start int [n, 2]).

    Raises:
        ValueError: an unknown option, a map without free cells or of another size, a cell that is a wall or off the
            map, a start that is the goal, a goal that no start reaches.
    """
    options = {key: value for key, value in (options or {}).items() if value is not None}
    unknown = set(options) - set(OPTIONS)
    if unknown:
        raise ValueError(f"options fix {', '.join(OPTIONS)}; received {', '.join(map(repr, sorted(unknown)))}")
    if not options:
        worlds = source.draw(n, rng)
        return worlds, pick(worlds.starts, rng)
    worlds = _with_walls(n, source, rng, options, current)
    goal = _cells("goal", options["goal"], worlds.walls) if "goal" in options else worlds.goal
    if "start" in options:
        start = _cells("start", options["start"], worlds.walls)
        if "goal" not in options:
            goal = _elsewhere(worlds, start, rng)
        same = (start == goal).all(axis=1)
        if same.any():
            cell = tuple(start[same.argmax()].tolist())
            raise ValueError(f"start and goal are the same cell {cell}; move one of them")
        return Worlds(worlds.walls, goal, starts(worlds.walls, goal)), start
    allowed = starts(worlds.walls, goal, source.distance)
    lonely = ~allowed.any(axis=(1, 2))
    if lonely.any():
        raise ValueError(f"no free cell reaches the goal {tuple(goal[lonely.argmax()].tolist())}; choose another goal")
    return Worlds(worlds.walls, goal, allowed), pick(allowed, rng)


def _with_walls(n, source, rng, options, current):
    """The maps that options speak of, with a goal each."""
    if "walls" not in options:
        if current is None:
            raise ValueError("there is no map yet for goal or start to lie on; fix walls too, or reset() once before")
        return current
    walls = gridworld.as_walls(options["walls"], ndim=(2, 3))
    if walls.shape[-2:] != source.shape or walls.shape[:-2] not in ((), (n,)):
        wanted = f"{source.shape[0]}x{source.shape[1]}"
        raise ValueError(
            f"these worlds are {n} of {wanted}, received walls of shape {list(walls.shape)}; pass height= and width= "
            "when you make the environment, and a map for each world or one for all"
        )
    walls = np.broadcast_to(walls, (n, *source.shape)).copy()
    free = (~walls).sum(axis=(1, 2))
    if free.min() < 2:
        raise ValueError(
            f"map {free.argmin()} has {'one free cell' if free.min() else 'no free cell'}; an episode needs two, "
            "to start from and for the goal"
        )
    ground = _ground(walls)
    shared = ~walls & (np.bincount(ground.reshape(-1))[ground] > 1)  # a goal wants a cell that it is reached from
    shared = np.where(shared.any(axis=(1, 2), keepdims=True), shared, ~walls)
    return Worlds(walls, pick(shared, rng), ~walls)


def _elsewhere(worlds, start, rng):
    """The goals, moved where they lie on the start, or where it does not reach them, to a cell that it reaches."""
    each = np.arange(len(start))
    near = starts(worlds.walls, start)
    near[~near.any(axis=(1, 2))] = True  # walled in: any goal is as good
    kept = near[each, worlds.goal[:, 0], worlds.goal[:, 1]]
    return np.where(kept[:, None], worlds.goal, pick(near, rng))


def _cells(name, cells, walls):
    cells = np.asarray(cells)
    if cells.ndim == 1:
        cells = np.broadcast_to(cells, (len(walls), *cells.shape))
    if len(cells) != len(walls):
        raise ValueError(f"{len(walls)} worlds need one {name} (row, column) or {len(walls)}; received {len(cells)}")
    return np.array([gridworld.as_cell(name, cell, of, free=True) for cell, of in zip(cells, walls, strict=True)])
