"""A policy walks through many worlds: the batch that an update learns from."""

from typing import NamedTuple

import numpy as np

from pnzoo.worlds.gridworld import MOVES


class Batch(NamedTuple):
    """N maps with T steps on each, several episodes one after another.

    image:      float32 [N, H, W, 2]
    positions:  int32 [N, T + 1, 2], before each step and after the last
    log_policy: float32 [N, T + 1, 8], log pi at those positions
    actions:    int32 [N, T]
    reward:     float [N, T]
    moved:      bool [N, T], False where a world began another episode and the action did not count
    terminated: bool [N, T], the step ended its episode on the goal or in a wall
    ended:      bool [N, T], the step was its episode's last, or not part of one
    reached, crashed: bool [N, T]
    """

    image: np.ndarray
    positions: np.ndarray
    log_policy: np.ndarray
    actions: np.ndarray
    reward: np.ndarray
    moved: np.ndarray
    terminated: np.ndarray
    ended: np.ndarray
    reached: np.ndarray
    crashed: np.ndarray

    @property
    def steps(self):
        """Steps that were taken in the worlds."""
        return int(self.moved.sum())

    @property
    def episodes(self):
        """Episodes that came to their end."""
        return int((self.ended & self.moved).sum())

    @property
    def success(self):
        """Share of the ended episodes that reached the goal."""
        return float(self.reached.sum() / max(1, self.episodes))

    def data(self, advantage):
        """What `Policy.surrogate` takes: the batch with advantages [N, T], brought to mean 0 and deviation 1."""
        of_steps = advantage[self.moved]
        scaled = (advantage - of_steps.mean()) / (of_steps.std() + 1e-8)
        steps = self.positions[:, :-1], self.actions, self.log_policy[:, :-1]
        return (self.image, *steps, scaled.astype("float32"), self.moved.astype("float32"))


def walk(policy, envs, steps, rng):
    """Draw new maps and take so many steps on each, with actions drawn from the policy.

    A network that scores every cell of a map is asked once a map, whatever the number of steps; a reactive one at every
    step.

    Args:
        policy: `Policy`.
        envs: `pnzoo.envs.VectorGridWorld` with dictionary observations that keeps its maps (`episodes_a_map=None`).
        steps: T.
        rng: a `numpy.random.Generator`: it seeds the worlds and draws the actions.

    Returns:
        `Batch`.

    Raises:
        ValueError: worlds that change their maps on the way, or a policy without eight logits a cell or with NaN.

    Example:
        >>> from pnzoo.envs import VectorGridWorld
        >>> from pnzoo.models import VIN
        >>> from pnzoo.rl.trpo import Policy
        >>> policy = Policy(VIN(k=3, channels=2, features=(4,)).build_weights())
        >>> worlds = VectorGridWorld(4, height=8, episodes_a_map=None)
        >>> walk(policy, worlds, 10, np.random.default_rng(0)).reward.shape
        (4, 10)
    """
    if envs.episodes_a_map is not None or envs.observation != "dict":
        raise ValueError("a walk stays on its maps: make the worlds with episodes_a_map=None and observation='dict'")
    observation, _ = envs.reset(seed=int(rng.integers(2**31)))
    image, each = observation["image"], np.arange(envs.num_envs)
    everywhere = log_softmax(policy.cells(image)) if getattr(policy.model, "scores_every_cell", True) else None
    noise = rng.gumbel(size=(steps, envs.num_envs, len(MOVES)))  # the largest logit plus noise is a draw
    resting = np.zeros(envs.num_envs, bool)
    seen, done = [], []
    for t in range(steps + 1):
        position = observation["position"]
        if everywhere is None:
            log_policy = log_softmax(policy.logits(image, position[:, None].astype("int32")))[:, 0]
        else:
            log_policy = everywhere[each, position[:, 0], position[:, 1]]
        seen.append((position, log_policy))
        if t == steps:
            break
        actions = (log_policy + noise[t]).argmax(axis=1)
        observation, reward, terminated, truncated, info = envs.step(actions)
        over = terminated | truncated
        done.append((actions, reward, ~resting, terminated, over | resting, info["reached"], info["crashed"]))
        resting = over
    positions, log_policy = (np.stack(part, axis=1) for part in zip(*seen, strict=True))
    actions, *others = (np.stack(part, axis=1) for part in zip(*done, strict=True))
    return Batch(image, positions.astype("int32"), log_policy, actions.astype("int32"), *others)


def log_softmax(logits):
    """log pi of logits [..., 8]; says so where they are not what a policy of eight moves gives."""
    if logits.shape[-1] != len(MOVES):
        raise ValueError(f"a policy gives {len(MOVES)} logits a cell, one a move; this one gives {logits.shape[-1]}")
    if not np.isfinite(logits).all():
        raise ValueError("the policy gives NaN or infinity; start again from good weights")
    shifted = logits - logits.max(axis=-1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
