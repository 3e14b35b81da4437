"""Q27: which way of learning wins, and why? Value iteration, an exact solver, or true obstacles, under one protocol."""

import numpy as np
from scipy.stats import rankdata

from train.experiments.experiment import Experiment
from train.experiments.metrics import above, format_ci, mean, mean_over_seeds, select, select_one, values_of
from train.experiments.terrain import common

SEEDS = (0, 1)
VI, VI_ALONE = "value iteration and crossed cells", "value iteration"
FENCHEL_YOUNG, BLACK_BOX, OBSTACLES = "solver, Fenchel-Young", "solver, black box", "obstacles"
THRESHOLD = "hard threshold"
PUBLISHED = ("vin_moon", "classifier_moon")  # entries of the zoo, trained in full by paths and by obstacles
WAYS = {
    VI: {"crossed_weight": 1.0},
    VI_ALONE: {},
    FENCHEL_YOUNG: {"objective": "fenchel_young"},
    BLACK_BOX: {"objective": "black_box"},
    OBSTACLES: {"objective": "obstacles"},
}
THRESHOLDS = (0.5, 0.3, 0.2, 0.1)  # chance to be impassable from which on a cell counts as such
WALL = 1e4
SIGHT = "walls told from free cells, area under the ROC curve"


def conditions(quick):
    world, seeds = common.world(quick), (0,) if quick else SEEDS
    return [{"way": way, "world": world, "seed": seed} for seed in seeds for way in WAYS] + [
        {"way": entry, "world": world} for entry in PUBLISHED]


def run(condition, quick):
    way, world = condition["way"], condition["world"]
    if way in PUBLISHED:
        model = common.planner(way, quick)
    else:
        model = common.train(common.recipe(quick, world, seed=condition["seed"], **WAYS[way]))
    test, validation = (common.measured(world, quick, part) for part in ("test", "val"))
    chosen = common.best_caution(common.curve(common.doubts(model, validation), validation))
    doubt = common.doubts(model, test)
    rows = common.curve(doubt, test)
    rows.append(mean(SIGHT, told_apart(doubt, np.isinf(test.scenes.costs[test.tasks.scene])), "%", caution=None))
    rows += [{**row, "name": f"{row['name']} at the chosen caution", "caution": None}
             for row in common.judged(1.0 + chosen * doubt, test)]
    if way in (OBSTACLES, PUBLISHED[1]):
        for threshold in THRESHOLDS:
            cost = np.where(np.exp(-doubt) < 1 - threshold, WALL, 1.0)
            rows += common.judged(cost, test, way=f"{way}, {THRESHOLD}", caution=threshold)
    return rows


def table(rows):
    shown = [row for row in rows if row["name"] != "excess_cost"]  # along the curve; the chosen caution's stays
    several = mean_over_seeds([row for row in shown if "seed" in row], ("way", "world", "caution"))
    return common.with_optimal(several + [row for row in shown if "seed" not in row], ("way", "caution"))


def told_apart(doubt, walls):
    """Chance that a wall is doubted more than a free cell of the same picture (area under the ROC curve): [N]."""
    both = walls.any(axis=(1, 2)) & ~walls.all(axis=(1, 2))
    areas = []
    for x, wall in zip(doubt[both], walls[both], strict=True):
        count = wall.sum()
        ranks = rankdata(x.ravel())[wall.ravel()].sum()
        areas.append((ranks - count * (count + 1) / 2) / (count * (wall.size - count)))
    return areas


SUCCESS, OPTIMAL = "success_rate at the chosen caution", "optimal_rate at the chosen caution"


def total(table, way):
    return sum(select_one(table, way=way, name=name)["value"] for name in (SUCCESS, OPTIMAL))


def said(table, way):
    success, optimal = (select_one(table, way=way, name=name) for name in (SUCCESS, OPTIMAL))
    return f"{format_ci(success)}, {100 * optimal['value']:.1f} % optimal"


def conclusion(table):
    ways = sorted(WAYS, key=lambda way: -total(table, way))
    by_paths = [way for way in ways if way != OBSTACLES]
    first, last = (select_one(table, way=way, name=SUCCESS) for way in (by_paths[0], by_paths[-1]))
    apart = "" if above(first, last) else ", though two seeds do not tell first and last apart by success"
    rest = ", ".join(f"{way} {short(table, way)}" for way in by_paths[1:])
    return (f"From paths alone {by_paths[0]} wins: {said(table, by_paths[0])}; {rest}{apart}. "
            f"True obstacles give {said(table, OBSTACLES)}. Trained in full: "
            f"{', '.join(f'{entry} {short(table, entry)}' for entry in PUBLISHED)}.")


def short(table, way):
    """Success and optimal rate without intervals, which the table has."""
    values = (select_one(table, way=way, name=name)["value"] for name in (SUCCESS, OPTIMAL))
    return " / ".join(f"{100 * value:.1f}" for value in values) + " %"


def why(table):
    """What each way sees: if all see alike, what differs is how costs are spaced."""
    seen = [f"{way} {format_ci(row)}" for way in WAYS for row in select(table, way=way, name=SIGHT)]
    return f"Area under the ROC curve of walls against free cells: {'; '.join(seen)}."


def details(table):
    world = values_of(table, "world")[0]
    parts = []
    for way in values_of(table, "way"):
        points = [f"{100 * row['value']:.1f} / {row['optimal']:.1f} at {row['caution']:g}"
                  for row in select(table, way=way, name="success_rate")]
        parts.append(f"{way}: {', '.join(points)}")
    curves = f"Success / optimal rate in percent by caution (by threshold for a hard one), {world}: {'; '.join(parts)}."
    return f"{why(table)} {curves}"


EXPERIMENTS = {
    27: Experiment(
        number=27,
        question="Planning from pictures: which way of learning wins, and why?",
        hypothesis=(
            "The solver beats value iteration alone by a point or two, as its loss looks at whole paths and not at "
            "single moves, and Fenchel-Young beats the black box, whose gradient is zero in most cells; telling which "
            "cells no path crosses closes most of the gap to true obstacles, which stay two points ahead."
        ),
        conditions=conditions,
        run=run,
        conclusion=conclusion,
        details=details,
        figure={"kind": "lines", "x": "optimal", "order": "caution", "by": ["way"], "where": {"name": "success_rate"},
                "x_title": "optimal rate, %", "y_title": "success rate"},
        columns=("way", "world", "caution"),
        table=table,
        links=(("zoo", "The zoo", {}),),
        notes=(
            "One encoder (that of vin_moon at half its width), the same 4,800 pictures in 300 steps, two goals on "
            "each, AdamW with cosine decay, last weights; two seeds. All but obstacles see pictures and shown paths "
            "alone. 600 pictures of the test part; exact plans; the chosen caution has the largest sum of success and "
            "optimal rate on 300 pictures of the validation part. A caution of a hard threshold is the chance to be "
            "impassable from which on a cell is a wall.",
            "vin_moon and classifier_moon are entries of the zoo: twice as wide, 40 times the pictures, each of them "
            "seen twice; the second is taught the true obstacles. The chance that a cell is free makes its cost, "
            "1 - caution log p(free), and by a hard threshold its walls.",
            "Value iteration: cross-entropy to the sets of optimal moves, through 30 steps (Tamar et al. 2016); "
            "crossed cells: a second loss, that a cell on any shown path can be entered and others cannot. Solver: "
            "Dijkstra's algorithm; perturbed Fenchel-Young loss (Berthet et al. 2020), 4 samples, costs times "
            "exp(0.5 normal); black box (Vlastelica et al. 2020), lambda 20.",
        ),
    )
}
