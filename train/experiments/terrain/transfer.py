"""Q26: what transfers from invented relief to the Moon, with no Moon picture, and with a few paths there?"""

from train.experiments.experiment import Experiment
from train.experiments.metrics import above, format_ci, mean_over_seeds, select
from train.experiments.terrain import common
from train.experiments.terrain.path_count import shown

MODEL = "vin_relief"
SEEDS = (0, 1)
COUNTS = (0, 10, 100, 1000)
EPOCHS = 20
OWN = "own"


def conditions(quick):
    world, counts, seeds = common.world(quick), (0, 5) if quick else COUNTS, (0,) if quick else SEEDS
    return [{"model": MODEL, "world": world, "paths": count, "seed": seed} for seed in seeds for count in counts]


def run(condition, quick):
    model, test = common.planner(condition["model"], quick), common.measured(condition["world"], quick)
    if condition["paths"]:
        pictures, paths, _, _ = shown(condition["world"], condition["paths"], condition["seed"], quick)
        model.fit_paths(pictures, paths, validation_split=0.2, epochs=1 if quick else EPOCHS, seed=condition["seed"],
                        verbose=0)
    doubt = common.doubts(model, test)
    return common.curve(doubt, test) + common.judged(1.0 + model.caution * doubt, test, caution=OWN)


def table(rows):
    by = ("model", "world", "paths", "caution")
    return common.with_optimal(mean_over_seeds([row for row in rows if row["name"] != "excess_cost"], by), by)


def conclusion(table):
    rows = sorted(select(table, name="success_rate", caution=OWN), key=lambda row: row["paths"])
    none, most = rows[0], rows[-1]
    optimal = {row["paths"]: row["value"] for row in select(table, name="optimal_rate", caution=OWN)}
    helps = "more" if above(most, none) else "no more that two seeds can tell"
    parts = ", ".join(f"{format_ci(row)} with {row['paths']:,} ({100 * optimal[row['paths']]:.1f} % optimal)"
                      for row in rows[1:])
    return (f"Trained on invented relief alone it arrives in {format_ci(none)} on the {none['world'].title()}, "
            f"{100 * optimal[none['paths']]:.1f} % optimal; paths shown there give {helps}: {parts}.")


def details(table):
    parts = []
    for count in sorted({row["paths"] for row in table}):
        points = [f"{100 * row['value']:.1f} / {row['optimal']:.1f} at {row['caution']:g}"
                  for row in select(table, name="success_rate", paths=count) if row["caution"] != OWN]
        parts.append(f"{count:,} paths: {', '.join(points)}")
    return f"Success / optimal rate in percent by caution: {'; '.join(parts)}."


EXPERIMENTS = {
    26: Experiment(
        number=26,
        question="Planning from pictures: what transfers from invented relief?",
        hypothesis=(
            "Most of it: light on slopes is the same physics, so without one picture of the Moon it arrives in about "
            "80 %, five to ten points below vin_moon. Ten paths change nothing, a hundred two points, a thousand half "
            "of what is missing, as each path tells of a few cells only."
        ),
        conditions=conditions,
        run=run,
        conclusion=conclusion,
        details=details,
        figure={"kind": "lines", "x": "optimal", "order": "caution", "by": ["paths"],
                "where": {"name": "success_rate", "caution": list(common.CAUTIONS)},
                "x_title": "optimal rate, %", "y_title": "success rate"},
        columns=("model", "world", "paths", "caution"),
        table=table,
        links=(("zoo", "The zoo", {}),),
        notes=(
            "`fit_paths` with a fifth of the paths held out to stop by, at most 20 epochs, one path a picture of the "
            "Moon's training part; lines are numbers of paths, and their points cautions 0.5 to 20. 600 pictures of "
            "the test part, the same for all; intervals over two draws of paths.",
        ),
    )
}
