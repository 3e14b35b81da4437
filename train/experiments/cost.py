"""Q5: parameters, operations and time beside success."""

import functools
import statistics
import time

import numpy as np

import pnzoo
from pnzoo.analysis import flops
from train.experiments.measures import side
from train.experiments.numbers import exact, metric, number, pick, row
from train.experiments.planners import maps
from train.experiments.question import Question


def cases(quick):
    names = [name for name in pnzoo.list_models() if pnzoo.card(name)["task"] == "planning" and "_rl" not in name]
    names = [name for name in names if name.split("_")[0][3:] in ("8", "16", "28")]
    return [{"model": name} for name in ([names[0], "vin8"] if quick else names)]


def measure(case, quick):
    name = case["model"]
    model, size = pnzoo.load(name), side(name)
    found = maps(size, 3 if quick else 200)
    every_cell = getattr(model, "scores_every_cell", True)
    shape = (1, size, size, 2)
    one = flops(model, shape if every_cell else [shape, (1, 1, 2)])
    from pnzoo.worlds.gridworld.rollout import optimal_steps

    steps = optimal_steps(found.walls, found.goal, found.start).mean()
    times = timed(functools.partial(decide, model, found), 3 if quick else 50)
    low, high = np.quantile(times, (0.025, 0.975))
    rows = [
        exact("parameters", model.count_params(), size=size),
        exact("FLOPs a decision", one, size=size),
        # A VIN plans once for all cells of a map; a reactive policy looks anew at every step.
        exact("FLOPs a walk", one if every_cell else one * steps, size=size, steps=round(float(steps), 2)),
        row("latency of one decision", statistics.median(times), low, high, len(times), "ms", size=size),
    ]
    card = {each["name"]: each for each in reversed(pnzoo.card(name)["metrics"])}
    return [*rows, metric(card["success"], "success", size=size)]


def decide(model, found, index):
    index %= len(found.walls)
    walls, goal, start = found.walls[index][None], found.goal[index][None], found.start[index][None, None]
    return model.scores_at(walls, goal, start)


def timed(function, times):
    function(0)
    function(1)
    spent = []
    for index in range(times):
        start = time.perf_counter()
        function(index)
        spent.append(1e3 * (time.perf_counter() - start))
    return spent


def answer(table):
    sizes = [each["size"] for each in table if each["model"].startswith("vin")]
    for size in sorted(set(sizes), reverse=True):
        vin, cnn, fcn = ({each["measure"]: each["value"] for each in table if each["model"] == f"{kind}{size}"}
                         for kind in ("vin", "cnn", "fcn"))
        if vin and cnn and fcn:
            one, walk = ([vin[f"FLOPs a {what}"] / other[f"FLOPs a {what}"] for other in (cnn, fcn)]
                         for what in ("decision", "walk"))
            return (
                f"At {size}x{size} a VIN has {vin['parameters']:,.0f} parameters against {cnn['parameters']:,.0f} "
                f"(CNN) and {fcn['parameters']:,.0f} (FCN); one decision takes {one[0]:.1f} and {one[1]:.0f} times "
                f"their operations, a whole walk {walk[0]:.2f} and {walk[1]:.1f} times, since one plan serves all of "
                "its steps."
            )
    return detail(table)


def detail(table):
    parts = []
    for size in (8, 16, 28):
        found = {}
        for kind in ("vin", "cnn", "fcn"):
            names = [each["model"] for each in table if each["model"] == f"{kind}{size}"]
            if names:
                found[kind] = {each["measure"]: each for each in table if each["model"] == names[0]}
        if len(found) == 3:
            vin, cnn, fcn = found["vin"], found["cnn"], found["fcn"]
            ratio = [vin["FLOPs a decision"]["value"] / other["FLOPs a decision"]["value"] for other in (cnn, fcn)]
            walk = [vin["FLOPs a walk"]["value"] / other["FLOPs a walk"]["value"] for other in (cnn, fcn)]
            parts.append(
                f"{size}x{size}: the VIN has {vin['parameters']['value']:,.0f} parameters against "
                f"{cnn['parameters']['value']:,.0f} (CNN) and {fcn['parameters']['value']:,.0f} (FCN), needs "
                f"{ratio[0]:.1f} and {ratio[1]:.0f} times their operations for one decision and {walk[0]:.2f} and "
                f"{walk[1]:.1f} times for a walk, at {number(vin['success']['value'], '%')} success against "
                f"{number(cnn['success']['value'], '%')} and {number(fcn['success']['value'], '%')}"
            )
    if not parts:
        one = pick(table, model=table[0]["model"], measure="FLOPs a decision")
        return f"{one['model']} needs {one['value']:,.0f} FLOPs a decision."
    return "; ".join(parts) + "."


QUESTIONS = {
    5: Question(
        5,
        "How does it compare with the baselines in parameters and FLOPs?",
        "A VIN has a tenth of the parameters of the baselines or less, and for a single decision several times their "
        "operations, since it plans for every cell; as one plan serves a whole walk, its cost of a walk is no larger.",
        cases,
        measure,
        answer,
        detail,
        {"kind": "points", "by": ["model"], "where": {"measure": "FLOPs a decision"}, "x_title": "FLOPs a decision",
         "log": True},
        ("model", "size"),
        tries=(("zoo", "Parameters and operations of all planners", {"task": "planning"}),),
        notes=(
            "FLOPs: two for each multiply-add of convolutions, dense layers and matrix products, counted on what runs.",
            "A walk costs a VIN one plan, which holds the answer for all cells, and a reactive policy one pass a step "
            "(mean length of an optimal path on these maps).",
            "Latency: median and 95 % range of 50 single decisions in this process, framework overhead included, on a "
            "machine that was doing other work too.",
            "Success is the card's, on 5,000 fresh maps.",
        ),
    )
}
