"""Advantages, conjugate gradient and line search against what they should be."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pnzoo.rl.trpo.optimize import advantages, conjugate_gradient, line_search


def spd(size, seed, spread=10.0):
    """A random symmetric positive definite matrix with eigenvalues between 1 and `spread`."""
    rng = np.random.default_rng(seed)
    basis = np.linalg.qr(rng.normal(size=(size, size)))[0]
    return basis * rng.uniform(1, spread, size) @ basis.T


@settings(max_examples=30, deadline=None)
@given(size=st.integers(1, 30), seed=st.integers(0, 2**31))
def test_conjugate_gradient_solves_spd_systems(size, seed):
    matrix, wanted = spd(size, seed), np.random.default_rng(seed).normal(size=size)
    found = conjugate_gradient(lambda v: matrix @ v, matrix @ wanted, max_steps=3 * size, tolerance=1e-20)
    np.testing.assert_allclose(found, wanted, atol=1e-6)


def test_few_steps_come_near_and_more_steps_nearer():
    matrix, wanted = spd(40, 0), np.ones(40)
    distance = []
    for steps in (1, 3, 6, 12):
        away = conjugate_gradient(lambda v: matrix @ v, matrix @ wanted, steps) - wanted
        distance.append(away @ matrix @ away)
    assert all(np.diff(distance) < 0)


def test_what_is_not_positive_or_not_finite_is_not_followed():
    target = np.array([1.0, 2.0])
    assert conjugate_gradient(lambda v: -v, target).tolist() == [0, 0]
    assert conjugate_gradient(lambda v: v * np.nan, target).tolist() == [0, 0]
    assert conjugate_gradient(lambda v: v, np.zeros(2)).tolist() == [0, 0]


def test_the_line_search_takes_the_first_that_is_good():
    tried = []

    def measure(step_size):
        tried.append(step_size)
        return {1.0: (np.nan, 0.0), 0.5: (1.0, np.nan), 0.25: (-1.0, 0.0), 0.125: (1.0, 0.3)}.get(step_size, (1.0, 0.1))

    assert line_search(measure, 0.2, max_iter=10, shrinking_factor=0.5) == (0.0625, 1.0, 0.1)
    assert tried == [1.0, 0.5, 0.25, 0.125, 0.0625]
    assert line_search(measure, 0.2, max_iter=4, shrinking_factor=0.5) is None


def by_definition(reward, value, terminated, done, gamma, gae_lambda):
    """Generalised advantages as the sum that defines them."""
    found = np.zeros_like(reward)
    steps = len(reward)
    for n in range(reward.shape[1]):
        for t in range(steps):
            weight = 1.0
            for later in range(t, steps):
                following = 0.0 if terminated[later, n] else value[later + 1, n]
                found[t, n] += weight * (reward[later, n] + gamma * following - value[later, n])
                weight *= gamma * gae_lambda
                if done[later, n]:
                    break
    return found


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**31), gamma=st.floats(0, 1), gae_lambda=st.floats(0, 1))
def test_advantages_are_what_defines_them(seed, gamma, gae_lambda):
    rng = np.random.default_rng(seed)
    reward, value = rng.normal(size=(12, 3)), rng.normal(size=(13, 3))
    terminated = rng.random((12, 3)) < 0.2
    done = terminated | (rng.random((12, 3)) < 0.2)
    found, returns = advantages(reward, value, terminated, done, gamma, gae_lambda)
    np.testing.assert_allclose(found, by_definition(reward, value, terminated, done, gamma, gae_lambda), atol=1e-9)
    np.testing.assert_allclose(returns, found + value[:-1])


@pytest.mark.parametrize(
    "change,message",
    [
        ({"reward": np.full((4, 2), np.nan)}, r"reward holds nan at \(0, 0\)"),
        ({"value": np.full((5, 2), np.inf)}, "value holds inf"),
        ({"value": np.zeros((4, 2))}, r"T steps need T \+ 1 values"),
        ({"gamma": 1.5}, "gamma lies between 0 and 1, received 1.5"),
        ({"gae_lambda": -0.1}, "gae_lambda lies between 0 and 1"),
    ],
)
def test_wrong_input(change, message):
    flags = np.zeros((4, 2), bool)
    good = {"reward": np.zeros((4, 2)), "value": np.zeros((5, 2)), "terminated": flags, "done": flags}
    with pytest.raises(ValueError, match=message):
        advantages(**good | change)
