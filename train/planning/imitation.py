"""Train the planners of the zoo by imitation of shortest paths: `python -m train vin16`."""

import keras

from pnzoo import hub
from pnzoo.core import seeds
from pnzoo.core.model import named_weights
from train.planning import labels
from train.planning.learners import CellsModel, DistanceModel
from train.shared import entry, fitting
from train.shared.checkpoint import Progress
from train.shared.run_folder import open_run

VALIDATION_MAPS = 500
VALIDATION_SEED = seeds.VALIDATION_MAPS.start  # + size
PAPER = "Tamar et al. 2016, Value Iteration Networks, arXiv 1602.02867"


def train(recipe, folder, command="", overwrite=False, tensorboard=None, data=labels.data):
    """Train by a recipe, or go on with a run that was stopped, as `entry.Trainer` says.

    Args:
        data: in place of `labels.data`, whose arguments it takes.

    Returns:
        The best model by validation, also saved in `folder / "entry"`.
    """
    with open_run(folder, recipe, overwrite) as folder:
        keras.utils.set_random_seed(recipe.seed)
        model = entry.build(recipe)
        if recipe.init_from:
            transfer_weights(hub.load(recipe.init_from), model)
        own = {name: getattr(model, name) for name in model.options()}
        stages = [train_stage(model, recipe, i, folder, tensorboard, data) for i in range(len(recipe.stages))]
        set_options(model, own)
        entry.save(model, folder, card(recipe, stages, command))
    return model


def train_stage(model, recipe, number, folder, tensorboard=None, data=labels.data):
    """Train one stage, or what a stopped run left of it: maps of one size, a learning rate that falls.

    Returns:
        Its `Progress`. The last stage leaves the model its best weights, an earlier one hands on its last.
    """
    stage, last = recipe.stages[number], number == len(recipe.stages) - 1
    progress = Progress(folder / f"stage{number}.npz", recipe.digest())
    if progress.epoch == stage.epochs:
        progress.restore_best(model)
        return progress
    own = {name: value for name, value in type(model)(**recipe.config).get_config().items() if name in model.options()}
    set_options(model, {**own, **({"k": stage.k} if stage.k else {}), **stage.model_options})
    learner = learner_of(model, recipe, stage)
    compile_for(learner, recipe, stage)
    training, validation = stage_data(recipe, number, data)
    size, cells = recipe.batch_size, recipe.cells_per_map
    fitting.fit(
        learner,
        progress,
        stage.epochs,
        lambda epoch: labels.Batches(*training, size, cells, (recipe.seed, number, epoch)),
        validation=labels.Batches(*validation, size, cells, recipe.seed, shuffle=False),
        score=(lambda epoch, row: -row["val_loss"]) if last else None,
        label=f"stage {number + 1}/{len(recipe.stages)}, {stage.size}x{stage.size}, ",
        callbacks=fitting.tensorboard(tensorboard and tensorboard / f"stage{number}"),
    )
    return progress


def stage_data(recipe, number, data=labels.data):
    """What a stage learns from, and what it is validated on: two results of `data`, see `labels.data`."""
    stage = recipe.stages[number]
    seed = recipe.seed * 10 + (0 if recipe.reuse_maps else number)  # maps of a stage have a seed of their own
    return data(recipe, stage, seed, stage.maps), data(recipe, stage, VALIDATION_SEED + stage.size, VALIDATION_MAPS)


def learner_of(model, recipe, stage):
    """What a stage trains: the model itself, or another model of the same weights."""
    if stage.target == "distance":
        return DistanceModel(model)
    return CellsModel(model) if recipe.cells_per_map else model


def compile_for(model, recipe, stage):
    """Compile a model for a stage: its loss, and an optimizer whose rate falls in a straight line."""
    steps = -(-stage.maps // recipe.batch_size) * stage.epochs
    rate = keras.optimizers.schedules.PolynomialDecay(stage.initial_learning_rate, steps, stage.end_learning_rate)
    clip = {"global_clipnorm": recipe.global_clipnorm} if recipe.global_clipnorm else {}
    optimizers = {
        "adam": lambda: keras.optimizers.Adam(rate, **clip),
        "rmsprop": lambda: keras.optimizers.RMSprop(rate, rho=0.9, epsilon=1e-6, **clip),
    }
    losses = {"action": keras.losses.CategoricalCrossentropy(from_logits=True), "distance": "mse"}
    model.compile(
        optimizers[recipe.optimizer](),
        losses[stage.target],
        jit_compile=keras.backend.backend() != "torch" and recipe.jit_compile,
    )


def transfer_weights(donor, model):
    """Copy the donor's weights wherever name and shape agree; the others stay as they were initialised."""
    given = named_weights(donor)
    for name, weight in named_weights(model).items():
        other = given.get(name)
        if other is not None and other.shape == weight.shape:
            weight.assign(other)


def set_options(model, options):
    """Set those of the options that the weights do not depend on; untied weights have their own k."""
    for name, value in options.items():
        fixed_k = name == "k" and not getattr(model, "tied", True)
        if name in model.options() and not fixed_k:
            setattr(model, name, value)


def card(recipe, stages, command):
    """What is known of a model when its training ends."""
    sizes = " then ".join(dict.fromkeys(f"{stage.size}x{stage.size}" for stage in recipe.stages))
    families = dict.fromkeys(family for stage in recipe.stages for family in stage.families)
    kinds = ", ".join({"open": "the paper's distribution"}.get(family, family) for family in families)
    every_cell, on_paths = "every reachable cell, its set of optimal moves", f"{recipe.paths_per_map} paths a map"
    targets = f"one label for each state on {on_paths}" if recipe.paths_per_map else every_cell
    return entry.training_card(
        recipe,
        task="planning",
        training="imitation",
        paper=PAPER,
        data=f"generated maps ({kinds}), {sizes}; {targets}",
        trained_on=entry.trained_on([stage.size for stage in recipe.stages], recipe.side),
        command=command,
        seconds=sum(progress.seconds for progress in stages),
        rows=[row for progress in stages for row in progress.rows],
    )
