"""Q5: parameters, operations and time beside success."""

import functools
import statistics
import time

import numpy as np

import pnzoo
from pnzoo.analysis import flops
from train.experiments.experiment import Experiment
from train.experiments.metrics import exact, format_value, from_card, interval, select_one
from train.experiments.planning.common import maps
from train.experiments.planning.measures import side


def conditions(quick):
    names = [name for name in pnzoo.list_models() if pnzoo.card(name)["task"] == "planning" and "_rl" not in name]
    names = [name for name in names if name.split("_")[0][3:] in ("8", "16", "28")]
    return [{"model": name} for name in ([names[0], "vin8"] if quick else names)]


def run(condition, quick):
    name = condition["model"]
    model, size = pnzoo.load(name), side(name)
    tests = maps(size, 3 if quick else 200)
    every_cell = getattr(model, "dense_prediction", True)
    shape = (1, size, size, 2)
    one = flops(model, shape if every_cell else [shape, (1, 1, 2)])
    from pnzoo.worlds.gridworld.rollout import optimal_steps

    steps = optimal_steps(tests.walls, tests.goal, tests.start).mean()
    times = timed(functools.partial(decide, model, tests), 3 if quick else 50)
    low, high = np.quantile(times, (0.025, 0.975))
    rows = [
        exact("parameters", model.count_params(), size=size),
        exact("FLOPs per decision", one, size=size),
        # A VIN plans once for all cells of a map; a reactive policy runs at every step.
        exact("FLOPs per episode", one if every_cell else one * steps, size=size, steps=round(float(steps), 2)),
        interval("latency of one decision", statistics.median(times), low, high, len(times), "ms", size=size),
    ]
    card = {row["name"]: row for row in reversed(pnzoo.card(name)["metrics"])}
    return [*rows, from_card(card["success_rate"], "success", size=size)]


def decide(model, tests, index):
    index %= len(tests.walls)
    walls, goal, start = tests.walls[index][None], tests.goal[index][None], tests.start[index][None, None]
    return model.logits_at(walls, goal, start)


def timed(function, times):
    function(0)
    function(1)
    spent = []
    for index in range(times):
        start = time.perf_counter()
        function(index)
        spent.append(1e3 * (time.perf_counter() - start))
    return spent


def conclusion(table):
    sizes = [row["size"] for row in table if row["model"].startswith("vin")]
    for size in sorted(set(sizes), reverse=True):
        vin, cnn, fcn = ({row["name"]: row["value"] for row in table if row["model"] == f"{kind}{size}"}
                         for kind in ("vin", "cnn", "fcn"))
        if vin and cnn and fcn:
            one, episode = ([vin[f"FLOPs per {what}"] / other[f"FLOPs per {what}"] for other in (cnn, fcn)]
                         for what in ("decision", "episode"))
            return (
                f"At {size}x{size} a VIN has {vin['parameters']:,.0f} parameters against {cnn['parameters']:,.0f} "
                f"(CNN) and {fcn['parameters']:,.0f} (FCN); one decision takes {one[0]:.1f} and {one[1]:.0f} times "
                f"their operations, a whole episode {episode[0]:.2f} and {episode[1]:.1f} times, since one plan serves "
                "all of its steps."
            )
    return details(table)


def details(table):
    parts = []
    for size in (8, 16, 28):
        rows = {}
        for kind in ("vin", "cnn", "fcn"):
            names = [row["model"] for row in table if row["model"] == f"{kind}{size}"]
            if names:
                rows[kind] = {row["name"]: row for row in table if row["model"] == names[0]}
        if len(rows) == 3:
            vin, cnn, fcn = rows["vin"], rows["cnn"], rows["fcn"]
            ratio = [vin["FLOPs per decision"]["value"] / other["FLOPs per decision"]["value"] for other in (cnn, fcn)]
            episode = [vin["FLOPs per episode"]["value"] / other["FLOPs per episode"]["value"] for other in (cnn, fcn)]
            parts.append(
                f"{size}x{size}: the VIN has {vin['parameters']['value']:,.0f} parameters against "
                f"{cnn['parameters']['value']:,.0f} (CNN) and {fcn['parameters']['value']:,.0f} (FCN), needs "
                f"{ratio[0]:.1f} and {ratio[1]:.0f} times their operations for one decision and {episode[0]:.2f} and "
                f"{episode[1]:.1f} times for an episode, at {format_value(vin['success']['value'], '%')} success "
                f"against {format_value(cnn['success']['value'], '%')} and {format_value(fcn['success']['value'], '%')}"
            )
    if not parts:
        one = select_one(table, model=table[0]["model"], name="FLOPs per decision")
        return f"{one['model']} needs {one['value']:,.0f} FLOPs per decision."
    return "; ".join(parts) + "."


EXPERIMENTS = {
    5: Experiment(
        number=5,
        question="How does it compare with the baselines in parameters and FLOPs?",
        hypothesis=(
            "A VIN has a tenth of the parameters of the baselines or less, and for a single decision several times "
            "their operations, since it plans for every cell; as one plan serves a whole episode, its cost of an "
            "episode is no larger."
        ),
        conditions=conditions,
        run=run,
        conclusion=conclusion,
        details=details,
        figure={"kind": "points", "by": ["model"], "where": {"name": "FLOPs per decision"},
                "x_title": "FLOPs per decision", "log": True},
        columns=("model", "size"),
        links=(("zoo", "Parameters and operations of all planners", {"task": "planning"}),),
        notes=(
            "FLOPs: two for each multiply-add of convolutions, dense layers and matrix products, counted on what runs.",
            "An episode costs a VIN one plan, which holds the answer for all cells, and a reactive policy one pass a "
            "step (mean length of an optimal path on these maps).",
            "Latency: median and 95 % range of 50 single decisions in this process, framework overhead included, on a "
            "machine that was doing other work too.",
            "Success is the card's, on 5,000 new maps.",
        ),
    )
}
