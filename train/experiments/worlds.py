"""Worlds whose dynamics vary by place: ice, wind and one-way doors, solved exactly.

A move leads to one of the nine cells around. On ice it goes where it should with 0.6, and 45 degrees beside that with
0.2 each; in wind it goes where it should with 0.6, and one cell with the wind otherwise. A one-way door is entered
straight in its direction or not at all. What would lead into a wall, or into a door the wrong way, stays where it is.
Every move costs 1 until the goal is reached.
"""

from typing import NamedTuple

import numpy as np

from pnzoo.worlds.gridworld import MOVES

CHANNELS = 11  # wall, goal, ice, wind N S E W, door N S E W
RING = (0, 4, 2, 6, 1, 7, 3, 5)  # the moves clockwise: N NE E SE S SW W NW
SURE = 0.6
FAR = 60.0  # cells that cost more are cut off
TIE = 0.02  # moves this near to the best count as optimal


class Places(NamedTuple):
    """Worlds and their exact solution.

    image:   float32 [B, H, W, 11]
    chance:  float32 [B, H, W, 8, 9], where each move leads, the neighbours row by row
    cost:    [B, H, W], expected moves to the goal under the best policy
    best:    bool [B, H, W, 8], the optimal moves; none on walls, the goal and cells that are cut off
    """

    image: np.ndarray
    chance: np.ndarray
    cost: np.ndarray
    best: np.ndarray


def generate(n, size, seed):
    """Draw worlds: two halves with two doors, one each way, and patches of ice and of wind."""
    rng = np.random.default_rng(seed)
    image = np.stack([_draw(size, rng) for _ in range(n)])
    chance = dynamics(image)
    cost = solve(image, chance)
    q = 1 + np.einsum("bhwaj,bhwj->bhwa", chance, around(cost))
    best = (q <= q.min(axis=-1, keepdims=True) + TIE) & labelled(image, cost)[..., None]
    return Places(image, chance, cost, best)


def labelled(image, cost):
    """Cells with a move to make: free, not the goal, not cut off."""
    return (image[..., 0] == 0) & (image[..., 1] == 0) & (cost < FAR)


def _draw(size, rng):
    image = np.zeros((size, size, CHANNELS), "float32")
    wall = image[..., 0]
    wall[[0, -1]] = wall[:, [0, -1]] = 1
    inner = wall[1:-1, 1:-1]
    inner[rng.random(inner.shape) < 0.08] = 1
    line = int(rng.integers(3, size - 3))
    wall[line] = 1
    doors = rng.choice(np.arange(1, size - 1), 2, replace=False)
    for column, direction in zip(doors, (0, 1), strict=True):  # one leads north, one south
        wall[line - 1 : line + 2, column] = 0
        image[line, column, 7 + direction] = 1
    for kind in (2, 2, 3 + int(rng.integers(4)), 3 + int(rng.integers(4))):
        row, col = rng.integers(1, size - 3, 2)
        patch = image[row : row + 3, col : col + 3]
        taken = patch[..., 2:].any(axis=-1)
        patch[..., kind][~taken & (patch[..., 0] == 0)] = 1
    if rng.random() < 0.5:  # the dividing line may run the other way
        image = _turned(image)
    free = np.argwhere((image[..., 0] == 0) & ~image[..., 2:].any(axis=-1))
    image[(*free[rng.integers(len(free))], 1)] = 1
    return image


def _turned(image):
    """The world mirrored at its diagonal: north becomes west, south east."""
    other = image.transpose(1, 0, 2).copy()
    for first in (3, 7):
        north, south, east, west = (image[..., first + i].T.copy() for i in range(4))
        other[..., first + 3], other[..., first + 2] = north, south
        other[..., first + 1], other[..., first + 0] = east, west
    return other


def dynamics(image):
    """Where each move leads, [B, H, W, 8, 9]."""
    batch, height, width = image.shape[:3]
    meant = np.zeros((batch, height, width, 8, 8), "float32")  # which displacement each move becomes
    for i, move in enumerate(RING):
        ice = image[..., 2]
        meant[..., move, move] += np.where(ice > 0, SURE, 1.0)
        for beside in (RING[i - 1], RING[(i + 1) % 8]):
            meant[..., move, beside] += ice * (1 - SURE) / 2
    for direction in range(4):
        wind = image[..., 3 + direction][..., None]
        blown = meant * SURE
        blown[..., direction] += 1 - SURE
        meant = np.where(wind[..., None] > 0, blown, meant)
    chance = np.zeros((batch, height, width, 8, 9), "float32")
    open_to = enterable(image)
    for move, (down, right) in enumerate(MOVES):
        can = open_to[..., move]
        chance[..., (down + 1) * 3 + right + 1] += meant[..., move] * can[..., None]
        chance[..., 4] += meant[..., move] * ~can[..., None]
    return chance


def enterable(image):
    """Whether each displacement leads into a cell that may be entered so: bool [B, H, W, 8]."""
    wall = np.pad(image[..., 0], ((0, 0), (1, 1), (1, 1)), constant_values=1) > 0
    doors = np.pad(image[..., 7:], ((0, 0), (1, 1), (1, 1), (0, 0))) > 0
    height, width = image.shape[1:3]
    found = []
    for move, (down, right) in enumerate(MOVES):
        there = np.s_[:, 1 + down : 1 + down + height, 1 + right : 1 + right + width]
        door = doors[there]
        wrong = door.any(axis=-1)
        if move < 4:  # a straight move may go the door's way
            wrong &= ~door[..., move]
        found.append(~wall[there] & ~wrong)
    return np.stack(found, axis=-1)


def solve(image, chance, steps=90):
    """Expected moves to the goal, by value iteration from 0; cut-off cells are at least `FAR`."""
    goal, cost = image[..., 1] > 0, np.zeros(image.shape[:3], "float32")
    for _ in range(steps):
        cost = 1 + np.einsum("bhwaj,bhwj->bhwa", chance, around(cost)).min(axis=-1)
        cost[goal] = 0
    return cost


def follow(places, policy, moves=60):
    """What becomes of a policy int [B, H, W]: chance to reach the goal within so many moves, and expected moves.

    Returns:
        ([B, H, W], [B, H, W]); moves are cut off at `moves`.
    """
    taken = np.take_along_axis(places.chance, policy[..., None, None], axis=3)[..., 0, :]  # [B, H, W, 9]
    goal = places.image[..., 1] > 0
    arrived, cost = goal.astype("float32"), np.zeros(goal.shape, "float32")
    for _ in range(moves):
        arrived = np.where(goal, 1, (taken * around(arrived)).sum(axis=-1))
        cost = np.where(goal, 0, 1 + (taken * around(cost)).sum(axis=-1))
    return arrived, cost


def around(values):
    """[B, H, W] -> [B, H, W, 9]."""
    padded = np.pad(values, ((0, 0), (1, 1), (1, 1)))
    height, width = values.shape[1:]
    return np.stack([padded[:, i : i + height, j : j + width] for i in range(3) for j in range(3)], axis=-1)
