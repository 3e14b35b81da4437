"""Collect on-policy rollouts from a vector environment."""

import dataclasses
from typing import Any, NamedTuple

import keras
import numpy as np
from gymnasium.vector import AutoresetMode

from pnzoo.rl.trpo.policy import GridPolicy


class TrainingBatch(NamedTuple):
    """What an update learns from: rows of states, each row one state or a sequence of them.

    inputs:    arrays [M, ...] of the network, or a tuple or dictionary of them
    actions:   [M, ...]
    old:       float32 [M, ..., P], parameters of the distribution that the actions were drawn from
    advantage: float32 [M, ...], of mean 0 and deviation 1
    weight:    float32 [M, ...], 1 where a step counts, else 0
    """

    inputs: Any
    actions: np.ndarray
    old: np.ndarray
    advantage: np.ndarray
    weight: np.ndarray

    def first(self, rows):
        """The first rows; all of them for None."""
        return TrainingBatch(*(keras.tree.map_structure(lambda array: array[:rows], part) for part in self))


@dataclasses.dataclass(frozen=True)
class RolloutBuffer:
    """N environments with T steps in each, several episodes one after another.

    Args:
        observations: arrays [N, T + 1, ...], before each step and after the last, or a dictionary or tuple of them.
        parameters: float32 [N, T + 1, P], of the policy's distribution there.
        actions: [N, T] or [N, T, size].
        reward: float [N, T].
        mask: bool [N, T], False where an environment began another episode and the action did not count.
        terminated: bool [N, T], the step ended its episode for good.
        done: bool [N, T], the step was its episode's last, or not part of one.
        success: bool [N, T], the environment's `is_success`; False where it has none.
    """

    observations: Any
    parameters: np.ndarray
    actions: np.ndarray
    reward: np.ndarray
    mask: np.ndarray
    terminated: np.ndarray
    done: np.ndarray
    success: np.ndarray

    @property
    def steps(self):
        """Steps that were taken in the environments."""
        return int(self.mask.sum())

    @property
    def episodes(self):
        """Episodes that came to their end."""
        return int((self.done & self.mask).sum())

    @property
    def success_rate(self):
        """Share of the finished episodes that succeeded."""
        return float(self.success.sum() / max(1, self.episodes))

    @property
    def mean_return(self):
        """Reward per finished episode; of all steps where no episode was finished."""
        return float(self.reward.sum() / max(1, self.episodes))

    def training_batch(self, advantage):
        """`TrainingBatch` with advantages [N, T], one row for each step."""
        inputs = keras.tree.map_structure(lambda array: _rows(array[:, :-1]), self.observations)
        steps = self.actions, self.parameters[:, :-1], self.scaled(advantage), self.mask.astype("float32")
        return TrainingBatch(inputs, *map(_rows, steps))

    def scaled(self, advantage):
        """Advantages [N, T] brought to mean 0 and deviation 1 over the steps that count, float32."""
        of_steps = advantage[self.mask]
        return ((advantage - of_steps.mean()) / (of_steps.std() + 1e-8)).astype("float32")


class GridRolloutBuffer(RolloutBuffer):
    """Rollouts on N maps, each of which the network sees once: `observations` holds one `image` [N, H, W, 2] for all
    steps of a map, and `position` int32 [N, T + 1, 2].
    """

    @property
    def image(self):
        """The maps, float32 [N, H, W, 2]."""
        return self.observations["image"]

    @property
    def positions(self):
        """Where the agents were, int32 [N, T + 1, 2]."""
        return self.observations["position"]

    def training_batch(self, advantage):
        """`TrainingBatch` with advantages [N, T], one row for each map with all its steps."""
        inputs = self.image, self.positions[:, :-1]
        weight = self.mask.astype("float32")
        return TrainingBatch(inputs, self.actions, self.parameters[:, :-1], self.scaled(advantage), weight)


def collect_rollouts(policy, envs, n_steps, rng):
    """Reset the environments and take steps with actions drawn from the policy.

    Args:
        policy: `Policy`.
        envs: any vector environment of Gymnasium that resets itself in the next step, as is its default.
        n_steps: T, in each environment.
        rng: a `numpy.random.Generator`: it seeds the environments and draws the actions.

    Returns:
        `RolloutBuffer`.

    Raises:
        ValueError: another autoreset mode, or a policy with another number of outputs or with NaN.

    Example:
        >>> import gymnasium
        >>> from pnzoo.rl.trpo import Categorical, Policy
        >>> model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)])
        >>> envs = gymnasium.make_vec("CartPole-v1", 3)
        >>> collect_rollouts(Policy(model, Categorical(2)), envs, 10, np.random.default_rng(0)).reward.shape
        (3, 10)
    """
    mode = envs.metadata.get("autoreset_mode", AutoresetMode.NEXT_STEP)
    if AutoresetMode(mode) is not AutoresetMode.NEXT_STEP:
        raise ValueError(
            f"rollouts need environments that reset in the next step, these have {mode}; make them with "
            "autoreset_mode=gymnasium.vector.AutoresetMode.NEXT_STEP"
        )
    observation, _ = envs.reset(seed=int(rng.integers(2**31)))

    def read(observation):
        return policy.action_parameters(observation), observation

    observations, parameters, *steps = _collect(envs, observation, n_steps, read, policy, rng)
    return RolloutBuffer(observations, parameters, *steps)


def collect_grid_rollouts(policy, envs, n_steps, rng):
    """The same for a planner in grid worlds: on new maps, each of which a dense predictor sees once.

    Args:
        policy: `GridPolicy`.
        envs: `pnzoo.envs.VectorGridWorld` with dictionary observations that keeps its maps (`episodes_per_map=None`).
        n_steps: T, on each map.
        rng: a `numpy.random.Generator`: it seeds the environments and draws the actions.

    Returns:
        `GridRolloutBuffer`; its parameters are log probabilities.

    Raises:
        ValueError: environments that change their maps on the way, or a policy without eight logits a cell or with NaN.

    Example:
        >>> from pnzoo.envs import VectorGridWorld
        >>> from pnzoo.models import VIN
        >>> from pnzoo.rl.trpo import GridPolicy
        >>> policy = GridPolicy(VIN(k=3, channels=2))
        >>> envs = VectorGridWorld(4, height=8, episodes_per_map=None)
        >>> collect_grid_rollouts(policy, envs, 10, np.random.default_rng(0)).reward.shape
        (4, 10)
    """
    if envs.episodes_per_map is not None or envs.observation != "dict":
        raise ValueError(
            "rollouts stay on their maps: make the environments with episodes_per_map=None and observation='dict'"
        )
    observation, _ = envs.reset(seed=int(rng.integers(2**31)))
    image = observation["image"]
    log_prob_at = _log_prob_by_position(policy, image)

    def read(observation):
        position = observation["position"]
        return log_prob_at(position), position.astype("int32")

    positions, log_prob, *steps = _collect(envs, observation, n_steps, read, policy, rng)
    return GridRolloutBuffer({"image": image, "position": positions}, log_prob, *steps)


def _log_prob_by_position(policy: GridPolicy, image):
    """The function positions int [N, 2] -> log pi [N, 8] on fixed maps."""
    if not policy.dense_prediction:
        return lambda at: log_softmax(policy.logits_at(image, at[:, None].astype("int32")))[:, 0]
    log_prob, maps = log_softmax(policy.logits(image)), np.arange(len(image))
    return lambda at: log_prob[maps, at[:, 0], at[:, 1]]


def _collect(envs, observation, n_steps, read, policy, rng):
    """T steps; `read(observation)` gives the distribution's parameters and what the buffer keeps of the observation."""
    idle = np.zeros(envs.num_envs, bool)
    seen, steps = [], []
    for t in range(n_steps + 1):
        parameters, kept = read(observation)
        seen.append((kept, parameters))
        if t == n_steps:
            break
        actions = policy.distribution.sample(parameters, rng)
        observation, reward, terminated, truncated, info = envs.step(_in_bounds(actions, envs.action_space))
        over = terminated | truncated
        success = np.asarray(info.get("is_success", np.zeros(envs.num_envs, bool)))
        steps.append((actions, reward, ~idle, terminated, over | idle, success))
        idle = over
    observations, parameters = zip(*seen, strict=True)
    observations = keras.tree.map_structure(lambda *arrays: np.stack(arrays, axis=1), *observations)
    return observations, np.stack(parameters, axis=1), *(np.stack(part, axis=1) for part in zip(*steps, strict=True))


def _in_bounds(actions, space):
    return np.clip(actions, space.low, space.high) if hasattr(space, "low") else actions


def _rows(array):
    """[N, T, ...] -> [N T, ...]."""
    return array.reshape(-1, *array.shape[2:])


def log_softmax(logits):
    """log pi of logits [..., n], in NumPy."""
    shifted = logits - logits.max(axis=-1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
