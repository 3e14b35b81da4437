"""Models that share a planner's weights and are trained in its place: on some cells only, or on distances."""

import keras
from keras import ops


class CellsModel(keras.Model):
    """A planner that answers for some cells of each map.

    Args:
        planner: whose weights are trained.

    Call args:
        inputs: (image [B, H, W, 2], positions int [B, N, 2]).

    Returns:
        logits [B, N, 8].
    """

    def __init__(self, planner, **kwargs):
        super().__init__(**kwargs)
        self.planner = planner
        self.built = True

    def call(self, inputs, training=None):
        return self.planner.position_network(list(inputs), training=training)


class DistanceModel(keras.Model):
    """A planner of long horizons that answers -V, the cost of the cheapest path to the goal.

    Best moves hardly tell what a diagonal move costs against a straight one; distances tell at once.

    Args:
        planner: a `DeterministicVIN`, whose weights are trained.

    Call args:
        image: [B, H, W, 2].

    Returns:
        distances [B, H, W, 1].
    """

    def __init__(self, planner, **kwargs):
        super().__init__(**kwargs)
        self.planner = planner
        self.built = True

    def call(self, image, training=None):
        planner = self.planner
        observation, reward = planner.features_and_reward(image)
        q = planner.value_iteration(reward, observation, image[..., 1], training=training)
        return -ops.max(q, axis=-1, keepdims=True)
