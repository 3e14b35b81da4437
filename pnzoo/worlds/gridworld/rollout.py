"""Plans, traces, roll-outs and what they are worth. Plain NumPy: the policy may come from anywhere."""

import math
from typing import NamedTuple

import numpy as np

from pnzoo.worlds import gridworld


class Plan(NamedTuple):
    """A path that a policy takes.

    path:    int [T+1, 2], (row, col) from the start to where it ended
    actions: int [T], indices into `gridworld.MOVES`
    reached: whether it ended on the goal
    cost:    length of the path: 1 a straight move, sqrt 2 a diagonal one
    reason:  why it ended
    k:       steps of value iteration that it took, where the planner counts them
    """

    path: np.ndarray
    actions: np.ndarray
    reached: bool
    cost: float
    reason: str = ""
    k: int | None = None


class Trace(NamedTuple):
    """The inside of a Value Iteration Network on one map.

    reward:     [H, W] R, as the network sees it
    transition: [A, 3, 3], or [H, W, A, 3, 3] where P depends on the cell: the weight of each neighbour
    values:     [K+1, H, W] V_0 = 0, V_1 ... V_K
    q:          [H, W, A] Q(R, V_K), what the policy reads
    policy:     int [H, W], indices into `gridworld.MOVES`
    policies:   int8 [K+1, H, W], the policy that would be read after 0, 1 ... K steps
    greedy:     int8 [K+1, H, W], the abstract action with the largest Q after 0, 1 ... K steps
    """

    reward: np.ndarray
    transition: np.ndarray
    values: np.ndarray
    q: np.ndarray
    policy: np.ndarray
    policies: np.ndarray | None = None
    greedy: np.ndarray | None = None


def with_border(walls):
    """Draw the ring of wall that every map ends in, where it is not drawn.

    bool [H, W] -> (bool [H', W'], margin), the margin being 0 or 1.
    """
    drawn = border_drawn(walls[None])[0]
    return (walls, 0) if drawn else (np.pad(walls, 1, constant_values=True), 1)


def border_drawn(walls):
    """Whether each map's outer ring is all wall: bool [B, H, W] -> bool [B]."""
    ring = np.ones(walls.shape[1:], bool)
    ring[1:-1, 1:-1] = False
    return walls[:, ring].all(axis=1)


def on_every_map(function, walls, goal):
    """Call function(walls [B, H, W], goal [B, 2]) -> [B, H, W, ...] on one map or many, with the border drawn.

    The map's edge is a wall whether drawn or not. Where it is not drawn, a ring of wall is drawn around
    the map and cut off again, so that a network sees one convention only.
    """
    walls = gridworld.as_walls(walls, ndim=(2, 3))
    single = walls.ndim == 2
    walls = walls[None] if single else walls
    goals = _as_goals(goal, walls, single)
    drawn = border_drawn(walls)
    parts = {}
    if drawn.any():
        parts[True] = function(walls[drawn], goals[drawn])
    if not drawn.all():
        around = np.pad(walls[~drawn], ((0, 0), (1, 1), (1, 1)), constant_values=True)
        parts[False] = function(around, goals[~drawn] + 1)[:, 1:-1, 1:-1]
    if len(parts) == 1:
        result = next(iter(parts.values()))
    else:
        result = np.empty((len(walls), *parts[True].shape[1:]), parts[True].dtype)
        result[drawn], result[~drawn] = parts[True], parts[False]
    return result[0] if single else result


def _as_goals(goal, walls, single):
    if single:
        return np.asarray([gridworld.as_cell("goal", goal, walls[0], free=True)])
    goals = np.asarray(goal)
    if goals.shape != (len(walls), 2):
        raise ValueError(
            f"{len(walls)} maps need goals of shape ({len(walls)}, 2), a (row, col) each; got {goals.shape}."
        )
    if goals.dtype.kind in "iu":  # many goals at once; the slow check below finds and names the bad one
        inside = ((goals >= 0) & (goals < walls.shape[1:])).all(axis=1)
        if inside.all() and not walls[np.arange(len(walls)), goals[:, 0], goals[:, 1]].any():
            return goals
    return np.stack([gridworld.as_cell("goal", each, of, free=True) for each, of in zip(goals, walls, strict=True)])


def follow(walls, start, goal, policy, max_steps=None):
    """Walk from start along a policy until the goal, a wall, a circle or the limit.

    Args:
        walls: bool [H, W].
        start, goal: (row, col), free cells.
        policy: a function without arguments that returns int [H, W]; asked only where there is a way.
        max_steps: default, the number of cells.

    Returns:
        `Plan`.
    """
    if max_steps is not None and max_steps < 0:
        raise ValueError(f"max_steps is a number of moves >= 0, or None for no limit; got {max_steps!r}.")
    limit = walls.size if max_steps is None else max_steps
    if not np.isfinite(gridworld.distances(walls, goal)[tuple(start)]):
        return _plan([start], [], False, f"no way leads from {_at(start)} to {_at(goal)}: walls separate them")
    arrows = policy()
    path, actions, seen = [tuple(map(int, start))], [], set()
    goal = tuple(map(int, goal))
    while path[-1] != goal:
        cell = path[-1]
        if len(actions) >= limit:
            return _plan(path, actions, False, f"gave up after {limit} moves (max_steps)")
        if cell in seen:
            return _plan(path, actions, False, f"went in a circle: back at {_at(cell)} after {len(actions)} moves")
        seen.add(cell)
        action = int(arrows[cell])
        row, col = np.add(cell, gridworld.MOVES[action])
        inside = 0 <= row < walls.shape[0] and 0 <= col < walls.shape[1]
        if not inside or walls[row, col]:
            name = gridworld.MOVE_NAMES[action]
            return _plan(path, actions, False, f"walked {name} into a wall at {_at(cell)} after {len(actions)} moves")
        actions.append(action)
        path.append((int(row), int(col)))
    return _plan(path, actions, True, "reached the goal")


def _at(cell):
    return f"({int(cell[0])}, {int(cell[1])})"


def _plan(path, actions, reached, reason):
    actions = np.array(actions, dtype=int)
    return Plan(np.array(path, dtype=int), actions, reached, float(gridworld.COSTS[actions].sum()), reason)


class Rollouts(NamedTuple):
    """Many walks, one a map.

    success: bool [B], reached the goal without entering a wall, within the limit
    crashed: bool [B], entered a wall
    steps:   int [B], moves made
    cost:    float [B], their length
    """

    success: np.ndarray
    crashed: np.ndarray
    steps: np.ndarray
    cost: np.ndarray


def roll_out(walls, start, goal, act, limit):
    """Walk on many maps at once.

    Args:
        walls: bool [B, H, W].
        start, goal: int [B, 2].
        act: function (indices [n], positions [n, 2]) -> actions [n], asked for the walks still under way.
        limit: int [B], moves allowed.

    Returns:
        `Rollouts`.
    """
    count = len(walls)
    position = np.array(start)
    crashed, steps, cost = np.zeros(count, bool), np.zeros(count, int), np.zeros(count)
    success = (position == goal).all(axis=1)
    active = np.flatnonzero(~success & (limit > 0))
    while len(active):
        actions = np.asarray(act(active, position[active]))
        moved, hit = gridworld.step(walls[active], position[active], actions)
        position[active] = moved
        steps[active] += 1
        cost[active] += gridworld.COSTS[actions]
        crashed[active] = hit
        success[active] = ~hit & (moved == goal[active]).all(axis=1)
        active = active[~(crashed | success)[active] & (steps < limit)[active]]
    return Rollouts(success, crashed, steps, cost)


def from_everywhere(walls, goal, policy):
    """Where a policy leads from every cell of every map, all at once.

    Args:
        walls: bool [B, H, W].
        goal: int [B, 2].
        policy: int [B, H, W].

    Returns:
        A tuple (reached bool [B, H, W], cost float [B, H, W]): whether the walk from a cell ends on the goal, and how
        long it then is. A walk that enters a wall or a circle does not.

    Example:
        >>> reached, cost = from_everywhere(np.zeros((1, 1, 3), bool), np.array([[0, 2]]), np.full((1, 1, 3), 2))
        >>> cost[reached].tolist()
        [2.0, 1.0, 0.0]
    """
    count, height, width = walls.shape
    cells = np.stack(np.broadcast_arrays(*np.ogrid[:height, :width]), axis=-1)
    at = np.broadcast_to(cells, (count, height, width, 2)).reshape(count, -1, 2)
    after, blocked = gridworld.step(walls, at, policy.reshape(count, -1))
    here = np.arange(walls.size).reshape(count, -1)
    following = here[:, :1] + after[..., 0] * width + after[..., 1]
    cost = np.where(blocked, np.inf, gridworld.COSTS[policy.reshape(count, -1)])
    target = goal[:, 0] * width + goal[:, 1]
    each = np.arange(count)
    following[each, target], cost[each, target] = here[each, target], 0.0
    following, cost = following.reshape(-1), cost.reshape(-1)
    # Each round doubles the moves looked ahead.
    for _ in range(int(np.ceil(np.log2(max(2, height * width))))):
        cost = cost + cost[following]
        following = following[following]
    reached = (following.reshape(count, -1) == (here[:, 0] + target)[:, None]) & np.isfinite(cost.reshape(count, -1))
    return reached.reshape(walls.shape) & ~walls, cost.reshape(walls.shape)


def optimal_steps(walls, goal, start, dist=None):
    """Moves of a cheapest path from each start, int [B]; of several, the one of first optimal moves."""
    dist = gridworld.distances(walls, goal) if dist is None else dist
    best = gridworld.optimal_moves(walls, goal, dist=dist).argmax(axis=-1)
    limit = np.full(len(walls), walls[0].size)
    return roll_out(walls, start, goal, lambda i, p: best[i, p[:, 0], p[:, 1]], limit).steps


def wilson(successes, n, z=1.959964):
    """Wilson's 95 % interval of a proportion: (low, high).

    Example:
        >>> low, high = wilson(99, 100)
        >>> round(low, 3), round(high, 3)
        (0.946, 0.998)
    """
    if n == 0:
        return 0.0, 1.0
    p = successes / n
    centre = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    # Rounding must not leave a certain result outside its own interval.
    return min(p, max(0.0, centre - half)), max(p, min(1.0, centre + half))


def mean_interval(values, z=1.959964):
    """Normal 95 % interval of a mean: (low, high)."""
    values = np.asarray(values, float)
    half = z * values.std(ddof=1) / math.sqrt(len(values)) if len(values) > 1 else 0.0
    return float(values.mean() - half), float(values.mean() + half)


def evaluate(model, walls, goal, start, cells_a_map=None, seed=0):
    """Measure a planner as the paper does, and as it could have.

    Args:
        model: a planner, or anything with `policy(walls, goal)` -> int [B, H, W].
        walls, goal, start: bool [B, H, W], int [B, 2], int [B, 2]; one walk a map, limited to twice the
            number of states of an optimal path, as in the paper.
        cells_a_map: optimal-action accuracy and label loss are measured on every reachable cell of each map, or on so
            many random ones (models that need a forward pass for each cell).
        seed: draws those cells.

    Returns:
        list of {"name", "value", "n", "interval"}: `success`; `optimal_length` (reached by a cheapest path);
        `optimal_action` (share of cells whose action is in the set of optimal moves); `path_excess` (mean
        extra length of successful walks); `expected_reward` (+1 goal, -1 wall, -0.01 a move); `label_loss` (0-1
        error against one label a cell, drawn uniformly from its optimal set; the paper's own labels are not uniform,
        see `author_label_loss`).

    Raises:
        ValueError: a start from which the goal can't be reached.

    Reference: Tamar et al. 2016, section 4.1.
    """
    dist = gridworld.distances(walls, goal)
    optimal = gridworld.optimal_moves(walls, goal, dist=dist)
    rows = np.arange(len(walls))
    best_cost = dist[rows, start[:, 0], start[:, 1]]
    if not np.isfinite(best_cost).all():
        raise ValueError(f"map {int(np.argmin(np.isfinite(best_cost)))}: no way leads from its start to its goal.")
    limit = 2 * (optimal_steps(walls, goal, start, dist) + 1)
    labelled = optimal.any(axis=-1)
    act = _acting(model, walls, goal)
    if not getattr(model, "scores_every_cell", True):
        cells_a_map = cells_a_map or 10
    walks = roll_out(walls, start, goal, act, limit)
    index, at = _cells(labelled, cells_a_map, seed)
    action = np.concatenate([act(index[i : i + 4096], at[i : i + 4096]) for i in range(0, len(index), 4096)])
    sets = optimal[index, at[:, 0], at[:, 1]]
    right = sets[np.arange(len(action)), action]
    loss = 1 - right / sets.sum(axis=1)
    shortest = walks.success & (walks.cost <= best_cost + 1e-6)
    reward = walks.success * 1.0 - walks.crashed * 1.0 - 0.01 * walks.steps
    excess = np.round(walks.cost - best_cost, 9)[walks.success]  # sums of the same numbers in another order
    return [
        _proportion("success", walks.success),
        _proportion("optimal_length", shortest),
        # Cells of one map are not independent: their interval is over maps.
        _mean("optimal_action", _by_map(right, index)),
        _mean("path_excess", excess if len(excess) else np.zeros(1)),
        _mean("expected_reward", reward),
        _mean("label_loss", _by_map(loss, index)),
    ]


def author_label_loss(model, walls, goal, which, states, labels):
    """The loss in the paper's table 1: 0-1 error against the one move that the data gives for each state.

    A state may have several shortest first moves, so even a perfect planner misses some labels.

    Args:
        model: a planner.
        walls, goal: bool [M, H, W], int [M, 2].
        which, states, labels: int [N] the map of each state, int [N, 2], int [N].

    Returns:
        {"name": "author_label_loss", "value", "n", "interval"}, n and interval over states.
    """
    act = _acting(model, walls, goal)
    parts = [slice(i, i + 4096) for i in range(0, len(which), 4096)]
    actions = np.concatenate([act(which[part], states[part]) for part in parts])
    return _proportion("author_label_loss", actions != labels)


def _acting(model, walls, goal):
    """The function (map indices [n], positions [n, 2]) -> actions [n] of a model."""
    if getattr(model, "scores_every_cell", True):
        policy = model.policy(walls, goal)
        return lambda index, at: policy[index, at[:, 0], at[:, 1]]
    return lambda index, at: model.scores_at(walls[index], goal[index], at[:, None]).argmax(axis=-1)[:, 0]


def _cells(labelled, cells_a_map, seed):
    if cells_a_map is None:
        index, row, col = np.nonzero(labelled)
        return index, np.stack([row, col], axis=1)
    rng = np.random.default_rng(seed)
    keys = np.where(labelled, rng.random(labelled.shape), -1.0).reshape(len(labelled), -1)
    chosen = np.argsort(-keys, axis=1)[:, :cells_a_map]
    index, slot = np.nonzero(np.take_along_axis(keys, chosen, axis=1) >= 0)
    return index, np.stack(np.divmod(chosen[index, slot], labelled.shape[2]), axis=1)


def _by_map(values, index):
    return np.array([each.mean() for each in np.split(values, np.flatnonzero(np.diff(index)) + 1)])


def _proportion(name, flags):
    n, hits = len(flags), int(np.sum(flags))
    return {"name": name, "value": hits / n, "n": n, "interval": list(wilson(hits, n))}


def _mean(name, values):
    return {"name": name, "value": float(np.mean(values)), "n": len(values), "interval": list(mean_interval(values))}
