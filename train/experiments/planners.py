"""What the questions about planning share: maps nobody trained on, traces, walks, and a short training."""

import contextlib
import functools

import keras
import numpy as np

from pnzoo import gridworld
from pnzoo.evaluation import gridworld as exam
from pnzoo.layers.planning import value_iteration
from pnzoo.worlds.gridworld import rollout as planning
from train.planning import imitation
from train.planning.recipes import Recipe, Stage

SEED = 9500  # + size: apart from the cards' exams (9000), validation (8000) and training (below)
PAIR = ("vin16", "vin16_paper")  # ours, and the paper's own parameterisation
# As the zoo's planners, in short.
OURS = {"channels": 16, "sharpness": 6.0}
PAPER = {"features": [150], "activation": "linear", "transition": "free", "goal_value": 10.0, "costs": False,
         "gain": None}


@functools.lru_cache(maxsize=8)
def maps(size, n):
    """Fresh maps of the paper's distribution with a start each: `exam.Exam`."""
    return exam.fresh(size, n=n, seed=SEED + size)


@functools.lru_cache(maxsize=2)
def traces(name, size, n, k):
    """The inside of a planner of the zoo on each of those maps."""
    import pnzoo

    model, found = pnzoo.load(name, k=k), maps(size, n)
    return tuple(model.trace(walls, goal) for walls, goal in zip(found.walls, found.goal, strict=True))


def walk(policy, found):
    """Follow policies int [B, H, W] on an exam; limited as in the paper, to twice the states of an optimal path."""
    limit = 2 * (planning.optimal_steps(found.walls, found.goal, found.start) + 1)
    return planning.roll_out(found.walls, found.start, found.goal, lambda i, p: policy[i, p[:, 0], p[:, 1]], limit)


def optimal_cells(policy, found):
    """The share of each map's cells whose move starts a shortest path, [B]."""
    best = gridworld.optimal_moves(found.walls, found.goal)
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
    recipe = Recipe(summary="", model=model, config=config, seed=seed)
    stage = Stage(size=size, maps=maps, epochs=1)
    planner = imitation.build(recipe)
    schedule = keras.optimizers.schedules.PolynomialDecay(rate, steps, rate / 50)
    planner.compile(
        keras.optimizers.Adam(schedule, global_clipnorm=1.0),
        keras.losses.CategoricalCrossentropy(from_logits=True),
        jit_compile=keras.backend.backend() == "jax" and not quick,
    )
    # Seeds far above those of the zoo's trainings and far below those of the exams.
    data = imitation.data(recipe, stage, 3000 + seed, maps)
    stream = Cycle(imitation.Batches(*data, batch, cells, seed), steps)
    with looping():
        planner.fit(stream, epochs=1, verbose=0)
    return planner


@contextlib.contextmanager
def looping():
    """Planning steps as a loop, which compiles in a moment whatever K is; unrolled, a step runs a little faster."""
    kept, value_iteration.LONGEST_UNROLLED = value_iteration.LONGEST_UNROLLED, 0
    try:
        yield
    finally:
        value_iteration.LONGEST_UNROLLED = kept


class Cycle(keras.utils.PyDataset):
    """So many batches of another data set, over and over in a new order each time."""

    def __init__(self, batches, steps):
        super().__init__()
        self.batches, self.steps = batches, steps

    def __len__(self):
        return self.steps

    def __getitem__(self, index):
        at = index % len(self.batches)
        if at == 0 and index:
            self.batches.on_epoch_begin()
        return self.batches[at]
