"""Many bodies among obstacles that move together, in a handful of NumPy operations."""

import math

import gymnasium
import numpy as np
from gymnasium import spaces
from gymnasium.utils.seeding import np_random
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import batch_space, iterate

from pnzoo.envs import render
from pnzoo.envs.vector_gridworld import _count, _known_mode, _seed_list, _step_limit
from pnzoo.worlds import navigation
from pnzoo.worlds.gridworld import encode, sample_cell
from pnzoo.worlds.navigation.tasks import SIDE

OPTIONS = ("walls", "goal", "start")


class VectorNavigation2D(VectorEnv):
    """`num_envs` worlds like `Navigation2D`, step for step the same.

    `reset` draws a map for each world, which keeps it for `episodes_per_map` episodes, each from another start.

    Args:
        num_envs: number of worlds.
        episodes_per_map: after so many episodes a world gets a new map; None keeps its map until the next `reset`.
        autoreset_mode: what happens after the last step of an episode, as in Gymnasium: NEXT_STEP begins another
            episode in the next step, whose action is ignored and whose reward is 0; SAME_STEP begins it at once and
            puts the last observation into `info["final_obs"]`; DISABLED waits for
            `reset(options={"reset_mask": mask})`.
        max_episode_steps: another word for `max_steps`, which `gymnasium.make_vec` uses.
        **others: as in `Navigation2D`.

    Every world has a random generator of its own. `reset(seed=...)` takes an int, from which world i gets seed + i as
    in Gymnasium's own vectors, or a list with an int or None for each; a world is then, episode for episode, the
    `Navigation2D` of its seed. `reset(options=...)` fixes `walls` [H, W], `goal` and `start` [2] in all worlds that are
    reset; what it fixes stays fixed when an episode begins by itself. `reset_mask`, bool [N], names the worlds.

    Raises:
        ValueError, gymnasium.error.ResetNeeded: as `Navigation2D`.

    Example:
        >>> envs = VectorNavigation2D(3, height=12)
        >>> observation, info = envs.reset(seed=0)
        >>> observation, reward, terminated, truncated, info = envs.step(np.zeros((3, 2), "float32"))
        >>> observation["image"].shape, observation["state"].shape
        ((3, 12, 12, 2), (3, 4))
    """

    metadata = {"render_modes": ["rgb_array"], "render_fps": 10, "autoreset_mode": AutoresetMode.NEXT_STEP}

    def __init__(
        self,
        num_envs=1,
        height=SIDE,
        width=None,
        tasks=None,
        max_steps=None,
        goal_reward=1.0,
        collision_reward=0.0,
        step_reward=-0.01,
        progress_reward=0.0,
        max_start_distance=None,
        dynamics=navigation.DYNAMICS,
        render_mode=None,
        episodes_per_map=8,
        autoreset_mode=AutoresetMode.NEXT_STEP,
        max_episode_steps=None,
    ):
        self.num_envs = _count("num_envs", num_envs)
        self.tasks = tasks
        self.shape = (height, width or height) if tasks is None else tasks.walls.shape[1:]
        if tasks is None:
            navigation.generate_tasks(0, *self.shape, seed=0)  # says at once what is wrong with a size
        self.episodes_per_map = episodes_per_map and _count("episodes_per_map", episodes_per_map)
        self.autoreset_mode = AutoresetMode(autoreset_mode)
        self.metadata = {**self.metadata, "autoreset_mode": self.autoreset_mode}
        if max_steps is None and max_episode_steps is None:
            max_steps = navigation.step_limit(*self.shape)
        self.max_steps = _step_limit(max_steps, max_episode_steps, self.shape)
        self.rewards = _rewards(goal_reward, collision_reward, step_reward, progress_reward)
        self.max_start_distance = _distance(max_start_distance)
        self.dynamics, self.render_mode = dynamics, _known_mode(render_mode, self.metadata)
        self.single_observation_space = observation_space(self.shape, dynamics)
        self.single_action_space = spaces.Box(-1.0, 1.0, (2,), np.float32)
        self.observation_space = batch_space(self.single_observation_space, self.num_envs)
        self.action_space = batch_space(self.single_action_space, self.num_envs)
        self._make_buffers()

    def _make_buffers(self):
        n = self.num_envs
        self.rngs = [None] * n
        walls, starts = np.zeros((2, n, *self.shape), bool)
        self.maps = navigation.Tasks(walls, np.zeros((n, 2), int), starts)
        self.image = np.zeros((n, *self.shape, 2), np.float32)
        self.state, self.distance = np.zeros((n, 4)), np.zeros(n)
        self.steps, self.episodes = np.zeros((2, n), int)
        self.needs_reset, self.keeps_map = np.zeros((2, n), bool)
        self.fixed_start = np.full((n, 2), np.nan)

    # -- Gymnasium's interface --------------------------------------------------------------------------

    def reset(self, *, seed=None, options=None):
        """Begin an episode in every world, or in those of the mask: on new maps, or on what the options fix."""
        options, which = self._read_options(options)
        rngs = self._seeded(seed, which)
        drawn = [self._drawn(rngs[world], options, world) for world in which]  # before anything changes
        self.rngs = rngs
        for world, (task, start) in zip(which, drawn, strict=True):
            self._place(world, task)
            self.keeps_map[world] = options is not None
            self.fixed_start[world] = np.nan if options is None or options.get("start") is None else start[:2]
            self._stand(world, start)
            self.episodes[world] = 0
        self.needs_reset = self.needs_reset.copy()  # the last step's answer may still be in somebody's hands
        self.needs_reset[which] = False
        return self._observe(), {}

    def step(self, actions):
        """One step in every world; what follows the end of an episode is the autoreset mode's."""
        actions = self._checked(actions)
        idle = self.needs_reset  # only in NEXT_STEP, where an ended world begins another episode instead
        moved, collision = navigation.step(self.maps.walls, self.state[:, None], actions[:, None], self.dynamics)
        self.state = np.where(idle[:, None], self.state, moved[:, 0])
        success = navigation.arrived(self.state[:, None], self.maps.goal)[:, 0] & ~idle
        collision = collision[:, 0] & ~idle
        distance = navigation.goal_distance(self.state[:, None], self.maps.goal)[:, 0]
        goal, wall, each, progress = self.rewards
        reward = each + goal * success + wall * collision + progress * (self.distance - distance)
        reward, self.distance = np.where(idle, 0.0, reward), distance
        self.steps += 1
        truncated = (self.steps >= self.max_steps) & ~success & ~idle
        info = {"is_success": success, "collision": collision, "distance": np.where(idle, 0.0, distance)}
        info |= {f"_{key}": ~idle for key in info}
        if idle.any():
            self._begin(np.flatnonzero(idle))
        self.needs_reset = success | truncated
        if self.autoreset_mode is AutoresetMode.SAME_STEP and self.needs_reset.any():
            info = self._begin_at_once(info)
        return self._observe(), reward, success, truncated, info

    def render(self):
        """A tuple of N pictures ("rgb_array")."""
        if self.render_mode is None or self.rngs[0] is None:
            return None
        return tuple(map(render.body_picture, self.maps.walls, self.maps.goal, self.state))

    def _observe(self):
        return {"image": self.image.copy(), "state": self.state.astype(np.float32)}

    # -- how an episode begins ----------------------------------------------------------------------------

    def _read_options(self, options):
        """What all the worlds to reset are to have, or None, and the indices of these worlds."""
        which = np.arange(self.num_envs)
        if options is not None and not isinstance(options, dict):
            raise ValueError(f"options is a dictionary such as {{'goal': (1, 2)}}, received {options!r}")
        options = {key: value for key, value in (options or {}).items() if value is not None}
        mask = options.pop("reset_mask", None)
        if mask is not None:
            mask = np.asarray(mask)
            if mask.shape != (self.num_envs,) or mask.dtype != bool or not mask.any():
                raise ValueError(
                    f"reset_mask is a boolean array of shape ({self.num_envs},), True in the worlds to reset, at least "
                    f"one; received {mask!r}"
                )
            if self.rngs[0] is None and not mask.all():
                raise ValueError("the first reset is of all worlds; leave reset_mask out")
            which = np.flatnonzero(mask)
        unknown = [repr(key) for key in options if key not in OPTIONS]
        if unknown:
            raise ValueError(f"options fix {', '.join(OPTIONS)}; received {', '.join(sorted(unknown))}")
        return options or None, which

    def _seeded(self, seed, which):
        rngs = list(self.rngs)
        if seed is None or isinstance(seed, (int, np.integer)):
            super().reset(seed=None if seed is None else int(seed))
            seeds = [None if seed is None else int(seed) + i for i in range(self.num_envs)]
        else:
            seeds = _seed_list(seed, self.num_envs)
        for world in which:
            if seeds[world] is not None or rngs[world] is None:
                rngs[world] = np_random(seeds[world])[0]
        return rngs

    def _drawn(self, rng, options, world):
        """A task and the state that an episode of it begins in."""
        if options is None:
            task = self._new_task(rng)
            return task, self._new_start(task, rng)
        if "walls" not in options and self.rngs[world] is None:
            raise ValueError("the first reset has no map yet that goal and start could be for; give walls too")
        walls = options.get("walls", self.maps.walls[world])
        if np.shape(walls) != tuple(self.shape):
            height, width = self.shape
            raise ValueError(
                f"these worlds are {height}x{width}, received walls of shape {list(np.shape(walls))}; pass height= and "
                "width= when you make the environment"
            )
        goal = options.get("goal")
        if goal is None:
            goal = self.maps.goal[world] if "walls" not in options else _some_goal(walls, options.get("start"), rng)
        task = navigation.as_task(walls, goal, options.get("start"))
        start = options.get("start")
        return task, self._new_start(task, rng) if start is None else np.array([*start, 0.0, 0.0], float)

    def _new_task(self, rng):
        if self.tasks is not None:
            return self.tasks.take([int(rng.integers(len(self.tasks.walls)))])
        return navigation.generate_tasks(1, *self.shape, seed=rng)

    def _new_start(self, task, rng):
        allowed = task.starts
        if self.max_start_distance is not None:
            cells = np.stack(np.indices(self.shape), axis=-1)
            near = np.linalg.norm(cells - task.goal[0], axis=-1) <= self.max_start_distance
            allowed = allowed & near if (allowed & near).any() else allowed
        return navigation.at_rest(sample_cell(allowed, rng)[0])

    def _place(self, world, task):
        for mine, new in zip(self.maps, task, strict=True):
            mine[world] = new[0]
        self.image[world] = encode(task.walls, task.goal)[0]

    def _stand(self, world, start):
        self.state[world], self.steps[world] = start, 0
        self.distance[world] = np.linalg.norm(start[:2] - self.maps.goal[world] - 0.5)

    def _begin(self, which):
        """Another episode in these worlds, on their maps or on new ones."""
        self.state = self.state.copy()
        for world in which:
            rng, fixed = self.rngs[world], self.fixed_start[world]
            self.episodes[world] += 1
            worn = self.episodes_per_map and self.episodes[world] >= self.episodes_per_map
            if worn and not self.keeps_map[world]:
                self._place(world, self._new_task(rng))
                self.episodes[world] = 0
            known = np.isfinite(fixed).all()
            start = np.array([*fixed, 0.0, 0.0]) if known else self._new_start(self.maps.take([world]), rng)
            self._stand(world, start)

    def _begin_at_once(self, info):
        """SAME_STEP: the ended episodes' last observations and information move into `final_obs` and `final_info`."""
        ended = self.needs_reset
        final_obs = np.full(self.num_envs, None, object)
        for world, observation in enumerate(iterate(self.observation_space, self._observe())):
            if ended[world]:
                final_obs[world] = observation
        final_info = {key: np.where(ended, value, value.dtype.type(0)) for key, value in info.items()}
        going_on = {key: np.where(ended, value.dtype.type(0), value) for key, value in info.items()}
        self._begin(np.flatnonzero(ended))
        self.needs_reset = np.zeros_like(ended)
        last = {"final_obs": final_obs, "final_info": final_info}
        return {**going_on, **last, "_final_obs": ended, "_final_info": ended.copy()}

    # -- checks -------------------------------------------------------------------------------------------

    def _checked(self, actions):
        if self.rngs[0] is None:
            raise gymnasium.error.ResetNeeded("there is no episode yet; call envs.reset() before the first step")
        if self.autoreset_mode is AutoresetMode.DISABLED and self.needs_reset.any():
            raise gymnasium.error.ResetNeeded(
                f"the episodes of worlds {np.flatnonzero(self.needs_reset).tolist()} are over; call "
                "envs.reset(options={'reset_mask': terminated | truncated}) before the next step"
            )
        try:
            array = np.asarray(actions, float)
        except (TypeError, ValueError):
            array = np.zeros(0)
        if array.shape != (self.num_envs, 2):
            raise ValueError(
                f"{self.num_envs} worlds need actions of shape ({self.num_envs}, 2), a force along rows and columns "
                f"each; received shape {np.shape(actions)}"
            )
        broken = ~np.isfinite(array).all(axis=1)
        if broken.any():
            raise ValueError(
                f"world {broken.argmax()}: an action is two finite numbers, received {array[broken][0].tolist()}; a "
                "policy that gives NaN has broken weights or a broken observation"
            )
        return array


def observation_space(shape, dynamics):
    """Of maps of a shape (H, W): `image` [H, W, 2] and `state` [4]."""
    top = np.array([*shape, dynamics.max_speed, dynamics.max_speed], np.float32)
    state = spaces.Box(top * np.array([0, 0, -1, -1], np.float32), top, dtype=np.float32)
    return spaces.Dict({"image": spaces.Box(0.0, 1.0, (*shape, 2), np.float32), "state": state})


def _rewards(goal, collision, step, progress):
    usual = {"goal": 1.0, "collision": 0.0, "step": -0.01, "progress": 0.0}
    for name, value in {"goal": goal, "collision": collision, "step": step, "progress": progress}.items():
        if isinstance(value, bool) or not isinstance(value, (int, float, np.number)) or not math.isfinite(value):
            raise ValueError(f"{name}_reward is a finite number, received {value!r}; the default is {usual[name]}")
    return goal, collision, step, progress


def _distance(distance):
    if distance is not None and not distance >= 1:
        raise ValueError(
            f"max_start_distance is at least 1 cell, received {distance!r}; leave it out for starts anywhere"
        )
    return distance


def _some_goal(walls, start, rng):
    """A free cell that can be reached, from the start where there is one: int [2]."""
    walls = np.asarray(walls, bool)
    cell = sample_cell(~walls[None], rng)[0] if start is None else np.floor(start).astype(int)
    allowed = navigation.reaching(walls[None], cell[None])
    return sample_cell(allowed, rng)[0] if allowed.any() else cell
