"""Q20: Lake's own task, 20-way within an alphabet, which the table leaves out."""

import pnzoo
from train.experiments.experiment import Experiment
from train.experiments.metrics import exact, format_ci, from_card, select

METRIC = "within_alphabet_20w1s"
# Error rates reported for Lake's 20 runs; see the notes.
REPORTED = {"people": 0.045, "BPL (Lake et al. 2015)": 0.033, "Siamese (Koch et al. 2015)": 0.080,
            "convolutional net (in Lake et al. 2015)": 0.135, "Hausdorff distance (Lake)": 0.388}


def conditions(quick):
    """Entries trained on Lake's background alphabets alone; the usual split trains on some of his test alphabets."""
    names = [name for name in pnzoo.list_models() if any(m["name"] == METRIC for m in pnzoo.card(name)["metrics"])]
    return [{"who": name} for name in names] + [{"who": who} for who in REPORTED]


def run(condition, quick):
    if condition["who"] in REPORTED:
        return [exact("error", REPORTED[condition["who"]], "%", n=20, source="reported")]
    recorded = next(row for row in pnzoo.card(condition["who"])["metrics"] if row["name"] == METRIC)
    row = from_card(recorded, "error", source="measured")
    low, high = row["ci95"]
    return [{**row, "value": 1 - row["value"], "ci95": [1 - high, 1 - low]}]


def table(rows):
    return sorted(rows, key=lambda row: row["value"])


def conclusion(table):
    ours = select(table, source="measured")
    if not ours:
        return "No entry trained on the background alphabets alone has been measured."
    best = min(ours, key=lambda row: row["value"])
    reported = select(table, source="reported")
    groups = {
        "fewer than": [row for row in reported if row["value"] > best["ci95"][1]],
        "about as many as": [row for row in reported if best["ci95"][0] <= row["value"] <= best["ci95"][1]],
        "more than": [row for row in reported if row["value"] < best["ci95"][0]],
    }
    parts = [f"{how} " + ", ".join(f"{row['who']} ({format_ci(row)})" for row in rows)
             for how, rows in groups.items() if rows]
    return f"{best['who']} makes {format_ci(best)} errors, {'; '.join(parts)}."


def details(table):
    ours = select(table, source="measured")
    if not ours:
        return "No entry trained on the background alphabets alone has been measured."
    best = min(ours, key=lambda row: row["value"])
    beaten = [row["who"] for row in table if row["source"] == "reported" and row["value"] > best["ci95"][1]]
    ahead = [row["who"] for row in table if row["source"] == "reported" and row["value"] < best["ci95"][0]]
    level = [row["who"] for row in table if row["source"] == "reported" and row["who"] not in (*beaten, *ahead)]
    reported = "; ".join(f"{row['who']} {format_ci(row)}" for row in select(table, source="reported"))
    verdict = [f"below {', '.join(beaten)}"] * bool(beaten) + [f"level with {', '.join(level)}"] * bool(level)
    verdict += [f"above {', '.join(ahead)}"] * bool(ahead)
    return f"{best['who']} makes {format_ci(best)} errors, {', '.join(verdict)} (reported: {reported})."


EXPERIMENTS = {
    20: Experiment(
        number=20,
        question=(
            "The table leaves out Lake et al.: how do Matching Networks do on 20-way classification within an "
            "alphabet?"
        ),
        hypothesis=(
            "Better than Koch's Siamese network (8 % errors), worse than people (4.5 %) and BPL (3.3 %), as "
            "characters of one alphabet are alike and a network knows no strokes: 5 to 7 %."
        ),
        conditions=conditions,
        run=run,
        conclusion=conclusion,
        details=details,
        figure={"kind": "points", "by": ["source", "who"], "where": {"name": "error"}, "x_title": "errors"},
        columns=("who", "source"),
        table=table,
        links=(("few_shot", "Ask this network", {"fewshot": "matching_background_omniglot"}),),
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
