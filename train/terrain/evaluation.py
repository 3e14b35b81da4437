"""Measure a trained planner over terrain, at every size of its recipe and along its curve over caution."""

from itertools import product

from pnzoo.analysis import flops as count_flops
from pnzoo.evaluation import terrain

# Of the curve on a card, beside the model's own.
CAUTIONS = dict.fromkeys(("moon", "mars", "relief"), (0.5, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0))


def evaluate(model, name, recipe, card, options):
    """Metrics for a card: see `entry.Trainer`."""
    metrics = []
    for world, cells in product((recipe.world, *recipe.other_worlds), recipe.evaluation_cells):
        number = options["num_maps"] or terrain.SCENES
        command = f"pnzoo evaluate {name} --world {world} --cells {cells} --num-maps {number}"
        measured = terrain.terrain_set(world, n=number, cells=cells)
        for caution in _cautions(model, world):
            more = "" if caution is None else f" --caution {caution:g}"
            found = terrain.evaluate(model, measured, caution)
            metrics += [metric.replace(command=command + more, seeds=(card["seed"],)) for metric in found]
    return metrics


def validate(model, name, recipe, card, options):
    """The same on validation ground, at the size of training: what may be looked at often."""
    measured = terrain.terrain_set(recipe.world, "val", options["num_maps"] or terrain.SCENES, cells=recipe.cells)
    cautions = _cautions(model, recipe.world)
    return [metric for caution in cautions for metric in terrain.evaluate(model, measured, caution)]


def _cautions(model, world):
    """The model's own, which is None, and those of the curve; a reactive model has none."""
    return (None, *(CAUTIONS.get(world, ()) if hasattr(model, "caution") else ()))


def flops(model, recipe):
    """Floating point operations for a card."""
    side = recipe.cells * model.cell
    shape = {"picture": (1, side, side, model.channels), "goal": (1, 2)}
    return {"value": count_flops(model, shape), "per": f"one picture of {side}x{side} pixels", "input_shape": shape}
