"""The autodiff piece against explicit matrices, and updates that keep to their limit."""

import gymnasium
import keras
import numpy as np
import pytest
from keras import ops

from pnzoo.envs import VectorGridWorld
from pnzoo.models import VIN
from pnzoo.rl.trpo import (
    Baseline,
    Categorical,
    DiagonalGaussian,
    GridPolicy,
    Policy,
    advantages,
    collect_grid_rollouts,
    collect_rollouts,
    estimate,
    grid_features,
    update,
)
from tests.toys import uncompiled

pytestmark = pytest.mark.integration

MAPS, STEPS = 6, 9


class Softmax(keras.Model):
    """logits = W x with x = (row, column, 1) of the position: small enough for explicit matrices."""

    dense_prediction = False

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
    return GridPolicy(Softmax(), batch_size=4, jit_compile=False)  # 6 maps: the second pass is filled up


@pytest.fixture(scope="module")
def theta(policy):
    return np.random.default_rng(0).normal(size=24).astype("float32")


@pytest.fixture
def batch(policy, theta):
    policy.assign(theta)
    return collect_grid_rollouts(policy, worlds(), STEPS, np.random.default_rng(1))


def worlds(**arguments):
    return VectorGridWorld(MAPS, height=7, max_steps=6, episodes_per_map=None, **arguments)


def advantage_of(batch):
    value = np.zeros(batch.positions.shape[:2])
    return advantages(batch.reward.T, value.T, batch.terminated.T, batch.done.T)[0].T


def features_and_policy(theta, positions):
    x = np.concatenate([positions / 4 - 1, np.ones((*positions.shape[:-1], 1))], axis=-1)
    logits = x @ theta.reshape(3, 8)
    p = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return x, p / p.sum(axis=-1, keepdims=True)


def explicit_fisher(theta, batch):
    """mean over steps of E_a[ grad log pi(a) grad log pi(a)' ], summed up entry by entry."""
    x, p = features_and_policy(theta, batch.positions[:, :-1])
    fisher = np.zeros((24, 24))
    for n, t in np.argwhere(batch.mask):
        for a in range(8):
            score = np.outer(x[n, t], np.eye(8)[a] - p[n, t]).reshape(-1)
            fisher += p[n, t, a] * np.outer(score, score)
    return fisher / batch.mask.sum()


# -- the pieces ---------------------------------------------------------------------------------


def test_parameters_come_and_go_as_one_vector(policy, theta):
    policy.assign(theta)
    np.testing.assert_array_equal(policy.parameters(), theta)
    np.testing.assert_array_equal(ops.convert_to_numpy(policy.model.dense.kernel), theta.reshape(3, 8))


def test_the_fisher_product_is_the_explicit_matrix_times_the_vector(policy, theta, batch):
    fisher, data = explicit_fisher(theta, batch), batch.training_batch(advantage_of(batch))
    for seed in range(3):
        vector = np.random.default_rng(seed).normal(size=24)
        np.testing.assert_allclose(policy.fisher(data)(vector), fisher @ vector, rtol=1e-4, atol=1e-5)


def test_the_fisher_matrix_is_the_curvature_of_the_kl(policy, theta, batch):
    data, vector = batch.training_batch(advantage_of(batch)), np.random.default_rng(0).normal(size=24)
    kl = []
    for sign in (0.05, -0.05):
        policy.assign(theta + sign * vector)
        kl.append(policy.measure(data)[1])
    assert sum(kl) / 0.05**2 == pytest.approx(vector @ explicit_fisher(theta, batch) @ vector, rel=0.02)


@pytest.mark.parametrize("ent_coef", [0.0, 0.1])
def test_objective_and_gradient(policy, theta, batch, ent_coef):
    """At the old parameters: mean A + entropy bonus, and the policy gradient written out."""
    advantage = advantage_of(batch)
    data = batch.training_batch(advantage)
    policy.assign(theta)
    value, gradient = policy.surrogate(data, ent_coef)
    x, p = features_and_policy(theta, batch.positions[:, :-1])
    scaled, mask = data.advantage, batch.mask
    entropy_of_step = -(p * np.log(p)).sum(axis=-1)
    of_logits = scaled[..., None] * (np.eye(8)[batch.actions] - p)
    of_logits -= ent_coef * p * (np.log(p) + entropy_of_step[..., None])
    expected = np.einsum("ntf,nta->fa", x * mask[..., None], of_logits) / mask.sum()
    assert value == pytest.approx((scaled[mask].mean() + ent_coef * entropy_of_step[mask].mean()), abs=1e-5)
    np.testing.assert_allclose(gradient, expected.reshape(-1), rtol=1e-3, atol=1e-5)
    assert policy.measure(data, ent_coef) == pytest.approx((value, 0.0), abs=1e-5)


def test_compiled_functions_give_the_same(policy, theta, batch):
    data, vector = batch.training_batch(advantage_of(batch)), np.random.default_rng(0).normal(size=24)
    compiled = GridPolicy(policy.model, batch_size=4, jit_compile=True)
    np.testing.assert_allclose(compiled.fisher(data)(vector), policy.fisher(data)(vector), rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(compiled.surrogate(data)[1], policy.surrogate(data)[1], rtol=1e-4, atol=1e-5)


def test_a_planning_network_has_the_same_products_in_one_pass_or_many():
    """F is symmetric and positive, and a batch in parts is the batch."""
    keras.utils.set_random_seed(1)
    model = VIN(k=3, channels=3, filters=(4,))
    one, many = GridPolicy(model, batch_size=6, jit_compile=False), GridPolicy(model, batch_size=4, jit_compile=False)
    with uncompiled():
        batch = collect_grid_rollouts(one, worlds(), STEPS, np.random.default_rng(0))
        data = batch.training_batch(advantage_of(batch))
        u, v = np.random.default_rng(2).normal(size=(2, len(one.parameters())))
        product = one.fisher(data)(v)
        np.testing.assert_allclose(many.fisher(data)(v), product, rtol=1e-3, atol=1e-5)
        assert u @ product == pytest.approx(v @ one.fisher(data)(u), rel=1e-3)
        assert v @ product > 0
        np.testing.assert_allclose(many.surrogate(data)[1], one.surrogate(data)[1], rtol=1e-3, atol=1e-5)
        np.testing.assert_allclose(many.logits(batch.image), one.logits(batch.image), rtol=1e-4, atol=1e-5)


# -- the walk -------------------------------------------------------------------------------------


def test_a_walk_is_what_the_worlds_did(policy, theta, batch):
    """Walked again by hand from the same start, each move with its reward; episodes follow one another."""
    envs = worlds()
    rng = np.random.default_rng(1)
    observation, _ = envs.reset(seed=int(rng.integers(2**31)))
    over = np.zeros(MAPS, bool)
    for t in range(STEPS):
        np.testing.assert_array_equal(batch.positions[:, t], observation["position"])
        np.testing.assert_array_equal(batch.mask[:, t], ~over)
        observation, reward, terminated, truncated, info = envs.step(batch.actions[:, t])
        over = terminated | truncated
        np.testing.assert_array_equal(batch.reward[:, t], reward)
        np.testing.assert_array_equal(batch.done[:, t] & batch.mask[:, t], over)
        np.testing.assert_array_equal(batch.success[:, t], info["is_success"])
    assert batch.steps == batch.mask.sum() < MAPS * STEPS
    assert 0 < batch.episodes <= MAPS * STEPS
    _, p = features_and_policy(theta, batch.positions)
    np.testing.assert_allclose(batch.parameters, np.log(p), atol=1e-4)


def test_walks_draw_from_the_policy(policy, theta):
    policy.assign(theta)
    batch = collect_grid_rollouts(policy, worlds(terminate_on_collision=False), 400, np.random.default_rng(0))
    p = np.exp(batch.parameters[:, :-1])[batch.mask]
    drawn = np.eye(8)[batch.actions[batch.mask]]
    error = (drawn.mean(axis=0) - p.mean(axis=0)) / np.sqrt(p.mean(axis=0) / len(p))
    assert np.abs(error).max() < 4


def test_a_walk_refuses_what_would_go_wrong(policy):
    rng = np.random.default_rng(0)
    with pytest.raises(ValueError, match="make the environments with episodes_per_map=None"):
        collect_grid_rollouts(policy, VectorGridWorld(2, height=8), 3, rng)
    with pytest.raises(ValueError, match=r"Categorical has 8 parameters a state; .* gives 5"):
        collect_grid_rollouts(GridPolicy(Softmax(moves=5)), worlds(), 3, rng)
    policy.assign(np.full(24, np.nan))
    with pytest.raises(ValueError, match="the policy gives NaN"):
        collect_grid_rollouts(policy, worlds(), 3, rng)


# -- the update -----------------------------------------------------------------------------------


@pytest.mark.parametrize("target_kl", [1e-3, 0.01, 0.3])
@pytest.mark.parametrize("seed", range(4))
def test_the_kl_keeps_to_the_limit_and_the_policy_improves(policy, target_kl, seed):
    start = np.random.default_rng(seed).normal(size=24).astype("float32")
    policy.assign(start)
    batch = collect_grid_rollouts(policy, worlds(), STEPS, np.random.default_rng(seed))
    data = batch.training_batch(advantage_of(batch))
    before = policy.measure(data)[0]
    outcome = update(policy, data, target_kl=target_kl, cg_damping=1e-3)
    after, kl = policy.measure(data)
    assert outcome.accepted, outcome.reason
    assert 0 < kl <= target_kl
    assert kl == pytest.approx(outcome.kl)
    assert after - before == pytest.approx(outcome.gain)
    assert outcome.gain > 0
    assert not np.array_equal(policy.parameters(), start)


def test_the_step_is_the_natural_gradient(policy, theta, batch):
    data = batch.training_batch(advantage_of(batch))
    policy.assign(theta)
    gradient = policy.surrogate(data)[1]
    outcome = update(policy, data, target_kl=1e-4, cg_damping=0.01, cg_max_steps=60)
    moved = policy.parameters() - theta
    natural = np.linalg.solve(explicit_fisher(theta, batch) + 0.01 * np.eye(24), gradient)
    assert moved @ natural / np.linalg.norm(moved) / np.linalg.norm(natural) > 0.999
    assert outcome.step_size > 0.3  # the quadratic model holds for a small step


def test_a_step_that_is_not_better_is_taken_back(policy, theta, batch, monkeypatch):
    data = batch.training_batch(advantage_of(batch))
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
    data = batch.training_batch(advantage_of(batch))
    outcome = update(policy, data._replace(advantage=np.full_like(data.advantage, number)))
    assert not outcome.accepted
    assert reason in outcome.reason
    np.testing.assert_array_equal(policy.parameters(), theta)


def test_wrong_limits(policy, batch):
    with pytest.raises(ValueError, match="target_kl is positive and cg_damping not negative, received 0"):
        update(policy, batch.training_batch(advantage_of(batch)), target_kl=0)


# -- the baseline -----------------------------------------------------------------------------------


def test_the_baseline_learns_what_is_linear_in_its_features(batch):
    baseline = Baseline(grid_features, ridge=1e-9)
    assert not baseline(batch).any()
    nearness = 3 - 2 * np.abs(batch.positions - np.argwhere(batch.image[..., 1])[:, None, 1:]).max(axis=-1)
    baseline.fit(batch, nearness[:, :-1].astype(float))
    np.testing.assert_allclose(baseline(batch)[:, :-1][batch.mask], nearness[:, :-1][batch.mask], atol=1e-2)
    kept = baseline.weights
    baseline.fit(batch, np.full(nearness[:, :-1].shape, np.nan))
    assert baseline.weights is kept


# -- any vector environment --------------------------------------------------------------------------


def perceptron(inputs, outputs):
    keras.utils.set_random_seed(0)
    return keras.Sequential([keras.Input((inputs,)), keras.layers.Dense(16, "tanh"), keras.layers.Dense(outputs)])


def test_a_pole_is_balanced_better():
    """Ten updates on a standard environment of Gymnasium, which knows nothing of this package."""
    envs = gymnasium.make_vec("CartPole-v1", 8)
    policy, baseline = Policy(perceptron(4, 2), Categorical(2), jit_compile=False), Baseline()
    length = []
    for iteration in range(10):
        rollouts = collect_rollouts(policy, envs, 100, np.random.default_rng(iteration))
        advantage, returns = estimate(rollouts, baseline)
        info = update(policy, rollouts.training_batch(advantage), target_kl=0.03)
        baseline.fit(rollouts, returns)
        assert info.kl <= 0.03
        length.append(rollouts.steps / max(1, rollouts.episodes))
    assert length[0] < 30
    assert length[-1] > 2 * length[0]


def test_a_gaussian_policy_keeps_to_the_limit_and_improves():
    envs = gymnasium.make_vec("Pendulum-v1", 4)
    policy = Policy(perceptron(3, 1), DiagonalGaussian(1, log_std=-0.5), batch_size=64, jit_compile=False)
    rollouts = collect_rollouts(policy, envs, 50, np.random.default_rng(0))
    assert rollouts.actions.shape == (4, 50, 1)
    assert rollouts.parameters.shape == (4, 51, 2)
    batch = rollouts.training_batch(estimate(rollouts, Baseline())[0])
    before, theta = policy.measure(batch)[0], policy.parameters()
    info = update(policy, batch, target_kl=0.01, cg_damping=1e-3)
    after, kl = policy.measure(batch)
    assert info.accepted, info.reason
    assert 0 < kl <= 0.01
    assert after - before == pytest.approx(info.gain, abs=1e-6)
    assert info.gain > 0
    assert (policy.parameters() != theta).all()  # the log standard deviation too


def test_the_gaussian_fisher_product_is_the_curvature_of_the_kl():
    envs = gymnasium.make_vec("Pendulum-v1", 4)
    policy = Policy(perceptron(3, 1), DiagonalGaussian(1, log_std=0.3), jit_compile=False)
    rollouts = collect_rollouts(policy, envs, 20, np.random.default_rng(0))
    batch = rollouts.training_batch(estimate(rollouts, Baseline())[0])
    theta, vector = policy.parameters(), np.random.default_rng(1).normal(size=len(policy.parameters()))
    expected = vector @ policy.fisher(batch)(vector)
    kl = []
    for sign in (0.02, -0.02):
        policy.assign(theta + sign * vector)
        kl.append(policy.measure(batch)[1])
    assert sum(kl) / 0.02**2 == pytest.approx(expected, rel=0.05)


def test_rollouts_say_what_the_environments_did():
    """Idle steps, in which an environment begins another episode, do not count."""
    policy = Policy(perceptron(4, 2), Categorical(2), jit_compile=False)
    rollouts = collect_rollouts(policy, gymnasium.make_vec("CartPole-v1", 3), 60, np.random.default_rng(0))
    begun = ~rollouts.mask
    assert begun.any()
    assert (rollouts.done[:, :-1] & rollouts.mask[:, :-1] == begun[:, 1:]).all()
    np.testing.assert_array_equal(rollouts.reward, rollouts.mask)
    first = np.abs(rollouts.observations[:, 1:][begun]).max()
    assert first <= 0.05  # where CartPole begins
    assert rollouts.steps == rollouts.mask.sum()
    assert rollouts.mean_return > 5


def test_another_autoreset_mode_is_refused():
    envs = VectorGridWorld(2, height=8, autoreset_mode="SameStep")
    with pytest.raises(ValueError, match="autoreset_mode=gymnasium"):
        collect_rollouts(Policy(perceptron(4, 2), Categorical(2)), envs, 3, np.random.default_rng(0))
