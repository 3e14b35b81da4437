"""One grid world, as Gymnasium wants it."""

import gymnasium
import numpy as np
from gymnasium import spaces
from gymnasium.vector import AutoresetMode

from pnzoo.core.deprecation import renamed_arguments
from pnzoo.envs.map_sampler import check_family_options
from pnzoo.envs.vector_gridworld import FORMER_ARGUMENTS, Info, VectorGridWorld, invalid_action


class GridWorld(gymnasium.Env):
    """A map, a goal, an agent and eight moves. An episode ends on the goal, in a wall or after `max_steps`.

    Observation: a dictionary of `image`, float32 [H, W, 2] (`gridworld.encode`: 1 at walls, 1 at the goal), and
    `position`, int [2]; `observation` chooses another form. Action: 0..7, in the order of `gridworld.MOVES`. The map's
    edge is a wall; a move into a wall leaves the agent where it is. `info` of a step tells `is_success` (the agent is
    on the goal) and `collision` (it met a wall).

    Args:
        family: of the maps, one of `gridworld.FAMILIES`; "open" are the VIN paper's.
        height, width: of the maps; square without a width.
        max_start_distance: the longest shortest path from a start to the goal; None: anywhere that reaches it.
        max_steps: then the episode is truncated; by default as many as the map has cells.
        goal_reward, collision_reward, step_reward: what a move earns, the last one always.
        terminate_on_collision: whether a move into a wall ends the episode.
        observation: "dict"; "image", float32 [H, W, 3] whose third channel is 1 at the agent; or "pixels", uint8
            [p H, p W, 3] in the colours of "rgb_array", p at least 4, for convolutional policies of other libraries.
        render_mode: None, "ansi" (text that `gridworld.parse` reads) or "rgb_array".
        moves: 8, or 4 for N, S, E, W only. Starts and their distances are those of an agent with these moves.
        **options: arguments of the family, such as `max_obstacles=10` or `loops=0.2`.

    `reset(options=...)` fixes `walls` [H, W], `goal` and `start` (row, column), any of them; without walls, goal and
    start belong to the map of the episode before. Every episode can be won: a goal that the start does not reach is
    refused.

    Raises:
        ValueError: an argument, option or action that is out of range; the message says what to type.
        TypeError: an argument that neither the environment nor the family takes.
        gymnasium.error.ResetNeeded: a step before the first reset, or after the end of an episode.

    Example:
        >>> env = GridWorld(height=8)
        >>> observation, info = env.reset(seed=0)
        >>> observation["image"].shape, observation["position"].shape
        ((8, 8, 2), (2,))

    Reference: Tamar et al. 2016, section 4.1.
    """

    metadata = {"render_modes": ["ansi", "rgb_array"], "render_fps": 8}

    @renamed_arguments(**FORMER_ARGUMENTS)
    def __init__(
        self,
        family="open",
        height=16,
        width=None,
        max_start_distance=None,
        max_steps=None,
        goal_reward=1.0,
        collision_reward=-1.0,
        step_reward=-0.01,
        terminate_on_collision=True,
        observation="dict",
        render_mode=None,
        moves=8,
        **options,
    ):
        check_family_options(type(self), family, options)
        self.vector = VectorGridWorld(
            1, family, height, width, max_start_distance, max_steps, goal_reward, collision_reward, step_reward,
            terminate_on_collision, observation, render_mode, moves, autoreset_mode=AutoresetMode.DISABLED, **options,
        )  # fmt: skip
        self.render_mode = render_mode
        self.observation_space = self.vector.single_observation_space
        self.action_space = spaces.Discrete(moves)

    def reset(self, *, seed=None, options=None):
        """Begin an episode: on a new map, or on what the options fix."""
        super().reset(seed=seed)
        self.vector.np_random = self.np_random
        observation, _ = self.vector.reset(options=options)
        return self._only(observation), {}

    def step(self, action):
        """One move."""
        if isinstance(action, (bool, np.bool_)) or not self.action_space.contains(action):
            raise ValueError(invalid_action(action, self.vector.sampler.moves))
        if self.vector.maps is None or self.vector.needs_reset[0]:
            raise gymnasium.error.ResetNeeded("the episode is over; call env.reset() before the next step")
        observation, reward, terminated, truncated, info = self.vector.step(np.array([action]))
        info = Info({name: bool(info[name][0]) for name in ("is_success", "collision")})
        return self._only(observation), float(reward[0]), bool(terminated[0]), bool(truncated[0]), info

    def render(self):
        """The world as text ("ansi") or as a picture ("rgb_array")."""
        frames = self.vector.render()
        return None if frames is None else frames[0]

    @staticmethod
    def _only(observations):
        if isinstance(observations, dict):
            return {name: part[0] for name, part in observations.items()}
        return observations[0]
