"""What the questions about planning share: maps nobody trained on, traces, rollouts, and a short training."""

import functools

import keras
import numpy as np

from pnzoo import gridworld
from pnzoo.core import seeds
from pnzoo.evaluation import gridworld as evaluation
from pnzoo.worlds.gridworld import rollout as planning
from train.planning import labels
from train.planning.learners import CellsModel
from train.planning.recipes import ImitationRecipe, Stage
from train.shared import entry

SEED = seeds.EXPERIMENT_MAPS.start - 1  # + size
PAIR = ("vin16", "vin16_paper")  # ours, and the paper's own parameterisation
# As the zoo's planners, in short.
OURS = {"channels": 16, "inverse_temperature": 6.0}
PAPER = {"filters": [150], "activation": "linear", "transition": "kernel", "goal_value": 10.0,
         "nonpositive_reward": False,
         "logit_scale": None}


@functools.lru_cache(maxsize=8)
def maps(size, n):
    """New maps of the paper's distribution with a start each: `evaluation.EvaluationSet`."""
    return evaluation.generated(size, n=n, seed=SEED + size)


@functools.lru_cache(maxsize=2)
def traces(name, size, n, k):
    """The inside of a planner of the zoo on each of those maps."""
    import pnzoo

    model, tests = pnzoo.load(name, k=k), maps(size, n)
    return tuple(model.trace(walls, goal) for walls, goal in zip(tests.walls, tests.goal, strict=True))


def rollouts(policy, tests):
    """Follow policies int [B, H, W] for at most twice the states of an optimal path, as in the paper."""
    limit = 2 * (planning.optimal_steps(tests.walls, tests.goal, tests.start) + 1)
    return planning.rollouts(tests.walls, tests.start, tests.goal, lambda i, p: policy[i, p[:, 0], p[:, 1]], limit)


def optimal_cells(policy, tests):
    """The share of each map's cells whose move starts a shortest path, [B]."""
    best = gridworld.optimal_actions(tests.walls, tests.goal)
    labelled = best.any(axis=-1)
    right = np.take_along_axis(best, np.asarray(policy)[..., None], axis=-1)[..., 0] & labelled
    return right.sum(axis=(1, 2)) / np.maximum(1, labelled.sum(axis=(1, 2)))


def train(model, config, *, seed, size=8, maps=4000, steps=500, batch=32, cells=0, rate=1e-2, quick=False):
    """Train a planner for a number of steps on maps of its own: nothing is validated, nothing chosen.

    Args:
        model: class in `pnzoo.hub.CLASSES`.
        config: its arguments.
        seed: of maps, weights and batches.
        size: side of the maps.
        maps: how many there are; they are seen again and again.
        steps: updates.
        batch: maps an update.
        cells: random cells of each map that are labels; 0: all.
        rate: Adam's first learning rate, which falls to a fiftieth.
        quick: without XLA, whose compilation takes longer than a few steps.
    """
    keras.backend.clear_session()
    keras.utils.set_random_seed(seed)
    recipe = ImitationRecipe(summary="", model=model, config=config, seed=seed)
    stage = Stage(size=size, maps=maps, epochs=1)
    planner = entry.build(recipe)
    if hasattr(planner, "value_iteration"):
        planner.value_iteration.unroll = False  # a loop compiles in a moment, whatever K is
    learner = CellsModel(planner) if cells else planner
    compile_imitation(learner, steps, rate, rate / 50, quick)
    # Seeds far above those of the zoo's trainings and far below those of the evaluations.
    data = labels.data(recipe, stage, seeds.EXPERIMENT_TRAINING_MAPS[seed], maps)
    stream = Cycle(lambda epoch: labels.Batches(*data, batch, cells, (seed, epoch)), steps)
    learner.fit(stream, epochs=1, shuffle=False, verbose=0)
    return planner


def compile_imitation(model, steps, rate, end_rate, quick=False):
    """Compile a network that imitates optimal moves: Adam, whose learning rate falls from `rate` to `end_rate`.

    Args:
        model: gives logits of the eight moves.
        steps: updates until the learning rate has fallen.
        rate, end_rate: learning rates.
        quick: without XLA, whose compilation takes longer than a few steps.
    """
    schedule = keras.optimizers.schedules.PolynomialDecay(rate, steps, end_rate)
    model.compile(
        keras.optimizers.Adam(schedule, global_clipnorm=1.0),
        keras.losses.CategoricalCrossentropy(from_logits=True),
        jit_compile=keras.backend.backend() == "jax" and not quick,
    )


class Cycle(keras.utils.PyDataset):
    """So many batches of a data set, over and over, in a new order each time.

    Args:
        epoch_of: function, how many times all was seen -> batches.
        steps: how many batches there are in all.
    """

    def __init__(self, epoch_of, steps):
        super().__init__()
        self.epoch_of, self.steps = functools.lru_cache(maxsize=2)(epoch_of), steps

    def __len__(self):
        return self.steps

    def __getitem__(self, index):
        size = len(self.epoch_of(0))
        return self.epoch_of(index // size)[index % size]
