"""Are the Q values used? Ablation of what the policy reads from the planning module."""

import numpy as np
from keras import ops

from pnzoo.core.deprecation import warn
from pnzoo.worlds import gridworld
from pnzoo.worlds.gridworld.border import call_with_border
from pnzoo.worlds.gridworld.validation import as_batch

MODES = ("none", "zero", "shuffle", "scale")


def ablate_q(model, walls, goal, mode="zero", factor=0.1, seed=0):
    """The policy of a VIN whose read-out sees altered Q values; everything else stays as trained.

    Args:
        model: a `VIN`, most interesting with `concat_state=True`, where the policy could do without Q.
        walls: bool [H, W] or [B, H, W].
        goal: (row, col) or [B, 2].
        mode: `"zero"`; `"shuffle"` (each cell gets the Q of another cell of its map); `"scale"` (times `factor`);
            or `"none"`.
        factor: of `"scale"`.
        seed: of `"shuffle"`.

    Returns:
        int [H, W] or [B, H, W], moves.

    Raises:
        ValueError: an unknown mode.

    Example:
        >>> from pnzoo import gridworld
        >>> from pnzoo.models import VIN
        >>> maps, model = gridworld.generate(2, 8, seed=0), VIN(k=10)
        >>> bool((ablate_q(model, *maps, mode="none") == model.policy(*maps)).all())
        True

    Reference: Tamar et al. 2016, section 3.2.
    """
    if mode not in MODES:
        raise ValueError(f"mode={mode!r} is not one of {', '.join(map(repr, MODES))}.")
    rng = np.random.default_rng(seed)

    def policy(walls, goal):
        parts = [_policy(model, walls[i : i + 64], goal[i : i + 64], mode, factor, rng)
                 for i in range(0, len(walls), 64)]
        return np.concatenate(parts)

    walls, goal, single = as_batch(walls, goal, free=True)
    moves = call_with_border(policy, walls, goal)
    return moves[0] if single else moves


def _policy(model, walls, goal, mode, factor, rng):
    observation, reward = model.features_and_reward(ops.convert_to_tensor(gridworld.encode(walls, goal)))
    q = ops.convert_to_numpy(model.value_iteration(reward, observation, training=False))
    if mode == "zero":
        q = np.zeros_like(q)
    elif mode == "scale":
        q = q * np.float32(factor)
    elif mode == "shuffle":
        q = np.stack([_shuffled(each, wall, rng) for each, wall in zip(q, walls, strict=True)])
    return ops.convert_to_numpy(ops.argmax(model.policy_logits(ops.convert_to_tensor(q), observation), axis=-1))


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
        >>> of_q, of_phi = policy_weights(VIN(k=5, concat_state=True))
        >>> of_q > 0, of_phi > 0
        (True, True)
    """
    kernel = ops.convert_to_numpy(model.policy_head.kernel)
    channels = model.channels
    size = [float(np.sqrt(np.mean(part**2))) if len(part) else 0.0 for part in (kernel[:channels], kernel[channels:])]
    return size[0], size[1]


def without_q(model, walls, goal, how="zero", factor=0.1, seed=0):
    """Former name of `ablate_q`, with its former words for `mode`."""
    warn("without_q(how=...)", "ablate_q(mode=...)")
    return ablate_q(model, walls, goal, {"as it is": "none", "shrink": "scale"}.get(how, how), factor, seed)
