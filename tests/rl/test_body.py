"""TRPO of a body: rollouts say what the environments did, an update keeps to its limit and improves."""

import keras
import numpy as np
import pytest

from pnzoo.envs import VectorNavigation2D
from pnzoo.models import ContinuousVIN
from pnzoo.rl.trpo import Baseline, BodyPolicy, body_features, collect_body_rollouts, estimate, update

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def policy():
    keras.utils.set_random_seed(0)
    return BodyPolicy(ContinuousVIN(hidden=3, k=4, units=(6,)), batch_size=4, jit_compile=False)


def rollouts(policy, seed=0):
    envs = VectorNavigation2D(6, 9, max_steps=7, episodes_per_map=None, progress_reward=0.1)
    return collect_body_rollouts(policy, envs, 12, np.random.default_rng(seed))


def test_the_parameters_are_those_of_the_network(policy):
    seen = rollouts(policy)
    image, states = seen.observations["image"], seen.observations["state"]
    assert (image.shape, states.shape, seen.actions.shape) == ((6, 9, 9, 2), (6, 13, 4), (6, 12, 2))
    np.testing.assert_allclose(policy.action_parameters([image, states]), seen.parameters, rtol=1e-3, atol=1e-4)
    assert (seen.mask.sum(axis=1) < 12).all()  # the step in which another episode begins


def test_an_update_keeps_to_the_limit_and_improves(policy):
    seen, baseline = rollouts(policy, 1), Baseline(body_features)
    _, returns = estimate(seen, baseline)
    baseline.fit(seen, returns)
    assert np.isfinite(baseline(seen)).all()
    batch = seen.training_batch(estimate(seen, baseline)[0])
    before, theta = policy.measure(batch)[0], policy.parameters()
    info = update(policy, batch, target_kl=0.01)
    after, kl = policy.measure(batch)
    assert info.accepted, info.reason
    assert 0 < kl <= 0.01
    assert after - before == pytest.approx(info.gain, abs=1e-6)
    assert (policy.parameters()[-2:] != theta[-2:]).all()  # the log deviations too


def test_maps_that_change_are_refused(policy):
    with pytest.raises(ValueError, match="episodes_per_map=None"):
        collect_body_rollouts(policy, VectorNavigation2D(2, 9), 3, np.random.default_rng(0))
