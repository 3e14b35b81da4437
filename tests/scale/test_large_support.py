"""Attention over nearest neighbours, against the attention over all."""

import numpy as np
import pytest

from pnzoo import FewShotClassifier, glyphs
from pnzoo.few_shot.large_support import LargeSupport

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def drawings():
    pytest.importorskip("faiss", reason="needs pip install '.[faiss]'")
    return glyphs.generate(2, 10, 8, seed=3).images


@pytest.fixture(scope="module")
def classifier(drawings):
    labels = np.repeat([f"c{i:02d}" for i in range(20)], 6)
    return FewShotClassifier("matching_glyphs").fit(drawings[:, :6].reshape(-1, 28, 28), labels)


def test_with_all_neighbours_it_is_full_attention(classifier, drawings):
    queries = drawings[:, 6:].reshape(-1, 28, 28)
    embeddings = classifier.reader_.embed(classifier.reader_.read(queries))
    support = LargeSupport.of(classifier, index="Flat", n_neighbors=120)
    attention, found = classifier.attention(queries), support.attend(embeddings)
    full = np.zeros_like(attention)
    np.put_along_axis(full, found.index, found.weight.astype(float), axis=1)
    np.testing.assert_allclose(full, attention, atol=1e-5)
    np.testing.assert_allclose(support.predict_proba(embeddings), classifier.predict_proba(queries), atol=1e-5)
    assert (support.predict(embeddings) == classifier.predict(queries)).all()


def test_an_index_finds_most_of_it(classifier, drawings):
    embeddings = classifier.reader_.embed(classifier.reader_.read(drawings[:, 6:].reshape(-1, 28, 28)))
    exact = LargeSupport.of(classifier, index="Flat", n_neighbors=10).attend(embeddings)
    for index in ("HNSW16", "IVF4,Flat"):
        support = LargeSupport.of(classifier, index=index, n_neighbors=10, n_probe=4)
        found = support.attend(embeddings)
        shared = np.mean([np.isin(a, b).mean() for a, b in zip(exact.index, found.index, strict=True)])
        assert shared > 0.9
        np.testing.assert_allclose(found.weight.sum(axis=1), 1, rtol=1e-5)
    support.set_probe(1)
    fewer = support.attend(embeddings)
    assert np.mean([np.isin(a, b).mean() for a, b in zip(exact.index, fewer.index, strict=True)]) < shared


def test_what_it_cannot_hold_is_said(classifier):
    with pytest.raises(ValueError, match="FAISS makes no index 'nonsense'"):
        LargeSupport.of(classifier, index="nonsense")
    with pytest.raises(ValueError, match="need as many labels"):
        LargeSupport(np.eye(3), [0, 1], scale=1.0)
    with pytest.raises(ValueError, match="does not compare embeddings by one cosine"):
        LargeSupport.of(FewShotClassifier("matching_fce_glyphs").fit(np.eye(28)[None].repeat(2, 0), [0, 1]))
