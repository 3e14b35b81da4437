"""Measure a trained model on a web: on each world of its recipe, on approximate planning graphs, beside baselines."""

from pnzoo.analysis import flops as count_flops
from pnzoo.evaluation import webgraph
from pnzoo.worlds.webgraph import FEATURES, GRAPHS
from train.webgraph import worlds

FLOPS_PAGES, FLOPS_LINKS = 1000, 20
ON_APPROXIMATIONS = 800  # queries, the first of those that all links are measured on


def evaluate(model, name, recipe, card, options):
    """Metrics for a card: see `entry.Trainer`."""
    metrics = []
    for world in (recipe.world, *recipe.other_worlds):
        measured = _measured(world, recipe, "test", options)
        metrics += webgraph.evaluate(model, measured)
        # What approximations cost is told on the recipe's own world.
        some = _measured(world, recipe, "test", options, ON_APPROXIMATIONS)
        for graph in _approximations(model) if world == recipe.world else ():
            metrics += webgraph.evaluate(model, some, graph, by_distance=False)
        for policy, walks in webgraph.baselines(measured).items():
            dataset = {**measured.dataset, "policy": policy}
            metrics += webgraph.judged(walks, measured, dataset, by_distance=False)
    command = f"python -m train {name} --evaluate"
    return [metric.replace(command=command, seeds=(card["seed"],)) for metric in metrics]


def validate(model, name, recipe, card, options):
    """The same on validation goals of the recipe's own world: what may be looked at often."""
    measured = _measured(recipe.world, recipe, "val", options)
    graphs = ("full", *_approximations(model))
    return [metric for graph in graphs for metric in webgraph.evaluate(model, measured, graph, by_distance=False)]


def _measured(world, recipe, part, options, most=webgraph.QUERIES):
    embedded = worlds.measured(world, recipe.pages)
    return webgraph.web_set(embedded, world, part, min(most, options["num_maps"] or webgraph.QUERIES))


def _approximations(model):
    """What the planner may know of the links in place of all; for a reactive model it makes no difference."""
    return GRAPHS[1:] if model.plans else ()


def flops(model, recipe):
    """Floating point operations for a card."""
    shape = {
        "features": (1, FLOPS_PAGES, len(FEATURES)),
        "links": (1, FLOPS_PAGES, FLOPS_LINKS),
        "visited": (1, FLOPS_PAGES),
    }
    return {"value": count_flops(model, shape), "per": f"one query on a web of {FLOPS_PAGES:,} pages",
            "input_shape": shape}  # fmt: skip
