"""Q7: are the Q values used at all when they are concatenated with phi(s)?"""

from pnzoo import analysis
from train.experiments import planners
from train.experiments.numbers import exact, over_seeds, pick, said, share
from train.experiments.planners import OURS, PAPER, maps, walk
from train.experiments.question import Question

MODELS = {"state-dependent P": OURS, "the paper's free P": PAPER}
SEEDS = (0, 1, 2)
ALTERED = (("as it is", {}), ("shrink", {"factor": 0.5}), ("shrink", {"factor": 0.1}), ("shuffle", {}), ("zero", {}))


def cases(quick):
    return [{"model": name, "seed": seed} for name in (list(MODELS)[:1] if quick else MODELS)
            for seed in ((0,) if quick else SEEDS)]


def measure(case, quick):
    config = {**MODELS[case["model"]], "concat_state": True, "k": 3 if quick else 12}
    size = {"maps": 64, "steps": 2, "batch": 16, "quick": True} if quick else {"maps": 4000, "steps": 400}
    rate = 1e-2 if case["model"] == "state-dependent P" else 3e-3
    model = planners.train("VIN", config, seed=case["seed"], rate=rate, **size)
    found = maps(8, 20 if quick else 1000)
    rows = []
    for how, options in ALTERED:
        policy = analysis.without_q(model, found.walls, found.goal, how=how, seed=case["seed"], **options)
        name = how if how != "shrink" else f"times {options['factor']}"
        rows.append(share("success", walk(policy, found).success, q=name))
    of_q, of_phi = analysis.policy_weights(model)
    return [*rows, exact("weights on Q over weights on phi", of_q / of_phi if of_phi else 0.0, q="as it is")]


def table(rows):
    return over_seeds(rows, ("model", "q"))


def answer(table):
    parts, used = [], []
    for name in dict.fromkeys(each["model"] for each in table):
        whole, none, mixed = (pick(table, model=name, q=q, measure="success") for q in ("as it is", "zero", "shuffle"))
        used.append(is_used(whole, none, mixed))
        parts.append(f"from {said(whole)} to {said(none)} with {name}")
    says = "Yes" if all(used) else "In part" if any(used) else "Hardly"
    return f"{says}: with Q set to zero success goes {' and '.join(parts)}."


def is_used(whole, none, mixed):
    return whole["value"] - max(none["value"], mixed["value"]) > 0.1


def detail(table):
    parts = []
    for name in dict.fromkeys(each["model"] for each in table):
        whole, none, mixed, tenth = (pick(table, model=name, q=q, measure="success")
                                     for q in ("as it is", "zero", "shuffle", "times 0.1"))
        used = "used" if is_used(whole, none, mixed) else "hardly used"
        ratio = pick(table, model=name, measure="weights on Q over weights on phi")
        parts.append(
            f"with {name} the Q values are {used}: success {said(whole)}, with Q set to zero {said(none)}, shuffled "
            f"among the cells {said(mixed)}, shrunk to a tenth {said(tenth)}; a weight on Q is {said(ratio)} times as "
            "large as one on phi"
        )
    return "; ".join(parts) + "."


QUESTIONS = {
    7: Question(
        7,
        "Are the Q values used at all when they are concatenated with phi(s)?",
        "Yes: phi(s) sees a 3x3 neighbourhood, which cannot say where the goal is. Without Q success falls below 30 %, "
        "and with the Q of other cells further still.",
        cases,
        measure,
        answer,
        detail,
        {"kind": "points", "by": ["model", "q"], "where": {"measure": "success"}, "x_title": "success"},
        ("model", "q"),
        table=table,
        tries=(("inside", "Q of one cell, step by step", {"model": "vin16", "view": "cell"}),),
        notes=(
            "VINs with concat_state=True, whose policy reads both Q(s, .) and phi(s), trained for this at 8x8, K = 12: "
            "4,000 maps, 400 updates of 32 maps; 1,000 fresh maps. Intervals are Student's over three seeds.",
            "The planners of the zoo read Q alone: without it they cannot act.",
            "Weights: root mean squares of the rows of the policy's matrix; Q is read relative to its maximum times 10 "
            "by the state-dependent one.",
        ),
    )
}
