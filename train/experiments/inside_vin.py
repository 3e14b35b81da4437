"""Q2 to Q4: does a trained VIN hold the right reward, the right moves and the right values?"""

import numpy as np

from pnzoo import analysis, hub
from pnzoo.hub import cards
from pnzoo.worlds.gridworld import MOVE_NAMES
from train.experiments.numbers import exact, mean, pick, row, said
from train.experiments.planners import PAIR, maps, traces
from train.experiments.question import Question

N, K = 200, 60  # the traces that Q6 reads too
INSIDE = tuple(("inside", f"Look inside {name}", {"model": name}) for name in PAIR)


def seen(name, quick):
    """The planner's traces and their maps."""
    n, k = (4, 12) if quick else (N, K)
    return traces(name, 16, n, k), maps(16, n)


def own_k(name):
    """The K that an entry ships with."""
    return cards.read_json(hub.zoo_folder() / name / hub.CONFIG)["config"]["k"]


def cases(quick):
    return [{"model": name} for name in PAIR]


# -- Q2 -----------------------------------------------------------------------------------------


def reward(case, quick):
    inside, found = seen(case["model"], quick)
    agree = analysis.reward_agreement
    each = [agree(t.reward, w, g) for t, w, g in zip(inside, found.walls, found.goal, strict=True)]
    rows = [mean("correlation", [a.correlation for a in each], limits=(-1, 1))]
    rows += [mean(f"mean R, {kind}", [getattr(a, kind) for a in each]) for kind in ("goal", "free", "wall")]
    # The reward kernels of a free VIN may turn its R over, so both are asked of the side that the goal is on.
    side = 1 if rows[0]["value"] >= 0 else -1
    each = [agree(side * t.reward, w, g) for t, w, g in zip(inside, found.walls, found.goal, strict=True)]
    rows.append(mean("free cells beyond which the goal lies", [a.goal_first for a in each], "%"))
    rows.append(mean("pairs of a wall and a free cell in the right order", [a.wall_last for a in each], "%"))
    picture = {"title": f"R of {case['model']}", "values": np.round(inside[0].reward, 2).tolist()}
    return [*rows, {"picture": picture}]


def grade(value):
    return "yes" if value > 0.9 else "mostly" if value > 0.7 else "in part" if value > 0.3 else "hardly"


def answer_reward(table):
    r = {name: pick(table, model=name, measure="correlation") for name in PAIR}
    goal = min((pick(table, model=name, measure="free cells beyond which the goal lies") for name in PAIR),
               key=lambda each: each["value"])
    turned = [name for name in PAIR if r[name]["value"] < -0.3]
    least = grade(min(abs(each["value"]) for each in r.values())).capitalize()
    return (
        f"{least}: learned and true reward correlate at {' and '.join(f'{said(r[n])} in {n}' for n in PAIR)}"
        + f" ({' and '.join(turned)} turns R upside down, and its reward kernels turn it back)" * bool(turned)
        + f"; the goal stands out from {said(goal)} of the free cells."
    )


def detail_reward(table):
    parts = []
    for name in PAIR:
        r = pick(table, model=name, measure="correlation")
        goal = pick(table, model=name, measure="free cells beyond which the goal lies")
        wall = pick(table, model=name, measure="pairs of a wall and a free cell in the right order")
        turned = " (upside down: its reward kernels turn R over)" if r["value"] < -0.3 else ""
        parts.append(
            f"{name}: {grade(abs(r['value']))}, correlation {said(r)}{turned}; the goal stands out from {said(goal)} "
            f"of the free cells, and {said(wall)} of the pairs of a wall and a free cell are in the right order"
        )
    return "; ".join(parts) + "."


# -- Q3 -----------------------------------------------------------------------------------------


def transition(case, quick):
    inside, found = seen(case["model"], quick)
    shared = inside[0].transition.ndim == 3
    matched = [analysis.matched_kernels(t, w) for t, w in zip(inside, found.walls, strict=True)]
    chosen = [analysis.chosen_moves(t, w) for t, w in zip(inside, found.walls, strict=True)]
    # A shared kernel is one and the same on every map: nothing is estimated.
    put = (lambda name, values, unit: exact(name, values[0], unit)) if shared else mean
    rows = [
        put("weight on the true cell, eight matched kernels", [m.mass.mean() for m in matched], "%"),
        put("the same, worst of the eight moves", [m.mass.min() for m in matched], "%"),
        put("entropy in bits, eight matched kernels", [m.entropy.mean() for m in matched], ""),
        chance(inside, found),
        mean("weight of the best action on the cell that the policy enters", [c.right.mean() for c in chosen], "%"),
        mean("weight of the best action on walls", [c.walls.mean() for c in chosen], "%"),
    ]
    kernels = analysis.mean_kernels(inside[0], found.walls[0])[matched[0].action]
    return rows + [
        {"picture": {"title": f"{case['model']}: {name}", "values": np.round(kernel, 3).tolist()}}
        for name, kernel in zip(MOVE_NAMES, kernels, strict=True)
    ]


def chance(inside, found):
    """What matching alone would give: the same kernels with their nine weights shuffled."""
    kernels, rng = np.asarray(analysis.mean_kernels(inside[0], found.walls[0])), np.random.default_rng(0)
    mixed = [rng.permuted(kernels.reshape(-1, 9), axis=1).reshape(-1, 3, 3) for _ in range(200)]
    values = [analysis.transition_agreement(kernel).mass.mean() for kernel in mixed]
    low, high = np.quantile(values, (0.025, 0.975))
    return row("weight on the true cell, weights shuffled", np.mean(values), low, high, 200, "%")


def answer_transition(table):
    parts = []
    for name in PAIR:
        mass = pick(table, model=name, measure="weight on the true cell, eight matched kernels")
        luck = pick(table, model=name, measure="weight on the true cell, weights shuffled")
        parts.append(f"{grade(mass['value'])} in {name}, whose eight kernels have {said(mass)} of their weight on the "
                     f"true cell (weights shuffled: {said(luck)})")
    text = "; ".join(parts)
    return f"{text[0].upper()}{text[1:]}."


def detail_transition(table):
    parts = []
    for name in PAIR:
        mass = pick(table, model=name, measure="weight on the true cell, eight matched kernels")
        bits = pick(table, model=name, measure="entropy in bits, eight matched kernels")
        luck = pick(table, model=name, measure="weight on the true cell, weights shuffled")
        used = pick(table, model=name, measure="weight of the best action on the cell that the policy enters")
        parts.append(
            f"{name}: {grade(mass['value'])}, its eight matched kernels have {said(mass)} of their weight on the "
            f"true cell (shuffled {said(luck)}) at {said(bits)} bits, and in each cell the best action has "
            f"{said(used)} on the cell that the policy then enters"
        )
    return "; ".join(parts) + "."


# -- Q4 -----------------------------------------------------------------------------------------


def value(case, quick):
    inside, found = seen(case["model"], quick)
    rank = np.array([analysis.value_agreement(t.values, w, g)
                     for t, w, g in zip(inside, found.walls, found.goal, strict=True)])  # [maps, K+1]
    return [mean("rank correlation", rank[:, k], limits=(-1, 1), k=k) for k in range(1, rank.shape[1])]


def answer_value(table):
    found = []
    for name in PAIR:
        last = max(each["k"] for each in table if each["model"] == name)
        found.append((name, pick(table, model=name, k=min(own_k(name), last))))
    least = grade(min(each["value"] for _, each in found)).capitalize()
    parts = [f"{said(each)} in {name} after {each['k']} steps" for name, each in found]
    return f"{least}: V and minus the true distance have a rank correlation of {' and '.join(parts)}."


def detail_value(table):
    parts = []
    for name in PAIR:
        last = max(each["k"] for each in table if each["model"] == name)
        own = min(own_k(name), last)
        at = pick(table, model=name, k=own)
        best = max((each for each in table if each["model"] == name), key=lambda each: each["value"])
        parts.append(
            f"{name}: {grade(at['value'])}, V after its own {own} steps and minus the true distance have a rank "
            f"correlation of {said(at)}; the best of all steps is {said(best)} at k = {best['k']}"
        )
    return "; ".join(parts) + "."


ON = f"{N} fresh 16x16 maps, one pass of {K} steps on each; intervals are over maps."

QUESTIONS = {
    2: Question(
        2,
        "Does the model learn the correct reward R?",
        "vin16, whose R is a cost at or below 0, marks the goal as the best cell, but needs no penalty for walls, as "
        "its P can learn that walls cannot be entered: a correlation of 0.3 to 0.8. In vin16_paper the reward is the "
        "only thing that can keep it out of walls, so goal high, walls low, correlation above 0.8.",
        cases,
        reward,
        answer_reward,
        detail_reward,
        {"kind": "points", "by": ["model", "measure"], "where": {"unit": "%"}, "x_title": "share"},
        ("model",),
        tries=INSIDE,
        notes=(
            ON,
            "The true reward is the paper's: +1 for entering the goal, -1 a wall, -0.01 a free cell. R counts on the "
            "free cells and the walls beside one; scale and offset do not matter to a correlation.",
            "Yes, mostly, in part and hardly stand for sizes above 0.9, 0.7, 0.3 and below.",
            "With the paper's free kernels R may have any sign and scale, because the reward kernels can undo them.",
        ),
    ),
    3: Question(
        3,
        "Does it learn the correct dynamics P?",
        "vin16, whose P is a distribution for each cell, has nearly pure moves: over 90 % of a matched kernel on the "
        "true cell. The paper's free kernels only have to rank actions: smeared, near 50 %, yet clearly above chance.",
        cases,
        transition,
        answer_transition,
        detail_transition,
        {"kind": "points", "by": ["model", "measure"], "where": {"unit": "%"}, "x_title": "share of the weight"},
        ("model",),
        tries=INSIDE,
        notes=(
            ON,
            "The eight moves are matched with eight different actions so that as much weight as possible lies on the "
            "right cells; the shuffled line is what the matching finds in the same kernels with their nine weights "
            "permuted, its interval covers 95 % of 200 shuffles. Of free kernels the positive weights of W^V count.",
            "Kernels of vin16 are means over the cells without a wall beside them; a uniform kernel has 3.17 bits.",
        ),
    ),
    4: Question(
        4,
        "Is V the optimal value?",
        "Yes in order, if not in scale: with costs, V of vin16 is minus a cost-to-go, its ranks correlate above 0.98 "
        "with the true distance once k exceeds the longest path. vin16_paper: above 0.9, falling when k exceeds the 20 "
        "steps of its training.",
        cases,
        value,
        answer_value,
        detail_value,
        {"kind": "lines", "x": "k", "by": ["model"], "x_title": "steps of value iteration, k",
         "y_title": "rank correlation of V_k with minus the true distance"},
        ("model", "k"),
        tries=INSIDE,
        notes=(ON, "Spearman's correlation over the cells from which the goal can be reached, without the goal."),
    ),
}
