"""Recipes of the planners trained by reinforcement. A recipe is frozen: what a card records is what ran."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Level:
    """Worlds of one difficulty, and how good the policy must be before the next ones."""

    size: int
    distance: float = 0.0  # starts at most so far from the goal; 0: anywhere
    obstacles: int = 0  # at most so many; 0: as many as in the paper
    until: float = 0.8  # share of episodes that reach the goal, over the last few batches
    k: int = 0  # steps of value iteration while training; 0: the model's own


@dataclasses.dataclass(frozen=True)
class Recipe:
    """How one entry is trained. Every field is an option of the command line."""

    summary: str
    model: str = "VIN"  # class in pnzoo.hub.CLASSES
    config: dict = dataclasses.field(default_factory=dict)  # its arguments
    start_from: str = ""  # an entry whose weights are the start; `config` then overrides its arguments
    levels: tuple = ()
    curriculum: bool = True  # False: the last level from the beginning
    env_steps: int = 1_000_000  # the budget: steps taken in the worlds
    worlds: int = 128  # in a batch, each with a new map
    steps: int = 64  # in each world
    longest: float = 4.0  # an episode is cut off after so many steps times the side of the map
    kl_limit: float = 0.02  # of an update
    damping: float = 0.01  # of the Fisher matrix
    cg_steps: int = 10
    fisher_maps: int = 16  # of the batch, for the Fisher matrix
    entropy: float = 0.0  # bonus for undecided policies; falls to 0 along the budget
    discount: float = 0.99
    trace: float = 0.95  # lambda of the advantage estimates
    maps_a_pass: int = 16  # maps that go through the network together
    compile: bool = True  # by XLA, on TensorFlow
    validate_every: int = 5  # batches
    seed: int = 0
    limits: tuple = ()


LIMITS = (
    "Trained on 8-connected maps where a diagonal move may pass a wall's corner.",
    "The reward counts moves (-0.01 each), a diagonal one like a straight one; optimal length counts sqrt 2 for it.",
)
NEAR = (Level(size=8, distance=3, k=12), Level(size=8, distance=6, k=12))
SMALL = Level(size=8, k=12)


def _vin(size, k, levels, env_steps):
    return Recipe(
        summary=f"Value Iteration Network trained by TRPO on reward alone, with a curriculum up to {size}x{size}",
        config={"k": k, "channels": 16, "sharpness": 6.0},
        levels=levels,
        env_steps=env_steps,
        entropy=0.01,
        limits=("Plans at most k moves ahead: for longer ways load it with a larger k.", *LIMITS),
    )


def _cnn(size, levels, env_steps):
    return Recipe(
        summary=f"The paper's CNN baseline trained by TRPO on reward alone, with a curriculum, {size}x{size}",
        model="CNNPolicy",
        config={"size": size},
        levels=levels,
        env_steps=env_steps,
        # Each step is an image of its own here, so that a new map costs no more than an old one.
        compile=False,
        worlds=512,
        steps=16,
        entropy=0.01,
        limits=(f"A reactive baseline: maps up to {size}x{size} only, and it does not plan.", *LIMITS),
    )


RECIPES = {
    "vin8_rl": _vin(8, 16, (*NEAR, SMALL), 150_000),
    "vin16_rl": _vin(16, 48, (*NEAR, SMALL, Level(size=16, k=28)), 300_000),
    "cnn8_rl": _cnn(8, (*NEAR, SMALL), 150_000),
    "cnn16_rl": _cnn(16, (*(Level(size=16, distance=d) for d in (3, 6, 12)), Level(size=16)), 300_000),
    "vin16_rl_finetuned": Recipe(
        summary="vin16, trained by imitation, then by TRPO on reward alone",
        start_from="vin16",
        levels=(Level(size=16, k=28),),
        env_steps=200_000,
        kl_limit=0.005,
        limits=(
            "No better than vin16, which reaches every goal already: the reward stays what it was within its interval, "
            "and fewer paths are the cheapest, since the reward counts moves and not their lengths.",
            "Plans at most k moves ahead: for longer ways load it with a larger k.",
            *LIMITS,
        ),
    ),
}
