"""Distributions against SciPy and closed forms."""

import gymnasium
import numpy as np
import pytest
from keras import ops
from scipy import stats

from pnzoo.rl.trpo import Categorical, DiagonalGaussian, distribution_of

RNG = np.random.default_rng(0)
LOGITS, OTHER = RNG.normal(size=(2, 6, 5)).astype("float32")
GAUSS, OTHER_GAUSS = RNG.normal(scale=0.5, size=(2, 6, 4)).astype("float32")


def numpy(tensor):
    return ops.convert_to_numpy(tensor)


def softmax(logits):
    return np.exp(logits) / np.exp(logits).sum(axis=-1, keepdims=True)


def test_categorical_against_scipy():
    pi, p, q = Categorical(5), softmax(LOGITS), softmax(OTHER)
    actions = np.arange(6) % 5
    np.testing.assert_allclose(numpy(pi.log_prob(LOGITS, actions)), np.log(p[np.arange(6), actions]), rtol=1e-5)
    np.testing.assert_allclose(numpy(pi.entropy(LOGITS)), stats.entropy(p, axis=-1), rtol=1e-5)
    np.testing.assert_allclose(numpy(pi.kl(LOGITS, OTHER)), stats.entropy(p, q, axis=-1), rtol=1e-4, atol=1e-6)
    np.testing.assert_array_equal(pi.mode(LOGITS), LOGITS.argmax(axis=-1))


def test_gaussian_against_scipy():
    pi, actions = DiagonalGaussian(2), RNG.normal(size=(6, 2)).astype("float32")
    mean, std = GAUSS[:, :2], np.exp(GAUSS[:, 2:])
    of_scipy = stats.norm(mean, std)
    np.testing.assert_allclose(numpy(pi.log_prob(GAUSS, actions)), of_scipy.logpdf(actions).sum(axis=-1), rtol=1e-4)
    np.testing.assert_allclose(numpy(pi.entropy(GAUSS)), of_scipy.entropy().sum(axis=-1), rtol=1e-4)
    np.testing.assert_array_equal(pi.mode(GAUSS), mean)


def test_gaussian_kl_is_the_closed_form():
    """log s2/s1 + (s1^2 + (m1 - m2)^2) / 2 s2^2 - 1/2, summed; and 0 from itself."""
    pi = DiagonalGaussian(2)
    (m1, m2), (s1, s2) = (GAUSS[:, :2], OTHER_GAUSS[:, :2]), (np.exp(GAUSS[:, 2:]), np.exp(OTHER_GAUSS[:, 2:]))
    expected = (np.log(s2 / s1) + (s1**2 + (m1 - m2) ** 2) / (2 * s2**2) - 0.5).sum(axis=-1)
    np.testing.assert_allclose(numpy(pi.kl(GAUSS, OTHER_GAUSS)), expected, rtol=1e-4)
    np.testing.assert_allclose(numpy(pi.kl(GAUSS, GAUSS)), 0, atol=1e-6)


@pytest.mark.parametrize("pi,parameters", [(Categorical(5), LOGITS), (DiagonalGaussian(2), GAUSS)])
def test_fisher_is_the_curvature_of_the_kl(pi, parameters):
    parameters = parameters.astype("float64")
    tangent, step = np.random.default_rng(1).normal(size=parameters.shape), 1e-3
    curvature = sum(numpy(pi.kl(parameters, parameters + s * step * tangent)) for s in (1, -1)) / step**2
    product = (tangent * numpy(pi.fisher(parameters, tangent))).sum(axis=-1)
    np.testing.assert_allclose(product, curvature, rtol=1e-2)


def test_samples_follow_the_distribution():
    rng = np.random.default_rng(0)
    drawn = Categorical(5).sample(np.broadcast_to(LOGITS[0], (20000, 5)), rng)
    observed = np.bincount(drawn, minlength=5)
    assert stats.chisquare(observed, softmax(LOGITS[0].astype(float)) * 20000).pvalue > 1e-3
    actions = DiagonalGaussian(2).sample(np.broadcast_to(GAUSS[0], (20000, 4)), rng)
    for column, (mean, log_std) in enumerate(zip(GAUSS[0, :2], GAUSS[0, 2:], strict=True)):
        assert stats.kstest(actions[:, column], stats.norm(mean, np.exp(log_std)).cdf).pvalue > 1e-3


def test_the_log_deviations_are_the_same_in_every_state():
    pi = DiagonalGaussian(2, log_std=-1.0)
    output = RNG.normal(size=(3, 4, 2)).astype("float32")
    parameters = numpy(pi.parameters(output, *pi.variables))
    assert parameters.shape == (3, 4, pi.num_parameters)
    np.testing.assert_array_equal(parameters[..., :2], output)
    np.testing.assert_array_equal(parameters[..., 2:], -1.0)


def test_a_distribution_for_each_action_space():
    assert isinstance(distribution_of(gymnasium.spaces.Discrete(4)), Categorical)
    assert distribution_of(gymnasium.spaces.Box(-1, 1, (3,))).num_outputs == 3
    spaces = gymnasium.spaces
    for space in (spaces.Discrete(3, start=1), spaces.MultiBinary(3), spaces.Box(0, 1, (2, 2))):
        with pytest.raises(ValueError, match="actions are Discrete"):
            distribution_of(space)
