"""State-value baseline V(s): ridge regression on returns."""

import keras
import numpy as np

from pnzoo.rl.trpo.optimize import advantages


def observation_features(rollouts):
    """What V is a linear function of in any environment, float [N, T + 1, F].

    The observation, its square, and the first three powers of the time since the episode began.

    Reference: Duan et al. 2016, "Benchmarking Deep Reinforcement Learning", the linear feature baseline.
    """
    arrays = keras.tree.flatten(rollouts.observations)
    flat = [np.clip(array.reshape(*array.shape[:2], -1), -10, 10) for array in arrays]
    time = _episode_time(rollouts)[..., None] / 100
    return np.concatenate([*flat, *(part**2 for part in flat), time, time**2, time**3, np.ones_like(time)], axis=-1)


def grid_features(rollouts):
    """What V is a linear function of in grid worlds, float [N, T + 1, F].

    The 3x3 neighborhood, distance and direction of the goal, the policy's probabilities, its entropy and products.
    """
    walls, goal = rollouts.image[..., 0], rollouts.image[..., 1]
    n, height, width = walls.shape
    at, log_prob = rollouts.positions, rollouts.parameters
    each = np.arange(n)[:, None]
    target = np.stack(np.divmod(goal.reshape(n, -1).argmax(axis=1), width), axis=1)
    away = (target[:, None] - at) / max(height, width)  # [N, T + 1, 2]
    far = np.abs(away).max(axis=-1, keepdims=True)
    padded = np.pad(walls, ((0, 0), (1, 1), (1, 1)), constant_values=1.0)
    near = np.stack([padded[each, at[..., 0] + i, at[..., 1] + j] for i in range(3) for j in range(3)], axis=-1)
    policy = np.exp(log_prob)
    entropy = -(policy * log_prob).sum(axis=-1, keepdims=True)
    # Which move leads into which neighbour is not told; the products let the regression find out.
    move_by_wall = (policy[..., :, None] * near[..., None, :]).reshape(*policy.shape[:2], -1)
    density = np.broadcast_to(walls.mean(axis=(1, 2))[:, None, None], far.shape)
    bearing = np.concatenate([away, np.abs(away), far, far**2, far < 1.5 / max(height, width)], axis=-1)
    towards = (policy[..., :, None] * np.sign(away)[..., None, :]).reshape(*policy.shape[:2], -1)
    parts = [np.ones_like(far), bearing, density, density * far, near]
    return np.concatenate([*parts, policy, entropy, entropy * far, move_by_wall, towards], axis=-1)


class Baseline:
    """Ridge regression of returns on features of the states.

    It is fitted in closed form after each batch and used on the next one, so that it knows nothing of the returns that
    it is subtracted from. A bad baseline makes learning slow, but not wrong.

    Args:
        features: the function `RolloutBuffer` -> float [N, T + 1, F]; `grid_features` in grid worlds.
        ridge: weight of the penalty, per state.
    """

    def __init__(self, features=observation_features, ridge=1e-4):
        self.features, self.ridge, self.weights = features, ridge, None

    def __call__(self, rollouts):
        """V before each step and after the last, [N, T + 1]; 0 before the first fit."""
        if self.weights is None:
            return np.zeros(rollouts.parameters.shape[:2])
        return self.features(rollouts) @ self.weights

    def fit(self, rollouts, returns):
        """Fit to returns [N, T]; a fit that fails leaves the baseline as it was."""
        known = self.features(rollouts)[:, :-1][rollouts.mask]
        square = known.T @ known + self.ridge * len(known) * np.eye(known.shape[1])
        weights = np.linalg.solve(square, known.T @ returns[rollouts.mask])
        if np.isfinite(weights).all():
            self.weights = weights


def estimate(rollouts, baseline, gamma=0.99, gae_lambda=0.95):
    """Generalized advantage estimates and returns of rollouts, [N, T] each."""
    value = baseline(rollouts)
    steps = rollouts.reward.T, value.T, rollouts.terminated.T, rollouts.done.T
    advantage, returns = advantages(*steps, gamma=gamma, gae_lambda=gae_lambda)
    return advantage.T, returns.T


def _episode_time(rollouts):
    """Steps since the episode began, [N, T + 1]: an idle step's next state is the first of an episode."""
    time = np.zeros(rollouts.parameters.shape[:2])
    for t in range(rollouts.mask.shape[1]):
        time[:, t + 1] = np.where(rollouts.mask[:, t], time[:, t] + 1, 0)
    return time
