"""Validation while training: it chooses the best checkpoint."""

from pnzoo.evaluation import episodes as episode_evaluation
from pnzoo.models.few_shot.embedding import embed_images

EPISODES = 400


class Validation:
    """Accuracy on the validation classes every few epochs, and after the last.

    Without validation classes nothing is measured and the last weights are the result, which is right when the number
    of epochs was fixed by an earlier run that had them.

    Args:
        network: measured.
        classes: `ImageClasses`, or None.
        recipe: `recipes.EpisodicRecipe`.
    """

    def __init__(self, network, classes, recipe):
        self.network, self.classes, self.recipe = network, classes, recipe
        self.within = bool(recipe.n_validation_alphabets)  # each episode within one alphabet, as in Lake's task
        self.way = min(20, getattr(network, "max_way", 20))

    @property
    def name(self):
        """Of the log's column."""
        return f"val_{'within_' * self.within}{self.way}w1s"

    def score(self, epochs_done, row):
        """The accuracy, written into the row of the log too; None in an epoch that is not measured."""
        due = epochs_done % self.recipe.validate_every == 0 or epochs_done == self.recipe.epochs
        row[self.name] = self.accuracy() if due else None
        return row[self.name]

    def accuracy(self):
        """On `EPISODES` episodes, always the same ones."""
        embeddings = embed_images(self.network, self.classes.images)
        within = self.classes.group if self.within else None
        options = {"way": self.way, "shot": 1, "n": EPISODES, "seed": 1, "within": within}
        return float(episode_evaluation.accuracy(self.network, embeddings, **options)["value"])
