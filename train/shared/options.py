"""The command line: what is done with an entry, and every field of its recipe as an option."""

import argparse
import dataclasses
import difflib
import json
import pathlib
import shlex

from train.shared import former, run_folder

EPILOG = """Every field of the recipe is an option too: `--seed 3 --batch-size 64 --config '{"k": 40}'`."""


def parse(arguments, recipes, description):
    """Read a command line.

    Args:
        arguments: list of words: the name of an entry, then options.
        recipes: dict, name -> recipe.
        description: of the command, for `--help`.

    Returns:
        (name, recipe with the fields that were given, dict of the other options).

    Raises:
        ValueError: a field's value does not fit.
    """
    name = next((word for word in arguments if word in recipes), None)
    if name is None:
        _parser(description, None).parse_args(arguments)  # answers --help
        raise ValueError(_unknown(arguments, recipes))
    recipe = recipes[name]
    options = vars(_parser(description, recipe).parse_args(former.options(arguments, recipe)))
    fields = {field.name for field in dataclasses.fields(recipe)}
    given = {key: value for key, value in options.items() if key in fields}
    recipe = type(recipe).from_dict({**_plain(recipe), **given})
    if options["quick"]:
        recipe = recipe.quick()
    return name, recipe, {key: value for key, value in options.items() if key not in fields}


def _plain(recipe):
    return {field.name: getattr(recipe, field.name) for field in dataclasses.fields(recipe)}


def _parser(description, recipe):
    parser = argparse.ArgumentParser(
        "python -m train", description=description, epilog=EPILOG, allow_abbrev=False,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.add_argument("name", help="the entry, or `list` for their names")
    add = parser.add_argument
    add("--run", type=pathlib.Path, metavar="FOLDER", help="folder of the run (default: runs/NAME)")
    add("--overwrite", action="store_true", help="forget an earlier run in that folder")
    add("--quick", action="store_true", help="a few steps, to see that everything works")
    add("--tensorboard", type=pathlib.Path, metavar="FOLDER", help="draw the log there; needs TensorFlow")
    add("--devices", type=_devices, metavar="N", help="share each batch among N devices, or `all`; needs JAX")
    add("--num-seeds", type=_count, default=0, metavar="N", help="train and measure so many seeds, from --seed up")
    add("--evaluate", action="store_true", help="measure the trained model and fill in its card")
    add("--validate", action="store_true", help="few-shot: measure on the validation part, write nothing")
    add("--publish", action="store_true", help="copy the finished entry into zoo/")
    add("--num-maps", type=_count, metavar="N", help="planning: generated maps to measure on")
    add("--mat-files", type=pathlib.Path, metavar="FOLDER", help="planning: with the paper's .mat files, to measure on")
    add("--movingai", type=pathlib.Path, metavar="FILE", help="planning: the MovingAI benchmark, measured on too")
    add("--every", type=_count, default=1, metavar="N", help="planning: each Nth scenario of a MovingAI map")
    add("--episodes", type=_count, default=2000, metavar="N", help="few-shot: episodes for each way and shot")
    add("--mnist", type=pathlib.Path, metavar="FILE", help="few-shot: an .npz with x_test and y_test, measured on too")
    add("--lake-runs", type=pathlib.Path, metavar="FILE", help="few-shot: Lake's all_runs.zip, measured on too")
    add("--force", action="store_true", help="with --evaluate: although the card has numbers of the test part")
    add("--load", type=json.loads, default={}, metavar="JSON", help="with --validate: arguments of the model to change")
    if recipe is not None:
        group = parser.add_argument_group("fields of the recipe")
        for field in dataclasses.fields(recipe):
            kind = field.type if field.type in (str, int, float) else json.loads
            group.add_argument(former.option(field.name), type=kind, default=argparse.SUPPRESS, metavar=_metavar(kind))
    return parser


def _count(word):
    """A whole number from 1 up."""
    if not word.isdecimal() or not int(word):
        raise argparse.ArgumentTypeError(f"takes a whole number from 1 up, not {word!r}")
    return int(word)


def _devices(word):
    return word if word == "all" else _count(word)


def _metavar(kind):
    return {str: "TEXT", int: "N", float: "X"}.get(kind, "JSON")


def _unknown(arguments, recipes):
    word = next((word for word in arguments if not word.startswith("-")), "")
    near = difflib.get_close_matches(word, recipes, n=3, cutoff=0.5)
    hint = f"did you mean {' or '.join(near)}? " if near else ""
    return f"no recipe {word!r}; {hint}`python -m train list` names them all"


def command_for(name, recipe, original, devices=None):
    """The command that trains a recipe: its entry, the fields in which it differs from the original, and the devices.

    Example:
        >>> from train.shared.recipe import Recipe
        >>> command_for("vin8", Recipe(seed=3), Recipe())
        'python -m train vin8 --seed 3'
    """
    now, before = recipe.to_dict(), original.to_dict()
    changed = {key: value for key, value in now.items() if value != before[key]}
    words = [word for key, value in changed.items() for word in (former.option(key), _word(value))]
    words += ["--devices", str(devices)] if devices else []
    return shlex.join(["python", "-m", "train", name, *words])


def _word(value):
    return value if isinstance(value, str) else json.dumps(value)


def folder_of(name, options):
    """The folder of a run: `runs/NAME`, or `--run`'s."""
    return options["run"] or run_folder.RUNS / (name + "_quick" * options["quick"])
