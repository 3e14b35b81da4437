"""Q29: what did planning add for a moving body?"""

from train.experiments.experiment import Experiment
from train.experiments.metrics import above, format_ci, mean, mean_over_seeds, proportion, select, select_one
from train.experiments.navigation import common
from train.experiments.navigation.common import CNN, VIN

BINS = ((0, 8), (8, 16), (16, 24), (24, 999))
SIDES = {VIN: (20, 28, 40, 56), CNN: (20, 28)}
COUNTS, SEEDS = (50, 1000), (0,)
DISTANCE, SUCCESS = "final_distance", "success_rate"


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
        figure={
            "kind": "lines",
            "x": "longer",
            "by": ["policy"],
            "where": {"name": SUCCESS, "against": "distance"},
            "x_title": "way longer than so many cells",
            "y_title": "drives that come to rest at the goal",
        },
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
}
