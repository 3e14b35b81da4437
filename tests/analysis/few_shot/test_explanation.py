"""What the few-shot page shows of a decision is what the model decided."""

import numpy as np
import pytest

from pnzoo import analysis
from pnzoo.data import glyphs
from pnzoo.models.few_shot.mann import MANN
from pnzoo.models.few_shot.matching import MatchingNetwork
from pnzoo.models.few_shot.siamese import SiameseNetwork

CHARACTERS = glyphs.generate(1, 4, 4, seed=2).images / np.float32(255)
SUPPORT, LABEL = CHARACTERS[:, :2].reshape(-1, 28, 28), np.repeat(np.arange(4), 2)
QUERY = CHARACTERS[2, 3]


def models():
    return {"plain": MatchingNetwork(), "fce": MatchingNetwork(support_embedding="lstm", query_steps=3),
            "siamese": SiameseNetwork(), "mann": MANN()}


@pytest.mark.parametrize("kind", models())
def test_probabilities_are_the_model_s_own(kind):
    model = models()[kind]
    made = analysis.explain(model, SUPPORT, LABEL, QUERY)
    episode = {"support": SUPPORT[None, ..., None], "labels": np.eye(4, dtype="float32")[LABEL][None],
               "query": QUERY[None, None, ..., None]}
    np.testing.assert_allclose(made.probability, np.exp(np.asarray(model(episode)))[0, 0], atol=1e-4)
    assert made.probability.sum() == pytest.approx(1)


def test_attention_summed_by_class_is_the_probability():
    for kind in ("plain", "fce"):
        made = analysis.explain(models()[kind], SUPPORT, LABEL, QUERY)
        np.testing.assert_allclose(np.bincount(LABEL, made.attention), made.probability, atol=1e-5)


def test_a_model_with_full_context_tells_its_looks():
    made = analysis.explain(models()["fce"], SUPPORT, LABEL, QUERY)
    assert made.steps.shape == (3, 8)
    np.testing.assert_allclose(made.steps.sum(axis=1), 1, atol=1e-5)
    np.testing.assert_allclose(made.steps[0], 1 / 8, atol=1e-5)  # h_0 is zero
    assert analysis.explain(models()["plain"], SUPPORT, LABEL, QUERY).steps is None


@pytest.mark.parametrize("kind", ["plain", "fce", "mann"])
def test_embeddings_made_before_give_the_same(kind):
    model = models()[kind]
    made = analysis.explain(model, SUPPORT, LABEL, QUERY)
    embeddings = np.asarray(model.embed(np.concatenate([SUPPORT, QUERY[None]])[..., None]))
    again = analysis.explain_embeddings(model, embeddings[:-1], LABEL, embeddings[-1])
    np.testing.assert_allclose(again.probability, made.probability, atol=1e-6)
    if kind == "mann":
        assert again.similarity is None
        return
    unit = embeddings / np.linalg.norm(embeddings, axis=1, keepdims=True)
    np.testing.assert_allclose(again.similarity, unit[:-1] @ unit[-1], atol=1e-5)  # before any context
    assert again.confidence == pytest.approx(again.similarity.max())
    with pytest.raises(ValueError, match="expected support"):
        analysis.explain_embeddings(model, embeddings[:-1], LABEL[:3], embeddings[-1])


def test_order_matters_to_the_lstm_only():
    same = analysis.permute_support(models()["plain"], SUPPORT, LABEL, QUERY, times=5)
    assert np.ptp(same, axis=0).max() < 1e-5
    other = analysis.permute_support(models()["fce"], SUPPORT, LABEL, QUERY, times=5)
    assert np.ptp(other, axis=0).max() > 1e-4
    np.testing.assert_allclose(other.sum(axis=1), 1, atol=1e-6)


@pytest.mark.parametrize(("support", "label", "query"), [
    (SUPPORT[:0], LABEL[:0], QUERY), (SUPPORT, LABEL[:3], QUERY), (SUPPORT, LABEL, SUPPORT), (SUPPORT[0], [0], QUERY),
])
def test_decide_refuses(support, label, query):
    with pytest.raises(ValueError, match="expected support"):
        analysis.explain(models()["plain"], support, label, query)


def test_plane_keeps_the_distances_of_codes_that_lie_in_one():
    rng = np.random.default_rng(0)
    flat = rng.normal(size=(6, 2)) @ rng.normal(size=(2, 9))
    at, share = analysis.pca_2d(flat)
    unit = flat / np.linalg.norm(flat, axis=1, keepdims=True)
    expected = np.linalg.norm(unit[:, None] - unit[None], axis=-1)
    np.testing.assert_allclose(np.linalg.norm(at[:, None] - at[None], axis=-1), expected, atol=1e-9)
    assert share == pytest.approx(1)
    assert analysis.pca_2d(np.ones((1, 5)))[0].shape == (1, 2)
    assert analysis.pca_2d(np.ones((4, 5)))[1] == 1.0
