"""Tables of the zoo's entries, made from their cards alone."""

import json
from pathlib import Path

from pnzoo import hub
from pnzoo.core.metric import Metric
from pnzoo.hub.page import markdown_table
from train.experiments.experiment import read_all

BASELINES = Path(__file__).parents[2] / "tests" / "benchmarks" / "baselines.json"
BASELINES_FROM_SCRATCH = BASELINES.with_name("baselines_tiny_imagenet.json")
PHOTOS = BASELINES.with_name("photos.json")
LANGUAGE = BASELINES.with_name("language.json")
OPEN_SET = BASELINES.with_name("photos_open_set.json")
# Errors on Lake's own 20 runs, from Lake et al. 2015 and Koch et al. 2015.
REPORTED = (
    ("BPL", 0.033, 20),
    ("people", 0.045, 20),
    ("Siamese network of Koch", 0.08, 20),
    ("convolutional network", 0.135, 20),
    ("Hausdorff distance", 0.388, 20),
)
SHOTS = ("5w1s", "5w5s", "20w1s", "20w5s")
WAYS_OF_LEARNING = 27  # the experiment whose figure is the curve over caution
SHOWN_EXPERIMENTS = (1, 3, 7, 10, 11, 15, 16, 22)


def cards(task=None):
    """The cards of the zoo, in the order of their names."""
    every = map(hub.card, hub.list_models())
    return [card for card in every if task in (None, card["task"])]


def metric(card, name):
    """The first metric of that name, or None: cards put the entry's own size or split first."""
    return next((Metric.from_dict(fields) for fields in card.get("metrics", []) if fields["name"] == name), None)


def link(card):
    """The entry's name with a link to its page."""
    return f"[`{card['name']}`](zoo/{card['name']})"


def weights_size(card):
    """Size of the weights on disk."""
    file = hub.zoo_folder() / card["name"] / hub.WEIGHTS
    return f"{file.stat().st_size / 1e3:,.0f} kB" if file.is_file() else "download"


def _starts(card):
    """How the starts of an entry's first measurement were chosen: "random", "every" or "farthest"."""
    return card["metrics"][0]["dataset"].get("starts") if card.get("metrics") else None


# -- one table for README -------------------------------------------------------------------------

# Title, the metric that stands for the group, and which cards belong to it; a card belongs to the first that fits.
GROUPS = (
    ("planners trained by reward alone (TRPO)", "success_rate", lambda card: card.get("training") == "reinforcement"),
    ("planners for paths of any length", "optimal_rate_all_starts",
     lambda card: _starts(card) in ("every", "farthest")),
    ("Value Iteration Networks; `_paper`: the paper's own form", "success_rate", lambda card: card["model"] == "VIN"),
    ("planners over terrain, from a picture", "success_rate", lambda card: card["task"] == "terrain"),
    ("navigators on a web", "success_rate_far", lambda card: card["task"] == "web"),
    ("a body that moves continuously, a force out", "success_rate", lambda card: card["task"] == "navigation"),
    ("the paper's baselines", "success_rate", lambda card: card["model"] in ("CNNPolicy", "FCNPolicy")),
    ("other planners", "success_rate", lambda card: card["task"] == "planning"),
    ("photographs from scratch, 64x64 pixels", "5w1s", lambda card: _from_scratch(card)),
    ("Matching Networks", "20w1s",
     lambda card: card["model"] == "MatchingNetwork" and card.get("training") != "classification"),
    ("words missing in sentences, by one to three sentences of each", "5w1s",
     lambda card: card["model"] == "SentenceMatchingNetwork"),
    ("photographs, by one to five of each class", "20w1s", lambda card: card["model"] == "PhotoMatchingNetwork"),
    ("few-shot baselines", "5w1s", lambda card: card["task"] == "few-shot"),
)
WORDS = {"success_rate": "success on new maps",
         "success_rate_far": "success, goals 3 and more links away",
         "optimal_rate_all_starts": "shortest paths in 15x15 mazes",
         "20w1s": "20-way 1-shot accuracy", "5w1s": "5-way 1-shot accuracy"}


def entries_table():
    """One row a group of entries: what they are, their names, and the range of their main result."""
    groups = {title: [] for title, _, _ in GROUPS}
    for card in cards():
        groups[next(title for title, _, fits in GROUPS if fits(card))].append(card)
    rows = []
    for title, name, _ in GROUPS:
        if members := groups[title]:
            names = ", ".join(f"`{card['name']}`" for card in members)
            rows.append([title, names, f"{WORDS[name]}: {_range(members, name)}"])
    return markdown_table(("what", "entries", "measured"), rows)


def entry_links():
    """All entries, each with a link to its page."""
    return ", ".join(map(link, cards()))


def _range(members, name):
    """`98.98 to 100 %`: the lowest and the highest value among the entries."""
    measured = sorted((m for m in (metric(card, name) for card in members) if m), key=lambda m: m.value)
    if not measured:
        return "-"
    low, high = measured[0].value_text(), measured[-1].value_text()
    return high if low == high else f"{low.removesuffix(' %')} to {high}"


# -- planning -------------------------------------------------------------------------------------


def planning_table():
    """One row a planner trained by imitation: what it reaches on maps of its size, next to the paper's number."""
    head = ("entry", "success rate", "95 % interval", "paper", "optimal rate", "maps", "parameters", "weights")
    chosen = [card for card in cards("planning") if card.get("training") == "imitation" and _starts(card) == "random"]
    return markdown_table(head, [_planning_row(card) for card in chosen])


def _planning_row(card):
    success, optimal = metric(card, "success_rate"), metric(card, "optimal_rate")
    return [link(card), success.value_text(), success.ci95_text(), success.paper_text(),
            optimal.value_text() if optimal else "-", f"{success.n:,}", f"{card['parameters']:,}", weights_size(card)]


def long_horizon_table():
    """One row a set of maps, one column an entry: paths that are shortest / paths that reach the goal."""
    entries = [card for card in cards("planning") if _starts(card) in ("every", "farthest")]
    measured = {card["name"]: _by_dataset(card) for card in entries}
    datasets = dict.fromkeys(where for card in entries for where in measured[card["name"]])
    rows = [[where, *(measured[card["name"]].get(where, "-") for card in entries)] for where in datasets]
    facts = {
        "parameters": lambda card: f"{card['parameters']:,}",
        "training": lambda card: f"{card['training_seconds']:.0f} s",
        "training runs that reach the first six rows": _reliable,
    }
    rows += [[name, *map(fact, entries)] for name, fact in facts.items()]
    return markdown_table(("maps", *map(link, entries)), rows)


def _by_dataset(card):
    """{data set in words: `shortest / reached`} of one card."""
    found = {}
    for fields in card["metrics"]:
        one = Metric.from_dict(fields)
        if one.dataset.get("starts") in ("every", "farthest"):
            where = one.where().removesuffix(f", seed {one.dataset['seed']}")
            found.setdefault(where, []).insert(0, one.value_text())
    return {where: " / ".join(texts) for where, texts in found.items()}


def _reliable(card):
    runs = metric(card, "seed_success_rate")
    return f"{runs.value * runs.n:.0f} of {runs.n}" if runs else "-"


# -- few-shot -------------------------------------------------------------------------------------


def few_shot_table():
    """One row a few-shot model: accuracy at each way and shot with its interval, next to the paper's number."""
    head = ("entry", *SHOTS, "MNIST 10w1s", "episodes", "parameters", "weights")
    return markdown_table(head, [_few_shot_row(card) for card in cards("few-shot") if _of_characters(card)])


def _of_characters(card):
    return card["model"] not in ("PhotoMatchingNetwork", "SentenceMatchingNetwork") and not _from_scratch(card)


def _from_scratch(card):
    return card.get("recipe", {}).get("data") == "tiny_imagenet" and card["model"] == "MatchingNetwork"


def from_scratch_table():
    """Networks trained on photographs of 64x64 pixels alone, and baselines on the same test episodes."""
    rows = [[link(card), *(accuracy(metric(card, shot)) for shot in SHOTS), f"{metric(card, SHOTS[0]).n:,}",
             f"{card['parameters']:,}", weights_size(card)] for card in cards("few-shot") if _from_scratch(card)]
    measured = json.loads(BASELINES_FROM_SCRATCH.read_text(encoding="utf-8"))
    rows += [[row["name"], *(accuracy(_stored(row.get(shot))) for shot in SHOTS), f"{measured['episodes']:,}", "", ""]
             for row in measured["rows"]]
    return markdown_table(("way", *SHOTS, "episodes", "parameters", "weights"), rows)


def _of_photographs(card):
    return card["model"] == "PhotoMatchingNetwork"


def photo_table():
    """One row an entry for photographs: accuracy at each way and shot, and what it was measured on."""
    shown = [card for card in cards("few-shot") if _of_photographs(card)]
    rows = [[link(card), *(accuracy(metric(card, shot)) for shot in SHOTS), f"{metric(card, SHOTS[0]).n:,}",
             f"{card['parameters']:,}", weights_size(card)] for card in shown]
    return markdown_table(("entry", *SHOTS, "episodes", "parameters", "weights"), rows)


def photo_comparison_table(measured=None):
    """Ways to name photographs under one protocol, as `train.photos.comparison` measured them."""
    measured = measured or json.loads(PHOTOS.read_text(encoding="utf-8"))
    rows = [[row["name"], *(accuracy(_stored(row.get(shot))) for shot in SHOTS), f"{row[SHOTS[0]]['n']:,}"]
            for row in measured["rows"]]
    return markdown_table(("way", *SHOTS, "episodes"), rows)


def open_set_table(measured=None):
    """None of these, and calibration, as `train.photos.open_set` measured them."""
    measured = measured or json.loads(OPEN_SET.read_text(encoding="utf-8"))
    rows = []
    for row in measured["rows"]:
        setting, own = f"{row['way']}w{row['shot']}s", row["threshold by the support set"]
        for name in ("fit to the best class", "maximum softmax", "nearest mean"):
            shown = [accuracy(_stored(row[name][key])) for key in ("auroc", "unseen_accepted", "wrong_among_accepted")]
            rows.append([setting, name, *shown, f"{row[name]['auroc']['n']:,}"])
        kept, sent = (accuracy(_stored(own[key])) for key in ("known_accepted", "unseen_rejected"))
        rows.append([setting, f"`reject=\"auto\"`: {kept} of known accepted, {sent} of unseen rejected", "", "", "",
                     f"{own['known_accepted']['n']:,}"])
        error = accuracy(_stored(row["calibration_error"]))
        rows.append([setting, f"calibration error of `predict_proba`: {error}", "", "", "",
                     f"{row['calibration_error']['n']:,}"])
    head = ("", "score", "AUROC", "unseen accepted where 95 % of known are", "wrong among these", "episodes")
    return markdown_table(head, rows)


def _few_shot_row(card):
    metrics = [metric(card, shot) for shot in SHOTS]
    counts = sorted({one.n for one in metrics if one})
    return [link(card), *map(accuracy, metrics), accuracy(metric(card, "mnist_10w1s")),
            " to ".join(f"{n:,}" for n in dict.fromkeys(counts[:1] + counts[-1:])) or "-",
            f"{card['parameters']:,}", weights_size(card)]


def accuracy(one):
    """`98.10 ± 0.20 % (paper 98.1 %)`."""
    if one is None:
        return "-"
    half = (one.ci95[1] - one.ci95[0]) / 2
    paper = "" if one.paper is None else f" (paper {100 * one.paper:.1f} %)"
    return f"{100 * one.value:.2f} ± {100 * half:.2f} %{paper}"


def omniglot_challenge_table():
    """Errors at Lake's one-shot task within an alphabet: the entries, then what others report."""
    rows = []
    for card in cards("few-shot"):
        if one := metric(card, "within_alphabet_20w1s"):
            half = 50 * (one.ci95[1] - one.ci95[0])
            rows.append([link(card), f"{100 * (1 - one.value):.1f} ± {half:.1f} %", f"{one.n:,}"])
        if one := metric(card, "omniglot_challenge_error"):
            rows.append([f"{link(card)}, Lake's own runs", f"{one.value_text()} ({one.ci95_text()})", "20"])
    rows += [[name, f"{100 * error:.1f} %", runs] for name, error, runs in REPORTED]
    return markdown_table(("20-way 1-shot within an alphabet", "error", "runs"), rows)


def baselines_table(measured=None):
    """Baselines without weights of their own, as `train.few_shot.baselines` measured them."""
    measured = measured or json.loads(BASELINES.read_text(encoding="utf-8"))
    rows = [[row["name"], *(accuracy(_stored(row.get(shot))) for shot in SHOTS), f"{measured['episodes']:,}"]
            for row in measured["rows"]]
    return markdown_table(("baseline", *SHOTS, "episodes"), rows)


def _stored(fields):
    return fields and Metric.from_dict({"name": "accuracy", "ci95": fields.get("interval"), **fields})


def conclusions():
    """Some of the experiments with their conclusions, word for word from the results."""
    results = read_all()
    shown = [results[number] for number in SHOWN_EXPERIMENTS if number in results]
    return "\n".join(f"* **{result['question']}** {result['conclusion']}" for result in shown)


# -- terrain --------------------------------------------------------------------------------------


def terrain_table():
    """One row a planner over terrain and size of pictures: paths that arrive, cheapest ones, what the others cost."""
    rows = []
    for card in cards("terrain"):
        for success in (Metric.from_dict(f) for f in card["metrics"] if f["name"] == "success_rate"):
            same = {m.name: m for m in map(Metric.from_dict, card["metrics"]) if m.dataset == success.dataset}
            rows.append([link(card), success.where(), str(success), str(same["optimal_rate"]),
                         f"{100 * same['excess_cost'].value:.2f} %", f"{success.n:,}"])
    return markdown_table(("entry", "pictures", "success rate", "optimal rate", "regret of the others", "n"), rows)


def terrain_curve():
    """The picture of success against optimal rate over caution, and what its experiment found."""
    result = read_all().get(WAYS_OF_LEARNING)
    if result is None:
        return f"`python -m train.experiments q{WAYS_OF_LEARNING}` draws it."
    answers = "../train/answers"
    return (f"![{result['question']}]({answers}/q{WAYS_OF_LEARNING}.svg)\n\n{result['conclusion']} "
            f"[All numbers, and how they were measured]({answers}/ANSWERS.md).")


# -- webs -----------------------------------------------------------------------------------------


def web_table():
    """One row a model, what it knows of the links, and a web; and what needs no training on these webs."""
    rows, seen = [], set()
    for card in cards("web"):
        for success in (Metric.from_dict(f) for f in card["metrics"] if f["name"] == "success_rate"):
            data = success.dataset
            policy = data.get("policy")
            key = (policy or card["name"], data["web"], data.get("graph"))
            if key in seen:  # both cards have the baselines
                continue
            seen.add(key)
            far = next(m for m in map(Metric.from_dict, card["metrics"])
                       if m.name == "success_rate_far" and data.items() <= m.dataset.items())
            rows.append([policy.replace("_", " ") if policy else link(card), data["web"],
                         data.get("graph", "full" if card["model"] == "GraphVIN" and not policy else "-")
                         .replace("_", " "), str(success), str(far), f"{success.n:,}"])
    rows.sort(key=lambda row: (row[1] != "wikispeedia", not row[0].startswith("[")))
    head = ("policy", "web", "links known to the planner", "success rate", "goals three and more links away", "n")
    return markdown_table(head, rows)


# -- bodies that move continuously ------------------------------------------------------------------


def navigation_table():
    """One row an entry, part and size of maps: the paper's measure, drives that arrive, and how long they take."""
    rows = []
    for card in cards("navigation"):
        for distance in (Metric.from_dict(f) for f in card["metrics"] if f["name"] == "final_distance"):
            same = {m.name: m for m in map(Metric.from_dict, card["metrics"]) if m.dataset == distance.dataset}
            seconds = same.get("time_to_goal")
            side, part = distance.dataset["height"], distance.dataset["split"]
            ends = " to ".join(f"{end:.2f}" for end in distance.ci95)
            paper = "-" if distance.paper is None else f"{distance.paper:.2f}"
            rows.append([link(card), f"{part}, {side}x{side}", f"{distance.value:.2f} ({ends})", paper,
                         str(same["success_rate"]), f"{seconds.value:.1f} s" if seconds else "-", f"{distance.n:,}"])
    head = ("entry", "maps", "final distance in cells", "paper", "success rate", "time to goal", "n")
    return markdown_table(head, rows)


# -- sentences ------------------------------------------------------------------------------------


def language_table(measured=None):
    """Entries for sentences with a blank, and other ways on the same episodes, as `train.language` measured them."""
    shots = ("5w1s", "5w2s", "5w3s")
    head = ("way", *shots, "episodes", "parameters", "weights")
    rows = [[link(card), *(accuracy(metric(card, shot)) for shot in shots), f"{metric(card, shots[0]).n:,}",
             f"{card['parameters']:,}", weights_size(card)]
            for card in cards("few-shot") if card["model"] == "SentenceMatchingNetwork"]
    if measured is None and LANGUAGE.is_file():
        measured = json.loads(LANGUAGE.read_text(encoding="utf-8"))
    for row in (measured or {"rows": []})["rows"]:
        if row["name"] == "entry" or "5w5s" in row:  # the card has it; another task
            continue
        if "5w_oracle" in row:
            found = [_stored({**row["5w_oracle"], "paper": None}), None, None]
        else:
            found = [_stored({**row[shot], "paper": None}) for shot in shots]
        rows.append([row["name"].replace("entry", "matching_ptb"), *map(accuracy, found), f"{found[0].n:,}", "", ""])
    return markdown_table(head, rows)


TABLES = {
    "entries": entries_table,
    "entry-links": entry_links,
    "language-table": language_table,
    "web-table": web_table,
    "navigation-table": navigation_table,
    "terrain-table": terrain_table,
    "terrain-curve": terrain_curve,
    "planning-table": planning_table,
    "long-horizon-table": long_horizon_table,
    "few-shot-table": few_shot_table,
    "photo-table": photo_table,
    "from-scratch-table": from_scratch_table,
    "photo-comparison-table": photo_comparison_table,
    "open-set-table": open_set_table,
    "omniglot-challenge-table": omniglot_challenge_table,
    "baselines-table": baselines_table,
    "conclusions": conclusions,
}
