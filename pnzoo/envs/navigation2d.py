"""One body among obstacles, as Gymnasium wants it."""

import gymnasium
import numpy as np
from gymnasium.vector import AutoresetMode

from pnzoo.envs.vector_navigation2d import VectorNavigation2D
from pnzoo.worlds.navigation import DYNAMICS
from pnzoo.worlds.navigation.tasks import SIDE


class Navigation2D(gymnasium.Env):
    """A point mass among obstacles shall come to rest at a goal. An episode ends there, or after `max_steps`.

    Observation: a dictionary of `image`, float32 [H, W, 2] (`gridworld.encode`: 1 at walls, 1 at the goal's cell), and
    `state`, float32 [4]: row and column in cells, (0, 0) being the map's corner and (1/2, 1/2) the middle of its first
    cell, and the velocity along both in cells a second. Action: a force along rows and columns, float32 [2] in -1..1;
    beyond that it is clipped, as a motor's is. The dynamics are those of `pnzoo.worlds.navigation.step`: friction, and
    walls that stop the body without ending the episode. There is success within half a cell of the middle of the
    goal's cell at no more than half a cell a second. `info` of a step tells `is_success`, `collision` (a wall stopped
    the body) and `distance` (from the goal, in cells).

    Args:
        height, width: of the maps in cells; square without a width.
        tasks: `pnzoo.worlds.navigation.Tasks` to draw from, or None: new maps of the VIN paper's obstacles.
        max_steps: then the episode is truncated; by default four for each cell of the longer side.
        goal_reward, collision_reward, step_reward: what a step earns, the last one always.
        progress_reward: for each cell that the body comes nearer to the goal, as the crow flies; 0 by default.
        max_start_distance: starts are at most so many cells from the goal, as the crow flies; None: anywhere.
        dynamics: `pnzoo.worlds.navigation.Dynamics`.
        render_mode: None or "rgb_array".

    `reset(options=...)` fixes `walls` [H, W], `goal` (row, column of a cell) and `start` (row, column in cells, such as
    (3.5, 4.5)), any of them; without walls, goal and start belong to the map of the episode before. Every episode can
    be won: a goal that the start does not reach is refused.

    Raises:
        ValueError: an argument, option or action that is out of range or NaN; the message says what to type.
        gymnasium.error.ResetNeeded: a step before the first reset, or after the end of an episode.

    Example:
        >>> env = Navigation2D(height=12)
        >>> observation, info = env.reset(seed=0)
        >>> observation["image"].shape, observation["state"].shape
        ((12, 12, 2), (4,))

    Reference: Tamar et al. 2016, section 4.3. Known of it here are the 28x28 image, a force as action and the final
    distance as measure; mass, friction, time step, reward and termination are ours.
    """

    metadata = {"render_modes": ["rgb_array"], "render_fps": 10}

    def __init__(
        self,
        height=SIDE,
        width=None,
        tasks=None,
        max_steps=None,
        goal_reward=1.0,
        collision_reward=0.0,
        step_reward=-0.01,
        progress_reward=0.0,
        max_start_distance=None,
        dynamics=DYNAMICS,
        render_mode=None,
    ):
        self.vector = VectorNavigation2D(
            1, height, width, tasks, max_steps, goal_reward, collision_reward, step_reward, progress_reward,
            max_start_distance, dynamics, render_mode, episodes_per_map=1, autoreset_mode=AutoresetMode.DISABLED,
        )  # fmt: skip
        self.render_mode = render_mode
        self.observation_space = self.vector.single_observation_space
        self.action_space = self.vector.single_action_space

    def reset(self, *, seed=None, options=None):
        """Begin an episode: on a new map, or on what the options fix."""
        super().reset(seed=seed)
        observation, _ = self.vector.reset(seed=None if seed is None else [seed], options=options)
        self.np_random = self.vector.rngs[0]
        return self._only(observation), {}

    def step(self, action):
        """One step."""
        if np.shape(action) != (2,):
            raise ValueError(
                f"an action is a force along rows and columns, two numbers from -1 to 1, received {action!r}"
            )
        if self.vector.rngs[0] is None or self.vector.needs_reset[0]:
            raise gymnasium.error.ResetNeeded("the episode is over; call env.reset() before the next step")
        observation, reward, terminated, truncated, info = self.vector.step(np.asarray(action)[None])
        info = {name: info[name][0].item() for name in ("is_success", "collision", "distance")}
        return self._only(observation), float(reward[0]), bool(terminated[0]), bool(truncated[0]), info

    def render(self):
        """The world as a picture ("rgb_array"): uint8 [16 H, 16 W, 3]."""
        frames = self.vector.render()
        return None if frames is None else frames[0]

    @staticmethod
    def _only(observations):
        return {name: part[0] for name, part in observations.items()}
