"""Q6: performance as a function of K, in training and afterwards. And what happens with K = 1?"""

import numpy as np

from train.experiments import planners
from train.experiments.inside_vin import own_k, seen
from train.experiments.numbers import every, mean, over_seeds, pick, said, share
from train.experiments.planners import OURS, PAIR, PAPER, maps, optimal_cells, walk
from train.experiments.question import Question

KS = (1, 3, 6, 20, 60)
SEEDS = (0, 1, 2)
SIZES = (8, 16)
KINDS = {"state-dependent P": OURS, "the paper's free P": PAPER}
SHOWN = (*range(1, 21), *range(22, 41, 2), *range(45, 61, 5))


def cases(quick):
    tests = [{"what": "K changed after training", "model": name} for name in PAIR]
    ks, seeds = ((1, 3), (0,)) if quick else (KS, SEEDS)
    return tests + [{"what": "trained with K", "size": size, "model": kind, "k": k, "seed": seed}
                    for size in ((8,) if quick else SIZES) for kind in KINDS for seed in seeds for k in ks]


def measure(case, quick):
    if case["what"] == "K changed after training":
        inside, found = seen(case["model"], quick)
        policies = np.stack([trace.policies for trace in inside])  # [B, K+1, H, W]
        rows = []
        for k in (k for k in SHOWN if k < policies.shape[1]):
            rows.append(share("success", walk(policies[:, k], found).success, k=k))
            rows.append(mean("optimal action", optimal_cells(policies[:, k], found), "%", k=k))
        return rows
    config = {**KINDS[case["model"]], "k": case["k"]}
    amount = {"maps": 64, "steps": 2, "batch": 16, "quick": True} if quick else {"maps": 4000, "steps": 300}
    model = planners.train("VIN", config, seed=case["seed"], size=case["size"], **amount)
    found = maps(case["size"], 20 if quick else 1000)
    policy = model.policy(found.walls, found.goal)
    return [share("success", walk(policy, found).success),
            mean("optimal action", optimal_cells(policy, found), "%")]


def table(rows):
    trained = [{**each, "what": f"trained with K, {each['size']}x{each['size']}"} for each in rows if "seed" in each]
    return [each for each in rows if "seed" not in each] + over_seeds(trained, ("what", "size", "model", "k"))


def answer(table):
    parts = []
    for name in PAIR:
        found = every(table, what="K changed after training", model=name, measure="success")
        first, last, enough = found[0], found[-1], least_k(found)
        parts.append(f"{name} needs K = {enough['k']} at 16x16 ({said(enough)}), has {said(first)} with K = "
                     f"{first['k']} and {said(last)} with {last['k']}")
    trained = [each for each in every(table, measure="success", k=1) if "size" in each]
    size = max(one["size"] for one in trained)
    ones = [f"{said(one)} with {one['model']}" for one in every(trained, size=size)]
    return f"{'; '.join(parts)}; trained with K = 1 at {size}x{size}: {' and '.join(ones)}."


def least_k(found):
    """The row of the fewest steps within a point of the best success."""
    best = max(each["value"] for each in found)
    return min((each for each in found if each["value"] >= best - 0.01), key=lambda each: each["k"])


def detail(table):
    parts = []
    trained = [each for each in every(table, measure="success") if "size" in each]
    for size, name in dict.fromkeys((each["size"], each["model"]) for each in trained):
        found = every(trained, size=size, model=name)
        one, least = pick(found, k=1), least_k(found)
        most = max(found, key=lambda each: each["k"])
        parts.append(f"trained at {size}x{size} with {name}, K = 1 reaches {said(one)}, K = {least['k']} is the first "
                     f"within a point of the best, and K = {most['k']} reaches {said(most)}")
    for name in PAIR:
        found = every(table, what="K changed after training", model=name, measure="success")
        ks = [each["k"] for each in found]
        own = pick(found, k=max(k for k in ks if k <= own_k(name)))
        first, last = pick(found, k=min(ks)), pick(found, k=max(ks))
        parts.append(f"{name} (16x16, K = {own_k(name)}) run with K = {first['k']}: {said(first)}, with "
                     f"{own['k']}: {said(own)}, with {last['k']}: {said(last)}")
    return "; ".join(parts) + "."


QUESTIONS = {
    6: Question(
        6,
        "How does performance depend on the number of recurrences K? What happens with K = 1?",
        "Success rises until K reaches the length of the longer paths (about 10 at 8x8, 20 at 16x16) and is flat after "
        "it. K = 1 leaves a reactive policy that sees five cells round itself: 60 to 80 % at 8x8. More steps than were "
        "trained with do no harm to vin16, whose V settles, but do to the paper's free kernels, whose V may grow.",
        cases,
        measure,
        answer,
        detail,
        {"kind": "lines", "x": "k", "by": ["what", "model"], "where": {"measure": "success"}, "x_title": "K",
         "y_title": "success", "log": True},
        ("what", "model", "k"),
        table=table,
        tries=tuple(("inside", f"{name} with K = {k}", {"model": name, "k": str(k)})
                    for name, k in (("vin16", 1), ("vin16", 12), ("vin16_paper", 60))),
        notes=(
            "After training: 200 fresh 16x16 maps, weights of the zoo, one start a map; intervals are Wilson's.",
            "In training: 8x8 and 16x16, a P for each cell or the paper's form, 4,000 maps, 300 updates of 32, every "
            "cell a label. 1,000 fresh maps; n counts training seeds.",
            "With K = 1 a cell sees 7x7 cells through R, one step and Q. At 8x8, 6x6 within the border, that is most of"
            " the map: a policy may look for the goal and still arrive within twice the shortest way.",
        ),
    )
}
