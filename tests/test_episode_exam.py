import numpy as np
import pytest

from pnzoo.evaluation import episodes as episode_exam


class Cosine:
    """Matches codes by cosine, in NumPy."""

    def match(self, support, labels, query, mask=None):
        unit = [x / np.linalg.norm(x, axis=-1, keepdims=True) for x in (query, support)]
        return 20 * np.einsum("bqd,bsd->bqs", *unit) @ labels


def codes(spread, classes=60, seed=0):
    """One direction a class, each drawing off by `spread`."""
    rng = np.random.default_rng(seed)
    return (rng.normal(size=(classes, 1, 16)) + spread * rng.normal(size=(classes, 10, 16))).astype("float32")


def test_perfect_codes_are_always_right_and_noise_is_chance():
    exam = {"way": 5, "shot": 1, "n": 300}
    assert episode_exam.accuracy(Cosine(), codes(0.01), **exam)["value"] == 1.0
    low, high = episode_exam.accuracy(Cosine(), codes(1e6), **exam)["interval"]
    assert low - 0.01 < 0.2 < high + 0.01


def test_more_shots_and_fewer_ways_are_easier():
    def score(way, shot):
        return episode_exam.accuracy(Cosine(), codes(0.8), way=way, shot=shot, n=200)["value"]

    assert score(5, 5) > score(5, 1) > score(20, 1)


def test_the_same_seed_measures_the_same():
    a, b, c = (episode_exam.accuracy(Cosine(), codes(0.8), way=5, shot=1, n=100, seed=s) for s in (1, 1, 2))
    assert a == b
    assert a["value"] != c["value"]
    assert a["seeds"] == [1]


def test_batches_do_not_change_what_is_measured():
    a, b = (episode_exam.accuracy(Cosine(), codes(0.8), way=5, shot=1, n=50, at_once=k) for k in (7, 50))
    assert a == b


def test_within_one_alphabet_is_harder_where_alphabets_look_alike():
    apart = codes(0.5, 40) + 3 * np.repeat(np.random.default_rng(1).normal(size=(4, 1, 16)), 10, axis=0)
    alphabet = np.repeat(np.arange(4), 10)
    mixed, within = (
        episode_exam.accuracy(Cosine(), apart.astype("float32"), way=5, shot=1, n=200, alphabet=a)["value"]
        for a in (None, alphabet)
    )
    assert within < mixed


def test_the_interval_covers_the_truth_as_often_as_it_says():
    rng = np.random.default_rng(0)
    covered = 0
    for _ in range(400):
        low, high = episode_exam.interval(rng.binomial(25, 0.9, 200) / 25)["interval"]
        covered += low <= 0.9 <= high
    assert 0.91 < covered / 400 < 0.99


def test_an_interval_stays_within_0_and_1():
    assert episode_exam.interval(np.ones(10)) == {"value": 1.0, "n": 10, "interval": [1.0, 1.0]}
    assert episode_exam.interval(np.array([0.5]))["interval"] == [0.0, 1.0]
    assert episode_exam.interval(np.array([1.0, 0.0]))["interval"] == [0.0, 1.0]


@pytest.mark.parametrize("n", [3, 20])
def test_n_episodes_are_counted(n):
    assert episode_exam.accuracy(Cosine(), codes(0.1), way=5, shot=1, n=n, at_once=7)["n"] == n
