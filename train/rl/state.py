"""How far a run of reinforcement learning is, and everything that it needs to go on after a kill."""

import json
import pathlib

import numpy as np

from train.shared import run_folder as run

RECENT = 3  # batches that a level's success is averaged over


class Progress:
    """The parameters, the best ones, the level and the counts of a run in a folder.

    The state is written after every batch, whole or not at all; rows that the log has beyond it are dropped, so that a
    run that was stopped goes on as if nothing had happened.

    Args:
        folder: of the run; what an earlier start left there is read.
        theta: the parameters to begin with, [P].
    """

    ARRAYS = ("theta", "best", "baseline")
    NUMBERS = ("iteration", "env_steps", "level", "best_reward", "recent", "row")

    def __init__(self, folder, theta):
        self.folder, self.moved_up = pathlib.Path(folder), False
        self.theta = self.best = theta
        self.baseline, self.best_reward = None, -np.inf
        self.iteration = self.env_steps = self.level = 0
        self.recent, self.row = [], {}
        if (self.folder / "state.npz").exists():
            with np.load(self.folder / "state.npz") as state:
                numbers = json.loads(str(state["numbers"]))
                arrays = {name: state[name] for name in self.ARRAYS if name in state}
            vars(self).update(numbers | arrays)
            rows = (self.folder / "log.csv").read_text().splitlines(keepends=True)
            (self.folder / "log.csv").write_text("".join(rows[: self.iteration + 1]))

    def record(self, row, level, levels, seconds):
        """Note what a batch gave, climb a level where it is time, write everything down."""
        self.env_steps += row["env_steps"]
        self.recent = [*self.recent, float(row["success"])][-RECENT:]
        self.row = {name: float(value) for name, value in row.items()}
        self.row |= {"level": self.level + 1, "env_steps": self.env_steps, "seconds": self._seconds(seconds)}
        if self.row["val_reward"] > self.best_reward:
            self.best, self.best_reward = self.theta, self.row["val_reward"]
        self.moved_up = (
            self.level + 1 < levels and len(self.recent) == RECENT and np.mean(self.recent) >= level.until
        )
        if self.moved_up:
            self.level, self.recent = self.level + 1, []
        self.iteration += 1
        self._write()

    def line(self, recipe):
        """Where the run is, in one line."""
        row = self.row
        return (
            f"batch {self.iteration}, level {row['level']:.0f}, {self.env_steps:,}/{recipe.env_steps:,} steps: "
            f"success {row['success']:.3f}, reward {row['reward']:.3f}, entropy {row['entropy']:.2f}, "
            f"kl {row['kl']:.4f}; validation success {row['val_success']:.3f}, reward {row['val_reward']:.3f} "
            f"({row['seconds']:.0f} s)"
        )

    def _seconds(self, more):
        seconds = run.seconds_spent(self.folder) + more
        (self.folder / "clock.json").write_text(json.dumps({"seconds": seconds}))
        return seconds

    def _write(self):
        log = self.folder / "log.csv"
        head = "" if log.exists() else ",".join(self.row) + "\n"
        with log.open("a") as file:
            file.write(head + ",".join(f"{value:.8g}" for value in self.row.values()) + "\n")
        arrays = {name: getattr(self, name) for name in self.ARRAYS if getattr(self, name) is not None}
        numbers = json.dumps({name: getattr(self, name) for name in self.NUMBERS})
        with (self.folder / "state.new").open("wb") as file:
            np.savez(file, numbers=numbers, **arrays)
        (self.folder / "state.new").replace(self.folder / "state.npz")
