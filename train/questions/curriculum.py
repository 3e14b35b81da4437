"""Q9: a curriculum "works better", but by how much?"""

import dataclasses
import shutil

import numpy as np

from pnzoo import exam
from train import rl, run
from train.questions.numbers import over_seeds, pick, row, said
from train.questions.question import WORK, Question
from train.recipes_rl import RECIPES, Level

SEEDS = (0, 1, 2)
NAME = "vin8_rl"
MEASURED = ("success", "expected_reward", "optimal_length")


def cases(quick):
    return [{"curriculum": on, "seed": seed} for seed in ((0,) if quick else SEEDS) for on in (True, False)]


def measure(case, quick):
    """Train by TRPO from the same recipe, with and without its easier levels, for the same number of steps.

    The runs are those of `python -m train.rl vin8_rl --seeds 3`, and of the same with `--curriculum false --run
    runs/vin8_rl_plain`: where they are there already, they are only measured.
    """
    recipe = dataclasses.replace(RECIPES[NAME], curriculum=case["curriculum"], seed=case["seed"])
    folder = run.RUNS / (NAME if case["curriculum"] else f"{NAME}_plain") / f"seed{case['seed']}"
    if quick:
        tiny = {"worlds": 4, "steps": 4, "env_steps": 8, "fisher_maps": 4, "maps_a_pass": 4, "cg_steps": 2,
                "compile": False, "levels": (Level(size=8, distance=3, k=3), Level(size=8, k=3)),
                "config": {"k": 3, "channels": 8, "features": [8]}}
        recipe, folder = dataclasses.replace(recipe, **tiny), WORK / f"q9_quick_{case['curriculum']}"
    model = rl.train(recipe, folder, fresh=quick)
    found = {each["name"]: each for each in exam.measure(model, exam.fresh(8, n=10 if quick else 1000, seed=9508))}
    rows = [row(name.replace("_", " "), found[name]["value"], *found[name]["interval"], found[name]["n"],
                "" if name == "expected_reward" else "%") for name in MEASURED]
    rows.append(reached(folder))
    if quick:
        shutil.rmtree(folder)
    return rows


def reached(folder):
    """Steps in the worlds until validation success was 0.9 for the first time; the whole budget if never."""
    log = np.genfromtxt(folder / "log.csv", delimiter=",", names=True, ndmin=1)
    above = np.flatnonzero(log["val_success"] >= 0.9)
    at = float(log["env_steps"][above[0]] if len(above) else log["env_steps"][-1])
    return row("steps until 90 % of validation maps", at, at, at, 1, "", within=bool(len(above)))


def table(rows):
    return over_seeds(rows, ("curriculum",))


def answer(table):
    parts = []
    for on in (True, False):
        success = pick(table, curriculum=on, measure="success")
        until = pick(table, curriculum=on, measure="steps until 90 % of validation maps")
        parts.append(f"{'with' if on else 'without'} a curriculum {said(success)} success and 90 % of the validation "
                     f"maps after {said(until)} steps")
    gain = [pick(table, curriculum=on, measure="success") for on in (True, False)]
    clear = gain[0]["low"] > gain[1]["high"]
    verdict = "so it helps" if clear else "so these seeds show no certain difference" if (
        gain[0]["high"] >= gain[1]["low"]) else "so it harms"
    gap = 100 * (gain[0]["value"] - gain[1]["value"])
    return f"TRPO at 8x8: {parts[0]}; {parts[1]}; {verdict} ({gap:+.1f} points)."


QUESTIONS = {
    9: Question(
        9,
        'A curriculum "works better" for reinforcement learning: by how much?',
        "Near goals first should give reward early, where random walks seldom find a far goal: at the same number of "
        "steps 5 to 20 points more success, and 90 % reached in half the steps.",
        cases,
        measure,
        answer,
        {"kind": "points", "by": ["curriculum", "measure"], "where": {"unit": "%"},
         "x_title": "share of the maps"},
        ("curriculum",),
        table=table,
        tries=(("zoo", "Planners trained by reinforcement", {"find": "rl"}),),
        notes=(
            f"{NAME} by TRPO on reward alone, {RECIPES[NAME].env_steps:,} steps each, all else equal: the "
            "curriculum is two levels of starts near the goal before the full task. Measured greedily on 1,000 fresh "
            "8x8 maps of their own. Intervals are Student's over three seeds.",
            "Where 90 % of the validation maps was never reached, the whole budget counts.",
        ),
    )
}
