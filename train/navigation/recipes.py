"""Recipes of policies of a body that moves continuously. A recipe is frozen: what a card records is what ran."""

import dataclasses
from typing import ClassVar

from train.shared.recipe import Recipe


@dataclasses.dataclass(frozen=True)
class NavigationRecipe(Recipe):
    """How a policy learns from the expert by DAgger. Every field is an option of the command line.

    In round 0 the expert drives, in every other the policy as it is then; the expert says what it would have done, and
    the policy learns from all rounds so far.
    """

    model: str = "ContinuousVIN"
    maps: int = 1000  # distinct maps of training, with a goal each
    side: int = 28  # of the maps, in cells
    rounds: int = 20
    drives: int = 1000  # of a round, each on another of the maps
    states: int = 24  # of a drive that are learned from
    steps_per_round: int = 150
    batch_size: int = 64  # maps
    learning_rate: float = 3e-3
    weight_decay: float = 1e-4
    evaluation_sides: tuple = (28,)  # of the maps that it is measured on

    def quick(self):
        """The same in a few steps, to see that everything works."""
        return dataclasses.replace(self, maps=8, drives=8, rounds=2, steps_per_round=2, batch_size=4, states=3)


@dataclasses.dataclass(frozen=True)
class DriveStage:
    """Starts of one difficulty, and how good the policy must be before the next ones."""

    max_start_distance: float = 0.0  # cells from the goal, as the crow flies; 0: anywhere
    success_threshold: float = 0.8  # share of episodes that come to rest at the goal, over the last few batches


@dataclasses.dataclass(frozen=True)
class NavigationReinforcementRecipe(Recipe):
    """How a policy of a body is trained by TRPO. Every field is an option of the command line."""

    data_parallel: ClassVar[bool] = False  # rollouts and no batches

    model: str = "ContinuousVIN"
    maps: int = 1000  # distinct maps of training, with a goal each
    side: int = 28
    stages: tuple = (DriveStage(4.0), DriveStage(8.0), DriveStage())
    total_timesteps: int = 600_000
    n_envs: int = 128  # in a batch, each on another map
    n_steps: int = 80  # in each environment
    progress_reward: float = 0.05
    log_std: float = -0.7  # of the force's deviation, to begin with
    target_kl: float = 0.02
    cg_damping: float = 0.01
    cg_max_steps: int = 10
    fisher_maps: int = 16
    gamma: float = 0.98
    gae_lambda: float = 0.95
    maps_per_batch: int = 16
    jit_compile: bool = True
    validate_every: int = 5  # batches
    evaluation_sides: tuple = (28,)

    def __post_init__(self):
        super().__post_init__()
        stages = (stage if isinstance(stage, DriveStage) else DriveStage(**stage) for stage in self.stages)
        object.__setattr__(self, "stages", tuple(stages))

    def quick(self):
        """The same in two small batches, to see that everything works."""
        small = {"n_envs": 4, "n_steps": 5, "fisher_maps": 4, "maps_per_batch": 4, "cg_max_steps": 2, "maps": 8}
        return dataclasses.replace(self, total_timesteps=40, jit_compile=False, **small)


LIMITS = (
    "A point mass of known dynamics with exact sight of the map, its position and its velocity; nothing disturbs it.",
    "The unit of distance is the map's cell. The paper does not give us its own unit, mass, friction, time step or "
    "termination, so its numbers stand beside these and are no yardstick for them.",
    "Maps of training, validation and test are drawn from one distribution by different seeds; none is in two parts.",
    "It imitates the exact solver's path tracked by a regulator; the expert itself reaches every goal.",
)
# The whole task from the beginning, little noise, short steps: the policy knows how to drive.
FINE_TUNED = {"stages": (DriveStage(),), "total_timesteps": 200_000, "log_std": -1.2, "target_kl": 0.01}
RECIPES = {
    "vin_navigation2d": NavigationRecipe(
        summary="Drives a point mass among obstacles to a goal: value iteration on a coarse map, a force out; any size",
        config={"reduction": 2, "hidden": 32, "k": 40},
        evaluation_sides=(28, 20, 40, 56),
        limitations=(
            "Plans at most k coarse moves ahead: load it with a larger k for larger maps.",
            "A coarse cell of 2x2 that holds both sides of a thin wall has one plan for both: of 200 drives on "
            "validation maps 15 ended short of the goal, and of the seven of these that were looked at most were at "
            "rest or nearly so, several at such a place. The paper's hierarchical form, which plans on the map's own "
            "cells too (the same command with refine_k 8 in --config; no entry), comes to 95.5 % (94.0 to 96.6) "
            "success on 1,000 other 28x28 maps, seed 777, where this has 92.8 % (91.0 to 94.2); on 200 maps of 112x112 "
            "with k = 160 both have 97.5 % (94.3 to 98.9), so that there it does not pay. One training each.",
            "Tried: TRPO on reward alone from these weights (vin_navigation2d_rl, 149,177 steps) comes to 92.7 % (90.9 "
            "to 94.2) success and a distance of 0.68 (0.52 to 0.84) on the 1,000 test maps, no gain that can be told; "
            "noise of 0.1 to 0.5 on the force frees the bodies at rest no more often than it costs.",
            *LIMITS,
        ),
    ),
    "cnn_navigation2d": NavigationRecipe(
        summary="The reactive opponent of vin_navigation2d: convolutions over map, goal and body, a force out; 28x28",
        model="ContinuousCNNPolicy",
        config={"size": 28},
        drives=400,
        states=16,
        batch_size=32,
        steps_per_round=200,
        evaluation_sides=(28, 20),
        limitations=(
            "Maps up to 28x28 only, and it does not plan: it comes to rest before walls that stand across its way.",
            "Ten times as many parameters as vin_navigation2d, most of them between the image and its features, as in "
            "the paper's CNN; the head, and what it sees around the body, are the same.",
            "Tried: TRPO on reward alone from these weights (cnn_navigation2d_rl), stopped after 69,806 steps: success "
            "on 200 validation maps 78.5 % after 59,843 of them, 79.0 % after 9,957, no gain that can be told.",
            *LIMITS,
        ),
    ),
    "vin_navigation2d_rl": NavigationReinforcementRecipe(
        summary="vin_navigation2d, trained by imitation, then by TRPO on reward alone; 28x28",
        init_from="vin_navigation2d",
        **FINE_TUNED,
        limitations=LIMITS[:2],
    ),
    "cnn_navigation2d_rl": NavigationReinforcementRecipe(
        summary="cnn_navigation2d, trained by imitation, then by TRPO on reward alone; 28x28",
        model="ContinuousCNNPolicy",
        init_from="cnn_navigation2d",
        **FINE_TUNED,
        limitations=LIMITS[:2],
    ),
}
