"""The ends of `DeterministicVIN`: rewards that are costs, and logits of what each move costs more than the best."""

import keras
import numpy as np
from keras import ops

NO_MOVE = -1e4  # the logit of a move that the agent does not have


@keras.saving.register_keras_serializable("pnzoo")
class CostReward(keras.layers.Layer):
    """R(s) = -softplus(cost(s)) - wall_cost wall(s).

    Args:
        wall_cost: what a wall costs beside what was learned; it may be set at any time.

    Call args:
        cost: [B, H, W, 1].
        walls: [B, H, W], 1 at walls.

    Returns:
        [B, H, W].
    """

    def __init__(self, wall_cost=0.0, **kwargs):
        super().__init__(**kwargs)
        self.wall_cost = float(wall_cost)

    def build(self, cost_shape, walls_shape=None):
        self.built = True

    def call(self, cost, walls):
        return -ops.softplus(cost)[..., 0] - self.wall_cost * walls

    def compute_output_shape(self, cost_shape, walls_shape=None):
        return tuple(cost_shape[:-1])

    def get_config(self):
        return {**super().get_config(), "wall_cost": float(self.wall_cost)}


@keras.saving.register_keras_serializable("pnzoo")
class AdvantageLogits(keras.layers.Layer):
    """Logits g (Q_a - max_a Q) with a learned g > 0; -10,000 for moves up to `moves` that Q does not have.

    Args:
        moves: number of logits.

    Call args:
        q: [..., A], A <= moves.

    Returns:
        [..., moves].
    """

    def __init__(self, moves=8, **kwargs):
        super().__init__(**kwargs)
        self.moves = int(moves)

    def build(self, q_shape):
        ten = keras.initializers.Constant(np.log(10.0))
        self.log_scale = self.add_weight(shape=(), initializer=ten, name="log_scale")

    def call(self, q):
        logits = ops.exp(self.log_scale) * (q - ops.max(q, axis=-1, keepdims=True))
        missing = self.moves - q.shape[-1]
        if not missing:
            return logits
        none = ops.full_like(logits[..., :1], NO_MOVE)
        return ops.concatenate([logits, *[none] * missing], axis=-1)

    def compute_output_shape(self, q_shape):
        return (*q_shape[:-1], self.moves)

    def get_config(self):
        return {**super().get_config(), "moves": self.moves}
