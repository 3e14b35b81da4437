"""Many grid worlds that step together, in a handful of NumPy operations."""

import math

import gymnasium
import numpy as np
from gymnasium import spaces
from gymnasium.utils.seeding import np_random
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import batch_space, iterate

from pnzoo.core.deprecation import RenamedKeys, renamed_arguments
from pnzoo.envs import render
from pnzoo.envs.map_sampler import MapBatch, MapSampler, check_family_options, read_options, reset_state, sample_cell
from pnzoo.envs.observations import Observer
from pnzoo.worlds.gridworld import MOVE_NAMES, MOVES

FREE, WALL, GOAL = 0, 1, 2
FORMER_ARGUMENTS = {
    "wall_ends": "terminate_on_collision", "wall_reward": "collision_reward", "distance": "max_start_distance",
}  # fmt: skip


class Info(RenamedKeys):
    """A step's information, which still answers to the keys of release 0.1."""

    names = {
        "reached": "is_success", "_reached": "_is_success", "crashed": "collision", "_crashed": "_collision",
    }  # fmt: skip


class MapStream:
    """Maps of one random generator, drawn `ahead` at a time: a batch costs little more than a map."""

    def __init__(self, sampler, rng, ahead):
        self.sampler, self.rng, self.ahead = sampler, rng, ahead
        self.supply, self.used = None, 0

    def take(self, n):
        """The next n maps: `MapBatch`."""
        if self.supply is None or self.used + n > self.ahead:
            self.supply, self.used = self.sampler.draw(self.ahead, self.rng), 0
        self.used += n
        return MapBatch(*(part[self.used - n : self.used] for part in self.supply))


class VectorGridWorld(VectorEnv):
    """`num_envs` worlds like `GridWorld`, step for step the same, and hundreds of times faster than a loop over them.

    `reset` draws a map for each world. After that a world keeps its map for `episodes_per_map` episodes, each from
    another start: drawing a map costs far more than a move on it, and the VIN paper's data has seven paths per map too.

    Args:
        num_envs: number of worlds.
        episodes_per_map: after so many episodes a world gets a new map; None keeps its map until the next `reset`.
        autoreset_mode: what happens after the last step of an episode, as in Gymnasium: NEXT_STEP begins another
            episode in the next step, whose action is ignored and whose reward is 0; SAME_STEP begins it at once and
            puts the last observation into `info["final_obs"]`; DISABLED waits for
            `reset(options={"reset_mask": mask})`.
        max_episode_steps: another word for `max_steps`, which `gymnasium.make_vec` uses.
        **others: as in `GridWorld`.

    `reset(seed=...)` takes one integer for all worlds, or a list, tuple or array with an integer or None (a fresh one)
    for each: a world's maps and starts then depend on its own seed only, and its first episode is that of a `GridWorld`
    with this seed. `reset(options=...)` fixes `walls` [H, W] or [N, H, W], `goal` and `start` [2] or [N, 2]; what it
    fixes stays fixed when an episode begins by itself. `reset_mask`, bool [N], names the worlds to reset.

    Raises:
        ValueError, TypeError, gymnasium.error.ResetNeeded: as `GridWorld`.

    Example:
        >>> envs = VectorGridWorld(3, height=8)
        >>> observation, info = envs.reset(seed=0)
        >>> observation, reward, terminated, truncated, info = envs.step(np.array([0, 1, 2]))
        >>> observation["image"].shape, reward.shape
        ((3, 8, 8, 2), (3,))
    """

    metadata = {"render_modes": ["ansi", "rgb_array"], "render_fps": 8, "autoreset_mode": AutoresetMode.NEXT_STEP}

    @renamed_arguments(episodes_a_map="episodes_per_map", **FORMER_ARGUMENTS)
    def __init__(
        self,
        num_envs=1,
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
        episodes_per_map=7,
        autoreset_mode=AutoresetMode.NEXT_STEP,
        max_episode_steps=None,
        **options,
    ):
        check_family_options(type(self), family, options)
        self.num_envs = _count("num_envs", num_envs)
        self.episodes_per_map = episodes_per_map and _count("episodes_per_map", episodes_per_map)
        self.autoreset_mode = AutoresetMode(autoreset_mode)
        self.metadata = {**self.metadata, "autoreset_mode": self.autoreset_mode}
        self.sampler = MapSampler(family, height, width, max_start_distance, options, moves)
        self.reward_of = _reward_table(goal_reward, collision_reward, step_reward)
        self.max_steps = _step_limit(max_steps, max_episode_steps, self.sampler.shape)
        self.terminate_on_collision = bool(terminate_on_collision)
        self.render_mode = _known_mode(render_mode, self.metadata)
        self.observe, self.observation = Observer(observation, self.num_envs, self.sampler.shape), observation
        self.single_observation_space, self.single_action_space = self.observe.space, spaces.Discrete(moves)
        self.observation_space = batch_space(self.single_observation_space, self.num_envs)
        self.action_space = batch_space(self.single_action_space, self.num_envs)
        self._make_buffers(*self.sampler.shape)
        self.maps = None

    def _make_buffers(self, height, width):
        self.stride = width + 2  # cells are numbered on the map with a ring of wall around it
        self.offset = MOVES @ (self.stride, 1)
        self.first_cell = np.arange(self.num_envs) * (height + 2) * self.stride
        self.cells = np.full((self.num_envs, height + 2, self.stride), WALL, np.uint8)
        self.at, self.steps, self.episodes = np.zeros((3, self.num_envs), int)
        self.needs_reset, self.keeps_map = np.zeros((2, self.num_envs), bool)
        self.fixed_start = np.full((self.num_envs, 2), -1)
        self.streams, self.stream_of = [], np.zeros(self.num_envs, int)

    # -- Gymnasium's interface --------------------------------------------------------------------------

    def reset(self, *, seed=None, options=None):
        """Begin an episode in every world, or in those of the mask: on new maps, or on what the options fix."""
        options, which = self._read_mask(options)
        fixed = read_options(options, self.num_envs, self.sampler.shape)
        streams, stream_of = self._seeded(seed, which)
        begun = []
        for number in np.unique(stream_of[which]):  # everything is drawn before anything changes
            part = which[stream_of[which] == number]
            current = None if self.maps is None else MapBatch(*(array[part] for array in self.maps))
            begun.append((part, reset_state(len(part), self.sampler, streams[number].rng, fixed.take(part), current)))
        self.streams, self.stream_of = streams, stream_of
        for part, (maps, start) in begun:
            self._place(part, maps, start, fixed)
        return self._observe(), {}

    def step(self, actions):
        """One move in every world; what follows the end of an episode is the autoreset mode's."""
        actions = self._checked(actions)
        idle = self.needs_reset  # only in NEXT_STEP, where an ended world begins another episode instead
        there = self.at + self.offset[actions]
        entered = self.cells.reshape(-1)[self.first_cell + there]
        collision, success = (entered == WALL) & ~idle, (entered == GOAL) & ~idle
        reward = np.where(idle, 0.0, self.reward_of[entered])
        self.at = np.where(collision | idle, self.at, there)
        self.steps += 1
        terminated = success | collision if self.terminate_on_collision else success
        truncated = (self.steps >= self.max_steps) & ~terminated & ~idle
        info = {"is_success": success, "_is_success": ~idle, "collision": collision, "_collision": ~idle}
        if idle.any():
            self._begin(np.flatnonzero(idle))
        self.needs_reset = terminated | truncated
        if self.autoreset_mode is AutoresetMode.SAME_STEP and self.needs_reset.any():
            info = self._begin_at_once(info)
        return self._observe(), reward, terminated, truncated, Info(info)

    def render(self):
        """A tuple of N texts ("ansi") or pictures ("rgb_array")."""
        if self.render_mode is None or self.maps is None:
            return None
        draw = render.text if self.render_mode == "ansi" else render.picture
        return tuple(map(draw, self.maps.walls, self.maps.goal, self.position))

    @property
    def position(self):
        """Where the agents are, int [N, 2]."""
        return np.stack(np.divmod(self.at, self.stride), axis=1) - 1

    def _observe(self):
        return self.observe(self.position)

    # -- how an episode begins ----------------------------------------------------------------------------

    def _read_mask(self, options):
        """Options without the mask, and the indices of the worlds to reset."""
        if not isinstance(options, dict) or options.get("reset_mask") is None:
            return options, np.arange(self.num_envs)
        others = {key: value for key, value in options.items() if key != "reset_mask"}
        mask = np.asarray(options["reset_mask"])
        if mask.shape != (self.num_envs,) or mask.dtype != bool or not mask.any():
            raise ValueError(
                f"reset_mask is a boolean array of shape ({self.num_envs},), True in the worlds to reset, at least one"
                f"; received {options['reset_mask']!r}"
            )
        if self.maps is None and not mask.all():
            raise ValueError("the first reset is of all worlds; leave reset_mask out")
        return others, np.flatnonzero(mask)

    def _seeded(self, seed, which):
        """The random streams after a reset of some worlds, and which world draws from which of them."""
        streams, stream_of = list(self.streams), self.stream_of.copy()
        if seed is None or isinstance(seed, (int, np.integer)):
            if seed is not None or len(which) == self.num_envs:
                super().reset(seed=None if seed is None else int(seed))
                stream_of[which] = len(streams)
                streams.append(MapStream(self.sampler, self.np_random, self.num_envs))
        else:
            for world, its_seed in zip(which, _seed_list(seed, self.num_envs)[which], strict=True):
                stream_of[world] = len(streams)
                streams.append(MapStream(self.sampler, np_random(its_seed)[0], 1))
        used, stream_of = np.unique(stream_of, return_inverse=True)
        return [streams[number] for number in used], stream_of

    def _place(self, which, maps, start, fixed):
        """Begin the drawn episodes, the first on their maps."""
        if self.maps is None:
            self.maps = MapBatch(*(np.zeros((self.num_envs, *part.shape[1:]), part.dtype) for part in maps))
        self._set_maps(which, maps)
        self.keeps_map[which] = bool(fixed)
        self.fixed_start[which] = -1 if fixed.start is None else start
        self._stand(which, start)
        self.episodes[which] = 0
        self.needs_reset = self.needs_reset.copy()  # the last step's answer may still be in somebody's hands
        self.needs_reset[which] = False

    def _begin(self, which):
        """Another episode in these worlds, on their maps or on new ones."""
        self.episodes[which] += 1
        if self.episodes_per_map:
            worn = which[(self.episodes[which] >= self.episodes_per_map) & ~self.keeps_map[which]]
            for number, part in self._by_stream(worn):
                self._set_maps(part, self.streams[number].take(len(part)))
            self.episodes[worn] = 0
        start = self.fixed_start[which]
        for number, part in self._by_stream(which[start[:, 0] < 0]):
            start[np.isin(which, part)] = sample_cell(self.maps.starts[part], self.streams[number].rng)
        self._stand(which, start)

    def _begin_at_once(self, info):
        """SAME_STEP: the ended episodes' last observations and information move into `final_obs` and `final_info`."""
        ended = self.needs_reset
        final_obs = np.full(self.num_envs, None, object)
        for world, observation in enumerate(iterate(self.observation_space, self._observe())):
            if ended[world]:
                final_obs[world] = observation
        final_info = {key: value & ended for key, value in info.items()}
        going_on = {key: value & ~ended for key, value in info.items()}
        self._begin(np.flatnonzero(ended))
        self.needs_reset = np.zeros_like(ended)
        last = {"final_obs": final_obs, "final_info": Info(final_info)}
        return {**going_on, **last, "_final_obs": ended, "_final_info": ended.copy()}

    def _by_stream(self, which):
        if len(self.streams) == 1:
            return [(0, which)] if len(which) else []
        return [(number, which[self.stream_of[which] == number]) for number in np.unique(self.stream_of[which])]

    def _stand(self, which, start):
        self.at[which] = (start + 1) @ (self.stride, 1)
        self.steps[which] = 0

    def _set_maps(self, which, maps):
        """Write maps into the cell and image buffers."""
        for mine, new in zip(self.maps, maps, strict=True):
            mine[which] = new
        self.cells[which, 1:-1, 1:-1] = maps.walls
        self.cells[which, maps.goal[:, 0] + 1, maps.goal[:, 1] + 1] = GOAL
        self.observe.draw(which, maps.walls, maps.goal)

    # -- checks -------------------------------------------------------------------------------------------

    def _checked(self, actions):
        if self.maps is None:
            raise gymnasium.error.ResetNeeded("there is no episode yet; call envs.reset() before the first step")
        if self.autoreset_mode is AutoresetMode.DISABLED and self.needs_reset.any():
            raise gymnasium.error.ResetNeeded(
                f"the episodes of worlds {np.flatnonzero(self.needs_reset).tolist()} are over; call "
                "envs.reset(options={'reset_mask': terminated | truncated}) before the next step"
            )
        actions = np.asarray(actions)
        if actions.shape != (self.num_envs,) or actions.dtype.kind not in "iu":
            raise ValueError(
                f"{self.num_envs} worlds need {self.num_envs} actions, integers of shape ({self.num_envs},); "
                f"received {actions.dtype} of shape {actions.shape}"
            )
        wrong = (actions < 0) | (actions >= self.sampler.moves)
        if wrong.any():
            raise ValueError(f"world {wrong.argmax()}: {invalid_action(actions[wrong][0].item(), self.sampler.moves)}")
        return actions


def invalid_action(action, moves=8):
    """What to say of an action that is none."""
    names = ", ".join(f"{i} {name}" for i, name in enumerate(MOVE_NAMES[:moves]))
    return f"an action is an integer from 0 to {moves - 1} ({names}), received {action!r}"


def _reward_table(goal, collision, step):
    """What entering a free cell, a wall or the goal earns, float [3]."""
    usual = {"goal": 1.0, "collision": -1.0, "step": -0.01}
    for name, value in {"goal": goal, "collision": collision, "step": step}.items():
        if isinstance(value, bool) or not isinstance(value, (int, float, np.number)) or not math.isfinite(value):
            raise ValueError(f"{name}_reward is a finite number, received {value!r}; the default is {usual[name]}")
    by_cell = {FREE: step, WALL: step + collision, GOAL: step + goal}
    return np.array([by_cell[kind] for kind in (FREE, WALL, GOAL)], float)


def _step_limit(max_steps, max_episode_steps, shape):
    """The number of moves after which an episode is truncated."""
    if max_steps is not None and max_episode_steps is not None and max_steps != max_episode_steps:
        raise ValueError(
            f"max_steps and max_episode_steps mean the same, received {max_steps!r} and {max_episode_steps!r}; give one"
        )
    limit = max_episode_steps if max_steps is None else max_steps
    if limit is None:
        return shape[0] * shape[1]
    if isinstance(limit, bool) or not isinstance(limit, (int, np.integer)) or limit < 1:
        raise ValueError(f"max_steps is a number of moves, at least 1, received {limit!r}; default: one per cell")
    return int(limit)


def _known_mode(render_mode, metadata):
    if render_mode is not None and render_mode not in metadata["render_modes"]:
        modes = ", ".join(metadata["render_modes"])
        raise ValueError(f"render_mode is one of {modes} or None, received {render_mode!r}")
    return render_mode


def _count(name, count):
    if isinstance(count, bool) or not isinstance(count, (int, np.integer)) or count < 1:
        raise ValueError(f"{name} is an integer of 1 or more, received {count!r}")
    return int(count)


def _seed_list(seed, n):
    """A seed or None for each world, an array of objects."""
    seeds = list(seed) if isinstance(seed, (list, tuple, np.ndarray)) and np.ndim(seed) == 1 else None
    whole = seeds is not None and all(s is None or (isinstance(s, (int, np.integer)) and s >= 0) for s in seeds)
    if not whole or len(seeds) != n:
        raise ValueError(f"seed is an integer, None, or a list of {n} of them, one for each world; received {seed!r}")
    return np.array([None if s is None else int(s) for s in seeds], object)
