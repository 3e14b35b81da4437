import numpy as np
import pytest

from pnzoo.evaluation import episodes as episode_evaluation


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
    options = {"way": 5, "shot": 1, "n": 300}
    assert episode_evaluation.accuracy(Cosine(), codes(0.01), **options)["value"] == 1.0
    low, high = episode_evaluation.accuracy(Cosine(), codes(1e6), **options).ci95
    assert low - 0.01 < 0.2 < high + 0.01


def test_more_shots_and_fewer_ways_are_easier():
    def score(way, shot):
        return episode_evaluation.accuracy(Cosine(), codes(0.8), way=way, shot=shot, n=200)["value"]

    assert score(5, 5) > score(5, 1) > score(20, 1)


def test_the_same_seed_measures_the_same():
    a, b, c = (episode_evaluation.accuracy(Cosine(), codes(0.8), way=5, shot=1, n=100, seed=s) for s in (1, 1, 2))
    assert a == b
    assert a["value"] != c["value"]
    assert a.seeds == (1,)
    assert a.name == "5w1s"


def test_batches_do_not_change_what_is_measured():
    a, b = (episode_evaluation.accuracy(Cosine(), codes(0.8), way=5, shot=1, n=50, batch_size=k) for k in (7, 50))
    assert a == b


def test_within_one_alphabet_is_harder_where_alphabets_look_alike():
    apart = codes(0.5, 40) + 3 * np.repeat(np.random.default_rng(1).normal(size=(4, 1, 16)), 10, axis=0)
    alphabet = np.repeat(np.arange(4), 10)
    mixed, within = (
        episode_evaluation.accuracy(Cosine(), apart.astype("float32"), way=5, shot=1, n=200, within=a)["value"]
        for a in (None, alphabet)
    )
    assert within < mixed



@pytest.mark.parametrize("n", [3, 20])
def test_n_episodes_are_counted(n):
    assert episode_evaluation.accuracy(Cosine(), codes(0.1), way=5, shot=1, n=n, batch_size=7)["n"] == n
