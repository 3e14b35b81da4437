"""One grid world, as Gymnasium wants it."""

import gymnasium
import numpy as np
from gymnasium import spaces

from pnzoo.envs import render as pictures
from pnzoo.envs.map_sampler import Rewards, Source, begin
from pnzoo.worlds.gridworld import MOVE_NAMES, MOVES, encode

OBSERVATIONS = ("dict", "image")


class GridWorld(gymnasium.Env):
    """A map, a goal, an agent and eight moves. An episode ends on the goal, in a wall or after `max_steps`.

    Observation: a dictionary of `image`, float32 [H, W, 2] (`gridworld.encode`: 1 at walls, 1 at the goal), and
    `position`, int [2]; or with `observation="image"` one float32 [H, W, 3] whose third channel is 1 at the agent.
    Action: 0..7, in the order of `gridworld.MOVES`. The map's edge is a wall; a move into a wall leaves the agent where
    it is. `info` of a step says whether the agent has `reached` the goal or `crashed`.

    Args:
        family: of the maps, one of `gridworld.FAMILIES`; "open" are the VIN paper's.
        height, width: of the maps; square without a width.
        distance: starts lie at most so far from the goal (length of the shortest way); None: anywhere that reaches it.
        max_steps: then the episode is truncated; by default as many as the map has cells.
        goal_reward, wall_reward, step_reward: what a move earns, the last one always.
        wall_ends: whether a move into a wall ends the episode.
        observation: "dict" or "image".
        render_mode: None, "ansi" (text) or "rgb_array".
        **settings: arguments of the family, such as `max_obstacles=10` or `loops=0.2`.

    `reset(options=...)` fixes `walls` [H, W], `goal` and `start` (row, col), any of them; without walls, goal and start
    belong to the map of the episode before.

    Raises:
        ValueError: an argument, option or action that is out of range; the message says what to type.
        gymnasium.error.ResetNeeded: a step before the first reset, or after the end of an episode.

    Example:
        >>> env = GridWorld(height=8)
        >>> observation, info = env.reset(seed=0)
        >>> observation["image"].shape, observation["position"].shape
        ((8, 8, 2), (2,))

    Reference: Tamar et al. 2016, section 4.1.
    """

    metadata = {"render_modes": ["ansi", "rgb_array"], "render_fps": 8}

    def __init__(
        self,
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
        **settings,
    ):
        self.source = Source(family, height, width, distance, settings)
        self.rewards = Rewards(goal_reward, wall_reward, step_reward)
        self.max_steps = checked_limit(max_steps, self.source.shape)
        self.wall_ends, self.observation = bool(wall_ends), observation
        self.render_mode = checked_mode(render_mode, self.metadata)
        self.observation_space = observation_space(self.source.shape, observation)
        self.action_space = spaces.Discrete(len(MOVES))
        self.worlds = self.position = None
        self.over = True

    def reset(self, *, seed=None, options=None):
        """Begin an episode: on a new map, or on what the options fix."""
        super().reset(seed=seed)
        self.worlds, start = begin(1, self.source, self.np_random, options, self.worlds)
        self.position, self.steps, self.over = start[0], 0, False
        return self._observe(), {}

    def step(self, action):
        """One move."""
        if isinstance(action, (bool, np.bool_)) or not self.action_space.contains(action):
            raise ValueError(invalid_action(action))
        if self.over:
            raise gymnasium.error.ResetNeeded("the episode is over; call env.reset() before the next step")
        walls, goal = self.worlds.walls[0], self.worlds.goal[0]
        row, col = there = self.position + MOVES[action]
        inside = 0 <= row < walls.shape[0] and 0 <= col < walls.shape[1]
        crashed = not inside or bool(walls[row, col])
        if not crashed:
            self.position = there
        reached = not crashed and bool((there == goal).all())
        self.steps += 1
        reward = self.rewards.step + self.rewards.goal * reached + self.rewards.wall * crashed
        terminated = reached or (crashed and self.wall_ends)
        truncated = not terminated and self.steps >= self.max_steps
        self.over = terminated or truncated
        return self._observe(), float(reward), terminated, truncated, {"reached": reached, "crashed": crashed}

    def render(self):
        """The world as text ("ansi") or as a picture ("rgb_array")."""
        if self.render_mode is None or self.worlds is None:
            return None
        draw = pictures.text if self.render_mode == "ansi" else pictures.picture
        return draw(self.worlds.walls[0], self.worlds.goal[0], self.position)

    def _observe(self):
        image = encode(self.worlds.walls[0], self.worlds.goal[0])
        if self.observation == "dict":
            return {"image": image, "position": self.position.copy()}
        agent = np.zeros((*image.shape[:2], 1), np.float32)
        agent[tuple(self.position)] = 1.0
        return np.concatenate([image, agent], axis=-1)


def observation_space(shape, observation):
    """The space of one world's observations."""
    if observation not in OBSERVATIONS:
        raise ValueError(f"observation is one of {', '.join(map(repr, OBSERVATIONS))}, received {observation!r}")
    image = spaces.Box(0.0, 1.0, (*shape, 2 if observation == "dict" else 3), np.float32)
    if observation == "image":
        return image
    return spaces.Dict({"image": image, "position": spaces.MultiDiscrete(shape)})


def checked_limit(max_steps, shape):
    """The number of moves after which an episode is truncated."""
    if max_steps is None:
        return shape[0] * shape[1]
    if isinstance(max_steps, bool) or not isinstance(max_steps, (int, np.integer)) or max_steps < 1:
        raise ValueError(f"max_steps is a number of moves, at least 1, received {max_steps!r}; default: one a cell")
    return int(max_steps)


def checked_mode(render_mode, metadata):
    """The render mode, if there is such a one."""
    if render_mode is not None and render_mode not in metadata["render_modes"]:
        modes = ", ".join(metadata["render_modes"])
        raise ValueError(f"render_mode is one of {modes} or None, received {render_mode!r}")
    return render_mode


def invalid_action(action):
    """What to say of an action that is none."""
    moves = ", ".join(f"{i} {name}" for i, name in enumerate(MOVE_NAMES))
    return f"an action is an integer from 0 to {len(MOVES) - 1} ({moves}), received {action!r}"
