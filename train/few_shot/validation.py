"""Validation while training: the best weights are kept."""

import json

import keras

from pnzoo.evaluation import episodes as episode_exam
from pnzoo.models.few_shot.matching import encode_all

EPISODES = 400


class Validate(keras.callbacks.Callback):
    """Accuracy on the validation classes every few epochs.

    Without validation classes the last weights are kept, which is right when the number of epochs was fixed by an
    earlier run that had them.

    Args:
        network: the network whose weights are kept, in `best.weights.h5`.
        characters: `Characters`, or None.
        folder: the run's folder.
        every: epochs between two validations.
        within: whether each episode stays within one alphabet, as in Lake's task.
    """

    def __init__(self, network, characters, folder, every, within=False):
        super().__init__()
        self.network, self.characters, self.every = network, characters, every
        self.best_file, self.score_file = folder / "best.weights.h5", folder / "best.json"
        self.within = within
        self.way = min(20, getattr(network, "max_way", 20))

    @property
    def name(self):
        return f"val_{'within_' * self.within}{self.way}w1s"

    def on_epoch_end(self, epoch, logs=None):
        if self.characters is None:
            return
        due = (epoch + 1) % self.every == 0
        logs[self.name] = self.check(epoch + 1) if due else float("nan")

    def on_train_end(self, logs=None):
        """A run may end between two validations."""
        self.check(None)

    def check(self, epoch):
        """Measure, and keep the weights if none were better."""
        score = self.score()
        best = json.loads(self.score_file.read_text()) if self.score_file.exists() else {self.name: None}
        if score is None or best[self.name] is None or score > best[self.name]:
            self.network.save_weights(self.best_file)
            self.score_file.write_text(json.dumps({"epoch": epoch or "last", self.name: score}))
        return score

    def score(self):
        """Accuracy of `EPISODES` episodes, always the same ones; None without validation classes."""
        if self.characters is None:
            return None
        codes = encode_all(self.network, self.characters.images)
        within = self.characters.alphabet if self.within else None
        exam = {"way": self.way, "shot": 1, "n": EPISODES, "seed": 1, "alphabet": within}
        return episode_exam.accuracy(self.network, codes, **exam)["value"]
