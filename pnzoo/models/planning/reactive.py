"""The paper's two reactive baselines: policies that look at the map and act, without planning."""

import keras
import numpy as np
from keras import ops

from pnzoo.models.planning.planner import Planner
from pnzoo.worlds import gridworld
from pnzoo.worlds.gridworld.rollout import border_drawn

ACTIONS = 8
STATES_A_BATCH = 512  # cells scored at once: each is an image of its own


class Reactive(Planner):
    """A policy for maps of one size; smaller maps are framed in walls, larger ones refused.

    The call scores every cell of [B, size, size, 2], or of a pair (image, positions [B, N, 2]) those cells only.
    """

    scores_every_cell = False

    def __init__(self, size, **kwargs):
        super().__init__(**kwargs)
        if int(size) != size or size < 4:
            raise ValueError(
                f"size is the side of the maps, a whole number >= 4; got {size!r}. The paper's are 8, 16 and 28."
            )
        self.size = int(size)

    def call(self, inputs):
        if isinstance(inputs, (tuple, list)):
            return self.at(*inputs)
        batch = ops.shape(inputs)[0]
        rows, cols = np.divmod(np.arange(self.size**2), self.size)
        everywhere = ops.convert_to_tensor(np.stack([rows, cols], axis=1)[None].astype("int32"))
        logits = self.at(inputs, ops.tile(everywhere, (batch, 1, 1)))
        return ops.reshape(logits, (batch, self.size, self.size, ACTIONS))

    def _scores(self, walls, goal):
        cells = np.indices(walls.shape[1:]).reshape(2, -1).T
        logits = self._scores_at(walls, goal, np.broadcast_to(cells, (len(walls), *cells.shape)))
        return logits.reshape(*walls.shape, ACTIONS)

    def scores_at(self, walls, goal, positions):
        """Logits at some positions only: bool [B, H, W], int [B, 2] and [B, N, 2] -> [B, N, 8]."""
        walls, goal, positions = np.asarray(walls, bool), np.asarray(goal), np.asarray(positions)
        drawn = border_drawn(walls)
        logits = np.empty((*positions.shape[:2], ACTIONS), "float32")
        if drawn.any():
            logits[drawn] = self._scores_at(walls[drawn], goal[drawn], positions[drawn])
        if not drawn.all():
            around = np.pad(walls[~drawn], ((0, 0), (1, 1), (1, 1)), constant_values=True)
            logits[~drawn] = self._scores_at(around, goal[~drawn] + 1, positions[~drawn] + 1)
        return logits

    def _scores_at(self, walls, goal, positions):
        height, width = walls.shape[1:]
        if max(height, width) > self.size:
            raise ValueError(
                f"this {type(self).__name__} takes maps up to {self.size}x{self.size}, a ring of wall around them "
                f"included; got {height}x{width} with the ring. "
                "A reactive policy is bound to its size: use a VIN, which is not."
            )
        frame = ((0, 0), (0, self.size - height), (0, self.size - width))
        image = gridworld.encode(np.pad(walls, frame, constant_values=True), goal)
        maps = max(1, STATES_A_BATCH // positions.shape[1])
        parts = []
        for i in range(0, len(image), maps):
            for j in range(0, positions.shape[1], STATES_A_BATCH):
                at = positions[i : i + maps, j : j + STATES_A_BATCH].astype("int32")
                parts.append((i, j, ops.convert_to_numpy(self.predict_on_batch((image[i : i + maps], at)))))
        logits = np.empty((*positions.shape[:2], ACTIONS), "float32")
        for i, j, part in parts:
            logits[i : i + part.shape[0], j : j + part.shape[1]] = part
        return logits

    def get_config(self):
        return {**super().get_config(), "size": self.size}


@keras.saving.register_keras_serializable("pnzoo")
class CNNPolicy(Reactive):
    """The paper's CNN: five convolutions with pooling, a hidden layer, eight moves.

    Args:
        size: side of the maps.

    Call args:
        image: [B, size, size, 2], or (image, positions [B, N, 2]). Each position becomes an image of its own, with
            the agent drawn into a third channel.

    Returns:
        [B, size, size, 8] or [B, N, 8].

    Example:
        >>> from pnzoo import gridworld
        >>> from pnzoo.models import CNNPolicy
        >>> maps = gridworld.generate(1, 8, seed=0)
        >>> CNNPolicy(8).policy(maps.walls[0], maps.goal[0]).shape
        (8, 8)

    Reference: Tamar et al. 2016, section 4.1 (after Mnih et al. 2015).
    """

    WIDTHS = (50, 50, 100, 100, 100)
    POOLED = (0, 2)

    def __init__(self, size, **kwargs):
        super().__init__(size, **kwargs)
        convolutions = [
            keras.layers.Conv2D(width, 3, padding="same", activation="relu", name=f"conv_{i}")
            for i, width in enumerate(self.WIDTHS)
        ]
        self.layers_of_states = []
        for i, convolution in enumerate(convolutions):
            self.layers_of_states.append(convolution)
            if i in self.POOLED:
                self.layers_of_states.append(keras.layers.MaxPooling2D(2))
        self.layers_of_states += [
            keras.layers.Flatten(),
            keras.layers.Dense(100, activation="relu", name="hidden"),
            keras.layers.Dense(ACTIONS, name="policy"),
        ]

    def build(self, input_shape=None):
        shape = (None, self.size, self.size, 3)
        for layer in self.layers_of_states:
            layer.build(shape)
            shape = layer.compute_output_shape(shape)
        self.built = True

    def at(self, image, positions):
        batch, count = ops.shape(positions)[:2]
        agent = ops.one_hot(positions[..., 0] * self.size + positions[..., 1], self.size**2, dtype=image.dtype)
        agent = ops.reshape(agent, (batch, count, self.size, self.size, 1))
        maps = ops.tile(image[:, None], (1, count, 1, 1, 1))
        x = ops.reshape(ops.concatenate([maps, agent], axis=-1), (-1, self.size, self.size, 3))
        for layer in self.layers_of_states:
            x = layer(x)
        return ops.reshape(x, (batch, count, ACTIONS))


@keras.saving.register_keras_serializable("pnzoo")
class FCNPolicy(Reactive):
    """The paper's FCN: a convolution that spans the image, so that every cell sees the whole map, then psi.

    Its kernel is (2 size - 1) x (2 size - 1); at one cell it is a dense layer on the map seen from there. Computing it
    so, for the cells asked for only, is the same function at a fraction of the work in training.

    Args:
        size: side of the maps.

    Call args:
        image: [B, size, size, 2], or (image, positions [B, N, 2]).

    Returns:
        [B, size, size, 8] or [B, N, 8].

    Example:
        >>> from pnzoo import gridworld
        >>> from pnzoo.models import FCNPolicy
        >>> maps = gridworld.generate(1, 8, seed=0)
        >>> FCNPolicy(8).policy(maps.walls[0], maps.goal[0]).shape
        (8, 8)

    Reference: Tamar et al. 2016, section 4.1.
    """

    def __init__(self, size, **kwargs):
        super().__init__(size, **kwargs)
        self.spanning = keras.layers.Dense(150, activation="relu", name="spanning")
        self.middle = keras.layers.Dense(150, activation="relu", name="middle")
        self.q = keras.layers.Dense(10, activation="relu", name="q")
        self.policy_head = keras.layers.Dense(ACTIONS, name="policy")

    def build(self, input_shape=None):
        width = 2 * (2 * self.size - 1) ** 2
        for layer in (self.spanning, self.middle, self.q, self.policy_head):
            layer.build((None, None, width))
            width = layer.units
        self.built = True

    def at(self, image, positions):
        batch, count = ops.shape(positions)[:2]
        reach = self.size - 1
        padded = ops.pad(image, ((0, 0), (reach, reach), (reach, reach), (0, 0)))
        side = 2 * self.size - 1
        offsets = ops.arange(side, dtype="int32")
        rows = positions[..., 0][..., None] + offsets  # [B, N, side]
        cols = positions[..., 1][..., None] + offsets
        index = rows[..., :, None] * (self.size + 2 * reach) + cols[..., None, :]  # [B, N, side, side]
        flat = ops.reshape(padded, (batch, (self.size + 2 * reach) ** 2, 2))
        views = ops.take_along_axis(flat, ops.reshape(index, (batch, -1, 1)), axis=1)
        x = ops.reshape(views, (batch, count, 2 * side**2))
        return self.policy_head(self.q(self.middle(self.spanning(x))))
