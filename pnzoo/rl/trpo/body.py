"""TRPO for bodies that move continuously: a Gaussian policy, maps that the network reads once, states on each."""

import keras
import numpy as np

from pnzoo.rl.trpo.distributions import DiagonalGaussian
from pnzoo.rl.trpo.policy import Policy
from pnzoo.rl.trpo.rollouts import RolloutBuffer, TrainingBatch, _collect


class BodyPolicy(Policy):
    """A `pnzoo.models.ContinuousVIN` or `ContinuousCNNPolicy` as a policy: inputs are (image, states [B, N, 4]).

    Args:
        model: gives the mean force.
        log_std: the log standard deviation of both components to begin with.
        batch_size: how many maps go through the network together.
        jit_compile: as in `Policy`.

    Example:
        >>> from pnzoo.models import ContinuousVIN
        >>> policy = BodyPolicy(ContinuousVIN(k=3), batch_size=2)
        >>> policy.action_parameters([np.zeros((2, 8, 8, 2), "float32"), np.ones((2, 5, 4), "float32")]).shape
        (2, 5, 4)
    """

    def __init__(self, model, log_std=-0.7, batch_size=16, jit_compile=True):
        self.body = model
        super().__init__(model.states_network, DiagonalGaussian(2, log_std), batch_size, jit_compile)

    def _unrolled(self):
        return self.body.unrolled(self.tools.unroll) if hasattr(self.body, "unrolled") else super()._unrolled()

    def driver(self, tasks):
        """The function state float [M, N, 4] -> parameters float32 [M, N, 4] on M maps, which are read once."""
        act, (log_std,) = self.body.driver(tasks), self.distribution.variables
        deviation = np.asarray(keras.ops.convert_to_numpy(log_std), "float32")

        def parameters(state):
            mean = act(state)
            return np.concatenate([mean, np.broadcast_to(deviation, mean.shape)], axis=-1)

        return parameters


class BodyRolloutBuffer(RolloutBuffer):
    """Rollouts on N maps, each of which the network sees once: `observations` holds one `image` [N, H, W, 2] for all
    steps of a map, and `state` float32 [N, T + 1, 4].
    """

    def training_batch(self, advantage):
        """`TrainingBatch` with advantages [N, T], one row for each map with all its steps."""
        inputs = self.observations["image"], self.observations["state"][:, :-1]
        weight = self.mask.astype("float32")
        return TrainingBatch(inputs, self.actions, self.parameters[:, :-1], self.scaled(advantage), weight)


def collect_body_rollouts(policy, envs, n_steps, rng):
    """Reset the environments, each on a new map that it keeps, and take steps with forces drawn from the policy.

    Args:
        policy: `BodyPolicy`.
        envs: `pnzoo.envs.VectorNavigation2D` that keeps its maps (`episodes_per_map=None`).
        n_steps: T, on each map.
        rng: a `numpy.random.Generator`: it seeds the environments and draws the forces.

    Returns:
        `BodyRolloutBuffer`.

    Raises:
        ValueError: environments that change their maps on the way.

    Example:
        >>> from pnzoo.envs import VectorNavigation2D
        >>> from pnzoo.models import ContinuousVIN
        >>> envs = VectorNavigation2D(4, 8, episodes_per_map=None)
        >>> policy = BodyPolicy(ContinuousVIN(k=3))
        >>> collect_body_rollouts(policy, envs, 10, np.random.default_rng(0)).reward.shape
        (4, 10)
    """
    if envs.episodes_per_map is not None:
        raise ValueError("rollouts stay on their maps: make the environments with episodes_per_map=None")
    observation, _ = envs.reset(seed=int(rng.integers(2**31)))
    parameters_of = policy.driver(envs.maps)

    def read(observation):
        state = observation["state"]
        return parameters_of(state[:, None])[:, 0], state

    states, parameters, *steps = _collect(envs, observation, n_steps, read, policy, rng)
    return BodyRolloutBuffer({"image": observation["image"], "state": states}, parameters, *steps)


def body_features(rollouts):
    """What the baseline is a linear function of, float [N, T + 1, F].

    Distance and direction of the goal, velocity, the 5x5 cells around the body, the mean force, products and time.
    """
    image, state = rollouts.observations["image"], rollouts.observations["state"]
    n, height, width = image.shape[:3]
    goal = np.stack(np.divmod(image[..., 1].reshape(n, -1).argmax(axis=1), width), axis=1) + 0.5
    away = (goal[:, None] - state[..., :2]) / max(height, width)
    far = np.linalg.norm(away, axis=-1, keepdims=True)
    speed, force = state[..., 2:] / 4.0, np.clip(rollouts.parameters[..., :2], -1, 1)
    cell = np.clip(np.floor(state[..., :2]).astype(int), 0, (height - 1, width - 1))
    padded = np.pad(image[..., 0], ((0, 0), (2, 2), (2, 2)), constant_values=1.0)
    each = np.arange(n)[:, None]
    near = [padded[each, cell[..., 0] + i, cell[..., 1] + j] for i in range(5) for j in range(5)]
    toward = away / (far + 1e-3)
    along = [(toward * part).sum(axis=-1, keepdims=True) for part in (speed, force)]
    bearing = [far, far**2, far**3, np.exp(-8 * far), np.exp(-30 * far), far * along[0], *along]
    density = np.broadcast_to(image[..., 0].mean(axis=(1, 2))[:, None, None], far.shape)
    others = [np.ones_like(far), away, speed, speed**2, force, force**2, speed * force, density, density * far]
    return np.concatenate([*bearing, *others, np.stack(near, axis=-1)], axis=-1)
