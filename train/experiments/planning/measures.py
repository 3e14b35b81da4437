"""Q8: why only the success rate, when the criterion is expected reward?"""

import numpy as np

import pnzoo
from pnzoo.core.dataset import describe
from pnzoo.core.metric import Metric
from train.experiments.experiment import Experiment
from train.experiments.metrics import above, as_row, from_card, values_of


def conditions(quick):
    """Planners of one size; those of mazes have other evaluations."""
    return [{"model": name} for name in pnzoo.list_models()
            if pnzoo.card(name)["task"] == "planning" and name.split("_")[0][-1].isdigit()]


def run(condition, quick):
    """From the card: nothing is computed anew, and the card's own tests measure it again."""
    # The entry's own size comes first on a card, so it wins here.
    recorded = {metric["name"]: metric for metric in reversed(pnzoo.card(condition["model"])["metrics"])}
    if "success_rate" not in recorded:
        return []
    on = {"on": describe(recorded["success_rate"]["dataset"]), "size": side(condition["model"])}
    names = {"success_rate": "success", "expected_reward": "expected reward", "optimal_rate": "optimal length"}
    return [from_card(recorded[name], words, **on) for name, words in names.items() if name in recorded]


def side(name):
    return int("".join(c for c in name.split("_")[0] if c.isdigit()))


def table(rows):
    """The cards' numbers, and for each size how far the two orders of merit agree."""
    shown = list(rows)
    for size in sorted({row["size"] for row in rows if "size" in row}):
        pairs = paired(rows, size)
        if len(pairs) > 2:
            shown.append(agreement(pairs, size))
    return shown


def paired(rows, size):
    """[(model, success row, reward row)] of the entries measured at a size."""
    pairs = []
    for model in values_of(rows, "model"):
        both = {row["name"]: row for row in rows if row["model"] == model and row.get("size") == size}
        if {"success", "expected reward"} <= set(both):
            pairs.append((model, both["success"], both["expected reward"]))
    return pairs


def agreement(pairs, size):
    """Of the pairs of models that both measures tell apart, the share put in the same order."""
    same = total = 0
    for i, (_, success, reward) in enumerate(pairs):
        for _, other, other_reward in pairs[:i]:
            if apart(success, other) and apart(reward, other_reward):
                total += 1
                same += (success["value"] > other["value"]) == (reward["value"] > other_reward["value"])
    return as_row(Metric.of_proportion("pairs in the same order", same, total), model="all", size=size)


def apart(a, b):
    return above(a, b) or above(b, a)


def ordered(table):
    """How many pairs are in the same order, and how many both measures tell apart."""
    orders = [row for row in table if row["name"] == "pairs in the same order"]
    return sum(round(row["value"] * row["n"]) for row in orders), sum(row["n"] for row in orders)


def conclusion(table):
    same, total = ordered(table)
    hides = "It hides no ranking" if same == total else "It hides something"
    return (f"{hides}: of the {total} pairs of planners that success and expected reward both tell apart, {same} are "
            "in the same order in both.")


def details(table):
    same, total = ordered(table)
    gaps = []
    for size in sorted({row["size"] for row in table if "size" in row}):
        gaps += paired(table, size)
    rewards = [row["value"] for row in table if row["name"] == "expected reward"]
    success = [row["value"] for row in table if row["name"] == "success"]
    r = float(np.corrcoef(rewards, success)[0, 1]) if len(rewards) > 2 and np.std(success) > 0 else 1.0
    name, high, low = max(gaps, key=lambda pair: abs(pair[1]["value"] - pair[2]["value"]))
    return (
        f"Reporting both changes no ranking: over {len(rewards)} planners success and expected reward correlate at "
        f"{r:.3f}, and of the {total} pairs of one size that both measures tell apart, {same} are in the same order; "
        f"what reward adds is the price of the path and of walls, at most {abs(high['value'] - low['value']):.2f} "
        f"({name}: reward {low['value']:.3f} at a success of {high['value']:.3f})."
        if same == total
        else f"Reporting both changes the ranking: of the {total} pairs of planners of one size that both measures "
        f"tell apart, {total - same} are in another order (correlation over {len(rewards)} planners {r:.3f})."
    )


EXPERIMENTS = {
    8: Experiment(
        number=8,
        question="Why only the success rate, when the training criterion is expected reward?",
        hypothesis=(
            "Nothing is hidden by it: with -0.01 a move, expected reward is nearly success less failure by a wall: "
            "both put planners in the same order. It differs only by the length of paths, a few hundredths."
        ),
        conditions=conditions,
        run=run,
        conclusion=conclusion,
        details=details,
        figure={"kind": "points", "by": ["model", "name"],
         "where": {"name": ["success", "expected reward"]}, "x_title": "success, and expected reward"},
        columns=("model", "size"),
        table=table,
        links=(("compare", "Compare two planners", {}), ("zoo", "All metrics of all planners", {"task": "planning"})),
        notes=(
            "Read from the cards (5,000 new maps of the entry's size each), those trained by imitation and those by "
            "reinforcement alike. Reward: +1 at the goal, -1 at a wall, -0.01 a move, undiscounted.",
            "Two planners count as told apart where their 95 % intervals do not meet.",
        ),
    )
}
