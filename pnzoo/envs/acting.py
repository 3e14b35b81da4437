"""A planner as the policy of an environment."""

import numpy as np

from pnzoo.worlds.gridworld import MOVES


def act(model, observation, rng=None):
    """The moves that a planner makes for observations of `pnzoo/GridWorld-v0` or `pnzoo/Maze-v0`.

    Args:
        model: a planner of this package, or anything with its `logits_at(walls, goal, positions)`.
        observation: what `reset` and `step` return, of one environment or of a vector of them.
        rng: None takes the best move; a `numpy.random.Generator` draws one from the policy.

    Returns:
        int, or int [N] for a vector of N environments.

    Raises:
        ValueError: no such observation, a policy whose output has another number of moves than eight, or NaN in it.

    Example:
        >>> import gymnasium
        >>> import pnzoo.envs
        >>> from pnzoo.models import VIN
        >>> env = gymnasium.make("pnzoo/GridWorld-v0", height=8)
        >>> observation, _ = env.reset(seed=0)
        >>> pnzoo.envs.act(VIN(k=8), observation) in range(8)
        True
    """
    image, position = _read(observation)
    single = image.ndim == 3
    if single:
        image, position = image[None], position[None]
    walls = image[..., 0] > 0.5
    goal = np.stack(np.divmod(image[..., 1].reshape(len(image), -1).argmax(axis=1), image.shape[2]), axis=1)
    logits = np.asarray(model.logits_at(walls, goal, position[:, None]))
    if logits.shape[:-1] != (len(image), 1) or logits.shape[-1] not in (4, len(MOVES)):
        raise ValueError(
            f"a policy of these worlds gives 4 or {len(MOVES)} logits a position, shape {(len(image), 1, len(MOVES))}; "
            f"{type(model).__name__} gave {logits.shape}"
        )
    if np.isnan(logits).any():
        raise ValueError(f"{type(model).__name__} gave NaN for a position; its weights are broken: load it again")
    logits = logits[:, 0]
    if rng is not None:
        logits = logits + rng.gumbel(size=logits.shape)  # the largest is then a draw from the softmax
    actions = logits.argmax(axis=1)
    return int(actions[0]) if single else actions


def _read(observation):
    """Image [..., H, W, 2] and position [..., 2] of either form of observation."""
    if isinstance(observation, dict) and {"image", "position"} <= set(observation):
        return np.asarray(observation["image"]), np.asarray(observation["position"])
    image = np.asarray(observation)
    if image.ndim in (3, 4) and image.shape[-1] == 3:
        flat = image[..., 2].reshape(*image.shape[:-3], -1).argmax(axis=-1)
        return image[..., :2], np.stack(np.divmod(flat, image.shape[-2]), axis=-1)
    raise ValueError(
        "an observation of pnzoo's environments is a dictionary of image and position, or an image [H, W, 3]; "
        f"received {type(observation).__name__}. Pass what env.reset() or env.step() returned first"
    )
