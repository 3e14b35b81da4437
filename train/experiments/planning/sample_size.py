"""Q1: 5,000 training maps is very few. Do the baselines catch up with more data?"""

import pnzoo
from train.experiments.experiment import Experiment
from train.experiments.metrics import above, format_ci, from_card, mean_over_seeds, proportion, select, select_one
from train.experiments.planning import common
from train.experiments.planning.common import OURS, maps

SIZES = (500, 5000, 50_000)
SEEDS = (0, 1, 2)
STEPS, BATCH = 1250, 40  # 50,000 maps, each once; 500 maps, each a hundred times
MODELS = {
    "VIN": ("VIN", {**OURS, "k": 12}, {"cells": 0, "rate": 1e-2}),
    "CNN": ("CNNPolicy", {"size": 8}, {"cells": 5, "rate": 1e-3}),
    "FCN": ("FCNPolicy", {"size": 8}, {"cells": 16, "rate": 1e-3}),
}
# What the baselines reach when they are trained until they are done: read from their cards.
DONE = {"CNN, trained for longer": "cnn8", "FCN, trained for longer": "fcn8"}


def conditions(quick):
    sizes, seeds = ((20, 40), (0,)) if quick else (SIZES, SEEDS)
    return [{"model": name, "maps": 20_000} for name in DONE] + [{"model": name, "maps": count, "seed": seed}
            for seed in seeds for name in (("VIN", "FCN") if quick else MODELS) for count in sizes]


def run(condition, quick):
    if condition["model"] in DONE:
        recorded = pnzoo.card(DONE[condition["model"]])["metrics"]
        return [from_card(next(record for record in recorded if record["name"] == "success_rate"), "success")]
    kind, config, options = MODELS[condition["model"]]
    size = {"steps": 2, "batch": 8, "quick": True} if quick else {"steps": STEPS, "batch": BATCH}
    if quick and kind == "VIN":
        config = {**config, "k": 3}
    model = common.train(kind, config, seed=condition["seed"], maps=condition["maps"], **options, **size)
    tests = maps(8, 10 if quick else 1000)
    from pnzoo.analysis import evaluate_rollouts

    report = evaluate_rollouts(model, tests.walls, tests.goal, tests.start)
    return [proportion("success", report.success)]


def table(rows):
    once = [row for row in rows if "seed" not in row]
    return mean_over_seeds([row for row in rows if "seed" in row], ("model", "maps")) + once


def conclusion(table):
    sizes = [row["maps"] for row in select(table, model="VIN")]
    least, most = min(sizes), max(sizes)
    vin, few = select_one(table, model="VIN", maps=most), select_one(table, model="VIN", maps=least)
    rivals = [row for row in select(table, maps=most) if row["model"] != "VIN"]
    level = [row for row in rivals if not above(vin, row)]
    says = "Yes" if len(level) == len(rivals) else "One does" if level else "Not with the same work"
    reached = " and ".join(f"the {row['model']} has {format_ci(row)}" for row in rivals)
    done = " and ".join(format_ci(row) for name in DONE for row in select(table, model=name))
    return (f"{says}: with {most:,} maps of 8x8 {reached}, the VIN {format_ci(vin)}, and {format_ci(few)} with "
            f"{least:,}; the zoo's CNN and FCN, trained for longer, have {done}.")


def details(table):
    sizes = sorted({row["maps"] for row in select(table, model="VIN")})
    least, most = sizes[0], sizes[-1]
    vin = [select_one(table, model="VIN", maps=count) for count in (least, most)]
    parts = [f"the VIN reaches {format_ci(vin[0])} with {least:,} maps and {format_ci(vin[1])} with {most:,}"]
    for name in ("CNN", "FCN"):
        rows = select(table, model=name)
        if not rows:
            continue
        first, last = select_one(rows, maps=least), select_one(rows, maps=most)
        beaten = "and so does not reach the VIN of" if above(vin[0], last) else "against the VIN of"
        parts.append(f"the {name} goes from {format_ci(first)} to {format_ci(last)}, {beaten} {least:,} maps")
    behind = [f"{row['model']} {100 * (vin[1]['value'] - row['value']):.1f} points"
              for row in select(table, maps=most) if row["model"] != "VIN"]
    return f"8x8: {'; '.join(parts)}; behind the VIN at {most:,} maps: {', '.join(behind)}."


EXPERIMENTS = {
    1: Experiment(
        number=1,
        question="5,000 training maps is very few: do the baselines catch up with more data?",
        hypothesis=(
            "Mostly, at 8x8: from 500 to 50,000 maps the baselines climb from about 80 to 97 % and the gap to the VIN "
            "closes to two or three points; the VIN needs no more than 500 maps."
        ),
        conditions=conditions,
        run=run,
        conclusion=conclusion,
        details=details,
        figure={"kind": "lines", "x": "maps", "by": ["model"], "where": {"name": "success"}, "x_title": "training maps",
         "y_title": "success at 8x8", "log": True},
        columns=("model", "maps"),
        table=table,
        links=(("compare", "VIN against CNN", {"model": "vin16", "other": "cnn16"}),),
        notes=(
            "8x8, 1,000 new maps. Every run has 1,250 updates of 40 maps, so 50,000 maps are seen once each and 500 "
            "a hundred times: what varies is data, not work. Labels: the set of optimal moves of all cells of a map "
            "(VIN), of 5 (CNN) or 16 (FCN) random ones in each pass.",
            "With this little work CNN and FCN are not done: trained for longer are the zoo's cnn8 and fcn8, on 20,000 "
            "maps, with 3,750 and 12,500 updates of 32 maps, one seed each, on 5,000 new maps.",
            "The VIN is ours, with a P for each cell, K = 12. Intervals are Student's over three seeds.",
        ),
    )
}
