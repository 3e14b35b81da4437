"""Q21: the MANN and Siamese numbers don't match their papers. What do they reach under one protocol?"""

import pnzoo
from train.experiments.numbers import every, exact, metric, pick, said
from train.experiments.question import Question

SHOTS = ("5w1s", "5w5s", "20w1s", "20w5s")
OURS = ("matching_conv4_omniglot", "siamese_omniglot", "mann_omniglot", "classifier_omniglot")
# Table 1 of the Matching Networks paper, without fine-tuning.
TABLE = {
    "matching_conv4_omniglot": (0.981, 0.989, 0.938, 0.985),
    "siamese_omniglot": (0.967, 0.984, 0.880, 0.965),
    "mann_omniglot": (0.828, 0.949, None, None),
    "classifier_omniglot": (0.800, 0.950, 0.695, 0.891),
}


def cases(quick):
    return [{"model": name} for name in OURS if name in pnzoo.list_models()]


def measure(case, quick):
    """From the card: measured once on the test part, as every entry."""
    found = {each["name"]: each for each in pnzoo.card(case["model"])["metrics"]}
    rows = [metric(found[shot], shot, whose="ours") for shot in SHOTS if shot in found]
    told = zip(SHOTS, TABLE[case["model"]], strict=True)
    return rows + [exact(shot, value, "%", whose="table 1") for shot, value in told if value is not None]


def answer(table):
    ours = sorted(every(table, measure="5w1s", whose="ours"), key=lambda row: -row["value"])
    parts = []
    for row in ours:
        told = pick(table, model=row["model"], measure="5w1s", whose="table 1")
        name = row["model"].removesuffix("_omniglot").removesuffix("_conv4")
        parts.append(f"{name} {said(row)} (table 1: {said(told)})")
    return f"Under one protocol, at 5-way 1-shot: {', '.join(parts)}."


def detail(table):
    parts = []
    for name in dict.fromkeys(row["model"] for row in table):
        ours = {row["measure"]: row for row in every(table, model=name, whose="ours")}
        paper = {row["measure"]: row for row in every(table, model=name, whose="table 1")}
        both = [shot for shot in SHOTS if shot in ours and shot in paper]
        parts.append(f"{name.removesuffix('_omniglot')} " + ", ".join(
            f"{shot} {said(ours[shot])} (table 1: {said(paper[shot])})" for shot in both))
    order = sorted((row for row in every(table, measure="5w1s", whose="ours")), key=lambda row: -row["value"])
    names = " > ".join(row["model"].removesuffix("_omniglot") for row in order)
    return f"Under one protocol, at 5-way 1-shot {names}: {'; '.join(parts)}."


QUESTIONS = {
    21: Question(
        21,
        "The MANN and Siamese numbers in the table don't match their papers: what do they reach under one protocol?",
        "The order of the table holds, matching before Siamese before MANN, but the gaps are smaller: with the same "
        "encoder and training set a Siamese network comes within a point of matching at 5-way and three at 20-way.",
        cases,
        measure,
        answer,
        detail,
        {"kind": "points", "by": ["model", "whose", "measure"], "where": {"unit": "%"}, "x_title": "accuracy"},
        ("model", "whose"),
        tries=(("zoo", "Cards of the baselines", {"task": "few-shot"}),),
        notes=(
            "Ours: the same split, encoder (Conv-4), episodes and test characters for all, 2,000 episodes each; one "
            "training run each, so differences between runs are not in the intervals. The matching entry averages nine "
            "views of an image, the baselines do not: its card holds the accuracies with one view too.",
            "Protocols of the papers differ: Koch's network is reported on Lake's 20-way task within an alphabet (92.0 "
            "%), MANN on images that arrive one by one, where it is right about the k-th of a class; neither is an "
            "N-way k-shot episode, which is why their papers hold no number that belongs into this table.",
        ),
    )
}
