"""Train policies of a body that moves continuously, by imitation of an expert: `python -m train vin_navigation2d`."""

import keras

from pnzoo.core import seeds
from pnzoo.evaluation import navigation
from train.navigation.drives import Batches, Demonstrations, recipe_seed
from train.shared import entry, fitting
from train.shared.checkpoint import Progress
from train.shared.run_folder import open_run

PAPER = "Tamar et al. 2016, Value Iteration Networks, arXiv 1602.02867, section 4.3"
VALIDATION_MAPS = 200
VALIDATE_EVERY = 3  # rounds


def train(recipe, folder, command="", overwrite=False, tensorboard=None):
    """See `entry.Trainer`."""
    with open_run(folder, recipe, overwrite) as folder:
        keras.utils.set_random_seed(recipe.seed)
        model = entry.build(recipe)
        progress = Progress(folder / "stage0.npz", recipe.digest())
        learner, demonstrations = compiled(model, recipe), Demonstrations(recipe, folder)
        if not demonstrations.read(progress.epoch):  # what it had learned from is lost: again from the start
            progress.path.unlink()
            progress = Progress(progress.path, recipe.digest())
        measured = navigation.navigation_set(VALIDATION_MAPS, recipe.side, "val", seeds.VALIDATION_MAPS[recipe.side])

        def batches(epoch):
            demonstrations.add_round(epoch, model)
            return Batches(demonstrations, epoch)

        def score(epoch, row):
            if epoch % VALIDATE_EVERY and epoch != recipe.rounds:
                return None
            distance, success = navigation.evaluate(model, measured)[:2]
            row |= {"val_distance": distance.value, "val_success": success.value}
            return -distance.value

        fitting.fit(learner, progress, recipe.rounds, batches, score=score, callbacks=fitting.tensorboard(tensorboard))
        entry.save(model, folder, card(recipe, progress, command), weights_dtype="float16")
    return model


def compiled(model, recipe):
    """What is trained: the mean force in many states of each map, by least squares, which is maximum likelihood of a
    Gaussian with a deviation that does not depend on the state.
    """
    steps = recipe.rounds * recipe.steps_per_round
    rate = keras.optimizers.schedules.CosineDecay(
        recipe.learning_rate / 20,
        steps,
        alpha=0.01,
        warmup_target=recipe.learning_rate,
        warmup_steps=min(100, steps // 4),
    )
    learner = model.states_network
    optimizer = keras.optimizers.AdamW(rate, weight_decay=recipe.weight_decay, global_clipnorm=1.0)
    learner.compile(optimizer, "mse", jit_compile=keras.backend.backend() == "jax")
    return learner


def card(recipe, progress, command):
    """What is known of a model when its training ends."""
    return entry.training_card(
        recipe,
        task="navigation",
        training="imitation",
        paper=PAPER,
        data=f"{recipe.maps:,} maps of {recipe.side}x{recipe.side} cells with a goal each, obstacles of the paper's "
        f"distribution; DAgger, {recipe.rounds} rounds of {recipe.drives:,} drives, {recipe.states} states of each",
        trained_on={**entry.trained_on([recipe.side], recipe.side), "maps": recipe.maps, "seed": recipe_seed(recipe)},
        command=command,
        seconds=progress.seconds,
        rows=progress.rows,
    )
