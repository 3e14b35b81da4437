"""Q12: where does it fail? Path length, density, map size."""

import numpy as np

import pnzoo
from pnzoo import analysis, gridworld
from train.experiments.numbers import every, pick, row, said, share
from train.experiments.planners import SEED, maps
from train.experiments.question import Question

LONG = {"vin16": 20, "vin16_paper": 20}  # K grows with the map: so many steps of planning a cell of its side
SIZES = (8, 28, 56)
MAZES = (9, 15, 31)
SIXTEEN = ("vin16", "vin16_paper", "cnn16", "fcn16")
MODELS = ("vin16", "vin16_paper")


def cases(quick):
    if quick:
        return [{"about": "path length", "model": "vin16"}, {"about": "size, mazes", "model": "vin16", "size": 9}]
    found = [{"about": "path length", "model": name} for name in SIXTEEN]
    found += [{"about": "density", "model": name} for name in SIXTEEN]
    found += [{"about": "size, open maps", "model": name, "size": size} for name in MODELS for size in SIZES]
    return found + [{"about": "size, mazes", "model": name, "size": size} for name in MODELS for size in MAZES]


def measure(case, quick):
    name = case["model"]
    if case["about"] == "path length":
        walks = walks_of(name, *open_maps(16, 20 if quick else 1000), None)
        return binned("success", walks.best_steps, walks.success, "steps")
    if case["about"] == "density":
        walks = walks_of(name, *crowded(16, 1000), None)
        return binned("success", np.round(walks.density, 3), walks.success, "walls")
    size = case["size"]
    if case["about"] == "size, open maps":
        walls, goal, start = open_maps(size, 200 if size < 40 else 60)
    else:
        n = 4 if quick else 100 if size < 31 else 50
        walls, goal = gridworld.generate_family("maze", n, size, seed=SEED + size)
        start = gridworld.farthest_starts(walls, goal)
    k = steps_for(walls, goal)
    walks = walks_of(name, walls, goal, start, k)
    return [share("success", walks.success, k=k, steps=round(float(walks.best_steps.mean()), 1))]


def steps_for(walls, goal):
    """Enough K for the farthest cell of most maps; V of the paper's free kernels drifts with every step too many."""
    dist = gridworld.distances(walls, goal)
    far = np.where(np.isfinite(dist), dist, 0).max(axis=(1, 2))
    return max(20, int(np.ceil(np.quantile(far, 0.9))))


def open_maps(size, n):
    found = maps(size, n)
    return found.walls, found.goal, found.start


def crowded(size, n):
    """Maps of every density: from nearly empty to half full."""
    walls, goal = gridworld.generate_family("forests", n, size, seed=SEED + size, sparse=0.02, dense=0.5)
    return walls, goal, gridworld.random_starts(walls, goal, np.random.default_rng(SEED))


def walks_of(name, walls, goal, start, k):
    model = pnzoo.load(name, **({} if k is None else {"k": k}))
    return analysis.walk_all(model, walls, goal, start)


def binned(measure, what, success, key):
    """Success in up to eight groups of equal size."""
    return [row(measure, each["rate"], *each["interval"], each["n"], "%", **{key: round(each["middle"], 3)})
            for each in analysis.rate_by(what, success)]


def table(rows):
    """The same with one column for what success is measured against."""
    keys = {"path length": "steps", "density": "walls", "size, open maps": "size", "size, mazes": "size"}
    return [{**each, "at": each[keys[each["about"]]]} for each in rows]


def answer(table):
    lengths = every(table, about="path length")
    longest = [max((each for each in lengths if each["model"] == name), key=lambda each: each["at"])
               for name in dict.fromkeys(each["model"] for each in lengths)]
    parts = ", ".join(f"{each['model']} {said(each)}" for each in longest)
    text = f"On long paths: at {longest[0]['at']:.0f} moves success is {parts}"
    mazes = every(table, about="size, mazes")
    if mazes:
        size = max(each["size"] for each in mazes)
        last = every(mazes, size=size)
        text += f"; in {size}x{size} mazes, {last[0]['steps']:.0f} moves long, " + " and ".join(
            f"{each['model']} {said(each)}" for each in last)
    return text + "."


def detail(table):
    parts = []
    for name in dict.fromkeys(each["model"] for each in every(table, about="path length")):
        by = sorted(every(table, about="path length", model=name), key=lambda each: each["at"])
        text = f"{name}: {said(by[0])} at {by[0]['at']:.0f} moves and {said(by[-1])} at {by[-1]['at']:.0f}"
        crowd = sorted(every(table, about="density", model=name), key=lambda each: each["at"])
        if crowd:
            text += f", {said(crowd[-1])} where {100 * crowd[-1]['at']:.0f} % is wall"
        sizes = every(table, about="size, open maps", model=name)
        if sizes:
            last = pick(sizes, size=max(each["size"] for each in sizes))
            text += f", {said(last)} on {last['size']}x{last['size']} open maps"
        mazes = every(table, about="size, mazes", model=name)
        if mazes:
            last = pick(mazes, size=max(each["size"] for each in mazes))
            text += f", {said(last)} in {last['size']}x{last['size']} mazes ({last['steps']:.0f} moves)"
        parts.append(text)
    return "; ".join(parts) + "."


QUESTIONS = {
    12: Question(
        12,
        "Where does it fail?",
        "Reactive policies fail with the length of the path, below 80 % beyond 12 moves at 16x16. vin16 fails neither "
        "with length nor size on open maps, and does in mazes, where one wrong cell in hundreds of moves is enough. "
        "vin16_paper falls with size, below 90 % at 40x40, and solves no 31x31 maze.",
        cases,
        measure,
        answer,
        detail,
        {"kind": "lines", "x": "at", "by": ["model"], "where": {"about": "path length"},
         "x_title": "moves of a shortest path, 16x16", "y_title": "success"},
        ("about", "model", "at"),
        table=table,
        tries=(
            ("compare", "See failures one by one", {}),
            ("plan", "Let vin16 plan", {"model": "vin16"}),
            ("plan", "vin_maze, made for long ways", {"model": "vin_maze"}),
        ),
        notes=(
            "Path length: 1,000 fresh 16x16 maps of the paper's distribution in up to eight groups of about equal "
            "size. Density: 1,000 maps of scattered walls, 2 to 50 % of the cells, in such groups.",
            "Larger maps: K is the 90 % quantile of the maps' longest distances, at least 20. Mazes: perfect mazes, "
            "one cell wide, from the farthest start. Neither model was trained beyond 16x16; "
            "vin_maze, made for long ways, is measured in such mazes on its card.",
        ),
    )
}
