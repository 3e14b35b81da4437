"""A Value Iteration Network that sees: a picture of the ground in, a plan out."""

import keras

from pnzoo.core.model import LayerOption, ZooModel, as_policy
from pnzoo.core.schema import Bool, Float, Int, ListOf, OneOf
from pnzoo.layers.planning.grid_value_iteration import DIAGONAL, GridValueIteration
from pnzoo.layers.planning.heads import AdvantageLogits
from pnzoo.layers.planning.terrain_cost import GoalCells, TerrainCost
from pnzoo.models.planning.terrain_encoder import (
    LayersByName,
    cell_features,
    halvings,
    lone_features,
    with_surroundings,
)
from pnzoo.models.planning.terrain_planner import TerrainPlanner


@keras.saving.register_keras_serializable("pnzoo")
class TerrainVIN(TerrainPlanner, ZooModel, keras.Model):
    """It learns from pictures and shown paths what it costs to enter each cell, and plans on that cost.

        z = encoder(picture)      cost = 1 + caution softplus(z)      V = value_iteration(cost, goal, K)
        logits = g (Q - max_a Q)

    softplus(z) = -log(1 - sigmoid(z)) is the cost of doubt: if sigmoid(z) is the chance that a cell cannot be entered,
    a path of least total cost weighs its length against the log of the chance to get through. `caution` sets how much.

    Args:
        channels: of the picture, 1 (grey) or 3 (colour).
        cell: pixels of a cell's side, a power of 2.
        filters: widths of the encoder, one for each halving of the picture down to one pixel a cell.
        wide_view: whether the encoder sees the ground around a cell. Without it a cell's cost depends on the cell's own
            pixels only, as in worlds made of tiles.
        transposed_view: whether it looks at each picture twice, the second time with rows and columns exchanged, and
            takes the mean of what it sees. That doubles the work, and is right where it leaves the sun in its place: in
            the north-west or the south-east. It is trained on one view at a time.
        k: steps of value iteration; may be set at any time.
        caution: how much doubt costs; may be set at any time, and is an argument of `cost`, `policy` and `plan`.
        diagonal_cost: cost of a diagonal move, of a straight one 1.
        impassable: a chance to get into a cell below which `plan` takes it for no place to start from or to go to; 0
            where all ground can be entered at a price.

    Call args:
        inputs: dict of picture [B, H cell, W cell, channels], 0 to 1, and goal int [B, 2], (row, col) in cells.

    Returns:
        logits of the eight moves, [B, H, W, 8].

    Example:
        >>> import numpy as np
        >>> from pnzoo.models import TerrainVIN
        >>> picture = np.random.default_rng(0).random((64, 64))
        >>> TerrainVIN(filters=(4, 4, 4), k=5).policy(picture, (3, 3)).shape
        (8, 8)

    Reference: Tamar et al. 2016, section 4.2 (the Mars rover).
    """

    CONFIG_SCHEMA = {
        "channels": OneOf(1, 3),
        "cell": OneOf(1, 2, 4, 8, 16, 32),
        "filters": ListOf(Int(1, 1024), 1, 6),
        "wide_view": Bool(),
        "transposed_view": Bool(),
        "k": Int(1, 100_000),
        "caution": Float(0, 1e6),
        "diagonal_cost": Float(0, 100),
        "impassable": Float(0, 1),
    }
    k = LayerOption("value_iteration")
    caution = LayerOption("terrain_cost")

    def __init__(
        self,
        channels=1,
        cell=8,
        filters=(16, 32, 64),
        wide_view=True,
        transposed_view=False,
        k=30,
        caution=1.0,
        diagonal_cost=DIAGONAL,
        impassable=0.01,
        dtype=None,
        **kwargs,
    ):
        policy = as_policy(dtype)
        filters = halvings(cell, filters)
        # === Layers ===
        graph = LayersByName(policy)
        picture = keras.Input((None, None, channels), name="picture")
        goal = keras.Input((2,), dtype="int32", name="goal")
        view = _doubt(graph, picture, filters, wide_view, cell)
        z = view
        if transposed_view:
            transpose = keras.layers.Permute((2, 1, 3), dtype="float32", name="transpose")
            other = _doubt(graph, transpose(picture), filters, wide_view, cell)
            z = keras.layers.Average(dtype="float32", name="both_views")([view, transpose(other)])
        terrain_cost = TerrainCost(caution, dtype="float32", name="terrain_cost")
        iteration = GridValueIteration(k, diagonal_cost, dtype="float32", name="value_iteration")
        cost = terrain_cost(z)
        q = iteration(cost, GoalCells(dtype="float32", name="goal_cells")(cost, goal))
        head = AdvantageLogits(dtype="float32", name="policy")
        # === Functional model ===
        super().__init__({"picture": picture, "goal": goal}, head(q), **kwargs)
        self.terrain_cost, self.value_iteration, self.policy_head = terrain_cost, iteration, head
        # === Configuration ===
        self._configure(
            policy, channels=int(channels), cell=int(cell), filters=filters, wide_view=bool(wide_view),
            transposed_view=bool(transposed_view), diagonal_cost=iteration.diagonal_cost, impassable=float(impassable),
        )  # fmt: skip
        self.network("encoder", lambda: keras.Model(picture, z, name="encoder"))
        self.network("view", lambda: keras.Model(picture, view, name="view"))

    @property
    def encoder(self):
        """Log odds that each cell cannot be entered: picture [B, h, w, C] -> [B, H, W, 1]; it shares every layer."""
        return self.network("encoder", lambda: None)

    @property
    def view(self):
        """`encoder` of one view of the picture: what is trained."""
        return self.network("view", lambda: None)


def _doubt(graph, picture, filters, wide_view, cell):
    """Log odds that each cell cannot be entered: [B, H cell, W cell, C] -> [B, H, W, 1]."""
    if wide_view:
        features = with_surroundings(graph, cell_features(graph, picture, filters, cell), filters[-1])
    else:
        features = lone_features(graph, picture, filters, cell)
    doubt = graph(keras.layers.Dense, "doubt", 1, bias_initializer=keras.initializers.Constant(-1.0), sums=True)
    return doubt(features)
