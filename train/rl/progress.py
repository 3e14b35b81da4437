"""How far a run of reinforcement learning is, in one file from which a run that was killed goes on exactly."""

import numpy as np

from train.shared import checkpoint, run_folder, watching

RECENT = 3  # batches that a stage's success is averaged over


class Progress:
    """The parameters, the best ones, the baseline, the stage and the log of a run.

    The checkpoint is written after every batch, whole or not at all, and the log is rewritten from it.

    Args:
        folder: of the run.
        digest: of the recipe that trains.
        theta: the parameters to begin with, [P].

    Attributes:
        batches: whole batches done.
        timesteps: taken in the environments.
        stage: of the curriculum, from 0.
        recent: success rates of the last batches on this stage.
        rows: of the log, a dict for each batch.
        best_reward: by validation.
        seconds: spent, over all starts of the run.
        theta, best, baseline: arrays [P], [P] and [F]; the last is None before the first batch.
        moved_up: whether the last batch was the last one of its stage.
    """

    ARRAYS = ("theta", "best", "baseline")
    FACTS = ("batches", "timesteps", "stage", "recent", "rows", "best_reward", "seconds")

    def __init__(self, folder, digest, theta):
        self.path, self.digest, self.moved_up = folder / "state.npz", digest, False
        self.theta = self.best = theta
        self.baseline, self.best_reward, self.seconds = None, None, 0.0
        self.batches = self.timesteps = self.stage = 0
        self.recent, self.rows = [], []
        stored = checkpoint.resume(self.path, digest)
        if stored:
            arrays, facts = stored
            vars(self).update(arrays | {name: facts[name] for name in self.FACTS})
            self._write_log()  # a kill may have come between the checkpoint and its log

    def record(self, row, stage, stages, seconds):
        """Note what a batch gave, climb a stage where it is time, write everything down.

        Args:
            row: dict of numbers.
            stage: `CurriculumStage` of the batch.
            stages: how many there are.
            seconds: that the batch took.
        """
        self.timesteps += row["timesteps"]
        self.seconds += seconds
        self.recent = [*self.recent, float(row["success_rate"])][-RECENT:]
        row = {name: float(value) for name, value in row.items()}
        self.rows = [*self.rows, {**row, "timesteps": self.timesteps, "stage": self.stage + 1}]
        if self.best_reward is None or row["val_ep_rew_mean"] > self.best_reward:
            self.best, self.best_reward = self.theta, row["val_ep_rew_mean"]
        full = len(self.recent) == RECENT and np.mean(self.recent) >= stage.success_threshold
        self.moved_up = bool(self.stage + 1 < stages and full)
        if self.moved_up:
            self.stage, self.recent = self.stage + 1, []
        self.batches += 1
        self._write()
        watching.tell(self.rows[-1])

    def line(self, total_timesteps):
        """Where the run is, in one line."""
        row = self.rows[-1]
        return (
            f"batch {self.batches}, stage {row['stage']:.0f}, {self.timesteps:,}/{total_timesteps:,} steps: "
            f"success {row['success_rate']:.3f}, reward {row['ep_rew_mean']:.3f}, entropy {row['entropy']:.2f}, "
            f"kl {row['kl']:.4f}; validation success {row['val_success_rate']:.3f}, "
            f"reward {row['val_ep_rew_mean']:.3f} ({self.seconds:.0f} s)"
        )

    def _write(self):
        arrays = {name: getattr(self, name) for name in self.ARRAYS if getattr(self, name) is not None}
        facts = {"recipe": self.digest, **{name: getattr(self, name) for name in self.FACTS}}
        checkpoint.write(self.path, arrays, facts)
        self._write_log()

    def _write_log(self):
        run_folder.write_log(self.path.parent / "log.csv", self.rows)
