"""One world: what Gymnasium demands, what moves earn, what is refused."""

import re

import gymnasium
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env

import pnzoo.envs
from pnzoo import gridworld
from pnzoo.envs import GridWorld
from pnzoo.envs.map_sampler import MapSampler
from pnzoo.envs.render import picture
from pnzoo.models import CNNPolicy

CORRIDOR = np.array([[0, 0, 0, 1]], bool)


def corridor(**arguments):
    """A map of three free cells in a row, the agent in the middle and the goal on its right."""
    env = GridWorld(height=1, width=4, border=False, **arguments)
    env.reset(options={"walls": CORRIDOR, "goal": (0, 2), "start": (0, 1)})
    return env


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("name", ["pnzoo/GridWorld-v0", "pnzoo/Maze-v0"])
@pytest.mark.parametrize("observation", ["dict", "image", "pixels"])
def test_gymnasium_finds_nothing_wrong(name, observation):
    env = gymnasium.make(name, height=9, observation=observation, render_mode="rgb_array")
    check_env(env.unwrapped)


def test_moves_earn_what_they_should():
    env = corridor()
    assert env.step(2)[1:] == (0.99, True, False, {"is_success": True, "collision": False})
    env = corridor()
    assert env.step(0)[1:] == (-1.01, True, False, {"is_success": False, "collision": True})  # beyond the edge is wall
    env = corridor()
    observation, *rest = env.step(3)
    assert (observation["position"].tolist(), rest[0]) == ([0, 0], -0.01)


def test_rewards_and_walls_can_be_otherwise():
    env = corridor(goal_reward=5, collision_reward=-0.5, step_reward=0, terminate_on_collision=False, max_steps=2)
    assert env.step(1)[1:] == (-0.5, False, False, {"is_success": False, "collision": True})
    assert env.step(np.int64(2))[1:4] == (5.0, True, False)
    env = corridor(terminate_on_collision=False, max_steps=1)
    assert env.step(1)[2:4] == (False, True)


def test_a_seed_draws_the_same_episode_again():
    env = GridWorld(height=8)
    first, again, other = (env.reset(seed=seed)[0] for seed in (3, 3, 4))
    np.testing.assert_equal(first, again)
    assert not np.array_equal(first["image"], other["image"])


@pytest.mark.parametrize("family", ["open", "maze", "rooms"])
def test_the_goal_can_be_reached(family):
    env = GridWorld(family, height=11, max_start_distance=4)
    for seed in range(10):
        observation, _ = env.reset(seed=seed)
        walls = observation["image"][..., 0]
        goal = np.argwhere(observation["image"][..., 1])[0]
        assert 0 < gridworld.distances(walls, goal)[tuple(observation["position"])] <= 4


def test_options_fix_what_they_name():
    env = GridWorld(height=7)
    walls = np.zeros((7, 7), bool)
    walls[3] = True
    seen, _ = env.reset(seed=0, options={"walls": walls, "goal": (0, 0)})
    assert seen["position"][0] < 3  # on the goal's side of the wall
    seen, _ = env.reset(options={"start": (6, 6)})  # the same map; the goal moves to where it can be reached
    np.testing.assert_array_equal(seen["image"][..., 0], walls)
    assert seen["position"].tolist() == [6, 6]
    assert np.argwhere(seen["image"][..., 1])[0][0] > 3
    with pytest.raises(ValueError, match=r"walls part the start \(0, 1\) from the goal \(6, 6\)"):
        env.reset(options={"start": (0, 1), "goal": (6, 6)})


def test_pictures_show_walls_goal_and_agent():
    env = corridor(render_mode="ansi")
    assert env.render() == ".SG#"
    parsed = gridworld.parse(env.render())
    np.testing.assert_array_equal(parsed.walls, CORRIDOR)
    assert (parsed.start, parsed.goal) == ((0, 1), (0, 2))
    image = corridor(render_mode="rgb_array").render()
    assert (image.shape, image.dtype) == ((16, 64, 3), np.uint8)
    assert len({tuple(image[8, 8 + 16 * i]) for i in range(4)}) == 4  # free, agent, goal, wall
    assert GridWorld(height=8, render_mode="ansi").render() is None  # before the first reset


@pytest.mark.parametrize(
    "arguments,message",
    [
        ({"goal_reward": float("nan")}, "goal_reward is a finite number, received nan; the default is 1.0"),
        ({"step_reward": "much"}, "step_reward is a finite number"),
        ({"collision_reward": float("-inf")}, "collision_reward is a finite number"),
        ({"max_steps": 0}, "max_steps is a number of moves, at least 1"),
        ({"observation": "picture"}, "observation is one of 'dict', 'image', 'pixels'"),
        ({"render_mode": "human"}, "render_mode is one of ansi, rgb_array or None"),
        ({"family": "mazes"}, "'mazes'"),
        ({"height": 3}, "a map needs two free cells"),
        ({"max_start_distance": 0.5}, "max_start_distance is the longest path"),
    ],
)
def test_wrong_arguments(arguments, message):
    with pytest.raises(ValueError, match=message):
        GridWorld(**arguments)


@pytest.mark.parametrize(
    "arguments,message",
    [
        ({"hight": 8}, "GridWorld takes no 'hight'; did you mean height?"),
        ({"max_obstacle": 3}, "did you mean max_obstacles?"),
        ({"family": "maze", "loop": 0.5}, "did you mean loops?"),
        ({"family": "spirals", "zzz": 1}, "it takes border, collision_reward"),
    ],
)
def test_arguments_that_do_not_exist(arguments, message):
    with pytest.raises(TypeError, match=re.escape(message)):
        GridWorld(**arguments)


def test_former_names_work_for_one_release():
    with pytest.warns(DeprecationWarning, match="wall_ends=...\\) is called terminate_on_collision="):
        env = GridWorld(height=8, wall_ends=False)
    env.reset(seed=0)
    info = env.step(0)[-1]
    with pytest.warns(DeprecationWarning, match="'crashed' is called 'collision' now"):
        assert info["crashed"] == info["collision"]
    with pytest.warns(DeprecationWarning, match="'reached' is called 'is_success' now"):
        assert info.get("reached") is info["is_success"]
    assert info.get("nothing", 3) == 3
    with pytest.raises(KeyError):
        info["nothing"]


def test_four_moves_reach_the_goal_by_four_moves():
    """Two corners that only a diagonal joins are apart for an agent without diagonals."""
    diagonal = {"walls": [[0, 1], [1, 0]], "goal": (0, 0), "start": (1, 1)}
    GridWorld(height=2, border=False).reset(seed=0, options=diagonal)
    env = GridWorld("caves", height=9, moves=4, max_start_distance=3)
    for seed in range(20):
        seen, _ = env.reset(seed=seed)
        length = gridworld.distances(seen["image"][..., 0], np.argwhere(seen["image"][..., 1])[0], moves=4)
        assert 0 < length[tuple(seen["position"])] <= 3
    with pytest.raises(ValueError, match=r"from 0 to 3 \(0 N, 1 S, 2 E, 3 W\), received 4"):
        env.step(4)
    with pytest.raises(ValueError, match="for an agent with 4 moves"):
        GridWorld(height=2, border=False, moves=4).reset(seed=0, options=diagonal)
    with pytest.raises(ValueError, match="moves is 8, or 4"):
        GridWorld(moves=6)


def test_a_map_without_a_near_start_is_drawn_again():
    """A goal whose only neighbours are diagonal has no start within a distance of 1."""
    sampler = MapSampler("open", 5, max_start_distance=1, options={"max_obstacles": 8})
    assert sampler.draw(2000, np.random.default_rng(0)).starts.any(axis=(1, 2)).all()


def test_pixels_show_the_picture():
    env = GridWorld(height=9, observation="pixels", render_mode="rgb_array")
    seen, _ = env.reset(seed=0)
    assert (seen.shape, seen.dtype, env.observation_space.shape) == ((36, 36, 3), np.uint8, (36, 36, 3))
    walls, goal = env.vector.maps.walls[0], env.vector.maps.goal[0]
    np.testing.assert_array_equal(seen, picture(walls, goal, env.vector.position[0], cell=4))
    assert GridWorld(height=4, observation="pixels").observation_space.shape == (36, 36, 3)


@pytest.mark.parametrize("action", [8, -1, 1.0, None, True, "N", np.array([1])])
def test_an_action_that_is_none(action):
    with pytest.raises(ValueError, match=r"an action is an integer from 0 to 7 \(0 N, 1 S"):
        corridor().step(action)


def test_a_step_after_the_end_or_before_the_beginning():
    env = corridor()
    env.step(2)
    with pytest.raises(gymnasium.error.ResetNeeded, match=r"call env\.reset\(\)"):
        env.step(2)
    with pytest.raises(gymnasium.error.ResetNeeded):
        GridWorld(height=8).step(0)


@pytest.mark.parametrize(
    "options,message",
    [
        ({"walls": np.ones((4, 4))}, "map 0 has no free cell"),
        ({"walls": np.eye(4) < 1}, None),
        ({"walls": np.arange(16).reshape(4, 4) > 0}, "map 0 has one free cell"),
        ({"walls": np.zeros((5, 4))}, r"these worlds are 1 of 4x4, received walls of shape \[5, 4\]"),
        ({"walls": np.eye(4), "start": (0, 0)}, r"start \(0, 0\) is a wall"),
        ({"walls": np.eye(4), "start": (0, 1), "goal": (0, 1)}, r"start and goal are the same cell \(0, 1\)"),
        ({"walls": np.eye(4), "goal": (0, 9)}, "lies outside the 4x4 map"),
        ({"goal": (1, 1)}, "there is no map yet"),
        ({"map": np.eye(4)}, "options fix walls, goal, start; received 'map'"),
        ({"walls": np.eye(4), "goal": 3}, r"goal must be two integers \(row, column\), received 3"),
        ({"walls": np.eye(4), "start": "ab"}, r"start must be two integers \(row, column\), received 'ab'"),
        ({"walls": np.eye(4), "goal": [[1], [1, 2]]}, r"goal must be two integers \(row, column\)"),
        ([1], r"options is a dictionary such as \{'goal': \(1, 2\)\}, received \[1\]"),
    ],
)
def test_wrong_options(options, message):
    env = GridWorld(height=4)
    if message is None:
        assert env.reset(seed=0, options=options)[0]["image"].shape == (4, 4, 2)
        return
    with pytest.raises(ValueError, match=message):
        env.reset(seed=0, options=options)


def test_a_goal_that_nothing_reaches():
    walls = np.array([[0, 1, 0, 0], [1, 1, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]])
    with pytest.raises(ValueError, match=r"no other free cell is joined to the goal \(0, 0\)"):
        GridWorld(height=4).reset(seed=0, options={"walls": walls, "goal": (0, 0)})


# -- a model acts ---------------------------------------------------------------------------------


class Eastward:
    """A policy that likes to go east, and next best south."""

    def __init__(self, moves=8, number=0.0):
        self.moves, self.number = moves, number

    def logits_at(self, walls, goal, positions):
        logits = np.full((*positions.shape[:2], self.moves), self.number)
        logits[..., 2 % self.moves], logits[..., 1 % self.moves] = 3.0, 1.0
        return logits


@pytest.mark.parametrize("observation", ["dict", "image"])
def test_a_planner_acts(observation):
    env = GridWorld(height=8, observation=observation)
    seen, _ = env.reset(seed=0)
    assert pnzoo.envs.act(Eastward(), seen) == 2
    drawn = {pnzoo.envs.act(Eastward(), seen, np.random.default_rng(i)) for i in range(60)}
    assert drawn > {1, 2}
    model = CNNPolicy(8)
    walls, goal = seen_map(seen)
    at = seen["position"] if observation == "dict" else np.argwhere(seen[..., 2])[0]
    assert pnzoo.envs.act(model, seen) == model.policy(walls, goal)[tuple(at)]


def seen_map(seen):
    image = seen["image"] if isinstance(seen, dict) else seen
    return image[..., 0] > 0, np.argwhere(image[..., 1])[0]


def test_a_policy_that_is_none():
    seen, _ = GridWorld(height=8).reset(seed=0)
    with pytest.raises(ValueError, match=r"gives 4 or 8 logits .* \(1, 1, 8\); Eastward gave \(1, 1, 5\)"):
        pnzoo.envs.act(Eastward(moves=5), seen)
    with pytest.raises(ValueError, match="gave NaN"):
        pnzoo.envs.act(Eastward(number=float("nan")), seen)
    with pytest.raises(ValueError, match="an observation of pnzoo's environments is"):
        pnzoo.envs.act(Eastward(), (seen, {}))
