"""The mathematics of TRPO that knows no network: advantages, conjugate gradient, line search."""

import numpy as np


def advantages(reward, value, terminated, ended, discount=0.99, trace=0.95):
    """Generalised advantage estimates, and the returns that a baseline is fitted to.

        delta_t = r_t + discount V(s_{t+1}) - V(s_t)        A_t = delta_t + discount trace A_{t+1}

    where V(s_{t+1}) counts as 0 after a terminal step, and nothing flows back over the end of an episode.

    Args:
        reward: [T, N], N walks of T steps.
        value: [T + 1, N], the baseline before each step and after the last.
        terminated: bool [T, N], the step ended its episode for good: on the goal, in a wall.
        ended: bool [T, N], the step was its episode's last for whatever reason; `value` at t + 1 is then that of the
            state it ended in.
        discount: gamma.
        trace: lambda; 0 trusts the baseline, 1 only what was earned.

    Returns:
        A tuple (advantage [T, N], return [T, N] = advantage + value).

    Raises:
        ValueError: shapes that do not fit, NaN in a reward or value, a discount or trace outside 0..1.

    Example:
        >>> reward, over = np.array([[0.0], [1.0]]), np.array([[False], [True]])
        >>> advantages(reward, np.zeros((3, 1)), over, over, discount=0.5, trace=1.0)[0].tolist()
        [[0.5], [1.0]]

    Reference: Schulman et al. 2016, equations 11 to 16.
    """
    reward, value = np.asarray(reward, float), np.asarray(value, float)
    if value.shape != (len(reward) + 1, *reward.shape[1:]) or not reward.shape == terminated.shape == ended.shape:
        raise ValueError(
            f"T steps need T + 1 values; received reward {reward.shape}, value {value.shape}, terminated "
            f"{terminated.shape}, ended {ended.shape}"
        )
    for name, array in (("reward", reward), ("value", value)):
        if not np.isfinite(array).all():
            where = tuple(np.argwhere(~np.isfinite(array))[0].tolist())
            raise ValueError(f"{name} holds {array[where]} at {where}; give finite numbers")
    for name, number in (("discount", discount), ("trace", trace)):
        if not 0 <= number <= 1:
            raise ValueError(f"{name} lies between 0 and 1, received {number!r}")
    delta = reward + discount * value[1:] * ~terminated - value[:-1]
    found = np.zeros_like(reward)
    following = np.zeros(reward.shape[1:])
    for t in reversed(range(len(reward))):
        following = delta[t] + discount * trace * following * ~ended[t]
        found[t] = following
    return found, found + value[:-1]


def conjugate_gradient(product, target, steps=10, tolerance=1e-10):
    """Solve F x = target for a symmetric positive definite F that is known by its products only.

    Args:
        product: the function v -> F v.
        target: [P].
        steps: at most so many products.
        tolerance: stop when the squared residual is below this share of the squared target.

    Returns:
        x, [P]. The last good x where a product is not finite or F turns out not to be positive.

    Example:
        >>> conjugate_gradient(lambda v: np.array([2.0, 4.0]) * v, np.array([2.0, 8.0])).round(6).tolist()
        [1.0, 2.0]

    Reference: Hestenes and Stiefel 1952; Schulman et al. 2015, appendix C.
    """
    target = np.asarray(target, float)
    x, residual = np.zeros_like(target), target.copy()
    direction, size = residual.copy(), residual @ residual
    limit = tolerance * size
    for _ in range(steps):
        if not size > limit:
            break
        image = product(direction)
        curvature = direction @ image
        if not np.isfinite(curvature) or curvature <= 0:
            break
        length = size / curvature
        x += length * direction
        residual -= length * image
        size, before = residual @ residual, size
        direction = residual + size / before * direction
    return x


def line_search(measure, kl_limit, backtracks=10, shrink=0.8):
    """Find how far to go along a direction: the first of 1, shrink, shrink^2 ... that is good and within the limit.

    Args:
        measure: the function fraction -> (gain, kl): how much better the policy is there, and how far away.
        kl_limit: the largest kl.
        backtracks: how many fractions to try.
        shrink: the ratio of each to the one before.

    Returns:
        A tuple (fraction, gain, kl), or None where no fraction is good. NaN is not good.

    Example:
        >>> line_search(lambda x: (x - 0.5 * x * x, x * x), kl_limit=0.5, shrink=0.5)
        (0.5, 0.375, 0.25)
    """
    for power in range(backtracks):
        fraction = shrink**power
        gain, kl = measure(fraction)
        if gain > 0 and kl <= kl_limit:  # both False for NaN
            return fraction, gain, kl
    return None
