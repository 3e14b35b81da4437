"""Value iteration as its equations say it: a loop over steps, cells, actions and neighbours, in float64."""

import numpy as np

OFFSETS = [(i, j) for i in (-1, 0, 1) for j in (-1, 0, 1)]  # the 3x3 neighbourhood, row by row


def softmax(x):
    """Over the last axis."""
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def look(image, row, col, beyond):
    """image[row, col]; off the map, 0 (`beyond="zero"`) or the nearest cell on it (`"edge"`)."""
    height, width = image.shape
    inside = 0 <= row < height and 0 <= col < width
    if beyond == "zero":
        return image[row, col] if inside else 0.0
    return image[min(max(row, 0), height - 1), min(max(col, 0), width - 1)]


def expected(weights, image, beyond):
    """sum_j w_j x_j over the neighbourhood of each cell: weights [9] or [H, W, 9], image [H, W] -> [H, W]."""
    weights = np.broadcast_to(weights, (*image.shape, 9))
    out = np.zeros(image.shape)
    for row, col in np.ndindex(*image.shape):
        around = [look(image, row + i, col + j, beyond) for i, j in OFFSETS]
        out[row, col] = np.dot(weights[row, col], around)
    return out


def value_iteration(k, backup, shape):
    """V_0 = 0 and V_k = max_a Q_a(V_{k-1}), with backup(step, V [H, W]) -> Q [H, W, A].

    Returns:
        (Q read out after step k, values [k+1, H, W], the Q of each step [k, H, W, A]).
    """
    values, steps = [np.zeros(shape)], []
    for step in range(k):
        steps.append(backup(step, values[-1]))
        values.append(steps[-1].max(axis=-1))
    return backup(k, values[-1]), np.array(values), np.array(steps)


def free(reward, of_reward, of_value):
    """Q_a = W^R_a * R + W^V_a * V, zeros beyond the edge; kernels [copies, 3, 3, 1, A]."""

    def backup(step, value):
        at = step % len(of_reward)
        pairs = zip(np.moveaxis(of_reward[at], -1, 0), np.moveaxis(of_value[at], -1, 0), strict=True)
        q = [expected(r.ravel(), reward, "zero") + expected(v.ravel(), value, "zero") for r, v in pairs]
        return np.stack(q, axis=-1)

    return backup


def with_transitions(reward, transitions, biases):
    """Q_a(s) = sum_j P_a(j | s) (R_j + V_j) + b_a, the edge repeated; P [copies, (H, W,) A, 9], b [copies, A]."""

    def backup(step, value):
        at = step % len(transitions)
        p = np.moveaxis(transitions[at], -2, 0)  # A first
        q = [expected(p_a, reward + value, "edge") + b_a for p_a, b_a in zip(p, biases[at], strict=True)]
        return np.stack(q, axis=-1)

    return backup
