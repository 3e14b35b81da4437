"""Traces and plans in a reward of one's own."""

import numpy as np
import pytest

from pnzoo import gridworld
from pnzoo.models import VIN

MAPS = gridworld.generate(6, 8, seed=3)


def planner(**settings):
    return VIN(k=6, filters=(8,), **settings)


def test_policies_of_a_trace_are_those_of_fewer_steps():
    model = planner()
    trace = model.trace(MAPS.walls[0], MAPS.goal[0])
    fewer = model.with_options(k=3)
    fewer.set_weights(model.get_weights())
    assert (trace.policies[3] == fewer.trace(MAPS.walls[0], MAPS.goal[0]).policy).all()
    assert (trace.policies[-1] == trace.policy).all()
    assert (trace.greedy[-1] == trace.q.argmax(axis=-1)).all()


@pytest.mark.parametrize("border", [True, False])
def test_replanning_on_the_learned_reward_changes_nothing(border):
    model = planner()
    walls, goal = (x[0] for x in gridworld.generate(1, 8, seed=5, border=border))
    trace = model.trace(walls, goal)
    again = model.replan(walls, goal, trace.reward)
    for one, other in zip(trace, again, strict=True):
        np.testing.assert_array_equal(one, other)
    painted = trace.reward.copy()
    painted[tuple(goal)] += 1
    assert not np.array_equal(model.replan(walls, goal, painted).values, trace.values)


@pytest.mark.parametrize("reward", [np.zeros((3, 3)), np.full((8, 8), np.nan), np.full((8, 8), np.inf)])
def test_replan_refuses(reward):
    with pytest.raises(ValueError, match="reward"):
        planner().replan(MAPS.walls[0], MAPS.goal[0], reward)
