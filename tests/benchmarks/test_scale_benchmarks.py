"""The benchmarks of Ray and FAISS measure what they say."""

import numpy as np
import pytest

from tests.benchmarks import large_support
from train.readme import benchmark_tables


def test_what_an_index_lacks_is_counted():
    attention = np.array([[0.5, 0.3, 0.2], [0.1, 0.2, 0.7]])
    labels = np.array([0, 1, 1])
    proba = large_support.by_class(attention, labels)
    np.testing.assert_allclose(proba, [[0.5, 0.5], [0.1, 0.9]])
    found = type("Found", (), {"index": np.array([[0, 1], [2, -1]]), "weight": np.array([[0.6, 0.4], [1.0, 0.0]])})
    row = large_support.compared(attention, proba, np.argsort(-attention, axis=1), found, labels, np.array([0, 1]))
    assert row["recall"] == pytest.approx(0.75)
    assert row["mass"] == pytest.approx((0.8 + 0.7) / 2)
    assert row["distance"] == pytest.approx(0.1)
    assert (row["other_answers"], row["accuracy"]) == (0, 1)


def test_the_vectors_are_as_near_as_is_said():
    support, labels, query, truth, _ = large_support.vectors(2000)
    cosine = query @ support.T / np.linalg.norm(query, axis=1)[:, None] / np.linalg.norm(support, axis=1)
    same = truth[:, None] == labels
    assert cosine[same].mean() == pytest.approx(0.55, abs=0.02)
    assert cosine[~same].mean() == pytest.approx(0.3, abs=0.02)


def test_full_attention_is_that_of_the_layer():
    from pnzoo.layers import MatchingAttention

    rng = np.random.default_rng(0)
    support, query = (rng.normal(size=(n, 8)).astype("float32") for n in (12, 5))
    attention, _ = large_support.full(support, query, 10.0)
    layer = MatchingAttention(scale=10.0)
    layer.build(None)
    np.testing.assert_allclose(np.exp(layer.log_attention(query[None], support[None]))[0], attention, atol=1e-5)


def test_the_tables():
    table = benchmark_tables.batch_planning_table()
    assert "| the driver's memory" in table
    assert "| 1,000,000 |" in table
    assert "| Flat |" in benchmark_tables.large_support_table()
