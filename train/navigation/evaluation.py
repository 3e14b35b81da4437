"""Measure a trained policy of a body: on maps never seen, on those of its training, and on maps of other sizes."""

import numpy as np

from pnzoo.analysis import flops as count_flops
from pnzoo.core import dataset as datasets
from pnzoo.core import seeds
from pnzoo.evaluation import navigation as evaluation
from pnzoo.worlds import navigation
from train.navigation.drives import recipe_seed, training_tasks
from train.navigation.training import VALIDATION_MAPS


def evaluate(model, name, recipe, card, options):
    """Metrics for a card: see `entry.Trainer`. The paper's numbers stand beside its own measure."""
    number, metrics = options["num_maps"] or evaluation.MAPS, []
    kind = "vin" if hasattr(model, "k") else "cnn"
    for side in recipe.evaluation_sides:
        at_side, more = sized(model, recipe, side)
        measured = evaluation.navigation_set(number, side)
        paper = evaluation.PAPER[kind, "test"] if side == recipe.side else None
        command = f"pnzoo evaluate {name} --size {side}x{side} --num-maps {number}{more}"
        metrics += [_carded(each, command, card, paper) for each in evaluation.evaluate(at_side, measured)]
    seen = training_set(recipe, number)
    command = f"pnzoo evaluate {name} --seed {recipe_seed(recipe)} --num-maps {number}"
    paper = evaluation.PAPER[kind, "train"]
    return metrics + [_carded(each, command, card, paper) for each in evaluation.evaluate(model, seen)]


def validate(model, name, recipe, card, options):
    """The same on validation maps, which may be looked at often."""
    number = options["num_maps"] or VALIDATION_MAPS
    measured = evaluation.navigation_set(number, recipe.side, "val", seeds.VALIDATION_MAPS[recipe.side])
    return evaluation.evaluate(model, measured)


def sized(model, recipe, side):
    """The same weights for maps of another side, which need more steps of planning, and the option that says so."""
    if not hasattr(model, "k") or side <= recipe.side:
        return model, ""
    k = round(model.k * side / recipe.side)
    return model.with_options(k=k), f" --k {k}"


def training_set(recipe, n):
    """Maps of a recipe's training, `evaluation.NavigationSet`: the first n, or all again and again; new starts."""
    tasks = training_tasks(recipe)
    tasks = tasks.take(np.arange(n) % len(tasks.walls))
    starts = navigation.draw_starts(tasks, 1, np.random.default_rng((recipe_seed(recipe), 1)))
    dataset = datasets.navigation("train", recipe.side, n, recipe_seed(recipe))
    return evaluation.NavigationSet(tasks, starts, dataset)


def flops(model, recipe):
    """Floating point operations for a card."""
    shape = {"image": (1, recipe.side, recipe.side, 2), "state": (1, 4)}
    return {"value": count_flops(model, shape), "per": "one force, the map read anew", "input_shape": shape}


def _carded(metric, command, card, paper):
    paper = paper if metric.name == "final_distance" else None
    return metric.replace(command=command, seeds=(card["seed"],), paper=paper)
