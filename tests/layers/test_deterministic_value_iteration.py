"""Deterministic value iteration against plain NumPy: one neighbour a move, K until V converges, a terminal state."""

import keras
import numpy as np
import pytest

from pnzoo.layers import DeterministicValueIteration
from tests.layers.checks import array, check_layer, randomise

RNG = np.random.default_rng(0)
REWARD = -RNG.uniform(0.5, 1.5, (2, 5, 6)).astype("float32")
SEEN = RNG.normal(size=(2, 5, 6, 3)).astype("float32")
GOAL = np.zeros((2, 5, 6), "float32")
GOAL[0, 1, 2] = GOAL[1, 4, 0] = 1


def layer_of(k=None, **options):
    layer = DeterministicValueIteration(k, **options)
    layer.build(REWARD.shape, SEEN.shape)
    return randomise(layer)


def by_the_equations(layer, steps):
    """V after each step, [steps + 1, 2, 5, 6], cell by cell."""
    kernel, bias, raw = (array(w).astype(float)[0] for w in (layer.logit_kernel, layer.logit_bias, layer.action_bias))
    cost = -np.log1p(np.exp(raw))[list(layer.action_groups)]
    towards = (SEEN @ kernel + bias).reshape(*SEEN.shape[:3], len(layer.action_groups), 9).argmax(axis=-1)
    values = [np.zeros(REWARD.shape)]
    for _ in range(steps):
        after = np.zeros(REWARD.shape)
        for b, row, column in np.ndindex(REWARD.shape):
            if GOAL[b, row, column]:
                continue
            ways = []
            for a, j in enumerate(towards[b, row, column]):
                # Beyond the edge lies the edge again.
                there = b, np.clip(row + j // 3 - 1, 0, 4), np.clip(column + j % 3 - 1, 0, 5)
                ways.append(REWARD[there] + values[-1][there] + cost[a])
            after[b, row, column] = max(ways)
        values.append(after)
    return np.array(values)


@pytest.mark.parametrize("groups", [(0, 0, 0, 0, 1, 1, 1, 1), (0, 1, 2)])
def test_it_follows_the_equations(groups):
    layer = layer_of(k=6, action_groups=groups)
    every = layer(REWARD, SEEN, GOAL, steps=True)
    values = by_the_equations(layer, 7)
    np.testing.assert_allclose(array(every.values).transpose(1, 0, 2, 3), values[:7], rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(array(every.q).max(axis=-1), values[7], rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(array(layer(REWARD, SEEN, GOAL)), array(every.q), rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(array(layer(REWARD, SEEN, GOAL, training=True)), array(every.q), rtol=1e-5, atol=1e-5)


def test_converged_is_where_more_steps_change_nothing():
    layer = layer_of()
    found = layer.converge(REWARD, SEEN, GOAL)
    k, moving = int(array(found.k)), array(found.not_converged) > 0
    assert bool(array(found.converged))
    values = by_the_equations(layer, k + 20)
    still = (np.abs(np.diff(values, axis=0)) < 1e-9)[k:].all(axis=0)
    np.testing.assert_array_equal(still, ~moving)
    np.testing.assert_allclose(array(found.value)[still], values[-1][still], rtol=1e-4, atol=1e-4)
    assert (np.abs(values[k] - values[k - 1]) > 1e-9)[still].any()


def test_it_goes_on_from_where_it_was():
    layer = layer_of()
    whole = layer.converge(REWARD, SEEN, GOAL)
    half = layer.converge(REWARD, SEEN, GOAL, max_iterations=2)
    assert (int(array(half.k)), bool(array(half.converged))) == (2, False)
    rest = layer.converge(REWARD, SEEN, GOAL, value=half.value)
    still = array(whole.not_converged) == 0
    np.testing.assert_array_equal(array(rest.value)[still], array(whole.value)[still])


def test_a_huge_k_stops_when_nothing_changes():
    found = layer_of(k=10**6).converge(REWARD, SEEN, GOAL)
    assert bool(array(found.converged))
    assert int(array(found.k)) < 60


@pytest.mark.parametrize("hard_transition", [True, False])
def test_what_every_layer_does(hard_transition, tmp_path):
    def make(**options):
        return DeterministicValueIteration(3, hard_transition=hard_transition, inverse_temperature=2.0, **options)

    if not hard_transition:
        return check_layer(make, (REWARD, SEEN, GOAL), tmp_path)
    layer = make()
    copy = DeterministicValueIteration.from_config(layer.get_config())
    assert copy.get_config() == layer.get_config()
    eager, symbols = layer(REWARD, SEEN, GOAL), [keras.Input(x.shape[1:]) for x in (REWARD, SEEN, GOAL)]
    copy(*symbols)
    copy.set_weights(layer.get_weights())
    np.testing.assert_array_equal(array(copy(REWARD, SEEN, GOAL)), array(eager))
    return None


def test_k_is_needed_where_it_can_not_be_found():
    with pytest.raises(ValueError, match="k=None"):
        layer_of()(REWARD, SEEN, GOAL, training=True)
    with pytest.raises(ValueError, match="k=None"):
        layer_of()(REWARD, SEEN, GOAL, steps=True)
    with pytest.raises(ValueError, match="whole number"):
        DeterministicValueIteration(0)
