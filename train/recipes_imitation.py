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


@dataclasses.dataclass(frozen=True)
class Recipe:
    """How one entry is trained. Every field is an option of the command line."""

    summary: str
    model: str = "VIN"  # class in pnzoo.hub.CLASSES
    config: dict = dataclasses.field(default_factory=dict)  # its arguments
    stages: tuple = ()
    batch_size: int = 32  # maps
    cells: int = 0  # labelled cells drawn from each map; 0: all of them in one pass
    paths: int = 0  # label the states on so many shortest paths a map, once each; 0: all cells, all optimal moves
    same_maps: bool = False  # every stage trains on the same maps
    optimizer: str = "adam"
    clip: float = 1.0  # of the gradient's norm; 0: none
    compile: bool = True  # by XLA
    seed: int = 0
    limits: tuple = ()


VIN_LIMITS = (
    "Plans at most k moves ahead: for longer ways load it with a larger k.",
    "Trained on 8-connected maps where a diagonal move may pass a wall's corner.",
)
OPEN = {
    8: Stage(size=8, maps=4000, epochs=8, k=12),
    16: Stage(size=16, maps=3000, epochs=8, k=28, rate_from=5e-3, rate_to=2e-4),
}


def _vin(size, k, stages):
    return Recipe(
        summary=f"Value Iteration Network with state-dependent transitions for maps such as the paper's {size}x{size}, any size, any k",
        config={"k": k},
        stages=tuple(OPEN[s] for s in stages),
        limits=VIN_LIMITS,
    )


def _paper(size, k):
    return Recipe(
        summary=f"Value Iteration Network as in the paper: shared free kernels, linear reward features, {size}x{size}",
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
            Stage(size=size, maps=5000, epochs=30, rate_from=rate, rate_to=rate) for rate in (0.01, 0.005, 0.002, 0.001)
        ),
        batch_size=12,
        paths=7,
        same_maps=True,
        optimizer="rmsprop",
        clip=0.0,
        limits=("The paper's parameterisation and recipe, for comparison: see the entry without _paper for the best weights.",),
    )


RECIPES = {
    "vin8": _vin(8, 16, [8]),
    "vin16": _vin(16, 48, [8, 16]),
    "vin28": _vin(28, 80, [8, 16]),
    **{f"vin{size}_paper": _paper(size, k) for size, k in ((8, 10), (16, 20), (28, 36))},
}

# Success and 0-1 loss in table 1 of the paper.
_TABLE = {"vin": (0.996, 0.004, 0.993, 0.05, 0.970, 0.11), "cnn": (0.979, 0.02, 0.876, 0.10, 0.742, 0.13), "fcn": (0.973, 0.01, 0.883, 0.07, 0.766, 0.09)}
PAPER_TABLE = {
    (f"{kind}{size}", metric): values[2 * i + j]
    for kind, values in _TABLE.items()
    for i, size in enumerate((8, 16, 28))
    for j, metric in enumerate(("success", "label_loss"))
}
