"""Q9: a curriculum "works better", but by how much?"""

import dataclasses
import shutil

import numpy as np

from pnzoo.evaluation import gridworld as exam
from train.experiments.numbers import over_seeds, pick, row, said
from train.experiments.question import WORK, Question
from train.rl import training as rl
from train.rl.recipes import RECIPES, Level
from train.shared import run_folder as run

SEEDS = (0, 1, 2)
PLANNERS = ("vin8_rl", "vin16_rl")
MEASURED = ("success", "expected_reward", "optimal_length")


def cases(quick):
    planners, seeds = (PLANNERS[:1], (0,)) if quick else (PLANNERS, SEEDS)
    return [{"planner": name, "curriculum": on, "seed": seed}
            for name in planners for seed in seeds for on in (True, False)]


def measure(case, quick):
    """Train by TRPO from the same recipe, with and without its easier levels, for the same number of steps.

    The runs are those of `python -m train.rl.training vin16_rl --seeds 3`, and of the same with `--curriculum false --run
    runs/vin16_rl_plain`: where they are there already, they are only measured.
    """
    name = case["planner"]
    recipe = dataclasses.replace(RECIPES[name], curriculum=case["curriculum"], seed=case["seed"])
    folder = run.RUNS / (name if case["curriculum"] else f"{name}_plain") / f"seed{case['seed']}"
    if quick:
        tiny = {"worlds": 4, "steps": 4, "env_steps": 8, "fisher_maps": 4, "maps_a_pass": 4, "cg_steps": 2,
                "compile": False, "levels": (Level(size=8, distance=3, k=3), Level(size=8, k=3)),
                "config": {"k": 3, "channels": 8, "features": [8]}}
        recipe, folder = dataclasses.replace(recipe, **tiny), WORK / f"q9_quick_{case['curriculum']}"
    model = rl.train(recipe, folder, fresh=quick)
    found = {each["name"]: each for each in exam.measure(model, maps(name, quick))}
    rows = [row(name.replace("_", " "), found[name]["value"], *found[name]["interval"], found[name]["n"],
                "" if name == "expected_reward" else "%") for name in MEASURED]
    rows.append(reached(folder))
    if quick:
        shutil.rmtree(folder)
    return rows


def maps(name, quick):
    """Fresh maps of a planner's size, of a seed of their own."""
    return exam.fresh(rl.size_of(name), n=10 if quick else 1000, seed=9500 + rl.size_of(name))


def reached(folder):
    """Steps in the worlds until validation success was 0.9 for the first time; the whole budget if never."""
    log = np.genfromtxt(folder / "log.csv", delimiter=",", names=True, ndmin=1)
    above = np.flatnonzero(log["val_success"] >= 0.9)
    at = float(log["env_steps"][above[0]] if len(above) else log["env_steps"][-1])
    return row("steps until 90 % of validation maps", at, at, at, 1, "", within=bool(len(above)))


def table(rows):
    return over_seeds(rows, ("planner", "curriculum"))


def answer(table):
    parts, verdicts = [], set()
    for name in dict.fromkeys(each["planner"] for each in table):
        gain, base = (pick(table, planner=name, curriculum=on, measure="success") for on in (True, False))
        verdicts.add(verdict(gain, base))
        parts.append(f"{said(gain)} with it and {said(base)} without at {rl.size_of(name)}x{rl.size_of(name)}")
    says = {"no certain difference": "By nothing that three seeds can tell", "so it helps": "It helps",
            "so it harms": "It harms"}[verdicts.pop()] if len(verdicts) == 1 else "It depends on the size"
    return f"{says}: TRPO has {', '.join(parts)} in as many steps."


def verdict(gain, base):
    if gain["low"] > base["high"]:
        return "so it helps"
    return "so it harms" if gain["high"] < base["low"] else "no certain difference"


def detail(table):
    planners = dict.fromkeys(row["planner"] for row in table)
    return "TRPO " + "; ".join(_of(name, [row for row in table if row["planner"] == name]) for name in planners) + "."


def _of(name, table):
    """What the rows of one planner say."""
    parts, success = [], []
    for on in (True, False):
        success.append(pick(table, curriculum=on, measure="success"))
        until = pick(table, curriculum=on, measure="steps until 90 % of validation maps")
        parts.append(f"{'with' if on else 'without'} a curriculum {said(success[-1])} success, and 90 % of the "
                     f"validation maps after {said(until)} steps")
    size, (gain, base) = rl.size_of(name), success
    points = 100 * (gain["value"] - base["value"])
    start = f"at {size}x{size}, {RECIPES[name].env_steps:,} steps: "
    return f"{start}{parts[0]}, {parts[1]} ({points:+.1f} points, {verdict(gain, base)})"


QUESTIONS = {
    9: Question(
        9,
        'A curriculum "works better" for reinforcement learning: by how much?',
        "Near goals first should give reward early, where random walks seldom find a far goal: at the same number of "
        "steps 5 to 20 points more success, and 90 % reached in half the steps.",
        cases,
        measure,
        answer,
        detail,
        {"kind": "points", "by": ["planner", "curriculum", "measure"], "where": {"unit": "%"},
         "x_title": "share of the maps"},
        ("planner", "curriculum"),
        table=table,
        tries=(("zoo", "Planners trained by reinforcement", {"find": "rl"}),),
        notes=(
            "By TRPO on reward alone, all else equal: the curriculum is starts near the goal before the full task, and "
            "at 16x16 the 8x8 maps too. Measured greedily on 1,000 fresh maps of their own. Intervals are Student's "
            "over three seeds.",
            "Where 90 % of the validation maps was never reached, the whole budget counts.",
        ),
    )
}
