"""What a network of a body that moves continuously reads: coarse maps, costs of moves, what lies around the body."""

import keras
import numpy as np
from keras import ops

from pnzoo.layers.planning.grid_value_iteration import MOVES

LEAST_COST = 0.1  # of a move, as a share of its length
LENGTHS = np.hypot(*np.array(MOVES).T).astype("float32")


@keras.saving.register_keras_serializable("pnzoo")
class CoarseMap(keras.layers.Layer):
    """A map of larger cells: what was free and where the goal is, `factor` x `factor` cells in one.

    Args:
        factor: cells of the map in a coarse one's side; what is left over at the far edges counts as wall.

    Call args:
        image: [B, H, W, 2]: 1 at walls, 1 at the goal.

    Returns:
        [B, ceil(H / factor), ceil(W / factor), factor^2 + 1]: 1 where each cell is free, so that zeros beyond the edge
        are wall, and last whether the goal is among them.

    Raises:
        ValueError: factor < 1.
    """

    def __init__(self, factor=1, **kwargs):
        super().__init__(**kwargs)
        self.factor = int(factor)
        if self.factor < 1:
            raise ValueError(f"factor is the number of cells in a coarse cell's side, at least 1; got {factor!r}.")

    def build(self, image_shape):
        self.built = True

    def call(self, image):
        factor = self.factor
        parts = ops.concatenate([1.0 - image[..., :1], image[..., 1:2]], axis=-1)
        height, width = ops.shape(image)[1:3]
        parts = ops.pad(parts, ((0, 0), (0, -height % factor), (0, -width % factor), (0, 0)))
        rows, columns = -(-height // factor), -(-width // factor)
        parts = ops.reshape(parts, (-1, rows, factor, columns, factor, 2))
        parts = ops.reshape(ops.transpose(parts, (0, 1, 3, 5, 2, 4)), (-1, rows, columns, 2, factor**2))
        return ops.concatenate([parts[..., 0, :], ops.max(parts[..., 1, :], axis=-1, keepdims=True)], axis=-1)

    def compute_output_shape(self, image_shape):
        sides = (None if side is None else -(-side // self.factor) for side in image_shape[1:3])
        return (image_shape[0], *sides, self.factor**2 + 1)

    def compute_output_spec(self, image):
        return keras.KerasTensor(self.compute_output_shape(image.shape), self.compute_dtype)

    def get_config(self):
        return {**super().get_config(), "factor": self.factor}


@keras.saving.register_keras_serializable("pnzoo")
class MoveCosts(keras.layers.Layer):
    """cost_a(s) = factor length_a (0.1 + softplus(z_a(s))), in cells of the map.

    Args:
        factor: cells of the map in a coarse one's side.

    Call args:
        z: [B, H, W, 8].

    Returns:
        [B, H, W, 8], > 0.

    Example:
        >>> import numpy as np
        >>> from pnzoo.layers import MoveCosts
        >>> round(float(MoveCosts(2)(np.full((1, 1, 1, 8), -50.0, "float32"))[0, 0, 0, 0]), 3)
        0.2
    """

    def __init__(self, factor=1, **kwargs):
        super().__init__(**kwargs)
        self.factor = int(factor)

    def build(self, z_shape):
        self.built = True

    def call(self, z):
        return self.factor * ops.convert_to_tensor(LENGTHS, z.dtype) * (LEAST_COST + ops.softplus(z))

    def compute_output_shape(self, z_shape):
        return tuple(z_shape)

    def get_config(self):
        return {**super().get_config(), "factor": self.factor}


@keras.saving.register_keras_serializable("pnzoo")
class RefineTo(keras.layers.Layer):
    """The V of a coarse grid on a finer one: each coarse cell's value in all of its cells.

    Args:
        factor: cells of the fine grid in a coarse one's side.

    Call args:
        plan: [B, h, w, C], V first.
        fine: [B, H, W, ...], for its size.

    Returns:
        [B, H, W].
    """

    def __init__(self, factor=2, **kwargs):
        super().__init__(**kwargs)
        self.factor = int(factor)

    def build(self, plan_shape, fine_shape=None):
        self.built = True

    def call(self, plan, fine):
        height, width = ops.shape(fine)[1:3]
        value = ops.repeat(ops.repeat(plan[..., 0], self.factor, axis=1), self.factor, axis=2)
        return value[:, :height, :width]

    def compute_output_shape(self, plan_shape, fine_shape=None):
        return tuple(fine_shape[:3])

    def compute_output_spec(self, plan, fine):
        return keras.KerasTensor(tuple(fine.shape[:3]), plan.dtype)

    def get_config(self):
        return {**super().get_config(), "factor": self.factor}


@keras.saving.register_keras_serializable("pnzoo")
class BodyWindow(keras.layers.Layer):
    """The attention of a body that moves continuously: the cells around the one it is in.

    Args:
        size: cells of the window's side, odd.
        factor: cells of the map in one of this grid's.
        beyond: what stands for cells beyond the grid.

    Call args:
        grid: [B, H, W, C].
        states: [B, N, 4], row and column in cells of the map, and the velocity.

    Returns:
        [B, N, size^2, C], row by row.

    Raises:
        ValueError: a size that is even or below 1.

    Example:
        >>> import numpy as np
        >>> from pnzoo.layers import BodyWindow
        >>> grid = np.arange(9, dtype="float32").reshape(1, 3, 3, 1)
        >>> np.asarray(BodyWindow(1)(grid, np.array([[[1.2, 2.9, 0, 0]]], "float32"))).tolist()
        [[[[5.0]]]]
    """

    def __init__(self, size=3, factor=1, beyond=0.0, **kwargs):
        super().__init__(**kwargs)
        self.size, self.factor, self.beyond = int(size), int(factor), float(beyond)
        if self.size < 1 or self.size % 2 == 0:
            raise ValueError(f"size is the window's side, an odd number of cells; got {size!r}.")

    def build(self, grid_shape, states_shape=None):
        self.built = True

    def call(self, grid, states):
        reach = self.size // 2
        height, width, channels = ops.shape(grid)[1:]
        padded = ops.pad(grid, ((0, 0), (reach, reach), (reach, reach), (0, 0)), constant_values=self.beyond)
        cell = ops.cast(ops.floor(ops.cast(states[..., :2], "float32") / self.factor), "int32")
        row, column = ops.clip(cell[..., 0], 0, height - 1), ops.clip(cell[..., 1], 0, width - 1)
        stride = width + 2 * reach
        offsets = np.add.outer(np.arange(self.size), np.zeros(self.size, int)).reshape(-1)
        others = np.tile(np.arange(self.size), self.size)
        index = (row[..., None] + ops.convert_to_tensor(offsets, "int32")) * stride
        index = index + column[..., None] + ops.convert_to_tensor(others, "int32")  # [B, N, size^2]
        flat = ops.reshape(padded, (-1, (height + 2 * reach) * stride, channels))
        count = ops.shape(index)[1]
        found = ops.take_along_axis(flat, ops.reshape(index, (-1, count * self.size**2, 1)), axis=1)
        return ops.reshape(found, (-1, count, self.size**2, channels))

    def compute_output_shape(self, grid_shape, states_shape=None):
        return (grid_shape[0], states_shape[1], self.size**2, grid_shape[-1])

    def compute_output_spec(self, grid, states):
        return keras.KerasTensor(self.compute_output_shape(grid.shape, states.shape), grid.dtype)

    def get_config(self):
        return {**super().get_config(), "size": self.size, "factor": self.factor, "beyond": self.beyond}


@keras.saving.register_keras_serializable("pnzoo")
class PlanFeatures(keras.layers.Layer):
    """What the plan says around the body, as numbers of about 1: how much better each neighbour is than the body's own
    cell, tanh((V - V_own) / scale), and how good each move from there is, exp((Q_a - max Q) / scale).

    Args:
        scale: in cells.

    Call args:
        window: [B, N, size^2, 9], V and the eight Q around the body.

    Returns:
        [B, N, size^2 + 8].
    """

    def __init__(self, scale=4.0, **kwargs):
        super().__init__(**kwargs)
        self.scale = float(scale)

    def build(self, window_shape):
        self.built = True

    def call(self, window):
        own = window.shape[2] // 2
        value, q = window[..., 0], window[..., own, 1:]
        better = ops.tanh((value - value[..., own : own + 1]) / self.scale)
        return ops.concatenate([better, ops.exp((q - ops.max(q, axis=-1, keepdims=True)) / self.scale)], axis=-1)

    def compute_output_shape(self, window_shape):
        return (*window_shape[:2], window_shape[2] + len(MOVES))

    def get_config(self):
        return {**super().get_config(), "scale": self.scale}


@keras.saving.register_keras_serializable("pnzoo")
class BodyFeatures(keras.layers.Layer):
    """What the body knows of itself: its place within its cell and within a coarse one, -1 to 1, and its velocity.

    Args:
        factor: cells of the map in a coarse one's side.
        max_speed: cells a second that come out as 1.

    Call args:
        states: [B, N, 4].

    Returns:
        [B, N, 6].
    """

    def __init__(self, factor=2, max_speed=4.0, **kwargs):
        super().__init__(**kwargs)
        self.factor, self.max_speed = int(factor), float(max_speed)

    def build(self, states_shape):
        self.built = True

    def call(self, states):
        at = states[..., :2]
        coarse = at / self.factor
        places = [2.0 * (x - ops.floor(x)) - 1.0 for x in (at, coarse)]
        return ops.concatenate([*places, states[..., 2:] / self.max_speed], axis=-1)

    def compute_output_shape(self, states_shape):
        return (*states_shape[:2], 6)

    def get_config(self):
        return {**super().get_config(), "factor": self.factor, "max_speed": self.max_speed}
