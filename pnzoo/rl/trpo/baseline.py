"""V(s), the value of a state under the present policy: what later earnings are compared with."""

import numpy as np


class Baseline:
    """A ridge regression on what is near the agent, where the goal lies and what the policy means to do.

    It is fitted in closed form after each batch and used on the next one, so that it knows nothing of the returns that
    it is subtracted from. A baseline that is bad makes learning slow, but not wrong.

    Args:
        ridge: weight of the penalty, per state.

    Reference: Duan et al. 2016, "Benchmarking Deep Reinforcement Learning", the linear feature baseline.
    """

    def __init__(self, ridge=1e-4):
        self.ridge, self.weights = ridge, None

    def __call__(self, batch):
        """V before each step and after the last, [N, T + 1]; 0 before the first fit."""
        if self.weights is None:
            return np.zeros(batch.positions.shape[:2])
        return features(batch) @ self.weights

    def fit(self, batch, returns):
        """Fit to returns [N, T]; a fit that fails leaves the baseline as it was."""
        known = features(batch)[:, :-1][batch.moved]
        wanted = returns[batch.moved]
        square = known.T @ known + self.ridge * len(known) * np.eye(known.shape[1])
        weights = np.linalg.solve(square, known.T @ wanted)
        if np.isfinite(weights).all():
            self.weights = weights


def features(batch):
    """What V is a linear function of, float [N, T + 1, F]."""
    walls, goal = batch.image[..., 0], batch.image[..., 1]
    n, height, width = walls.shape
    at = batch.positions
    each = np.arange(n)[:, None]
    target = np.stack(np.divmod(goal.reshape(n, -1).argmax(axis=1), width), axis=1)
    away = (target[:, None] - at) / max(height, width)  # [N, T + 1, 2]
    far = np.abs(away).max(axis=-1, keepdims=True)
    padded = np.pad(walls, ((0, 0), (1, 1), (1, 1)), constant_values=1.0)
    near = np.stack([padded[each, at[..., 0] + i, at[..., 1] + j] for i in range(3) for j in range(3)], axis=-1)
    policy = np.exp(batch.log_policy)
    undecided = -(policy * batch.log_policy).sum(axis=-1, keepdims=True)
    # Which move leads into which neighbour is not told; the products let the regression find out.
    meant = (policy[..., :, None] * near[..., None, :]).reshape(*policy.shape[:2], -1)
    full = np.broadcast_to(walls.mean(axis=(1, 2))[:, None, None], far.shape)
    ones = np.ones_like(far)
    bearing = np.concatenate([away, np.abs(away), far, far**2, far < 1.5 / max(height, width)], axis=-1)
    towards = (policy[..., :, None] * np.sign(away)[..., None, :]).reshape(*policy.shape[:2], -1)
    parts = [ones, bearing, full, full * far, near, policy, undecided, undecided * far, meant, towards]
    return np.concatenate(parts, axis=-1)
