"""The autodiff piece against explicit matrices, and updates that keep to their limit."""

import keras
import numpy as np
import pytest
from keras import ops

from pnzoo.envs import VectorGridWorld
from pnzoo.models import VIN
from pnzoo.rl.trpo import Baseline, Policy, advantages, update, walk

MAPS, STEPS = 6, 9


class Softmax(keras.Model):
    """logits = W x with x = (row, column, 1) of the position: small enough for explicit matrices."""

    scores_every_cell = False

    def __init__(self, moves=8):
        super().__init__()
        self.dense = keras.layers.Dense(moves, use_bias=False)
        self.dense.build((None, None, 3))
        self.built = True

    def call(self, inputs):
        _, positions = inputs
        at = ops.cast(positions, "float32") / 4 - 1
        return self.dense(ops.concatenate([at, ops.ones_like(at[..., :1])], axis=-1))


@pytest.fixture(scope="module")
def policy():
    keras.utils.set_random_seed(0)
    return Policy(Softmax(), maps_a_pass=4, compile=False)  # 6 maps: the second pass is filled up


@pytest.fixture(scope="module")
def theta(policy):
    return np.random.default_rng(0).normal(size=24).astype("float32")


@pytest.fixture
def batch(policy, theta):
    policy.assign(theta)
    return walk(policy, worlds(), STEPS, np.random.default_rng(1))


def worlds(**arguments):
    return VectorGridWorld(MAPS, height=7, max_steps=6, episodes_a_map=None, **arguments)


def advantage_of(batch):
    value = np.zeros(batch.positions.shape[:2])
    return advantages(batch.reward.T, value.T, batch.terminated.T, batch.ended.T)[0].T


def features_and_policy(theta, positions):
    x = np.concatenate([positions / 4 - 1, np.ones((*positions.shape[:-1], 1))], axis=-1)
    logits = x @ theta.reshape(3, 8)
    p = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return x, p / p.sum(axis=-1, keepdims=True)


def explicit_fisher(theta, batch):
    """mean over steps of E_a[ grad log pi(a) grad log pi(a)' ], summed up entry by entry."""
    x, p = features_and_policy(theta, batch.positions[:, :-1])
    fisher = np.zeros((24, 24))
    for n, t in np.argwhere(batch.moved):
        for a in range(8):
            score = np.outer(x[n, t], np.eye(8)[a] - p[n, t]).reshape(-1)
            fisher += p[n, t, a] * np.outer(score, score)
    return fisher / batch.moved.sum()


# -- the pieces ---------------------------------------------------------------------------------


def test_parameters_come_and_go_as_one_vector(policy, theta):
    policy.assign(theta)
    np.testing.assert_array_equal(policy.parameters(), theta)
    np.testing.assert_array_equal(ops.convert_to_numpy(policy.model.dense.kernel), theta.reshape(3, 8))


def test_the_fisher_product_is_the_explicit_matrix_times_the_vector(policy, theta, batch):
    fisher, data = explicit_fisher(theta, batch), batch.data(advantage_of(batch))
    for seed in range(3):
        vector = np.random.default_rng(seed).normal(size=24)
        np.testing.assert_allclose(policy.fisher(data)(vector), fisher @ vector, rtol=1e-4, atol=1e-5)


def test_the_fisher_matrix_is_the_curvature_of_the_kl(policy, theta, batch):
    data, vector = batch.data(advantage_of(batch)), np.random.default_rng(0).normal(size=24)
    kl = []
    for sign in (0.05, -0.05):
        policy.assign(theta + sign * vector)
        kl.append(policy.measure(data)[1])
    assert sum(kl) / 0.05**2 == pytest.approx(vector @ explicit_fisher(theta, batch) @ vector, rel=0.02)


@pytest.mark.parametrize("entropy", [0.0, 0.1])
def test_objective_and_gradient(policy, theta, batch, entropy):
    """At the old parameters: mean A + entropy bonus, and the policy gradient written out."""
    advantage = advantage_of(batch)
    data = batch.data(advantage)
    policy.assign(theta)
    value, gradient = policy.surrogate(data, entropy)
    x, p = features_and_policy(theta, batch.positions[:, :-1])
    scaled, moved = data[4], batch.moved
    undecided = -(p * np.log(p)).sum(axis=-1)
    of_logits = scaled[..., None] * (np.eye(8)[batch.actions] - p)
    of_logits -= entropy * p * (np.log(p) + undecided[..., None])
    expected = np.einsum("ntf,nta->fa", x * moved[..., None], of_logits) / moved.sum()
    assert value == pytest.approx((scaled[moved].mean() + entropy * undecided[moved].mean()), abs=1e-5)
    np.testing.assert_allclose(gradient, expected.reshape(-1), rtol=1e-3, atol=1e-5)
    assert policy.measure(data, entropy) == pytest.approx((value, 0.0), abs=1e-5)


def test_compiled_functions_give_the_same(policy, theta, batch):
    data, vector = batch.data(advantage_of(batch)), np.random.default_rng(0).normal(size=24)
    compiled = Policy(policy.model, maps_a_pass=4, compile=True)
    np.testing.assert_allclose(compiled.fisher(data)(vector), policy.fisher(data)(vector), rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(compiled.surrogate(data)[1], policy.surrogate(data)[1], rtol=1e-4, atol=1e-5)


def test_a_planning_network_has_the_same_products_in_one_pass_or_many():
    """F is symmetric and positive, and a batch in parts is the batch."""
    keras.utils.set_random_seed(1)
    model = VIN(k=3, channels=3, features=(4,)).build_weights()
    one, many = Policy(model, maps_a_pass=6, compile=False), Policy(model, maps_a_pass=4, compile=False)
    batch = walk(one, worlds(), STEPS, np.random.default_rng(0))
    data = batch.data(advantage_of(batch))
    u, v = np.random.default_rng(2).normal(size=(2, len(one.parameters())))
    product = one.fisher(data)(v)
    np.testing.assert_allclose(many.fisher(data)(v), product, rtol=1e-3, atol=1e-5)
    assert u @ product == pytest.approx(v @ one.fisher(data)(u), rel=1e-3)
    assert v @ product > 0
    np.testing.assert_allclose(many.surrogate(data)[1], one.surrogate(data)[1], rtol=1e-3, atol=1e-5)
    np.testing.assert_allclose(many.cells(batch.image), one.cells(batch.image), rtol=1e-4, atol=1e-5)


# -- the walk -------------------------------------------------------------------------------------


def test_a_walk_is_what_the_worlds_did(policy, theta, batch):
    """Walked again by hand from the same start, each move with its reward; episodes follow one another."""
    envs = worlds()
    rng = np.random.default_rng(1)
    observation, _ = envs.reset(seed=int(rng.integers(2**31)))
    over = np.zeros(MAPS, bool)
    for t in range(STEPS):
        np.testing.assert_array_equal(batch.positions[:, t], observation["position"])
        np.testing.assert_array_equal(batch.moved[:, t], ~over)
        observation, reward, terminated, truncated, info = envs.step(batch.actions[:, t])
        over = terminated | truncated
        np.testing.assert_array_equal(batch.reward[:, t], reward)
        np.testing.assert_array_equal(batch.ended[:, t] & batch.moved[:, t], over)
        np.testing.assert_array_equal(batch.reached[:, t], info["reached"])
    assert batch.steps == batch.moved.sum() < MAPS * STEPS
    assert 0 < batch.episodes <= MAPS * STEPS
    _, p = features_and_policy(theta, batch.positions)
    np.testing.assert_allclose(batch.log_policy, np.log(p), atol=1e-4)


def test_walks_draw_from_the_policy(policy, theta):
    policy.assign(theta)
    batch = walk(policy, worlds(wall_ends=False), 400, np.random.default_rng(0))
    p = np.exp(batch.log_policy[:, :-1])[batch.moved]
    drawn = np.eye(8)[batch.actions[batch.moved]]
    error = (drawn.mean(axis=0) - p.mean(axis=0)) / np.sqrt(p.mean(axis=0) / len(p))
    assert np.abs(error).max() < 4


def test_a_walk_refuses_what_would_go_wrong(policy):
    rng = np.random.default_rng(0)
    with pytest.raises(ValueError, match="make the worlds with episodes_a_map=None"):
        walk(policy, VectorGridWorld(2, height=8), 3, rng)
    with pytest.raises(ValueError, match=r"a policy gives 8 logits a cell, one a move; this one gives 5"):
        walk(Policy(Softmax(moves=5)), worlds(), 3, rng)
    policy.assign(np.full(24, np.nan))
    with pytest.raises(ValueError, match="the policy gives NaN"):
        walk(policy, worlds(), 3, rng)


# -- the update -----------------------------------------------------------------------------------


@pytest.mark.parametrize("kl_limit", [1e-3, 0.01, 0.3])
@pytest.mark.parametrize("seed", range(4))
def test_the_kl_keeps_to_the_limit_and_the_policy_improves(policy, kl_limit, seed):
    start = np.random.default_rng(seed).normal(size=24).astype("float32")
    policy.assign(start)
    batch = walk(policy, worlds(), STEPS, np.random.default_rng(seed))
    data = batch.data(advantage_of(batch))
    before = policy.measure(data)[0]
    outcome = update(policy, data, kl_limit=kl_limit, damping=1e-3)
    after, kl = policy.measure(data)
    assert outcome.accepted, outcome.reason
    assert 0 < kl <= kl_limit
    assert kl == pytest.approx(outcome.kl)
    assert after - before == pytest.approx(outcome.gain)
    assert outcome.gain > 0
    assert not np.array_equal(policy.parameters(), start)


def test_the_step_is_the_natural_gradient(policy, theta, batch):
    data = batch.data(advantage_of(batch))
    policy.assign(theta)
    gradient = policy.surrogate(data)[1]
    outcome = update(policy, data, kl_limit=1e-4, damping=0.01, cg_steps=60)
    moved = policy.parameters() - theta
    natural = np.linalg.solve(explicit_fisher(theta, batch) + 0.01 * np.eye(24), gradient)
    assert moved @ natural / np.linalg.norm(moved) / np.linalg.norm(natural) > 0.999
    assert outcome.fraction > 0.3  # the quadratic model holds for a small step


def test_a_step_that_is_not_better_is_taken_back(policy, theta, batch, monkeypatch):
    data = batch.data(advantage_of(batch))
    for found in ((-np.inf, 0.0), (np.nan, np.nan), (np.inf, 1.0)):
        policy.assign(theta)
        monkeypatch.setattr(policy, "measure", lambda *_, found=found: found)
        outcome = update(policy, data)
        assert (outcome.accepted, outcome.kl) == (False, 0.0)
        assert outcome.reason == "no step along the direction is better and within the limit"
        np.testing.assert_array_equal(policy.parameters(), theta)


@pytest.mark.parametrize("number,reason", [(np.nan, "not finite"), (np.inf, "not finite"), (0.0, "gradient is zero")])
def test_advantages_that_say_nothing_change_nothing(policy, theta, batch, number, reason):
    policy.assign(theta)
    data = list(batch.data(advantage_of(batch)))
    data[4] = np.full_like(data[4], number)
    outcome = update(policy, tuple(data))
    assert not outcome.accepted
    assert reason in outcome.reason
    np.testing.assert_array_equal(policy.parameters(), theta)


def test_wrong_limits(policy, batch):
    with pytest.raises(ValueError, match="kl_limit is positive and damping not negative, received 0"):
        update(policy, batch.data(advantage_of(batch)), kl_limit=0)


# -- the baseline -----------------------------------------------------------------------------------


def test_the_baseline_learns_what_is_linear_in_its_features(batch):
    baseline = Baseline(ridge=1e-9)
    assert not baseline(batch).any()
    nearness = 3 - 2 * np.abs(batch.positions - np.argwhere(batch.image[..., 1])[:, None, 1:]).max(axis=-1)
    baseline.fit(batch, nearness[:, :-1].astype(float))
    np.testing.assert_allclose(baseline(batch)[:, :-1][batch.moved], nearness[:, :-1][batch.moved], atol=1e-2)
    kept = baseline.weights
    baseline.fit(batch, np.full(nearness[:, :-1].shape, np.nan))
    assert baseline.weights is kept
