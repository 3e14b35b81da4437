"""The mathematics of TRPO that knows no network: advantages, conjugate gradient, line search."""

import numpy as np

from pnzoo.core.deprecation import renamed_arguments


@renamed_arguments(ended="done", discount="gamma", trace="gae_lambda")
def advantages(reward, value, terminated, done, gamma=0.99, gae_lambda=0.95):
    """Generalised advantage estimates, and the returns that a baseline is fitted to.

        delta_t = r_t + gamma V(s_{t+1}) - V(s_t)        A_t = delta_t + gamma lambda A_{t+1}

    where V(s_{t+1}) counts as 0 after a terminal step, and nothing flows back over the end of an episode.

    Args:
        reward: [T, N], T steps in N environments.
        value: [T + 1, N], the baseline before each step and after the last.
        terminated: bool [T, N], the step ended its episode for good: on the goal, in a wall.
        done: bool [T, N], the step was its episode's last for whatever reason; `value` at t + 1 is then that of the
            state it ended in.
        gamma: the discount factor.
        gae_lambda: 0 trusts the baseline, 1 only what was earned.

    Returns:
        A tuple (advantage [T, N], return [T, N] = advantage + value).

    Raises:
        ValueError: shapes that do not fit, NaN in a reward or value, gamma or gae_lambda outside 0..1.

    Example:
        >>> reward, over = np.array([[0.0], [1.0]]), np.array([[False], [True]])
        >>> advantages(reward, np.zeros((3, 1)), over, over, gamma=0.5, gae_lambda=1.0)[0].tolist()
        [[0.5], [1.0]]

    Reference: Schulman et al. 2016, equations 11 to 16.
    """
    reward, value = np.asarray(reward, float), np.asarray(value, float)
    if value.shape != (len(reward) + 1, *reward.shape[1:]) or not reward.shape == terminated.shape == done.shape:
        raise ValueError(
            f"T steps need T + 1 values; received reward {reward.shape}, value {value.shape}, terminated "
            f"{terminated.shape}, done {done.shape}"
        )
    for name, array in (("reward", reward), ("value", value)):
        if not np.isfinite(array).all():
            where = tuple(np.argwhere(~np.isfinite(array))[0].tolist())
            raise ValueError(f"{name} holds {array[where]} at {where}; give finite numbers")
    for name, number in (("gamma", gamma), ("gae_lambda", gae_lambda)):
        if not 0 <= number <= 1:
            raise ValueError(f"{name} lies between 0 and 1, received {number!r}")
    delta = reward + gamma * value[1:] * ~terminated - value[:-1]
    advantage = np.zeros_like(reward)
    following = np.zeros(reward.shape[1:])
    for t in reversed(range(len(reward))):
        following = delta[t] + gamma * gae_lambda * following * ~done[t]
        advantage[t] = following
    return advantage, advantage + value[:-1]


@renamed_arguments(steps="max_steps")
def conjugate_gradient(product, target, max_steps=10, tolerance=1e-10):
    """Solve F x = target for a symmetric positive definite F that is known by its products only.

    Args:
        product: the function v -> F v.
        target: [P].
        max_steps: the largest number of products.
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
    for _ in range(max_steps):
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


@renamed_arguments(kl_limit="target_kl", backtracks="max_iter", shrink="shrinking_factor")
def line_search(measure, target_kl, max_iter=10, shrinking_factor=0.8):
    """Find how far to go along a direction: the first of 1, f, f^2 ... that is better and within the limit.

    Args:
        measure: the function step size -> (gain, kl): how much better the policy is there, and how far away.
        target_kl: the largest kl.
        max_iter: how many step sizes to try.
        shrinking_factor: f, the ratio of each to the one before.

    Returns:
        A tuple (step size, gain, kl), or None where none is better. NaN is not better.

    Example:
        >>> line_search(lambda x: (x - 0.5 * x * x, x * x), target_kl=0.5, shrinking_factor=0.5)
        (0.5, 0.375, 0.25)
    """
    for power in range(max_iter):
        step_size = shrinking_factor**power
        gain, kl = measure(step_size)
        if gain > 0 and kl <= target_kl:  # both False for NaN
            return step_size, gain, kl
    return None
