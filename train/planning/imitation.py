"""Train the planners of the zoo by imitation of shortest paths.

    python -m train.planning.imitation vin16                     # train; stopped, it goes on where it was
    python -m train.planning.imitation vin16 --evaluate --publish  # measure on fresh maps and put it into zoo/
    python -m train.planning.imitation vin16 --seeds 10          # the same recipe from ten seeds: how often does it work?

Every field of the recipe (`train/recipes_imitation.py`) is an option: `--seed 3 --batch-size 64`. A run
lives in `runs/NAME`.
"""

import argparse
import dataclasses
import importlib
import json
import pathlib
import shutil
import sys

import keras
import numpy as np

from pnzoo import gridworld, hub
from pnzoo.analysis import flops
from pnzoo.cli import side_in
from pnzoo.evaluation import gridworld as exam
from pnzoo.evaluation import long_horizon as long_exam
from pnzoo.models import GPPN, LongVIN
from pnzoo.worlds.gridworld import rollout as planning
from train.planning import benchmarks as long_worlds
from train.planning.recipes import PAPER_TABLE, RECIPES, Stage
from train.shared import run_folder as run

# What a seed of the recipe has to reach.
MAZES = {world.on: least for world, least in long_worlds.SEED_EXAM.items()}
SEEDS_REACH = {"vin16": {"success": 1.0, "optimal_length": 0.999}, "vin_maze": MAZES, "vin_maze4": MAZES}
VALIDATION_MAPS = 500
VALIDATION_SEED = 8000  # + size; training draws from seeds below 1000 * 8, exams from 9000 up


def main(arguments=None):
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", choices=RECIPES, help="the entry")
    parser.add_argument("--run", default=None, help="folder of the run (default: runs/NAME)")
    parser.add_argument("--fresh", action="store_true", help="forget an earlier run of this name")
    parser.add_argument("--evaluate", action="store_true", help="measure the trained model, fill its card")
    parser.add_argument("--maps", type=int, default=exam.MAPS, help="fresh maps to measure on")
    parser.add_argument("--paper-files", default=None, help="folder with the authors' .mat files, to measure on too")
    parser.add_argument("--publish", action="store_true", help="copy the entry into zoo/")
    parser.add_argument("--seeds", type=int, default=0, help="train and measure this many seeds, from --seed up")
    run.add_fields(parser, next(iter(RECIPES.values())))
    options = vars(parser.parse_args(arguments))
    recipe = run.override(RECIPES[options["name"]], options)
    name, folder = options["name"], pathlib.Path(options["run"] or run.RUNS / options["name"])
    if options["seeds"]:
        folder = folder if options["run"] else seeds_folder(name)
        return many_seeds(name, recipe, folder, options["seeds"], options["maps"])
    command = " ".join(["python -m train.planning.imitation", *(sys.argv[1:] if arguments is None else arguments)])
    if options["fresh"] or not options["evaluate"] or not (folder / "entry").is_dir():
        train(recipe, folder, command.split(" --evaluate")[0], fresh=options["fresh"])
    if options["evaluate"]:
        evaluate(folder, name, recipe, options["maps"], options["paper_files"])
    if options["publish"]:
        publish(folder, name)


def train(recipe, folder, command="", fresh=False):
    """Train by a recipe, or go on with a run that was stopped; returns the best model by validation."""
    folder = run.open_folder(folder, recipe, fresh)
    keras.utils.set_random_seed(recipe.seed)
    model = build(recipe)
    if recipe.start_from:
        lend_weights(hub.load(recipe.start_from), model)
    stages = [stage if isinstance(stage, Stage) else Stage(**stage) for stage in recipe.stages]
    for number, stage in enumerate(stages):
        best = folder / f"stage{number}.weights.h5"
        done = folder / f"stage{number}.done"
        if not done.exists():
            fit(model, recipe, stage, number, len(stages), folder, best)
            done.touch()
        # The last stage's best weights are the result; earlier stages hand on their last ones.
        model.load_weights(best)
    settle(model, recipe)
    hub.save(model, folder / "entry", card(recipe, folder, len(stages), command))
    return model


def build(recipe):
    """The untrained model of a recipe."""
    model = getattr(importlib.import_module(hub.CLASSES[recipe.model]), recipe.model)(**recipe.config)
    return model.build_weights()


def lend_weights(donor, model):
    """Copy the donor's weights wherever name and shape agree; the others stay as they were initialised."""
    lent = {_within(weight): weight for weight in donor.weights}
    for weight in model.weights:
        other = lent.get(_within(weight))
        if other is not None and other.shape == weight.shape:
            weight.assign(other)


def _within(weight):
    return weight.path.split("/", 1)[1]  # without the model's own name


def settle(model, recipe):
    """Give the model the K, and the other settings, that it ships with."""
    if isinstance(model, LongVIN):
        model.arrange(**model.settings)
    elif "k" in recipe.config:
        set_k(model, recipe.config["k"])


def arrange(model, stage):
    """Give the model the K and the other settings of a stage."""
    if isinstance(model, LongVIN):
        model.arrange(**{**model.settings, "k": stage.k, "lengths": stage.lengths, **stage.model})
    elif stage.k:
        set_k(model, stage.k)


def set_k(model, k):
    """Change the number of planning steps; untied weights have theirs."""
    if isinstance(model, GPPN):
        model.k = model.settings["k"] = k
    elif model.value_iteration.tied:
        model.value_iteration.k = k
        model.settings["k"] = k


def fit(model, recipe, stage, number, count, folder, best):
    """One stage of a recipe: maps of one size, a number of epochs, a learning rate that falls."""
    training = data(recipe, stage, recipe.seed * 10 + (0 if recipe.same_maps else number), stage.maps)
    validation = data(recipe, stage, VALIDATION_SEED + stage.size, VALIDATION_MAPS)
    arrange(model, stage)
    steps = -(-stage.maps // recipe.batch_size) * stage.epochs
    schedule = keras.optimizers.schedules.PolynomialDecay(stage.rate_from, steps, stage.rate_to)
    clip = {"global_clipnorm": recipe.clip} if recipe.clip else {}
    kind = {"adam": keras.optimizers.Adam, "rmsprop": keras.optimizers.RMSprop}[recipe.optimizer]
    extra = {"rho": 0.9, "epsilon": 1e-6} if recipe.optimizer == "rmsprop" else {}
    model.compile(
        kind(schedule, **clip, **extra),
        "mse" if stage.lengths else keras.losses.CategoricalCrossentropy(from_logits=True),
        jit_compile=keras.backend.backend() != "torch" and recipe.compile,
    )
    last, log = number == count - 1, folder / f"stage{number}.csv"
    model.fit(
        Batches(*training, recipe.batch_size, recipe.cells, recipe.seed),
        validation_data=Batches(*validation, recipe.batch_size, recipe.cells, recipe.seed, shuffle=False),
        epochs=stage.epochs,
        verbose=0,
        callbacks=[
            keras.callbacks.TerminateOnNaN(),
            keras.callbacks.ModelCheckpoint(
                str(best),
                monitor="val_loss",
                save_best_only=last,
                save_weights_only=True,
                initial_value_threshold=run.lowest(log, "val_loss") if best.exists() else None,  # of an earlier start
            ),
            keras.callbacks.CSVLogger(str(log), append=True),
            run.Clock(folder, f"stage {number + 1}/{count}, {stage.size}x{stage.size},"),
            keras.callbacks.BackupAndRestore(str(folder / f"backup{number}"), double_checkpoint=True),
        ],
    )


def data(recipe, stage, seed, maps):
    """Images, targets and weights: every reachable cell with its set of optimal moves, or the paper's labels."""
    walls, goal = worlds(stage, seed, maps)
    if recipe.paths:
        return (gridworld.encode(walls, goal), *path_labels(walls, goal, recipe.paths, seed))
    dist = gridworld.distances(walls, goal, moves=recipe.moves)
    # Nothing is known of a goal farther than k moves: labels of such cells would teach noise.
    known = dist <= (stage.k or np.inf)
    if stage.lengths:
        lengths = np.where(known, dist, 0.0)[..., None].astype("float32")
        return gridworld.encode(walls, goal), lengths, known.astype("float32")
    targets, weight = gridworld.targets(walls, goal, moves=recipe.moves)
    return gridworld.encode(walls, goal), targets, weight * known


def worlds(stage, seed, maps):
    """Walls [B, H, W] and goals [B, 2] of the stage's families, in turn."""
    count = len(stage.families)
    shares = [len(range(i, maps, count)) for i in range(count)]
    parts = [
        gridworld.generate_family(family, share, stage.size, seed=np.random.default_rng((seed, i)) if i else seed)
        for i, (family, share) in enumerate(zip(stage.families, shares, strict=True))
        if share
    ]
    return tuple(np.concatenate(arrays) for arrays in zip(*parts, strict=True))


def path_labels(walls, goal, paths, seed):
    """The paper's data: some shortest paths a map, one label for each state on them."""
    rng = np.random.default_rng(seed)
    dist = gridworld.distances(walls, goal)
    best = gridworld.optimal_moves(walls, goal, dist=dist)
    # One optimal move a cell, drawn once a map: paths that meet go on together, as one expert's do.
    label = np.where(best, rng.random(best.shape), -1.0).argmax(axis=-1)
    weight = np.zeros(walls.shape, "float32")
    rows = np.arange(len(walls))
    for _ in range(paths):
        at = gridworld.random_starts(walls, goal, rng, dist=dist)
        for _ in range(walls[0].size):
            under_way = (at != goal).any(axis=1)
            if not under_way.any():
                break
            weight[rows[under_way], at[under_way, 0], at[under_way, 1]] = 1.0
            moved, _ = gridworld.step(walls, at, label[rows, at[:, 0], at[:, 1]])
            at = np.where(under_way[:, None], moved, at)
    return np.eye(8, dtype="float32")[label] * weight[..., None], weight


class Batches(keras.utils.PyDataset):
    """Whole maps, or for models that see one cell at a time some random labelled cells of each."""

    def __init__(self, images, targets, weights, batch_size, cells, seed, shuffle=True):
        super().__init__()
        self.images, self.targets, self.weights = images, targets, weights
        self.batch_size, self.cells, self.shuffle = batch_size, cells, shuffle
        self.rng = np.random.default_rng(seed)
        self.order = np.arange(len(images))
        self.on_epoch_begin()

    def __len__(self):
        return -(-len(self.order) // self.batch_size)

    def on_epoch_begin(self):
        if self.shuffle:
            self.rng.shuffle(self.order)

    def __getitem__(self, index):
        chosen = self.order[index * self.batch_size : (index + 1) * self.batch_size]
        if len(chosen) < self.batch_size:  # one shape, one compilation
            chosen = np.concatenate([chosen, self.order[: self.batch_size - len(chosen)]])
        images, targets, weights = self.images[chosen], self.targets[chosen], self.weights[chosen]
        if not self.cells:
            # The mean over labelled cells, whatever the share of walls.
            return images, targets, weights * (weights.size / weights.sum())
        keys = np.where(weights > 0, self.rng.random(weights.shape), -1.0).reshape(len(chosen), -1)
        flat = np.argsort(-keys, axis=1)[:, : self.cells]
        positions = np.stack(np.divmod(flat, weights.shape[2]), axis=-1).astype("int32")
        rows = np.arange(len(chosen))[:, None]
        at = (rows, positions[..., 0], positions[..., 1])
        return (images, positions), targets[at], weights[at]


def card(recipe, folder, stages, command):
    """What is known of a model when its training ends."""
    sizes = " then ".join(dict.fromkeys(f"{_field(s, 'size')}x{_field(s, 'size')}" for s in recipe.stages))
    families = dict.fromkeys(family for stage in recipe.stages for family in _field(stage, "families"))
    kinds = ", ".join({"open": "the paper's distribution"}.get(family, family) for family in families)
    labels = "every reachable cell, its set of optimal moves"
    if recipe.paths:
        labels = f"one label for each state on {recipe.paths} paths a map"
    return {
        "task": "planning",
        "summary": recipe.summary,
        "paper": "Tamar et al. 2016, Value Iteration Networks, arXiv 1602.02867",
        "command": command,
        "seed": recipe.seed,
        "backend": keras.backend.backend(),
        "data": f"generated maps ({kinds}), {sizes}; {labels}",
        "hardware": run.hardware(),
        "wall_seconds": round(run.seconds_spent(folder), 1),
        "recipe": _recorded(recipe),
        "limits": list(recipe.limits),
        "history": run.history([folder / f"stage{number}.csv" for number in range(stages)]),
    }


def _recorded(recipe):
    """The recipe as a card keeps it: what bears on the training, not the words beside it."""
    fields = json.loads(json.dumps(dataclasses.asdict(recipe)))
    return {name: value for name, value in fields.items() if name not in ("summary", "limits")}


def _field(stage, name):
    return stage.get(name, getattr(Stage, name, None)) if isinstance(stage, dict) else getattr(stage, name)


def evaluate(folder, name, recipe, maps, paper_files=None):
    """Measure on fresh maps (and the authors' held-out ones) and write the numbers into the card."""
    model, entry = hub.load(folder / "entry"), hub.card(folder / "entry")
    size = side_in(name)
    exams = [(exam.fresh(size, n=maps), f"pnzoo evaluate {name}" + (f" --n {maps}" if maps != exam.MAPS else ""))]
    file = pathlib.Path(paper_files or "") / f"gridworld_{size}.mat"
    if paper_files and file.exists():
        exams.append((exam.paper(file), f"pnzoo evaluate {name} --maps {file.name}"))
    metrics = []
    for paper_exam, command in exams:
        for metric in exam.measure(model, paper_exam):
            paper = PAPER_TABLE.get((name.split("_")[0], metric["name"]))
            metric |= {"seeds": [entry["seed"]], "command": command, "paper": paper}
            metrics.append(metric)
            print(f"{name}: {metric['name']} {metric['value']:.5f} {metric['interval']} on {metric['on']}", flush=True)
    if isinstance(model, (GPPN, LongVIN)):
        metrics = in_long_worlds(model, name, entry["seed"]) + metrics * (recipe.moves == 8)
    metrics += reliability(name)
    shape = (1, size, size, 2)
    if getattr(model, "scores_every_cell", True):
        counted = {"value": flops(model, shape), "per": f"one {size}x{size} map, all cells"}
    else:
        counted = {"value": flops(model, [shape, (1, 1, 2)]), "per": f"one cell of a {size}x{size} map"}
    words = {"summary": recipe.summary, "limits": list(recipe.limits)}
    hub.save(model, folder / "entry", {**entry, **words, "metrics": metrics, "flops": counted})


def in_long_worlds(model, name, seed):
    """Metrics on the worlds of `train/long_worlds.py`."""
    exams = [(world, long_exam.measure) for world in long_worlds.EXAM]
    metrics = []
    for world, measure in [*exams, (long_worlds.BY_LENGTH, long_exam.measure_by_length)]:
        for metric in measure(model, world):
            command = world.command(name) + " --by-length" * (measure is long_exam.measure_by_length)
            metrics.append({**metric, "seeds": [seed], "command": command, "paper": None})
            print(f"{name}: {metric['name']} {metric['value']:.5f} {metric['interval']} on {metric['on']}", flush=True)
    return metrics


def publish(folder, name):
    """Put the entry into zoo/."""
    model, entry = hub.load(folder / "entry"), hub.card(folder / "entry")
    hub.save(model, hub.zoo_folder() / name, {**entry, "name": name})
    print(f"published zoo/{name}")


def seeds_folder(name):
    return run.RUNS / f"{name}_seeds"


def reliability(name):
    """The share of seeds that reached `SEEDS_REACH`, as a metric, if `--seeds` has been run for this entry."""
    file = seeds_folder(name) / "seeds.json"
    if name not in SEEDS_REACH or not file.exists():
        return []
    results = json.loads(file.read_text())
    reached = sum(all(found[metric] >= least for metric, least in SEEDS_REACH[name].items()) for found in results)
    maps = results[0]["maps"]
    words = " and ".join(f"{metric} >= {100 * least:g} %" for metric, least in SEEDS_REACH[name].items())
    on = f"training runs of this recipe that reach {words} on {maps} fresh maps each"
    if SEEDS_REACH[name] is MAZES:
        words = ", ".join(f"{100 * least:g} % on {world}" for world, least in MAZES.items())
        on = f"training runs of this recipe that take a shortest way in at least {words}"
    return [
        {
            "name": "seeds_that_reach",
            "value": reached / len(results),
            "n": len(results),
            "interval": list(planning.wilson(reached, len(results))),
            "on": on,
            "seeds": [found["seed"] for found in results],
            "command": f"python -m train.planning.imitation {name} --seeds {len(results)} --maps {maps}",
            "paper": None,
        }
    ]


def many_seeds(name, recipe, folder, seeds, maps):
    """Train a recipe from several seeds, and go on where a stopped run was; `seeds.json` says what each reached."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "seeds.json"
    results = json.loads(file.read_text()) if file.exists() else []
    for seed in range(recipe.seed, recipe.seed + seeds):
        if any(result["seed"] == seed for result in results):
            continue
        of_seed = folder / f"seed{seed}"
        model = train(dataclasses.replace(recipe, seed=seed), of_seed)
        found = grades(name, model, maps)
        results.append({"seed": seed, "seconds": round(run.seconds_spent(of_seed), 1), "maps": maps, **found})
        print(results[-1], flush=True)
        file.write_text(json.dumps(results, indent=1))
        shutil.rmtree(of_seed)
    return results


def grades(name, model, maps):
    """What a trained seed reaches, by name."""
    if SEEDS_REACH.get(name) is MAZES:
        return {world.on: long_exam.measure(model, world)[1]["value"] for world in long_worlds.SEED_EXAM}
    fresh = exam.fresh(side_in(name), n=maps)
    return {metric["name"]: metric["value"] for metric in exam.measure(model, fresh)}


if __name__ == "__main__":
    main()
