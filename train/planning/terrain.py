"""Train planners over terrain from pictures and shown paths: `python -m train vin_moon`."""

import dataclasses

import keras
import numpy as np

from pnzoo.evaluation import terrain
from pnzoo.models.planning.path_learning import PathsModel, optimal_set_loss
from pnzoo.worlds.terrain import WORLDS, draw_scenes, optimal_actions
from train.shared import entry, fitting
from train.shared.checkpoint import Progress
from train.shared.entry import Trainer
from train.shared.recipe import Recipe
from train.shared.run_folder import open_run

PAPER = "Tamar et al. 2016, Value Iteration Networks, arXiv 1602.02867, section 4.2"
OBJECTIVES = ("paths", "obstacles")
CAUTIONS = {"moon": (0.5, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0)}  # of the curve on a card, beside the model's own
CHOICES = (1.0, 1.5, 2.0, 2.5, 3.0, 4.0)  # of which an entry gets the one that is best on validation ground
VALIDATION_SCENES = 512
VALIDATION_SEED = 9_610
WARMUP = 200  # steps


@dataclasses.dataclass(frozen=True)
class TerrainRecipe(Recipe):
    """How a planner over terrain is trained. Every field is an option of the command line."""

    model: str = "TerrainVIN"
    world: str = "relief"  # of `pnzoo.terrain.WORLDS`
    objective: str = "paths"  # shown paths; or "obstacles", the privileged upper line: which cells cannot be entered
    cells: int = 16  # of a scene's side
    epochs: int = 20
    steps_per_epoch: int = 100
    batch_size: int = 32  # pictures
    goals_per_picture: int = 4  # goals to which paths are shown on each
    crossed_weight: float = 0.0  # of the loss of cells: those on any shown path can be entered, the others cannot
    learning_rate: float = 2e-3
    weight_decay: float = 1e-3
    evaluation_cells: tuple = (16,)  # sides that it is measured on

    def __post_init__(self):
        super().__post_init__()
        if self.world not in WORLDS or self.objective not in OBJECTIVES:
            raise ValueError(
                f"world is one of {', '.join(WORLDS)} and objective one of {', '.join(OBJECTIVES)}; "
                f"got {self.world!r}, {self.objective!r}"
            )

    def quick(self):
        """The same in a few steps, to see that everything works."""
        return dataclasses.replace(self, epochs=1, steps_per_epoch=2, batch_size=4, goals_per_picture=2)


class ShownPaths(keras.utils.PyDataset):
    """One epoch of scenes, goals and all shortest paths to them; batch i is a function of the seed and i alone.

    Args:
        recipe: `TerrainRecipe`.
        part: "train" or "val".
        seed: tuple of ints.
        batches: how many.
        mirrored: see `pnzoo.terrain.draw_scenes`.
    """

    def __init__(self, recipe, part, seed, batches, mirrored):
        super().__init__(workers=2, use_multiprocessing=False, max_queue_size=8)
        self.recipe, self.part, self.seed, self.batches, self.mirrored = recipe, part, seed, batches, mirrored

    def __len__(self):
        return self.batches

    def __getitem__(self, index):
        recipe, rng = self.recipe, np.random.default_rng((*self.seed, 1 + index))
        scenes = draw_scenes(recipe.world, self.part, recipe.batch_size, rng, recipe.cells, self.mirrored)
        if recipe.objective == "obstacles":
            return scenes.pictures, np.isinf(scenes.costs).astype("float32")[..., None]
        goals, actions = shown_paths(scenes.costs, recipe.goals_per_picture, rng, recipe.world != "tiles")
        inputs = {"picture": scenes.pictures, "goals": goals}
        if not recipe.crossed_weight:
            return inputs, actions
        return inputs, {"moves": actions, "doubt": 1.0 - crossed(goals, actions)[..., None].astype("float32")}


def shown_paths(costs, goals, rng, lengths=True):
    """Goals on each scene and the optimal moves of every cell from which a path leads there.

    Args:
        costs: float [B, H, W], inf where one cannot go.
        goals: how many on each scene.
        rng: `numpy.random.Generator`.
        lengths: see `pnzoo.terrain.path_costs`.

    Returns:
        goals int32 [B, G, 2]; moves bool [B, G, H, W, 8], all False where no path is shown.
    """
    chosen = np.zeros((len(costs), goals, 2), "int32")
    actions = np.zeros((len(costs), goals, *costs.shape[1:], 8), bool)
    for i, cost in enumerate(costs):
        free = np.argwhere(np.isfinite(cost))
        if len(free):
            chosen[i] = free[rng.integers(len(free), size=goals)]
            # Nobody shows a path that starts where one cannot go.
            actions[i] = optimal_actions(cost, chosen[i], lengths) & np.isfinite(cost)[..., None]
    return chosen, actions


def crossed(goals, actions):
    """Cells that lie on a shown path: every path that is shown starts in one of them.

    Args:
        goals: int [B, G, 2].
        actions: bool [B, G, H, W, 8], the moves that are shown.

    Returns:
        bool [B, H, W].
    """
    seen = actions.any(axis=(1, 4))
    reached = actions.any(axis=(2, 3, 4))  # [B, G]: goals that anybody went to
    batch, goal = np.nonzero(reached)
    seen[batch, goals[batch, goal, 0], goals[batch, goal, 1]] = True
    return seen


class ObstaclesModel(keras.Model):
    """A planner's encoder alone: log odds that each cell cannot be entered, [B, H, W, 1]."""

    def __init__(self, planner, **kwargs):
        super().__init__(**kwargs)
        self.planner, self.built = planner, True

    def call(self, picture, training=None):
        return self.planner.encoder(picture, training=training)


def train(recipe, folder, command="", overwrite=False, tensorboard=None):
    """See `entry.Trainer`."""
    with open_run(folder, recipe, overwrite) as folder:
        keras.utils.set_random_seed(recipe.seed)
        model = entry.build(recipe)
        progress = Progress(folder / "stage0.npz", recipe.digest())
        learner = compiled(model, recipe)
        validation = ShownPaths(
            recipe, "val", (VALIDATION_SEED,), max(1, VALIDATION_SCENES // recipe.batch_size), mirrored=False
        )
        fitting.fit(
            learner,
            progress,
            recipe.epochs,
            lambda epoch: ShownPaths(recipe, "train", (recipe.seed, epoch), recipe.steps_per_epoch, mirrored=True),
            validation=validation,
            score=lambda epoch, row: -row["val_loss"],
            callbacks=fitting.tensorboard(tensorboard),
        )
        model.caution = chosen_caution(model, recipe)
        entry.save(model, folder, card(recipe, progress, command))
    return model


def chosen_caution(model, recipe):
    """The caution whose plans on validation ground have the largest sum of success and optimal rate."""
    if recipe.world not in CAUTIONS:
        return model.caution
    measured = terrain.terrain_set(recipe.world, "val", 2 * VALIDATION_SCENES, VALIDATION_SEED, recipe.cells)
    rates = {c: [metric.value for metric in terrain.evaluate(model, measured, c)[:2]] for c in CHOICES}
    return max(CHOICES, key=lambda caution: sum(rates[caution]))


def compiled(model, recipe):
    """What is trained: the planner through its paths, or its encoder through obstacles."""
    steps = recipe.epochs * recipe.steps_per_epoch
    rate = keras.optimizers.schedules.CosineDecay(
        recipe.learning_rate / 20, steps, alpha=0.01, warmup_target=recipe.learning_rate,
        warmup_steps=min(WARMUP, steps // 4),
    )  # fmt: skip
    optimizer = keras.optimizers.AdamW(rate, weight_decay=recipe.weight_decay, global_clipnorm=1.0)
    if recipe.objective == "obstacles":
        learner, loss = ObstaclesModel(model), keras.losses.BinaryCrossentropy(from_logits=True)
        weights = None
    elif recipe.crossed_weight:
        learner, weights = PathsModel(model, doubt=True), {"moves": 1.0, "doubt": recipe.crossed_weight}
        loss = {"moves": optimal_set_loss, "doubt": keras.losses.BinaryCrossentropy(from_logits=True)}
    else:
        learner, loss, weights = PathsModel(model), optimal_set_loss, None
    learner.compile(optimizer, loss, loss_weights=weights, jit_compile=keras.backend.backend() == "jax")
    return learner


def card(recipe, progress, command):
    """What is known of a model when its training ends."""
    taught = {
        "paths": f"the optimal moves of all cells from which a path leads to one of {recipe.goals_per_picture} goals a "
        "picture, nothing of elevation",
        "obstacles": "which cells cannot be entered: more than paths tell",
    }[recipe.objective]
    side = max(recipe.evaluation_cells)
    return entry.training_card(
        recipe,
        task="terrain",
        training="imitation",
        paper=PAPER,
        data=f"pictures of {recipe.world}, part train, {recipe.cells}x{recipe.cells} cells; {taught}",
        trained_on=entry.trained_on([recipe.cells], side),
        command=command,
        seconds=progress.seconds,
        rows=progress.rows,
    )


def evaluate(model, name, recipe, card, options):
    """Metrics for a card: see `entry.Trainer`."""
    metrics = []
    for cells in recipe.evaluation_cells:
        number = options["num_maps"] or terrain.SCENES
        command = f"pnzoo evaluate {name} --world {recipe.world} --cells {cells} --num-maps {number}"
        measured = terrain.terrain_set(recipe.world, n=number, cells=cells)
        for caution in (None, *CAUTIONS.get(recipe.world, ())):
            more = "" if caution is None else f" --caution {caution:g}"
            found = terrain.evaluate(model, measured, caution)
            metrics += [metric.replace(command=command + more, seeds=(card["seed"],)) for metric in found]
    return metrics


def flops(model, recipe):
    """Floating point operations for a card."""
    from pnzoo.analysis import flops as count_flops

    side = recipe.cells * model.cell
    shape = {"picture": (1, side, side, model.channels), "goal": (1, 2)}
    return {"value": count_flops(model, shape), "per": f"one picture of {side}x{side} pixels", "input_shape": shape}


TRAINER = Trainer(train=train, evaluate=evaluate, flops=flops)

TILES = TerrainRecipe(
    summary="Plans over pictures of tiles, 8x8 pixels each, learned from shown paths on 12x12 tiles; any size",
    config={"channels": 3, "filters": [16, 32, 32], "wide_view": False, "k": 30, "diagonal_cost": 1.0},
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
RECIPES = {
    "vin_tiles": TILES,
    "vin_moon": TerrainRecipe(
        summary="Plans over the Moon from a picture alone, learned from shown paths; any size",
        config={"k": 30, "filters": [16, 32, 64]},
        world="moon",
        goals_per_picture=2,
        crossed_weight=1.0,
        epochs=50,
        steps_per_epoch=100,
        limitations=(
            "For pictures lit from the north-west at 45 degrees (hillshade), 64 pixels a degree of the Moon, cells of "
            "8x8 pixels: 3.8 km.",
            "Trained with caution 1; the entry's own was chosen on validation ground, where the sum of success and "
            "optimal rate is largest.",
            "Impassable is a cell whose mean slope exceeds 7 degrees; nothing is known of rocks, shadows and dust.",
        ),
    ),
}
