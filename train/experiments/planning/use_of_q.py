"""Q7: are the Q values used at all when they are concatenated with phi(s)?"""

from pnzoo import analysis
from train.experiments.experiment import Experiment
from train.experiments.metrics import exact, format_ci, mean_over_seeds, proportion, select_one, values_of
from train.experiments.planning import common
from train.experiments.planning.common import OURS, PAPER, maps, rollouts

MODELS = {"state-dependent P": OURS, "the paper's free P": PAPER}
SEEDS = (0, 1, 2)
ALTERED = (("none", {}), ("scale", {"factor": 0.5}), ("scale", {"factor": 0.1}), ("shuffle", {}), ("zero", {}))


def conditions(quick):
    return [{"model": name, "seed": seed} for name in (list(MODELS)[:1] if quick else MODELS)
            for seed in ((0,) if quick else SEEDS)]


def run(condition, quick):
    config = {**MODELS[condition["model"]], "concat_state": True, "k": 3 if quick else 12}
    size = {"maps": 64, "steps": 2, "batch": 16, "quick": True} if quick else {"maps": 4000, "steps": 400}
    rate = 1e-2 if condition["model"] == "state-dependent P" else 3e-3
    model = common.train("VIN", config, seed=condition["seed"], rate=rate, **size)
    tests = maps(8, 20 if quick else 1000)
    rows = []
    for mode, options in ALTERED:
        policy = analysis.ablate_q(model, tests.walls, tests.goal, mode=mode, seed=condition["seed"], **options)
        name = {"none": "as it is", "scale": f"times {options.get('factor')}"}.get(mode, mode)
        rows.append(proportion("success", rollouts(policy, tests).success, q=name))
    of_q, of_phi = analysis.policy_weights(model)
    return [*rows, exact("weights on Q over weights on phi", of_q / of_phi if of_phi else 0.0, q="as it is")]


def table(rows):
    return mean_over_seeds(rows, ("model", "q"))


def conclusion(table):
    parts, used = [], []
    for name in values_of(table, "model"):
        whole, none, mixed = (select_one(table, model=name, q=q, name="success")
                              for q in ("as it is", "zero", "shuffle"))
        used.append(is_used(whole, none, mixed))
        parts.append(f"from {format_ci(whole)} to {format_ci(none)} with {name}")
    says = "Yes" if all(used) else "In part" if any(used) else "Hardly"
    return f"{says}: with Q set to zero success goes {' and '.join(parts)}."


def is_used(whole, none, mixed):
    return whole["value"] - max(none["value"], mixed["value"]) > 0.1


def details(table):
    parts = []
    for name in values_of(table, "model"):
        whole, none, mixed, tenth = (select_one(table, model=name, q=q, name="success")
                                     for q in ("as it is", "zero", "shuffle", "times 0.1"))
        used = "used" if is_used(whole, none, mixed) else "hardly used"
        ratio = select_one(table, model=name, name="weights on Q over weights on phi")
        parts.append(
            f"with {name} the Q values are {used}: success {format_ci(whole)}, with Q set to zero {format_ci(none)}, "
            f"shuffled among the cells {format_ci(mixed)}, shrunk to a tenth {format_ci(tenth)}; a weight on Q is "
            f"{format_ci(ratio)} times as large as one on phi"
        )
    return "; ".join(parts) + "."


EXPERIMENTS = {
    7: Experiment(
        number=7,
        question="Are the Q values used at all when they are concatenated with phi(s)?",
        hypothesis=(
            "Yes: phi(s) sees a 3x3 neighbourhood, which cannot say where the goal is. Without Q success falls below "
            "30 %, and with the Q of other cells further still."
        ),
        conditions=conditions,
        run=run,
        conclusion=conclusion,
        details=details,
        figure={"kind": "points", "by": ["model", "q"], "where": {"name": "success"}, "x_title": "success"},
        columns=("model", "q"),
        table=table,
        links=(("inside", "Q of one cell, step by step", {"model": "vin16", "view": "cell"}),),
        notes=(
            "VINs with concat_state=True, whose policy reads both Q(s, .) and phi(s), trained for this at 8x8, K = 12: "
            "4,000 maps, 400 updates of 32 maps; 1,000 new maps. Intervals are Student's over three seeds.",
            "The planners of the zoo read Q alone: without it they cannot act.",
            "Weights: root mean squares of the rows of the policy's matrix; Q is read relative to its maximum times 10 "
            "by the state-dependent one.",
        ),
    )
}
