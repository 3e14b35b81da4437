"""One update of TRPO: as far as possible along the natural gradient, but no farther than the limit on the KL."""

import math
from typing import NamedTuple

import numpy as np

from pnzoo.core.deprecation import renamed_arguments
from pnzoo.rl.trpo.optimize import conjugate_gradient, line_search


class UpdateInfo(NamedTuple):
    """What an update did.

    accepted:  whether the parameters have changed; if not, they are what they were before
    kl:        mean KL divergence of the old policy from the new one, 0 if not accepted
    gain:      how much the objective has risen
    step_size: share of the longest step that was taken
    reason:    why it was not accepted, else ""
    """

    accepted: bool
    kl: float = 0.0
    gain: float = 0.0
    step_size: float = 0.0
    reason: str = ""


@renamed_arguments(
    data="batch", kl_limit="target_kl", damping="cg_damping", cg_steps="cg_max_steps",
    backtracks="line_search_max_iter", shrink="line_search_shrinking_factor", entropy="ent_coef",
    fisher_maps="fisher_rows",
)  # fmt: skip
def update(
    policy,
    batch,
    target_kl=0.01,
    cg_damping=0.1,
    cg_max_steps=10,
    line_search_max_iter=10,
    line_search_shrinking_factor=0.8,
    ent_coef=0.0,
    fisher_rows=None,
):
    """Improve a policy on a batch.

    With the gradient g of the objective and the Fisher matrix F, the step is

        x = F^-1 g  by conjugate gradient       theta <- theta + step_size * sqrt(2 target_kl / x'F x) x

    and a line search takes the largest step size whose objective rises and whose mean KL is within the limit. Where
    there is none, or a number is not finite, the parameters stay what they were.

    Args:
        policy: `Policy`, or anything with its methods.
        batch: `TrainingBatch`.
        target_kl: the largest mean KL divergence between the old policy and the new.
        cg_damping: added to the diagonal of F.
        cg_max_steps: steps of conjugate gradient, a product with F each.
        line_search_max_iter, line_search_shrinking_factor: how many step sizes are tried, and their ratio.
        ent_coef: the entropy coefficient.
        fisher_rows: F is averaged over so many rows of the batch, the first ones; all by default.

    Returns:
        `UpdateInfo`.

    Raises:
        ValueError: a limit that is not positive or a damping that is negative.

    Reference: Schulman et al. 2015, section 6 and appendix C.
    """
    if not target_kl > 0 or not cg_damping >= 0:
        raise ValueError(
            f"target_kl is positive and cg_damping not negative, received {target_kl!r} and {cg_damping!r}"
        )
    theta = policy.parameters()
    before, gradient = policy.surrogate(batch, ent_coef)
    if not math.isfinite(before) or not np.isfinite(gradient).all():
        return UpdateInfo(False, reason="the objective or its gradient is not finite")
    if not gradient.any():
        return UpdateInfo(False, reason="the gradient is zero: every advantage is the same")
    longest = _longest_step(policy.fisher(batch.first(fisher_rows)), gradient, target_kl, cg_damping, cg_max_steps)
    if longest is None:
        return UpdateInfo(False, reason="the Fisher matrix gives no direction")

    def measure(step_size):
        policy.assign(theta + step_size * longest)
        after, kl = policy.measure(batch, ent_coef)
        return after - before, kl

    accepted = line_search(measure, target_kl, line_search_max_iter, line_search_shrinking_factor)
    if accepted is None:
        policy.assign(theta)
        return UpdateInfo(False, reason="no step along the direction is better and within the limit")
    step_size, gain, kl = accepted
    return UpdateInfo(True, kl, gain, step_size)


def _longest_step(fisher, gradient, target_kl, cg_damping, cg_max_steps):
    """The natural gradient, as long as the quadratic model of the KL allows; None where there is none."""

    def damped(vector):
        return fisher(vector) + cg_damping * vector

    direction = conjugate_gradient(damped, gradient, cg_max_steps)
    curvature = direction @ damped(direction)
    if not math.isfinite(curvature) or curvature <= 0:
        return None
    return math.sqrt(2 * target_kl / curvature) * direction
