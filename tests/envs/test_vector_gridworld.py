"""Many worlds at once are the same worlds, step for step."""

import gymnasium
import numpy as np
import pytest
from gymnasium.vector import AutoresetMode, SyncVectorEnv
from gymnasium.wrappers.vector import RecordEpisodeStatistics
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
    terminate_on_collision=st.booleans(),
    observation=st.sampled_from(["dict", "image", "pixels"]),
    max_steps=st.integers(1, 12),
    mode=st.sampled_from(list(AutoresetMode)),
)
def test_vector_and_single_agree_step_for_step(
    family, shape, count, seed, terminate_on_collision, observation, max_steps, mode
):
    """Against Gymnasium's own loop over single worlds; episodes end and begin in each of its autoreset modes."""
    rng = np.random.default_rng(seed)
    walls, goal = gridworld.generate_family(family, count, *shape, seed=rng)
    start = gridworld.random_starts(walls, goal, rng)
    arguments = {
        "family": family, "height": shape[0], "width": shape[1], "observation": observation,
        "terminate_on_collision": terminate_on_collision, "max_steps": max_steps,
        "goal_reward": 2.0, "collision_reward": -0.5, "step_reward": -0.125,
    }  # fmt: skip
    fixed = [{"walls": w, "goal": g, "start": s} for w, g, s in zip(walls, goal, start, strict=True)]
    make = [lambda options=options: Fixed(GridWorld(**arguments), options) for options in fixed]
    loop = SyncVectorEnv(make, autoreset_mode=mode)
    many = VectorGridWorld(count, autoreset_mode=mode, **arguments)
    assert many.metadata["autoreset_mode"] is loop.metadata["autoreset_mode"] is mode
    assert many.observation_space == loop.observation_space
    assert many.action_space == loop.action_space
    one, _ = loop.reset()
    other, _ = many.reset(options={"walls": walls, "goal": goal, "start": start})
    np.testing.assert_equal(other, one)
    for _ in range(30):
        # Half of the moves lead to the goal, so that some episodes end there.
        position = many.position
        best = gridworld.optimal_actions(walls, goal)[np.arange(count), position[:, 0], position[:, 1]].argmax(axis=-1)
        actions = np.where(rng.random(count) < 0.5, best, rng.integers(0, 8, count))
        one, other = loop.step(actions), many.step(actions)
        for part, name in enumerate(("observation", "reward", "terminated", "truncated")):
            np.testing.assert_equal(other[part], one[part], err_msg=name)
        same_info(other[4], one[4])
        assert many.observation_space.contains(other[0])
        over = other[2] | other[3]
        if mode is AutoresetMode.DISABLED and over.any():
            one, _ = loop.reset(options={"reset_mask": over})
            other, _ = many.reset(options={"reset_mask": over, "walls": walls, "goal": goal, "start": start})
            np.testing.assert_equal(other, one)


def same_info(ours, theirs):
    """Every key of Gymnasium's loop, with its mask; what is not masked in does not count."""
    assert set(theirs) <= set(ours)
    for key in ours:
        if key.startswith("_"):
            np.testing.assert_array_equal(ours[key], theirs.get(key, np.zeros(len(ours[key]), bool)), err_msg=key)
        elif key not in theirs:
            assert not ours["_" + key].any()
        elif key == "final_info":
            same_info(ours[key], theirs[key])
        else:
            for mine, other in zip(ours[key], theirs[key], strict=True):
                np.testing.assert_equal(mine, other, err_msg=key)


def run(envs, steps, seed, actions=None):
    rng, seen = np.random.default_rng(0), [envs.reset(seed=seed)[0]]
    actions = actions or (lambda rng: rng.integers(0, 8, envs.num_envs))
    for _ in range(steps):
        seen.append(envs.step(actions(rng))[0])
    return {key: np.stack([each[key] for each in seen]) for key in ("image", "position")}


def test_gymnasium_makes_it():
    envs = gymnasium.make_vec("pnzoo/Maze-v0", num_envs=3, height=9)
    assert isinstance(envs.unwrapped, VectorGridWorld)
    assert envs.metadata["autoreset_mode"] is AutoresetMode.NEXT_STEP
    observation, _ = envs.reset(seed=0)
    assert envs.observation_space.contains(observation)
    envs.close()


@pytest.mark.parametrize("mode", AutoresetMode)
@pytest.mark.parametrize("vectorization", ["sync", "vector_entry_point"])
def test_gymnasium_makes_every_kind(vectorization, mode):
    own = vectorization == "vector_entry_point"
    place = {"autoreset_mode": mode} if own else {"vector_kwargs": {"autoreset_mode": mode}}
    limit = {"max_episode_steps": 5}
    envs = gymnasium.make_vec("pnzoo/GridWorld-v0", 3, vectorization, height=8, **limit, **place)
    assert envs.metadata["autoreset_mode"] is mode
    wrapped = RecordEpisodeStatistics(envs)
    observation, _ = wrapped.reset(seed=[5, 3, 9])
    for seed, image in zip((5, 3, 9), observation["image"], strict=True):
        np.testing.assert_array_equal(GridWorld(height=8).reset(seed=seed)[0]["image"], image)
    lengths = []
    for step in range(12):
        observation, _, terminated, truncated, info = wrapped.step(np.full(3, step % 8))
        over = terminated | truncated
        lengths += info.get("episode", {"l": np.zeros(3)})["l"][over].tolist()
        assert wrapped.observation_space.contains(observation)
        if over.any() and mode is AutoresetMode.DISABLED:
            if own:
                with pytest.raises(gymnasium.error.ResetNeeded, match="reset_mask"):
                    envs.step(np.zeros(3, int))
            wrapped.reset(options={"reset_mask": over})
    assert lengths
    assert 0 < min(lengths) <= max(lengths) <= 5


@pytest.mark.parametrize("seed", [[4, 9, 2], (4, 9, 2), np.array([4, 9, 2])])
def test_a_list_of_seeds_is_a_seed_for_each_world(seed):
    """What happens in a world depends on its own seed only, also after episodes have begun by themselves."""
    arguments = {"height": 8, "episodes_per_map": 2, "max_steps": 2}
    seen = run(VectorGridWorld(3, **arguments), 20, seed)
    for world, its_seed in enumerate((4, 9, 2)):
        its_actions = lambda rng, world=world: rng.integers(0, 8, 3)[world : world + 1]  # noqa: E731
        alone = run(VectorGridWorld(1, **arguments), 20, [its_seed], its_actions)
        for key in seen:
            np.testing.assert_array_equal(seen[key][:, world], alone[key][:, 0])


def test_none_in_a_list_of_seeds_is_a_fresh_seed():
    envs = VectorGridWorld(2, height=8)
    first, again = (envs.reset(seed=[None, 1])[0]["image"] for _ in range(2))
    assert (first[1] == again[1]).all()
    assert (first[0] != again[0]).any()


@pytest.mark.parametrize("seed", [[1, 2], [1, 2, "a"], [1, 2, -3], "abc", 1.5, np.ones((3, 1), int)])
def test_seeds_that_are_none(seed):
    with pytest.raises(ValueError, match="seed is an integer, None, or a list of 3 of them"):
        VectorGridWorld(3, height=8).reset(seed=seed)


def test_a_mask_resets_some_worlds():
    envs = VectorGridWorld(3, height=8, autoreset_mode="Disabled")
    first, _ = envs.reset(seed=0)
    after, _ = envs.reset(seed=1, options={"reset_mask": np.array([False, True, False])})
    changed = (first["image"] != after["image"]).any(axis=(1, 2, 3))
    assert changed.tolist() == [False, True, False]
    walls = np.zeros((8, 8), bool)
    options = {"walls": walls, "goal": (0, 0), "start": (7, 7), "reset_mask": np.array([True, False, False])}
    fixed, _ = envs.reset(options=options)
    assert set(options) == {"walls", "goal", "start", "reset_mask"}  # as it came
    assert fixed["position"][0].tolist() == [7, 7]
    np.testing.assert_array_equal(fixed["position"][1:], after["position"][1:])
    for mask in (np.zeros(3, bool), np.ones(2, bool), np.array([1, 0, 0]), 3):
        with pytest.raises(ValueError, match=r"reset_mask is a boolean array of shape \(3,\)"):
            envs.reset(options={"reset_mask": mask})
    with pytest.raises(ValueError, match="the first reset is of all worlds"):
        VectorGridWorld(2, height=8).reset(options={"reset_mask": np.array([True, False])})


def test_a_refused_reset_leaves_the_episode():
    envs = VectorGridWorld(2, height=8)
    first, _ = envs.reset(seed=0)
    for options in ({"goal": (9, 9)}, {"start": tuple(np.argwhere(first["image"][0, ..., 0])[0])}, {"goal": 3}):
        with pytest.raises(ValueError, match=r"goal|start"):
            envs.reset(options=options)
    np.testing.assert_equal(envs._observe(), first)


def test_a_seed_draws_the_same_walks_again():
    envs = VectorGridWorld(5, height=8)
    first, again, other = (run(envs, 60, seed) for seed in (1, 1, 2))
    np.testing.assert_equal(first, again)
    assert not np.array_equal(first["image"], other["image"])


@pytest.mark.parametrize("episodes,maps", [(1, 8), (3, 3), (None, 1)])
def test_a_world_changes_its_map_after_some_episodes(episodes, maps):
    envs = VectorGridWorld(2, height=8, episodes_per_map=episodes, max_steps=1)  # an episode every other step
    seen = run(envs, 14, 0)
    walked = {each.tobytes() for each in seen["image"][:, 0]}
    assert len(walked) == maps
    starts = {tuple(each) for each in seen["position"][::2, 0].tolist()}
    assert len(starts) > 2  # also where the map stays


def test_new_worlds_are_as_good_as_the_first():
    """Starts reach the goal, also on maps that came later."""
    envs = VectorGridWorld(16, "caves", height=12, episodes_per_map=1, max_steps=1, max_start_distance=5)
    seen = run(envs, 9, 0)
    for image, position in zip(seen["image"][::2], seen["position"][::2], strict=True):
        goal = np.argwhere(image[..., 1])[:, 1:]
        dist = gridworld.distances(image[..., 0], goal)[np.arange(16), position[:, 0], position[:, 1]]
        assert ((dist > 0) & (dist <= 5)).all()


def test_observations_are_copies():
    envs = VectorGridWorld(2, height=8, terminate_on_collision=False)
    first, _ = envs.reset(seed=0)
    kept = first["image"].copy()
    first["image"][:] = 7.0
    np.testing.assert_array_equal(envs.step(np.array([0, 1]))[0]["image"], kept)


def test_pictures_of_all():
    envs = VectorGridWorld(3, height=8, render_mode="ansi")
    assert envs.render() is None
    envs.reset(seed=0)
    assert [text.count("S") for text in envs.render()] == [1, 1, 1]


def test_planners_act_in_all():
    class Northward:
        def logits_at(self, walls, goal, positions):
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
        ({"episodes_per_map": 1.5}, "episodes_per_map is an integer of 1 or more"),
        ({"max_steps": 3, "max_episode_steps": 4}, "max_steps and max_episode_steps mean the same"),
        ({"max_episode_steps": 0}, "max_steps is a number of moves, at least 1"),
        ({"step_reward": float("nan")}, "step_reward is a finite number, received nan"),
    ],
)
def test_wrong_arguments(arguments, message):
    with pytest.raises(ValueError, match=message):
        VectorGridWorld(**{"num_envs": 2, "height": 8, **arguments})


def test_wrong_resets():
    envs = VectorGridWorld(2, height=8)
    walls = np.zeros((2, 8, 8), bool)
    walls[1] = True
    with pytest.raises(ValueError, match="map 1 has no free cell"):
        envs.reset(options={"walls": walls})
    with pytest.raises(ValueError, match="2 worlds need one goal"):
        envs.reset(options={"walls": walls[:1].repeat(2, 0), "goal": np.zeros((3, 2), int)})
