"""Train the few-shot entries of the zoo.

    python -m train.few_shot.prepare_omniglot                      # once
    python -m train.few_shot.command matching_conv4_omniglot      # train; stopped, it goes on where it was
    python -m train.few_shot.command NAME --evaluate --publish    # measure on the test part, once, and put it into zoo/
    python -m train.few_shot.command NAME --validate              # measure on the validation part, as often as you like

Every field of the recipe (`train/recipes_matching.py`) is an option: `--minutes 30 --config '{"kernel": "dot"}'`.
A run lives in `runs/NAME`: `history.csv`, a backup to resume from, the best weights by validation, and the finished
`entry`, which `pnzoo.load("runs/NAME/entry")` reads.
"""

import argparse
import dataclasses
import json
import pathlib
import shlex

from train.few_shot.recipes import RECIPES, Recipe
from train.shared import run_folder as run

QUICK = {"steps": 10, "epochs": 3, "validate_every": 3}


def main(arguments=None):
    """Run the command line."""
    from pnzoo import hub
    from train.few_shot import evaluation as few_shot_exam
    from train.few_shot import training as few_shot_run

    options = _parse(arguments)
    recipe = run.override(RECIPES[options["name"]], options)
    if options["quick"]:
        recipe = dataclasses.replace(recipe, **QUICK)
    name = options["name"] + "_quick" * options["quick"]
    folder = pathlib.Path(options["run"] or run.RUNS / name)
    trained = options["evaluate"] or options["validate"] or options["publish"]  # what it is about, if there is one
    if not trained or not (folder / "entry").is_dir():
        few_shot_run.train(recipe, folder, command=command_for(options["name"], recipe), fresh=options["fresh"])
    if options["validate"]:
        network, card = hub.load(folder / "entry", **options["load"]), hub.card(folder / "entry")
        for metric in few_shot_exam.measure(network, name, card["recipe"], "val", options["episodes"]):
            print(
                f"{name} {metric['name']}: {100 * metric['value']:.2f} % {metric['interval']} on validation", flush=True
            )
    if options["evaluate"]:
        few_shot_exam.evaluate(
            folder / "entry",
            name,
            episodes=options["episodes"],
            command=f"python -m train.few_shot.command {options['name']} --evaluate --episodes {options['episodes']}",
            mnist=options["mnist"],
            again=options["again"],
        )
    if options["publish"]:
        network, card = hub.load(folder / "entry"), hub.card(folder / "entry")
        print("published", hub.save(network, hub.zoo_folder() / options["name"], {**card, "name": options["name"]}))


def command_for(name, recipe):
    """The command that trains this recipe: its entry, and what differs from it."""
    changed = {
        field.name: getattr(recipe, field.name)
        for field in dataclasses.fields(recipe)
        if getattr(recipe, field.name) != getattr(RECIPES[name], field.name)
    }
    words = ["--" + key.replace("_", "-") + " " + shlex.quote(_word(value)) for key, value in changed.items()]
    return " ".join(["python -m train.few_shot.command", name, *words])


def _word(value):
    return value if isinstance(value, str) else json.dumps(value)


def _parse(arguments):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", choices=RECIPES, help="the entry")
    parser.add_argument("--run", default=None, help="folder of the run (default: runs/NAME)")
    parser.add_argument("--fresh", action="store_true", help="forget an earlier run of this name")
    parser.add_argument("--quick", action="store_true", help="a few steps, to see that everything works")
    parser.add_argument("--validate", action="store_true", help="measure on the validation part, write nothing")
    parser.add_argument("--load", type=json.loads, default={}, help="with --validate: arguments to change, as JSON")
    parser.add_argument("--evaluate", action="store_true", help="measure on the test part, fill the card")
    parser.add_argument("--again", action="store_true", help="with --evaluate: although the card has numbers")
    parser.add_argument("--episodes", type=int, default=2000, help="episodes for each way and shot")
    parser.add_argument("--mnist", default=None, help="an .npz with x_test and y_test, to measure on MNIST too")
    parser.add_argument("--publish", action="store_true", help="copy the entry into zoo/")
    run.add_fields(parser, Recipe())
    return vars(parser.parse_args(arguments))


if __name__ == "__main__":
    main()
