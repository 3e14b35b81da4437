"""Train planners over terrain from pictures and shown paths: `python -m train vin_moon`."""

import keras
import numpy as np

from pnzoo.evaluation import terrain
from pnzoo.models.planning.path_learning import PathsModel, optimal_set_loss
from train.shared import entry, fitting
from train.shared.checkpoint import Progress
from train.shared.run_folder import open_run
from train.terrain.evaluation import CAUTIONS
from train.terrain.shown_paths import ShownPaths
from train.terrain.solver_model import RULES, SolverModel, mean_loss

PAPER = "Tamar et al. 2016, Value Iteration Networks, arXiv 1602.02867, section 4.2"
CHOICES = (1.0, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0)  # of which an entry gets the one that is best on validation ground
VALIDATION_SCENES = 512
VALIDATION_SEED = 9_610
WARMUP = 200  # steps


class ObstaclesModel(keras.Model):
    """A planner's encoder alone: log odds that each cell cannot be entered, [B, H, W, 1]."""

    def __init__(self, planner, **kwargs):
        super().__init__(**kwargs)
        self.planner, self.built = planner, True

    def call(self, picture, training=None):
        encoder = self.planner.view if training else self.planner.encoder
        return encoder(picture, training=training)


def train(recipe, folder, command="", overwrite=False, tensorboard=None):
    """See `entry.Trainer`."""
    with open_run(folder, recipe, overwrite) as folder:
        keras.utils.set_random_seed(recipe.seed)
        model = entry.build(recipe)
        progress = Progress(folder / "stage0.npz", recipe.digest())
        learner = compiled(model, recipe)
        validation = ShownPaths(
            recipe, "val", (VALIDATION_SEED,), max(1, VALIDATION_SCENES // recipe.batch_size), augmented=False
        )
        fitting.fit(
            learner,
            progress,
            recipe.epochs,
            lambda epoch: ShownPaths(recipe, "train", (recipe.seed, epoch), recipe.steps_per_epoch, augmented=True),
            validation=validation,
            score=lambda epoch, row: -row["val_loss"],
            callbacks=fitting.tensorboard(tensorboard),
        )
        if hasattr(model, "caution"):
            model.caution = chosen_caution(model, recipe)
        entry.save(model, folder, card(recipe, progress, command))
    return model


def chosen_caution(model, recipe):
    """The caution that is best on validation ground.

    Of success and optimal rate, the one that is less above what was asked shall be as far above as can be; where
    nothing was asked, their sum is as large as can be.
    """
    if recipe.world not in CAUTIONS:
        return model.caution
    measured = terrain.terrain_set(recipe.world, "val", 2 * VALIDATION_SCENES, VALIDATION_SEED, recipe.cells)
    rates = {c: [metric.value for metric in terrain.evaluate(model, measured, c)[:2]] for c in CHOICES}
    if recipe.asked:
        return max(CHOICES, key=lambda caution: min(np.subtract(rates[caution], recipe.asked)))
    return max(CHOICES, key=lambda caution: sum(rates[caution]))


def compiled(model, recipe):
    """What is trained: the planner through its paths, its costs through a solver, or its encoder through obstacles."""
    steps = recipe.epochs * recipe.steps_per_epoch
    rate = keras.optimizers.schedules.CosineDecay(
        recipe.learning_rate / 20, steps, alpha=0.01, warmup_target=recipe.learning_rate,
        warmup_steps=min(WARMUP, steps // 4),
    )  # fmt: skip
    optimizer = keras.optimizers.AdamW(rate, weight_decay=recipe.weight_decay, global_clipnorm=1.0)
    if recipe.objective == "obstacles":
        learner, loss = ObstaclesModel(model), keras.losses.BinaryCrossentropy(from_logits=True)
        weights = None
    elif recipe.objective in RULES:
        learner = SolverModel(model, recipe.objective, recipe.world != "tiles", recipe.strength)
        loss, weights = mean_loss, None
    elif recipe.crossed_weight:
        learner, weights = PathsModel(model, doubt=True), {"moves": 1.0, "doubt": recipe.crossed_weight}
        loss = {"moves": optimal_set_loss, "doubt": keras.losses.BinaryCrossentropy(from_logits=True)}
    else:
        learner, loss, weights = PathsModel(model), optimal_set_loss, None
    learner.compile(optimizer, loss, loss_weights=weights, jit_compile=keras.backend.backend() == "jax")
    return learner


def card(recipe, progress, command):
    """What is known of a model when its training ends."""
    paths = (
        f"the optimal moves of all cells from which a path leads to one of {recipe.goals_per_picture} goals a picture, "
        "nothing of elevation"
    )
    obstacles = "which cells cannot be entered: more than paths tell"
    taught = obstacles if recipe.objective == "obstacles" else paths
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
