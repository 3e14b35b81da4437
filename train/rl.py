"""Train the planners of the zoo by reinforcement: TRPO and a curriculum, nothing but reward.

    python -m train.rl vin16_rl                          # train; stopped, it goes on where it was
    python -m train.rl vin16_rl --evaluate --publish     # measure on fresh maps and put it into zoo/
    python -m train.rl vin16_rl --curriculum false --seeds 3 --run runs/plain   # three seeds without the curriculum

Every field of the recipe (`train/recipes_rl.py`) is an option: `--seed 3 --kl-limit 0.01`. A run lives in `runs/NAME`:
`log.csv` has a row for each batch, `tensorboard --logdir runs` draws the same numbers, `state.npz` is where it goes on.
"""

import argparse
import dataclasses
import json
import pathlib
import sys
import time

import keras
import numpy as np

from pnzoo import exam, gridworld, hub, planning
from pnzoo.analysis import flops
from pnzoo.envs import VectorGridWorld
from pnzoo.trpo import Baseline, Policy, advantages, update, walk
from train import imitation, run
from train.event_file import EventFile
from train.recipes_rl import RECIPES, Level

VALIDATION_MAPS = 500
JUDGED = ("val_success", "val_reward")
RECENT = 3  # batches that a level's success is averaged over


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
    if options["seeds"]:
        return many_seeds(name, recipe, folder, options["seeds"], options["maps"])
    command = " ".join(["python -m train.rl", *(sys.argv[1:] if arguments is None else arguments)])
    if options["fresh"] or not options["evaluate"] or not (folder / "entry").is_dir():
        train(recipe, folder, command.split(" --evaluate")[0], fresh=options["fresh"])
    if options["evaluate"]:
        evaluate(folder, name, recipe, options["maps"])
    if options["publish"]:
        imitation.publish(folder, name)


# -- training -----------------------------------------------------------------------------------


def train(recipe, folder, command="", fresh=False):
    """Train by a recipe, or go on with a run that was stopped; returns the best model by validation."""
    folder = run.open_folder(folder, recipe, fresh)
    keras.utils.set_random_seed(recipe.seed)
    model = hub.load(recipe.start_from, **recipe.config) if recipe.start_from else imitation.build(recipe)
    own_k = getattr(model, "k", 0)
    levels = ladder(recipe)
    progress = Progress(folder, Policy(model).parameters())
    events, baseline = EventFile(folder / "events"), Baseline()
    baseline.weights = progress.baseline
    policy = None
    while progress.env_steps < recipe.env_steps:
        started, level = time.monotonic(), levels[progress.level]
        if policy is None or progress.moved_up:
            policy, envs, validation = prepare(model, recipe, level, own_k, progress.theta)
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


def prepare(model, recipe, level, own_k, theta):
    """Policy, worlds and validation of a level. A policy is compiled for one size and one k."""
    if own_k:
        imitation.set_k(model, level.k or own_k)
    policy = Policy(model, recipe.maps_a_pass, recipe.compile)
    policy.assign(theta)
    envs = VectorGridWorld(
        recipe.worlds,
        height=level.size,
        distance=level.distance or None,
        max_steps=round(recipe.longest * level.size),
        episodes_a_map=None,
        max_obstacles=level.obstacles or None,
    )
    return policy, envs, validation_maps(recipe)


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


class Progress:
    """How far a run is: everything that it needs to go on after a kill as if nothing had happened.

    The state is written after every batch, whole or not at all; rows that the log has beyond it are dropped.
    """

    ARRAYS = ("theta", "best", "baseline")
    NUMBERS = ("iteration", "env_steps", "level", "best_reward", "recent", "row")

    def __init__(self, folder, theta):
        self.folder, self.moved_up = pathlib.Path(folder), False
        self.theta = self.best = theta
        self.baseline, self.best_reward = None, -np.inf
        self.iteration = self.env_steps = self.level = 0
        self.recent, self.row = [], {}
        if (self.folder / "state.npz").exists():
            with np.load(self.folder / "state.npz") as state:
                numbers = json.loads(str(state["numbers"]))
                arrays = {name: state[name] for name in self.ARRAYS if name in state}
            vars(self).update(numbers | arrays)
            rows = (self.folder / "log.csv").read_text().splitlines(keepends=True)
            (self.folder / "log.csv").write_text("".join(rows[: self.iteration + 1]))

    def record(self, row, level, levels, seconds):
        """Note what a batch gave, climb a level where it is time, write everything down."""
        self.env_steps += row["env_steps"]
        self.recent = [*self.recent, float(row["success"])][-RECENT:]
        self.row = {name: float(value) for name, value in row.items()}
        self.row |= {"level": self.level + 1, "env_steps": self.env_steps, "seconds": self._seconds(seconds)}
        if self.row["val_reward"] > self.best_reward:
            self.best, self.best_reward = self.theta, self.row["val_reward"]
        self.moved_up = (
            self.level + 1 < levels and len(self.recent) == RECENT and np.mean(self.recent) >= level.until
        )
        if self.moved_up:
            self.level, self.recent = self.level + 1, []
        self.iteration += 1
        self._write()

    def line(self, recipe):
        """Where the run is, in one line."""
        row = self.row
        return (
            f"batch {self.iteration}, level {row['level']:.0f}, {self.env_steps:,}/{recipe.env_steps:,} steps: "
            f"success {row['success']:.3f}, reward {row['reward']:.3f}, entropy {row['entropy']:.2f}, "
            f"kl {row['kl']:.4f}; validation success {row['val_success']:.3f}, reward {row['val_reward']:.3f} "
            f"({row['seconds']:.0f} s)"
        )

    def _seconds(self, more):
        seconds = run.seconds_spent(self.folder) + more
        (self.folder / "clock.json").write_text(json.dumps({"seconds": seconds}))
        return seconds

    def _write(self):
        log = self.folder / "log.csv"
        head = "" if log.exists() else ",".join(self.row) + "\n"
        with log.open("a") as file:
            file.write(head + ",".join(f"{value:.8g}" for value in self.row.values()) + "\n")
        arrays = {name: getattr(self, name) for name in self.ARRAYS if getattr(self, name) is not None}
        numbers = json.dumps({name: getattr(self, name) for name in self.NUMBERS})
        with (self.folder / "state.new").open("wb") as file:
            np.savez(file, numbers=numbers, **arrays)
        (self.folder / "state.new").replace(self.folder / "state.npz")


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


def evaluate(folder, name, recipe, maps):
    """Measure on fresh maps and write the numbers into the card."""
    model, entry, size = hub.load(folder / "entry"), hub.card(folder / "entry"), size_of(name)
    metrics = []
    for metric in exam.measure(model, exam.fresh(size, n=maps)):
        command = f"pnzoo evaluate {name}" + (f" --n {maps}" if maps != exam.MAPS else "")
        metrics.append({**metric, "seeds": [entry["seed"]], "command": command, "paper": None})
        print(f"{name}: {metric['name']} {metric['value']:.5f} {metric['interval']} on {metric['on']}", flush=True)
    shape = (1, size, size, 2)
    if getattr(model, "scores_every_cell", True):
        counted = {"value": flops(model, shape), "per": f"one {size}x{size} map, all cells"}
    else:
        counted = {"value": flops(model, [shape, (1, 1, 2)]), "per": f"one cell of a {size}x{size} map"}
    words = {"summary": recipe.summary, "limits": list(recipe.limits)}
    hub.save(model, folder / "entry", {**entry, **words, "metrics": metrics, "flops": counted})


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
        found = {m["name"]: m["value"] for m in exam.measure(model, exam.fresh(size_of(name), n=maps))}
        results.append({"seed": seed, "seconds": round(run.seconds_spent(of_seed), 1), "maps": maps, **found})
        print(results[-1], flush=True)
        file.write_text(json.dumps(results, indent=1))
    return results


if __name__ == "__main__":
    main()
