"""Train the few-shot entries of the zoo.

    python -m train.prepare_omniglot                  # once
    python -m train.matching matching_conv4_omniglot  # train; stop and start it again as often as you like
    python -m train.matching matching_conv4_omniglot --evaluate --publish   # test split, once, at the very end

Every field of the recipe (`train/recipes_matching.py`) is an option: `--minutes 30 --config '{"kernel": "dot"}'`.
A run lives in `runs/NAME`: `history.csv`, a backup to resume from, the best weights by validation, and the finished
`entry`, which `pnzoo.load("runs/NAME/entry")` reads.
"""

import argparse
import dataclasses
import json
import pathlib
import platform
import sys

RUNS = pathlib.Path("runs")


def main(arguments=None):
    """Run the command line."""
    from train import few_shot_run
    from train.recipes_matching import RECIPES

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", choices=RECIPES, help="the entry")
    parser.add_argument("--run", default=None, help="folder of the run (default: runs/NAME)")
    parser.add_argument("--fresh", action="store_true", help="forget an earlier run of this name")
    parser.add_argument("--quick", action="store_true", help="a minute's run, to see that everything works")
    parser.add_argument("--evaluate", action="store_true", help="measure the trained entry on the test split")
    parser.add_argument("--episodes", type=int, default=2000, help="test episodes for each way and shot")
    parser.add_argument("--publish", action="store_true", help="copy the entry to the zoo")
    _add_fields(parser, RECIPES)
    options = vars(parser.parse_args(arguments))
    recipe = _override(RECIPES[options["name"]], options)
    if options["quick"]:
        recipe = dataclasses.replace(recipe, minutes=0.7, epochs=20, steps=10, validate_every=100)
    folder = pathlib.Path(options["run"] or RUNS / (options["name"] + "_quick" * options["quick"]))
    command = " ".join(["python -m train.matching", *(sys.argv[1:] if arguments is None else arguments)])
    if not options["evaluate"]:
        few_shot_run.train(recipe, folder, command=command, fresh=options["fresh"])
    else:
        few_shot_run.evaluate(folder / "entry", options["name"], episodes=options["episodes"], command=command)
    if options["publish"]:
        few_shot_run.publish(folder / "entry", options["name"])


def _add_fields(parser, recipes):
    any_recipe = next(iter(recipes.values()))
    for field in dataclasses.fields(any_recipe):
        kind = {dict: json.loads}.get(field.type, field.type)
        parser.add_argument("--" + field.name.replace("_", "-"), type=kind, default=None, metavar=field.type.__name__)


def _override(recipe, options):
    names = {field.name for field in dataclasses.fields(recipe)}
    return dataclasses.replace(recipe, **{k: v for k, v in options.items() if k in names and v is not None})


def hardware():
    """One line on the machine, for a card."""
    import os

    return f"{os.cpu_count()} CPU cores ({platform.machine()}), no GPU"


if __name__ == "__main__":
    main()
