"""Q18: an exemplar SVM is the missing baseline."""

import pnzoo
from pnzoo.models.few_shot.probe import HEADS, HeadModel
from train.experiments import few_shot
from train.experiments.few_shot import PLAIN
from train.experiments.numbers import every, mean, pick, said
from train.experiments.question import Question

TASKS = ((5, 1), (5, 5), (20, 1))
CODES = ("pixels", "classifier_omniglot", PLAIN)
ATTENTION = "attention"
EPISODES = 100


def cases(quick):
    if quick:
        return [{"codes": name, "head": head, "way": 5, "shot": 2} for name in ("pixels", PLAIN) for head in HEADS]
    names = [name for name in CODES if name == "pixels" or name in pnzoo.list_models()]
    found = [{"codes": name, "head": head, "way": way, "shot": shot} for name in names for head in HEADS
             for way, shot in TASKS]
    return [{"codes": PLAIN, "head": ATTENTION, "way": way, "shot": shot} for way, shot in TASKS] + found


def measure(case, quick):
    name = case["codes"] if case["codes"] == "pixels" else few_shot.stand_in(case["codes"], quick)
    of = few_shot.codes(name, quick)
    # The same episodes for all, so that differences are paired.
    drawn = few_shot.draw(of, 2 if quick else EPISODES, case["way"], case["shot"], queries=2)
    model = few_shot.network(name) if case["head"] == ATTENTION else HeadModel(None, case["head"])
    return [mean("accuracy", few_shot.scores(model, of, drawn), "%")]


def answer(table):
    way, shot = max((row["way"], -row["shot"]) for row in table)
    at = every(table, way=way, shot=-shot)
    svm, near = (pick(at, codes=PLAIN, head=head) for head in ("exemplar_svm", "nearest"))
    pixels = pick(at, codes="pixels", head="exemplar_svm")
    than = "Better than" if svm["low"] > near["high"] else "Worse than" if svm["high"] < near["low"] else "As good as"
    return (f"{than} the nearest neighbour: {said(svm)} against {said(near)} at {way}-way {-shot}-shot on the matching "
            f"network's codes; on pixels it has {said(pixels)}.")


def detail(table):
    parts = []
    for way, shot in dict.fromkeys((row["way"], row["shot"]) for row in table):
        at = every(table, way=way, shot=shot)
        mine = [row for row in at if row["codes"] == PLAIN]
        best = max(mine, key=lambda row: row["value"])
        svm = pick(mine, head="exemplar_svm")
        near = pick(mine, head="nearest")
        raw = pick(at, codes="pixels", head="exemplar_svm")
        parts.append(f"{way}-way {shot}-shot on the matching network's codes: exemplar SVM {said(svm)}, nearest "
                     f"{said(near)}, best {best['head'].replace('_', ' ')} {said(best)}; on pixels {said(raw)}")
    return "; ".join(parts) + "."


QUESTIONS = {
    18: Question(
        18,
        "An exemplar SVM is the missing baseline: how good is it?",
        "On learned codes it is no better than the nearest neighbour in the cosine, as with one image a class an SVM "
        "against 19 others nearly is one; within half a point. On pixels it gains some points. What matters is the "
        "codes.",
        cases,
        measure,
        answer,
        detail,
        {"kind": "points", "by": ["codes", "head"], "where": {"way": 20}, "x_title": "accuracy, 20-way 1-shot"},
        ("codes", "head", "way", "shot"),
        tries=(("few_shot", "Ask a matching network", {"fewshot": PLAIN}),),
        notes=(
            f"{EPISODES} episodes on {few_shot.TEST}, 2 queries a class, the same for all; intervals are over "
            "episodes.",
            "Exemplar SVM: one linear SVM for each support image against the images of the other classes, C = 10, the "
            "one positive weighted as much as all negatives; a class scores as its best exemplar. The other heads are "
            "those of pnzoo.models.few_shot.probe; attention is the matching network's own.",
        ),
    )
}
