"""Plan on maps that are too large for one device: the rows of a map are shared among devices, in strips.

Each step of value iteration needs the neighbours of every cell, so each device needs the edge rows of the strips above
and below its own, and nothing else of them. XLA finds that out from where the arrays lie: it sends a few rows from
device to device (a collective-permute, the halo exchange) and keeps T, Q and V in strips. It needs JAX.
"""

import keras
import numpy as np

from pnzoo.core.backend import BACKENDS
from pnzoo.models.planning.value_planner import ValuePlanner
from pnzoo.worlds.gridworld.border import crop_border, pad_border
from pnzoo.worlds.gridworld.maps import encode
from pnzoo.worlds.gridworld.validation import as_batch

BATCH, ROWS = "batch", "rows"


class RowParallel(keras.distribution.ModelParallel):
    """A Keras distribution that shares the rows of each map among devices; weights lie on all of them.

    Models are to be made in its scope, and everything that `predict` and `fit` are given has rows as its second axis.

    Args:
        devices: names, of `keras.distribution.list_devices()`; by default all.

    Raises:
        RuntimeError: Keras does not run on JAX.

    Example:
        ```python
        with RowParallel().scope():
            model = pnzoo.load("vin_maze")
            logits = model.predict(image)  # [1, 4096, 4096, 2]
        ```
    """

    def __init__(self, devices=None):
        if keras.backend.backend() != "jax":
            others = ", ".join(name for name in BACKENDS if name != "jax")
            raise RuntimeError(
                f"maps are shared among devices on JAX alone, and Keras runs on {keras.backend.backend()}: set "
                f"KERAS_BACKEND=jax before Keras is imported (pip install 'pnzoo[jax]'); on {others} use one device"
            )
        devices = keras.distribution.list_devices() if devices is None else list(devices)
        mesh = keras.distribution.DeviceMesh((1, len(devices)), (BATCH, ROWS), devices)
        super().__init__(layout_map=keras.distribution.LayoutMap(mesh), batch_dim_name=BATCH)

    @property
    def strips(self):
        """Number of devices."""
        return self.device_mesh.devices.size

    def get_data_layout(self, data_shape):
        """The layout of an array [B, H, ...]: H in strips.

        Raises:
            ValueError: there is no H, or it is no multiple of the number of devices.
        """
        if len(data_shape) < 2 or data_shape[1] % self.strips:
            raise ValueError(
                f"{self.strips} devices share the rows of arrays [B, H, ...] in equal strips; got {list(data_shape)}"
            )
        axes = (None, ROWS, *[None] * (len(data_shape) - 2))
        return keras.distribution.TensorLayout(axes, self.device_mesh)


def policy_by_rows(model, walls, goal, devices=None):
    """The policy of a planner on one map, computed by several devices.

    Args:
        model: a `VIN` or `DeterministicVIN`.
        walls: bool [H, W], True = wall.
        goal: int (row, col).
        devices: names, of `keras.distribution.list_devices()`; by default all.

    Returns:
        int [H, W], what `model.policy(walls, goal, solver="value_iteration")` returns.

    Raises:
        RuntimeError: Keras does not run on JAX.
        TypeError: the model is no planner of these.
        ValueError: not one map, the goal is out of range or on a wall, or the rows of the map (with its border, which
            is drawn where it is missing) are no multiple of the number of devices. More rows of wall would make them
            one, but a learned planner may see them.
    """
    return logits_by_rows(model, walls, goal, devices).argmax(axis=-1)


def logits_by_rows(model, walls, goal, devices=None):
    """Logits of the moves, float32 [H, W, A]; see `policy_by_rows`."""
    if not isinstance(model, ValuePlanner):
        raise TypeError(f"rows are shared by planners of maps, VIN and DeterministicVIN; got a {type(model).__name__}")
    distribution = RowParallel(devices)
    walls, goal, single = as_batch(walls, goal, free=True)
    if not single:
        raise ValueError(f"one map at a time: walls [H, W]; got {list(walls.shape)}")
    drawn, margin = pad_border(walls[0])
    if len(drawn) % distribution.strips:
        raise ValueError(
            f"a map of {len(drawn)} rows{' with its border' * margin} is not to be shared by {distribution.strips} "
            f"devices in equal strips; {_most(len(drawn), distribution.strips)} can: pass devices=[...]"
        )
    image = encode(drawn[None], goal + margin)
    with distribution.scope():
        copy = type(model).from_config(model.get_config())
        copy.set_weights(model.get_weights())
        logits = copy.predict(image, verbose=0)[0]
    return np.moveaxis(crop_border(np.moveaxis(logits, -1, 0), margin), 0, -1)


def _most(rows, strips):
    """The largest number of devices, up to `strips`, that share so many rows."""
    return max(count for count in range(1, strips + 1) if rows % count == 0)
