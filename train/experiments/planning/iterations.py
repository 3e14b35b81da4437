"""Q6: performance as a function of K, in training and afterwards. And what happens with K = 1?"""

import numpy as np

from train.experiments.experiment import Experiment
from train.experiments.metrics import format_ci, mean, mean_over_seeds, proportion, select, select_one
from train.experiments.planning import common
from train.experiments.planning.common import OURS, PAIR, PAPER, maps, optimal_cells, rollouts
from train.experiments.planning.inside_vin import own_k, traced_maps

KS = (1, 3, 6, 20, 60)
SEEDS = (0, 1, 2)
SIZES = (8, 16)
KINDS = {"state-dependent P": OURS, "the paper's free P": PAPER}
SHOWN = (*range(1, 21), *range(22, 41, 2), *range(45, 61, 5))


def conditions(quick):
    tests = [{"what": "K changed after training", "model": name} for name in PAIR]
    ks, seeds = ((1, 3), (0,)) if quick else (KS, SEEDS)
    return tests + [{"what": "trained with K", "size": size, "model": kind, "k": k, "seed": seed}
                    for size in ((8,) if quick else SIZES) for kind in KINDS for seed in seeds for k in ks]


def run(condition, quick):
    if condition["what"] == "K changed after training":
        traced, tests = traced_maps(condition["model"], quick)
        policies = np.stack([trace.policies for trace in traced])  # [B, K+1, H, W]
        rows = []
        for k in (k for k in SHOWN if k < policies.shape[1]):
            rows.append(proportion("success", rollouts(policies[:, k], tests).success, k=k))
            rows.append(mean("optimal action", optimal_cells(policies[:, k], tests), "%", k=k))
        return rows
    config = {**KINDS[condition["model"]], "k": condition["k"]}
    amount = {"maps": 64, "steps": 2, "batch": 16, "quick": True} if quick else {"maps": 4000, "steps": 300}
    model = common.train("VIN", config, seed=condition["seed"], size=condition["size"], **amount)
    tests = maps(condition["size"], 20 if quick else 1000)
    policy = model.policy(tests.walls, tests.goal)
    return [proportion("success", rollouts(policy, tests).success),
            mean("optimal action", optimal_cells(policy, tests), "%")]


def table(rows):
    trained = [{**row, "what": f"trained with K, {row['size']}x{row['size']}"} for row in rows if "seed" in row]
    return [row for row in rows if "seed" not in row] + mean_over_seeds(trained, ("what", "size", "model", "k"))


def conclusion(table):
    parts = []
    for name in PAIR:
        rows = select(table, what="K changed after training", model=name, name="success")
        first, last, enough = rows[0], rows[-1], least_k(rows)
        parts.append(f"{name} needs K = {enough['k']} at 16x16 ({format_ci(enough)}), has {format_ci(first)} with K = "
                     f"{first['k']} and {format_ci(last)} with {last['k']}")
    trained = [row for row in select(table, name="success", k=1) if "size" in row]
    size = max(one["size"] for one in trained)
    ones = [f"{format_ci(one)} with {one['model']}" for one in select(trained, size=size)]
    return f"{'; '.join(parts)}; trained with K = 1 at {size}x{size}: {' and '.join(ones)}."


def least_k(rows):
    """The row of the fewest steps within a point of the best success."""
    best = max(row["value"] for row in rows)
    return min((row for row in rows if row["value"] >= best - 0.01), key=lambda row: row["k"])


def details(table):
    parts = []
    trained = [row for row in select(table, name="success") if "size" in row]
    for size, name in dict.fromkeys((row["size"], row["model"]) for row in trained):
        rows = select(trained, size=size, model=name)
        one, least = select_one(rows, k=1), least_k(rows)
        most = max(rows, key=lambda row: row["k"])
        parts.append(f"trained at {size}x{size} with {name}, K = 1 reaches {format_ci(one)}, K = {least['k']} is the "
                     f"first within a point of the best, and K = {most['k']} reaches {format_ci(most)}")
    for name in PAIR:
        rows = select(table, what="K changed after training", model=name, name="success")
        ks = [row["k"] for row in rows]
        own = select_one(rows, k=max(k for k in ks if k <= own_k(name)))
        first, last = select_one(rows, k=min(ks)), select_one(rows, k=max(ks))
        parts.append(f"{name} (16x16, K = {own_k(name)}) run with K = {first['k']}: {format_ci(first)}, with "
                     f"{own['k']}: {format_ci(own)}, with {last['k']}: {format_ci(last)}")
    return "; ".join(parts) + "."


EXPERIMENTS = {
    6: Experiment(
        number=6,
        question="How does performance depend on the number of recurrences K? What happens with K = 1?",
        hypothesis=(
            "Success rises until K reaches the length of the longer paths (about 10 at 8x8, 20 at 16x16) and is flat "
            "after it. K = 1 leaves a reactive policy that sees five cells round itself: 60 to 80 % at 8x8. More "
            "steps than were trained with do no harm to vin16, whose V converges, but do to the paper's free kernels, "
            "whose V may grow."
        ),
        conditions=conditions,
        run=run,
        conclusion=conclusion,
        details=details,
        figure={"kind": "lines", "x": "k", "by": ["what", "model"], "where": {"name": "success"}, "x_title": "K",
         "y_title": "success", "log": True},
        columns=("what", "model", "k"),
        table=table,
        links=tuple(("inside", f"{name} with K = {k}", {"model": name, "k": str(k)})
                    for name, k in (("vin16", 1), ("vin16", 12), ("vin16_paper", 60))),
        notes=(
            "After training: 200 new 16x16 maps, weights of the zoo, one start a map; intervals are Wilson's.",
            "In training: 8x8 and 16x16, a P for each cell or the paper's form, 4,000 maps, 300 updates of 32, every "
            "cell a label. 1,000 new maps; n counts training seeds.",
            "With K = 1 a cell sees 7x7 cells through R, one step and Q. At 8x8, 6x6 within the border, that is most of"
            " the map: a policy may look for the goal and still arrive within twice the shortest path.",
        ),
    )
}
