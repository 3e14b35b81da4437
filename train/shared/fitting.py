"""Fit a compiled model epoch by epoch, so that a run that is killed ends as if nothing had happened.

Every epoch is a `fit` of its own on data that is made for it: which batches it has, and in what order, is a function of
the recipe and of the epoch's number, never of what ran before in the same process. Keras' own shuffling draws from
Python's global generator, and its `BackupAndRestore` hands its first epoch on to the next `fit`: neither is used.
"""

import math
import time

import keras

from train.shared import devices


def fit(model, progress, epochs, batches, *, validation=None, score=None, label="", callbacks=()):
    """Train a stage, or go on with it; the model ends with the best weights by validation, or else its last.

    Args:
        model: compiled.
        progress: `checkpoint.Progress` of the stage.
        epochs: how many there are in all.
        batches: function, epoch (from 0) -> `keras.utils.PyDataset`.
        validation: data whose loss is a column `val_loss` of the log, or None.
        score: function (epochs done, row) -> value to be as large as possible, or None where nothing is measured in
            this epoch. It may add to the row. Without it the last weights are kept.
        label: what the lines of progress begin with.
        callbacks: for Keras' `fit`.

    Raises:
        ValueError: the loss is no longer a number, or the devices in use cannot share a batch.
    """
    progress.restore(model)
    if validation is not None:
        devices.check_batches(validation)
    while progress.epoch < epochs:
        started, epoch = time.monotonic(), progress.epoch
        with devices.undistributed():
            data = batches(epoch)
        devices.check_batches(data)
        history = model.fit(
            data,
            validation_data=validation,
            initial_epoch=epoch,
            epochs=epoch + 1,
            shuffle=False,
            verbose=0,
            callbacks=[keras.callbacks.TerminateOnNaN(), *callbacks],
        )
        row = {name: float(values[-1]) for name, values in history.history.items()}
        if not math.isfinite(row["loss"]):
            raise ValueError(f"{label}the loss of epoch {epoch + 1} is {row['loss']}; try a smaller learning rate")
        with devices.undistributed():
            value = score(epoch + 1, row) if score else None
        progress.advance(model, row, value, time.monotonic() - started)
        print(_line(label, progress, epochs), flush=True)
    progress.restore_best(model)


def tensorboard(folder):
    """Callbacks that draw the log in TensorBoard: `tensorboard --logdir runs`. Needs TensorFlow.

    Args:
        folder: where its files go, or None for no callback.
    """
    return [keras.callbacks.TensorBoard(str(folder), write_graph=False)] if folder else []


def _line(label, progress, epochs):
    numbers = ", ".join(f"{name} {value:.4f}" for name, value in progress.rows[-1].items() if value is not None)
    return f"{label}epoch {progress.epoch}/{epochs}: {numbers} ({progress.seconds:.0f} s)"
