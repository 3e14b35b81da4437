"""95 % intervals against published numbers, and that they always contain what they are about."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pnzoo.core.stats import difference_ci, mean_ci, proportion_ci


@pytest.mark.parametrize(
    "successes,n,low,high",
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_as_newcombe_1998_publishes_it(successes, n, low, high):
    assert proportion_ci(successes, n) == pytest.approx((low, high), abs=5e-5)


# Newcombe 1998, Statistics in Medicine 17: 2635-2650: cells are both, the first alone, the second alone, neither.
@pytest.mark.parametrize(
    "cells,low,high",
    [((36, 12, 2, 0), 0.0569, 0.3404), ((30, 0, 0, 0), -0.1135, 0.1135)],
)
def test_paired_difference(cells, low, high):
    first, second = (np.repeat(flags, cells) for flags in ((1, 1, 0, 0), (1, 0, 1, 0)))
    assert difference_ci(first, second) == pytest.approx((low, high), abs=5e-5)
    assert difference_ci(second, first) == pytest.approx((-high, -low), abs=5e-5)


def test_pairing_tells_apart_what_two_intervals_do_not():
    first, second = np.arange(300) >= 20, np.arange(300) >= 30  # the second fails wherever the first one does
    assert proportion_ci(first.sum(), 300)[0] < proportion_ci(second.sum(), 300)[1]
    assert difference_ci(first, second)[0] > 0
    assert difference_ci([], []) == (-1.0, 1.0)
    with pytest.raises(ValueError, match="the same trials"):
        difference_ci([True], [True, False])


@given(st.integers(1, 10_000), st.floats(0, 1))
def test_a_proportion_lies_in_its_interval(n, share):
    for successes in (share * n, round(share * n)):
        low, high = proportion_ci(successes, n)
        assert 0 <= low <= successes / n <= high <= 1


def test_of_nothing_nothing_is_known():
    assert proportion_ci(0, 0) == (0.0, 1.0)
    with pytest.raises(ValueError, match="at least one value"):
        mean_ci([])


def test_more_successes_than_trials_are_refused():
    with pytest.raises(ValueError):
        proportion_ci(3, 2)


def test_student_as_scipys_test_has_it():
    from scipy.stats import ttest_1samp

    values = np.random.default_rng(0).normal(5, 2, 12)
    expected = ttest_1samp(values, 0).confidence_interval()
    assert mean_ci(values) == pytest.approx((expected.low, expected.high))


def test_one_value_and_equal_values():
    assert mean_ci([3.0]) == (3.0, 3.0)
    assert mean_ci([0.3], limits=(0, 1)) == (0.0, 1.0)
    assert mean_ci([1.0, 1.0, 1.0], limits=(0, 1)) == (1.0, 1.0)
    assert mean_ci([0.9, 1.0], limits=(0, 1))[1] == 1.0


def test_the_interval_covers_the_truth_as_often_as_it_says():
    rng = np.random.default_rng(0)
    intervals = (mean_ci(rng.binomial(25, 0.9, 200) / 25, limits=(0, 1)) for _ in range(200))
    assert 0.9 < np.mean([low <= 0.9 <= high for low, high in intervals]) < 0.99
