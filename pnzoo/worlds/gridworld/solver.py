"""Exact shortest paths on grids: the teacher, and the judge of every plan.

Costs are 1 for a straight move and sqrt 2 for a diagonal one. Ties between paths decide which moves are
optimal, so everything is float64: path lengths are a + b sqrt 2, and two different ones of at most 20,000
steps are more than 1e-5 apart, far above the rounding error of adding them up.
"""

import numpy as np

from pnzoo.core.deprecation import renamed, renamed_arguments
from pnzoo.worlds.gridworld.validation import as_batch, as_walls

# The order of the moves is that of the VIN authors' data: N, S, E, W, NE, NW, SE, SW.
MOVES = np.array([(-1, 0), (1, 0), (0, 1), (0, -1), (-1, 1), (-1, -1), (1, 1), (1, -1)])
MOVE_NAMES = ("N", "S", "E", "W", "NE", "NW", "SE", "SW")
COSTS = np.sqrt(np.abs(MOVES).sum(axis=1).astype(float))  # 1, or sqrt 2 on the diagonals
MOVES.flags.writeable = COSTS.flags.writeable = False

TOLERANCE = 1e-6  # between two path lengths that count as equal
_CHUNK_CELLS = 1 << 16  # maps relaxed together: half a megabyte an array, so that a sweep stays in the cache


def distances(walls, goal, moves=8, corner_cutting=True):
    """Return the length of the shortest path from every cell to the goal.

    Args:
        walls: `[H, W]` or `[B, H, W]`, True or 1 at walls. The map's edge is a wall.
        goal: `[2]` or `[B, 2]`, row and column.
        moves: 8, or 4 for N, S, E, W only.
        corner_cutting: whether a diagonal move may pass a wall's corner. If False, both cells beside
            the diagonal must be free.

    Returns:
        float64 of the shape of `walls`, in units of one straight move; inf at walls and where no path leads
        to the goal. A goal on a wall has no paths: inf everywhere.

    Raises:
        ValueError: if the arguments are not maps and goals, or `moves` is neither 4 nor 8.

    Example:
        >>> distances([[0, 0, 0], [0, 1, 0]], (0, 0)).round(2)
        array([[0.  , 1.  , 2.  ],
               [1.  ,  inf, 2.41]])

    Reference: the expert of Tamar et al. 2016, section 4.1: shortest paths.
    """
    _check_moves(moves)
    walls, goal, single = as_batch(walls, goal)
    length = _distances(walls, goal, moves, corner_cutting)
    return length[0] if single else length


def _distances(walls, goal, moves=8, corner_cutting=True):
    """`distances` of checked input: bool `[B, H, W]`, int `[B, 2]` -> float64 `[B, H, W]`."""
    length = np.empty(walls.shape)
    per_chunk = max(1, _CHUNK_CELLS // walls[0].size) if len(walls) else 1
    for first in range(0, len(walls), per_chunk):
        part = slice(first, first + per_chunk)
        length[part] = _chunk_distances(walls[part], goal[part], moves, corner_cutting)
    return length


@renamed_arguments(dist="distances")
def optimal_actions(walls, goal, moves=8, corner_cutting=True, distances=None):
    """Return which moves start a shortest path, for every cell.

    Args:
        walls: `[H, W]` or `[B, H, W]`, True or 1 at walls.
        goal: `[2]` or `[B, 2]`, row and column.
        moves: 8, or 4 for N, S, E, W only.
        corner_cutting: as in `distances`.
        distances: the result of `pnzoo.gridworld.distances` with the same arguments, if at hand.

    Returns:
        bool `[..., H, W, 8]` in the order of `MOVES`; all False at walls, at the goal and where no path is.

    Raises:
        ValueError: as `distances`, and if the distances given do not have the shape of `walls`.

    Example:
        >>> best = optimal_actions([[0, 0, 0], [0, 1, 0]], (0, 0))
        >>> [MOVE_NAMES[a] for a in np.flatnonzero(best[1, 2])]
        ['NW']
    """
    _check_moves(moves)
    walls, goal, single = as_batch(walls, goal)
    length = _distances(walls, goal, moves, corner_cutting) if distances is None else _given(distances, walls, single)
    best = _optimal_actions(walls, length, moves, corner_cutting)
    return best[0] if single else best


def _given(distances, walls, single):
    """Distances `[B, H, W]` that the caller has computed before."""
    distances = np.asarray(distances, dtype=float)
    if distances.shape != (walls.shape[1:] if single else walls.shape):
        raise ValueError(f"distances must have the shape of walls, {list(walls.shape)}, "
                         f"received {list(distances.shape)}; pass pnzoo.gridworld.distances(walls, goal)")
    return distances.reshape(walls.shape)


def _optimal_actions(walls, length, moves=8, corner_cutting=True):
    """`optimal_actions` of checked input: bool `[B, H, W]`, float `[B, H, W]` -> bool `[B, H, W, 8]`."""
    best = np.zeros((*walls.shape, 8), dtype=bool)
    padded = np.pad(length, ((0, 0), (1, 1), (1, 1)), constant_values=np.inf)
    limit = np.where(np.isfinite(length) & (length > 0), length + TOLERANCE, -np.inf)
    for a in range(moves):
        np.less_equal(_shifted(padded, MOVES[a]) + COSTS[a], limit, out=best[..., a])
    if not corner_cutting and moves == 8:
        best &= ~_cut_corners(walls)
    return best


def step(walls, positions, actions, corner_cutting=True):
    """Move agents one step; a move into a wall or off the map leaves the agent where it is.

    Args:
        walls: `[H, W]` or `[B, H, W]`.
        positions: int `[..., 2]` on a single map; `[B, 2]` or `[B, N, 2]` on a batch.
        actions: int, the shape of `positions` without its last axis; indices into `MOVES`.
        corner_cutting: as in `distances`.

    Returns:
        A tuple (positions after the step, bool array that is True where the move was blocked).

    Raises:
        ValueError: if the shapes do not fit together, a position is off the map or an action not in 0..7.

    Example:
        >>> step([[0, 0], [0, 1]], [[0, 0], [0, 0]], [2, 6])
        (array([[0, 1],
               [0, 0]]), array([False,  True]))
    """
    walls = as_walls(walls, ndim=(2, 3))
    positions, actions = np.asarray(positions), np.asarray(actions)
    _check_step(walls, positions, actions)
    return _step(walls, positions, actions, corner_cutting)


def _step(walls, positions, actions, corner_cutting=True):
    """`step` of checked input."""
    after = positions + MOVES[actions]
    blocked = _is_wall(walls, after)
    if not corner_cutting:
        beside = [_is_wall(walls, positions + MOVES[actions] * straight) for straight in ((1, 0), (0, 1))]
        blocked |= (actions >= 4) & (beside[0] | beside[1])
    return np.where(blocked[..., None], positions, after), blocked


def _is_wall(walls, cells):
    """Whether cells int `[..., 2]` or `[B, ..., 2]` are walls; off the map they are."""
    inside = ((cells >= 0) & (cells < walls.shape[-2:])).all(axis=-1)
    row, column = np.moveaxis(np.where(inside[..., None], cells, 0), -1, 0)
    if walls.ndim == 2:
        return ~inside | walls[row, column]
    each = np.arange(len(walls)).reshape((-1,) + (1,) * (inside.ndim - 1))
    return ~inside | walls[each, row, column]


def _check_moves(moves):
    if moves not in (4, 8):
        raise ValueError(f"moves must be 4 (N, S, E, W) or 8 (with diagonals), received {moves!r}")


def _check_step(walls, positions, actions):
    if positions.shape[-1:] != (2,) or positions.shape[:-1] != actions.shape:
        raise ValueError("positions must be [..., 2] and actions the same shape without the last axis, "
                         f"received {list(positions.shape)} and {list(actions.shape)}")
    if walls.ndim == 3 and (not actions.ndim or len(actions) != len(walls)):
        raise ValueError(f"{len(walls)} maps need positions [{len(walls)}, ..., 2], "
                         f"received {list(positions.shape)}")
    if positions.dtype.kind not in "iu" or actions.dtype.kind not in "iu":
        raise ValueError("positions and actions must be integers, "
                         f"received dtypes {positions.dtype} and {actions.dtype}")
    if ((positions < 0) | (positions >= walls.shape[-2:])).any():
        raise ValueError(f"a position lies outside the {walls.shape[-2]}x{walls.shape[-1]} map")
    if ((actions < 0) | (actions > 7)).any():
        raise ValueError(f"actions are 0..7, indices into {MOVE_NAMES}, "
                         f"received {actions.min()}..{actions.max()}")


def _shifted(padded, move):
    """View of a padded `[B, H+2, W+2]` array at the cell that `move` leads to, `[B, H, W]`."""
    height, width = padded.shape[1] - 2, padded.shape[2] - 2
    return padded[:, 1 + move[0]:1 + move[0] + height, 1 + move[1]:1 + move[1] + width]


def _cut_corners(walls):
    """bool `[B, H, W, 8]`: the diagonal moves that pass the corner of a wall."""
    padded = np.pad(walls, ((0, 0), (1, 1), (1, 1)), constant_values=True)
    cut = np.zeros((*walls.shape, 8), dtype=bool)
    for a in range(4, 8):
        cut[..., a] = _shifted(padded, MOVES[a] * (1, 0)) | _shifted(padded, MOVES[a] * (0, 1))
    return cut


def _chunk_distances(walls, goal, moves, corner_cutting):
    """Relax all maps together; the few with long winding paths are finished by Dijkstra's algorithm."""
    value = np.full((len(walls), walls.shape[1] + 2, walls.shape[2] + 2), np.inf)
    each = np.arange(len(walls))
    value[each, goal[:, 0] + 1, goal[:, 1] + 1] = 0.0
    wall = np.pad(np.where(walls, np.inf, 0.0), ((0, 0), (1, 1), (1, 1)), constant_values=np.inf)
    value += wall
    cut = None if corner_cutting or moves == 4 else _cut_corners(walls)[..., 4:]
    inner, wall = value[:, 1:-1, 1:-1], wall[:, 1:-1, 1:-1]
    # A sweep makes one more step of every path exact. Open maps converge within their diameter; a maze would need
    # as many sweeps as its longest path has steps, and a priority queue costs about as much as 200 sweeps.
    for _ in range(min(200, walls.shape[1] + walls.shape[2])):
        after = _sweep(value, inner, wall, moves, cut)
        changed = (after != inner).any(axis=(1, 2))  # inf != inf is False
        if not changed.any():
            return inner
        inner[...] = after
    inner[changed] = _dijkstra(walls[changed], goal[changed], moves, corner_cutting)
    return inner


def _sweep(value, inner, wall, moves, cut):
    """One Bellman step, V(s) <- min(V(s), min_a c_a + V(s + a)), over a whole batch `[B, H, W]`."""
    vertical = np.minimum(value[:, :-2], value[:, 2:])
    best = np.minimum(value[:, 1:-1, :-2], value[:, 1:-1, 2:])
    np.minimum(best, vertical[:, :, 1:-1], out=best)
    best += 1.0
    if moves == 8:
        if cut is None:
            diagonal = np.minimum(vertical[:, :, :-2], vertical[:, :, 2:])
        else:
            diagonal = np.full(inner.shape, np.inf)
            for a in range(4, 8):
                np.minimum(diagonal, _shifted(value, MOVES[a]), out=diagonal, where=~cut[..., a - 4])
        diagonal += COSTS[4]
        np.minimum(best, diagonal, out=best)
    np.minimum(best, inner, out=best)
    best += wall
    return best


def _dijkstra(walls, goal, moves, corner_cutting):
    """The same distances by SciPy's Dijkstra, one graph for all maps of the chunk."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import dijkstra

    node = np.full((len(walls), walls.shape[1] + 2, walls.shape[2] + 2), -1)
    number = node[:, 1:-1, 1:-1]
    number[...] = np.where(walls, -1, np.arange(walls.size).reshape(walls.shape))
    cut = None if corner_cutting or moves == 4 else _cut_corners(walls)
    rows, columns, costs = [], [], []
    for a in range(moves):
        there = _shifted(node, MOVES[a])
        edge = (number >= 0) & (there >= 0)
        if cut is not None:
            edge &= ~cut[..., a]
        rows.append(number[edge])
        columns.append(there[edge])
        costs.append(np.full(len(rows[-1]), COSTS[a]))
    graph = coo_array((np.concatenate(costs), (np.concatenate(rows), np.concatenate(columns))),
                      shape=(walls.size, walls.size)).tocsr()
    sources = np.arange(len(walls)) * walls[0].size + goal[:, 0] * walls.shape[2] + goal[:, 1]
    return dijkstra(graph, indices=sources, min_only=True).reshape(walls.shape)


__getattr__ = renamed(__name__, {"optimal_moves": "optimal_actions"})
