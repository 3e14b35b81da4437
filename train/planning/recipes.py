"""Recipes of the planners trained by imitation. A recipe is frozen: what a card records is what ran."""

import dataclasses
from typing import ClassVar

from train.shared import former
from train.shared.recipe import Recipe


@dataclasses.dataclass(frozen=True)
class Stage:
    """Some epochs on maps of one size."""

    size: int
    maps: int
    epochs: int
    k: int = 0  # steps of value iteration while training; 0: the model's own
    initial_learning_rate: float = 1e-2
    end_learning_rate: float = 1e-3
    families: tuple = ("open",)  # of `gridworld.FAMILIES`, in equal parts; "open" are the paper's maps
    target: str = "action"  # or "distance": how far the goal is, instead of which move is best
    model_options: dict = dataclasses.field(default_factory=dict)  # arguments of the model while this stage trains

    def __post_init__(self):
        object.__setattr__(self, "families", tuple(self.families))  # a card has them as a list
        if self.target not in ("action", "distance"):
            raise ValueError(f"the target of a stage is 'action' or 'distance'; got {self.target!r}")


@dataclasses.dataclass(frozen=True)
class ImitationRecipe(Recipe):
    """How a planner is trained by imitation of shortest paths. Every field is an option of the command line."""

    FORMER: ClassVar[dict] = former.IMITATION

    stages: tuple = ()
    batch_size: int = 32  # maps
    moves: int = 8  # or 4: what the labels are made of
    corner_cutting: bool = True  # whether a diagonal move of the labels may pass a wall's corner
    cells_per_map: int = 0  # labelled cells drawn from each map; 0: all of them in one pass
    paths_per_map: int = 0  # label the states on so many shortest paths, once each; 0: all cells, all optimal moves
    reuse_maps: bool = False  # every stage trains on the same maps
    optimizer: str = "adam"  # or "rmsprop"
    global_clipnorm: float = 1.0  # of the gradient; 0: none
    jit_compile: bool = True  # by XLA
    evaluation_size: int = 0  # side of the maps that it is measured on; 0: of the last stage's

    def __post_init__(self):
        super().__post_init__()
        stages = (stage if isinstance(stage, Stage) else Stage(**stage) for stage in self.stages)
        object.__setattr__(self, "stages", tuple(stages))

    @property
    def side(self):
        """Side of the maps that the entry is measured on."""
        return self.evaluation_size or self.stages[-1].size

    def quick(self):
        """The same in a few steps, to see that everything works."""
        stages = tuple(dataclasses.replace(stage, maps=2 * self.batch_size, epochs=1) for stage in self.stages)
        return dataclasses.replace(self, stages=stages, jit_compile=False)


VIN_LIMITS = (
    "Plans at most k moves ahead: for longer paths load it with a larger k.",
    "Trained on 8-connected maps where a diagonal move may pass a wall's corner.",
    "Not for mazes: of 100 perfect 15x15 mazes, vin16 with k=120 solved 63 from the farthest start, and none of 50 at "
    "35x35 with k=500.",
)
# Forests hold every 3x3 pattern of walls, of which the paper's maps lack some, and P is a function of the pattern.
# Mazes and gaps have long paths round thin walls, which teach that no short cut leads through.
SHORT = Stage(size=8, maps=8000, epochs=4, k=12, families=("open", "forests"))
MIXED = ("open", "open", "forests", "maze", "alternating_gaps")
MIDDLE = Stage(size=16, maps=8000, epochs=4, k=32, initial_learning_rate=5e-3, end_learning_rate=1e-4, families=MIXED)
LONG = Stage(size=28, maps=1000, epochs=3, k=56, initial_learning_rate=1e-3, end_learning_rate=1e-4)


def _vin(k, stages, init_from=""):
    trained = stages[-1].size
    return ImitationRecipe(
        summary=f"Value Iteration Network with a P for each cell, trained up to {trained}x{trained}; plans on any size",
        config={"k": k, "channels": 16, "inverse_temperature": 6.0},
        stages=stages,
        init_from=init_from,
        limitations=VIN_LIMITS,
    )


def _paper(size, k, epochs=30, init_from=""):
    # Weights that plan already would be thrown about by the first, large rate.
    rates = (0.005, 0.002, 0.001) if init_from else (0.01, 0.005, 0.002, 0.001)
    started = (f"Starts from the weights of {init_from}, and so without the paper's first learning rate, 0.01.",)
    return ImitationRecipe(
        summary=f"Value Iteration Network as in the paper, shared free kernels, linear reward features, {size}x{size}",
        config={
            "k": k,
            "filters": [150],
            "activation": "linear",
            "transition": "kernel",
            "goal_value": 10.0,
            "nonpositive_reward": False,
            "logit_scale": None,
        },
        stages=tuple(
            Stage(size=size, maps=5000, epochs=epochs, initial_learning_rate=rate, end_learning_rate=rate)
            for rate in rates
        ),
        batch_size=12,
        paths_per_map=7,
        reuse_maps=True,
        optimizer="rmsprop",
        global_clipnorm=0.0,
        init_from=init_from,
        limitations=(
            *(started if init_from else ()),
            "For comparison with the paper; the entry without _paper has better weights.",
            "Each step takes 12 maps with all their labelled states (the paper: 12 maps with 10 states each), so an "
            f"epoch has fewer steps than the paper's; {epochs} epochs at each learning rate (the paper: 30).",
        ),
    )


def _reactive(kind, size, maps, epochs, batch_size, cells_per_map, rate=1e-3, init_from=""):
    model = {"cnn": "CNNPolicy", "fcn": "FCNPolicy"}[kind]
    what = {"cnn": "five convolutions", "fcn": "a convolution that spans the map"}[kind]
    return ImitationRecipe(
        summary=f"The paper's {kind.upper()} baseline, a reactive policy of {what}, {size}x{size}",
        model=model,
        config={"size": size},
        stages=(Stage(size=size, maps=maps, epochs=epochs, initial_learning_rate=rate, end_learning_rate=rate / 50),),
        batch_size=batch_size,
        cells_per_map=cells_per_map,
        init_from=init_from,
        jit_compile=False,
        limitations=(f"A reactive baseline: maps up to {size}x{size} only, and it does not plan.",),
    )


# P is learned softly, on maps so small that every 3x3 pattern of walls comes soon. Then it is rounded, which fixes it,
# and what remains is what a diagonal move costs against a straight one. Best moves hardly tell: with sqrt 2 a little
# wrong they are the same on small maps, and other ones on large maps. The lengths of the paths tell at once.
SOFT = {"hard_transition": False, "wall_cost": 0.0}
WORLDS = ("forests", "forests", "maze", "braided", "open", "alternating_gaps")
MAZE_STAGES = (
    Stage(9, 3000, 4, 16, 1e-2, 3e-3, WORLDS, model_options={**SOFT, "inverse_temperature": 4.0}),
    Stage(15, 2000, 2, 32, 3e-3, 3e-4, WORLDS, model_options={**SOFT, "inverse_temperature": 8.0}),
    Stage(15, 1280, 4, 32, 1e-1, 1e-5, ("open", "caves"), target="distance"),
)
MAZE_LIMITS = (
    "For worlds whose moves lead to one neighbour that the 3x3 walls around the agent decide, with a cost that depends "
    "on the move's length alone: no ice, wind or one-way doors.",
    "Distances are floats: two paths over a thousand steps long whose lengths differ by less than about 0.001 may be "
    "taken for equal.",
)


def _maze(moves):
    return ImitationRecipe(
        summary=f"Value Iteration Network for long paths, {moves} moves: one set of weights for any maze of any size",
        model="DeterministicVIN",
        config={"moves": moves},
        moves=moves,
        stages=MAZE_STAGES,
        evaluation_size=16,
        limitations=MAZE_LIMITS,
    )


GPPN_MAZE = ImitationRecipe(
    summary="Gated Path Planning Network, the peer of vin_maze: the same kinds of maps, and more training time",
    model="GPPN",
    config={"k": 30, "hidden": 48},
    batch_size=16,
    evaluation_size=16,
    stages=(
        Stage(9, 4000, 12, k=16, initial_learning_rate=5e-3, end_learning_rate=2e-3, families=WORLDS),
        Stage(15, 1600, 8, k=30, initial_learning_rate=2e-3, end_learning_rate=1e-4, families=WORLDS),
    ),
    limitations=(
        "A peer to compare with: it plans as far as it was trained to, and no farther. With k=60 instead of the 30 it "
        "was trained with it fails from most cells, as its evaluation showed; k=30 was then chosen on 60 other maps.",
        "Trained for a third of an hour on two cores. Its authors report 99.7 % at 15x15 with 100,000 mazes.",
    ),
)

VIN_OCTILE = dataclasses.replace(
    _maze(8),
    summary="Value Iteration Network for the maps of the MovingAI benchmarks: 8 moves, none past the corner of a wall",
    config={"moves": 8, "corner_cutting": False},
    corner_cutting=False,
    limitations=(
        MAZE_LIMITS[0],
        "Its diagonal moves need both straight neighbours free: vin_maze is for maps that let them pass a corner.",
        "What a diagonal move costs against a straight one is learned, to about 1e-5: of two ways whose lengths differ "
        "by less than a hundred-thousandth it may take the longer one.",
        "Water is a wall. In the family wc3maps512 of the benchmark some scenarios lie in water, and others have "
        "lengths that the exact solution of the maps by this rule does not have either: they count as failures here.",
    ),
)

RECIPES = {
    "gppn_maze": GPPN_MAZE,
    "vin_maze": _maze(8),
    "vin_maze4": _maze(4),
    "vin_octile": VIN_OCTILE,
    "vin8": dataclasses.replace(_vin(16, (SHORT, dataclasses.replace(MIDDLE, epochs=2))), evaluation_size=8),
    "vin16": _vin(48, (SHORT, MIDDLE)),
    "vin28": _vin(80, (LONG,), init_from="vin16"),
    "vin8_paper": _paper(8, 10),
    "vin16_paper": _paper(16, 20),
    "vin28_paper": _paper(28, 36, epochs=7, init_from="vin16_paper"),
    "fcn8": _reactive("fcn", 8, maps=20_000, epochs=20, batch_size=32, cells_per_map=16),
    "fcn16": _reactive("fcn", 16, maps=20_000, epochs=8, batch_size=32, cells_per_map=32),
    "fcn28": _reactive("fcn", 28, maps=20_000, epochs=3, batch_size=32, cells_per_map=32),
    "cnn8": _reactive("cnn", 8, maps=20_000, epochs=6, batch_size=32, cells_per_map=8),
    "cnn16": _reactive("cnn", 16, maps=20_000, epochs=4, batch_size=32, cells_per_map=8, init_from="cnn8"),
    "cnn28": _reactive("cnn", 28, maps=12_000, epochs=2, batch_size=32, cells_per_map=8, init_from="cnn16"),
}

# Success and 0-1 loss in table 1 of the paper.
_TABLE = {
    "vin": (0.996, 0.004, 0.993, 0.05, 0.970, 0.11),
    "cnn": (0.979, 0.02, 0.876, 0.10, 0.742, 0.13),
    "fcn": (0.973, 0.01, 0.883, 0.07, 0.766, 0.09),
}
PAPER_TABLE = {
    (f"{kind}{size}", metric): values[2 * i + j]
    for kind, values in _TABLE.items()
    for i, size in enumerate((8, 16, 28))
    for j, metric in enumerate(("success_rate", "paper_prediction_loss"))
}
