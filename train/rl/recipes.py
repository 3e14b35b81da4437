"""Recipes of the planners trained by reinforcement. A recipe is frozen: what a card records is what ran."""

import dataclasses
from typing import ClassVar

from train.shared import former
from train.shared.recipe import Recipe


@dataclasses.dataclass(frozen=True)
class CurriculumStage:
    """Maps of one difficulty, and how good the policy must be before the next ones."""

    size: int
    max_start_distance: float = 0.0  # the longest shortest path from a start to the goal; 0: anywhere
    max_obstacles: int = 0  # 0: as many as in the paper
    success_threshold: float = 0.8  # share of episodes that reach the goal, over the last few batches
    k: int = 0  # iterations of value iteration while training; 0: the model's own


@dataclasses.dataclass(frozen=True)
class ReinforcementRecipe(Recipe):
    """How a planner is trained by TRPO. Every field is an option of the command line."""

    FORMER: ClassVar[dict] = former.REINFORCEMENT
    data_parallel: ClassVar[bool] = False  # rollouts and no batches

    stages: tuple = ()
    curriculum: bool = True  # False: the last stage from the beginning
    total_timesteps: int = 1_000_000  # the budget
    n_envs: int = 128  # in a batch, each with a new map
    n_steps: int = 64  # in each environment
    max_steps_factor: float = 4.0  # an episode is cut off after so many steps times the side of the map
    target_kl: float = 0.02  # of an update
    cg_damping: float = 0.01  # of the Fisher matrix
    cg_max_steps: int = 10
    fisher_maps: int = 16  # of the batch, for the Fisher matrix
    ent_coef: float = 0.0  # falls to 0 along the budget
    gamma: float = 0.99
    gae_lambda: float = 0.95
    maps_per_batch: int = 16  # maps that go through the network together
    jit_compile: bool = True  # by XLA, on TensorFlow
    validate_every: int = 5  # batches

    def __post_init__(self):
        super().__post_init__()
        stages = (stage if isinstance(stage, CurriculumStage) else CurriculumStage(**stage) for stage in self.stages)
        object.__setattr__(self, "stages", tuple(stages))

    @property
    def curriculum_stages(self):
        """The stages that training climbs: all of them, or the last one alone."""
        return self.stages if self.curriculum else self.stages[-1:]

    @property
    def side(self):
        """Side of the maps that the entry is measured on."""
        return self.stages[-1].size

    def quick(self):
        """The same in two small batches, to see that everything works."""
        small = {"n_envs": 4, "n_steps": 4, "fisher_maps": 4, "maps_per_batch": 4, "cg_max_steps": 2}
        return dataclasses.replace(self, total_timesteps=32, jit_compile=False, **small)


LIMITS = (
    "Trained on 8-connected maps where a diagonal move may pass a wall's corner.",
    "The reward counts moves (-0.01 each), a diagonal one like a straight one; optimal length counts sqrt 2 for it.",
)
NEAR = (CurriculumStage(size=8, max_start_distance=3, k=12), CurriculumStage(size=8, max_start_distance=6, k=12))
SMALL = CurriculumStage(size=8, k=12)


def _vin(size, k, stages, total_timesteps):
    return ReinforcementRecipe(
        summary=f"Value Iteration Network trained by TRPO on reward alone, with a curriculum up to {size}x{size}",
        config={"k": k, "channels": 16, "inverse_temperature": 6.0},
        stages=stages,
        total_timesteps=total_timesteps,
        ent_coef=0.01,
        limitations=("Plans at most k moves ahead: for longer paths load it with a larger k.", *LIMITS),
    )


def _cnn(size, stages, total_timesteps):
    return ReinforcementRecipe(
        summary=f"The paper's CNN baseline trained by TRPO on reward alone, with a curriculum, {size}x{size}",
        model="CNNPolicy",
        config={"size": size},
        stages=stages,
        total_timesteps=total_timesteps,
        # Each step is an image of its own here, so that a new map costs no more than an old one.
        jit_compile=False,
        n_envs=512,
        n_steps=16,
        ent_coef=0.01,
        limitations=(f"A reactive baseline: maps up to {size}x{size} only, and it does not plan.", *LIMITS),
    )


FARTHER = tuple(CurriculumStage(size=16, max_start_distance=distance) for distance in (3, 6, 12))
RECIPES = {
    "vin8_rl": _vin(8, 16, (*NEAR, SMALL), 150_000),
    "vin16_rl": _vin(16, 48, (*NEAR, SMALL, CurriculumStage(size=16, k=28)), 300_000),
    "cnn8_rl": _cnn(8, (*NEAR, SMALL), 150_000),
    "cnn16_rl": _cnn(16, (*FARTHER, CurriculumStage(size=16)), 300_000),
    "vin16_rl_finetuned": ReinforcementRecipe(
        summary="vin16, trained by imitation, then by TRPO on reward alone",
        init_from="vin16",
        stages=(CurriculumStage(size=16, k=28),),
        total_timesteps=200_000,
        target_kl=0.005,
        limitations=(
            "No better than vin16, which reaches every goal already: the reward stays what it was within its interval, "
            "and fewer paths are the cheapest, since the reward counts moves and not their lengths.",
            "Plans at most k moves ahead: for longer paths load it with a larger k.",
            *LIMITS,
        ),
    ),
}
