"""Q9: a curriculum "works better", but by how much?"""

import dataclasses
import shutil

import numpy as np

from pnzoo.core import seeds
from pnzoo.evaluation import gridworld as evaluation
from train.experiments.experiment import WORK, Experiment
from train.experiments.metrics import above, format_ci, from_card, interval, mean_over_seeds, select_one, values_of
from train.rl import training as rl
from train.rl.recipes import RECIPES, CurriculumStage
from train.shared import run_folder

SEEDS = (0, 1, 2)
PLANNERS = ("vin8_rl", "vin16_rl")
MEASURED = {"success_rate": "success", "expected_reward": "expected reward", "optimal_rate": "optimal length"}


def conditions(quick):
    common, seeds = (PLANNERS[:1], (0,)) if quick else (PLANNERS, SEEDS)
    return [{"planner": name, "curriculum": on, "seed": seed}
            for name in common for seed in seeds for on in (True, False)]


def run(condition, quick):
    """Train by TRPO from the same recipe, with and without its easier levels, for the same number of steps.

    The runs are those of `python -m train vin16_rl --num-seeds 3`, and of the same with `--curriculum false --run
    runs/vin16_rl_plain`: finished ones are only measured.
    """
    name = condition["planner"]
    recipe = dataclasses.replace(RECIPES[name], curriculum=condition["curriculum"], seed=condition["seed"])
    folder = run_folder.RUNS / (name if condition["curriculum"] else f"{name}_plain") / f"seed{condition['seed']}"
    if quick:
        stages = CurriculumStage(size=8, max_start_distance=3, k=3), CurriculumStage(size=8, k=3)
        tiny = {"n_envs": 4, "n_steps": 4, "total_timesteps": 8, "fisher_maps": 4, "maps_per_batch": 4,
                "cg_max_steps": 2, "jit_compile": False, "stages": stages,
                "config": {"k": 3, "channels": 8, "filters": [8]}}
        recipe, folder = dataclasses.replace(recipe, **tiny), WORK / f"q9_quick_{condition['curriculum']}"
    model = rl.train(recipe, folder, overwrite=quick)
    measured = {record.name: record for record in evaluation.evaluate(model, maps(name, quick))}
    rows = [from_card(measured[name], words) for name, words in MEASURED.items()]
    rows.append(reached(folder))
    if quick:
        shutil.rmtree(folder)
    return rows


def maps(name, quick):
    """New maps of a planner's size, of a seed of their own."""
    side = RECIPES[name].side
    return evaluation.generated(side, n=10 if quick else 1000, seed=seeds.EXPERIMENT_MAPS[side - 1])


def reached(folder):
    """Steps in the worlds until validation success was 0.9 for the first time; the whole budget if never."""
    log = np.genfromtxt(folder / "log.csv", delimiter=",", names=True, ndmin=1)
    good = np.flatnonzero(log["val_success_rate"] >= 0.9)
    at = float(log["timesteps"][good[0] if len(good) else -1])
    return interval("steps until 90 % of validation maps", at, at, at, 1, "", within=bool(len(good)))


def table(rows):
    return mean_over_seeds(rows, ("planner", "curriculum"))


def conclusion(table):
    parts, verdicts = [], set()
    for name in values_of(table, "planner"):
        gain, base = (select_one(table, planner=name, curriculum=on, name="success") for on in (True, False))
        verdicts.add(verdict(gain, base))
        size = RECIPES[name].side
        parts.append(f"{format_ci(gain)} with it and {format_ci(base)} without at {size}x{size}")
    says = {"no certain difference": "By nothing that three seeds can tell", "so it helps": "It helps",
            "so it harms": "It harms"}[verdicts.pop()] if len(verdicts) == 1 else "It depends on the size"
    return f"{says}: TRPO has {', '.join(parts)} in as many steps."


def verdict(gain, base):
    if above(gain, base):
        return "so it helps"
    return "so it harms" if above(base, gain) else "no certain difference"


def details(table):
    common = values_of(table, "planner")
    return "TRPO " + "; ".join(_of(name, [row for row in table if row["planner"] == name]) for name in common) + "."


def _of(name, table):
    """What the rows of one planner say."""
    parts, success = [], []
    for on in (True, False):
        success.append(select_one(table, curriculum=on, name="success"))
        until = select_one(table, curriculum=on, name="steps until 90 % of validation maps")
        parts.append(f"{'with' if on else 'without'} a curriculum {format_ci(success[-1])} success, and 90 % of the "
                     f"validation maps after {format_ci(until)} steps")
    size, (gain, base) = RECIPES[name].side, success
    points = 100 * (gain["value"] - base["value"])
    start = f"at {size}x{size}, {RECIPES[name].total_timesteps:,} steps: "
    return f"{start}{parts[0]}, {parts[1]} ({points:+.1f} points, {verdict(gain, base)})"


EXPERIMENTS = {
    9: Experiment(
        number=9,
        question='A curriculum "works better" for reinforcement learning: by how much?',
        hypothesis=(
            "Near goals first should give reward early, where random walks seldom find a far goal: at the same number "
            "of steps 5 to 20 points more success, and 90 % reached in half the steps."
        ),
        conditions=conditions,
        run=run,
        conclusion=conclusion,
        details=details,
        figure={"kind": "points", "by": ["planner", "curriculum", "name"], "where": {"unit": "%"},
         "x_title": "share of the maps"},
        columns=("planner", "curriculum"),
        table=table,
        links=(("zoo", "Planners trained by reinforcement", {"find": "rl"}),),
        notes=(
            "By TRPO on reward alone, all else equal: the curriculum is starts near the goal before the full task, and "
            "at 16x16 the 8x8 maps too. Measured greedily on 1,000 new maps of their own. Intervals are Student's "
            "over three seeds.",
            "Where 90 % of the validation maps was never reached, the whole budget counts.",
        ),
    )
}
