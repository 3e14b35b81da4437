"""One Bellman backup, number by number: how V_k of a cell comes from its nine neighbours."""

from typing import NamedTuple

import numpy as np
from keras import ops

from pnzoo.worlds.gridworld import as_cell


class Backup(NamedTuple):
    """V_k(s) = max_a Q_a(s), and all that Q_a(s) is made of. The nine numbers are the 3x3 block round s.

    reward:        [3, 3] R
    value:         [3, 3] V_{k-1}
    kernel:        [A, 3, 3] P_a, or the paper's unconstrained W^V_a
    reward_kernel: [A, 3, 3] W^R_a where R has weights of its own (`transition="kernel"`), else None
    bias:          [A] added to Q_a, zeros where the model has none
    q:             [A] Q_a(s)
    """

    reward: np.ndarray
    value: np.ndarray
    kernel: np.ndarray
    reward_kernel: np.ndarray | None
    bias: np.ndarray
    q: np.ndarray


def backup(model, trace, cell, k):
    """Recompute V_k of one cell from the step before, with every number that goes into it.

    Args:
        model: the `VIN` that made the trace.
        trace: `pnzoo.Trace`.
        cell: (row, col), not on the map's outermost ring, whose neighbours lie off the map.
        k: which step, 1 ... K.

    Returns:
        `Backup`; `q.max()` is V_k of the cell.

    Raises:
        ValueError: the cell is off the map or on its rim, or there is no step k.

    Example:
        >>> from pnzoo import gridworld
        >>> from pnzoo.models import VIN
        >>> walls, goal = (x[0] for x in gridworld.generate(1, 8, seed=0))
        >>> model = VIN(k=10)
        >>> trace = model.trace(walls, goal)
        >>> bool(abs(backup(model, trace, (3, 4), k=7).q.max() - trace.values[7, 3, 4]) < 1e-5)
        True

    Reference: Tamar et al. 2016, section 3.1.
    """
    row, col = _inner_cell(cell, trace)
    steps = len(trace.values) - 1
    if not 1 <= k <= steps:
        raise ValueError(f"k is one of the {steps} steps of this trace, 1 to {steps}; got {k!r}.")
    block = np.s_[row - 1 : row + 2, col - 1 : col + 2]
    reward, value = trace.reward[block], trace.values[k - 1][block]
    kernel, reward_kernel, bias = _parts(model.value_iteration, trace, (row, col), k - 1)
    q = _q(reward, value[None], kernel, reward_kernel, bias)[0]
    return Backup(reward, value, kernel, reward_kernel, bias, q)


def q_history(model, trace, cell):
    """Q of one cell after every step.

    Args:
        model, trace, cell: as in `backup`.

    Returns:
        float [K+1, A], Q(R, V_0) ... Q(R, V_K) of the cell.

    Raises:
        ValueError: the cell is off the map or on its rim.

    Example:
        >>> from pnzoo import gridworld
        >>> from pnzoo.models import VIN
        >>> walls, goal = (x[0] for x in gridworld.generate(1, 8, seed=0))
        >>> model = VIN(k=10)
        >>> trace = model.trace(walls, goal)
        >>> bool(abs(q_history(model, trace, (3, 4))[-1] - trace.q[3, 4]).max() < 1e-5)
        True
    """
    row, col = _inner_cell(cell, trace)
    block = np.s_[row - 1 : row + 2, col - 1 : col + 2]
    values = trace.values[:, block[0], block[1]]
    layer = model.value_iteration
    if layer.tied:
        return _q(trace.reward[block], values, *_parts(layer, trace, (row, col), 0))
    each = [_q(trace.reward[block], values[k : k + 1], *_parts(layer, trace, (row, col), k))
            for k in range(len(values))]
    return np.concatenate(each)


def _inner_cell(cell, trace):
    row, col = as_cell("cell", cell, trace.reward)
    height, width = trace.reward.shape
    if not (0 < row < height - 1 and 0 < col < width - 1):
        raise ValueError(f"cell ({row}, {col}) lies on the rim of the {height}x{width} map, and some of its "
                         f"neighbours lie off it; choose row 1 to {height - 2}, column 1 to {width - 2}.")
    return row, col


def _parts(layer, trace, cell, step):
    """(kernel [A, 3, 3], reward kernel or None, bias [A]) at a cell, of the weights of a step."""
    copy = 0 if layer.tied else step
    if layer.transition == "kernel":
        of_reward, of_value = (ops.convert_to_numpy(kernel[copy])[:, :, 0].transpose(2, 0, 1)
                               for kernel in (layer.reward_kernel, layer.value_kernel))
        return of_value, of_reward, np.zeros(layer.channels, "float32")
    bias = ops.convert_to_numpy(layer._bias(copy))
    if layer.transition == "softmax_kernel":
        return ops.convert_to_numpy(layer.transition_probabilities(step=step)), None, bias
    if not layer.tied:
        raise ValueError("this model has another P at every step and its trace holds the first; "
                         "call model.value_iteration.transition_probabilities(observation, step).")
    return trace.transition[cell], None, bias


def _q(reward, values, kernel, reward_kernel, bias):
    """[3, 3], [N, 3, 3] -> [N, A]."""
    if reward_kernel is None:
        return np.einsum("aij,nij->na", kernel, reward + values) + bias
    return np.einsum("aij,ij->a", reward_kernel, reward) + np.einsum("aij,nij->na", kernel, values)
