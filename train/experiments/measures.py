"""Q8: why only the success rate, when the criterion is expected reward?"""

import numpy as np

import pnzoo
from train.experiments.numbers import metric, row
from train.experiments.question import Question


def cases(quick):
    """Planners of one size; those of mazes have other exams."""
    return [{"model": name} for name in pnzoo.list_models()
            if pnzoo.card(name)["task"] == "planning" and name.split("_")[0][-1].isdigit()]


def measure(case, quick):
    """From the card: nothing is computed anew, and the card's own tests measure it again."""
    found = {}
    for each in pnzoo.card(case["model"])["metrics"]:
        found.setdefault(each["name"], each)  # the entry's own size comes first
    on = {"on": found["success"]["on"], "size": side(case["model"])} if "success" in found else {}
    names = ("success", "expected_reward", "optimal_length")
    return [metric(found[name], name.replace("_", " "), **on) for name in names if name in found]


def side(name):
    return int("".join(c for c in name.split("_")[0] if c.isdigit()))


def table(rows):
    """The cards' numbers, and for each size how far the two orders of merit agree."""
    made = list(rows)
    for size in sorted({each["size"] for each in rows if "size" in each}):
        pairs = paired(rows, size)
        if len(pairs) > 2:
            made.append(agreement(pairs, size))
    return made


def paired(rows, size):
    """[(model, success row, reward row)] of the entries measured at a size."""
    found = []
    for model in dict.fromkeys(each["model"] for each in rows):
        both = {each["measure"]: each for each in rows if each["model"] == model and each.get("size") == size}
        if {"success", "expected reward"} <= set(both):
            found.append((model, both["success"], both["expected reward"]))
    return found


def agreement(pairs, size):
    """Of the pairs of models that both measures tell apart, the share put in the same order."""
    same = total = 0
    for i, (_, success, reward) in enumerate(pairs):
        for _, other, other_reward in pairs[:i]:
            if apart(success, other) and apart(reward, other_reward):
                total += 1
                same += (success["value"] > other["value"]) == (reward["value"] > other_reward["value"])
    from pnzoo.worlds.gridworld.rollout import wilson

    return row("pairs in the same order", same / max(1, total), *wilson(same, total), total, "%", model="all",
               size=size)


def apart(a, b):
    return a["low"] > b["high"] or b["low"] > a["high"]


def answer(table):
    orders = [each for each in table if each["measure"] == "pairs in the same order"]
    told = sum(each["n"] for each in orders)
    same = sum(round(each["value"] * each["n"]) for each in orders)
    hides = "It hides no ranking" if same == told else "It hides something"
    return (f"{hides}: of the {told} pairs of planners that success and expected reward both tell apart, {same} are in "
            f"the same order in both.")


def detail(table):
    orders = [each for each in table if each["measure"] == "pairs in the same order"]
    told = sum(each["n"] for each in orders)
    same = sum(round(each["value"] * each["n"]) for each in orders)
    gaps = []
    for size in sorted({each["size"] for each in table if "size" in each}):
        gaps += paired(table, size)
    rewards = [each["value"] for each in table if each["measure"] == "expected reward"]
    success = [each["value"] for each in table if each["measure"] == "success"]
    r = float(np.corrcoef(rewards, success)[0, 1]) if len(rewards) > 2 and np.std(success) > 0 else 1.0
    name, high, low = max(gaps, key=lambda pair: abs(pair[1]["value"] - pair[2]["value"]))
    return (
        f"Reporting both changes no ranking: over {len(rewards)} planners success and expected reward correlate at "
        f"{r:.3f}, and of the {told} pairs of one size that both measures tell apart, {same} are in the same order; "
        f"what reward adds is the price of the way and of walls, at most {abs(high['value'] - low['value']):.2f} "
        f"({name}: reward {low['value']:.3f} at a success of {high['value']:.3f})."
        if same == told
        else f"Reporting both changes the ranking: of the {told} pairs of planners of one size that both measures "
        f"tell apart, {told - same} are in another order (correlation over {len(rewards)} planners {r:.3f})."
    )


QUESTIONS = {
    8: Question(
        8,
        "Why only the success rate, when the training criterion is expected reward?",
        "Nothing is hidden by it: with -0.01 a move, expected reward is nearly success less failure by a wall: both "
        "put planners in the same order. It differs only by the length of paths, a few hundredths.",
        cases,
        measure,
        answer,
        detail,
        {"kind": "points", "by": ["model", "measure"],
         "where": {"measure": ["success", "expected reward"]}, "x_title": "success, and expected reward"},
        ("model", "size"),
        table=table,
        tries=(("compare", "Compare two planners", {}), ("zoo", "All metrics of all planners", {"task": "planning"})),
        notes=(
            "Read from the cards (5,000 fresh maps of the entry's size each), those trained by imitation and those by "
            "reinforcement alike. Reward: +1 at the goal, -1 at a wall, -0.01 a move, undiscounted.",
            "Two planners count as told apart where their 95 % intervals do not meet.",
        ),
    )
}
