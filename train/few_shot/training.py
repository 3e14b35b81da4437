"""One few-shot training run: build, fit, resume, save."""

import dataclasses
import importlib
import json

import keras
import numpy as np

from pnzoo import hub
from pnzoo.data.episode_dataset import EpisodeStream
from pnzoo.few_shot.fine_tuning import copy
from pnzoo.models.few_shot.matching import encode_all
from train.few_shot import data as few_shot_data
from train.few_shot.losses import EpisodeTrainer, episode_loss, neighbour_accuracy, neighbour_loss, pair_loss
from train.few_shot.validation import Validate
from train.shared import run_folder as run
from train.shared.pace import Pace

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
    if recipe.members:
        return _train_members(recipe, folder, command, verbose)
    keras.utils.set_random_seed(recipe.seed)
    training = few_shot_data.training(recipe)
    trainer = make_trainer(recipe, classes=len(training.images), beside=folder.parent)
    pace = Pace(folder, recipe.learning_rate, recipe.minutes or None, recipe.epochs)
    callbacks = [
        pace,
        Validate(
            trainer.network,
            few_shot_data.validation(recipe),
            folder,
            recipe.validate_every,
            within=bool(recipe.held_out),
        ),
        keras.callbacks.TerminateOnNaN(),
        keras.callbacks.CSVLogger(str(folder / "history.csv"), append=pace.epoch > 0),
        keras.callbacks.BackupAndRestore(str(folder / "backup"), delete_checkpoint=False),
    ]
    if pace.spent_before < 1:
        if recipe.frozen_encoder:
            training = training._replace(images=encode_all(trainer.network, training.images))
        stream = make_stream(recipe, training, pace.epoch)
        trainer.fit(stream, epochs=recipe.epochs, callbacks=callbacks, verbose=verbose)
    trainer.network.load_weights(folder / "best.weights.h5")
    network = copy(trainer.network, **_at_the_end(recipe))
    hub.save(network, folder / "entry", card(recipe, folder, command))
    return network


def member_recipes(recipe):
    """The recipe of every member."""
    return [dataclasses.replace(recipe, **{**changes, "members": []}) for changes in recipe.members]


def _train_members(recipe, folder, command, verbose):
    """Train every member in a folder of its own, then put their encoders side by side."""
    recipes = member_recipes(recipe)
    folders = [folder / f"member{i + 1}" for i in range(len(recipes))]
    trained = [train(one, place, verbose=verbose) for one, place in zip(recipes, folders, strict=True)]
    kept = [network for network, one in zip(trained, recipes, strict=True) if one.joined]
    network = kept[0] if len(kept) == 1 else join(kept, **_at_the_end(recipe))
    seconds = [hub.card(place / "entry")["wall_seconds"] for place in folders]
    # the curves on the card are the last member's
    facts = {**card(recipe, folders[-1], command), "wall_seconds": round(sum(seconds), 1)}
    hub.save(network, folder / "entry", facts)
    return network


def join(networks, **changes):
    """One `MatchingNetwork` whose encoder holds those of several.

    Where all compare codes alike, so does it, with the geometric mean of their scales; otherwise each member's codes
    keep the kernel that they were trained with.

    Args:
        networks: `MatchingNetwork`s without context, with a learned scale.
        **changes: its other arguments.
    """
    settings = [network.settings for network in networks]
    members = [{"encoder": one["encoder"], **one["encoder_options"]} for one in settings]
    kernels = [one["kernel"] for one in settings]
    alike = len(set(kernels)) == 1 and "aligned" not in kernels
    kernel = kernels[0] if alike else kernels
    network = type(networks[0])(encoder="joint", encoder_options={"members": members}, kernel=kernel, **changes)
    network.build_weights()
    for member, source in zip(network.encoder.members, networks, strict=True):
        member.set_weights(source.encoder.get_weights())
    if alike:
        scales = [float(keras.ops.convert_to_numpy(one.attention_kernel.log_scale)) for one in networks]
        network.attention_kernel.log_scale.assign(sum(scales) / len(scales))
    else:
        for part, source in zip(network.attention_kernel.kernels, networks, strict=True):
            part.set_weights(source.attention_kernel.get_weights())
    return network


def make_stream(recipe, characters, epoch=0):
    """The recipe's episodes of `Characters`, from an epoch on."""
    targets = OBJECTIVES[recipe.objective][2]
    return EpisodeStream(
        characters.images,
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
        group=few_shot_data.groups(characters) if recipe.whole_alphabets else None,
        workers=2,
        max_queue_size=8,
    )


def make_trainer(recipe, classes, beside=None):
    """Build and compile what `fit` trains; a start from `"member1"` is looked up in the folder `beside`."""
    module = importlib.import_module(hub.CLASSES[recipe.model])
    config = {k: v for k, v in recipe.config.items() if k not in _at_the_end(recipe)}
    network = getattr(module, recipe.model)(**config, dtype=recipe.precision)
    network.build_weights()
    if recipe.start_from:
        earlier = recipe.start_from.startswith("member")
        _start(network, hub.load(beside / recipe.start_from / "entry" if earlier else recipe.start_from))
    network.encoder.trainable = not recipe.frozen_encoder
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
