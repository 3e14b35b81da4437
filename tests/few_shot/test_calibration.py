"""Probabilities are as sure as the support set says they may be."""

import numpy as np
import pytest

from pnzoo.few_shot import calibration
from pnzoo.few_shot.calibration import fit_inverse, temperature, tempered


class Means:
    """Softmax of -scale times the squared distance to class means."""

    def __init__(self, scale):
        self.scale = scale

    def match(self, support, labels, query):
        means = np.swapaxes(labels, 1, 2) @ support / labels.sum(1)[:, :, None]
        logits = -self.scale * ((query[:, :, None] - means[:, None]) ** 2).sum(-1)
        return logits - np.log(np.exp(logits - logits.max(-1, keepdims=True)).sum(-1, keepdims=True)) - logits.max(
            -1, keepdims=True
        )


@pytest.fixture(scope="module")
def classes():
    """Normal clouds [6 classes, 60 images, 8] of deviation 1: with scale 1/2 the probabilities are right."""
    rng = np.random.default_rng(0)
    return rng.normal(0, 1.2, (6, 1, 8)) + rng.normal(size=(6, 60, 8))


@pytest.mark.parametrize("scale", [0.15, 0.5, 1.5])
def test_the_temperature_makes_probabilities_as_sure_as_they_are_right(scale):
    rng, found, gaps = np.random.default_rng(1), [], []
    for _ in range(12):
        clouds = rng.normal(0, 1.2, (6, 1, 8)) + rng.normal(size=(6, 100, 8))
        support, label = clouds[:, :20].reshape(-1, 8), np.repeat(np.arange(6), 20)
        query, truth = clouds[:, 20:].reshape(-1, 8), np.repeat(np.arange(6), 80)
        found.append(temperature(Means(scale), support, label))
        p = np.exp(Means(scale).match(support[None], np.eye(6)[label][None], query[None])[0])
        gaps.append([of.max(1).mean() - (of.argmax(1) == truth).mean() for of in (p, tempered(p, found[-1]))])
    before, after = np.abs(np.mean(gaps, axis=0))
    # the prior keeps it nearer to 1 than the clouds alone would have it
    assert np.mean(np.log(found)) == pytest.approx(0.6 * np.log(scale / 0.5), abs=0.2)
    assert after < (0.05 if scale == 0.5 else 0.75 * before), (before, after)


def test_few_images_leave_the_temperature_near_one(classes):
    label = np.repeat(np.arange(6), 3)
    few = temperature(Means(1.5), classes[:, :3].reshape(-1, 8), label)
    many = temperature(Means(1.5), classes[:, :30].reshape(-1, 8), np.repeat(np.arange(6), 30))
    assert 1 < few < many
    for images, of in ((classes[:, :2].reshape(-1, 8), np.repeat(np.arange(6), 2)), (classes[0, :9], np.zeros(9, int))):
        assert temperature(Means(1.5), images, of) == 1.0


def test_it_does_not_depend_on_how_many_are_named_at_once(classes, monkeypatch):
    support, label = classes[:, :14].reshape(-1, 8), np.repeat(np.arange(6), 14)
    whole = temperature(Means(0.9), support, label)
    monkeypatch.setattr(calibration, "MAX_NUMBERS", 3 * support.size)
    assert temperature(Means(0.9), support, label) == whole


def test_numbers_of_labels_that_skip_some_are_taken(classes):
    support, label = classes[:3, :5].reshape(-1, 8), np.repeat([0, 2, 5], 5)
    assert temperature(Means(0.5), support, label) == temperature(Means(0.5), support, np.repeat(np.arange(3), 5))


def test_a_share_of_zero_stays_zero():
    np.testing.assert_allclose(tempered([[0.5, 0.5, 0.0]], 2.0), [[0.5, 0.5, 0.0]])
    assert fit_inverse(np.log([[0.8, 0.2]] * 10), np.array([0] * 8 + [1] * 2), np.inf) == pytest.approx(0, abs=0.02)
