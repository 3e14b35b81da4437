"""Measure a planner that was trained by reinforcement: on generated maps, and over seeds."""

import numpy as np

from pnzoo.core.dataset import training_runs
from pnzoo.core.metric import Metric
from pnzoo.evaluation import gridworld as evaluation
from train.planning.evaluation import flops

__all__ = ["evaluate", "flops", "over_seeds", "pick_seed", "score_seed"]

# Metrics that are averaged over training runs: their unit, and the smallest and the largest mean.
OVER_SEEDS = {
    "success_rate": ("%", (0.0, 1.0)),
    "optimal_rate": ("%", (0.0, 1.0)),
    "expected_reward": ("", (-np.inf, 1.0)),
}


def evaluate(model, name, recipe, card, options):
    """Metrics for a card: of this model on generated maps, then what all seeds reached on average.

    Args:
        model: the trained planner.
        name: of the entry.
        recipe: `recipes.ReinforcementRecipe`.
        card: of the entry.
        options: of the command line: `num_maps` and `seeds`.

    Returns:
        A list of metrics.
    """
    num_maps = options["num_maps"] or evaluation.MAPS
    command = f"pnzoo evaluate {name}" + (f" --num-maps {num_maps}" if num_maps != evaluation.MAPS else "")
    maps = evaluation.generated(recipe.side, n=num_maps)
    metrics = [metric.replace(seeds=(card["seed"],), command=command) for metric in evaluation.evaluate(model, maps)]
    return metrics + over_seeds(options.get("seeds") or [], name, maps.dataset)


def score_seed(model, name, recipe, folder, options):
    """What a trained seed reaches, by name, and the steps and the validation reward of its training."""
    num_maps = options["num_maps"] or evaluation.MAPS
    metrics = evaluation.evaluate(model, evaluation.generated(recipe.side, n=num_maps))
    log = np.genfromtxt(folder / "log.csv", delimiter=",", names=True, ndmin=1)
    trained = {"timesteps": int(log["timesteps"][-1]), "val_ep_rew_mean": float(log["val_ep_rew_mean"].max())}
    return {**trained, "maps": num_maps, **{metric.name: metric.value for metric in metrics}}


def pick_seed(results):
    """The seed with the best reward on validation maps, and not the best on the maps that it is measured on."""
    return max(results, key=lambda result: result["val_ep_rew_mean"])


def over_seeds(results, name, dataset):
    """What the seeds reached on average, as metrics; with three runs the intervals are wide."""
    seeds = tuple(result["seed"] for result in results)
    about = {"seeds": seeds, "command": f"python -m train {name} --num-seeds {len(seeds)}",
             "dataset": training_runs(len(seeds), dataset)}  # fmt: skip
    return [
        Metric.of_mean(f"{metric}_over_seeds", [result[metric] for result in results], limits, unit=unit, **about)
        for metric, (unit, limits) in OVER_SEEDS.items()
        if results
    ]
