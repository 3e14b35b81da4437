"""Random maps of the VIN paper's distribution at any size, and the arrays that models train on.

A goal is drawn on the inner cells, then a uniform number of obstacles anywhere on the map, its border
included; one that covers the goal is dropped. Half of them are discs with a radius of 1..size, half are
rectangles with sides of 1..size. At size 0 (8x8) a disc is one cell and a rectangle nothing. This is how the
authors' generator works; the obstacle shares of their files come out (0.11, 0.20 and 0.21 of the inner cells
at 8, 16 and 28).
"""

from typing import NamedTuple

import numpy as np

from pnzoo.core.deprecation import renamed, renamed_arguments
from pnzoo.worlds.gridworld.components import sample_cell
from pnzoo.worlds.gridworld.solver import _check_moves, _distances, _given, optimal_actions
from pnzoo.worlds.gridworld.validation import as_batch, as_count, as_rng

MAX_CELLS = 1 << 31  # of all maps drawn together: 2 GB of walls
# side of the map: (most obstacles, largest size), the paper's three settings
_PAPER = {8: (30, 0), 16: (40, 1), 28: (50, 2)}


class Maps(NamedTuple):
    """A batch of maps: `walls` bool `[B, H, W]` and `goal` int `[B, 2]`, row and column.

    Example:
        >>> walls, goal = generate(3, 8, seed=0)
        >>> walls.shape, goal.shape
        ((3, 8, 8), (3, 2))
    """

    walls: np.ndarray
    goal: np.ndarray


def generate(n, height, width=None, *, seed, border=True, max_obstacles=None, max_size=None):
    """Draw random maps as in the VIN paper.

    Args:
        n: the number of maps.
        height: rows of a map.
        width: columns; as many as rows by default.
        seed: an int (or a `numpy.random.Generator`); the same int gives the same maps.
        border: whether the outer ring is drawn as walls. Without it the ring is ordinary ground, and
            the map's edge still stops the agent.
        max_obstacles: obstacles are uniform in 1..max_obstacles. Default: the paper's 30 / 40 / 50 at
            8 / 16 / 28, and what keeps a similar density at other sizes.
        max_size: largest radius of the discs and side of the rectangles, in cells. Default: the paper's
            0 / 1 / 2 at 8 / 16 / 28, one more for every 10 cells of the map's side.

    Returns:
        `Maps(walls, goal)`. The goal is a random cell with a free cell beside it, so each map has a start.

    Raises:
        ValueError: if the map has no room for a goal and a start, or an argument is out of range.

    Example:
        >>> walls, goal = generate(2, 16, seed=0)
        >>> walls.shape, bool(walls[0, 0].all())
        ((2, 16, 16), True)

    Reference: Tamar et al. 2016, section 4.1, and the authors' published generator and files.
    """
    width = height if width is None else width
    check_size(n, height, width, border)
    size = None if max_size is None else as_count("max_size", max_size, 0)
    most, size = _paper_setting(height, width, size)
    if max_obstacles is not None:
        most = as_count("max_obstacles", max_obstacles, 0)
    rng = as_rng(seed)
    walls = np.empty((n, height, width), dtype=bool)
    ring = int(bool(border))
    goal = rng.integers(ring, (height - ring, width - ring), size=(n, 2))
    counts = rng.integers(min(1, most), most + 1, size=n)
    todo = np.arange(n)
    while len(todo):
        walls[todo] = _obstacles(counts[todo], goal[todo], height, width, size, rng)
        if border:
            draw_border(walls)
        todo = todo[~_free_beside(walls[todo])[np.arange(len(todo)), goal[todo, 0], goal[todo, 1]]]
        counts[todo] //= 2  # the goal is walled in: again with half the obstacles, at last with none
    return Maps(walls, goal)


def draw_border(walls):
    """Draw the outer ring of every map as walls, in place.

    Args:
        walls: bool `[B, H, W]`.

    Example:
        >>> walls = np.zeros((1, 3, 3), dtype=bool)
        >>> draw_border(walls)
        >>> int(walls.sum())
        8
    """
    walls[:, [0, -1]] = True
    walls[:, :, [0, -1]] = True


def random_goals(walls, rng):
    """Draw a goal on every map: a free cell with a free cell north, south, east or west of it.

    Args:
        walls: bool `[B, H, W]`.
        rng: a `numpy.random.Generator`.

    Returns:
        A tuple (goal int `[B, 2]`, good bool `[B]`); good is False where a map has no such cell.

    Example:
        >>> goal, good = random_goals(np.zeros((1, 1, 2), dtype=bool), np.random.default_rng(0))
        >>> good
        array([ True])
    """
    candidates = ~walls & _free_beside(walls)
    return sample_cell(candidates, rng), candidates.any(axis=(1, 2))


@renamed_arguments(dist="distances")
def random_starts(walls, goal, rng, distances=None, moves=8):
    """Draw a start for every map, uniform among the cells that reach the goal, the goal itself left out.

    Args:
        walls: `[H, W]` or `[B, H, W]`.
        goal: `[2]` or `[B, 2]`.
        rng: a `numpy.random.Generator`, or a seed.
        distances: `pnzoo.gridworld.distances(walls, goal, moves)` if at hand.
        moves: 8, or 4 for an agent that moves N, S, E, W only and so cannot pass between two walls diagonally.

    Returns:
        int `[2]` or `[B, 2]`.

    Raises:
        ValueError: if no cell of a map reaches its goal.

    Example:
        >>> random_starts([[0, 1, 0], [0, 1, 0]], (0, 0), rng=0)
        array([1, 0])
    """
    _check_moves(moves)
    walls, goal, single = as_batch(walls, goal)
    length = _distances(walls, goal, moves) if distances is None else _given(distances, walls, single)
    reachable = np.isfinite(length) & (length > 0)
    empty = ~reachable.any(axis=(1, 2))
    if empty.any():
        index = int(np.argmax(empty))
        raise ValueError(f"no cell of map {index} reaches its goal {tuple(goal[index].tolist())}; "
                         "choose another goal or remove walls")
    starts = sample_cell(reachable, as_rng(rng, "rng"))
    return starts[0] if single else starts


def encode(walls, goal):
    """Return what a planner sees: a wall channel and a goal channel.

    Args:
        walls: `[H, W]` or `[B, H, W]`.
        goal: `[2]` or `[B, 2]`.

    Returns:
        float32 `[H, W, 2]` or `[B, H, W, 2]`: channel 0 is 1 at walls, channel 1 is 1 at the goal.

    Raises:
        ValueError: if a goal lies off its map.

    Example:
        >>> encode([[0, 1]], (0, 0)).tolist()
        [[[0.0, 1.0], [1.0, 0.0]]]
    """
    walls, goal, single = as_batch(walls, goal)
    image = _encode(walls, goal)
    return image[0] if single else image


def _encode(walls, goal):
    """`encode` of checked input: bool `[B, H, W]`, int `[B, 2]` -> float32 `[B, H, W, 2]`."""
    image = np.zeros((*walls.shape, 2), dtype=np.float32)
    image[..., 0] = walls
    image[np.arange(len(walls)), goal[:, 0], goal[:, 1], 1] = 1.0
    return image


def expert_policy(walls, goal, moves=8, corner_cutting=True):
    """Return training targets for every cell: a distribution uniform over its set of optimal moves.

    Args:
        walls: `[H, W]` or `[B, H, W]`.
        goal: `[2]` or `[B, 2]`.
        moves: 8, or 4.
        corner_cutting: as in `distances`.

    Returns:
        A tuple (y float32 `[..., H, W, 8]`, weight float32 `[..., H, W]`), weight 1 where y is a
        distribution and 0 at walls, at the goal and at cells without a path, where y is 0.

    Example:
        >>> y, weight = expert_policy([[0, 0, 1]], (0, 0))
        >>> weight.tolist()
        [[0.0, 1.0, 0.0]]
    """
    best = optimal_actions(walls, goal, moves, corner_cutting)
    count = best.sum(axis=-1, keepdims=True)
    y = np.divide(best, np.maximum(count, 1), dtype=np.float32)
    return y, (count[..., 0] > 0).astype(np.float32)


def check_size(n, height, width, border):
    """Check the number and size of maps before any memory is taken for them."""
    as_count("n", n, 0)
    as_count("height", height, 1)
    as_count("width", width, 1)
    if n * height * width > MAX_CELLS:
        raise ValueError(f"{n:,} maps of {height}x{width} are {n * height * width:,} cells, more than {MAX_CELLS:,} "
                         "at a time; draw them in smaller batches, each with a seed of its own")
    inner = (height - 2 * border) * (width - 2 * border) if min(height, width) > 2 * border else 0
    if inner < 2:
        drawn = "with a border, which takes the outer ring; pass border=False or a larger size" if border \
            else "without a border; choose a larger size"
        raise ValueError(f"a map needs two free cells, a goal and a start; {height}x{width} has "
                         f"{inner} {drawn}")


def _paper_setting(height, width, size):
    """Most obstacles and their size: the paper's at 8, 16 and 28, in between and beyond a similar density."""
    side = float(np.sqrt(height * width))
    if size is None:
        size = max(0, round((side - 8) / 10))
    # Cells that the greatest number of obstacles draw, overlaps counted, by cell of the map.
    fullness = [most * _mean_area(largest) / known**2 for known, (most, largest) in _PAPER.items()]
    most = np.interp(side, list(_PAPER), fullness) * height * width / _mean_area(size)
    return max(1, round(float(most))), size


def _mean_area(size):
    if size == 0:
        return 0.5
    return (np.mean([len(_disc(radius)) for radius in range(1, size + 1)]) + ((size + 1) / 2) ** 2) / 2


def _disc(radius):
    """Cells of a filled midpoint circle, int `[N, 2]`: 1, 5, 21, 37, ... of them."""
    span = np.arange(-radius, radius + 1)
    return np.argwhere(span[:, None] ** 2 + span**2 < max(1, radius**2 + radius)) - radius


def _obstacles(counts, goal, height, width, size, rng):
    """Drop up to `counts[i]` obstacles on map i, bool `[B, H, W]`; they may overlap and stick out."""
    total = int(counts.sum())
    which = np.repeat(np.arange(len(counts)), counts)
    at = rng.integers(0, (height, width), (total, 2))  # a disc's middle, a rectangle's top left
    sides = rng.integers(min(1, size), size + 1, (total, 2))
    discs = rng.random(total) < 0.5
    away = goal[which] - at
    hit = np.where(discs, (away**2).sum(axis=1) < np.maximum(1, sides[:, 0] ** 2 + sides[:, 0]),
                   ((away >= 0) & (away < sides)).all(axis=1))
    walls = np.zeros((len(counts), height + 2 * size, width + 2 * size), dtype=bool)

    def draw(these, cells):
        for down, right in cells + size:
            walls[which[these], at[these, 0] + down, at[these, 1] + right] = True

    for radius in range(min(1, size), size + 1):
        draw(np.flatnonzero(discs & ~hit & (sides[:, 0] == radius)), _disc(radius))
    for corner in np.ndindex(size, size):
        draw(np.flatnonzero(~discs & ~hit & (sides > corner).all(axis=1)), np.array([corner]))
    return walls[:, size:size + height, size:size + width]


def _free_beside(walls):
    """bool `[B, H, W]`: a cell north, south, east or west is free."""
    free = np.pad(~walls, ((0, 0), (1, 1), (1, 1)))
    return free[:, :-2, 1:-1] | free[:, 2:, 1:-1] | free[:, 1:-1, :-2] | free[:, 1:-1, 2:]


__getattr__ = renamed(__name__, {"targets": "expert_policy"})
