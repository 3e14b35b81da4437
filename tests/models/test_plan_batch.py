"""Many maps in one pass: every plan is that of its map alone, whatever ends it."""

import numpy as np
import pytest

from pnzoo import gridworld
from pnzoo.models import DeterministicVIN


def maps(kind, count=12, size=9):
    """Maps with starts anywhere: some of them on a goal, some cut off."""
    walls, goal = gridworld.generate_family(kind, count, size, seed=3)
    rng = np.random.default_rng(0)
    walls[0], walls[0, 1:-1, 1:-1] = True, False
    walls[0, 4] = True  # two halves
    start = np.array([rng.permutation(np.argwhere(~each))[0] for each in walls])
    start[0], goal[0], start[1] = (1, 1), (size - 2, size - 2), goal[1]
    return walls, start, goal


CASES = {
    "vin8": {"k": 3},  # too few steps for the longer paths
    "cnn8": {},
    "vin_maze": {},
    "vin_maze4": {},
    "vin_octile": {},
}


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("max_steps", [None, 4])
def test_plans_of_a_batch_are_those_of_its_maps(name, max_steps, entry):
    model = entry(name).with_options(**CASES[name]) if CASES[name] else entry(name)
    walls, start, goal = maps("maze" if name != "cnn8" else "open", size=8 if name == "cnn8" else 9)
    together = model.plan_batch(walls, start, goal, max_steps)
    alone = [model.plan(*each, max_steps) for each in zip(walls, start, goal, strict=True)]
    assert together == alone
    reasons = " ".join(plan.reason for plan in alone)
    assert "reached the goal" in reasons
    assert "walls separate them" in reasons
    if max_steps:
        assert "gave up after 4 moves" in reasons


def test_value_iteration_says_what_the_network_says(entry):
    walls, start, goal = maps("maze")
    model = entry("vin_maze")
    together = model.plan_batch(walls, start, goal, solver="value_iteration")
    for plan, each in zip(together, zip(walls, start, goal, strict=True), strict=True):
        alone = model.plan(*each, solver="value_iteration")
        assert plan._replace(k=alone.k) == alone  # a batch goes on until its last map has converged
        assert (plan.k or 0) >= (alone.k or 0)


def test_wrong_maps_are_named(entry):
    walls = np.zeros((2, 3, 3), bool)
    with pytest.raises(ValueError, match=r"goal of map 1 \(3, 0\) lies outside the 3x3 map"):
        DeterministicVIN().plan_batch(walls, [(0, 0), (0, 0)], [(0, 1), (3, 0)])
    with pytest.raises(ValueError, match=r"shape \[B, H, W\], received shape \[3, 3\]"):
        DeterministicVIN().plan_batch(walls[0], (0, 0), (0, 1))
    assert DeterministicVIN().plan_batch(walls[:0], np.zeros((0, 2)), np.zeros((0, 2))) == []
