"""The reactive opponent of planners over terrain: it looks at the picture and moves, and iterates nothing."""

import keras
from keras import ops

from pnzoo.core.model import ZooModel, as_policy
from pnzoo.core.schema import Int, ListOf, OneOf
from pnzoo.layers.planning.goal_offset import GoalOffset
from pnzoo.models.planning.terrain_encoder import LayersByName, cell_features, halvings, with_surroundings
from pnzoo.models.planning.terrain_policy import TerrainPolicy


@keras.saving.register_keras_serializable("pnzoo")
class TerrainCNNPolicy(TerrainPolicy, ZooModel, keras.Model):
    """The encoder of `TerrainVIN`, told where the goal lies, answers with a move in place of a cost.

        logits = W surroundings(features(picture), offset to the goal)

    It has no value iteration, so neither `cost` nor `trace`, `caution` nor a `solver`. Every cell is answered for at
    once, each as the position of the agent, by what lies within about 19 cells of it.

    Args:
        channels: of the picture, 1 (grey) or 3 (colour).
        cell: pixels of a cell's side, a power of 2.
        filters: widths of the encoder, one for each halving of the picture down to one pixel a cell.

    Call args:
        inputs: dict of picture [B, H cell, W cell, channels], 0 to 1, and goal int [B, 2], (row, col) in cells.

    Returns:
        logits of the eight moves, [B, H, W, 8].

    Example:
        >>> import numpy as np
        >>> from pnzoo.models import TerrainCNNPolicy
        >>> picture = np.random.default_rng(0).random((64, 64))
        >>> TerrainCNNPolicy(filters=(4, 4, 4)).policy(picture, (3, 3)).shape
        (8, 8)

    Reference: Tamar et al. 2016, section 4.1, the reactive CNN, here fully convolutional.
    """

    CONFIG_SCHEMA = {
        "channels": OneOf(1, 3),
        "cell": OneOf(1, 2, 4, 8, 16, 32),
        "filters": ListOf(Int(1, 1024), 1, 6),
    }

    def __init__(self, channels=1, cell=8, filters=(16, 32, 64), dtype=None, **kwargs):
        policy = as_policy(dtype)
        filters = halvings(cell, filters)
        # === Functional model ===
        graph = LayersByName(policy)
        picture = keras.Input((None, None, channels), name="picture")
        goal = keras.Input((2,), dtype="int32", name="goal")
        features = cell_features(graph, picture, filters, cell)
        super().__init__({"picture": picture, "goal": goal}, _moves(graph, features, goal, filters[-1]), **kwargs)
        # === Configuration ===
        self._configure(policy, channels=int(channels), cell=int(cell), filters=filters)
        # Of several goals on a picture, training looks at the picture once.
        seen = keras.Input((None, None, filters[-1]), name="features", dtype=features.dtype)
        self.network("features", lambda: keras.Model(picture, features, name="features"))
        self.network("moves", lambda: keras.Model([seen, goal], _moves(graph, seen, goal, filters[-1]), name="moves"))

    def path_logits(self, picture, goals, training=None, adapt=True):
        """See `TerrainPolicy`."""
        features, moves = (self.network(name, lambda: None) for name in ("features", "moves"))
        training = training and adapt
        x = features(picture, training=training)
        batch, height, width, depth = ops.shape(x)
        count = goals.shape[1]
        x = ops.reshape(ops.repeat(x[:, None], count, axis=1), (-1, height, width, depth))
        logits = moves([x, ops.reshape(goals, (-1, 2))], training=training)
        return ops.reshape(logits, (batch, count, height, width, 8)), None


def _moves(graph, features, goal, width):
    """Logits of the moves: features [B, H, W, F] and goal [B, 2] -> [B, H, W, 8]."""
    offset = graph(GoalOffset, "goal_offset")(features, goal)
    x = with_surroundings(graph, graph(keras.layers.Concatenate, "with_goal")([features, offset]), width)
    return graph(keras.layers.Dense, "policy", 8, sums=True)(x)
