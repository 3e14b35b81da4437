"""Two LSTMs that meet at a blank, and words by their spelling."""

import numpy as np
import pytest

from pnzoo.layers import BlankContext, HashedWords
from tests.layers.checks import array, check_layer, randomise

RNG = np.random.default_rng(0)
WORDS = RNG.normal(size=(3, 8, 5)).astype("float32")
REAL = np.ones((3, 8), "bool")
REAL[0, :3] = REAL[1, 5:] = False


def context(units=4):
    layer = BlankContext(units)
    layer([WORDS, REAL])
    return randomise(layer)


def test_what_every_layer_does(tmp_path):
    check_layer(lambda **o: BlankContext(3, **o), (WORDS, REAL), tmp_path, lambda layer, *x: layer(list(x)))


def test_it_is_two_lstms_by_hand():
    layer = context()
    found = array(layer([WORDS, REAL]))
    for row, (words, real) in enumerate(zip(WORDS, REAL, strict=True)):
        before = lstm(layer.forward_lstm, words[:4][real[:4]])
        after = lstm(layer.backward_lstm, words[4:][real[4:]][::-1])
        np.testing.assert_allclose(found[row], np.r_[before, after], atol=1e-5)


def lstm(layer, words):
    """Keras' LSTM in NumPy: its state after the last word."""
    kernel, recurrent, bias = (array(weight) for weight in layer.weights)
    h = c = np.zeros(layer.units)
    for word in words:
        i, f, new, o = np.split(word @ kernel + h @ recurrent + bias, 4)
        c = sigmoid(f) * c + sigmoid(i) * np.tanh(new)
        h = sigmoid(o) * np.tanh(c)
    return h


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def test_padding_at_the_ends_changes_nothing():
    layer = context()
    wide, real = np.zeros((3, 12, 5), "float32"), np.zeros((3, 12), "bool")
    wide[:, 2:10], real[:, 2:10] = WORDS, REAL
    np.testing.assert_allclose(array(layer([wide, real])), array(layer([WORDS, REAL])), atol=1e-6)


def test_every_word_of_a_sentence_at_once_is_each_by_itself():
    layer, length = context(), 6
    sentence = RNG.normal(size=(1, length, 5)).astype("float32")
    padded = np.concatenate([sentence, RNG.normal(size=(1, 2, 5)).astype("float32")], axis=1)
    real = np.arange(length + 2)[None] < length
    found = array(layer.sequences(padded, real))
    for word in range(1, length - 1):
        before, after = sentence[0, :word], sentence[0, word + 1 :]
        alone, there = np.zeros((1, 2 * length, 5), "float32"), np.zeros((1, 2 * length), "bool")
        alone[0, length - len(before) : length], alone[0, length : length + len(after)] = before, after
        there[0, length - len(before) : length + len(after)] = True
        np.testing.assert_allclose(found[0, word - 1], array(layer([alone, there]))[0], atol=1e-5)


def test_a_word_is_the_sum_of_its_features():
    layer = HashedWords(20, 4)
    layer(np.zeros((1, 2, 3), "int32"))
    assert not array(layer(np.array([[[3, 7, 0]]]))).any()  # before training nothing is known
    vectors = array(randomise(layer).vectors)
    found = array(layer(np.array([[[3, 7, 0], [0, 0, 0]]])))
    np.testing.assert_allclose(found[0], [vectors[3] + vectors[7], np.zeros(4)], atol=1e-6)


def test_while_training_the_whole_word_is_dropped_now_and_then():
    layer = HashedWords(20, 4, word_dropout=0.5, seed=1)
    layer(np.zeros((1, 2, 2), "int32"))
    vectors = array(randomise(layer).vectors)
    found = array(layer(np.tile([3, 7], (400, 1)), training=True))
    dropped = np.isclose(found, vectors[7], atol=1e-6).all(-1)
    assert np.isclose(found[~dropped], vectors[3] + vectors[7], atol=1e-6).all()
    assert 0.35 < dropped.mean() < 0.65


@pytest.mark.parametrize("wrong", [{"buckets": 1}, {"dim": 0}, {"word_dropout": 1.0}])
def test_wrong_options_are_refused(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        HashedWords(**{"buckets": 9, "dim": 3, **wrong})
