"""The reactive opponent of `ContinuousVIN`: it sees the map and itself on it, and iterates nothing."""

import keras
import numpy as np
from keras import ops

from pnzoo.core.model import ZooModel, as_policy, to_numpy
from pnzoo.core.schema import Int, ListOf
from pnzoo.layers.planning.states import DrawAgent, SplitStates
from pnzoo.models.planning.continuous_policy import ContinuousPolicy, OneBody, force_head, in_parts, local_features
from pnzoo.models.planning.terrain_encoder import LayersByName

IMAGES_PER_BATCH = 1024


@keras.saving.register_keras_serializable("pnzoo")
class BodyCells(keras.layers.Layer):
    """The cells that bodies are in: states [B, N, 4] and the image, for its size -> int [B, N, 2]."""

    def build(self, states_shape, image_shape=None):
        self.built = True

    def call(self, states, image):
        most = np.array(image.shape[1:3]) - 1
        return ops.clip(ops.cast(ops.floor(ops.cast(states[..., :2], "float32")), "int32"), 0, most.astype("int32"))

    def compute_output_shape(self, states_shape, image_shape=None):
        return (*states_shape[:2], 2)

    def compute_output_spec(self, states, image):
        return keras.KerasTensor((*states.shape[:2], 2), "int32")

    def get_config(self):
        return super().get_config()


@keras.saving.register_keras_serializable("pnzoo")
class ContinuousCNNPolicy(ContinuousPolicy, ZooModel, keras.Model):
    """Convolutions over map, goal and the body's cell, then the same head as `ContinuousVIN`'s.

    It is told of the body and of the place around it what `ContinuousVIN` is told. In place of the plan it has features
    of the whole image, from convolutions with pooling and a dense layer, in the manner of the paper's CNN.

    Args:
        size: side of the maps; smaller ones are framed in walls, larger ones refused.
        filters: widths of the 3x3 convolutions, each but the last followed by 2x2 pooling.
        features: how many numbers tell the whole image.
        units: widths of the hidden layers that compute the force.

    Call args:
        inputs: dict of image [B, size, size, 2] and state [B, 4], as `ContinuousVIN` takes them.

    Returns:
        [B, 2], the mean force.

    Example:
        >>> import numpy as np
        >>> from pnzoo.models import ContinuousCNNPolicy
        >>> model = ContinuousCNNPolicy(8)
        >>> model.drive(np.zeros((8, 8)), (0.5, 0.5), (4, 4), max_steps=3).path.shape
        (4, 2)

    Reference: Tamar et al. 2016, section 4.3, the CNN beside the VIN.
    """

    CONFIG_SCHEMA = {
        "size": Int(4, 256),
        "filters": ListOf(Int(1, 1024), 1, 6),
        "features": Int(1, 4096),
        "units": ListOf(Int(1, 4096), 1, 6),
    }

    def __init__(self, size=28, filters=(16, 32, 32), features=64, units=(64, 64), dtype=None, **kwargs):
        policy = as_policy(dtype)
        size, filters, units = int(size), tuple(map(int, filters)), tuple(map(int, units))
        graph = LayersByName(policy)
        image = keras.Input((size, size, 2), name="image")
        state = keras.Input((4,), name="state")
        states = keras.Input((None, 4), name="states")

        def forces(image, states):
            whole = _whole_image(graph, image, states, filters, features)
            return force_head(graph, [whole, *local_features(graph, image, states, 2)], units)

        one = graph(OneBody, "one_body", sums=True)
        back = graph(OneBody, "of_one_body", undo=True, sums=True)
        super().__init__({"image": image, "state": state}, back(forces(image, one(state))), **kwargs)
        self._configure(policy, size=size, filters=filters, features=int(features), units=units)
        self.network("states", lambda: keras.Model([image, states], forces(image, states), name="states"))

    @property
    def states_network(self):
        """The model [image [B, S, S, 2], states [B, N, 4]] -> mean forces [B, N, 2]; it shares every layer."""
        return self.network("states", lambda: None)

    def act(self, observation):
        """See `ContinuousPolicy.act`; maps smaller than the model's are framed in walls."""
        if isinstance(observation, dict) and "image" in observation:
            image = np.asarray(observation["image"], "float32")
            if image.ndim in (3, 4) and image.shape[-1] == 2:
                framed = self._framed(image if image.ndim == 4 else image[None])
                observation = {**observation, "image": framed if image.ndim == 4 else framed[0]}
        return super().act(observation)

    def _check_size(self, shape):
        super()._check_size(shape)
        if max(shape[1:3]) > self.size:
            raise ValueError(
                f"this {type(self).__name__} takes maps up to {self.size}x{self.size}, received {shape[1]}x{shape[2]}; "
                "a reactive policy is bound to its size: use a ContinuousVIN, which is not"
            )

    def _framed(self, image):
        self._check_size(image.shape)
        height, width = image.shape[1:3]
        frame = ((0, 0), (0, self.size - height), (0, self.size - width))
        walls = np.pad(image[..., 0], frame, constant_values=1.0)
        return np.stack([walls, np.pad(image[..., 1], frame)], axis=-1)

    def _driver(self, image):
        image, network = self._framed(image), self.states_network

        def act(state):
            state, size = np.asarray(state, "float32"), max(1, IMAGES_PER_BATCH // state.shape[1])
            return in_parts(lambda i: to_numpy(network.predict_on_batch([image[i], state[i]])), len(image), size)

        return act


def _whole_image(graph, image, states, filters, features):
    """What the convolutions tell: [B, S, S, 2], [B, N, 4] -> [B, N, F]."""
    options = {"padding": "same", "activation": "relu", "data_format": "channels_last"}
    cells = graph(BodyCells, "body_cells", sums=True)(states, image)
    x = graph(DrawAgent, "draw_agent")(image, cells)
    for i, width in enumerate(filters):
        x = graph(keras.layers.Conv2D, f"conv_{i}", width, 3, **options)(x)
        if i + 1 < len(filters):
            x = graph(keras.layers.MaxPooling2D, f"pool_{i}", 2, data_format="channels_last")(x)
    x = graph(keras.layers.Flatten, "flatten", data_format="channels_last")(x)
    x = graph(keras.layers.Dense, "whole_image", features, activation="relu")(x)
    return graph(SplitStates, "split_states")(x, cells)
