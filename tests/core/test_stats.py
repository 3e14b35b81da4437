"""95 % intervals against published numbers, and that they always contain what they are about."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pnzoo.core.stats import mean_ci, proportion_ci


@pytest.mark.parametrize(
    "successes,n,low,high",
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_as_newcombe_1998_publishes_it(successes, n, low, high):
    assert proportion_ci(successes, n) == pytest.approx((low, high), abs=5e-5)


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
