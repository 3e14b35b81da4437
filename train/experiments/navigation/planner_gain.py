"""Q29 and Q32: what did planning add for a moving body, and where does a hierarchy of plans pay?"""

import time

from train.experiments.experiment import Experiment
from train.experiments.metrics import above, format_ci, interval, mean, mean_over_seeds, proportion, select, select_one
from train.experiments.navigation import common
from train.experiments.navigation.common import CNN, VIN

BINS = ((0, 8), (8, 16), (16, 24), (24, 999))
SIDES = {VIN: (20, 28, 40, 56), CNN: (20, 28)}
COUNTS, SEEDS = (50, 1000), (0,)
DISTANCE, SUCCESS = "final_distance", "success_rate"


# -- Q29: against distance, size and data --------------------------------------------------------------


def gain_conditions(quick):
    counts, seeds = ((4, 8), (0,)) if quick else (COUNTS, SEEDS)
    return (
        [{"against": "distance", "policy": name} for name in (VIN, CNN)]
        + [{"against": "size", "policy": name, "side": side} for name in (VIN, CNN) for side in SIDES[name]]
        + [{"against": "maps", "policy": name, "maps": count, "seed": seed}
           for seed in seeds for name in (VIN, CNN) for count in counts]
    )  # fmt: skip


def gain_run(condition, quick):
    against, name = condition["against"], condition["policy"]
    if against == "maps":
        recipe = common.recipe(common.NETWORKS[name], quick, maps=condition["maps"], seed=condition["seed"])
        model, n = common.train(recipe), 6 if quick else 300
        return (common.rows(model, common.unseen(n), part="test")
                + common.rows(model, common.seen(recipe, n), part="train"))  # fmt: skip
    model = common.policy(name, quick)
    if against == "size":
        side = condition["side"]
        if name == VIN and side > 28:
            model.k = round(model.k * side / 28)
        return common.rows(model, common.unseen(4 if quick else 400, side), part="test")
    length, found = common.drives(model, 40 if quick else 2000)
    rows = []
    for low, high in BINS:
        which = (length > low) & (length <= high)
        if which.sum() > 1:
            rows += [proportion(SUCCESS, found.success[which, 0], longer=low, part="test"),
                     mean(DISTANCE, found.distance[which, 0], part="test", longer=low)]  # fmt: skip
    return rows


def gain_table(rows):
    learned = [row for row in rows if row["against"] == "maps"]
    if len({row["seed"] for row in learned}) == 1:  # intervals over maps then
        return rows
    by = ("against", "policy", "maps", "part")
    return [row for row in rows if row["against"] != "maps"] + mean_over_seeds(learned, by)


def gain_conclusion(table):
    far = max(row["longer"] for row in select(table, against="distance"))
    few = min(row["maps"] for row in select(table, against="maps"))
    near = [format_ci(select_one(table, against="distance", policy=p, name=SUCCESS, longer=0)) for p in (VIN, CNN)]
    away = [select_one(table, against="distance", policy=p, name=SUCCESS, longer=far) for p in (VIN, CNN)]
    word = "more with distance" if above(away[0], away[1]) else "nothing that can be told apart, even far away"
    gaps = [_gap(table, p, few) for p in (VIN, CNN)]
    return (
        f"Planning adds {word}: success within 8 cells is {near[0]} with it and {near[1]} without, beyond {far} cells "
        f"{format_ci(away[0])} and {format_ci(away[1])}. Trained on {few:,} maps, the final distance "
        f"on new maps exceeds that on the training maps by {gaps[0]:.1f} cells with it, by {gaps[1]:.1f} without."
    )


def _gap(table, policy, maps):
    test, train = (
        select_one(table, against="maps", policy=policy, maps=maps, part=part, name=DISTANCE)["value"]
        for part in ("test", "train")
    )
    return test - train


def gain_details(table):
    learned = [
        f"{policy} with {row['maps']:,} maps {format_ci(row)}, on its training maps "
        f"{format_ci(select_one(table, against='maps', policy=policy, maps=row['maps'], part='train', name=DISTANCE))}"
        for policy in (VIN, CNN)
        for row in sorted(select(table, against="maps", policy=policy, part="test", name=DISTANCE), key=_maps)
    ]
    sizes = [
        f"{row['policy']} on {row['side']}x{row['side']} {format_ci(row)}"
        for row in select(table, against="size", name=SUCCESS)
    ]
    return f"Final distance in cells: {'; '.join(learned)}. Success with the same weights: {', '.join(sizes)}."


def _maps(row):
    return row["maps"]


# -- Q32: a hierarchy of plans -----------------------------------------------------------------------------

PLANS = {
    "all cells": {"reduction": 1, "hidden": 32, "k": 56},
    "coarse": {"reduction": 4, "hidden": 32, "k": 20},
    "hierarchy": {"reduction": 4, "hidden": 32, "k": 20, "refine_k": 8},
}
LARGE = 112


def hierarchy_conditions(quick):
    return [{"plan": name} for name in PLANS]


def hierarchy_run(condition, quick):
    size = {"maps": 8} if quick else {"maps": 1000, "rounds": 5, "steps_per_round": 60}
    recipe = common.recipe(("ContinuousVIN", PLANS[condition["plan"]]), quick, **size)
    model, rows = common.train(recipe), []
    for side in (28, 30) if quick else (28, LARGE):
        if side > 28:
            model.k = round(model.k * side / 28)
        measured = common.unseen(3 if quick else 200 if side == 28 else 60, side)
        rows += common.rows(model, measured, side=side)
        rows.append(_planning_time(model, measured, side))
    return rows


def _planning_time(model, measured, side):
    """Milliseconds of one map's plan, the median of five; with the range."""
    task, times = measured.tasks.take([0]), []
    model.plan_map(task.walls, task.goal)  # compiles
    for _ in range(5):
        start = time.perf_counter()
        model.plan_map(task.walls, task.goal)
        times.append(1e3 * (time.perf_counter() - start))
    times.sort()
    return interval("planning_time", times[2], times[0], times[-1], 5, "ms", side=side)


def hierarchy_conclusion(table):
    large = max(row["side"] for row in table)
    success, spent = ({p: select_one(table, plan=p, side=large, name=name) for p in PLANS}
                      for name in (SUCCESS, "planning_time"))  # fmt: skip
    words = ", ".join(f"{p} {format_ci(success[p])} in {spent[p]['value']:.0f} ms" for p in PLANS)
    ratio = spent["all cells"]["value"] / spent["hierarchy"]["value"]
    lost = above(success["all cells"], success["hierarchy"])
    verdict = "at a loss of success" if lost else "at no loss that can be told"
    gain = "above" if above(success["hierarchy"], success["coarse"]) else "not above"
    return (
        f"On {large}x{large} a hierarchy plans {ratio:.0f} times as fast as value iteration on all cells, {verdict}, "
        f"and is {gain} the coarse plan alone. Success and time to plan a map: {words}."
    )


def hierarchy_details(table):
    parts = [
        f"{row['plan']} on {row['side']}x{row['side']} {format_ci(row)}"
        for row in select(table, name=DISTANCE)
    ]  # fmt: skip
    return f"Final distance in cells: {', '.join(parts)}."


EXPERIMENTS = {
    29: Experiment(
        number=29,
        question="What did planning add for a moving body, against distance, against data and against size?",
        hypothesis=(
            "Within 8 cells little: the goal is in sight. Beyond 24 cells the reactive net arrives in half of the "
            "drives and the planner in nearly all. With 50 training maps both fail on new maps, the planner less; its "
            "gap between test and training maps shrinks faster with maps. Larger maps cost the planner a few points."
        ),
        conditions=gain_conditions,
        run=gain_run,
        conclusion=gain_conclusion,
        details=gain_details,
        figure={"kind": "lines", "x": "longer", "by": ["policy"], "where": {"name": SUCCESS, "against": "distance"},
                "x_title": "way longer than so many cells", "y_title": "drives that come to rest at the goal"},
        columns=("against", "policy", "longer", "side", "maps", "part"),
        table=gain_table,
        links=(("zoo", "The zoo", {}),),
        notes=(
            "Distance and size: the entries of the zoo on maps that neither training nor card saw (2,000, and 400 a "
            "size). Maps: short trainings, 6 rounds of 80 steps, one seed, the same number of steps whatever the "
            "number of maps; 300 drives on unseen maps and 300 on the maps of the training; last weights.",
            "Both policies see the same image, state and 5x5 cells around the body, and have the same head.",
        ),
    ),
    32: Experiment(
        number=32,
        question="A moving body on large maps: where does a hierarchical plan pay?",
        hypothesis=(
            "On 28x28 all cells are planned in a few milliseconds and a hierarchy gains nothing. On 112x112 it plans "
            "ten times as fast, arrives as often, and the coarse plan alone loses ten points at narrow places."
        ),
        conditions=hierarchy_conditions,
        run=hierarchy_run,
        conclusion=hierarchy_conclusion,
        details=hierarchy_details,
        figure={"kind": "points", "by": ["plan", "side"], "where": {"name": SUCCESS},
                "x_title": "plan", "y_title": "drives that come to rest at the goal"},
        columns=("plan", "side"),
        links=(("zoo", "The zoo", {}),),
        notes=(
            "Short trainings on 28x28, 5 rounds of 60 steps, 1,000 maps, one seed; the same weights on 112x112 with k "
            "times four (224 steps on all cells, 80 on the coarse ones) and 8 steps of refinement. Coarse cells are "
            "4x4 cells. 200 maps of 28x28, 60 of 112x112; intervals over maps. Times: one map, one core, median of 5.",
        ),
    ),
}
