"""One file that holds a stage of training after its last whole epoch: everything that it needs to go on exactly.

A stage is a part of a run with one data set and one optimizer. Its file has the weights, the optimizer's variables, the
best weights by validation, and the facts: epochs done, rows of the log, best value, seconds spent. It is replaced whole
or not at all, so a run that is killed goes on from its last whole epoch, and ends as if nothing had happened.
The format is NumPy's `.npz`: its archive has a checksum for every array, so damage is found when it is read.
"""

import dataclasses
import io
import json
import pathlib
import warnings

import numpy as np

from pnzoo.core import atomic
from train.shared import run_folder, watching

FACTS = "facts"


def write(path, arrays, facts):
    """Replace a checkpoint; a kill or a full disk leaves the old one as it was.

    Args:
        path: the file.
        arrays: dict, name -> array.
        facts: dict that JSON can hold.

    Raises:
        OSError: the disk is full, or the folder cannot be written.
    """
    buffer = io.BytesIO()
    np.savez(buffer, **{FACTS: np.frombuffer(json.dumps(facts).encode(), "uint8")}, **arrays)
    atomic.write_bytes(path, buffer.getvalue())


def read(path):
    """(arrays, facts) of a checkpoint.

    Raises:
        FileNotFoundError: there is none.
        ValueError: the file is damaged.
    """
    data = pathlib.Path(path).read_bytes()
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        return arrays, json.loads(arrays.pop(FACTS).tobytes())
    except Exception as error:  # the bytes are in memory: whatever fails now is the file's own damage
        raise ValueError(f"{path} is damaged ({error})") from error


def resume(path, digest):
    """(arrays, facts) to go on from, or None to start from the beginning.

    Args:
        path: the checkpoint.
        digest: of the recipe that trains (`Recipe.digest`).

    Raises:
        ValueError: it is a checkpoint of another recipe.
    """
    try:
        arrays, facts = read(path)
    except FileNotFoundError:
        return None
    except ValueError as error:
        # Every draw is a function of the seed, so the same training comes out of the start.
        warnings.warn(f"{error}: this stage is trained again from its start, to the same end.", stacklevel=2)
        return None
    if facts.get("recipe") != digest:
        raise ValueError(run_folder.another_recipe(pathlib.Path(path).parent))
    return arrays, facts


@dataclasses.dataclass
class Progress:
    """How far a stage is, in one file.

    Args:
        path: of the checkpoint.
        digest: of the recipe that trains.

    Attributes:
        epoch: whole epochs done.
        rows: of the log, a dict for each epoch.
        best: the best value by validation so far, or None.
        best_epoch: after which epoch.
        seconds: spent, over all starts of the run.
        arrays: of the checkpoint, by name.
    """

    path: pathlib.Path
    digest: str
    epoch: int = 0
    rows: list = dataclasses.field(default_factory=list)
    best: float | None = None
    best_epoch: int | None = None
    seconds: float = 0.0
    arrays: dict = dataclasses.field(default_factory=dict, repr=False)

    FACTS = ("epoch", "rows", "best", "best_epoch", "seconds")

    def __post_init__(self):
        stored = resume(self.path, self.digest)
        if stored:
            self.arrays, facts = stored
            vars(self).update({name: facts[name] for name in self.FACTS})
            self._write_log()  # a kill may have come between the checkpoint and its log

    def restore(self, model):
        """Give a compiled model the weights and the optimizer's state of the checkpoint, if there is one."""
        model.optimizer.build(model.trainable_variables)
        if self.arrays:
            self._assign("model", model.variables)
            self._assign("optimizer", model.optimizer.variables)

    def restore_best(self, model):
        """Give a model the best weights by validation, or the last ones where nothing was validated."""
        if self.arrays:
            self._assign("best" if self.best is not None else "model", model.variables)

    def advance(self, model, row, value, seconds):
        """Note an epoch, and write everything down.

        Args:
            model: that was trained.
            row: dict of numbers, for the log.
            value: by validation, larger is better; None where nothing was measured.
            seconds: that the epoch took.
        """
        self.epoch, self.rows, self.seconds = self.epoch + 1, [*self.rows, row], self.seconds + seconds
        best = {name: array for name, array in self.arrays.items() if name.startswith("best/")}
        now = _arrays("model", model.variables)
        if value is not None and (self.best is None or value > self.best):
            self.best, self.best_epoch = value, self.epoch
            best = {name.replace("model", "best", 1): array for name, array in now.items()}
        self.arrays = now | best | _arrays("optimizer", model.optimizer.variables)
        facts = {"recipe": self.digest, **{name: getattr(self, name) for name in self.FACTS}}
        write(self.path, self.arrays, facts)
        self._write_log()
        watching.tell(row)

    def _write_log(self):
        run_folder.write_log(self.path.with_suffix(".csv"), self.rows)

    def _assign(self, group, variables):
        names = [name for name in self.arrays if name.startswith(f"{group}/")]
        shapes = [self.arrays[name].shape for name in names]
        if shapes != [tuple(variable.shape) for variable in variables]:
            raise ValueError(
                f"{self.path} holds {len(names)} arrays for {group} that do not fit this model's {len(variables)}; "
                "it was written by another version of Keras or pnzoo: pass --overwrite to start over"
            )
        for name, variable in zip(names, variables, strict=True):
            variable.assign(self.arrays[name])


def _arrays(group, variables):
    from keras import ops

    return {f"{group}/{i}": np.array(ops.convert_to_numpy(variable)) for i, variable in enumerate(variables)}
