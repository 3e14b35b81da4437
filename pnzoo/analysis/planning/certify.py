"""Certificate that a `DeterministicVIN` is exact on every map: all 512 cases of its P are tried."""

from typing import NamedTuple

import numpy as np
from keras import ops

from pnzoo.models.planning.learned_graph import all_patterns, legal_moves
from pnzoo.worlds.gridworld import MOVE_NAMES, MOVES


class Certificate(NamedTuple):
    """What trying every 3x3 pattern of walls round a free cell has shown.

    tried:     cases: 256 patterns, each with every move
    wrong:     list of (pattern bool [3, 3], name of the move, what it does) where P is not the grid's, a grid in which
               diagonal moves pass the corners of walls or not, as `model.corner_cutting` says
    ratio:     what a diagonal move costs against a straight one; sqrt 2 is right. None with four moves
    wall_cost: what entering a wall costs, in straight moves
    """

    tried: int
    wrong: list
    ratio: float | None
    wall_cost: float

    @property
    def exact(self):
        """Whether V is exact for all paths shorter than `wall_cost` straight moves, up to `ratio`."""
        return not self.wrong


def certify(model):
    """Try every 3x3 pattern of walls that a `DeterministicVIN` can see.

    A legal move has to lead to the neighbour it is named for. An illegal one may lead into a wall or nowhere (both are
    never better than the best legal move), but not to a free cell. If all do, V is minus the length of the
    shortest path on every map of every size, with diagonal moves `ratio` long.

    Args:
        model: a `pnzoo.models.DeterministicVIN`.

    Returns:
        `Certificate`.

    Raises:
        ValueError: another kind of planner, whose P may depend on more than nine cells.

    Example:
        >>> from pnzoo.models import DeterministicVIN
        >>> certify(DeterministicVIN()).exact  # it has not been trained
        False
    """
    from pnzoo.models import DeterministicVIN

    if not isinstance(model, DeterministicVIN):
        raise ValueError(f"only a DeterministicVIN sees so little that all can be tried; got a {type(model).__name__}.")
    walls = all_patterns()
    legal = legal_moves(model.moves, model.corner_cutting)[~walls[:, 1, 1], : model.moves]
    walls = walls[~walls[:, 1, 1]]
    image = np.stack([walls, np.zeros_like(walls)], axis=-1).astype("float32")
    observation, _ = model.features_and_reward(ops.convert_to_tensor(image))
    p = ops.convert_to_numpy(model.value_iteration.transition_probabilities(observation))[:, 1, 1]
    target = p.reshape(*p.shape[:2], 9).argmax(axis=-1)  # [256, A]
    moves = MOVES[: target.shape[1]]
    meant = (moves[:, 0] + 1) * 3 + moves[:, 1] + 1
    blocked = walls.reshape(-1, 9)
    onto_wall = np.take_along_axis(blocked, target, axis=1)
    correct = np.where(legal, target == meant, onto_wall | (target == 4))
    wrong = [
        (walls[i], MOVE_NAMES[a], f"leads to neighbour {divmod(int(target[i, a]), 3)} of the 3x3")
        for i, a in np.argwhere(~correct)
    ]
    straight, ratio, wall = _move_costs(model, len(moves))
    return Certificate(correct.size, wrong, ratio, wall / straight)


def _move_costs(model, moves):
    """(cost of a straight move, a diagonal one's share of it, cost of entering a wall)."""
    image = np.zeros((1, 1, 2, 2), "float32")
    image[0, 0, 1, 0] = 1.0
    _, reward = model.features_and_reward(ops.convert_to_tensor(image))
    free, wall = -ops.convert_to_numpy(reward)[0, 0].astype(float)
    extra = -ops.convert_to_numpy(model.value_iteration._bias(0)).astype(float)
    ratio = float((free + extra[4]) / (free + extra[0])) if moves == 8 else None
    return free + extra[0], ratio, wall
