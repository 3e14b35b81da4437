"""Q20: Lake's own task, 20-way within an alphabet, which the table leaves out."""

import pnzoo
from train.experiments.numbers import every, exact, metric, said
from train.experiments.question import Question

METRIC = "within_alphabet_20w1s"
# Error rates reported for Lake's 20 runs; see the notes.
REPORTED = {"people": 0.045, "BPL (Lake et al. 2015)": 0.033, "Siamese (Koch et al. 2015)": 0.080,
            "convolutional net (in Lake et al. 2015)": 0.135, "Hausdorff distance (Lake)": 0.388}


def cases(quick):
    """Entries trained on Lake's background alphabets alone; the usual split trains on some of his test alphabets."""
    names = [name for name in pnzoo.list_models() if any(m["name"] == METRIC for m in pnzoo.card(name)["metrics"])]
    return [{"who": name} for name in names] + [{"who": who} for who in REPORTED]


def measure(case, quick):
    if case["who"] in REPORTED:
        return [exact("error", REPORTED[case["who"]], "%", n=20, source="reported")]
    found = next(each for each in pnzoo.card(case["who"])["metrics"] if each["name"] == METRIC)
    low, high = (1 - end for end in reversed(found["interval"]))
    error = {**found, "value": 1 - found["value"], "interval": [low, high]}
    return [metric(error, "error", source="measured")]


def table(rows):
    return sorted(rows, key=lambda row: row["value"])


def answer(table):
    ours = every(table, source="measured")
    if not ours:
        return "No entry trained on the background alphabets alone has been measured."
    best = min(ours, key=lambda row: row["value"])
    told = every(table, source="reported")
    groups = {
        "fewer than": [row for row in told if row["value"] > best["high"]],
        "about as many as": [row for row in told if best["low"] <= row["value"] <= best["high"]],
        "more than": [row for row in told if row["value"] < best["low"]],
    }
    parts = [f"{how} " + ", ".join(f"{row['who']} ({said(row)})" for row in rows)
             for how, rows in groups.items() if rows]
    return f"{best['who']} makes {said(best)} errors, {'; '.join(parts)}."


def detail(table):
    ours = every(table, source="measured")
    if not ours:
        return "No entry trained on the background alphabets alone has been measured."
    best = min(ours, key=lambda row: row["value"])
    beaten = [row["who"] for row in table if row["source"] == "reported" and row["value"] > best["high"]]
    ahead = [row["who"] for row in table if row["source"] == "reported" and row["value"] < best["low"]]
    level = [row["who"] for row in table if row["source"] == "reported" and row["who"] not in (*beaten, *ahead)]
    reported = "; ".join(f"{row['who']} {said(row)}" for row in every(table, source="reported"))
    verdict = [f"below {', '.join(beaten)}"] * bool(beaten) + [f"level with {', '.join(level)}"] * bool(level)
    verdict += [f"above {', '.join(ahead)}"] * bool(ahead)
    return f"{best['who']} makes {said(best)} errors, {', '.join(verdict)} (reported: {reported})."


QUESTIONS = {
    20: Question(
        20,
        "The table leaves out Lake et al.: how do Matching Networks do on 20-way classification within an alphabet?",
        "Better than Koch's Siamese network (8 % errors), worse than people (4.5 %) and BPL (3.3 %), as characters of "
        "one alphabet are alike and a network knows no strokes: 5 to 7 %.",
        cases,
        measure,
        answer,
        detail,
        {"kind": "points", "by": ["source", "who"], "where": {"measure": "error"}, "x_title": "errors"},
        ("who", "source"),
        table=table,
        tries=(("few_shot", "Ask this network", {"fewshot": "matching_background_omniglot"}),),
        notes=(
            "Ours is trained on Lake's 30 background alphabets and asked on his 20 evaluation alphabets, one training "
            "and one test drawing of each of 20 characters, as his task is. Our runs are drawn anew (n of them): who "
            "drew what is not recorded in the data we read, so the two drawings are by any two people, and the numbers "
            "of others are of his own 20 runs.",
            "Reported numbers: Lake, Salakhutdinov and Tenenbaum 2015 and Koch, Zemel and Salakhutdinov 2015; their "
            "intervals are not reported.",
        ),
    )
}
