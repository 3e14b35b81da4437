"""One update of TRPO: as far as possible along the natural gradient, but no farther than the limit on the KL."""

import math
from typing import NamedTuple

import numpy as np

from pnzoo.rl.trpo.optimize import conjugate_gradient, line_search


class Outcome(NamedTuple):
    """What an update did.

    accepted: whether the parameters have changed; if not, they are what they were before
    kl:       mean KL divergence of the old policy from the new one, 0 if not accepted
    gain:     how much the objective has risen
    fraction: of the longest step that was taken
    reason:   why it was not accepted, else ""
    """

    accepted: bool
    kl: float = 0.0
    gain: float = 0.0
    fraction: float = 0.0
    reason: str = ""


def update(
    policy, data, kl_limit=0.01, damping=0.1, cg_steps=10, backtracks=10, shrink=0.8, entropy=0.0, fisher_maps=None
):
    """Improve a policy on a batch.

    With the gradient g of the objective and the Fisher matrix F, the step is

        x = F^-1 g  by conjugate gradient       theta <- theta + fraction * sqrt(2 kl_limit / x'F x) x

    and a line search takes the largest fraction whose objective rises and whose mean KL is within the limit. Where
    there is none, or a number is not finite, the parameters stay what they were.

    Args:
        policy: `Policy`, or anything with its methods.
        data: as `Policy.surrogate` takes it.
        kl_limit: the largest mean KL divergence between the old policy and the new.
        damping: added to the diagonal of F.
        cg_steps: steps of conjugate gradient, a product with F each.
        backtracks, shrink: of the line search.
        entropy: bonus for undecided policies.
        fisher_maps: F is averaged over so many maps, the first of the batch; all by default.

    Returns:
        `Outcome`.

    Raises:
        ValueError: a limit or a damping that is not positive.

    Reference: Schulman et al. 2015, section 6 and appendix C.
    """
    if not kl_limit > 0 or not damping >= 0:
        raise ValueError(f"kl_limit is positive and damping not negative, received {kl_limit!r} and {damping!r}")
    theta = policy.parameters()
    before, gradient = policy.surrogate(data, entropy)
    if not math.isfinite(before) or not np.isfinite(gradient).all():
        return Outcome(False, reason="the objective or its gradient is not finite")
    if not gradient.any():
        return Outcome(False, reason="the gradient is zero: every advantage is the same")
    fisher = policy.fisher([array[:fisher_maps] for array in data])

    def damped(vector):
        return fisher(vector) + damping * vector

    direction = conjugate_gradient(damped, gradient, cg_steps)
    curvature = direction @ damped(direction)
    if not math.isfinite(curvature) or curvature <= 0:
        return Outcome(False, reason="the Fisher matrix gives no direction")
    longest = math.sqrt(2 * kl_limit / curvature) * direction

    def measure(fraction):
        policy.assign(theta + fraction * longest)
        after, kl = policy.measure(data, entropy)
        return after - before, kl

    found = line_search(measure, kl_limit, backtracks, shrink)
    if found is None:
        policy.assign(theta)
        return Outcome(False, reason="no step along the direction is better and within the limit")
    fraction, gain, kl = found
    return Outcome(True, kl, gain, fraction)
