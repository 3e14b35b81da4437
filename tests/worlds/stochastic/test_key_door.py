"""A door that opens only to who has been at the key."""

import numpy as np
import pytest

from pnzoo import gridworld
from pnzoo.worlds.stochastic import key_door


@pytest.fixture(scope="module")
def maps():
    return key_door.generate(20, 10, seed=0)


def test_an_expert_takes_the_key_before_the_door(maps):
    shown = key_door.demonstrate(maps, np.random.default_rng(0))
    for i in range(20):
        path = [tuple(cell) for cell in shown.position[i]]
        assert tuple(maps.goal[i]) in path
        first_door = path.index(tuple(maps.door[i]))
        assert tuple(maps.key[i]) in path[:first_door]
        assert not shown.optimal_actions[i, path.index(tuple(maps.goal[i]))].any()


def test_only_who_has_the_key_gets_through(maps):
    shown = key_door.demonstrate(maps, np.random.default_rng(0))
    best = shown.optimal_actions.argmax(axis=-1)
    assert key_door.rollouts(maps, expert_of(maps)).all()
    rows = np.arange(20)
    to_goal = gridworld.optimal_actions(maps.walls, maps.goal).argmax(axis=-1)
    direct = key_door.rollouts(maps, lambda past, time: to_goal[rows, past[:, time, 0], past[:, time, 1]])
    assert direct.mean() < 0.5
    assert best.shape == (20, key_door.MAX_STEPS)


def expert_of(maps):
    rows = np.arange(len(maps.walls))
    closed = maps.walls.copy()
    closed[rows, maps.door[:, 0], maps.door[:, 1]] = True
    to_key = gridworld.optimal_actions(closed, maps.key).argmax(axis=-1)
    to_goal = gridworld.optimal_actions(maps.walls, maps.goal).argmax(axis=-1)

    def act(past, time):
        held = (past[:, : time + 1] == maps.key[:, None]).all(axis=-1).any(axis=1)
        row, col = past[:, time].T
        return np.where(held, to_goal[rows, row, col], to_key[rows, row, col])

    return act


def test_pictures_show_all_but_the_agent(maps):
    image = key_door.encode(maps)
    np.testing.assert_array_equal(image[..., 0], maps.walls)
    for channel, cell in ((1, maps.goal), (2, maps.key), (3, maps.door)):
        np.testing.assert_array_equal(np.argwhere(image[..., channel])[:, 1:], cell)


def test_small_sizes_and_no_maps():
    with pytest.raises(ValueError, match="need 7 rows and columns, received size=5"):
        key_door.generate(1, 5, seed=0)
    assert key_door.generate(0, 8, seed=0).walls.shape == (0, 8, 8)
