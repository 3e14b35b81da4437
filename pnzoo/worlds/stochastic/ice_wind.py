"""Worlds whose dynamics vary by place: ice, wind and one-way doors, solved exactly.

A move leads to one of the nine cells around. On ice it goes as intended with probability 0.6, and 45 degrees beside
that with 0.2 each; in wind it goes as intended with 0.6, and one cell with the wind otherwise. A one-way door can be
entered straight in its direction only. What would lead into a wall, or into a door the wrong way, stays where it is.
Every move costs 1 until the goal is reached.
"""

from typing import NamedTuple

import numpy as np

from pnzoo.worlds.gridworld import MOVES

CHANNELS = 11  # wall, goal, ice, wind N S E W, door N S E W
WALL, GOAL, ICE, WIND, DOOR = 0, 1, 2, 3, 7  # the first channel of each
CLOCKWISE = (0, 4, 2, 6, 1, 7, 3, 5)  # the moves N NE E SE S SW W NW
P_INTENDED = 0.6
MAX_COST = 60.0  # cells that cost more count as cut off
TOLERANCE = 0.02  # moves this near to the best count as optimal


class IceWindMaps(NamedTuple):
    """Maps and their exact solution.

    image:           float32 [B, H, W, 11]
    transition:      float32 [B, H, W, 8, 9], where each move leads, the neighbors row by row
    cost:            float32 [B, H, W], expected moves to the goal under the best policy
    optimal_actions: bool [B, H, W, 8]; none on walls, the goal and cells that are cut off
    """

    image: np.ndarray
    transition: np.ndarray
    cost: np.ndarray
    optimal_actions: np.ndarray


def generate(n, size, seed):
    """Draw maps: two halves with two one-way doors, one each way, and patches of ice and of wind.

    Args:
        n: the number of maps.
        size: rows and columns, at least 7.
        seed: int; the same int gives the same maps.

    Returns:
        `IceWindMaps`.

    Raises:
        ValueError: a smaller size.

    Example:
        >>> maps = generate(2, 10, seed=0)
        >>> maps.image.shape, maps.optimal_actions.shape
        ((2, 10, 10, 11), (2, 10, 10, 8))
    """
    if size < 7:
        raise ValueError(f"two halves, a wall between and a border need 7 rows and columns, received size={size!r}")
    rng = np.random.default_rng(seed)
    image = np.stack([_draw(size, rng) for _ in range(n)]) if n else np.zeros((0, size, size, CHANNELS), "float32")
    transition = transition_probabilities(image)
    cost = value_iteration(image, transition)
    q = 1 + expected(transition, cost)
    best = (q <= q.min(axis=-1, keepdims=True) + TOLERANCE) & reachable_cells(image, cost)[..., None]
    return IceWindMaps(image, transition, cost, best)


def reachable_cells(image, cost):
    """Cells with a move to make, bool [B, H, W]: free, not the goal, not cut off."""
    return (image[..., WALL] == 0) & (image[..., GOAL] == 0) & (cost < MAX_COST)


def transition_probabilities(image):
    """Where each move leads: float32 [B, H, W, 11] -> float32 [B, H, W, 8, 9], the neighbors row by row.

    Example:
        >>> empty = np.zeros((1, 3, 3, CHANNELS), "float32")
        >>> transition_probabilities(empty)[0, 1, 1, 0].reshape(3, 3)[0].tolist()  # north
        [0.0, 1.0, 0.0]
    """
    displacement = _displacement_probabilities(image)
    transition = np.zeros((*image.shape[:3], 8, 9), "float32")
    enterable = enterable_neighbors(image)
    for move, (down, right) in enumerate(MOVES):
        can = enterable[..., move]
        transition[..., (down + 1) * 3 + right + 1] += displacement[..., move] * can[..., None]
        transition[..., 4] += displacement[..., move] * ~can[..., None]
    return transition


def _displacement_probabilities(image):
    """Which of the eight displacements each move becomes, before walls and doors: float32 [B, H, W, 8, 8]."""
    chance = np.zeros((*image.shape[:3], 8, 8), "float32")
    ice = image[..., ICE]
    for i, move in enumerate(CLOCKWISE):
        chance[..., move, move] += np.where(ice > 0, P_INTENDED, 1.0)
        for beside in (CLOCKWISE[i - 1], CLOCKWISE[(i + 1) % 8]):
            chance[..., move, beside] += ice * (1 - P_INTENDED) / 2
    for direction in range(4):
        wind = image[..., WIND + direction][..., None]
        blown = chance * P_INTENDED
        blown[..., direction] += 1 - P_INTENDED
        chance = np.where(wind[..., None] > 0, blown, chance)
    return chance


def enterable_neighbors(image):
    """Whether each displacement leads into a cell that may be entered so: bool [B, H, W, 8]."""
    wall = np.pad(image[..., WALL], ((0, 0), (1, 1), (1, 1)), constant_values=1) > 0
    doors = np.pad(image[..., DOOR:], ((0, 0), (1, 1), (1, 1), (0, 0))) > 0
    height, width = image.shape[1:3]
    enterable = []
    for move, (down, right) in enumerate(MOVES):
        there = np.s_[:, 1 + down : 1 + down + height, 1 + right : 1 + right + width]
        door = doors[there]
        wrong_way = door.any(axis=-1)
        if move < 4:  # a straight move may go the door's way
            wrong_way &= ~door[..., move]
        enterable.append(~wall[there] & ~wrong_way)
    return np.stack(enterable, axis=-1)


def value_iteration(image, transition, iterations=90):
    """Expected moves to the goal under the best policy, float32 [B, H, W]; cut-off cells have at least `MAX_COST`."""
    goal, cost = image[..., GOAL] > 0, np.zeros(image.shape[:3], "float32")
    for _ in range(iterations):
        cost = 1 + expected(transition, cost).min(axis=-1)
        cost[goal] = 0
    return cost


def evaluate_policy(maps, policy, max_steps=60):
    """What becomes of a policy: its probability to reach the goal within so many moves, and its expected moves.

    Args:
        maps: `IceWindMaps`.
        policy: int [B, H, W], a move for each cell.
        max_steps: moves are cut off there.

    Returns:
        A tuple (probability [B, H, W], expected moves [B, H, W]).
    """
    taken = np.take_along_axis(maps.transition, policy[..., None, None], axis=3)[..., 0, :]  # [B, H, W, 9]
    goal = maps.image[..., GOAL] > 0
    success, cost = goal.astype("float32"), np.zeros(goal.shape, "float32")
    for _ in range(max_steps):
        success = np.where(goal, 1, (taken * neighborhoods(success)).sum(axis=-1))
        cost = np.where(goal, 0, 1 + (taken * neighborhoods(cost)).sum(axis=-1))
    return success, cost


def expected(transition, values):
    """The expected value of where each move leads: [B, H, W, 8, 9], [B, H, W] -> [B, H, W, 8]."""
    return np.einsum("bhwaj,bhwj->bhwa", transition, neighborhoods(values))


def neighborhoods(values):
    """The 3x3 values around each cell, 0 beyond the edge: [B, H, W] -> [B, H, W, 9]."""
    padded = np.pad(values, ((0, 0), (1, 1), (1, 1)))
    height, width = values.shape[1:]
    return np.stack([padded[:, i : i + height, j : j + width] for i in range(3) for j in range(3)], axis=-1)


def _draw(size, rng):
    image = np.zeros((size, size, CHANNELS), "float32")
    wall = image[..., WALL]
    wall[[0, -1]] = wall[:, [0, -1]] = 1
    inner = wall[1:-1, 1:-1]
    inner[rng.random(inner.shape) < 0.08] = 1
    _divide(image, size, rng)
    for channel in (ICE, ICE, WIND + int(rng.integers(4)), WIND + int(rng.integers(4))):
        row, column = rng.integers(1, size - 3, 2)
        patch = image[row : row + 3, column : column + 3]
        taken = patch[..., ICE:].any(axis=-1)
        patch[..., channel][~taken & (patch[..., WALL] == 0)] = 1
    if rng.random() < 0.5:  # the dividing wall may run the other way
        image = _transposed(image)
    free = np.argwhere((image[..., WALL] == 0) & ~image[..., ICE:].any(axis=-1))
    image[(*free[rng.integers(len(free))], GOAL)] = 1
    return image


def _divide(image, size, rng):
    """A wall across the map with two doors, the first leads north, the second south."""
    line = int(rng.integers(3, size - 3))
    image[line, :, WALL] = 1
    doors = rng.choice(np.arange(1, size - 1), 2, replace=False)
    for column, direction in zip(doors, (0, 1), strict=True):
        image[line - 1 : line + 2, column, WALL] = 0
        image[line, column, DOOR + direction] = 1


def _transposed(image):
    """The map mirrored at its diagonal: north becomes west, south east."""
    other = image.transpose(1, 0, 2).copy()
    for first in (WIND, DOOR):
        north, south, east, west = (image[..., first + i].T.copy() for i in range(4))
        other[..., first + 3], other[..., first + 2] = north, south
        other[..., first + 1], other[..., first + 0] = east, west
    return other
