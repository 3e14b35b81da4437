"""Many grid worlds that step together, in a handful of NumPy operations."""

import gymnasium
import numpy as np
from gymnasium import spaces
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import batch_space

from pnzoo.envs import render as pictures
from pnzoo.envs.gridworld import checked_limit, checked_mode, invalid_action, observation_space
from pnzoo.envs.map_sampler import Rewards, Source, Worlds, begin, pick
from pnzoo.worlds.gridworld import MOVES, encode

FREE, WALL, GOAL = 0, 1, 2


class VectorGridWorld(VectorEnv):
    """`num_envs` worlds like `GridWorld`, step for step the same, and hundreds of times faster.

    A world whose episode has ended begins another one in the next step, whose action is ignored and whose reward is 0
    (Gymnasium's `AutoresetMode.NEXT_STEP`). `reset` draws a map for each world. After that a world keeps its map for
    `episodes_a_map` episodes, each from another start: drawing a map costs far more than walking on it, and the VIN
    paper's data has seven ways on each map as well.

    Args:
        num_envs: number of worlds.
        episodes_a_map: after so many episodes a world gets a new map; None keeps its map until the next `reset`.
        **others: as in `GridWorld`.

    `reset(options=...)` fixes `walls` [H, W] or [N, H, W], `goal` and `start` [2] or [N, 2]; what it fixes stays fixed
    when an episode begins by itself.

    Raises:
        ValueError, gymnasium.error.ResetNeeded: as `GridWorld`.

    Example:
        >>> envs = VectorGridWorld(3, height=8)
        >>> observation, info = envs.reset(seed=0)
        >>> observation, reward, terminated, truncated, info = envs.step(np.array([0, 1, 2]))
        >>> observation["image"].shape, reward.shape
        ((3, 8, 8, 2), (3,))
    """

    metadata = {"render_modes": ["ansi", "rgb_array"], "render_fps": 8, "autoreset_mode": AutoresetMode.NEXT_STEP}

    def __init__(
        self,
        num_envs=1,
        family="open",
        height=16,
        width=None,
        distance=None,
        max_steps=None,
        goal_reward=1.0,
        wall_reward=-1.0,
        step_reward=-0.01,
        wall_ends=True,
        observation="dict",
        render_mode=None,
        episodes_a_map=7,
        **settings,
    ):
        for name, count in (("num_envs", num_envs), ("episodes_a_map", episodes_a_map or 1)):
            if isinstance(count, bool) or not isinstance(count, (int, np.integer)) or count < 1:
                raise ValueError(f"{name} is an integer of 1 or more, received {count!r}")
        self.num_envs, self.episodes_a_map = int(num_envs), episodes_a_map
        self.source = Source(family, height, width, distance, settings)
        rewards = Rewards(goal_reward, wall_reward, step_reward)
        by_cell = {FREE: rewards.step, WALL: rewards.step + rewards.wall, GOAL: rewards.step + rewards.goal}
        self.reward_of = np.array([by_cell[what] for what in (FREE, WALL, GOAL)], float)
        self.max_steps = checked_limit(max_steps, self.source.shape)
        self.wall_ends, self.observation = bool(wall_ends), observation
        self.render_mode = checked_mode(render_mode, self.metadata)
        self.single_observation_space = observation_space(self.source.shape, observation)
        self.single_action_space = spaces.Discrete(len(MOVES))
        self.observation_space = batch_space(self.single_observation_space, self.num_envs)
        self.action_space = batch_space(self.single_action_space, self.num_envs)
        height, width = self.source.shape
        self.stride = width + 2  # cells are numbered on the map with a ring of wall around it
        self.jump = MOVES @ (self.stride, 1)
        self.first_cell = np.arange(self.num_envs) * (height + 2) * self.stride
        self.worlds = None

    def reset(self, *, seed=None, options=None):
        """Begin an episode in every world: on new maps, or on what the options fix."""
        if seed is not None and not isinstance(seed, (int, np.integer)):
            raise ValueError(f"all worlds are drawn from one seed, an integer or None; received seed={seed!r}")
        super().reset(seed=None if seed is None else int(seed))
        fixed = {key for key, value in (options or {}).items() if value is not None}
        worlds, start = begin(self.num_envs, self.source, self.np_random, options, self.worlds)
        self.worlds = Worlds(*(np.array(part) for part in worlds))
        self.fixed_map, self.fixed_start = bool(fixed), start if "start" in fixed else None
        self.supply, self.supplied = None, 0
        self.cells = np.full((self.num_envs, self.source.shape[0] + 2, self.stride), WALL, np.uint8)
        channels = 2 if self.observation == "dict" else 3
        self.image = np.zeros((self.num_envs, *self.source.shape, channels), np.float32)
        self._draw(np.arange(self.num_envs))
        self.at = (start + 1) @ (self.stride, 1)
        self.steps, self.episodes = np.zeros((2, self.num_envs), int)
        self.ended = np.zeros(self.num_envs, bool)
        return self._observe(), {}

    def step(self, actions):
        """One move in every world; a world whose episode has ended begins another one instead."""
        actions = self._checked(actions)
        resting = self.ended
        there = self.at + self.jump[actions]
        what = self.cells.reshape(-1)[self.first_cell + there]
        crashed, reached = (what == WALL) & ~resting, (what == GOAL) & ~resting
        reward = np.where(resting, 0.0, self.reward_of[what])
        self.at = np.where(crashed | resting, self.at, there)
        self.steps += 1
        terminated = reached | crashed if self.wall_ends else reached
        truncated = (self.steps >= self.max_steps) & ~terminated & ~resting
        if resting.any():
            self._begin(np.flatnonzero(resting))
        self.ended = terminated | truncated
        moved = ~resting
        return self._observe(), reward, terminated, truncated, {
            "reached": reached, "_reached": moved, "crashed": crashed, "_crashed": moved.copy()
        }

    @property
    def position(self):
        """Where the agents are, int [N, 2]."""
        return np.stack(np.divmod(self.at, self.stride), axis=1) - 1

    def render(self):
        """A tuple of N texts ("ansi") or pictures ("rgb_array")."""
        if self.render_mode is None or self.worlds is None:
            return None
        draw = pictures.text if self.render_mode == "ansi" else pictures.picture
        return tuple(map(draw, self.worlds.walls, self.worlds.goal, self.position))

    def _checked(self, actions):
        if self.worlds is None:
            raise gymnasium.error.ResetNeeded("there is no episode yet; call envs.reset() before the first step")
        actions = np.asarray(actions)
        if actions.shape != (self.num_envs,) or actions.dtype.kind not in "iu":
            raise ValueError(
                f"{self.num_envs} worlds need {self.num_envs} actions, integers of shape ({self.num_envs},); "
                f"received {actions.dtype} of shape {actions.shape}"
            )
        if actions.min() < 0 or actions.max() >= len(MOVES):
            wrong = (actions < 0) | (actions >= len(MOVES))
            raise ValueError(f"world {wrong.argmax()}: " + invalid_action(actions[wrong][0].item()))
        return actions

    def _begin(self, which):
        """Start another episode in these worlds."""
        self.steps[which] = 0
        self.episodes[which] += 1
        if self.episodes_a_map and not self.fixed_map:
            done = which[self.episodes[which] >= self.episodes_a_map]
            if len(done):
                self._change_maps(done)
        if self.fixed_start is not None:
            start = self.fixed_start[which]
        else:
            start = pick(self.worlds.starts[which], self.np_random)
        self.at[which] = (start + 1) @ (self.stride, 1)

    def _change_maps(self, which):
        self.episodes[which] = 0
        if self.supply is None or self.supplied + len(which) > self.num_envs:
            self.supply, self.supplied = self.source.draw(self.num_envs, self.np_random), 0
        taken = slice(self.supplied, self.supplied + len(which))
        self.supplied += len(which)
        for mine, new in zip(self.worlds, self.supply, strict=True):
            mine[which] = new[taken]
        self._draw(which)

    def _draw(self, which):
        """Note the maps of these worlds where a step and an observation look for them."""
        walls, goal = self.worlds.walls[which], self.worlds.goal[which]
        self.cells[which, 1:-1, 1:-1] = walls
        self.cells[which, goal[:, 0] + 1, goal[:, 1] + 1] = GOAL
        self.image[which, ..., :2] = encode(walls, goal)

    def _observe(self):
        position, image = self.position, self.image.copy()
        if self.observation == "dict":
            return {"image": image, "position": position}
        image[np.arange(self.num_envs), position[:, 0], position[:, 1], 2] = 1.0
        return image
