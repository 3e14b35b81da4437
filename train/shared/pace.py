"""A run's clock: a learning rate that follows elapsed time, so that a budget in minutes is used well."""

import json
import math
import pathlib
import time

import keras

from train.shared.run_folder import seconds_spent


class Pace(keras.callbacks.Callback):
    """Warm-up and cosine decay over a budget of minutes or epochs, surviving restarts; stops when it is used up.

    Elapsed time is written to `clock.json` after every epoch, so a run that is killed and started again goes on
    where it was, in time and in learning rate.

    Args:
        folder: the run's folder, where `BackupAndRestore` writes to `backup`.
        learning_rate: the highest.
        minutes: budget of wall-clock minutes, or None to go by epochs.
        epochs: budget of epochs (an upper limit when minutes are given).
        warmup: share of the budget over which the rate rises from nothing.
    """

    def __init__(self, folder, learning_rate, minutes=None, epochs=None, warmup=0.02):
        super().__init__()
        self.path = pathlib.Path(folder) / "clock.json"
        self.peak, self.minutes, self.epochs, self.warmup = learning_rate, minutes, epochs, warmup
        self.before, self.epoch = seconds_spent(folder), epochs_done(folder)
        self.started = None

    @property
    def seconds(self):
        """Seconds spent, over all starts of the run."""
        return self.before + (time.monotonic() - self.started if self.started else 0.0)

    @property
    def spent(self):
        """Share of the budget spent, 0 to 1."""
        steps = self.epochs and (self.epoch + self.batch / self.params["steps"]) / self.epochs
        by_time = self.minutes and self.seconds / 60 / self.minutes
        return min(1.0, by_time or steps or 0.0)

    @property
    def spent_before(self):
        """Share of the budget that earlier starts of the run spent."""
        by_time = self.before / 60 / self.minutes if self.minutes else 0.0
        return max(by_time, self.epoch / self.epochs if self.epochs else 0.0)

    def on_train_begin(self, logs=None):
        self.started, self.batch = time.monotonic(), 0

    def on_train_batch_begin(self, batch, logs=None):
        self.batch = batch
        self.model.optimizer.learning_rate = self.peak * shape(self.spent, self.warmup)

    def on_epoch_end(self, epoch, logs=None):
        self.epoch, self.batch = epoch + 1, 0
        self.path.write_text(json.dumps({"seconds": self.seconds}))
        if logs is not None:
            logs["minutes"] = self.seconds / 60
        if self.minutes and self.seconds >= 60 * self.minutes:
            self.model.stop_training = True


def shape(spent, warmup=0.02):
    """The share of the highest rate when a share `spent` of the budget is gone: linear rise, cosine fall to 0.

    Example:
        >>> round(shape(0.51), 6), shape(1.0)
        (0.5, 0.0)
    """
    if spent < warmup:
        return max(spent / warmup, 0.01)
    return 0.5 * (1 + math.cos(math.pi * (spent - warmup) / (1 - warmup)))


def epochs_done(folder):
    """Epochs that the backup in a run's folder holds, so where `fit` will go on."""
    backup = pathlib.Path(folder) / "backup"
    # while a backup is being written, the one before it still counts
    for name in ("training_metadata.json.bkp", "training_metadata.json"):
        if (backup / name).exists():
            return json.loads((backup / name).read_text())["epoch"]
    return 0
