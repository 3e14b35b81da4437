"""What `trace` and `replan` return."""

from typing import NamedTuple

import numpy as np


class Trace(NamedTuple):
    """Everything that a Value Iteration Network computes on one map.

    reward:     [H, W] R, as the network sees it
    transition: [A, 3, 3], or [H, W, A, 3, 3] where P depends on the cell: the weight of each neighbour
    values:     [K+1, H, W] V_0 = 0, V_1 ... V_K
    q:          [H, W, A] Q(R, V_K), what the policy reads
    policy:     int [H, W], indices into `gridworld.MOVES`
    policies:   int8 [K+1, H, W], the policy that would be read after 0, 1 ... K steps
    greedy:     int8 [K+1, H, W], the abstract action with the largest Q after 0, 1 ... K steps
    """

    reward: np.ndarray
    transition: np.ndarray
    values: np.ndarray
    q: np.ndarray
    policy: np.ndarray
    policies: np.ndarray | None = None
    greedy: np.ndarray | None = None
