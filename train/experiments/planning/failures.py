"""Q12: where does it fail? Path length, density, map size."""

import numpy as np

import pnzoo
from pnzoo import analysis, gridworld
from train.experiments.experiment import Experiment
from train.experiments.metrics import format_ci, interval, proportion, select, select_one, values_of
from train.experiments.planning.common import SEED, maps

LONG = {"vin16": 20, "vin16_paper": 20}  # K grows with the map: so many steps of planning a cell of its side
SIZES = (8, 28, 56)
MAZES = (9, 15, 31)
SIXTEEN = ("vin16", "vin16_paper", "cnn16", "fcn16")
MODELS = ("vin16", "vin16_paper")


def conditions(quick):
    if quick:
        return [{"about": "path length", "model": "vin16"}, {"about": "size, mazes", "model": "vin16", "size": 9}]
    return [
        *({"about": about, "model": name} for about in ("path length", "density") for name in SIXTEEN),
        *({"about": "size, open maps", "model": name, "size": size} for name in MODELS for size in SIZES),
        *({"about": "size, mazes", "model": name, "size": size} for name in MODELS for size in MAZES),
    ]


def run(condition, quick):
    name = condition["model"]
    if condition["about"] == "path length":
        report = evaluate(name, *open_maps(16, 20 if quick else 1000), None)
        return binned("success", report.optimal_steps, report.success, "steps")
    if condition["about"] == "density":
        report = evaluate(name, *dense_maps(16, 1000), None)
        return binned("success", np.round(report.wall_density, 3), report.success, "walls")
    size = condition["size"]
    if condition["about"] == "size, open maps":
        walls, goal, start = open_maps(size, 200 if size < 40 else 60)
    else:
        n = 4 if quick else 100 if size < 31 else 50
        walls, goal = gridworld.generate_family("maze", n, size, seed=SEED + size)
        start = gridworld.farthest_starts(walls, goal)
    k = steps_for(walls, goal)
    report = evaluate(name, walls, goal, start, k)
    return [proportion("success", report.success, k=k, steps=round(float(report.optimal_steps.mean()), 1))]


def steps_for(walls, goal):
    """Enough K for the farthest cell of most maps; V of the paper's free kernels drifts with every step too many."""
    dist = gridworld.distances(walls, goal)
    far = np.where(np.isfinite(dist), dist, 0).max(axis=(1, 2))
    return max(20, int(np.ceil(np.quantile(far, 0.9))))


def open_maps(size, n):
    tests = maps(size, n)
    return tests.walls, tests.goal, tests.start


def dense_maps(size, n):
    """Maps of every density: from nearly empty to half full."""
    walls, goal = gridworld.generate_family("forests", n, size, seed=SEED + size, sparse=0.02, dense=0.5)
    return walls, goal, gridworld.random_starts(walls, goal, np.random.default_rng(SEED))


def evaluate(name, walls, goal, start, k):
    model = pnzoo.load(name, **({} if k is None else {"k": k}))
    return analysis.evaluate_rollouts(model, walls, goal, start)


def binned(name, what, success, key):
    """Success in up to eight groups of equal size."""
    return [interval(name, row["rate"], *row["ci95"], row["n"], "%", **{key: round(row["mean"], 3)})
            for row in analysis.success_by_bin(what, success)]


def table(rows):
    """The same with one column for what success is measured against."""
    keys = {"path length": "steps", "density": "walls", "size, open maps": "size", "size, mazes": "size"}
    return [{**row, "at": row[keys[row["about"]]]} for row in rows]


def conclusion(table):
    lengths = select(table, about="path length")
    longest = [max((row for row in lengths if row["model"] == name), key=lambda row: row["at"])
               for name in values_of(lengths, "model")]
    parts = ", ".join(f"{row['model']} {format_ci(row)}" for row in longest)
    text = f"On long paths: at {longest[0]['at']:.0f} moves success is {parts}"
    mazes = select(table, about="size, mazes")
    if mazes:
        size = max(row["size"] for row in mazes)
        last = select(mazes, size=size)
        text += f"; in {size}x{size} mazes, {last[0]['steps']:.0f} moves long, " + " and ".join(
            f"{row['model']} {format_ci(row)}" for row in last)
    return text + "."


def details(table):
    parts = []
    for name in values_of(select(table, about="path length"), "model"):
        by = sorted(select(table, about="path length", model=name), key=lambda row: row["at"])
        text = f"{name}: {format_ci(by[0])} at {by[0]['at']:.0f} moves and {format_ci(by[-1])} at {by[-1]['at']:.0f}"
        dense = sorted(select(table, about="density", model=name), key=lambda row: row["at"])
        if dense:
            text += f", {format_ci(dense[-1])} where {100 * dense[-1]['at']:.0f} % is wall"
        sizes = select(table, about="size, open maps", model=name)
        if sizes:
            last = select_one(sizes, size=max(row["size"] for row in sizes))
            text += f", {format_ci(last)} on {last['size']}x{last['size']} open maps"
        mazes = select(table, about="size, mazes", model=name)
        if mazes:
            last = select_one(mazes, size=max(row["size"] for row in mazes))
            text += f", {format_ci(last)} in {last['size']}x{last['size']} mazes ({last['steps']:.0f} moves)"
        parts.append(text)
    return "; ".join(parts) + "."


EXPERIMENTS = {
    12: Experiment(
        number=12,
        question="Where does it fail?",
        hypothesis=(
            "Reactive policies fail with the length of the path, below 80 % beyond 12 moves at 16x16. vin16 fails "
            "neither with length nor size on open maps, and does in mazes, where one wrong cell in hundreds of moves "
            "is enough. vin16_paper falls with size, below 90 % at 40x40, and solves no 31x31 maze."
        ),
        conditions=conditions,
        run=run,
        conclusion=conclusion,
        details=details,
        figure={"kind": "lines", "x": "at", "by": ["model"], "where": {"about": "path length"},
         "x_title": "moves of a shortest path, 16x16", "y_title": "success"},
        columns=("about", "model", "at"),
        table=table,
        links=(
            ("compare", "See failures one by one", {}),
            ("plan", "Let vin16 plan", {"model": "vin16"}),
            ("plan", "vin_maze, made for long paths", {"model": "vin_maze"}),
        ),
        notes=(
            "Path length: 1,000 new 16x16 maps of the paper's distribution in up to eight groups of about equal "
            "size. Density: 1,000 maps of scattered walls, 2 to 50 % of the cells, in such groups.",
            "Larger maps: K is the 90 % quantile of the maps' longest distances, at least 20. Mazes: perfect mazes, "
            "one cell wide, from the farthest start. Neither model was trained beyond 16x16; "
            "vin_maze, made for long paths, is measured in such mazes on its card.",
        ),
    )
}
