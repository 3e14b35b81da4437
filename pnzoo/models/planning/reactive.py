"""The paper's two reactive baselines: policies from map to action, without planning."""

import keras
import numpy as np

from pnzoo.core.model import ZooModel, as_policy, part_policy, to_numpy
from pnzoo.core.schema import Int
from pnzoo.layers.planning.states import DrawAgent, EgocentricView, EveryCell, SplitStates
from pnzoo.models.planning.planner import ACTIONS, Planner
from pnzoo.worlds.gridworld.border import has_border
from pnzoo.worlds.gridworld.maps import _encode

STATES_PER_BATCH = 512  # cells answered at once: each is an image of its own


class Reactive(Planner, ZooModel, keras.Model):
    """A policy for maps of one size; smaller maps are framed in walls, larger ones refused.

    A subclass gives `VIEW`, the layer that shows the map to each position and its name, and the layers that read it.
    """

    CONFIG_SCHEMA = {"size": Int(4, 128)}
    VIEW = (None, "")
    dense_prediction = False

    @staticmethod
    def _checked(size):
        if isinstance(size, bool) or not isinstance(size, (int, np.integer, float)) or int(size) != size or size < 4:
            raise ValueError(
                f"size is the side of the maps, a whole number >= 4; got {size!r}. The paper's are 8, 16 and 28."
            )
        return int(size)

    def _position_network(self):
        positions = keras.Input((None, 2), dtype="int32", name="positions")
        logits = self._logits_of(self._parts, self.input, positions, self.dtype_policy)
        return keras.Model([self.input, positions], logits, name=f"{self.name}_at_positions")

    def _logits(self, walls, goal):
        cells = np.indices(walls.shape[1:]).reshape(2, -1).T
        logits = self._logits_of_framed(walls, goal, np.broadcast_to(cells, (len(walls), *cells.shape)))
        return logits.reshape(*walls.shape, ACTIONS)

    def _logits_at(self, walls, goal, positions):
        drawn = has_border(walls)
        logits = np.empty((*positions.shape[:2], ACTIONS), "float32")
        if drawn.any():
            logits[drawn] = self._logits_of_framed(walls[drawn], goal[drawn], positions[drawn])
        if not drawn.all():
            around = np.pad(walls[~drawn], ((0, 0), (1, 1), (1, 1)), constant_values=True)
            logits[~drawn] = self._logits_of_framed(around, goal[~drawn] + 1, positions[~drawn] + 1)
        return logits

    def _logits_of_framed(self, walls, goal, positions):
        """Logits at positions of maps whose border is drawn."""
        height, width = walls.shape[1:]
        if max(height, width) > self.size:
            raise ValueError(
                f"this {type(self).__name__} takes maps up to {self.size}x{self.size}, a ring of wall around them "
                f"included; got {height}x{width} with the ring. "
                "A reactive policy is bound to its size: use a VIN, which is not."
            )
        frame = ((0, 0), (0, self.size - height), (0, self.size - width))
        image = _encode(np.pad(walls, frame, constant_values=True), goal)
        maps = max(1, STATES_PER_BATCH // max(1, positions.shape[1]))
        logits = np.empty((*positions.shape[:2], ACTIONS), "float32")
        for i in range(0, len(image), maps):
            for j in range(0, positions.shape[1], STATES_PER_BATCH):
                at = positions[i : i + maps, j : j + STATES_PER_BATCH].astype("int32")
                part = to_numpy(self.position_network.predict_on_batch([image[i : i + maps], at]))
                logits[i : i + part.shape[0], j : j + part.shape[1]] = part
        return logits

    @classmethod
    def _logits_of(cls, parts, image, positions, policy):
        """The graph of layers from an image and positions to logits [B, N, 8]."""
        view, name = cls.VIEW
        x = view(dtype=part_policy(policy, name), name=name)(image, positions)
        for layer in parts:
            x = layer(x)
        return x

    def _build(self, size, parts, policy, kwargs):
        """Finish the constructor: the layer of the moves, the functional model of all cells, its configuration."""
        moves = keras.layers.Dense(ACTIONS, dtype=part_policy(policy, "policy", sums=True), name="policy")
        parts = [*parts, moves]
        image = keras.Input((size, size, 2), name="image")
        cells = EveryCell(dtype=part_policy(policy, "every_cell"), name="every_cell")(image)
        logits = self._logits_of(parts, image, cells, policy)
        everywhere = keras.layers.Reshape((size, size, ACTIONS), dtype="float32", name="logits")
        super().__init__(image, everywhere(logits), **kwargs)
        self._parts = parts
        self._configure(policy, size=size)


@keras.saving.register_keras_serializable("pnzoo")
class CNNPolicy(Reactive):
    """The paper's CNN: five convolutions with pooling, a hidden layer, eight moves.

    Each position becomes an image of its own, with the agent drawn into a third channel.

    Args:
        size: side of the maps.

    Call args:
        image: [B, size, size, 2].

    Returns:
        [B, size, size, 8].

    Example:
        >>> from pnzoo import gridworld
        >>> from pnzoo.models import CNNPolicy
        >>> maps = gridworld.generate(1, 8, seed=0)
        >>> CNNPolicy(8).policy(maps.walls[0], maps.goal[0]).shape
        (8, 8)

    Reference: Tamar et al. 2016, section 4.1 (after Mnih et al. 2015).
    """

    VIEW = (DrawAgent, "draw_agent")
    FILTERS = (50, 50, 100, 100, 100)
    POOLED = (0, 2)

    def __init__(self, size, dtype=None, **kwargs):
        size, policy = self._checked(size), as_policy(dtype)
        parts = []
        for i, width in enumerate(self.FILTERS):
            parts.append(
                keras.layers.Conv2D(
                    width, 3, padding="same", data_format="channels_last", activation="relu",
                    dtype=part_policy(policy, f"conv_{i}"), name=f"conv_{i}",
                )
            )  # fmt: skip
            if i in self.POOLED:
                parts.append(
                    keras.layers.MaxPooling2D(
                        2, data_format="channels_last", dtype=part_policy(policy, f"pool_{i}"), name=f"pool_{i}"
                    )
                )
        parts += [
            keras.layers.Flatten(data_format="channels_last", dtype=part_policy(policy, "flatten"), name="flatten"),
            keras.layers.Dense(100, activation="relu", dtype=part_policy(policy, "hidden"), name="hidden"),
        ]
        self._build(size, parts, policy, kwargs)

    @classmethod
    def _logits_of(cls, parts, image, positions, policy):
        logits = super()._logits_of(parts, image, positions, policy)
        return SplitStates(name="split_states", dtype="float32")(logits, positions)

    @property
    def former_weights(self):
        convolutions = ["layers/conv2d", *(f"layers/conv2d_{i}" for i in range(1, len(self.FILTERS)))]
        return {
            **{group: f"conv_{i}" for i, group in enumerate(convolutions)},
            "layers/dense": "hidden",
            "layers/dense_1": "policy",
        }


@keras.saving.register_keras_serializable("pnzoo")
class FCNPolicy(Reactive):
    """The paper's FCN: a convolution that spans the image, so that every cell sees the whole map, then psi.

    Its kernel is (2 size - 1) x (2 size - 1); at one cell it is a dense layer on the map seen from there. Computing it
    so, for the cells asked for only, is the same function at a fraction of the work in training.

    Args:
        size: side of the maps.

    Call args:
        image: [B, size, size, 2].

    Returns:
        [B, size, size, 8].

    Example:
        >>> from pnzoo import gridworld
        >>> from pnzoo.models import FCNPolicy
        >>> maps = gridworld.generate(1, 8, seed=0)
        >>> FCNPolicy(8).policy(maps.walls[0], maps.goal[0]).shape
        (8, 8)

    Reference: Tamar et al. 2016, section 4.1.
    """

    VIEW = (EgocentricView, "view")

    def __init__(self, size, dtype=None, **kwargs):
        size, policy = self._checked(size), as_policy(dtype)
        widths = {"spanning": 150, "middle": 150, "q": 10}
        parts = [
            keras.layers.Dense(width, activation="relu", dtype=part_policy(policy, name), name=name)
            for name, width in widths.items()
        ]
        self._build(size, parts, policy, kwargs)

    @property
    def former_weights(self):
        names = ("spanning", "middle", "q", "policy")
        return {f"layers/dense{f'_{i}' if i else ''}": name for i, name in enumerate(names)}
