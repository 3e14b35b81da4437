"""Recipes of the planners trained by imitation. A recipe is frozen: what a card records is what ran."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Stage:
    """Some epochs on maps of one size."""

    size: int
    maps: int
    epochs: int
    k: int = 0  # steps of value iteration while training; 0: the model's own
    rate_from: float = 1e-2
    rate_to: float = 1e-3
    families: tuple = ("open",)  # of `gridworld.FAMILIES`, in equal parts; "open" are the paper's maps
    lengths: bool = False  # learn how long the ways are, instead of which move is best
    model: dict = dataclasses.field(default_factory=dict)  # settings of `LongVIN` while this stage trains

    def __post_init__(self):
        object.__setattr__(self, "families", tuple(self.families))  # a card has them as a list


@dataclasses.dataclass(frozen=True)
class Recipe:
    """How one entry is trained. Every field is an option of the command line."""

    summary: str
    model: str = "VIN"  # class in pnzoo.hub.CLASSES
    config: dict = dataclasses.field(default_factory=dict)  # its arguments
    stages: tuple = ()
    batch_size: int = 32  # maps
    moves: int = 8  # or 4: what the labels are made of
    cells: int = 0  # labelled cells drawn from each map; 0: all of them in one pass
    paths: int = 0  # label the states on so many shortest paths a map, once each; 0: all cells, all optimal moves
    same_maps: bool = False  # every stage trains on the same maps
    optimizer: str = "adam"
    clip: float = 1.0  # of the gradient's norm; 0: none
    compile: bool = True  # by XLA
    start_from: str = ""  # an entry whose weights of equal name and shape are the start
    seed: int = 0
    limits: tuple = ()


VIN_LIMITS = (
    "Plans at most k moves ahead: for longer ways load it with a larger k.",
    "Trained on 8-connected maps where a diagonal move may pass a wall's corner.",
    "Not for mazes: of 100 perfect 15x15 mazes, vin16 with k=120 solved 63 from the farthest start, and none of 50 at "
    "35x35 with k=500.",
)
# Forests hold every 3x3 pattern of walls, of which the paper's maps lack some, and P is a function of the pattern.
# Mazes and gaps have long ways round thin walls, which teach that no short cut leads through.
SHORT = Stage(size=8, maps=8000, epochs=4, k=12, rate_from=1e-2, rate_to=1e-3, families=("open", "forests"))
MIXED = ("open", "open", "forests", "maze", "gaps")
MIDDLE = Stage(size=16, maps=8000, epochs=4, k=32, rate_from=5e-3, rate_to=1e-4, families=MIXED)
LONG = Stage(size=28, maps=1000, epochs=3, k=56, rate_from=1e-3, rate_to=1e-4)


def _vin(k, stages, start_from=""):
    trained = stages[-1].size
    return Recipe(
        summary=f"Value Iteration Network with a P for each cell, trained up to {trained}x{trained}; plans on any size",
        config={"k": k, "channels": 16, "sharpness": 6.0},
        stages=stages,
        start_from=start_from,
        limits=VIN_LIMITS,
    )


def _paper(size, k, epochs=30, start_from=""):
    # Weights that plan already would be thrown about by the first, large rate.
    rates = (0.005, 0.002, 0.001) if start_from else (0.01, 0.005, 0.002, 0.001)
    started = (f"Starts from the weights of {start_from}, and so without the paper's first learning rate, 0.01.",)
    return Recipe(
        summary=f"Value Iteration Network as in the paper, shared free kernels, linear reward features, {size}x{size}",
        config={
            "k": k,
            "features": [150],
            "activation": "linear",
            "transition": "free",
            "goal_value": 10.0,
            "costs": False,
            "gain": None,
        },
        stages=tuple(
            Stage(size=size, maps=5000, epochs=epochs, rate_from=rate, rate_to=rate)
            for rate in rates
        ),
        batch_size=12,
        paths=7,
        same_maps=True,
        optimizer="rmsprop",
        clip=0.0,
        start_from=start_from,
        limits=(
            *(started if start_from else ()),
            "For comparison with the paper; the entry without _paper has better weights.",
            "Each step takes 12 maps with all their labelled states (the paper: 12 maps with 10 states each), so an "
            f"epoch has fewer steps than the paper's; {epochs} epochs at each learning rate (the paper: 30).",
        ),
    )


def _reactive(kind, size, maps, epochs, batch_size, cells, rate=1e-3, start_from=""):
    model = {"cnn": "CNNPolicy", "fcn": "FCNPolicy"}[kind]
    what = {"cnn": "five convolutions", "fcn": "a convolution that spans the map"}[kind]
    return Recipe(
        summary=f"The paper's {kind.upper()} baseline, a reactive policy of {what}, {size}x{size}",
        model=model,
        config={"size": size},
        stages=(Stage(size=size, maps=maps, epochs=epochs, rate_from=rate, rate_to=rate / 50),),
        batch_size=batch_size,
        cells=cells,
        start_from=start_from,
        compile=False,
        limits=(f"A reactive baseline: maps up to {size}x{size} only, and it does not plan.",),
    )


# P is learned softly, on maps so small that every 3x3 pattern of walls comes soon. Then it is rounded, which fixes it,
# and what remains is what a diagonal move costs against a straight one. Best moves hardly tell: with sqrt 2 a little
# wrong they are the same on small maps, and other ones on large maps. The lengths of the ways tell at once.
SOFT = {"rounded": False, "wall_cost": 0.0}
WORLDS = ("forests", "forests", "maze", "braided", "open", "gaps")
MAZE_STAGES = (
    Stage(9, 3000, 4, k=16, rate_from=1e-2, rate_to=3e-3, families=WORLDS, model={**SOFT, "sharpness": 4.0}),
    Stage(15, 2000, 2, k=32, rate_from=3e-3, rate_to=3e-4, families=WORLDS, model={**SOFT, "sharpness": 8.0}),
    Stage(15, 1280, 4, k=32, rate_from=1e-1, rate_to=1e-5, families=("open", "caves"), lengths=True),
)
MAZE_LIMITS = (
    "For worlds whose moves lead to one neighbour that the 3x3 walls around the agent decide, with a cost that depends "
    "on the move's length alone: no ice, wind or one-way doors.",
    "Distances are floats: two ways over a thousand steps long whose lengths differ by less than about 0.001 may be "
    "taken for equal.",
)


def _maze(moves):
    return Recipe(
        summary=f"Value Iteration Network for long ways, {moves} moves: one set of weights for any maze of any size",
        model="LongVIN",
        config={"moves": moves},
        moves=moves,
        stages=MAZE_STAGES,
        limits=MAZE_LIMITS,
    )


GPPN_MAZE = Recipe(
    summary="Gated Path Planning Network, the peer of vin_maze: the same kinds of maps, and more training time",
    model="GPPN",
    config={"k": 30, "hidden": 48},
    batch_size=16,
    stages=(
        Stage(9, 4000, 12, k=16, rate_from=5e-3, rate_to=2e-3, families=WORLDS),
        Stage(15, 1600, 8, k=30, rate_from=2e-3, rate_to=1e-4, families=WORLDS),
    ),
    limits=(
        "A peer to compare with: it plans as far as it was trained to, and no farther. With k=60 instead of the 30 it "
        "was trained with it fails from most cells, as its exam showed; k=30 was then chosen on 60 other maps.",
        "Trained for a third of an hour on two cores. Its authors report 99.7 % at 15x15 with 100,000 mazes.",
    ),
)

RECIPES = {
    "gppn_maze": GPPN_MAZE,
    "vin_maze": _maze(8),
    "vin_maze4": _maze(4),
    "vin8": _vin(16, (SHORT, dataclasses.replace(MIDDLE, epochs=2))),
    "vin16": _vin(48, (SHORT, MIDDLE)),
    "vin28": _vin(80, (LONG,), start_from="vin16"),
    "vin8_paper": _paper(8, 10),
    "vin16_paper": _paper(16, 20),
    "vin28_paper": _paper(28, 36, epochs=7, start_from="vin16_paper"),
    "fcn8": _reactive("fcn", 8, maps=20_000, epochs=20, batch_size=32, cells=16),
    "fcn16": _reactive("fcn", 16, maps=20_000, epochs=8, batch_size=32, cells=32),
    "fcn28": _reactive("fcn", 28, maps=20_000, epochs=3, batch_size=32, cells=32),
    "cnn8": _reactive("cnn", 8, maps=20_000, epochs=6, batch_size=32, cells=8),
    "cnn16": _reactive("cnn", 16, maps=20_000, epochs=4, batch_size=32, cells=8, start_from="cnn8"),
    "cnn28": _reactive("cnn", 28, maps=12_000, epochs=2, batch_size=32, cells=8, start_from="cnn16"),
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
    for j, metric in enumerate(("success", "author_label_loss"))
}
