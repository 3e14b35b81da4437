"""Are the Q values used? A planner's policy with what psi reads from its planning module taken away."""

import numpy as np
from keras import ops

from pnzoo.worlds import gridworld
from pnzoo.worlds.gridworld.rollout import on_every_map

WAYS = ("as it is", "zero", "shuffle", "shrink")


def without_q(model, walls, goal, how="zero", factor=0.1, seed=0):
    """The policy of a VIN whose read-out sees altered Q values; everything else stays as trained.

    Args:
        model: a `VIN`, most interesting with `concat_state=True`, where the policy could do without Q.
        walls: bool [H, W] or [B, H, W].
        goal: (row, col) or [B, 2].
        how: `"zero"`; `"shuffle"` (each cell gets the Q of another cell of its map); `"shrink"` (times `factor`);
            or `"as it is"`.
        factor: of `"shrink"`.
        seed: of `"shuffle"`.

    Returns:
        int [H, W] or [B, H, W], moves.

    Raises:
        ValueError: an unknown way.

    Example:
        >>> from pnzoo import gridworld
        >>> from pnzoo.models import VIN
        >>> maps, model = gridworld.generate(2, 8, seed=0), VIN(k=10).build_weights()
        >>> bool((without_q(model, *maps, how="as it is") == model.policy(*maps)).all())
        True

    Reference: Tamar et al. 2016, section 3.2.
    """
    if how not in WAYS:
        raise ValueError(f"how={how!r} is not one of {', '.join(map(repr, WAYS))}.")
    rng = np.random.default_rng(seed)

    def policy(walls, goal):
        parts = [_policy(model, walls[i : i + 64], goal[i : i + 64], how, factor, rng)
                 for i in range(0, len(walls), 64)]
        return np.concatenate(parts)

    return on_every_map(policy, walls, goal)


def _policy(model, walls, goal, how, factor, rng):
    observation, reward = model.observe(ops.convert_to_tensor(gridworld.encode(walls, goal)))
    q = ops.convert_to_numpy(model.value_iteration(reward, observation, training=False))
    if how == "zero":
        q = np.zeros_like(q)
    elif how == "shrink":
        q = q * np.float32(factor)
    elif how == "shuffle":
        q = np.stack([_shuffled(each, wall, rng) for each, wall in zip(q, walls, strict=True)])
    return ops.convert_to_numpy(ops.argmax(model.decide(ops.convert_to_tensor(q), observation), axis=-1))


def _shuffled(q, walls, rng):
    """Q [H, W, A] with the free cells' vectors in another order."""
    q, cells = q.copy(), np.argwhere(~walls)
    other = cells[rng.permutation(len(cells))]
    q[cells[:, 0], cells[:, 1]] = q[other[:, 0], other[:, 1]]
    return q


def policy_weights(model):
    """Size of the policy's weights on Q and on phi(s): root mean squares (of Q, of phi), phi's 0 without it.

    Example:
        >>> from pnzoo.models import VIN
        >>> of_q, of_phi = policy_weights(VIN(k=5, concat_state=True).build_weights())
        >>> of_q > 0, of_phi > 0
        (True, True)
    """
    kernel = ops.convert_to_numpy(model.policy_head.kernel)
    channels = model.settings["channels"]
    size = [float(np.sqrt(np.mean(part**2))) if len(part) else 0.0 for part in (kernel[:channels], kernel[channels:])]
    return size[0], size[1]
