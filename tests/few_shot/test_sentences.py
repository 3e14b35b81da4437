"""FewShotClassifier on texts."""

import keras
import numpy as np
import pytest

import pnzoo
from pnzoo import language

pytest.importorskip("sklearn")
from pnzoo.models import SentenceMatchingNetwork

SMALL = {"buckets": 500, "word_dim": 6, "units": 5, "embedding_dim": 7}
TEXTS = ["the ___ barked at us", "a ___ wagged its tail", "the ___ purred", "we fed milk to the ___"]
LABELS = ["dog", "dog", "cat", "cat"]


@pytest.fixture(scope="module")
def network():
    keras.utils.set_random_seed(0)
    network = SentenceMatchingNetwork(SMALL, side=6)
    words = network.backbone.get_layer("words").vectors  # zero before training, when all texts are alike
    words.assign(np.random.default_rng(0).normal(size=words.shape))
    return network


@pytest.fixture(scope="module")
def classifier(network):
    return pnzoo.FewShotClassifier(network).fit(TEXTS, LABELS)


def test_it_says_what_the_network_says(network, classifier):
    query = ["my ___ purred", "a big ___ barked"]
    probability = classifier.predict_proba(query)
    table = language.encode(TEXTS + query, side=6, table=language_table())
    labels = np.eye(2, dtype="float32")[[1, 1, 0, 0]]
    inputs = {"support": table[None, :4], "labels": labels[None], "query": table[None, 4:]}
    expected = np.exp(keras.ops.convert_to_numpy(network(inputs)))[0]
    np.testing.assert_allclose(probability, expected, atol=1e-5)
    assert (classifier.predict(query) == classifier.classes_[probability.argmax(1)]).all()
    attention = classifier.attention(query)
    assert attention.shape == (2, 4)
    np.testing.assert_allclose(attention @ labels, probability, atol=1e-5)
    assert classifier.support_.tolist() == TEXTS
    assert classifier.predict(TEXTS).tolist() == LABELS


def language_table():
    from pnzoo.data.language.encoding import WordTable

    return WordTable(500)


def test_a_text_without_a_blank_is_the_mean_over_its_words(classifier):
    words = ["stocks", "fell", "again"]
    turns = [" ".join(["___" if i == j else word for j, word in enumerate(words)]) for i in range(3)]
    whole, *parts = classifier.reader_.embed(["Stocks fell again.", *turns])
    np.testing.assert_allclose(whole, np.mean(parts, axis=0), atol=1e-5)


def test_more_texts_at_once_change_nothing(classifier):
    texts = [f"the {word} ___ {word}" for word in "abcdefg"]
    alone = np.concatenate([classifier.predict_proba([text]) for text in texts])
    np.testing.assert_allclose(classifier.predict_proba(np.array(texts)), alone, atol=1e-5)
    np.testing.assert_allclose(classifier.predict_proba(np.array(texts)[:, None]), alone, atol=1e-5)


@pytest.mark.parametrize(
    ("texts", "error", "says"),
    [
        (["a ___ b", ""], ValueError, "text 1"),
        (["a ___ b ___"], ValueError, "2 blanks"),
        (["word"], ValueError, "single word"),
        (["___"], ValueError, "nothing but a blank"),
        ([float("nan")], TypeError, "float"),
        ([b"a ___ b"], TypeError, "bytes"),
        ("a ___ b", TypeError, "one text"),
    ],
)
def test_texts_that_cannot_be_read_are_refused_and_nothing_is_lost(classifier, texts, error, says):
    before = classifier.predict_proba(TEXTS)
    with pytest.raises(error, match=says):
        classifier.predict(texts)
    with pytest.raises(error, match=says):
        classifier.partial_fit(texts, ["dog"] * len(texts))
    np.testing.assert_array_equal(classifier.predict_proba(TEXTS), before)


def test_it_is_saved_and_learns_more(network, classifier, tmp_path):
    classifier.save(tmp_path / "texts.npz")
    again = pnzoo.FewShotClassifier.load(tmp_path / "texts.npz", network)
    np.testing.assert_array_equal(again.predict_proba(TEXTS), classifier.predict_proba(TEXTS))
    again.partial_fit(["the ___ sang in its cage"], ["bird"])
    assert again.classes_.tolist() == ["bird", "cat", "dog"]
    with pytest.raises(ValueError, match="stays as it is"):
        again.fine_tune()
