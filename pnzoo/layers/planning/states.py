"""Parts of the reactive policies: what the network sees from each state of a map."""

import keras
import numpy as np
from keras import ops


@keras.saving.register_keras_serializable("pnzoo")
class EveryCell(keras.layers.Layer):
    """Positions of all cells, row by row: [B, H, W, C] -> int [B, H W, 2]. H and W are known when it is built."""

    def build(self, image_shape):
        self.built = True

    def call(self, image):
        height, width = image.shape[1:3]
        rows, columns = np.divmod(np.arange(height * width), width)
        cells = ops.convert_to_tensor(np.stack([rows, columns], axis=1)[None].astype("int32"))
        return ops.tile(cells, (ops.shape(image)[0], 1, 1))

    def compute_output_shape(self, image_shape):
        return (image_shape[0], image_shape[1] * image_shape[2], 2)

    def compute_output_spec(self, image):
        return keras.KerasTensor(self.compute_output_shape(image.shape), "int32")

    def get_config(self):
        return super().get_config()


@keras.saving.register_keras_serializable("pnzoo")
class DrawAgent(keras.layers.Layer):
    """An image for each position, the agent drawn into a channel of its own.

    Call args:
        image: [B, S, S, C].
        positions: int [B, N, 2].

    Returns:
        [B N, S, S, C + 1].
    """

    def build(self, image_shape, positions_shape=None):
        self.built = True

    def call(self, image, positions):
        height, width, channels = image.shape[1:]
        batch, count = ops.shape(image)[0], _count(positions)
        cells = ops.one_hot(positions[..., 0] * width + positions[..., 1], height * width, dtype=image.dtype)
        agent = ops.reshape(cells, (batch, count, height, width, 1))
        maps = ops.tile(image[:, None], (1, count, 1, 1, 1))
        return ops.reshape(ops.concatenate([maps, agent], axis=-1), (-1, height, width, channels + 1))

    def compute_output_shape(self, image_shape, positions_shape=None):
        return (None, *image_shape[1:3], image_shape[3] + 1)

    def compute_output_spec(self, image, positions):
        return keras.KerasTensor(self.compute_output_shape(image.shape), self.compute_dtype)

    def get_config(self):
        return super().get_config()


@keras.saving.register_keras_serializable("pnzoo")
class SplitStates(keras.layers.Layer):
    """Undo `DrawAgent`'s joining of maps and positions: [B N, A] and positions [B, N, 2] -> [B, N, A]."""

    def build(self, logits_shape, positions_shape=None):
        self.built = True

    def call(self, logits, positions):
        return ops.reshape(logits, (ops.shape(positions)[0], _count(positions), logits.shape[-1]))

    def compute_output_shape(self, logits_shape, positions_shape=None):
        return (*positions_shape[:2], logits_shape[-1])

    def compute_output_spec(self, logits, positions):
        return keras.KerasTensor(self.compute_output_shape(logits.shape, positions.shape), logits.dtype)

    def get_config(self):
        return super().get_config()


@keras.saving.register_keras_serializable("pnzoo")
class EgocentricView(keras.layers.Layer):
    """The whole map as seen from each position, zeros beyond it, flat.

    Call args:
        image: [B, S, S, C].
        positions: int [B, N, 2].

    Returns:
        [B, N, (2 S - 1)^2 C].
    """

    def build(self, image_shape, positions_shape=None):
        self.built = True

    def call(self, image, positions):
        size, channels = image.shape[1], image.shape[3]
        reach, side = size - 1, 2 * size - 1
        batch, count = ops.shape(image)[0], _count(positions)
        padded = ops.pad(image, ((0, 0), (reach, reach), (reach, reach), (0, 0)))
        offsets = ops.arange(side, dtype="int32")
        positions = ops.cast(positions, "int32")
        rows = positions[..., 0][..., None] + offsets  # [B, N, side]
        columns = positions[..., 1][..., None] + offsets
        width = size + 2 * reach
        index = rows[..., :, None] * width + columns[..., None, :]  # [B, N, side, side]
        flat = ops.reshape(padded, (batch, width**2, channels))
        views = ops.take_along_axis(flat, ops.reshape(index, (batch, count * side**2, 1)), axis=1)
        return ops.reshape(views, (batch, count, channels * side**2))

    def compute_output_shape(self, image_shape, positions_shape=None):
        count = None if positions_shape is None else positions_shape[1]
        return (image_shape[0], count, image_shape[3] * (2 * image_shape[1] - 1) ** 2)

    def compute_output_spec(self, image, positions):
        return keras.KerasTensor(self.compute_output_shape(image.shape, positions.shape), self.compute_dtype)

    def get_config(self):
        return super().get_config()


def _count(positions):
    return positions.shape[1] if positions.shape[1] is not None else ops.shape(positions)[1]
