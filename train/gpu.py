"""Train a planner on a GPU by JAX alone and measure how many maps a second it plans: one prepared script.

    python -m train.gpu prepare vin28.npz                 # anywhere: maps and labels, needs neither JAX nor a GPU
    python -m train.gpu run vin28.npz --devices all       # where the GPU is: pip install 'pnzoo[jax]' 'jax[cuda12]'

The second machine needs neither TensorFlow nor TensorFlow Datasets, and draws no map. The entry of the run,
`runs/gpu_vin28/entry`, has the card of any training, with the hardware, and the maps a second as metrics. Without a GPU
the same command runs on the processor. Other entries: `--entry vin16`; other fields: `--fields '{"seed": 3}'`.
"""

import argparse
import io
import json
import os
import pathlib
import shlex
import sys
import time

PARTS = ("images", "targets", "weights")
BATCHES = (1, 128, 1024)
ROUNDS = 20
SEED = 0  # of the maps that are timed


def recipe_of(entry, fields):
    """The recipe of an entry, with other fields.

    Raises:
        ValueError: this entry is not trained by imitation on maps, or has no such field.
    """
    from train.planning.recipes import RECIPES

    if entry not in RECIPES:
        raise ValueError(f"--entry is one that is trained by imitation on maps: {', '.join(RECIPES)}; got {entry!r}")
    recipe = RECIPES[entry]
    return type(recipe).from_dict({**recipe.to_dict(), **fields})


def prepare(file, recipe, entry=""):
    """Write all maps and labels of a recipe into one file.

    Args:
        file: an `.npz`.
        recipe: `ImitationRecipe`.
        entry: its name, kept in the file.

    Returns:
        The file's size in bytes.
    """
    import numpy as np

    from pnzoo.core import atomic
    from train.planning import imitation, labels

    arrays = {}

    def kept(recipe, stage, seed, maps):
        for name, array in zip(PARTS, labels.data(recipe, stage, seed, maps), strict=True):
            arrays[_key(stage, seed, maps, name)] = array

    for number in range(len(recipe.stages)):
        imitation.stage_data(recipe, number, kept)
    facts = {"entry": entry, "recipe": recipe.to_dict()}
    arrays["facts"] = np.frombuffer(json.dumps(facts).encode(), "uint8")
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)
    atomic.write_bytes(file, buffer.getvalue())
    return len(buffer.getvalue())


def read(file):
    """(entry, recipe, function in place of `labels.data`) of a prepared file.

    Raises:
        ValueError: it is none.
    """
    import numpy as np

    from train.planning.recipes import ImitationRecipe

    try:
        with np.load(file, allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in stored.files}
        facts = json.loads(arrays.pop("facts").tobytes())
        recipe = ImitationRecipe.from_dict(facts["recipe"])
    except FileNotFoundError:
        raise
    except Exception as error:  # any bytes may stand there
        raise ValueError(
            f"{file} is no prepared file ({error}); `python -m train.gpu prepare {file}` makes one"
        ) from error

    def data(recipe, stage, seed, maps):
        return tuple(arrays[_key(stage, seed, maps, name)] for name in PARTS)

    return facts["entry"], recipe, data


def _key(stage, seed, maps, name):
    return f"{stage.size}-{stage.k}-{'+'.join(stage.families)}-{seed}-{maps}/{name}"


def measure(model, size, batches=BATCHES, rounds=ROUNDS, command=""):
    """How many maps a second a planner plans, all cells of each: a `Metric` for each batch size and way.

    Args:
        model: a planner of maps.
        size: side of the maps.
        batches: numbers of maps at a time.
        rounds: measured of each, after two that compile.
        command: that measures it again.

    Returns:
        List of `Metric`: "maps_per_second" of `policy`, NumPy arrays in and out; on JAX also
        "maps_per_second_on_device", of maps and answers that stay there.
    """
    import keras

    from pnzoo import gridworld
    from pnzoo.core.dataset import generated_maps
    from pnzoo.core.metric import Metric

    metrics = []
    for batch in batches:
        walls, goal = gridworld.generate(batch, size, seed=SEED)
        ways = {"maps_per_second": lambda walls=walls, goal=goal: model.policy(walls, goal)}
        if keras.backend.backend() == "jax":
            ways["maps_per_second_on_device"] = _on_device(model, gridworld.encode(walls, goal))
        where = generated_maps("open", size, size, batch, "every", SEED)
        for name, way in ways.items():
            rates = [batch / _seconds(way) for _ in range(rounds + 2)][2:]
            metrics.append(
                Metric.of_mean(name, rates, limits=(0, float("inf")), unit="maps/s", dataset=where, command=command)
            )
    return metrics


def _on_device(model, image):
    import jax
    from keras import ops

    placed = jax.device_put(image)
    best = jax.jit(lambda image: ops.argmax(model(image), axis=-1))
    return lambda: best(placed).block_until_ready()


def _seconds(function):
    started = time.perf_counter()
    function()
    return time.perf_counter() - started


def run(file, folder=None, devices=None, batches=BATCHES, rounds=ROUNDS):
    """Train from a prepared file and measure: the card of the entry, in `folder / "entry"`."""
    import keras

    from pnzoo import hub
    from train.planning import imitation
    from train.shared import devices as devices_

    entry, recipe, data = read(file)
    folder = pathlib.Path(folder or f"runs/gpu_{entry}")
    command = shlex.join(["python", "-m", "train.gpu", "run", pathlib.Path(file).name])
    command += f" --devices {devices}" if devices else ""
    devices_.on(imitation.train, devices)(recipe, folder, command, data=data)
    print(f"{keras.backend.backend()} on {hub.card(folder / 'entry')['hardware']}", flush=True)
    metrics = measure(hub.load(folder / "entry"), recipe.side, batches, rounds, command)
    for metric in metrics:
        print(f"{metric.name}, {metric.dataset['n']} maps of {recipe.side}x{recipe.side} at a time: {metric}")
    return hub.update_card(folder / "entry", metrics=metrics)


def main(arguments=None):
    """Run the command line."""
    os.environ.setdefault("KERAS_BACKEND", "jax")
    from train.shared.options import _count, _devices

    parser = argparse.ArgumentParser(
        "python -m train.gpu", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(dest="command", required=True)
    add = commands.add_parser("prepare", help="write maps and labels").add_argument
    add("file", type=pathlib.Path)
    add("--entry", default="vin28", help="whose recipe")
    add("--fields", type=json.loads, default={}, metavar="JSON", help="other fields of the recipe")
    add = commands.add_parser("run", help="train and measure").add_argument
    add("file", type=pathlib.Path)
    add("--run", dest="folder", type=pathlib.Path, metavar="FOLDER", help="of the run (default: runs/gpu_ENTRY)")
    add("--devices", type=_devices, metavar="N", help="share each batch among N devices, or `all`")
    add("--batches", type=_count, nargs="+", default=BATCHES, metavar="N", help="maps at a time, to be timed")
    add("--rounds", type=_count, default=ROUNDS, metavar="N", help="times that each is timed")
    options = vars(parser.parse_args(arguments))
    if options.pop("command") == "run":
        return run(**options)
    size = prepare(options["file"], recipe_of(options["entry"], options["fields"]), options["entry"])
    return print(f"{options['file']}: {size / 1e6:.1f} MB")


if __name__ == "__main__":
    try:
        main()
    except (ValueError, OSError) as error:
        sys.exit(f"train.gpu: {error}")
