"""Train tiny recipes on one device and on all of this process's: JSON of both logs.

    export KERAS_BACKEND=jax XLA_FLAGS=--xla_force_host_platform_device_count=4
    python -m tests.distribution.training vin FOLDER
"""

import contextlib
import csv
import dataclasses
import json
import pathlib
import sys
from unittest import mock

import keras

from train.planning import imitation
from train.planning.recipes import ImitationRecipe, Stage
from train.shared import devices

VIN = ImitationRecipe(
    config={"k": 5, "channels": 3, "filters": [4], "inverse_temperature": 4.0},
    stages=(Stage(size=6, maps=32, epochs=6, initial_learning_rate=4e-3),),
    batch_size=8,
)


def training_of(name):
    """(what trains, a tiny recipe whose batches four devices can share, a context in which little is validated)."""
    if name == "vin":
        return imitation.train, VIN, mock.patch.object(imitation, "VALIDATION_MAPS", 8)
    from tests.contracts import trainers  # which imports all rooms

    recipe = trainers.recipe_of(name)
    recipe = dataclasses.replace(recipe, batch_size=4) if hasattr(recipe, "batch_size") else recipe
    if hasattr(recipe, "jit_compile"):  # op by op, devices wait for each other at each
        recipe = dataclasses.replace(recipe, jit_compile=True)
    if name == "language":  # its first stage has batches of as many words, and not of as many sentences
        recipe = dataclasses.replace(recipe, pretrain_epochs=0)
    return trainers._room(name, "command").TRAINER.train, recipe, trainers.tiny()


def train(name, folder, count):
    """The log of a recipe trained on so many devices, a dict of numbers for each epoch, and where weights lay."""
    function, recipe, tiny = training_of(name)
    placed = []

    class Spy(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            placed.append(max(len(variable.value.devices()) for variable in self.model.variables))

    with contextlib.ExitStack() as stack:
        stack.enter_context(tiny)
        stack.enter_context(added_callback(Spy()))
        devices.on(function, count)(recipe, folder)
    rows = [row for path in sorted(folder.rglob("*.csv")) for row in csv.DictReader(path.open())]
    return {"rows": [{key: float(value) for key, value in row.items()} for row in rows], "devices": placed}


def added_callback(callback):
    """A block in which every `fit` has one more callback."""
    fit = keras.Model.fit

    def watched(self, *arguments, **options):
        return fit(self, *arguments, **{**options, "callbacks": [*options.get("callbacks", ()), callback]})

    return mock.patch.object(keras.Model, "fit", watched)


def main(name, folder):
    """Print what both trainings logged."""
    counts = (1, len(keras.distribution.list_devices()))
    print(json.dumps({count: train(name, pathlib.Path(folder) / str(count), count) for count in counts}))


if __name__ == "__main__":
    main(*sys.argv[1:])
