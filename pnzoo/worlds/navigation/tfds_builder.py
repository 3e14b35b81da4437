"""Drives of the expert as a TensorFlow data set: import this module, then `tfds.load("pnzoo_navigation2d/28")`.

Nothing is downloaded; one process or Apache Beam draws the same examples (`pnzoo.core.seeded_builder`).
"""

import dataclasses

import numpy as np

from pnzoo.core.seeded_builder import AT_A_TIME, SeededBuilder, SeededConfig, draw_new, generator, tfds
from pnzoo.worlds.navigation.controller import Expert
from pnzoo.worlds.navigation.rollout import rollouts
from pnzoo.worlds.navigation.tasks import draw_starts, generate_tasks


@dataclasses.dataclass(kw_only=True)
class NavigationConfig(SeededConfig):
    """The size of the maps.

    Attributes:
        side: cells.
    """

    side: int


class PnzooNavigation2d(SeededBuilder):
    """Maps with a goal, and how the expert drives a point mass there from a random start.

    Configs: "28" (the paper's size, 5,000 / 1,000 / 1,000 drives) and "tiny" (9 x 9, 8 / 4 / 4, for tests). For others
    pass a `NavigationConfig`. No map with its goal is in two splits.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     builder = tfds.builder("pnzoo_navigation2d/28", data_dir=folder)
        >>> builder.info.features["states"].shape
        (None, 4)
    """

    VERSION = tfds.core.Version("1.0.0")
    RELEASE_NOTES = {"1.0.0": "First release."}
    BUILDER_CONFIGS = [
        NavigationConfig(name="28", description="28x28 cells", side=28),
        NavigationConfig(name="tiny", description="a few small maps for tests", side=9, train=8, validation=4, test=4),
    ]

    def _info(self):
        side, tensor = self.builder_config.side, tfds.features.Tensor
        return tfds.core.DatasetInfo(
            builder=self,
            description="A point mass among obstacles. States are row and column in cells, and their velocity; the "
                        "force of each step is the expert's, -1 to 1 along both axes.",
            features=tfds.features.FeaturesDict({
                "walls": tensor(shape=(side, side), dtype=np.bool_),
                "goal": tensor(shape=(2,), dtype=np.int32),
                "states": tensor(shape=(None, 4), dtype=np.float32),
                "forces": tensor(shape=(None, 2), dtype=np.float32),
                "success": tensor(shape=(), dtype=np.bool_),
            }),
        )  # fmt: skip

    @staticmethod
    def draw(config, split, index):
        rng = generator(config, split, index)
        tasks = draw_new(
            lambda: _one_by_one(generate_tasks(AT_A_TIME, config.side, seed=rng)),
            lambda tasks: tasks.walls.tobytes() + tasks.goal.astype("<i8").tobytes(),
            split,
            f"map of {config.side}x{config.side} cells",
        )
        expert, forces = Expert(tasks), []

        def act(state):
            forces.append(expert(state))
            return forces[-1]

        drive = rollouts(tasks, draw_starts(tasks, 1, rng), act, keep_states=True)
        yield index, {
            "walls": tasks.walls[0],
            "goal": tasks.goal[0].astype(np.int32),
            "states": drive.states[0, 0].astype(np.float32),
            "forces": np.array(forces, np.float32).reshape(-1, 2),
            "success": drive.success[0, 0],
        }


def _one_by_one(tasks):
    return (tasks.take([i]) for i in range(len(tasks.goal)))
