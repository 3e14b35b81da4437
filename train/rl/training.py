"""Train the planners of the zoo by reinforcement: TRPO and a curriculum, nothing but reward.

    python -m train.rl.training vin16_rl                                # train; stopped, it goes on where it was
    python -m train.rl.training vin16_rl --seeds 3 --evaluate --publish   # three seeds; the best by validation goes into zoo/
    python -m train.rl.training vin16_rl --curriculum false --seeds 3 --run runs/plain   # the same without the curriculum

Every field of the recipe (`train/recipes_rl.py`) is an option: `--seed 3 --kl-limit 0.01`. A run lives in `runs/NAME`:
`log.csv` has a row for each batch, `tensorboard --logdir runs` draws the same numbers, `state.npz` is where it goes on.
"""

import argparse
import dataclasses
import json
import pathlib
import shutil
import sys
import time

import keras
import numpy as np
from scipy import stats

from pnzoo import gridworld, hub
from pnzoo.analysis import flops
from pnzoo.envs import VectorGridWorld
from pnzoo.evaluation import gridworld as exam
from pnzoo.rl.trpo import Baseline, Policy, advantages, update, walk
from pnzoo.worlds.gridworld import rollout as planning
from train.planning import imitation
from train.rl.recipes import RECIPES, Level
from train.rl.state import Progress
from train.shared import run_folder as run
from train.shared.event_file import EventFile

VALIDATION_MAPS = 500
JUDGED = ("val_success", "val_reward")


def main(arguments=None):
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", choices=RECIPES, help="the entry")
    parser.add_argument("--run", default=None, help="folder of the run (default: runs/NAME)")
    parser.add_argument("--fresh", action="store_true", help="forget an earlier run of this name")
    parser.add_argument("--evaluate", action="store_true", help="measure the trained model, fill its card")
    parser.add_argument("--maps", type=int, default=exam.MAPS, help="fresh maps to measure on")
    parser.add_argument("--publish", action="store_true", help="copy the entry into zoo/")
    parser.add_argument("--seeds", type=int, default=0, help="train and measure this many seeds, from --seed up")
    run.add_fields(parser, next(iter(RECIPES.values())))
    options = vars(parser.parse_args(arguments))
    recipe = run.override(RECIPES[options["name"]], options)
    name, folder = options["name"], pathlib.Path(options["run"] or run.RUNS / options["name"])
    command = " ".join(["python -m train.rl.training", *(sys.argv[1:] if arguments is None else arguments)])
    command = command.split(" --evaluate")[0]
    results = []
    if options["seeds"]:
        results = many_seeds(name, recipe, folder, options["seeds"], options["maps"])
        take_best(results, folder)
    elif options["fresh"] or not options["evaluate"] or not (folder / "entry").is_dir():
        train(recipe, folder, command, fresh=options["fresh"])
    if options["evaluate"]:
        evaluate(folder, name, recipe, options["maps"], over_seeds(results, name, command))
    if options["publish"]:
        imitation.publish(folder, name)


# -- training -----------------------------------------------------------------------------------


def train(recipe, folder, command="", fresh=False):
    """Train by a recipe, or go on with a run that was stopped; returns the best model by validation."""
    folder = run.open_folder(folder, recipe, fresh)
    keras.utils.set_random_seed(recipe.seed)
    model = hub.load(recipe.start_from, **recipe.config) if recipe.start_from else imitation.build(recipe)
    own_k = getattr(model, "k", 0)
    levels, validation = ladder(recipe), validation_maps(recipe)
    progress = Progress(folder, Policy(model).parameters())
    events, baseline = EventFile(folder / "events"), Baseline()
    Policy(model).assign(progress.theta)
    baseline.weights = progress.baseline
    policy = None
    while progress.env_steps < recipe.env_steps:
        started, level = time.monotonic(), levels[progress.level]
        if policy is None or progress.moved_up:
            policy, envs = prepare(model, recipe, level, own_k, policy)
        row = batch(policy, envs, baseline, recipe, progress)
        over = progress.env_steps + row["env_steps"] >= recipe.env_steps
        if over or progress.iteration % recipe.validate_every == 0:
            row |= judge(policy, *validation)
        else:  # the numbers of last time
            row |= {name: progress.row[name] for name in JUDGED}
        progress.theta, progress.baseline = policy.parameters(), baseline.weights
        progress.record(row, level, len(levels), time.monotonic() - started)
        events.write(progress.env_steps, progress.row)
        if progress.iteration % recipe.validate_every == 0:
            print(progress.line(recipe), flush=True)
    Policy(model).assign(progress.best)
    if own_k:
        imitation.set_k(model, own_k)
    hub.save(model, folder / "entry", card(recipe, folder, progress, command))
    return model


def ladder(recipe):
    """The levels that a recipe climbs: all of them, or the last one alone."""
    levels = [level if isinstance(level, Level) else Level(**level) for level in recipe.levels]
    return levels if recipe.curriculum else levels[-1:]


def prepare(model, recipe, level, own_k, policy=None):
    """Policy and worlds of a level. A policy is compiled for one k, and serves the next level if that has the same."""
    k = own_k and (level.k or own_k)
    if policy is None or (own_k and model.k != k):
        if own_k:
            imitation.set_k(model, k)
        policy = Policy(model, recipe.maps_a_pass, recipe.compile)
    envs = VectorGridWorld(
        recipe.worlds,
        height=level.size,
        distance=level.distance or None,
        max_steps=round(recipe.longest * level.size),
        episodes_a_map=None,
        max_obstacles=level.obstacles or None,
    )
    return policy, envs


def validation_maps(recipe):
    """Maps of the last level's size, whatever the level, and how many moves a walk on each may take."""
    size = ladder(recipe)[-1].size
    maps = exam.fresh(size, n=VALIDATION_MAPS, seed=imitation.VALIDATION_SEED + size)
    return maps, 2 * (planning.optimal_steps(maps.walls, maps.goal, maps.start) + 1)


def batch(policy, envs, baseline, recipe, progress):
    """Walk, estimate advantages, update: one step of TRPO. All that is random comes from the seed and the count."""
    seen = walk(policy, envs, recipe.steps, np.random.default_rng([recipe.seed, progress.iteration]))
    value = baseline(seen)
    advantage, returns = (
        each.T
        for each in advantages(
            seen.reward.T, value.T, seen.terminated.T, seen.ended.T, recipe.discount, recipe.trace
        )
    )
    outcome = update(
        policy,
        seen.data(advantage),
        kl_limit=recipe.kl_limit,
        damping=recipe.damping,
        cg_steps=recipe.cg_steps,
        entropy=recipe.entropy * (1 - progress.env_steps / recipe.env_steps),
        fisher_maps=recipe.fisher_maps,
    )
    baseline.fit(seen, returns)
    missed = np.var((returns - value[:, :-1])[seen.moved]) / max(1e-12, np.var(returns[seen.moved]))
    undecided = -(np.exp(seen.log_policy) * seen.log_policy).sum(axis=-1).mean()
    return {
        "env_steps": seen.steps,
        "success": seen.success,
        "reward": seen.reward.sum() / max(1, seen.episodes),
        "entropy": undecided,
        "explained": 1 - missed,
        "kl": outcome.kl,
        "gain": outcome.gain,
        "fraction": outcome.fraction,
    }


def judge(policy, maps, limit):
    """Success and reward of greedy walks on validation maps."""
    walks = planning.roll_out(maps.walls, maps.start, maps.goal, greedy(policy, maps), limit)
    reward = walks.success * 1.0 - walks.crashed * 1.0 - 0.01 * walks.steps
    return dict(zip(JUDGED, (walks.success.mean(), reward.mean()), strict=True))


def greedy(policy, maps):
    """The function (map indices [n], positions [n, 2]) -> best actions [n]."""
    image = gridworld.encode(maps.walls, maps.goal)
    if getattr(policy.model, "scores_every_cell", True):
        best = policy.cells(image).argmax(axis=-1)
        return lambda index, at: best[index, at[:, 0], at[:, 1]]
    return lambda index, at: policy.logits(image[index], at[:, None].astype("int32")).argmax(axis=-1)[:, 0]


# -- what comes after ---------------------------------------------------------------------------


def card(recipe, folder, progress, command):
    """What is known of a model when its training ends."""
    levels = ladder(recipe)
    sizes = " then ".join(dict.fromkeys(f"{level.size}x{level.size}" for level in levels))
    climb = f"a curriculum of {len(levels)} levels" if len(levels) > 1 else "no curriculum"
    fields = json.loads(json.dumps(dataclasses.asdict(recipe)))
    return {
        "task": "planning",
        "summary": recipe.summary,
        "paper": "Tamar et al. 2016, Value Iteration Networks, arXiv 1602.02867; "
        "Schulman et al. 2015, Trust Region Policy Optimization, arXiv 1502.05477",
        "command": command,
        "seed": recipe.seed,
        "backend": keras.backend.backend(),
        "data": f"{progress.env_steps:,} steps in pnzoo/GridWorld-v0, {progress.iteration} batches of {recipe.worlds} "
        f"new maps of the paper's distribution, {sizes}, {climb}; reward +1 at the goal, -1 at a wall, -0.01 a move",
        "hardware": run.hardware(),
        "wall_seconds": round(run.seconds_spent(folder), 1),
        "recipe": {name: value for name, value in fields.items() if name not in ("summary", "limits")},
        "limits": list(recipe.limits),
        "history": run.history([folder / "log.csv"]),
    }


def size_of(name):
    """The side of the maps in an entry's name."""
    return int("".join(c for c in name if c.isdigit()))


def evaluate(folder, name, recipe, maps, more=()):
    """Measure on fresh maps and write the numbers into the card, with `more` metrics after them."""
    model, entry, size = hub.load(folder / "entry"), hub.card(folder / "entry"), size_of(name)
    metrics = []
    for metric in exam.measure(model, exam.fresh(size, n=maps)):
        command = f"pnzoo evaluate {name}" + (f" --n {maps}" if maps != exam.MAPS else "")
        metrics.append({**metric, "seeds": [entry["seed"]], "command": command, "paper": None})
        print(f"{name}: {metric['name']} {metric['value']:.5f} {metric['interval']} on {metric['on']}", flush=True)
    metrics += more
    shape = (1, size, size, 2)
    if getattr(model, "scores_every_cell", True):
        counted = {"value": flops(model, shape), "per": f"one {size}x{size} map, all cells"}
    else:
        counted = {"value": flops(model, [shape, (1, 1, 2)]), "per": f"one cell of a {size}x{size} map"}
    words = {"summary": recipe.summary, "limits": list(recipe.limits)}
    hub.save(model, folder / "entry", {**entry, **words, "metrics": metrics, "flops": counted})


# -- several seeds --------------------------------------------------------------------------------


def many_seeds(name, recipe, folder, seeds, maps):
    """Train a recipe from several seeds, and go on where a stopped run was; `seeds.json` says what each reached."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "seeds.json"
    results = json.loads(file.read_text()) if file.exists() else []
    for seed in range(recipe.seed, recipe.seed + seeds):
        if any(result["seed"] == seed for result in results):
            continue
        of_seed = folder / f"seed{seed}"
        model = train(dataclasses.replace(recipe, seed=seed), of_seed, f"python -m train.rl.training {name} --seed {seed}")
        found = {m["name"]: m["value"] for m in exam.measure(model, exam.fresh(size_of(name), n=maps))}
        log = np.genfromtxt(of_seed / "log.csv", delimiter=",", names=True, ndmin=1)
        spent = {"seconds": round(run.seconds_spent(of_seed), 1), "env_steps": int(log["env_steps"][-1])}
        results.append({"seed": seed, **spent, "validation": float(log["val_reward"].max()), "maps": maps, **found})
        print(results[-1], flush=True)
        file.write_text(json.dumps(results, indent=1))
    return [result for result in results if recipe.seed <= result["seed"] < recipe.seed + seeds]


def take_best(results, folder):
    """Make the entry of the seed with the best reward on validation maps that of the run: not the best in the exam."""
    best = max(results, key=lambda result: result["validation"])
    shutil.copytree(folder / f"seed{best['seed']}" / "entry", folder / "entry", dirs_exist_ok=True)


def over_seeds(results, name, command):
    """What the seeds reached on average, as metrics; with three runs the intervals are wide."""
    seeds, size = [result["seed"] for result in results], size_of(name)
    return [
        {
            "name": f"{metric}_over_seeds",
            **mean_of_runs([result[metric] for result in results], lowest),
            "on": f"{len(seeds)} training runs, each on {results[0]['maps']:,} fresh {size}x{size} maps",
            "seeds": seeds,
            "command": command,
            "paper": None,
        }
        for metric, lowest in (("success", 0.0), ("optimal_length", 0.0), ("expected_reward", -np.inf))
        if results
    ]


def mean_of_runs(values, lowest=-np.inf):
    """Mean over runs of a number between `lowest` and 1, with Student's 95 % interval: {"value", "n", "interval"}."""
    values = np.asarray(values, float)
    half = stats.t.ppf(0.975, len(values) - 1) * values.std(ddof=1) / len(values) ** 0.5 if len(values) > 1 else 0.0
    mean = float(values.mean())
    return {"value": mean, "n": len(values), "interval": [max(lowest, mean - half), max(mean, min(1.0, mean + half))]}


if __name__ == "__main__":
    main()
