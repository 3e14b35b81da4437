"""Train, measure and publish the entries of the zoo.

    python -m train list                          # names, and what each is
    python -m train vin16                         # train; stopped, the same command goes on where it was
    python -m train vin16 --evaluate --publish    # measure it and put it into zoo/
    python -m train vin16 --num-seeds 10          # the same recipe from ten seeds: how often does it work?
    python -m train vin16 --devices all           # each batch in parts, one for every GPU (KERAS_BACKEND=jax)

A run lives in `runs/NAME`: a checkpoint and a log for each stage, and the finished `entry`, which
`pnzoo.load("runs/NAME/entry")` reads.
"""

import importlib
import sys
import warnings

from train.shared import options as options_

# A room's recipes, and the trainer that reads them.
ROOMS = {
    "train.planning.recipes": "train.planning.command",
    "train.terrain.recipes": "train.terrain.command",
    "train.webgraph.recipes": "train.webgraph.command",
    "train.navigation.recipes": "train.navigation.command",
    "train.few_shot.recipes": "train.few_shot.command",
    "train.language.recipes": "train.language.command",
    "train.photos.recipes": "train.photos.command",
    "train.rl.recipes": "train.rl.command",
}


def recipes():
    """name -> recipe, of all rooms."""
    return {name: recipe for room in ROOMS for name, recipe in importlib.import_module(room).RECIPES.items()}


def trainer_of(name):
    """The `entry.Trainer` of an entry."""
    room = next(room for room in ROOMS if name in importlib.import_module(room).RECIPES)
    return importlib.import_module(ROOMS[room]).TRAINER


def main(arguments=None):
    """Run the command line."""
    arguments = sys.argv[1:] if arguments is None else list(arguments)
    if arguments == ["list"]:
        return print("\n".join(f"{name:30} {recipe.summary}" for name, recipe in recipes().items()))
    name, recipe, options = options_.parse(arguments, recipes(), __doc__)
    from train.shared import devices, entry, seeds

    trainer, folder = trainer_of(name), options_.folder_of(name, options)
    trainer = trainer._replace(train=devices.on(trainer.train, options["devices"]))
    results = []
    if options["num_seeds"]:
        results = seeds.train_seeds(name, recipe, folder, trainer, options)
        seeds.take_picked(results, folder, trainer)
    elif _must_train(folder, options):
        command = options_.command_for(name, recipe, recipes()[name], options["devices"])
        trainer.train(recipe, folder, command, overwrite=options["overwrite"], tensorboard=options["tensorboard"])
    if options["validate"]:
        entry.validate(folder, name, recipe, trainer, options)
    if options["evaluate"]:
        entry.evaluate(folder, name, recipe, trainer, {**options, "seeds": results})
    if options["publish"]:
        entry.publish(folder, name)
    return None


def _must_train(folder, options):
    """Whether there is no trained entry yet that an action could be for."""
    action = options["evaluate"] or options["validate"] or options["publish"]
    return options["overwrite"] or not action or not (folder / "entry").is_dir()


def run(arguments=None):
    """`main` for a terminal: what went wrong is one line."""
    warnings.simplefilter("default", DeprecationWarning)
    try:
        main(arguments)
    except (ValueError, OSError) as error:
        sys.exit(f"train: {error}")


if __name__ == "__main__":
    run()
