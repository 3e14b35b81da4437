"""Q1: 5,000 training maps is very few. Do the baselines catch up with more data?"""

import pnzoo
from train.experiments import planners
from train.experiments.numbers import every, metric, over_seeds, pick, said, share
from train.experiments.planners import OURS, maps
from train.experiments.question import Question

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


def cases(quick):
    sizes, seeds = ((20, 40), (0,)) if quick else (SIZES, SEEDS)
    return [{"model": name, "maps": 20_000} for name in DONE] + [{"model": name, "maps": count, "seed": seed}
            for seed in seeds for name in (("VIN", "FCN") if quick else MODELS) for count in sizes]


def measure(case, quick):
    if case["model"] in DONE:
        found = pnzoo.card(DONE[case["model"]])["metrics"]
        return [metric(next(each for each in found if each["name"] == "success"))]
    kind, config, options = MODELS[case["model"]]
    size = {"steps": 2, "batch": 8, "quick": True} if quick else {"steps": STEPS, "batch": BATCH}
    if quick and kind == "VIN":
        config = {**config, "k": 3}
    model = planners.train(kind, config, seed=case["seed"], maps=case["maps"], **options, **size)
    found = maps(8, 10 if quick else 1000)
    from pnzoo.analysis import walk_all

    walks = walk_all(model, found.walls, found.goal, found.start)
    return [share("success", walks.success)]


def table(rows):
    once = [each for each in rows if "seed" not in each]
    return over_seeds([each for each in rows if "seed" in each], ("model", "maps")) + once


def answer(table):
    sizes = [each["maps"] for each in every(table, model="VIN")]
    least, most = min(sizes), max(sizes)
    vin, few = pick(table, model="VIN", maps=most), pick(table, model="VIN", maps=least)
    rivals = [each for each in every(table, maps=most) if each["model"] != "VIN"]
    level = [each for each in rivals if each["high"] >= vin["low"]]
    says = "Yes" if len(level) == len(rivals) else "One does" if level else "Not with the same work"
    reached = " and ".join(f"the {each['model']} has {said(each)}" for each in rivals)
    done = " and ".join(said(each) for name in DONE for each in every(table, model=name))
    return (f"{says}: with {most:,} maps of 8x8 {reached}, the VIN {said(vin)}, and {said(few)} with {least:,}; the "
            f"zoo's CNN and FCN, trained for longer, have {done}.")


def detail(table):
    sizes = sorted({each["maps"] for each in every(table, model="VIN")})
    least, most = sizes[0], sizes[-1]
    vin = [pick(table, model="VIN", maps=count) for count in (least, most)]
    parts = [f"the VIN reaches {said(vin[0])} with {least:,} maps and {said(vin[1])} with {most:,}"]
    for name in ("CNN", "FCN"):
        found = every(table, model=name)
        if not found:
            continue
        first, last = pick(found, maps=least), pick(found, maps=most)
        beaten = "and so does not reach the VIN of" if last["high"] < vin[0]["low"] else "against the VIN of"
        parts.append(f"the {name} goes from {said(first)} to {said(last)}, {beaten} {least:,} maps")
    gap = {name: pick(table, model=name, maps=most)["value"] for name in ("CNN", "FCN") if every(table, model=name)}
    closed = [f"{name} {100 * (vin[1]['value'] - value):.1f} points" for name, value in gap.items()]
    return f"8x8: {'; '.join(parts)}; behind the VIN at {most:,} maps: {', '.join(closed)}."


QUESTIONS = {
    1: Question(
        1,
        "5,000 training maps is very few: do the baselines catch up with more data?",
        "Mostly, at 8x8: from 500 to 50,000 maps the baselines climb from about 80 to 97 % and the gap to the VIN "
        "closes to two or three points; the VIN needs no more than 500 maps.",
        cases,
        measure,
        answer,
        detail,
        {"kind": "lines", "x": "maps", "by": ["model"], "where": {"measure": "success"}, "x_title": "training maps",
         "y_title": "success at 8x8", "log": True},
        ("model", "maps"),
        table=table,
        tries=(("compare", "VIN against CNN", {"model": "vin16", "other": "cnn16"}),),
        notes=(
            "8x8, 1,000 fresh maps. Every run has 1,250 updates of 40 maps, so 50,000 maps are seen once each and 500 "
            "a hundred times: what varies is data, not work. Labels: the set of optimal moves of all cells of a map "
            "(VIN), of 5 (CNN) or 16 (FCN) random ones in each pass.",
            "With this little work CNN and FCN are not done: trained for longer are the zoo's cnn8 and fcn8, on 20,000 "
            "maps, with 3,750 and 12,500 updates of 32 maps, one seed each, on 5,000 fresh maps.",
            "The VIN is ours, with a P for each cell, K = 12. Intervals are Student's over three seeds.",
        ),
    )
}
