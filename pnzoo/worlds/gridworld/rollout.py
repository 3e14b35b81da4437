"""Following a policy, which may come from anywhere: one path with its reason, many at once, or from every cell."""

from typing import NamedTuple

import numpy as np

from pnzoo.core.deprecation import renamed, renamed_arguments, renamed_method
from pnzoo.worlds.gridworld.border import call_with_border
from pnzoo.worlds.gridworld.components import connected
from pnzoo.worlds.gridworld.solver import (
    COSTS,
    MOVE_NAMES,
    MOVES,
    _check_moves,
    _distances,
    _given,
    _optimal_actions,
    _step,
)
from pnzoo.worlds.gridworld.validation import as_batch, as_cell, as_count, as_walls

REACHED = "reached the goal"


class Plan(NamedTuple):
    """A path that a policy takes.

    path:    int [T+1, 2], (row, col) from the start to where it ended
    actions: int [T], indices into `gridworld.MOVES`
    reached: whether it ended on the goal
    cost:    length of the path: 1 a straight move, sqrt 2 a diagonal one
    reason:  why it ended
    k:       iterations of value iteration that were made, where the planner counts them
    """

    path: np.ndarray
    actions: np.ndarray
    reached: bool
    cost: float
    reason: str = ""
    k: int | None = None

    def to_dict(self):
        """The plan in plain JSON types.

        Example:
            >>> plan = rollout([[0, 0]], (0, 0), (0, 1), [[2, 2]])
            >>> plan.to_dict()["path"], plan.to_dict()["actions"]
            ([[0, 0], [0, 1]], ['E'])
        """
        names = [MOVE_NAMES[action] for action in self.actions]
        return {**self._asdict(), "path": np.asarray(self.path).tolist(), "actions": names}

    def __eq__(self, other):
        same = isinstance(other, Plan) and tuple(self[2:]) == tuple(other[2:])
        return same and np.array_equal(self.path, other.path) and np.array_equal(self.actions, other.actions)

    def __ne__(self, other):
        return not self == other

    __hash__ = None


def rollout(walls, start, goal, policy, max_steps=None, moves=8, corner_cutting=True):
    """Follow a policy from start to goal until it arrives, enters a wall or a circle, or gives up.

    Args:
        walls: `[H, W]`, True or 1 at walls.
        start, goal: (row, col), free cells.
        policy: int `[H, W]`, indices into `gridworld.MOVES`; or a function without arguments that returns them, which
            is called only where a path exists.
        max_steps: moves after which it gives up; by default one for every cell of the map.
        moves: 8, or 4 for an agent that moves N, S, E, W only: whether a path exists depends on it.
        corner_cutting: as in `gridworld.distances`.

    Returns:
        `Plan`; its `reason` says why it ended.

    Raises:
        ValueError: the map, a cell, the policy or max_steps is none.

    Example:
        >>> rollout([[0, 0, 0], [1, 1, 0]], (0, 0), (1, 2), [[2, 6, 0], [0, 0, 0]]).reason
        'reached the goal'
    """
    _check_moves(moves)
    walls = as_walls(walls)
    start, goal = (as_cell(name, cell, walls, free=True) for name, cell in (("start", start), ("goal", goal)))
    return _rollout(walls, start, goal, policy, max_steps, moves, corner_cutting)


def _rollout(walls, start, goal, policy, max_steps=None, moves=8, corner_cutting=True):
    """`rollout` of a checked map and cells."""
    limit = walls.size if max_steps is None else _checked_limit(max_steps)
    reach = _reach(moves, corner_cutting)
    if not _connected(walls, start, goal, reach):
        return _plan([start], [], False, _why_no_path(walls, start, goal, moves, reach))
    policy = _checked_policy(policy() if callable(policy) else policy, walls)
    path, actions, visited = [start], [], set()
    while path[-1] != goal:
        cell = path[-1]
        if len(actions) >= limit:
            return _plan(path, actions, False, _gave_up(limit))
        if cell in visited:
            return _plan(path, actions, False, f"went in a circle: back at {_at(cell)} after {_count(len(actions))}")
        visited.add(cell)
        action = int(policy[cell])
        after, blocked = _step(walls, np.array(cell), np.array(action), corner_cutting)
        if blocked:
            into = "into a wall" if _step(walls, np.array(cell), np.array(action))[1] else "past the corner of a wall"
            where = f"{MOVE_NAMES[action]} {into} at {_at(cell)}"
            return _plan(path, actions, False, f"walked {where} after {_count(len(actions))}")
        actions.append(action)
        path.append((int(after[0]), int(after[1])))
    return _plan(path, actions, True, REACHED)


def explain_horizon(plan, k, walls, start, goal, moves=8):
    """Add to the reason of a plan that failed that the shortest path is longer than k, if it is.

    Args:
        plan: `Plan`.
        k: steps of value iteration of whoever planned.
        walls: bool [H, W].
        start, goal: (row, col).
        moves: 8 or 4.

    Example:
        >>> plan = Plan([(0, 0)], [], False, 0.0, "gave up after 0 moves")
        >>> explain_horizon(plan, 1, np.zeros((1, 3), bool), (0, 0), (0, 2)).reason[:60]
        'gave up after 0 moves; K = 1 iterations look 1 moves ahead a'
    """
    moves = int(optimal_steps(walls[None], np.array([goal]), np.array([start]), moves=moves)[0])
    if moves <= k:
        return plan
    words = (
        f"; K = {k} iterations look {k} moves ahead and the shortest path has {moves}: "
        "vin_maze is made for long paths"
    )
    return plan._replace(reason=plan.reason + words)


def _checked_limit(max_steps):
    return as_count("max_steps", max_steps, 0, "; it is a number of moves, or None for one a cell of the map")


def _checked_policy(policy, walls):
    policy = np.asarray(policy)
    if policy.shape != walls.shape or policy.dtype.kind not in "iu" or policy.min() < 0 or policy.max() >= len(MOVES):
        raise ValueError(f"a policy holds one move a cell, whole numbers 0..7 of shape {list(walls.shape)}; "
                         f"received {policy.dtype} of shape {list(policy.shape)}")
    return policy


def _connected(walls, start, goal, moves):
    return bool(connected(walls[None], np.array([start]), np.array([goal]), moves)[0])


def _reach(moves, corner_cutting):
    """The moves that decide what is connected: a diagonal that cuts no corner is two straight moves made at once."""
    return moves if corner_cutting else 4


def _why_no_path(walls, start, goal, moves, reach):
    """Why no path exists, and for an agent that is not free to cut corners whether another one has a path."""
    ends = f"no path leads from {_at(start)} to {_at(goal)}"
    if reach == 8:
        return f"{ends}: walls separate them"
    how = " by N, S, E, W" if moves == 4 else ""
    if not _connected(walls, start, goal, 8):
        return f"{ends}{how}: walls separate them"
    only = "only diagonal moves join them" if moves == 4 else "only moves past the corners of walls join them"
    return f"{ends}{how}: {only}, which vin_maze makes"


def _at(cell):
    return f"({int(cell[0])}, {int(cell[1])})"


def _count(moves):
    return f"{moves} move{'' if moves == 1 else 's'}"


def _plan_of_path(path, actions, max_steps=None):
    """The `Plan` of a path that is known to be free and to end on the goal, as far as it may go."""
    if max_steps is not None and len(actions) > max_steps:
        return _plan(path[: max_steps + 1], actions[:max_steps], False, _gave_up(max_steps))
    return _plan(path, actions, True, REACHED)


def _gave_up(limit):
    return f"gave up after {_count(limit)} (max_steps)"


def _plan(path, actions, reached, reason):
    actions = np.array(actions, dtype=int)
    return Plan(np.array(path, dtype=int), actions, reached, float(COSTS[actions].sum()), reason)


class Rollouts(NamedTuple):
    """Many paths, one a map.

    success:  bool [B], reached the goal without entering a wall, within the limit
    collided: bool [B], entered a wall
    steps:    int [B], moves made
    cost:     float [B], their length
    """

    success: np.ndarray
    collided: np.ndarray
    steps: np.ndarray
    cost: np.ndarray
    crashed = renamed_method("crashed", "collided")


def rollouts(walls, start, goal, act, limit, corner_cutting=True):
    """Follow policies on many maps at once.

    Args:
        walls: bool [B, H, W].
        start, goal: int [B, 2].
        act: function (indices [n], positions [n, 2]) -> actions [n], asked for the rollouts still under way.
        limit: int [B], moves allowed.
        corner_cutting: as in `gridworld.distances`; a move past a corner counts as a collision where it is False.

    Returns:
        `Rollouts`.

    Example:
        >>> walls, ends = np.zeros((2, 1, 3), bool), (np.array([[0, 0], [0, 1]]), np.array([[0, 2], [0, 2]]))
        >>> rollouts(walls, *ends, lambda index, at: np.full(len(at), 2), np.array([9, 9])).steps
        array([2, 1])
    """
    count = len(walls)
    position = np.array(start, dtype=int).reshape(-1, 2)
    collided, steps, cost = np.zeros(count, bool), np.zeros(count, int), np.zeros(count)
    success = (position == goal).all(axis=1)
    active = np.flatnonzero(~success & (limit > 0))
    while len(active):
        actions = np.asarray(act(active, position[active]))
        moved, hit = _step(walls[active], position[active], actions, corner_cutting)
        position[active] = moved
        steps[active] += 1
        cost[active] += COSTS[actions]
        collided[active] = hit
        success[active] = ~hit & (moved == goal[active]).all(axis=1)
        active = active[~(collided | success)[active] & (steps < limit)[active]]
    return Rollouts(success, collided, steps, cost)


def rollout_all_starts(walls, goal, policy, corner_cutting=True):
    """Where a policy leads from every cell of every map, all at once.

    Args:
        walls: bool [B, H, W].
        goal: int [B, 2].
        policy: int [B, H, W].
        corner_cutting: as in `gridworld.distances`.

    Returns:
        A tuple (reached bool [B, H, W], cost float [B, H, W]): whether the path from a cell ends on the goal, and how
        long it then is. A path that enters a wall or a circle does not.

    Example:
        >>> reached, cost = rollout_all_starts(np.zeros((1, 1, 3), bool), np.array([[0, 2]]), np.full((1, 1, 3), 2))
        >>> cost[reached].tolist()
        [2.0, 1.0, 0.0]
    """
    count, height, width = walls.shape
    cells = np.stack(np.broadcast_arrays(*np.ogrid[:height, :width]), axis=-1)
    at = np.broadcast_to(cells, (count, height, width, 2)).reshape(count, height * width, 2)
    actions = policy.reshape(count, height * width)
    after, blocked = _step(walls, at, actions, corner_cutting)
    here = np.arange(walls.size).reshape(count, height * width)
    following = here[:, :1] + after[..., 0] * width + after[..., 1]
    cost = np.where(blocked, np.inf, COSTS[actions])
    target, each = goal[:, 0] * width + goal[:, 1], np.arange(count)
    following[each, target], cost[each, target] = here[each, target], 0.0
    following, cost = _followed_through(following.reshape(-1), cost.reshape(-1), height * width)
    following, cost = following.reshape(count, height * width), cost.reshape(walls.shape)
    reached = (following == (here[:, :1] + target[:, None])).reshape(walls.shape) & np.isfinite(cost)
    return reached & ~walls, cost


def _followed_through(following, cost, cells):
    """Where each cell ends and what it costs: each round doubles the moves looked ahead."""
    for _ in range(int(np.ceil(np.log2(max(2, cells))))):
        cost = cost + cost[following]
        following = following[following]
    return following, cost


@renamed_arguments(dist="distances")
def optimal_steps(walls, goal, start, distances=None, moves=8, corner_cutting=True):
    """Moves on a shortest path from each start; of several, on the one of first optimal moves.

    Args:
        walls: bool [B, H, W].
        goal, start: int [B, 2].
        distances: float [B, H, W], `gridworld.distances(walls, goal, moves, corner_cutting)` if at hand.
        moves: 8 or 4.
        corner_cutting: as in `gridworld.distances`.

    Returns:
        int [B].

    Example:
        >>> optimal_steps(np.zeros((1, 3, 3), bool), np.array([[0, 0]]), np.array([[2, 1]])).tolist()
        [2]
    """
    _check_moves(moves)
    if distances is None:
        length = _distances(walls, goal, moves, corner_cutting)
    else:
        length = _given(distances, walls, False)
    best = _optimal_actions(walls, length, moves, corner_cutting).argmax(axis=-1)
    limit = np.full(len(walls), walls[0].size if len(walls) else 0)
    return rollouts(walls, start, goal, lambda i, p: best[i, p[:, 0], p[:, 1]], limit).steps


def greedy_actions(model, walls, goal, **options):
    """The moves that a planner takes, as `rollouts` asks for them.

    Args:
        model: a planner. One whose `dense_prediction` is False is asked for single positions, by its `logits_at`.
        walls, goal: bool [B, H, W], int [B, 2].
        **options: of its `policy`, such as `solver`.

    Returns:
        function (indices [n], positions [n, 2]) -> actions [n].
    """
    dense = getattr(model, "dense_prediction", True)
    if dense:
        policy = np.asarray(model.policy(walls, goal, **options))
        return lambda index, at: policy[index, at[:, 0], at[:, 1]]
    return lambda index, at: model.logits_at(walls[index], goal[index], at[:, None]).argmax(axis=-1)[:, 0]


def on_every_map(function, walls, goal):
    """Check maps and goals at the door, and call a function on them with their border drawn.

    Args:
        function: bool [B, H, W], int [B, 2] -> [B, H, W, ...].
        walls: `[H, W]` or `[B, H, W]`, at least one map.
        goal: `[2]` or `[B, 2]`, free cells.

    Returns:
        `[H, W, ...]` or `[B, H, W, ...]`.
    """
    walls, goal, single = as_batch(walls, goal, free=True)
    result = call_with_border(function, walls, goal)
    return result[0] if single else result


__getattr__ = renamed(
    __name__,
    {
        "follow": "rollout",
        "roll_out": "rollouts",
        "from_everywhere": "rollout_all_starts",
        "with_border": "pnzoo.worlds.gridworld.border:pad_border",
        "border_drawn": "pnzoo.worlds.gridworld.border:has_border",
        "wilson": "pnzoo.core.stats:proportion_ci",
        "mean_interval": "pnzoo.core.stats:mean_ci",
        "Trace": "pnzoo.models.planning.trace:Trace",
        "evaluate": "pnzoo.evaluation.gridworld:evaluate_arrays",
        "author_label_loss": "pnzoo.evaluation.gridworld:paper_prediction_loss",
    },
)
