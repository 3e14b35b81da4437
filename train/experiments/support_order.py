"""Q14: the bidirectional LSTM reads a set in some order. How much does the order matter?"""

import numpy as np

from pnzoo import analysis
from train.experiments import few_shot
from train.experiments.few_shot import FCE, PLAIN, SET
from train.experiments.numbers import exact, mean, pick, said
from train.experiments.question import Question

NAMES = {PLAIN: "no context", FCE: "bi-LSTM g (FCE)", SET: "order-invariant g"}
TASKS = ((5, 1), (20, 1), (20, 5), (20, 15), (66, 15))
ORDERS, EPISODES = 100, 20
LARGE, FEWER = 200, 5  # so many episodes of support sets beyond that size


def cases(quick):
    if quick:
        return [{"model": FCE, "way": 5, "shot": 1}, {"model": PLAIN, "way": 5, "shot": 1}]
    return [{"model": name, "way": way, "shot": shot} for name in NAMES for way, shot in TASKS]


def measure(case, quick):
    name = few_shot.stand_in(case["model"], quick)
    of, model = few_shot.codes(name, quick), few_shot.network(name)
    count = FEWER if case["way"] * case["shot"] > LARGE else EPISODES
    drawn = few_shot.draw(of, 2 if quick else count, case["way"], case["shot"], queries=1)
    flips, differ, spread, accuracy, sure = [], [], [], [], []
    for i, episode in enumerate(drawn):
        support, label, query, y = few_shot.look_up(of, episode)
        found = analysis.order_sensitivity(model, support, label, query, 4 if quick else ORDERS, seed=i, at_once=50)
        right = found.answer == y
        flips.append(found.flips.mean())
        differ.append((found.flips > 0).mean())
        spread.append(found.spread.mean())
        accuracy.append(right.mean(axis=1))
        sure.append((found.probability.mean(axis=0).argmax(axis=-1) == y).mean())
    accuracy = np.array(accuracy)  # [episodes, orders]
    g = NAMES[case["model"]]
    rows = [
        mean("queries whose answer depends on the order", differ, "%"),
        mean("orders that change an answer", flips, "%"),
        mean("probability, largest less smallest over the orders", spread, "%"),
        mean("accuracy, one order", accuracy.mean(axis=1), "%"),
        mean("accuracy, probabilities averaged over the orders", sure, "%"),
        exact("accuracy of an episode, standard deviation over the orders", accuracy.std(axis=1).mean(), "%",
              n=len(drawn)),
    ]
    rows += steps(model, few_shot.look_up(of, drawn[0]))
    return [{**row, "g": g} for row in rows]


def steps(model, episode):
    """How many support images share the attention at each step of f."""
    if not getattr(model, "f", None):
        return []
    support, _, query, _ = episode
    looks = np.asarray(model.contextualise(support[None], query[None])[2])
    return [exact(f"images that share the attention at step {k + 1} of f", wide, n=len(query))
            for k, wide in enumerate(analysis.attention_by_step(looks))]


def table(rows):
    return [{**row, "support": row["way"] * row["shot"]} for row in rows]


def answer(table):
    worst = {}
    for name, g in NAMES.items():
        tasks = [row for row in table if row["model"] == name and row["measure"].startswith("queries whose")]
        if tasks:
            worst[g] = max(tasks, key=lambda row: row["value"])
    (first, most), *rest = sorted(worst.items(), key=lambda pair: -pair[1]["value"])
    others = "".join(f", {said(row)} with {g}" for g, row in rest)
    return (f"Over {ORDERS} orders of a support set, the answer changes for at most {said(most)} of the queries with "
            f"{first} ({most['way']}-way {most['shot']}-shot){others}.")


def detail(table):
    parts = []
    for name, g in NAMES.items():
        tasks = [row for row in table if row["model"] == name and row["measure"].startswith("queries whose")]
        if not tasks:
            continue
        worst = max(tasks, key=lambda row: row["value"])
        at = {"model": name, "way": worst["way"], "shot": worst["shot"]}
        spread = pick(table, **at, measure="probability, largest less smallest over the orders")
        one = pick(table, **at, measure="accuracy, one order")
        all_orders = pick(table, **at, measure="accuracy, probabilities averaged over the orders")
        parts.append(
            f"{g}: at most {said(worst)} of the queries get another answer in one of the orders "
            f"({worst['way']}-way {worst['shot']}-shot), a probability moves by {said(spread)}, accuracy {said(one)} "
            f"with one order and {said(all_orders)} averaged over all"
        )
    return "; ".join(parts) + "."


QUESTIONS = {
    14: Question(
        14,
        "The bidirectional LSTM g reads the support set in some order: how much does the order matter?",
        "Little, because training shuffled the set: over 100 orders fewer than 5 % of the queries change their answer, "
        "accuracy by some tenths of a point. An order-invariant g and no context do not change at all.",
        cases,
        measure,
        answer,
        detail,
        {"kind": "points", "by": ["g", "way", "shot"],
         "where": {"measure": "queries whose answer depends on the order"},
         "x_title": "queries whose answer depends on the order"},
        ("g", "way", "shot", "support"),
        table=table,
        tries=(("few_shot", "Shuffle a support set of your own", {"fewshot": FCE}),),
        notes=(
            f"{EPISODES} episodes ({FEWER} where a support set has 300 or 990 images) on {few_shot.TEST} and {ORDERS} "
            "orders of each support set, one query a class. Training had at most 100 support images. An order changes "
            "an answer where that is not the answer that most orders give.",
            "Sizes below 0.01 % in the models that cannot depend on the order are rounding.",
        ),
    )
}
