"""Maps with a key and a door: the door opens only to who has been at the key, and nothing shows whether one has."""

from typing import NamedTuple

import numpy as np

from pnzoo.worlds import gridworld

MAX_STEPS = 40


class KeyDoorMaps(NamedTuple):
    """Maps.

    walls: bool [B, H, W]; the door is free here
    start, key, door, goal: int [B, 2]
    """

    walls: np.ndarray
    start: np.ndarray
    key: np.ndarray
    door: np.ndarray
    goal: np.ndarray


class Demonstrations(NamedTuple):
    """An expert's paths: first to the key, then to the goal.

    position:        int [B, MAX_STEPS, 2]
    optimal_actions: bool [B, MAX_STEPS, 8], at that position; none once the goal is reached
    has_key:         bool [B, MAX_STEPS], whether the key was taken before that move
    """

    position: np.ndarray
    optimal_actions: np.ndarray
    has_key: np.ndarray


def generate(n, size, seed):
    """Draw maps: two rooms with one door between them, start and key in one, the goal in the other.

    Args:
        n: the number of maps.
        size: rows and columns, at least 7.
        seed: int; the same int gives the same maps.

    Returns:
        `KeyDoorMaps`, each of which can be solved.

    Raises:
        ValueError: a smaller size.

    Example:
        >>> maps = generate(2, 10, seed=0)
        >>> maps.walls.shape, maps.key.shape
        ((2, 10, 10), (2, 2))
    """
    if size < 7:
        raise ValueError(f"two rooms, a wall between them and a border need 7 rows and columns, received size={size!r}")
    rng, drawn = np.random.default_rng(seed), []
    while len(drawn) < n:
        one = _draw(size, rng)
        if one is not None:
            drawn.append(one)
    if not drawn:
        return KeyDoorMaps(np.zeros((0, size, size), bool), *np.zeros((4, 0, 2), int))
    return KeyDoorMaps(*(np.stack(part) for part in zip(*drawn, strict=True)))


def encode(maps):
    """float32 [B, H, W, 4]: wall, goal, key, door; the agent and what it holds are not drawn."""
    image = np.zeros((*maps.walls.shape, 4), "float32")
    image[..., 0] = maps.walls
    rows = np.arange(len(maps.walls))
    for channel, cell in ((1, maps.goal), (2, maps.key), (3, maps.door)):
        image[rows, cell[:, 0], cell[:, 1], channel] = 1
    return image


def optimal_actions(maps):
    """The moves that start a shortest path to the key with the door shut, and to the goal: bool [B, H, W, 8] each."""
    return (
        gridworld.optimal_actions(_closed(maps.walls, maps.door), maps.key),
        gridworld.optimal_actions(maps.walls, maps.goal),
    )


def demonstrate(maps, rng):
    """The expert's paths; ties between optimal moves are drawn.

    Args:
        maps: `KeyDoorMaps`.
        rng: a `numpy.random.Generator`.

    Returns:
        `Demonstrations`.
    """
    to_key, to_goal = optimal_actions(maps)
    rows, at = np.arange(len(maps.walls)), maps.start.copy()
    has_key = np.zeros(len(rows), bool)
    steps = []
    for _ in range(MAX_STEPS):
        has_key = has_key | (at == maps.key).all(axis=1)
        here = rows, at[:, 0], at[:, 1]
        best = np.where(has_key[:, None], to_goal[here], to_key[here]) & ~(at == maps.goal).all(axis=1)[:, None]
        steps.append((at, best, has_key))
        action = np.where(best, rng.random(best.shape), -1.0).argmax(axis=1)
        moved, _ = gridworld.step(maps.walls, at, action)
        at = np.where(best.any(axis=1)[:, None], moved, at)
    return Demonstrations(*(np.stack(part, axis=1) for part in zip(*steps, strict=True)))


def rollouts(maps, policy, max_steps=MAX_STEPS):
    """Let a policy act. A wall, and the door without the key, end an episode.

    Args:
        maps: `KeyDoorMaps`.
        policy: the function (positions so far [B, MAX_STEPS, 2], time) -> moves [B]; later positions repeat the last.
        max_steps: at most so many moves.

    Returns:
        bool [B], whether the goal was reached.
    """
    at = maps.start.copy()
    has_key, success = np.zeros((2, len(at)), bool)
    alive = np.ones(len(at), bool)
    past = np.repeat(at[:, None], MAX_STEPS, axis=1)
    for time in range(max_steps):
        has_key |= (at == maps.key).all(axis=1)
        moved, blocked = gridworld.step(maps.walls, at, np.asarray(policy(past, time)))
        blocked |= (moved == maps.door).all(axis=1) & ~has_key
        alive &= ~blocked
        at = np.where(alive[:, None], moved, at)
        success |= alive & (at == maps.goal).all(axis=1)
        alive &= ~success
        past[:, time + 1 :] = at[:, None]
        if not alive.any():
            break
    return success


def _draw(size, rng):
    """One map, or None where it cannot be solved."""
    walls = np.ones((size, size), bool)
    walls[1:-1, 1:-1] = rng.random((size - 2, size - 2)) < 0.12
    line, hole = int(rng.integers(3, size - 3)), int(rng.integers(1, size - 1))
    walls[:, line] = True
    walls[hole, line - 1 : line + 2] = False
    sides = [np.argwhere(~walls[:, :line]), np.argwhere(~walls[:, line + 1 :]) + np.array([0, line + 1])]
    if rng.random() < 0.5:
        sides.reverse()
    if len(sides[0]) < 3 or len(sides[1]) < 2:
        return None
    start, key = sides[0][rng.choice(len(sides[0]), 2, replace=False)]
    goal, door = sides[1][rng.integers(len(sides[1]))], np.array([hole, line])
    if rng.random() < 0.5:
        walls, (start, key, door, goal) = walls.T.copy(), (cell[::-1] for cell in (start, key, door, goal))
    to_key = gridworld.distances(_closed(walls[None], door[None])[0], key)
    to_goal = gridworld.distances(walls, goal)
    if not (np.isfinite(to_key[tuple(start)]) and np.isfinite(to_goal[tuple(key)])):
        return None
    return walls, start, key, door, goal


def _closed(walls, door):
    """The walls with the door shut."""
    walls = walls.copy()
    walls[np.arange(len(walls)), door[:, 0], door[:, 1]] = True
    return walls
