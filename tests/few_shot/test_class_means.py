"""Class means against their definition, class by class."""

import pickle

import numpy as np

from pnzoo.few_shot import class_means
from pnzoo.few_shot.chunked import probabilities
from pnzoo.few_shot.class_means import ClassMeans

RNG = np.random.default_rng(0)


def unit(x):
    return x / np.linalg.norm(x, axis=-1, keepdims=True)


def by_definition(support, label, query, scale):
    means = np.stack([unit(unit(support[label == c]).mean(0)) for c in np.unique(label)])
    p = np.exp(scale * unit(query) @ means.T)
    return p / p.sum(1, keepdims=True)


def test_probabilities_are_those_of_the_definition():
    means = ClassMeans(scale=7.0)
    for size, way in ((6, 2), (40, 5), (7, 7)):
        label = np.concatenate([np.arange(way), RNG.integers(0, way, size - way)])
        support, query = RNG.normal(size=(size, 9)), RNG.normal(size=(4, 9))
        for _ in range(2):  # the second time from what was kept
            found = probabilities(means, support, label, query)
            np.testing.assert_allclose(found, by_definition(support, label, query, 7.0), rtol=1e-9)
        other = RNG.permutation(label)  # the same array with other labels
        found = probabilities(means, support, other, query)
        np.testing.assert_allclose(found, by_definition(support, other, query, 7.0), rtol=1e-9)


def test_what_is_kept_stays_out_of_a_pickle():
    means = ClassMeans()
    probabilities(means, RNG.normal(size=(500, 300)), np.arange(500) % 2, RNG.normal(size=(1, 300)))
    assert len(pickle.dumps(means)) < 1000


def test_a_support_set_is_summed_once(monkeypatch):
    sums, calls = class_means._class_sums, []
    monkeypatch.setattr(class_means, "_class_sums", lambda *given: calls.append(1) or sums(*given))
    means, support = ClassMeans(), RNG.normal(size=(300, 16)).astype("float32")
    label = np.arange(300) % 60
    for i in range(5):
        found = probabilities(means, support, label, support[i : i + 1])
        np.testing.assert_allclose(found, by_definition(support, label, support[i : i + 1], means.scale), rtol=1e-3)
    assert len(calls) == 1
    probabilities(means, support.copy(), label, support[:1])
    assert len(calls) == 2
