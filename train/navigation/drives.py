"""What a policy of a body learns from: states that it drove through, and what the expert would have done there."""

import keras
import numpy as np

from pnzoo.core import seeds
from pnzoo.worlds import navigation
from pnzoo.worlds.gridworld import encode
from train.shared import checkpoint


class Demonstrations:
    """The training maps of a recipe and the rounds of DAgger on them, each in a file of the run's folder.

    Round r is a function of the recipe, r and the weights at its beginning, and is written before anything is learned
    from it: a run that is killed finds the rounds that it had.

    Args:
        recipe: `NavigationRecipe`.
        folder: the run's.
    """

    def __init__(self, recipe, folder):
        self.recipe, self.folder = recipe, folder
        self.tasks = training_tasks(recipe)
        self.images = encode(self.tasks.walls, self.tasks.goal)
        self.expert = navigation.Expert(self.tasks)
        self.rounds = []

    def read(self, count):
        """Read the first rounds, of an earlier start; False if one is missing or damaged."""
        found = [checkpoint.resume(self._path(number), self.recipe.digest()) for number in range(count)]
        self.rounds = [each[0] for each in found if each is not None]
        return len(self.rounds) == count

    def add_round(self, number, model):
        """The states and forces of the next round: read, or driven by the model as it is now."""
        found = checkpoint.resume(self._path(number), self.recipe.digest())
        if found is None:
            arrays = self._driven(number, model)
            checkpoint.write(self._path(number), arrays, {"recipe": self.recipe.digest()})
        else:
            arrays = found[0]
        self.rounds = [*self.rounds[:number], arrays]

    def _path(self, number):
        return self.folder / f"stage{1 + number}.npz"

    def _driven(self, number, model):
        recipe, rng = self.recipe, np.random.default_rng((recipe_seed(self.recipe), 1, number))
        which = rng.permutation(len(self.images))[: recipe.drives]
        tasks = self.tasks.take(which)
        expert = navigation.Expert(tasks)
        starts = navigation.draw_starts(tasks, 1, rng)
        drive = expert if number == 0 else model.driver(tasks)
        found = navigation.rollouts(tasks, starts, drive, keep_states=True)
        last = np.maximum(found.steps[:, 0], 1)
        chosen = (rng.random((len(which), recipe.states)) * last[:, None]).astype(int)
        states = np.take_along_axis(found.states[:, 0], chosen[..., None], axis=1)
        if number == 0:  # nobody learns to come back from where the expert never was
            states[..., 2:] += rng.normal(scale=0.5, size=states[..., 2:].shape)
        return {
            "maps": which.astype("int32"),
            "states": states.astype("float32"),
            "forces": expert(states).astype("float32"),
        }


class Batches(keras.utils.PyDataset):
    """One epoch of what has been driven so far; batch i is a function of the seed, the epoch and i alone."""

    def __init__(self, demonstrations, epoch):
        super().__init__(workers=1, use_multiprocessing=False, max_queue_size=4)
        self.demonstrations, self.epoch = demonstrations, epoch

    def __len__(self):
        return self.demonstrations.recipe.steps_per_round

    def __getitem__(self, index):
        recipe, rounds = self.demonstrations.recipe, self.demonstrations.rounds
        rng = np.random.default_rng((recipe_seed(recipe), 2, self.epoch, index))
        of_round = rng.integers(len(rounds), size=recipe.batch_size)
        row = rng.integers(len(rounds[0]["maps"]), size=recipe.batch_size)
        maps, states, forces = (
            np.stack([rounds[r][name][i] for r, i in zip(of_round, row, strict=True)])
            for name in ("maps", "states", "forces")
        )
        return (self.demonstrations.images[maps], states), forces


def training_tasks(recipe):
    """The maps that a recipe learns on."""
    return navigation.generate_tasks(recipe.maps, recipe.side, seed=recipe_seed(recipe))


def recipe_seed(recipe):
    """Of the maps of a training, none of which validation or evaluation ever draws."""
    return seeds.TRAINING_MAPS[10 * recipe.seed + 5]
