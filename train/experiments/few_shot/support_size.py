"""Q16 and Q17: trained on 5 to 100 examples, does it cope with 1,000? And does subsampling rescue FCE?"""

import numpy as np

from pnzoo import analysis
from train.experiments.experiment import Experiment
from train.experiments.few_shot import common
from train.experiments.few_shot.common import FCE, PLAIN, SET
from train.experiments.metrics import above, format_ci, mean, select, select_one, values_of

# Invented characters have as many drawings as one likes: 20-way, up to 50 shots. Omniglot has 20 a class.
GLYPHS = tuple(("invented", 20, shot) for shot in (1, 2, 5, 10, 25, 50))
OMNIGLOT = (*(("Omniglot", 20, shot) for shot in (1, 5, 15)), ("Omniglot", 66, 15))
CONTEXTS = {
    "invented": {"no context": "matching_glyphs", "FCE": "matching_fce_glyphs"},
    "Omniglot": {"no context": PLAIN, "FCE": FCE, "order-invariant g": SET},
}
TRAINED = {"invented": 40, "Omniglot": 100}  # largest support set in training
EPISODES, DRAWS = 20, 8
MOST = 20_000_000  # queries times support images times classes in one pass: 80 MB


def tasks(quick):
    return [("invented", 5, 1), ("invented", 5, 6)] if quick else [*GLYPHS, *OMNIGLOT]


def conditions_plain(quick):
    return [{"characters": drawn, "context": context, "way": way, "shot": shot}
            for drawn, way, shot in tasks(quick) for context in (CONTEXTS[drawn] if not quick else ["FCE"])]


def conditions_subsets(quick):
    large = [(drawn, way, shot) for drawn, way, shot in tasks(quick) if quick or way * shot > TRAINED[drawn]]
    return [{"characters": drawn, "context": how, "way": way, "shot": shot} for drawn, way, shot in large
            for how in ("FCE", "FCE, subsets averaged", "no context")]


def run(condition, quick):
    context = condition["context"].split(",")[0]
    name = CONTEXTS[condition["characters"]][context]
    of = common.embeddings(name, quick, "glyphs" if condition["characters"] == "invented" else "omniglot")
    model, way, shot = common.network(name), condition["way"], condition["shot"]
    drawn = common.draw(of, 2 if quick else EPISODES, way, shot, n_query=2)
    if "," in condition["context"]:
        accuracy = [in_subsets(model, common.look_up(of, row), TRAINED[condition["characters"]]) for row in drawn]
    else:
        accuracy = common.scores(model, of, drawn, batch_size=max(1, MOST // (2 * way * way * shot * way)))
    return [mean("accuracy", accuracy, "%", support=way * shot)]


def in_subsets(model, episode, limit):
    support, label, query, y = episode
    p = analysis.averaged_subsets(model, support, label, query, max_support=limit, n_subsets=DRAWS)
    return np.mean(p.argmax(axis=-1) == y)


def span(rows):
    """`90 % with 20 support images, 95 % with 1,000`."""
    first, last = (end(rows, key=lambda row: row["support"]) for end in (min, max))
    return f"{format_ci(first)} with {first['support']} support images and {format_ci(last)} with {last['support']:,}"


def conclusion_size(table):
    drawn = table[-1]["characters"]
    largest = max(row["support"] for row in select(table, characters=drawn))
    rows = select(table, characters=drawn, support=largest)
    fce = next(row for row in rows if row["context"] == "FCE")
    plain = [row for row in rows if row["context"] == "no context"]
    worse = any(above(row, fce) for row in plain)
    parts = ", ".join(f"{row['context']} {format_ci(row)}" for row in rows)
    return (f"{'No' if worse else 'Yes'}: trained with at most {TRAINED[drawn]} support images, with {largest:,} "
            f"({fce['way']}-way, {drawn}) {parts}.")


def details_size(table):
    parts = []
    for drawn in values_of(table, "characters"):
        way = min(row["way"] for row in select(table, characters=drawn))
        for context in values_of(select(table, characters=drawn), "context"):
            rows = select(table, characters=drawn, context=context, way=way)
            text = f"{drawn}, {way}-way, {context}: {span(rows)}"
            wide = [row for row in select(table, characters=drawn, context=context) if row["way"] != way]
            text += "".join(f", {format_ci(row)} at {row['way']}-way with {row['support']:,}" for row in wide)
            parts.append(text)
    return "; ".join(parts) + "."


def conclusion_subsets(table):
    gains = compared(table)
    helped, hurt = count_clear(gains)
    says = "In part" if helped and hurt else "Yes" if helped else "It harms" if hurt else "There is nothing to rescue"
    _, way, shot, whole, subsets, _, _ = max(gains, key=lambda part: part[1] * part[2])
    return (f"{says}: of {len(gains)} support sets larger than in training, averaged subsets are clearly better than "
            f"FCE on the whole set in {helped} and clearly worse in {hurt}; with {way * shot:,} images "
            f"{format_ci(subsets)} against {format_ci(whole)}.")


def compared(table):
    """Of every support set: characters, way, shot, rows of FCE, of subsets and without context, and the gain."""
    parts = []
    for drawn, way, shot in dict.fromkeys((row["characters"], row["way"], row["shot"]) for row in table):
        at = {"characters": drawn, "way": way, "shot": shot}
        whole, subsets, plain = (select_one(table, **at, context=how)
                                 for how in ("FCE", "FCE, subsets averaged", "no context"))
        parts.append((drawn, way, shot, whole, subsets, plain, 100 * (subsets["value"] - whole["value"])))
    return parts


def count_clear(gains):
    """In how many sets subsets are clearly better, and in how many clearly worse."""
    return (sum(above(subsets, whole) for _, _, _, whole, subsets, _, _ in gains),
            sum(above(whole, subsets) for _, _, _, whole, subsets, _, _ in gains))


def details_subsets(table):
    parts = compared(table)
    helped, hurt = count_clear(parts)
    drawn, way, shot, whole, subsets, plain, gain = max(parts, key=lambda part: part[1] * part[2])
    return (
        f"Of {len(parts)} support sets larger than in training, subsets averaged are clearly better than FCE on the "
        f"whole set in {helped} and clearly worse in {hurt}; at the largest ({drawn}, {way}-way {shot}-shot, "
        f"{way * shot:,} images) FCE reads the whole set with {format_ci(whole)}, in {DRAWS} averaged subsets with "
        f"{format_ci(subsets)} ({gain:+.1f} points), and without context it is {format_ci(plain)}."
    )


SHARED = (
    f"{EPISODES} episodes with 2 queries a class for each point; intervals are over episodes. Invented characters "
    "(pnzoo.data.glyphs, 12 alphabets of 20 characters nobody trained on, 60 drawings each) let the support set grow "
    f"with the number of classes fixed. Omniglot, {common.TEST}, has 20 drawings a class, so 1,000 images need more "
    "classes.",
    "Largest support set in training: 40 images (invented characters), 100 (Omniglot, FCE and order-invariant).",
)
FIGURE = {"kind": "lines", "x": "support", "by": ["characters", "context"], "where": {"way": 20},
          "x_title": "support images, 20-way", "y_title": "accuracy", "log": True}

EXPERIMENTS = {
    16: Experiment(
        number=16,
        question="Trained on 5 to 25 examples, does it cope with 100 or 1,000, with and without FCE?",
        hypothesis=(
            "Without context, yes: accuracy only rises with more shots. FCE gains less beyond its training size and "
            "loses some points near 1,000, as its LSTM has never read so long a set; the order-invariant g suffers "
            "less."
        ),
        conditions=conditions_plain,
        run=run,
        conclusion=conclusion_size,
        details=details_size,
        figure=FIGURE,
        columns=("characters", "context", "way", "shot", "support"),
        links=(("few_shot", "Grow a support set", {"fewshot": FCE}),),
        notes=SHARED,
    ),
    17: Experiment(
        number=17,
        question="Does subsampling the support set and averaging many passes rescue FCE?",
        hypothesis=(
            "Yes where the whole set hurts: averages over eight subsets of the size of training win back what FCE "
            "lost, but do not pass the network without context, which reads all images at once."
        ),
        conditions=conditions_subsets,
        run=run,
        conclusion=conclusion_subsets,
        details=details_subsets,
        figure={**FIGURE, "where": {}},
        columns=("characters", "context", "way", "shot", "support"),
        links=(("few_shot", "Ask an FCE network", {"fewshot": FCE}),),
        notes=(*SHARED, f"{DRAWS} random subsets with equally many images of each class, no larger than the largest "
                        "support set in training (at least one image a class), class probabilities averaged. "
                        "FewShotClassifier does so by itself beyond 100 images (max_support, n_subsets)."),
        cache="q16",
    ),
}
