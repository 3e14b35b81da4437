"""95 % confidence intervals, the one place that computes them.

A proportion has Wilson's score interval, the difference of two on the same trials Newcombe's, any other mean
Student's. SciPy and NumPy are imported on first use:
reading a card needs neither.
"""

CONFIDENCE = 0.95


def proportion_ci(successes, n):
    """Wilson's 95 % interval of a proportion.

    Args:
        successes: how many of `n` succeeded. A fraction, such as a share of dependent cells times the number of
            independent maps, is rounded to a whole number.
        n: number of independent trials; of none nothing is known, and the interval is all of 0 to 1.

    Returns:
        A tuple (low, high) of floats in 0..1 that contains successes / n.

    Raises:
        ValueError: fewer than 0 or more than `n` successes.

    Example:

    >>> low, high = proportion_ci(99, 100)
    >>> round(low, 3), round(high, 3)
    (0.946, 0.998)

    Reference: Wilson 1927, Probable inference, the law of succession, and statistical inference.
    """
    if n == 0:
        return 0.0, 1.0
    from scipy.stats import binomtest

    interval = binomtest(round(float(successes)), int(n)).proportion_ci(CONFIDENCE, method="wilson")
    proportion = float(successes) / n
    # Rounding errors must not leave a result outside its own interval.
    return min(proportion, float(interval.low)), max(proportion, float(interval.high))


def difference_ci(first, second):
    """Newcombe's 95 % interval of the difference of two proportions on the same trials.

    Each trial is made by both, so what is hard for both falls out: the interval is narrower than two intervals beside
    each other suggest. It has a width also where both succeed everywhere.

    Args:
        first, second: bool `[n]`, success of each in the same trials; of none nothing is known.

    Returns:
        A tuple (low, high) of floats in -1..1 that contains mean(first) - mean(second).

    Raises:
        ValueError: the two are not of one length.

    Example:

    >>> low, high = difference_ci([True] * 20, [True] * 14 + [False] * 6)
    >>> round(low, 3), round(high, 3)
    (0.077, 0.519)

    Reference: Newcombe 1998, Improved confidence intervals for the difference between binomial proportions based on
    paired data (method 10, without its continuity correction).
    """
    import numpy as np

    first, second = np.asarray(first, bool), np.asarray(second, bool)
    if first.shape != second.shape:
        raise ValueError(f"both made the same trials, got {first.shape} and {second.shape}")
    n = first.size
    if not n:
        return -1.0, 1.0
    (one, (low, high)), (other, (low_other, high_other)) = (
        (float(flags.mean()), proportion_ci(int(flags.sum()), n)) for flags in (first, second))
    spread = np.sqrt(one * (1 - one) * other * (1 - other))
    together = 0.0 if spread == 0 else (float((first & second).mean()) - one * other) / float(spread)

    def half(left, right):
        return float(np.sqrt(max(0.0, left * left - 2 * together * left * right + right * right)))

    difference = one - other
    return (max(-1.0, difference - half(one - low, high_other - other)),
            min(1.0, difference + half(high - one, other - low_other)))


def mean_ci(values, limits=None):
    """Student's 95 % interval of a mean.

    Args:
        values: finite floats `[n]`, independent, at least one.
        limits: (low, high) that the mean cannot leave, such as (0, 1) for accuracies or (0, inf) for lengths.

    Returns:
        A tuple (low, high) of floats. One value alone says nothing of the spread: its interval is `limits`
        or, where there is none, ends at the value itself.

    Raises:
        ValueError: no values.

    Example:

    >>> low, high = mean_ci([1.0, 1.0, 0.8, 1.0], limits=(0, 1))
    >>> round(low, 3), high
    (0.791, 1.0)

    Reference: Student 1908, The probable error of a mean.
    """
    import numpy as np

    values = np.asarray(values, float)
    if not values.size:
        raise ValueError("the interval of a mean needs at least one value, got none")
    low, high = (-np.inf, np.inf) if limits is None else limits
    mean = float(values.mean())
    if values.size == 1:
        return tuple(float(limit) if np.isfinite(limit) else mean for limit in (low, high))
    from scipy.stats import sem, t

    half = float(t.ppf((1 + CONFIDENCE) / 2, values.size - 1) * sem(values))
    return float(max(low, mean - half)), float(min(high, mean + half))
