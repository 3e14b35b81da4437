"""Recipes of the planners over terrain. A recipe is frozen: what a card records is what ran."""

import dataclasses

from pnzoo.worlds.terrain import CELLS, WORLDS
from train.shared.recipe import Recipe

CAUTION = (
    "Trained with caution 1; the entry's own was chosen on validation ground, where the sum of success and optimal "
    "rate is largest."
)
BALANCED = (
    "Trained with caution 1; the entry's own was chosen on validation ground, as far above 90 % success and 83 % "
    "optimal paths as can be on both."
)
OBJECTIVES = ("paths", "fenchel_young", "black_box", "obstacles")


@dataclasses.dataclass(frozen=True)
class TerrainRecipe(Recipe):
    """How a planner over terrain is trained. Every field is an option of the command line."""

    model: str = "TerrainVIN"
    world: str = "relief"  # of `pnzoo.terrain.WORLDS`
    objective: str = "paths"  # shown paths through value iteration; or through Dijkstra's algorithm: "fenchel_young",
    # "black_box"; or "obstacles", the privileged upper line: which cells cannot be entered
    cells: int = 16  # of a scene's side
    epochs: int = 20
    steps_per_epoch: int = 100
    batch_size: int = 32  # pictures
    goals_per_picture: int = 4  # goals to which paths are shown on each
    crossed_weight: float = 0.0  # of the loss of cells: those on any shown path can be entered, the others cannot
    noise: float = 0.5  # of "fenchel_young": standard deviation of the log of what costs are multiplied by
    samples: int = 4  # of "fenchel_young": disturbed costs of each picture
    strength: float = 20.0  # of "black_box": its lambda
    learning_rate: float = 2e-3
    weight_decay: float = 1e-3
    asked: tuple = ()  # success and optimal rate that its plans shall exceed, by which its caution is chosen
    evaluation_cells: tuple = (16,)  # sides that it is measured on
    other_worlds: tuple = ()  # that it is measured on beside its own

    def __post_init__(self):
        super().__post_init__()
        cell = self.config.get("cell", 8)
        if CELLS.get(self.world, cell) != cell:
            raise ValueError(f"a cell of {self.world} has {CELLS[self.world]} pixels a side; config has cell={cell!r}")
        if self.world not in WORLDS or self.objective not in OBJECTIVES:
            raise ValueError(
                f"world is one of {', '.join(WORLDS)} and objective one of {', '.join(OBJECTIVES)}; "
                f"got {self.world!r}, {self.objective!r}"
            )

    def quick(self):
        """The same in a few steps, to see that everything works."""
        return dataclasses.replace(self, epochs=1, steps_per_epoch=2, batch_size=4, goals_per_picture=2)


TILES = TerrainRecipe(
    summary="Plans over pictures of tiles, 8x8 pixels each, learned from shown paths on 12x12 tiles; any size",
    config={
        "channels": 3,
        "filters": [16, 32, 32],
        "wide_view": False,
        "k": 30,
        "diagonal_cost": 1.0,
        "impassable": 0.0,
    },
    world="tiles",
    cells=12,
    epochs=20,
    steps_per_epoch=100,
    learning_rate=5e-3,
    weight_decay=0.0,
    evaluation_cells=(12, 18, 24, 30),
    limitations=(
        "Knows the six terrains and 36 textures of `pnzoo.terrain.generate_tiles` alone; for other art use fit_paths.",
    ),
)
MOON_LIMITS = (
    "For pictures lit from the north-west at 45 degrees (hillshade), 64 pixels a degree of the Moon, cells of 8x8 "
    "pixels: 3.8 km.",
    BALANCED,
    "Impassable is a cell whose mean slope exceeds 7 degrees; nothing is known of rocks, shadows and dust.",
)
MOON = TerrainRecipe(
    summary="Plans over the Moon from a picture alone, learned from shown paths; any size",
    config={"k": 30, "filters": [16, 32, 64], "transposed_view": True},
    world="moon",
    goals_per_picture=2,
    crossed_weight=1.0,
    epochs=60,
    steps_per_epoch=100,
    asked=(0.90, 0.83),
    limitations=(
        *MOON_LIMITS,
        "The same network that is taught the true obstacles, classifier_moon, does better at every caution: shown "
        "paths tell less.",
        "Tried and left out: shape from shading as a further input (91.9 % of the cells told right against 93.0 %), "
        "and value iteration without crossed cells (85.4 % success, 82.9 % optimal on validation ground). Kept: a "
        "second, transposed view (half a point more), stretched and inverted ground with ten more epochs (0.2).",
    ),
)
RECIPES = {
    "cnn_moon": TerrainRecipe(
        summary="A reactive policy over the Moon: picture, goal and position in, a move out",
        model="TerrainCNNPolicy",
        config={"filters": [16, 32, 64]},
        world="moon",
        goals_per_picture=2,
        epochs=25,
        steps_per_epoch=100,
        limitations=(
            "It looks and moves, and plans nothing: it may go in a circle, and cannot say what ground costs.",
            "For pictures lit from the north-west at 45 degrees (hillshade), 64 pixels a degree of the Moon, cells of "
            "8x8 pixels, up to 16x16 cells: it was trained on no longer paths.",
        ),
    ),
    "vin_tiles": TILES,
    "vin_moon": MOON,
    "classifier_moon": dataclasses.replace(
        MOON,
        summary="The privileged upper line of vin_moon: the same network, taught which cells cannot be entered",
        objective="obstacles",
        limitations=(
            "Taught by the true obstacles, which nobody has who has only seen paths; plans with the cost "
            "1 - caution log p(free).",
            *MOON_LIMITS,
        ),
    ),
    "vin_mars": TerrainRecipe(
        summary="Plans over Mars from a picture alone, learned from shown paths; any size",
        config={"cell": 4, "k": 30, "filters": [32, 64], "transposed_view": True},
        world="mars",
        goals_per_picture=2,
        crossed_weight=1.0,
        epochs=40,
        steps_per_epoch=100,
        limitations=(
            "For pictures lit from the north-west at 45 degrees (hillshade), 4 pixels a degree of Mars, heights "
            "exaggerated 12 times, cells of 4x4 pixels: 59 km.",
            "Impassable is a cell whose mean slope, so exaggerated, exceeds 7 degrees: 0.59 degrees of the true "
            "ground. No rover plans over such distances; it is the paper's task on the elevation that is free to use.",
            "The test part holds about 17 places that share no ground, so its 1,000 pictures overlap: the intervals, "
            "which take pictures for independent, are too narrow.",
            "The paper's 84.8 % success (Tamar et al. 2016, section 4.2) is of other pictures: HiRISE photographs of "
            "128x128 pixels and a limit of 10 degrees.",
            CAUTION,
        ),
    ),
    "vin_relief": TerrainRecipe(
        summary="Plans over ground from a picture alone, learned on invented relief; any size",
        config={"k": 30, "filters": [16, 32, 64], "transposed_view": True},
        world="relief",
        other_worlds=("moon",),
        goals_per_picture=2,
        crossed_weight=1.0,
        epochs=24,
        steps_per_epoch=100,
        limitations=(
            "No picture of the Moon or of any real place was seen in training, nor when its caution was chosen: what "
            "is measured there is transfer from `pnzoo.terrain.generate_relief`.",
            "For pictures lit from the north-west at 45 degrees (hillshade), cells of 8x8 pixels.",
            "Impassable is a cell whose mean slope exceeds 7 degrees; nothing is known of rocks, shadows and dust.",
            CAUTION,
        ),
    ),
}
