"""A web to navigate in Gymnasium."""

import gymnasium
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env

import pnzoo.envs
from pnzoo import graphs


@pytest.fixture(scope="module")
def embedded():
    return graphs.embed(graphs.generate(60, seed=5, topics=3, subtopics=2))


@pytest.mark.filterwarnings("error")
def test_gymnasium_finds_nothing_wrong(embedded):
    env = gymnasium.make("pnzoo/WebNav-v0", web=embedded, render_mode="ansi")
    check_env(env.unwrapped)
    env.reset(seed=0)
    assert len(env.render().splitlines()) == 2


def test_a_shortest_way_is_followed_to_its_end(embedded):
    env = pnzoo.envs.WebNav(embedded)
    for seed in range(5):
        observation, info = env.reset(seed=seed)
        away = graphs.distances(embedded.web, [env.goal])[0]
        assert info["distance"] == away[observation["page"]]
        assert info["text"] in " ".join(embedded.web.sentences[env.goal])
        for left in range(info["distance"], 0, -1):
            assert (info["action_mask"] == (observation["links"] >= 0)).all()
            links = observation["links"][observation["links"] >= 0]
            observation, reward, terminated, truncated, info = env.step(int(away[links].argmin()))
            assert (reward, terminated, truncated) == (float(left == 1), left == 1, False)
        with pytest.raises(gymnasium.error.ResetNeeded):
            env.step(0)


def test_a_link_that_is_not_there_and_the_end_of_an_episode(embedded):
    env = pnzoo.envs.WebNav(embedded, max_steps=2)
    page = int(embedded.web.degrees.argmin())
    goal = int(np.flatnonzero(graphs.distances(embedded.web, np.arange(60))[:, page] > 2)[0])
    before, _ = env.reset(seed=0, options={"start": page, "goal": embedded.web.titles[goal], "query": "bade"})
    after, *_, truncated, info = env.step(env.action_space.n - 1)
    assert (after["page"], truncated, info["is_success"]) == (before["page"], False, False)
    assert env.step(0)[3]


def test_wrong_arguments(embedded):
    env = pnzoo.envs.WebNav(embedded)
    with pytest.raises(gymnasium.error.ResetNeeded):
        env.step(0)
    env.reset(seed=0)
    for action in (-1, 999, 0.5, np.nan):
        with pytest.raises(ValueError, match="an action is a whole number from 0"):
            env.step(action)
    with pytest.raises(ValueError, match="no page 'Nowhere'"):
        env.reset(options={"start": "Nowhere"})
    with pytest.raises(ValueError, match="options are start, goal and query"):
        env.reset(options={"end": 3})
    with pytest.raises(ValueError, match=r"got list"):
        pnzoo.envs.WebNav([])
    with pytest.raises(ValueError, match="part is one of"):
        pnzoo.envs.WebNav(embedded, part="exam")
    with pytest.raises(ValueError, match="max_steps"):
        pnzoo.envs.WebNav(embedded, max_steps=-1)
