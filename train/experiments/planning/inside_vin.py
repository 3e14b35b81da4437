"""Q2 to Q4: does a trained VIN hold the right reward, the right moves and the right values?"""

import numpy as np

from pnzoo import analysis, hub
from pnzoo.worlds.gridworld import MOVE_NAMES
from train.experiments.experiment import Experiment
from train.experiments.metrics import exact, format_ci, interval, mean, select_one
from train.experiments.planning.common import PAIR, maps, traces

N, K = 200, 60  # the traces that Q6 reads too
INSIDE = tuple(("inside", f"Look inside {name}", {"model": name}) for name in PAIR)


def traced_maps(name, quick):
    """The planner's traces and their maps."""
    n, k = (4, 12) if quick else (N, K)
    return traces(name, 16, n, k), maps(16, n)


def own_k(name):
    """The K that an entry ships with."""
    return hub.config(name)["k"]


def conditions(quick):
    return [{"model": name} for name in PAIR]


# -- Q2 -----------------------------------------------------------------------------------------


def reward(condition, quick):
    traced, tests = traced_maps(condition["model"], quick)
    agree = analysis.reward_agreement
    agreements = [agree(t.reward, w, g) for t, w, g in zip(traced, tests.walls, tests.goal, strict=True)]
    rows = [mean("correlation", [a.correlation for a in agreements], limits=(-1, 1))]
    rows += [mean(f"mean R, {kind}", [getattr(a, kind) for a in agreements]) for kind in ("goal", "free", "wall")]
    # The reward kernels of a free VIN may turn its R over, so both are asked of the side that the goal is on.
    side = 1 if rows[0]["value"] >= 0 else -1
    agreements = [agree(side * t.reward, w, g) for t, w, g in zip(traced, tests.walls, tests.goal, strict=True)]
    rows.append(mean("free cells beyond which the goal lies", [a.goal_first for a in agreements], "%"))
    rows.append(mean("pairs of a wall and a free cell in the right order", [a.wall_last for a in agreements], "%"))
    picture = {"title": f"R of {condition['model']}", "values": np.round(traced[0].reward, 2).tolist()}
    return [*rows, {"picture": picture}]


def grade(value):
    return "yes" if value > 0.9 else "mostly" if value > 0.7 else "in part" if value > 0.3 else "hardly"


def conclusion_reward(table):
    r = {name: select_one(table, model=name, name="correlation") for name in PAIR}
    goal = min((select_one(table, model=name, name="free cells beyond which the goal lies") for name in PAIR),
               key=lambda row: row["value"])
    turned = [name for name in PAIR if r[name]["value"] < -0.3]
    least = grade(min(abs(row["value"]) for row in r.values())).capitalize()
    return (
        f"{least}: learned and true reward correlate at {' and '.join(f'{format_ci(r[n])} in {n}' for n in PAIR)}"
        + f" ({' and '.join(turned)} turns R upside down, and its reward kernels turn it back)" * bool(turned)
        + f"; the goal stands out from {format_ci(goal)} of the free cells."
    )


def details_reward(table):
    parts = []
    for name in PAIR:
        r = select_one(table, model=name, name="correlation")
        goal = select_one(table, model=name, name="free cells beyond which the goal lies")
        wall = select_one(table, model=name, name="pairs of a wall and a free cell in the right order")
        turned = " (upside down: its reward kernels turn R over)" if r["value"] < -0.3 else ""
        parts.append(
            f"{name}: {grade(abs(r['value']))}, correlation {format_ci(r)}{turned}; the goal stands out from "
            f"{format_ci(goal)} of the free cells, and {format_ci(wall)} of the pairs of a wall and a free cell are in "
            "the right order"
        )
    return "; ".join(parts) + "."


# -- Q3 -----------------------------------------------------------------------------------------


def transition(condition, quick):
    traced, tests = traced_maps(condition["model"], quick)
    shared = traced[0].transition.ndim == 3
    matched = [analysis.matched_kernels(t, w) for t, w in zip(traced, tests.walls, strict=True)]
    chosen = [analysis.chosen_moves(t, w) for t, w in zip(traced, tests.walls, strict=True)]
    # A shared kernel is one and the same on every map: nothing is estimated.
    put = (lambda name, values, unit: exact(name, values[0], unit)) if shared else mean
    entered = [c.target_weight.mean() for c in chosen]
    rows = [
        put("weight on the true cell, eight matched kernels", [m.probability_mass.mean() for m in matched], "%"),
        put("the same, worst of the eight moves", [m.probability_mass.min() for m in matched], "%"),
        put("entropy in bits, eight matched kernels", [m.entropy.mean() for m in matched], ""),
        chance(traced, tests),
        mean("weight of the best action on the cell that the policy enters", entered, "%"),
        mean("weight of the best action on walls", [c.wall_weight.mean() for c in chosen], "%"),
    ]
    kernels = analysis.mean_kernels(traced[0], tests.walls[0])[matched[0].action]
    return rows + [
        {"picture": {"title": f"{condition['model']}: {name}", "values": np.round(kernel, 3).tolist()}}
        for name, kernel in zip(MOVE_NAMES, kernels, strict=True)
    ]


def chance(traced, tests):
    """What matching alone would give: the same kernels with their nine weights shuffled."""
    kernels, rng = np.asarray(analysis.mean_kernels(traced[0], tests.walls[0])), np.random.default_rng(0)
    mixed = [rng.permuted(kernels.reshape(-1, 9), axis=1).reshape(-1, 3, 3) for _ in range(200)]
    values = [analysis.transition_agreement(kernel).probability_mass.mean() for kernel in mixed]
    low, high = np.quantile(values, (0.025, 0.975))
    return interval("weight on the true cell, weights shuffled", np.mean(values), low, high, 200, "%")


def conclusion_transition(table):
    parts = []
    for name in PAIR:
        mass = select_one(table, model=name, name="weight on the true cell, eight matched kernels")
        luck = select_one(table, model=name, name="weight on the true cell, weights shuffled")
        parts.append(f"{grade(mass['value'])} in {name}, whose eight kernels have {format_ci(mass)} of their weight "
                     f"on the true cell (weights shuffled: {format_ci(luck)})")
    text = "; ".join(parts)
    return f"{text[0].upper()}{text[1:]}."


def details_transition(table):
    parts = []
    for name in PAIR:
        mass = select_one(table, model=name, name="weight on the true cell, eight matched kernels")
        bits = select_one(table, model=name, name="entropy in bits, eight matched kernels")
        luck = select_one(table, model=name, name="weight on the true cell, weights shuffled")
        used = select_one(table, model=name, name="weight of the best action on the cell that the policy enters")
        parts.append(
            f"{name}: {grade(mass['value'])}, its eight matched kernels have {format_ci(mass)} of their weight on the "
            f"true cell (shuffled {format_ci(luck)}) at {format_ci(bits)} bits, and in each cell the best action has "
            f"{format_ci(used)} on the cell that the policy then enters"
        )
    return "; ".join(parts) + "."


# -- Q4 -----------------------------------------------------------------------------------------


def value(condition, quick):
    traced, tests = traced_maps(condition["model"], quick)
    rank = np.array([analysis.value_agreement(t.values, w, g)
                     for t, w, g in zip(traced, tests.walls, tests.goal, strict=True)])  # [maps, K+1]
    return [mean("rank correlation", rank[:, k], limits=(-1, 1), k=k) for k in range(1, rank.shape[1])]


def conclusion_value(table):
    shown = []
    for name in PAIR:
        last = max(row["k"] for row in table if row["model"] == name)
        shown.append((name, select_one(table, model=name, k=min(own_k(name), last))))
    least = grade(min(row["value"] for _, row in shown)).capitalize()
    parts = [f"{format_ci(row)} in {name} after {row['k']} steps" for name, row in shown]
    return f"{least}: V and minus the true distance have a rank correlation of {' and '.join(parts)}."


def details_value(table):
    parts = []
    for name in PAIR:
        last = max(row["k"] for row in table if row["model"] == name)
        own = min(own_k(name), last)
        at = select_one(table, model=name, k=own)
        best = max((row for row in table if row["model"] == name), key=lambda row: row["value"])
        parts.append(
            f"{name}: {grade(at['value'])}, V after its own {own} steps and minus the true distance have a rank "
            f"correlation of {format_ci(at)}; the best of all steps is {format_ci(best)} at k = {best['k']}"
        )
    return "; ".join(parts) + "."


ON = f"{N} new 16x16 maps, one pass of {K} steps on each; intervals are over maps."

EXPERIMENTS = {
    2: Experiment(
        number=2,
        question="Does the model learn the correct reward R?",
        hypothesis=(
            "vin16, whose R is a cost at or below 0, marks the goal as the best cell, but needs no penalty for walls, "
            "as its P can learn that walls cannot be entered: a correlation of 0.3 to 0.8. In vin16_paper the reward "
            "is the only thing that can keep it out of walls, so goal high, walls low, correlation above 0.8."
        ),
        conditions=conditions,
        run=reward,
        conclusion=conclusion_reward,
        details=details_reward,
        figure={"kind": "points", "by": ["model", "name"], "where": {"unit": "%"}, "x_title": "share"},
        columns=("model",),
        links=INSIDE,
        notes=(
            ON,
            "The true reward is the paper's: +1 for entering the goal, -1 a wall, -0.01 a free cell. R counts on the "
            "free cells and the walls beside one; scale and offset do not matter to a correlation.",
            "Yes, mostly, in part and hardly stand for sizes above 0.9, 0.7, 0.3 and below.",
            "With the paper's free kernels R may have any sign and scale, because the reward kernels can undo them.",
        ),
    ),
    3: Experiment(
        number=3,
        question="Does it learn the correct dynamics P?",
        hypothesis=(
            "vin16, whose P is a distribution for each cell, has nearly pure moves: over 90 % of a matched kernel on "
            "the true cell. The paper's free kernels only have to rank actions: smeared, near 50 %, yet clearly above "
            "chance."
        ),
        conditions=conditions,
        run=transition,
        conclusion=conclusion_transition,
        details=details_transition,
        figure={"kind": "points", "by": ["model", "name"], "where": {"unit": "%"}, "x_title": "share of the weight"},
        columns=("model",),
        links=INSIDE,
        notes=(
            ON,
            "The eight moves are matched with eight different actions so that as much weight as possible lies on the "
            "right cells; the shuffled line is what the matching finds in the same kernels with their nine weights "
            "permuted, its interval covers 95 % of 200 shuffles. Of free kernels the positive weights of W^V count.",
            "Kernels of vin16 are means over the cells without a wall beside them; a uniform kernel has 3.17 bits.",
        ),
    ),
    4: Experiment(
        number=4,
        question="Is V the optimal value?",
        hypothesis=(
            "Yes in order, if not in scale: with costs, V of vin16 is minus a cost-to-go, its ranks correlate above "
            "0.98 with the true distance once k exceeds the longest path. vin16_paper: above 0.9, falling when k "
            "exceeds the 20 steps of its training."
        ),
        conditions=conditions,
        run=value,
        conclusion=conclusion_value,
        details=details_value,
        figure={"kind": "lines", "x": "k", "by": ["model"], "x_title": "steps of value iteration, k",
         "y_title": "rank correlation of V_k with minus the true distance"},
        columns=("model", "k"),
        links=INSIDE,
        notes=(ON, "Spearman's correlation over the cells from which the goal can be reached, without the goal."),
    ),
}
