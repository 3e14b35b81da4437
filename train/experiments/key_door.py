"""Maps with a key and a door: the door opens only to who has been at the key, and nothing shows whether one has."""

from typing import NamedTuple

import numpy as np

from pnzoo import gridworld

LONGEST = 40  # moves of a walk


class Rooms(NamedTuple):
    """Maps.

    walls: bool [B, H, W]; the door is free here
    start, key, door, goal: int [B, 2]
    """

    walls: np.ndarray
    start: np.ndarray
    key: np.ndarray
    door: np.ndarray
    goal: np.ndarray


class Walks(NamedTuple):
    """An expert's walks: first to the key, then to the goal.

    position: int [B, LONGEST, 2]
    best:     bool [B, LONGEST, 8], optimal moves there; none once the goal is reached
    held:     bool [B, LONGEST], whether the key was taken before that move
    """

    position: np.ndarray
    best: np.ndarray
    held: np.ndarray


def generate(n, size, seed):
    """Draw maps: two rooms with one door between them, start and key in one, the goal in the other."""
    rng, found = np.random.default_rng(seed), []
    while len(found) < n:
        drawn = _draw(size, rng)
        if drawn is not None:
            found.append(drawn)
    return Rooms(*(np.stack(part) for part in zip(*found, strict=True)))


def _draw(size, rng):
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
        walls, (start, key, door, goal) = walls.T.copy(), (each[::-1] for each in (start, key, door, goal))
    dist = gridworld.distances(_closed(walls[None], door[None])[0], key)
    way = gridworld.distances(walls, goal)
    if not (np.isfinite(dist[tuple(start)]) and np.isfinite(way[tuple(key)])):
        return None
    return walls, start, key, door, goal


def _closed(walls, door):
    walls = walls.copy()
    walls[np.arange(len(walls)), door[:, 0], door[:, 1]] = True
    return walls


def image(rooms):
    """float32 [B, H, W, 4]: wall, goal, key, door; the agent and what it holds are not drawn."""
    picture = np.zeros((*rooms.walls.shape, 4), "float32")
    picture[..., 0] = rooms.walls
    rows = np.arange(len(rooms.walls))
    for channel, cell in ((1, rooms.goal), (2, rooms.key), (3, rooms.door)):
        picture[rows, cell[:, 0], cell[:, 1], channel] = 1
    return picture


def expert(rooms, rng):
    """The expert's `Walks`; ties between optimal moves are drawn."""
    to_key = gridworld.optimal_moves(_closed(rooms.walls, rooms.door), rooms.key)
    to_goal = gridworld.optimal_moves(rooms.walls, rooms.goal)
    rows, at = np.arange(len(rooms.walls)), rooms.start.copy()
    held = np.zeros(len(rows), bool)
    position, best, holding = [], [], []
    for _ in range(LONGEST):
        held |= (at == rooms.key).all(axis=1)
        moves = np.where(held[:, None], to_goal[rows, at[:, 0], at[:, 1]], to_key[rows, at[:, 0], at[:, 1]])
        moves &= ~(at == rooms.goal).all(axis=1)[:, None]
        position.append(at.copy())
        best.append(moves)
        holding.append(held.copy())
        action = np.where(moves, rng.random(moves.shape), -1.0).argmax(axis=1)
        moved, _ = gridworld.step(rooms.walls, at, action)
        at = np.where(moves.any(axis=1)[:, None], moved, at)
    return Walks(*(np.stack(part, axis=1) for part in (position, best, holding)))


def walk(rooms, act, moves=LONGEST):
    """Let a policy walk, for so many moves at most: act(positions so far [B, LONGEST, 2], time) -> moves [B].

    Returns:
        bool [B], reached the goal; a wall, and the door without the key, end a walk.
    """
    rows, at = np.arange(len(rooms.walls)), rooms.start.copy()
    held, alive, success = (np.zeros(len(rows), bool) for _ in range(3))
    alive[:] = True
    past = np.repeat(at[:, None], LONGEST, axis=1)
    for time in range(moves):
        held |= (at == rooms.key).all(axis=1)
        moved, hit = gridworld.step(rooms.walls, at, np.asarray(act(past, time)))
        hit |= (moved == rooms.door).all(axis=1) & ~held
        alive &= ~hit
        at = np.where(alive[:, None], moved, at)
        success |= alive & (at == rooms.goal).all(axis=1)
        alive &= ~success
        past[:, time + 1 :] = at[:, None]
        if not alive.any():
            break
    return success
