"""`pnzoo/Navigation2D-v0`: one body and many, seeds, autoreset modes, pictures, wrong input."""

import gymnasium
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env
from gymnasium.vector import AutoresetMode

import pnzoo.envs
from pnzoo.envs import Navigation2D, VectorNavigation2D
from pnzoo.worlds import navigation

SIDE = 9
ROOM = np.zeros((SIDE, SIDE), bool)


def room(**options):
    env = Navigation2D(height=SIDE, **options)
    env.reset(options={"walls": ROOM, "goal": (4, 6), "start": (4.5, 5.5)})
    return env


@pytest.mark.filterwarnings("error")
def test_gymnasium_finds_nothing_wrong():
    check_env(gymnasium.make("pnzoo/Navigation2D-v0", height=SIDE, render_mode="rgb_array").unwrapped)
    assert gymnasium.make("pnzoo/Navigation2D-v0").observation_space["image"].shape == (28, 28, 2)


def test_a_vector_of_gymnasium():
    envs = gymnasium.make_vec("pnzoo/Navigation2D-v0", num_envs=5, height=SIDE, max_episode_steps=7)
    assert isinstance(envs.unwrapped, VectorNavigation2D)
    assert envs.unwrapped.max_steps == 7


def random_actions(steps, n=3):
    return np.random.default_rng(1).uniform(-1.2, 1.2, (steps, n, 2))


def episodes(envs, steps, seed=0):
    observation, _ = envs.reset(seed=seed)
    seen = [observation["state"]]
    for actions in random_actions(steps, envs.num_envs):
        observation, reward, *_ = envs.step(actions)
        seen.append(np.concatenate([observation["state"], reward[:, None]], axis=1).astype("float32"))
    return seen


def test_a_seed_is_exact():
    first, again, other = (episodes(VectorNavigation2D(3, SIDE, max_steps=9), 40, seed) for seed in (5, 5, 50))
    assert all((a == b).all() for a, b in zip(first, again, strict=True))
    assert (first[0] != other[0]).any()


def test_each_world_is_the_single_environment_of_its_seed():
    envs = VectorNavigation2D(3, SIDE, max_steps=6, autoreset_mode=AutoresetMode.DISABLED, episodes_per_map=1)
    singles = [Navigation2D(SIDE, max_steps=6) for _ in range(3)]
    many, _ = envs.reset(seed=11)
    ones = [env.reset(seed=11 + i)[0] for i, env in enumerate(singles)]
    for actions in random_actions(25):
        for i, one in enumerate(ones):
            np.testing.assert_array_equal(many["image"][i], one["image"])
            np.testing.assert_array_equal(many["state"][i], one["state"])
        many, reward, terminated, truncated, info = envs.step(actions)
        found = [env.step(action) for env, action in zip(singles, actions, strict=True)]
        np.testing.assert_allclose(reward, [each[1] for each in found])
        np.testing.assert_allclose(info["distance"], [each[4]["distance"] for each in found])
        ones, over = [each[0] for each in found], terminated | truncated
        np.testing.assert_array_equal(over, [each[2] or each[3] for each in found])
        if over.any():
            many, _ = envs.reset(options={"reset_mask": over})
            ones = [env.reset()[0] if end else one for env, end, one in zip(singles, over, ones, strict=True)]


def test_autoreset_modes():
    """The first episode is the same in every mode; then comes the state that the mode says."""
    make = lambda mode: VectorNavigation2D(2, SIDE, max_steps=3, autoreset_mode=mode)  # noqa: E731
    later, now = make(AutoresetMode.NEXT_STEP), make(AutoresetMode.SAME_STEP)
    later.reset(seed=0), now.reset(seed=0)
    actions = random_actions(4, 2)
    for t in range(3):
        next_step, same_step = later.step(actions[t]), now.step(actions[t])
    assert next_step[3].all() and same_step[3].all()  # noqa: PT018
    for world in range(2):
        np.testing.assert_array_equal(same_step[4]["final_obs"][world]["state"], next_step[0]["state"][world])
    np.testing.assert_allclose(same_step[4]["final_info"]["distance"], next_step[4]["distance"])
    observation, reward, *over, info = later.step(actions[3])
    assert not reward.any() and not np.any(over) and not info["_distance"].any()  # noqa: PT018
    np.testing.assert_array_equal(observation["state"], same_step[0]["state"])
    assert (observation["state"][:, 2:] == 0).all()


def test_a_world_keeps_its_map_for_so_many_episodes():
    envs = VectorNavigation2D(1, SIDE, max_steps=1, episodes_per_map=2)
    image, seen = envs.reset(seed=0)[0]["image"], []
    for _ in range(8):
        seen.append((envs.step(np.zeros((1, 2)))[0]["image"] == image).all())
    assert seen == [True, True, True, False, False, False, False, False]


def test_maps_of_ones_own():
    tasks = navigation.generate_tasks(2, SIDE, seed=0)
    envs = VectorNavigation2D(20, tasks=tasks)
    images = envs.reset(seed=0)[0]["image"]
    same = [[(image[..., 0] == walls).all() for walls in tasks.walls] for image in images]
    assert np.array(same).sum(axis=1).min() == 1
    assert np.array(same).any(axis=0).all()


def test_the_goal_is_to_come_to_rest():
    env = room()
    for force in ([0, 1], [0, 1], [0, -0.5], [0, -0.1]):
        observation, _, terminated, *_, info = env.step(np.array(force, "float32"))
        speed = np.linalg.norm(observation["state"][2:])
        assert terminated == info["is_success"] == (info["distance"] <= 0.5 and speed <= 0.5)
    assert not terminated
    env = room()
    env.reset(options={"walls": ROOM, "goal": (4, 6), "start": (4.5, 6.0)})
    assert env.step(np.zeros(2, "float32"))[1:3] == (0.99, True)


def test_rewards_can_be_otherwise():
    env = room(progress_reward=2.0, step_reward=0.0, collision_reward=-5.0)
    _, reward, *_, info = env.step(np.array([0, 1], "float32"))
    assert reward == pytest.approx(2.0 * (1.0 - info["distance"]))
    env.reset(options={"walls": ROOM, "goal": (4, 6), "start": (0.1, 0.1)})
    before = np.hypot(4.4, 6.4)
    _, reward, *_, info = env.step(np.array([-1, 0], "float32"))
    assert info["collision"]
    assert reward == pytest.approx(-5.0 + 2.0 * (before - info["distance"]), abs=1e-6)


def test_starts_can_be_near():
    envs = VectorNavigation2D(30, 15, max_start_distance=3)
    state = envs.reset(seed=0)[0]["state"]
    assert (np.linalg.norm(state[:, :2] - envs.maps.goal - 0.5, axis=1) <= 3).all()


def test_a_picture_shows_walls_goal_and_body():
    env = Navigation2D(SIDE, render_mode="rgb_array")
    assert env.render() is None
    walls = ROOM.copy()
    walls[0] = True
    env.reset(options={"walls": walls, "goal": (4, 6), "start": (7.5, 2.5)})
    before = env.render()
    assert before.shape == (16 * SIDE, 16 * SIDE, 3)
    assert before.dtype == np.uint8
    colors = [tuple(before[int(16 * r), int(16 * c)]) for r, c in ((0.5, 0.5), (4.5, 6.5), (7.5, 2.5), (3.5, 3.5))]
    assert len(set(colors)) == 4
    env.step(np.array([0, 1], "float32"))
    assert (env.render() != before).any()


@pytest.mark.parametrize(
    "action,message",
    [
        (np.array([np.nan, 0]), "two finite numbers, received"),
        (np.array([0, np.inf]), "two finite numbers, received"),
        (np.zeros(3), "two numbers from -1 to 1"),
        (0, "two numbers from -1 to 1"),
        ("up", "two numbers from -1 to 1"),
    ],
)
def test_wrong_actions(action, message):
    env = room()
    with pytest.raises(ValueError, match=message):
        env.step(action)
    env.step(np.zeros(2))  # and nothing is lost


def test_an_action_beyond_the_box_is_clipped():
    (a, *_), (b, *_) = room().step(np.array([9.0, -9.0])), room().step(np.array([1.0, -1.0]))
    np.testing.assert_array_equal(a["state"], b["state"])


@pytest.mark.parametrize(
    "options,message",
    [
        ({"walls": np.zeros((3, 4))}, "these worlds are 9x9"),
        ({"walls": ROOM, "goal": (9, 0)}, "outside"),
        ({"walls": ~ROOM, "goal": (0, 0)}, "wall"),
        ({"walls": ROOM, "goal": (0, 0), "start": (0.5, np.nan)}, "two finite numbers"),
        ({"wall": ROOM}, "options fix walls, goal, start; received 'wall'"),
        ("start", "options is a dictionary"),
        ({"reset_mask": [1]}, "reset_mask is a boolean array"),
    ],
)
def test_wrong_options(options, message):
    env = room()
    with pytest.raises(ValueError, match=message):
        env.vector.reset(options=options)
    env.step(np.zeros(2))


def test_wrong_arguments():
    for arguments in (
        {"num_envs": 0}, {"height": 2}, {"max_steps": 0}, {"goal_reward": np.nan}, {"max_start_distance": 0},
        {"render_mode": "human"}, {"max_steps": 3, "max_episode_steps": 4},
    ):  # fmt: skip
        with pytest.raises(ValueError, match=r"received|needs two free cells"):
            VectorNavigation2D(**arguments)
    with pytest.raises(gymnasium.error.ResetNeeded):
        VectorNavigation2D(2).step(np.zeros((2, 2)))
    with pytest.raises(gymnasium.error.ResetNeeded):
        Navigation2D().step(np.zeros(2))
    with pytest.raises(ValueError, match="the first reset has no map yet"):
        Navigation2D().reset(options={"goal": (1, 1)})
    assert pnzoo.envs.REGISTERED["pnzoo/Navigation2D-v0"]
