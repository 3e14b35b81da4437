"""Order, size and steps of the support set."""

import numpy as np
import pytest

from pnzoo import analysis
from pnzoo.models import MatchingNetwork

RNG = np.random.default_rng(0)
CODES = RNG.normal(size=(26, 64)).astype("float32")
LABEL = np.arange(20) % 5


@pytest.fixture(scope="module")
def networks():
    options = {None: {}, "lstm": {"query_steps": 2}, "set": {"query_steps": 2}}
    return {name: MatchingNetwork(support_embedding=name, **more) for name, more in options.items()}


def test_order_matters_to_the_lstm_alone(networks):
    found = {name: analysis.order_sensitivity(network, CODES[:20], LABEL, CODES[20:], orders=7, batch_size=3)
             for name, network in networks.items()}
    for orders in found.values():
        assert orders.probability.shape == (7, 6, 5)
        np.testing.assert_allclose(orders.probability.sum(axis=-1), 1)
    assert found[None].probability_range.max() < 1e-5
    assert found["set"].probability_range.max() < 1e-4
    assert found["lstm"].probability_range.max() > 1e-4


def test_flips_are_the_share_of_minority_answers():
    class Fickle:
        """Answers with the class of the first support image."""

        def match(self, support, labels, query):
            return np.log(np.maximum(np.repeat(labels[:, :1], query.shape[1], axis=1), 1e-9))

    found = analysis.order_sensitivity(Fickle(), CODES[:2], [0, 1], CODES[2:4], orders=40)
    zeros = (found.answer[:, 0] == 0).mean()
    np.testing.assert_allclose(found.disagreement, min(zeros, 1 - zeros))
    np.testing.assert_allclose(found.probability_range, 1, atol=1e-6)


def test_attention_counts_the_images_that_share_it():
    even, one = np.full((2, 3, 8), 1 / 8), np.eye(8)[None, :3]
    np.testing.assert_allclose(analysis.attention_by_step(even), [8, 8])
    np.testing.assert_allclose(analysis.attention_by_step(one), [1])
    batch = np.stack([np.stack([even[0], one[0]])] * 2)  # [B, K, Q, S]
    np.testing.assert_allclose(analysis.attention_by_step(batch), [8, 1])
    with pytest.raises(ValueError, match="attention weights are"):
        analysis.attention_by_step(np.ones(3))


def test_the_first_look_is_even(networks):
    _, _, looks = networks["lstm"].full_context(CODES[None, :20], CODES[None, 20:])
    assert analysis.attention_by_step(np.asarray(looks))[0] == pytest.approx(20, rel=1e-4)


def test_averaged_subsets_are_balanced_and_average():
    seen = []

    class Noting:
        def match(self, support, labels, query):
            seen.append(labels.sum(axis=1))
            return np.log(np.full((len(support), query.shape[1], labels.shape[-1]), 1 / labels.shape[-1]))

    p = analysis.averaged_subsets(Noting(), CODES[:20], LABEL, CODES[20:], max_support=10, n_subsets=3)
    np.testing.assert_allclose(p, 0.2)
    assert (seen[0] == 2).all()
    assert seen[0].shape == (3, 5)


def test_one_subset_of_everything_is_the_whole_support(networks):
    network = networks[None]
    whole = np.exp(np.asarray(network.match(CODES[None, :20], np.eye(5, dtype="float32")[LABEL][None],
                                            CODES[None, 20:])))[0]
    p = analysis.averaged_subsets(network, CODES[:20], LABEL, CODES[20:], max_support=20, n_subsets=1)
    np.testing.assert_allclose(p, whole, atol=1e-5)
