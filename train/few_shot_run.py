"""The life of a few-shot run: train, resume, validate, keep the best, test, publish."""

import dataclasses
import importlib
import json
import pathlib
import shutil

import keras
import numpy as np

from pnzoo import episode_exam, hub, omniglot
from pnzoo.episode_stream import EpisodeStream
from pnzoo.fine_tuning import copy
from pnzoo.models.matching import encode_all
from train.episode_trainer import EpisodeTrainer, episode_loss, neighbour_accuracy, neighbour_loss, pair_loss
from train.pace import Pace

PAPER = {"5w1s": 0.981, "5w5s": 0.989, "20w1s": 0.938, "20w5s": 0.985}
OBJECTIVES = {
    "episodes": (episode_loss(), "accuracy"),
    "neighbours": (neighbour_loss, neighbour_accuracy),
    "pairs": (pair_loss, "accuracy"),
}


def train(recipe, folder, *, command, fresh=False, verbose=2):
    """Train by a recipe, or go on with a run that was stopped.

    Args:
        recipe: `recipes_matching.Recipe`.
        folder: the run's folder.
        command: the command line, for the card.
        fresh: start over.
        verbose: as in `fit`.

    Returns:
        The trained network, best weights by validation, also saved in `folder / "entry"`.
    """
    folder = pathlib.Path(folder)
    if fresh and folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    _same_recipe(recipe, folder)
    keras.utils.set_random_seed(recipe.seed)
    training, validation = data(recipe)
    trainer = make_trainer(recipe, classes=len(training.images))
    pace = Pace(folder, recipe.learning_rate, recipe.minutes or None, recipe.epochs)
    stream = EpisodeStream(
        training.images, way=recipe.way, shot=recipe.shot, queries=recipe.queries, batch_size=recipe.batch_size,
        steps=recipe.steps, seed=recipe.seed, augment=recipe.augment, epoch=pace.epoch,
        class_targets=bool(recipe.class_weight), every_label=recipe.objective == "neighbours", workers=2, max_queue_size=8,
    )
    validate = Validate(trainer.network, validation, folder, recipe)
    callbacks = [
        pace, validate, keras.callbacks.TerminateOnNaN(),
        keras.callbacks.CSVLogger(str(folder / "history.csv"), append=pace.epoch > 0),
        keras.callbacks.BackupAndRestore(str(folder / "backup"), delete_checkpoint=False),
    ]
    if pace.epoch < recipe.epochs and pace.spent_before < 1:
        trainer.fit(stream, epochs=recipe.epochs, callbacks=callbacks, verbose=verbose)
    validate.finish()
    network = copy(trainer.network)  # in float32, whatever it was trained in
    network.load_weights(folder / "best.weights.h5")
    hub.save(network, folder / "entry", _card(recipe, folder, command, pace.seconds))
    return network


def _same_recipe(recipe, folder):
    path, new = folder / "recipe.json", json.loads(json.dumps(dataclasses.asdict(recipe)))
    if path.exists() and json.loads(path.read_text()) != new:
        raise ValueError(f"{folder} holds a run of another recipe ({path}). Pass --fresh to start over, or --run FOLDER.")
    path.write_text(json.dumps(new, indent=1))


def data(recipe):
    """`Characters` to train on and to validate on (None if the recipe trains on the validation part too)."""
    drawings = omniglot.load()
    training = omniglot.split(drawings, recipe.part, protocol=recipe.protocol)
    watched = recipe.protocol == "vinyals" and recipe.part == "train"
    return training, omniglot.split(drawings, "val") if watched else None


def make_trainer(recipe, classes):
    """Build and compile what `fit` trains."""
    module = importlib.import_module(hub.CLASSES[recipe.model])
    network = getattr(module, recipe.model)(**recipe.config, dtype=recipe.precision)
    trainer = EpisodeTrainer(
        network, recipe.objective, classes if recipe.class_weight else 0, recipe.class_head, recipe.margin
    )
    trainer.build()
    loss, metric = OBJECTIVES[recipe.objective]
    weights = None
    if recipe.class_weight:
        loss, metric = {"episode": loss, "classes": trainer.class_loss}, {"episode": metric, "classes": "accuracy"}
        weights = {"episode": recipe.episode_weight, "classes": recipe.class_weight}
    decay = recipe.weight_decay
    optimizer = keras.optimizers.AdamW(recipe.learning_rate, weight_decay=decay) if decay else keras.optimizers.Adam()
    trainer.compile(optimizer, loss, loss_weights=weights, metrics=metric if weights else [metric], jit_compile=_jit())
    return trainer


def _jit():
    return "auto" if keras.backend.backend() != "torch" else False


class Validate(keras.callbacks.Callback):
    """Accuracy on the validation classes every few epochs; the best weights are kept.

    Without validation classes the last weights are kept, which is right when the number of epochs was fixed by an
    earlier run that had them.
    """

    def __init__(self, network, characters, folder, recipe):
        super().__init__()
        self.network, self.characters = network, characters
        self.every, self.epochs = recipe.validate_every, recipe.epochs
        self.best_file, self.score_file = folder / "best.weights.h5", folder / "best.json"
        self.last = None

    def on_epoch_end(self, epoch, logs=None):
        logs["val_20w1s"] = float("nan")
        if (epoch + 1) % self.every == 0 or epoch + 1 == self.epochs:
            logs["val_20w1s"] = self.check(epoch + 1)

    def check(self, epoch):
        """Measure, and keep the weights if none were better."""
        self.last = epoch
        score = self._score()
        best = json.loads(self.score_file.read_text())["val_20w1s"] if self.score_file.exists() else -1.0
        if score >= best or self.characters is None:
            self.network.save_weights(self.best_file)
            self.score_file.write_text(json.dumps({"epoch": epoch, "val_20w1s": score}))
        return score

    def _score(self):
        if self.characters is None:
            return 0.0
        codes = encode_all(self.network, self.characters.images)
        way = min(20, len(codes))
        return episode_exam.accuracy(self.network, codes, way=way, shot=1, n=400, seed=1)["value"]

    def finish(self):
        """Measure the end of a run that stopped between two validations."""
        self.check(-1)


def _card(recipe, folder, command, seconds):
    best = json.loads((folder / "best.json").read_text())
    return {
        "summary": recipe.summary,
        "paper": "Vinyals et al. 2016, Matching Networks for One Shot Learning, arXiv 1606.04080",
        "command": command,
        "seed": recipe.seed,
        "backend": keras.backend.backend(),
        "data": f"Omniglot 28x28, {recipe.protocol} split, part {recipe.part}, rotations as classes",
        "wall_seconds": round(seconds),
        "recipe": {**dataclasses.asdict(recipe), "best": best},
        "history": _history(folder / "history.csv"),
    }


def _history(path):
    """Columns of the CSV, thinned to at most 60 rows; cells that were not measured become None."""
    table = np.genfromtxt(path, delimiter=",", names=True, ndmin=1)
    rows = np.unique(np.linspace(0, len(table) - 1, min(60, len(table))).astype(int))
    return {
        name: [None if np.isnan(v) else round(float(v), 5) for v in table[name][rows]] for name in table.dtype.names
    }


def evaluate(entry, name, *, episodes, command, seed=2016):
    """Measure an entry on the test split and write the numbers into its card.

    Args:
        entry: folder of the entry.
        name: its name.
        episodes: for each way and shot.
        command: for the card.
        seed: of the episodes.
    """
    network, card = hub.load(entry), hub.card(entry)
    test = omniglot.split(omniglot.load(), "test", protocol=card["recipe"]["protocol"])
    codes = encode_all(network, test.images)
    metrics = []
    for way, shot in episode_exam.TABLE:
        key = f"{way}w{shot}s"
        measured = episode_exam.accuracy(network, codes, way=way, shot=shot, n=episodes, seed=seed)
        on = f"{card['recipe']['protocol']} test split, {way}-way {shot}-shot, 5 queries a class"
        metrics.append({"name": key, **measured, "on": on, "command": command, "paper": PAPER[key]})
        print(f"{name} {key}: {100 * measured['value']:.2f} % {measured['interval']}")
    hub.save(network, entry, {**card, "metrics": metrics})


def publish(entry, name):
    """Copy an entry to the zoo under its name."""
    network, card = hub.load(entry), hub.card(entry)
    print("published", hub.save(network, hub.zoo_folder() / name, card))
