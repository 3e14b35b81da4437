"""Invented ground as a TensorFlow data set: import this module, then `tfds.load("pnzoo_terrain/relief")`.

Nothing is downloaded; one process or Apache Beam draws the same examples (`pnzoo.core.seeded_builder`).
"""

import dataclasses

import numpy as np

from pnzoo.core.seeded_builder import ATTEMPTS, SeededBuilder, SeededConfig, generator, tfds
from pnzoo.worlds.terrain.places import CELLS, draw_scenes
from pnzoo.worlds.terrain.rollout import draw_tasks
from pnzoo.worlds.terrain.shortest_paths import MOVES, optimal_actions

PARTS = {"train": "train", "validation": "val", "test": "test"}
CHANNELS = {"relief": 1, "tiles": 3}


@dataclasses.dataclass(kw_only=True)
class TerrainConfig(SeededConfig):
    """One kind of ground.

    Attributes:
        world: "relief", lit from the north-west, or "tiles".
        cells: of a side, 8x8 pixels each.
    """

    world: str
    cells: int = 16


class PnzooTerrain(SeededBuilder):
    """Pictures of invented ground, what entering each cell costs, and a cheapest path between two cells.

    Configs: "relief" and "tiles" (16 x 16 cells; 5,000 / 1,000 / 1,000 scenes), and "tiny" (relief of 4 x 4 cells,
    12 / 4 / 4 scenes, for tests). For others pass a `TerrainConfig`. Ground of one split is drawn in no other.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     builder = tfds.builder("pnzoo_terrain/tiles", data_dir=folder)
        >>> builder.info.features["picture"].shape
        (128, 128, 3)
    """

    VERSION = tfds.core.Version("1.0.0")
    RELEASE_NOTES = {"1.0.0": "First release."}
    BUILDER_CONFIGS = [
        TerrainConfig(name="relief", description="invented relief", world="relief"),
        TerrainConfig(name="tiles", description="invented tiles", world="tiles"),
        TerrainConfig(name="tiny", description="a little relief for tests", world="relief", cells=4,
                      train=12, validation=4, test=4),
    ]  # fmt: skip

    def _info(self):
        config, tensor = self.builder_config, tfds.features.Tensor
        side = config.cells * CELLS[config.world]
        return tfds.core.DatasetInfo(
            builder=self,
            description="Invented ground from above. A cheapest path pays the cost of each cell that it enters, times "
                        "sqrt 2 on a diagonal of relief; cells are (row, column), and inf cannot be entered.",
            features=tfds.features.FeaturesDict({
                "picture": tfds.features.Image(shape=(side, side, CHANNELS[config.world]), encoding_format="png"),
                "cost": tensor(shape=(config.cells, config.cells), dtype=np.float32),
                "start": tensor(shape=(2,), dtype=np.int32),
                "goal": tensor(shape=(2,), dtype=np.int32),
                "path": tensor(shape=(None, 2), dtype=np.int32),
                "path_cost": tensor(shape=(), dtype=np.float32),
            }),
        )  # fmt: skip

    @staticmethod
    def draw(config, split, index):
        rng, lengths = generator(config, split, index), config.world != "tiles"
        for _ in range(ATTEMPTS):  # hardly ever more than one: ground on which nothing leads anywhere
            scene = draw_scenes(config.world, PARTS[split], 1, rng, config.cells)
            task = draw_tasks(scene.costs, rng, lengths)
            if len(task.scene):
                break
        start, goal = task.start[0], task.goal[0]
        yield index, {
            "picture": np.rint(255 * scene.pictures[0]).astype(np.uint8),
            "cost": scene.costs[0],
            "start": start.astype(np.int32),
            "goal": goal.astype(np.int32),
            "path": _path(scene.costs[0], start, goal, lengths).astype(np.int32),
            "path_cost": np.float32(task.best[0]),
        }


def _path(cost, start, goal, lengths):
    """Cells [L, 2] of a cheapest path; of several, the first in the order of the moves."""
    best, path = optimal_actions(cost, goal, lengths), [start]
    while (path[-1] != goal).any():
        path.append(path[-1] + MOVES[best[tuple(path[-1])].argmax()])
    return np.array(path)
