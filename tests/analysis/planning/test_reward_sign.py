"""Signs of rewards: what is painted as good makes V rise, on every planner of the zoo that computes values."""

import numpy as np
import pytest

import pnzoo
from pnzoo import analysis, gridworld

PLANNERS = [name for name in pnzoo.list_models() if pnzoo.card(name)["model"] in ("VIN", "DeterministicVIN")]


@pytest.mark.parametrize("name", PLANNERS)
def test_a_good_place_raises_the_values_around_it(name):
    model = pnzoo.load(name)
    sign = analysis.reward_sign(model)
    assert sign == (-1 if name.endswith("_paper") else 1)
    walls, goal = (x[0] for x in gridworld.generate(1, 8, seed=3))
    trace = model.trace(walls, goal)
    reward = trace.reward.copy()
    free = ~walls
    reward[free] += sign * 0.2 * np.abs(reward[free]).max()
    assert (model.replan(walls, goal, reward).values[-1] - trace.values[-1])[free].mean() > 0


def test_a_reactive_planner_has_no_reward():
    with pytest.raises(TypeError, match="no reward"):
        analysis.reward_sign(pnzoo.load("cnn8"))
