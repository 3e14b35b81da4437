"""What the experiments on moving bodies share: policies, short trainings, drives."""

import pathlib
import tempfile

import keras
import numpy as np

import pnzoo
from pnzoo.evaluation import navigation
from pnzoo.worlds import navigation as world
from train.experiments.metrics import as_row
from train.navigation import evaluation, training
from train.navigation.drives import Batches, Demonstrations
from train.navigation.recipes import NavigationRecipe
from train.shared import entry

VIN, CNN = "vin_navigation2d", "cnn_navigation2d"
NETWORKS = {
    VIN: ("ContinuousVIN", {"reduction": 2, "hidden": 32, "k": 40}),
    CNN: ("ContinuousCNNPolicy", {"size": 28}),
}
SEED = 9_300  # plus the side, of maps: a range of `pnzoo.core.seeds.EVALUATION_MAPS` that no card is measured on


def policy(name, quick):
    """An entry of the zoo; a small one that knows nothing where all is tried at toy size."""
    if not quick:
        return pnzoo.load(name)
    keras.utils.set_random_seed(0)
    model, config = NETWORKS[name]
    return getattr(pnzoo.models, model)(**toy(config))


def toy(config):
    """A configuration at toy size."""
    small = {"hidden": 4, "k": 4} if "k" in config else {"filters": [2, 2], "features": 4}
    return {**config, **small, "units": [4]}


def recipe(network, quick, **changes):
    """A short training: 6 rounds of 80 steps, 32 maps with 16 states each, the same for all that is compared."""
    model, config = network
    size = {"rounds": 2, "drives": 8, "steps_per_round": 2, "batch_size": 4, "states": 3} if quick else {
        "rounds": 6, "drives": 300, "steps_per_round": 80, "batch_size": 32, "states": 16}  # fmt: skip
    return NavigationRecipe(model=model, config=toy(config) if quick else config, **{**size, **changes})


def train(recipe):
    """A policy trained by a recipe; its last weights."""
    keras.backend.clear_session()
    keras.utils.set_random_seed(recipe.seed)
    model = entry.build(recipe)
    learner = training.compiled(model, recipe)
    with tempfile.TemporaryDirectory() as scratch:
        demonstrations = Demonstrations(recipe, pathlib.Path(scratch))
        for number in range(recipe.rounds):
            demonstrations.add_round(number, model)
            learner.fit(Batches(demonstrations, number), epochs=1, shuffle=False, verbose=0)
    return model


def drives(model, n, side=28, seed=None):
    """(the exact lengths of the ways in cells [n], `Rollouts`) on n maps never seen, one start each."""
    measured = navigation.navigation_set(n, side, seed=SEED + side if seed is None else seed)
    tasks, starts = measured.tasks, measured.starts
    cells, each = np.floor(starts[:, 0, :2]).astype(int), np.arange(n)
    length = pnzoo.gridworld.distances(tasks.walls, tasks.goal, corner_cutting=False)[each, cells[:, 0], cells[:, 1]]
    return length, world.rollouts(tasks, starts, model.driver(tasks))


def rows(model, measured, **condition):
    """`evaluation.navigation.evaluate` as rows."""
    return [as_row(metric, **condition) for metric in navigation.evaluate(model, measured)]


def seen(recipe, n):
    """Maps of the training with new starts, `NavigationSet`."""
    return evaluation.training_set(recipe, n)


def unseen(n, side=28):
    """Maps that no training and no card ever saw."""
    return navigation.navigation_set(n, side, seed=SEED + side)
