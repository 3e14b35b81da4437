"""Many worlds at once are the same worlds, step for step."""

import gymnasium
import numpy as np
import pytest
from gymnasium.vector import AutoresetMode, SyncVectorEnv
from hypothesis import given, settings
from hypothesis import strategies as st

import pnzoo.envs
from pnzoo import gridworld
from pnzoo.envs import GridWorld, VectorGridWorld


class Fixed(gymnasium.Wrapper):
    """Begins every episode, also those that begin by themselves, where the options say."""

    def __init__(self, env, options):
        super().__init__(env)
        self.fixed = options

    def reset(self, *, seed=None, options=None):
        return self.env.reset(seed=seed, options=self.fixed)


@settings(max_examples=40, deadline=None)
@given(
    family=st.sampled_from(sorted(gridworld.FAMILIES)),
    shape=st.tuples(st.integers(6, 11), st.integers(6, 11)),
    count=st.integers(1, 4),
    seed=st.integers(0, 2**31),
    wall_ends=st.booleans(),
    observation=st.sampled_from(["dict", "image"]),
    max_steps=st.integers(1, 12),
)
def test_vector_and_single_agree_step_for_step(family, shape, count, seed, wall_ends, observation, max_steps):
    """Against Gymnasium's own loop over single worlds, which are another implementation; episodes end and begin."""
    rng = np.random.default_rng(seed)
    walls, goal = gridworld.generate_family(family, count, *shape, seed=rng)
    start = gridworld.random_starts(walls, goal, rng)
    arguments = {
        "family": family, "height": shape[0], "width": shape[1], "wall_ends": wall_ends, "observation": observation,
        "max_steps": max_steps, "goal_reward": 2.0, "wall_reward": -0.5, "step_reward": -0.125,
    }  # fmt: skip
    fixed = [{"walls": w, "goal": g, "start": s} for w, g, s in zip(walls, goal, start, strict=True)]
    loop = SyncVectorEnv([lambda options=options: Fixed(GridWorld(**arguments), options) for options in fixed])
    many = VectorGridWorld(count, **arguments)
    assert many.observation_space == loop.observation_space
    assert many.action_space == loop.action_space
    one, _ = loop.reset()
    other, _ = many.reset(options={"walls": walls, "goal": goal, "start": start})
    np.testing.assert_equal(other, one)
    for _ in range(30):
        # Half of the moves lead to the goal, so that some episodes end there.
        position = other["position"] if observation == "dict" else np.argwhere(other[..., 2])[:, 1:]
        best = gridworld.optimal_moves(walls, goal)[np.arange(count), position[:, 0], position[:, 1]].argmax(axis=-1)
        actions = np.where(rng.random(count) < 0.5, best, rng.integers(0, 8, count))
        one, other = loop.step(actions), many.step(actions)
        for part, name in enumerate(("observation", "reward", "terminated", "truncated")):
            np.testing.assert_equal(other[part], one[part], err_msg=name)
        assert set(other[4]) == {"reached", "crashed", "_reached", "_crashed"}
        for key, value in other[4].items():
            np.testing.assert_array_equal(value, one[4].get(key, np.zeros(count, bool)), err_msg=key)
        assert many.observation_space.contains(other[0])
        other = other[0]


def run(envs, steps, seed):
    rng, seen = np.random.default_rng(seed), [envs.reset(seed=seed)[0]]
    for _ in range(steps):
        seen.append(envs.step(rng.integers(0, 8, envs.num_envs))[0])
    return {key: np.stack([each[key] for each in seen]) for key in ("image", "position")}


def test_gymnasium_makes_it():
    envs = gymnasium.make_vec("pnzoo/Maze-v0", num_envs=3, height=9)
    assert isinstance(envs.unwrapped, VectorGridWorld)
    assert envs.metadata["autoreset_mode"] is AutoresetMode.NEXT_STEP
    observation, _ = envs.reset(seed=0)
    assert envs.observation_space.contains(observation)
    envs.close()


def test_a_seed_draws_the_same_walks_again():
    envs = VectorGridWorld(5, height=8)
    first, again, other = (run(envs, 60, seed) for seed in (1, 1, 2))
    np.testing.assert_equal(first, again)
    assert not np.array_equal(first["image"], other["image"])


@pytest.mark.parametrize("episodes,maps", [(1, 8), (3, 3), (None, 1)])
def test_a_world_changes_its_map_after_some_episodes(episodes, maps):
    envs = VectorGridWorld(2, height=8, episodes_a_map=episodes, max_steps=1)  # an episode every other step
    seen = run(envs, 14, 0)
    walked = {each.tobytes() for each in seen["image"][:, 0]}
    assert len(walked) == maps
    starts = {tuple(each) for each in seen["position"][::2, 0].tolist()}
    assert len(starts) > 2  # also where the map stays


def test_new_worlds_are_as_good_as_the_first():
    """Starts reach the goal, also on maps that came later."""
    envs = VectorGridWorld(16, "caves", height=12, episodes_a_map=1, max_steps=1, distance=5)
    seen = run(envs, 9, 0)
    for image, position in zip(seen["image"][::2], seen["position"][::2], strict=True):
        goal = np.argwhere(image[..., 1])[:, 1:]
        dist = gridworld.distances(image[..., 0], goal)[np.arange(16), position[:, 0], position[:, 1]]
        assert ((dist > 0) & (dist <= 5)).all()


def test_observations_are_copies():
    envs = VectorGridWorld(2, height=8, wall_ends=False)
    first, _ = envs.reset(seed=0)
    kept = first["image"].copy()
    first["image"][:] = 7.0
    np.testing.assert_array_equal(envs.step(np.array([0, 1]))[0]["image"], kept)


def test_pictures_of_all():
    envs = VectorGridWorld(3, height=8, render_mode="ansi")
    assert envs.render() is None
    envs.reset(seed=0)
    assert [text.count("@") for text in envs.render()] == [1, 1, 1]


def test_planners_act_in_all():
    class Northward:
        def scores_at(self, walls, goal, positions):
            return np.eye(8)[np.zeros(positions.shape[:2], int)]

    observation, _ = VectorGridWorld(4, height=8).reset(seed=0)
    assert pnzoo.envs.act(Northward(), observation).tolist() == [0, 0, 0, 0]


@pytest.mark.parametrize(
    "actions,message",
    [
        (np.array([0, 8, 1]), r"world 1: an action is an integer from 0 to 7 \(.*received 8"),
        (np.array([0, 1, -1]), "world 2: an action"),
        (np.array([0, 1]), "3 worlds need 3 actions"),
        (np.array([0.0, 1.0, 2.0]), "received float64"),
        ([0, np.nan, 1], "received float64"),
    ],
)
def test_actions_that_are_none(actions, message):
    envs = VectorGridWorld(3, height=8)
    envs.reset(seed=0)
    with pytest.raises(ValueError, match=message):
        envs.step(actions)


def test_a_step_before_the_first_reset():
    with pytest.raises(gymnasium.error.ResetNeeded, match=r"call envs\.reset\(\)"):
        VectorGridWorld(2, height=8).step(np.array([0, 0]))


@pytest.mark.parametrize(
    "arguments,message",
    [
        ({"num_envs": 0}, "num_envs is an integer of 1 or more"),
        ({"episodes_a_map": 1.5}, "episodes_a_map is an integer of 1 or more"),
        ({"step_reward": float("nan")}, "step_reward is a finite number, received nan"),
    ],
)
def test_wrong_arguments(arguments, message):
    with pytest.raises(ValueError, match=message):
        VectorGridWorld(**{"num_envs": 2, "height": 8, **arguments})


def test_wrong_resets():
    envs = VectorGridWorld(2, height=8)
    with pytest.raises(ValueError, match="all worlds are drawn from one seed"):
        envs.reset(seed=[1, 2])
    walls = np.zeros((2, 8, 8), bool)
    walls[1] = True
    with pytest.raises(ValueError, match="map 1 has no free cell"):
        envs.reset(options={"walls": walls})
    with pytest.raises(ValueError, match="2 worlds need one goal"):
        envs.reset(options={"walls": walls[:1].repeat(2, 0), "goal": np.zeros((3, 2), int)})
