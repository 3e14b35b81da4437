"""Which way round a planner's reward is: the paper's network may learn weights that turn R over."""

import numpy as np

_SIDE = 8  # of the empty map that it is tried on


def reward_sign(model):
    """Whether more R means more V.

    Nothing in `Q = W_R * R + W_V * V` keeps W_R positive: a network can as well learn costs where the paper speaks of
    rewards, with weights below 0 that turn them over. R of all cells of an empty map is raised, and V tells.

    Args:
        model: a planner with `trace` and `replan`.

    Returns:
        1 where V rises with R, -1 where it falls, 0 where R changes nothing.

    Raises:
        TypeError: the planner computes no values.

    Example:
        >>> import pnzoo
        >>> reward_sign(pnzoo.load("vin8"))
        1
        >>> reward_sign(pnzoo.load("vin8_paper"))
        -1
    """
    walls, goal = np.zeros((_SIDE, _SIDE), bool), (_SIDE // 2, _SIDE // 2)
    trace = model.trace(walls, goal)
    step = 0.1 * (float(np.abs(trace.reward).max()) or 1.0)
    raised = model.replan(walls, goal, trace.reward + step)
    return int(np.sign(float((raised.values[-1] - trace.values[-1]).mean())))
