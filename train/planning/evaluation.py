"""Measure a trained planner: on generated maps, on the authors' files, on long horizons, over seeds."""

from pnzoo.analysis import flops as count_flops
from pnzoo.core.dataset import describe, generated_maps, training_runs
from pnzoo.core.metric import Metric
from pnzoo.evaluation import gridworld as evaluation
from pnzoo.evaluation import long_horizon, movingai
from pnzoo.models import GPPN, DeterministicVIN
from train.planning import benchmarks
from train.planning.recipes import PAPER_TABLE
from train.shared import run_folder
from train.shared.seeds import RESULTS

# What a seed of the recipe has to reach.
MAZES = {describe(world.dataset): least for world, least in benchmarks.SEED_EXAM.items()}
SEEDS_REACH = {"vin16": {"success_rate": 1.0, "optimal_rate": 0.999}, "vin_maze": MAZES, "vin_maze4": MAZES}


def evaluate(model, name, recipe, card, options):
    """Metrics for a card.

    Args:
        model: the trained planner.
        name: of the entry.
        recipe: `recipes.ImitationRecipe`.
        card: of the entry.
        options: of the command line: `num_maps`, `mat_files`, `movingai`, `every`, `seeds`.

    Returns:
        A list of metrics.
    """
    metrics = [*_generated(model, name, recipe, options["num_maps"] or evaluation.MAPS)]
    if options["mat_files"]:
        metrics += _paper_file(model, name, recipe, options["mat_files"])
    metrics = [metric.replace(paper=PAPER_TABLE.get((name.split("_")[0], metric.name))) for metric in metrics]
    if isinstance(model, (GPPN, DeterministicVIN)):
        metrics = [*_long_horizons(model, name), *metrics * (recipe.moves == 8)]
    if options.get("movingai"):
        metrics += _scenarios(model, name, options["movingai"], options["every"])
    metrics = [metric.replace(seeds=(card["seed"],)) for metric in metrics]
    return metrics + reliability(name, recipe, options.get("seeds"))


def _generated(model, name, recipe, maps):
    command = f"pnzoo evaluate {name}" + (f" --num-maps {maps}" if maps != evaluation.MAPS else "")
    moves = evaluation.reachable_by(evaluation.planner_rule(model))
    measured = evaluation.evaluate(model, evaluation.generated(recipe.side, n=maps, moves=moves))
    return [metric.replace(command=command) for metric in measured]


def _paper_file(model, name, recipe, folder):
    file = folder / f"gridworld_{recipe.side}.mat"
    if not file.exists():
        return []
    command = f"pnzoo evaluate {name} --mat-file {file.name}"
    measured = evaluation.evaluate(model, evaluation.vin_paper(file))
    return [metric.replace(command=command) for metric in measured]


def _scenarios(model, name, file, every):
    command = f"pnzoo evaluate {name} --movingai {file.name}" + (f" --every {every}" if every > 1 else "")
    measured = movingai.evaluate(model, file, every, movingai.print_progress)
    return [metric.replace(command=command) for metric in measured]


def _long_horizons(model, name):
    metrics = []
    for world in benchmarks.EXAM:
        metrics += [metric.replace(command=world.command(name)) for metric in long_horizon.evaluate(model, world)]
    world = benchmarks.BY_LENGTH
    command = world.command(name) + " --by-distance"
    return metrics + [metric.replace(command=command) for metric in long_horizon.evaluate_by_distance(model, world)]


def flops(model, recipe):
    """Floating point operations for a card."""
    side = recipe.side
    if getattr(model, "dense_prediction", True):
        shape, per = (1, side, side, 2), f"one {side}x{side} map, all cells"
    else:
        shape, per = [(1, side, side, 2), (1, 1, 2)], f"one cell of a {side}x{side} map"
    return {"value": count_flops(model, shape), "per": per, "input_shape": shape}


def score_seed(model, name, recipe, folder, options):
    """What a trained seed reaches, by name."""
    if SEEDS_REACH.get(name) is MAZES:
        worlds = benchmarks.SEED_EXAM
        return {describe(world.dataset): long_horizon.evaluate(model, world)[1].value for world in worlds}
    maps = options["num_maps"] or evaluation.MAPS
    measured = evaluation.evaluate(model, evaluation.generated(recipe.side, n=maps))
    return {"maps": maps, **{metric.name: metric.value for metric in measured}}


def reliability(name, recipe, results=None):
    """The share of seeds that reached `SEEDS_REACH`, as a metric, if `--num-seeds` has been run for this entry."""
    results = results or run_folder.read_json(run_folder.RUNS / name / RESULTS)
    if name not in SEEDS_REACH or not results:
        return []
    least = SEEDS_REACH[name]
    reached = sum(all(result[metric] >= value for metric, value in least.items()) for result in results)
    seeds = tuple(result["seed"] for result in results)
    more = {"seeds": seeds, "command": f"python -m train {name} --num-seeds {len(results)}"}
    dataset = training_runs(len(results), criteria=_criteria(least, recipe, results[0]["maps"]))
    return [Metric.of_proportion("seed_success_rate", reached, len(results), dataset=dataset, **more)]


def _criteria(least, recipe, maps):
    """What a seed has to reach, as a data set holds it."""
    if least is MAZES:
        names = {"every": "optimal_rate_all_starts", "farthest": "optimal_rate"}
        return [
            {"metric": names[world.start], "at_least": value, "dataset": world.dataset}
            for world, value in benchmarks.SEED_EXAM.items()
        ]
    side = recipe.side
    dataset = generated_maps("open", side, side, maps, "random", evaluation.evaluation_seed(side))
    return [{"metric": metric, "at_least": value, "dataset": dataset} for metric, value in least.items()]
