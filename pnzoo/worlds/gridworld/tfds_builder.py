"""Expert data as a TensorFlow data set: import this module, then `tfds.load("pnzoo_gridworld/16")`.

Nothing is downloaded: maps are drawn and solved on this machine, the same ones on every machine, by one process or by
Apache Beam (`pnzoo.core.seeded_builder`).
"""

import dataclasses

import numpy as np

from pnzoo.core.seeded_builder import AT_A_TIME, SeededBuilder, SeededConfig, draw_new, generator, tfds
from pnzoo.worlds.gridworld.maps import Maps, generate, random_starts
from pnzoo.worlds.gridworld.paths import path_actions, shortest_paths
from pnzoo.worlds.gridworld.solver import distances, optimal_actions

_CITATION = """@inproceedings{tamar2016value,
  title={Value Iteration Networks},
  author={Tamar, Aviv and Wu, Yi and Thomas, Garrett and Levine, Sergey and Abbeel, Pieter},
  booktitle={Advances in Neural Information Processing Systems},
  year={2016}
}"""


@dataclasses.dataclass(kw_only=True)
class GridworldConfig(SeededConfig):
    """What to draw: size and number of maps, and which moves the expert has.

    Attributes:
        height: rows of a map.
        width: columns.
        moves: 8 or 4.

    Example:
        >>> config = GridworldConfig(name="9x13", height=9, width=13, train=100, validation=10, test=10)
        >>> config.moves
        8
    """

    height: int
    width: int
    moves: int = 8


class PnzooGridworld(SeededBuilder):
    """Maps of the VIN paper with every cell's optimal moves and one shortest path.

    Configs: "8", "16", "28" (5,000 / 1,000 / 1,000 maps) and "tiny" (8x8, 24 / 8 / 8, for tests). For other
    sizes pass a `GridworldConfig`. No (map, goal) of `train` is in `validation` or `test`, and none of
    `validation` in `test`.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     builder = tfds.builder("pnzoo_gridworld/16", data_dir=folder)
        >>> builder.info.features["optimal"].shape
        (16, 16, 8)

    Reference: Tamar et al. 2016, section 4.1.
    """

    VERSION = tfds.core.Version("2.0.0")
    RELEASE_NOTES = {
        "2.0.0": "Each map is drawn from a seed of its own, so that workers can share the work: other maps.",
        "1.0.0": "First release.",
    }
    BUILDER_CONFIGS = [
        GridworldConfig(name="8", description="8x8 maps", height=8, width=8),
        GridworldConfig(name="16", description="16x16 maps", height=16, width=16),
        GridworldConfig(name="28", description="28x28 maps", height=28, width=28),
        GridworldConfig(name="tiny", description="a few 8x8 maps for tests", height=8, width=8,
                        train=24, validation=8, test=8),
    ]

    def _info(self):
        height, width = self.builder_config.height, self.builder_config.width
        tensor = tfds.features.Tensor
        return tfds.core.DatasetInfo(
            builder=self,
            description="Random maps of the Value Iteration Networks paper, solved exactly. Moves are "
                        "numbered N, S, E, W, NE, NW, SE, SW; cells are (row, column).",
            features=tfds.features.FeaturesDict({
                "walls": tensor(shape=(height, width), dtype=np.bool_),
                "goal": tensor(shape=(2,), dtype=np.int32),
                "optimal": tensor(shape=(height, width, 8), dtype=np.bool_),
                "distance": tensor(shape=(height, width), dtype=np.float32),
                "start": tensor(shape=(2,), dtype=np.int32),
                "path": tensor(shape=(None, 2), dtype=np.int32),
                "actions": tensor(shape=(None,), dtype=np.int32),
            }),
            homepage="https://arxiv.org/abs/1602.02867",
            citation=_CITATION,
        )

    @staticmethod
    def draw(config, split, index):
        rng = generator(config, split, index)
        walls, goal = (part[None] for part in _new_map(config, split, rng))
        length = distances(walls, goal, moves=config.moves)
        best = optimal_actions(walls, goal, moves=config.moves, distances=length)
        starts = random_starts(walls, goal, rng, distances=length)
        (path,) = shortest_paths(walls, starts, goal, rng, moves=config.moves, best=best)
        yield index, {
            "walls": walls[0],
            "goal": goal[0].astype(np.int32),
            "optimal": best[0],
            "distance": length[0].astype(np.float32),
            "start": starts[0].astype(np.int32),
            "path": path.astype(np.int32),
            "actions": path_actions(path).astype(np.int32),
        }


def expert_maps(config, split):
    """The maps of a split, in the order of their indices.

    Args:
        config: a `GridworldConfig`.
        split: "train", "validation" or "test".

    Returns:
        `Maps(walls, goal)`, as many as `config` says.

    Raises:
        ValueError: if there is no such split, or so few different maps of that size that none is left for it.

    Example:
        >>> config = GridworldConfig(name="small", height=6, width=6, train=50, validation=5, test=5)
        >>> expert_maps(config, "test").walls.shape
        (5, 6, 6)
    """
    drawn = [_new_map(config, split, generator(config, split, index)) for index in range(getattr(config, split))]
    return Maps(
        np.array([walls for walls, _ in drawn], dtype=bool).reshape(-1, config.height, config.width),
        np.array([goal for _, goal in drawn], dtype=int).reshape(-1, 2),
    )


def _new_map(config, split, rng):
    """Walls [H, W] and goal [2] of a map that no other split has."""
    return draw_new(
        lambda: zip(*generate(AT_A_TIME, config.height, config.width, seed=rng), strict=True),
        lambda drawn: drawn[0].tobytes() + drawn[1].astype("<i8").tobytes(),
        split,
        f"map of size {config.height}x{config.width}",
    )
