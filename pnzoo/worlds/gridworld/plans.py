"""Plans of many maps at once: what `rollout` says of each, at the price of a few array operations a step."""

import numpy as np

from pnzoo.worlds.gridworld.components import connected
from pnzoo.worlds.gridworld.rollout import REACHED, _plan, _reach, _rollout
from pnzoo.worlds.gridworld.solver import MOVES, _step


def reachable(walls, start, goal, moves=8, corner_cutting=True):
    """Whether any path leads from start to goal: bool [B].

    Args:
        walls: bool [B, H, W].
        start, goal: int [B, 2], free cells.
        moves, corner_cutting: as in `gridworld.rollout`.
    """
    return connected(walls, start, goal, _reach(moves, corner_cutting))


def follow(walls, start, goal, policy, max_steps=None, moves=8, corner_cutting=True):
    """`gridworld.rollout` on each of many maps.

    Args:
        walls: bool [B, H, W].
        start, goal: int [B, 2], free cells.
        policy: int [B, H, W].
        max_steps: of each; by default one for every cell of a map.
        moves, corner_cutting: as in `gridworld.rollout`.

    Returns:
        A list of B `Plan`s.

    Example:
        >>> walls, ends = np.zeros((1, 1, 3), bool), (np.array([[0, 0]]), np.array([[0, 2]]))
        >>> follow(walls, *ends, np.full((1, 1, 3), 2))[0].path.tolist()
        [[0, 0], [0, 1], [0, 2]]
    """
    limit = walls.shape[1] * walls.shape[2] if max_steps is None else max_steps
    actions, steps = _walks(walls, start, goal, policy, limit, corner_cutting)
    rule = (moves, corner_cutting)
    plans = []
    for i in range(len(walls)):
        ends = tuple(map(int, start[i])), tuple(map(int, goal[i]))
        if steps[i] < 0:  # it does not arrive: the slow walk knows why
            plans.append(_rollout(walls[i], *ends, policy[i], max_steps, *rule))
        else:
            plans.append(_arrived(ends[0], actions[i, : steps[i]]))
    return plans


def _arrived(start, actions):
    path = np.concatenate([[start], start + MOVES[actions].cumsum(axis=0)])
    return _plan(path, actions, True, REACHED)


def _walks(walls, start, goal, policy, limit, corner_cutting):
    """Actions int [B, T] and how many of them lead to the goal, int [B]; -1 where none do."""
    position, steps = start.copy(), np.where((start == goal).all(axis=1), 0, -1)
    taken, active = [], np.flatnonzero(steps < 0)
    mark = start  # where each was after 1, 2, 4, 8 ... moves: one that comes back there walks in a circle (Brent)
    while len(active) and len(taken) < limit:
        at = position[active]
        action = policy[active, at[:, 0], at[:, 1]]
        column = np.zeros(len(walls), np.int8)
        column[active] = action
        taken.append(column)
        after, blocked = _step(walls[active], at, action, corner_cutting)
        position[active] = after
        arrived = ~blocked & (after == goal[active]).all(axis=1)
        steps[active[arrived]] = len(taken)
        circled = (after == mark[active]).all(axis=1)
        active = active[~(arrived | blocked | circled)]
        if len(taken).bit_count() == 1:
            mark = position.copy()
    actions = np.stack(taken, axis=1) if taken else np.zeros((len(walls), 0), np.int8)
    return actions, steps
