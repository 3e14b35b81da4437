"""One few-shot training run: build, fit, resume, save."""

import dataclasses
import importlib
import json

import keras
import numpy as np

from pnzoo import hub
from pnzoo.episode_stream import EpisodeStream
from pnzoo.fine_tuning import copy
from train import few_shot_data, run
from train.episode_trainer import EpisodeTrainer, episode_loss, neighbour_accuracy, neighbour_loss, pair_loss
from train.pace import Pace
from train.validate import Validate

# objective: loss, metric, what the stream gives as targets
OBJECTIVES = {
    "episodes": (episode_loss(), "accuracy", "queries"),
    "neighbours": (neighbour_loss, neighbour_accuracy, "all"),
    "pairs": (pair_loss, "accuracy", "queries"),
}


def train(recipe, folder, *, command="", fresh=False, verbose=2):
    """Train by a recipe, or go on with a run that was stopped.

    Args:
        recipe: `recipes_matching.Recipe`.
        folder: the run's folder.
        command: the command line, for the card.
        fresh: start over.
        verbose: as in `fit`.

    Returns:
        The trained network in float32, also saved in `folder / "entry"`.
    """
    folder = run.open_folder(folder, recipe, fresh)
    keras.utils.set_random_seed(recipe.seed)
    training = few_shot_data.training(recipe)
    trainer = make_trainer(recipe, classes=len(training.images))
    pace = Pace(folder, recipe.learning_rate, recipe.minutes or None, recipe.epochs)
    callbacks = [
        pace,
        Validate(trainer.network, few_shot_data.validation(recipe), folder, recipe.validate_every),
        keras.callbacks.TerminateOnNaN(),
        keras.callbacks.CSVLogger(str(folder / "history.csv"), append=pace.epoch > 0),
        keras.callbacks.BackupAndRestore(str(folder / "backup"), delete_checkpoint=False),
    ]
    if pace.spent_before < 1:
        stream = make_stream(recipe, training.images, pace.epoch)
        trainer.fit(stream, epochs=recipe.epochs, callbacks=callbacks, verbose=verbose)
    trainer.network.load_weights(folder / "best.weights.h5")
    network = copy(trainer.network, **_at_the_end(recipe))
    hub.save(network, folder / "entry", card(recipe, folder, command))
    return network


def make_stream(recipe, images, epoch=0):
    """The recipe's episodes, from an epoch on."""
    targets = OBJECTIVES[recipe.objective][2]
    return EpisodeStream(
        images,
        way=recipe.way,
        shot=tuple(recipe.shot) if isinstance(recipe.shot, list) else recipe.shot,
        queries=recipe.queries,
        shapes=recipe.shapes,
        support_size=recipe.support_size or None,
        batch_size=recipe.batch_size,
        steps=recipe.steps,
        seed=recipe.seed,
        augment=recipe.augment,
        epoch=epoch,
        targets=(targets, "classes") if recipe.class_weight else targets,
        workers=2,
        max_queue_size=8,
    )


def make_trainer(recipe, classes):
    """Build and compile what `fit` trains."""
    module = importlib.import_module(hub.CLASSES[recipe.model])
    config = {k: v for k, v in recipe.config.items() if k not in _at_the_end(recipe)}
    network = getattr(module, recipe.model)(**config, dtype=recipe.precision)
    network.build_weights()
    if recipe.start_from:
        _start(network, hub.load(recipe.start_from))
    trainer = EpisodeTrainer(
        network, recipe.objective, classes if recipe.class_weight else 0, recipe.class_head, recipe.margin
    )
    trainer.build()
    loss, metric, _ = OBJECTIVES[recipe.objective]
    losses, metrics, weights = loss, [metric], None
    if recipe.class_weight:
        losses, metrics = {"episode": loss, "classes": trainer.class_loss}, {"episode": metric, "classes": "accuracy"}
        weights = {"episode": recipe.episode_weight, "classes": recipe.class_weight}
    decay = recipe.weight_decay or None
    trainer.compile(keras.optimizers.Adam(weight_decay=decay), losses, loss_weights=weights, metrics=metrics)
    return trainer


def _at_the_end(recipe):
    """Arguments that training does without: averaging over views would only multiply its work."""
    return {"views": recipe.config["views"]} if "views" in recipe.config else {}


def _start(network, source):
    """Begin with another network's encoder, and its kernel where both have the same."""
    network.encoder.set_weights(source.encoder.get_weights())
    kernels = [getattr(model, "attention_kernel", None) for model in (network, source)]
    if all(kernels) and kernels[0].kernel == kernels[1].kernel:
        kernels[0].set_weights(kernels[1].get_weights())


def card(recipe, folder, command):
    """What is known of a network when its training ends."""
    return {
        "task": "few-shot",
        "summary": recipe.summary,
        "paper": "Vinyals et al. 2016, Matching Networks for One Shot Learning, arXiv 1606.04080",
        "command": command,
        "seed": recipe.seed,
        "backend": keras.backend.backend(),
        "data": few_shot_data.describe(recipe.data, recipe.protocol, recipe.part),
        "hardware": run.hardware(),
        "wall_seconds": round(run.seconds_spent(folder), 1),
        "recipe": {**dataclasses.asdict(recipe), "kept": json.loads((folder / "best.json").read_text())},
        "limits": list(recipe.limits),
        "history": history(folder / "history.csv"),
    }


def history(path, most=60):
    """Columns of a CSV history, thinned; None where nothing was measured."""
    table = np.genfromtxt(path, delimiter=",", names=True, ndmin=1)
    rows = np.unique(np.linspace(0, len(table) - 1, min(most, len(table))).astype(int))
    columns = {name: table[name][rows] for name in table.dtype.names if name != "epoch"}
    plain = {name: [None if np.isnan(x) else round(float(x), 5) for x in column] for name, column in columns.items()}
    return {"epoch": (rows + 1).tolist(), **plain}
