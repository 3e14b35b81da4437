"""What the experiments over terrain share: the world they run on, short trainings, and curves over caution."""

import functools
import itertools
from typing import NamedTuple

import keras
import numpy as np

import pnzoo
from pnzoo.evaluation import terrain
from pnzoo.worlds.terrain import (
    action_costs,
    cell_means,
    draw_scenes,
    generate_relief,
    hillshade,
    path_costs,
    places,
    slope,
)
from train.experiments.metrics import as_row
from train.shared import entry
from train.terrain import training
from train.terrain.recipes import TerrainRecipe
from train.terrain.shown_paths import ShownPaths

CAUTIONS = (0.5, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0, 20.0)
SCENES, VALIDATION_SCENES = 600, 300
NETWORK = {"filters": [8, 16, 32], "k": 30}  # that of vin_moon at half its width, one view of a picture
TOY = {"filters": [4, 4, 4], "k": 4}


@functools.lru_cache(maxsize=2)
def world(quick=False):
    """Where an experiment runs: on the Moon where its elevation is there, else on invented relief."""
    if quick:
        return "relief"
    try:
        draw_scenes("moon", "test", 1, np.random.default_rng(0), cells=1)
    except FileNotFoundError:
        return "relief"
    return "moon"


@functools.lru_cache(maxsize=4)
def measured(world, quick=False, part="test"):
    """Pictures of a part with a task each, a `terrain.TerrainSet`: "val" to choose by, "test" to report."""
    n = 6 if quick else SCENES if part == "test" else VALIDATION_SCENES
    return terrain.terrain_set(world, part, n, cells=cells(quick))


def cells(quick):
    """Cells of a picture's side."""
    return 4 if quick else 16


def planner(name, quick):
    """An entry of the zoo; a small one that knows nothing where all is tried at toy size."""
    if not quick:
        return pnzoo.load(name)
    keras.utils.set_random_seed(0)
    return pnzoo.models.TerrainVIN(**TOY)


def recipe(quick, world, **changes):
    """A short training: 300 steps of 16 pictures, the same for all that is compared."""
    size = {"steps_per_epoch": 2, "batch_size": 4} if quick else {"steps_per_epoch": 300, "batch_size": 16}
    return TerrainRecipe(
        world=world, config=TOY if quick else NETWORK, cells=cells(quick), epochs=1, goals_per_picture=2,
        **{**size, **changes},
    )  # fmt: skip


def train(recipe):
    """A planner trained by a recipe of one epoch; its last weights."""
    keras.backend.clear_session()
    keras.utils.set_random_seed(recipe.seed)
    model = entry.build(recipe)
    batches = ShownPaths(recipe, "train", (recipe.seed, 0), recipe.steps_per_epoch, augmented=True)
    training.compiled(model, recipe).fit(batches, epochs=1, shuffle=False, verbose=0)
    return model


def doubts(model, measured):
    """-log of the chance to get into each cell, of the picture of each task: [N, H, W]."""
    return model.cost(measured.scenes.pictures[measured.tasks.scene], caution=1.0) - 1.0


def judged(costs, measured, **condition):
    """Rows of the exact plans on some costs [N, H, W], one a task: success, optimal rate, excess cost."""
    lengths = measured.lengths
    policies = np.stack([action_costs(cost, path_costs(cost, goal, lengths), lengths).argmin(axis=-1)
                         for cost, goal in zip(costs, measured.tasks.goal, strict=True)])
    return [as_row(metric, **condition) for metric in terrain.judged(policies, measured)]


def curve(doubt, measured, cautions=CAUTIONS, **condition):
    """Rows of `judged` for each caution."""
    return [row for c in cautions for row in judged(1.0 + c * doubt, measured, caution=c, **condition)]


def best_caution(rows):
    """The caution of some rows at which success and optimal rate have the largest sum."""
    total = {}
    for row in rows:
        if row["name"] in ("success_rate", "optimal_rate"):
            total[row["caution"]] = total.get(row["caution"], 0.0) + row["value"]
    return max(total, key=total.get)


def with_optimal(rows, by):
    """Rows of success get the optimal rate of the same condition, in percent: where they lie on a curve."""
    key = {tuple(row.get(k) for k in by): row["value"] for row in rows if row["name"] == "optimal_rate"}
    return [{**row, "optimal": round(100 * key[tuple(row.get(k) for k in by)], 3)}
            if row["name"] == "success_rate" else row for row in rows]


class Ground(NamedTuple):
    """Elevation of some scenes: z, float32 [h, w] each in metres, and metres a pixel, a pair each."""

    z: list
    metres: list


def ground(world, quick, n, seed, part="test"):
    """Elevation of a part of a world, drawn at random."""
    size = places.CELLS[world] * cells(quick)
    if world == "relief":
        z = generate_relief(n, size, places.RELIEF_METRES, 3 * seed + places.PART_SEEDS[part])
        return Ground(list(z), [(places.RELIEF_METRES, places.RELIEF_METRES)] * n)
    return Ground(*places.BODIES[world].patches(part, n, size, np.random.default_rng(seed)))


def lit(ground, azimuth=315.0, altitude=45.0):
    """Pictures of ground, [N, h, w]."""
    pairs = zip(ground.z, ground.metres, strict=True)
    return np.stack([hillshade(z, metres, azimuth, altitude) for z, metres in pairs])


def steepness(ground, cells):
    """Mean slope of every cell in degrees, [N, H, W]: what decides where one can go."""
    return np.stack([cell_means(slope(z, m), cells) for z, m in zip(ground.z, ground.metres, strict=True)])


def bins(x, edges):
    """(low, high, which of x lie there) of every bin that two pictures or more have cells in."""
    for low, high in itertools.pairwise(edges):
        inside = (x >= low) & ((x < high) | (high == edges[-1]))
        if inside.any(axis=(1, 2)).sum() >= 2:
            yield low, high, inside


def by_picture(values, mask):
    """Means over the cells of each picture that are in a mask; pictures without any are left out."""
    count = mask.sum(axis=(1, 2))
    return (values * mask).sum(axis=(1, 2))[count > 0] / count[count > 0]
