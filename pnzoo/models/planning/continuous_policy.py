"""What every policy of a body that moves continuously offers: forces, and drives from a start to a goal."""

from typing import NamedTuple

import keras
import numpy as np
from keras import ops

from pnzoo.core.model import to_numpy
from pnzoo.layers.planning.body import BodyFeatures, BodyWindow, CoarseMap
from pnzoo.worlds import navigation
from pnzoo.worlds.gridworld import encode

SIGHT = 5  # cells of the side of what a body sees around it
STATES_PER_BATCH = 4096


class Drive(NamedTuple):
    """How a body went.

    path:      float [T + 1, 2], where it was before each step and at the end, in cells
    forces:    float [T, 2], what drove it
    reached:   whether it came to rest at the goal
    distance:  from the goal at the end, in cells
    seconds:   that it took
    reason:    why it did not get there, else ""
    """

    path: np.ndarray
    forces: np.ndarray
    reached: bool
    distance: float
    seconds: float
    reason: str


class ContinuousPolicy:
    """Mixin of models that map an image [B, H, W, 2] and a state [B, 4] to the mean of a Gaussian over forces, [B, 2].

    Subclasses have `states_network`, which answers for states [B, N, 4] on each map at once, and `_driver`.
    """

    def act(self, observation):
        """The forces for observations of `pnzoo/Navigation2D-v0`.

        Args:
            observation: what `reset` and `step` return, of one environment or of a vector of them: a dictionary of
                `image` and `state`.

        Returns:
            float32 [2], or [N, 2], within -1..1.

        Raises:
            ValueError: no such observation, or NaN in it.
        """
        if not isinstance(observation, dict) or not {"image", "state"} <= set(observation):
            raise ValueError(
                "an observation of pnzoo/Navigation2D-v0 is a dictionary of image and state, received "
                f"{type(observation).__name__}; pass what env.reset() or env.step() returned first"
            )
        image, state = (np.asarray(observation[key], "float32") for key in ("image", "state"))
        single = image.ndim == 3
        if single:
            image, state = image[None], state[None]
        self._check(image, state)
        force = np.clip(to_numpy(self.predict_on_batch({"image": image, "state": state})), -1.0, 1.0)
        return force[0] if single else force

    def drive(self, walls, start, goal, max_steps=None, dynamics=navigation.DYNAMICS):
        """Drive a body from rest to a goal.

        Args:
            walls: [H, W], 0 free and 1 wall.
            start: float (row, column) in cells; (0.5, 0.5) is the middle of the first.
            goal: int (row, column), a free cell, in whose middle it shall come to rest.
            max_steps: then it gives up; by default four for each cell of the longer side.
            dynamics: `pnzoo.worlds.navigation.Dynamics`.

        Returns:
            `Drive`.

        Raises:
            ValueError: no map, one of another size than the model's, a start or goal in a wall, or no way between.

        Example:
            >>> from pnzoo.models import ContinuousVIN
            >>> ContinuousVIN(k=8).drive(np.zeros((8, 8)), (0.5, 0.5), (4, 4), max_steps=3).path.shape
            (4, 2)
        """
        task = navigation.as_task(walls, goal, start)
        act, forces = self.driver(task), []

        def noted(state):
            forces.append(act(state))
            return forces[-1]

        begin = np.array([[[*start, 0.0, 0.0]]], float)
        found = navigation.rollouts(task, begin, noted, max_steps, dynamics, keep_states=True)
        steps, reached = int(found.steps[0, 0]), bool(found.success[0, 0])
        distance = float(found.distance[0, 0])
        reason = "" if reached else f"gave up after {steps} steps, {distance:.1f} cells from the goal"
        path, pushed = found.states[0, 0, : steps + 1, :2], np.array([force[0, 0] for force in forces[:steps]])
        return Drive(path, pushed.reshape(-1, 2), reached, distance, steps * dynamics.dt, reason)

    def driver(self, tasks):
        """The function state float [M, N, 4] -> force [M, N, 2] on M maps, which are read once.

        Args:
            tasks: `pnzoo.worlds.navigation.Tasks`.

        Raises:
            ValueError: maps of another size than the model's.
        """
        image = encode(tasks.walls, tasks.goal)
        self._check_size(image.shape)
        return self._driver(image)

    # -- steps of the above -----------------------------------------------------------------------------

    def _check(self, image, state):
        self._check_size(image.shape)
        if state.shape != (len(image), 4):
            raise ValueError(
                f"{len(image)} images need states of shape ({len(image)}, 4), row, column and the velocity along both; "
                f"received {state.shape}"
            )
        if not np.isfinite(state).all():
            raise ValueError(f"the state holds NaN or infinity: {state[~np.isfinite(state).all(axis=1)][0].tolist()}")

    def _check_size(self, shape):
        if len(shape) != 4 or shape[-1] != 2:
            raise ValueError(f"this {type(self).__name__} takes images [B, H, W, 2], walls and goal; got {list(shape)}")


def local_features(graph, image, states, factor):
    """What every policy sees of the place where the body is: [B, H, W, 2], [B, N, 4] -> [B, N, 56]."""
    seen = graph(BodyWindow, "sight", SIGHT, sums=True)(graph(CoarseMap, "cells", 1)(image), states)
    seen = graph(keras.layers.Reshape, "seen", (-1, 2 * SIGHT**2))(seen)
    return [seen, graph(BodyFeatures, "body", factor, sums=True)(states)]


def force_head(graph, features, units):
    """Features [B, N, F] -> the mean force [B, N, 2]."""
    x = graph(keras.layers.Concatenate, "features")(features)
    for i, width in enumerate(units):
        x = graph(keras.layers.Dense, f"hidden_{i}", width, activation="relu")(x)
    return graph(keras.layers.Dense, "force", 2, sums=True)(x)


def in_parts(function, count, size):
    """Concatenate function(slice) over slices of `count` things, `size` at a time."""
    return np.concatenate([function(slice(i, i + size)) for i in range(0, count, size)])


@keras.saving.register_keras_serializable("pnzoo")
class OneBody(keras.layers.Layer):
    """A state a map [B, 4] as a list of one, [B, 1, 4]; and back, with `undo`: [B, 1, A] -> [B, A]."""

    def __init__(self, undo=False, **kwargs):
        super().__init__(**kwargs)
        self.undo = bool(undo)

    def build(self, x_shape):
        self.built = True

    def call(self, x):
        return x[:, 0] if self.undo else ops.expand_dims(x, 1)

    def compute_output_shape(self, x_shape):
        return (x_shape[0], x_shape[-1]) if self.undo else (x_shape[0], 1, x_shape[-1])

    def get_config(self):
        return {**super().get_config(), "undo": self.undo}
