"""The same recipe from several seeds: how often does it work?"""

import dataclasses

from pnzoo import hub
from pnzoo.core import atomic
from train.shared import entry, run_folder
from train.shared import options as options_

RESULTS = "seeds.json"


def train_seeds(name, recipe, folder, trainer, options):
    """Train a recipe from `options["num_seeds"]` seeds, and go on where a stopped run was.

    Args:
        name: of the entry.
        recipe: whose seed is the first.
        folder: holds `seeds.json` with what each seed reached, and a folder for each.
        trainer: `entry.Trainer`.
        options: of the command line.

    Returns:
        A list of dicts, one for each of these seeds.

    Raises:
        ValueError: this kind of training has no measure for a seed.
    """
    if trainer.score_seed is None:
        raise ValueError(f"--num-seeds is for planners; train {name} with another --seed and --run instead")
    folder.mkdir(parents=True, exist_ok=True)
    results = [] if options["overwrite"] else _known(folder, recipe)
    wanted = range(recipe.seed, recipe.seed + options["num_seeds"])
    for seed in wanted:
        if all(result["seed"] != seed for result in results):
            results.append(_train_one(name, dataclasses.replace(recipe, seed=seed), recipe, folder, trainer, options))
            print(results[-1], flush=True)
            atomic.write_json(folder / RESULTS, results)
    return [result for result in results if result["seed"] in wanted]


def _known(folder, recipe):
    """Results of earlier starts that belong to this recipe: those of a changed one are trained again, or refused."""
    stored = run_folder.read_json(folder / RESULTS)
    results = [each for each in stored if isinstance(each, dict)] if isinstance(stored, list) else []
    return [each for each in results if isinstance(each.get("seed"), int) and _trained(folder, recipe, each["seed"])]


def _trained(folder, recipe, seed):
    place = folder / f"seed{seed}"
    return (place / "entry").is_dir() and run_folder.holds(place, dataclasses.replace(recipe, seed=seed))


def _train_one(name, recipe, original, folder, trainer, options):
    place = folder / f"seed{recipe.seed}"
    command = options_.command_for(name, recipe, original, options.get("devices"))
    model = trainer.train(recipe, place, command, overwrite=options["overwrite"])
    seconds = hub.card(place / "entry")["training_seconds"]
    return {"seed": recipe.seed, "seconds": seconds, **trainer.score_seed(model, name, recipe, place, options)}


def take_picked(results, folder, trainer):
    """Make the entry of the picked seed that of the run: the first, or the best by validation."""
    picked = trainer.pick_seed(results) if trainer.pick_seed else results[0]
    place = folder / f"seed{picked['seed']}" / "entry"
    entry.save(hub.load(place), folder, hub.card(place))
