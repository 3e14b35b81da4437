"""Expert data as a TensorFlow data set: import this module, then `tfds.load("pnzoo_gridworld/16")`.

Nothing is downloaded: maps are drawn and solved on this machine, the same ones on every machine.
"""

import dataclasses

import numpy as np

from pnzoo.worlds.gridworld.maps import Maps, generate, random_starts
from pnzoo.worlds.gridworld.paths import path_actions, shortest_paths
from pnzoo.worlds.gridworld.solver import distances, optimal_actions

try:
    import tensorflow_datasets as tfds
except ImportError as error:
    raise ImportError("expert data as a TensorFlow data set needs tensorflow-datasets; "
                      "type: pip install 'pnzoo[data]'") from error

_CITATION = """@inproceedings{tamar2016value,
  title={Value Iteration Networks},
  author={Tamar, Aviv and Wu, Yi and Thomas, Garrett and Levine, Sergey and Abbeel, Pieter},
  booktitle={Advances in Neural Information Processing Systems},
  year={2016}
}"""

_STREAMS = {"train": 0, "validation": 1, "test": 2}


@dataclasses.dataclass(kw_only=True)
class GridworldConfig(tfds.core.BuilderConfig):
    """What to draw: size and number of maps, and which moves the expert has.

    Attributes:
        height: rows of a map.
        width: columns.
        train: maps in the split `train`.
        validation: maps in the split `validation`.
        test: maps in the split `test`.
        moves: 8 or 4.
        seed: an int; each split draws from a stream of its own.

    Example:
        >>> config = GridworldConfig(name="9x13", height=9, width=13, train=100, validation=10, test=10)
        >>> config.moves
        8
    """

    height: int
    width: int
    train: int = 5000
    validation: int = 1000
    test: int = 1000
    moves: int = 8
    seed: int = 0


class PnzooGridworld(tfds.core.GeneratorBasedBuilder):
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

    VERSION = tfds.core.Version("1.0.0")
    RELEASE_NOTES = {"1.0.0": "First release."}
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

    def _split_generators(self, dl_manager):
        del dl_manager  # nothing to download
        return {split: self._generate_examples(split) for split in _STREAMS}

    def _generate_examples(self, split):
        config = self.builder_config
        maps = expert_maps(config, split)
        rng = np.random.default_rng([config.seed, _STREAMS[split], 1])
        length = distances(*maps, moves=config.moves)
        best = optimal_actions(*maps, moves=config.moves, distances=length)
        starts = random_starts(*maps, rng, distances=length)
        paths = shortest_paths(maps.walls, starts, maps.goal, rng, moves=config.moves, best=best)
        for i, path in enumerate(paths):
            yield i, {
                "walls": maps.walls[i],
                "goal": maps.goal[i].astype(np.int32),
                "optimal": best[i],
                "distance": length[i].astype(np.float32),
                "start": starts[i].astype(np.int32),
                "path": path.astype(np.int32),
                "actions": path_actions(path).astype(np.int32),
            }


def expert_maps(config, split):
    """Draw the maps of a split, leaving out those of the splits before it.

    Args:
        config: a `GridworldConfig`.
        split: "train", "validation" or "test".

    Returns:
        `Maps(walls, goal)`, as many as `config` says.

    Raises:
        ValueError: if so many different maps of that size are not to be found.

    Example:
        >>> config = GridworldConfig(name="small", height=6, width=6, train=50, validation=5, test=5)
        >>> expert_maps(config, "test").walls.shape
        (5, 6, 6)
    """
    if split not in _STREAMS:
        raise ValueError(f"a split is one of {', '.join(_STREAMS)}, received {split!r}")
    seen = set()
    for name in _STREAMS:
        kept = _new_maps(config, name, seen)
        if name == split:
            break
        seen.update(walls.tobytes() + goal.tobytes() for walls, goal in kept)
    return Maps(np.array([walls for walls, _ in kept], dtype=bool).reshape(-1, config.height, config.width),
                np.array([goal for _, goal in kept], dtype=int).reshape(-1, 2))


def _new_maps(config, split, seen):
    """As many pairs (walls, goal) as the split has, none of them among those seen."""
    rng = np.random.default_rng([config.seed, _STREAMS[split]])
    count, kept = getattr(config, split), []
    for _ in range(20):  # rounds; one or two are enough unless nearly all maps of that size are seen
        for walls, goal in zip(*generate(count, config.height, config.width, seed=rng), strict=True):
            if walls.tobytes() + goal.tobytes() not in seen:
                kept.append((walls, goal))
        if len(kept) >= count:
            return kept[:count]
    raise ValueError(f"no {count} maps of size {config.height}x{config.width} for {split} that earlier "
                     "splits have not; ask for fewer maps, or larger ones")
