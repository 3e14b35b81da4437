"""Q18: an exemplar SVM is the missing baseline."""

import pnzoo
from pnzoo.models.few_shot.probe import PROBES, ProbeClassifier
from train.experiments.experiment import Experiment
from train.experiments.few_shot import common
from train.experiments.few_shot.common import PLAIN
from train.experiments.metrics import above, format_ci, mean, select, select_one

TASKS = ((5, 1), (5, 5), (20, 1))
EMBEDDINGS = ("pixels", "classifier_omniglot", PLAIN)
ATTENTION = "attention"
EPISODES = 100


def conditions(quick):
    if quick:
        pairs, tasks = [(name, probe) for name in ("pixels", PLAIN) for probe in PROBES], ((5, 2),)
    else:
        names = [name for name in EMBEDDINGS if name == "pixels" or name in pnzoo.list_models()]
        pairs, tasks = [(PLAIN, ATTENTION), *((name, probe) for name in names for probe in PROBES)], TASKS
    return [{"embeddings": name, "probe": probe, "way": way, "shot": shot}
            for name, probe in pairs for way, shot in tasks]


def run(condition, quick):
    name = condition["embeddings"]
    name = name if name == "pixels" else common.stand_in(name, quick)
    of = common.embeddings(name, quick)
    # The same episodes for all, so that differences are paired.
    drawn = common.draw(of, 2 if quick else EPISODES, condition["way"], condition["shot"], n_query=2)
    model = common.network(name) if condition["probe"] == ATTENTION else ProbeClassifier(None, condition["probe"])
    return [mean("accuracy", common.scores(model, of, drawn), "%")]


def conclusion(table):
    way, shot = max((row["way"], -row["shot"]) for row in table)
    at = select(table, way=way, shot=-shot)
    svm, near = (select_one(at, embeddings=PLAIN, probe=probe) for probe in ("exemplar_svm", "nearest"))
    pixels = select_one(at, embeddings="pixels", probe="exemplar_svm")
    than = "Better than" if above(svm, near) else "Worse than" if above(near, svm) else "As good as"
    return (f"{than} the nearest neighbour: {format_ci(svm)} against {format_ci(near)} at {way}-way {-shot}-shot on "
            f"the matching network's embeddings; on pixels it has {format_ci(pixels)}.")


def details(table):
    parts = []
    for way, shot in dict.fromkeys((row["way"], row["shot"]) for row in table):
        at = select(table, way=way, shot=shot)
        mine = [row for row in at if row["embeddings"] == PLAIN]
        best = max(mine, key=lambda row: row["value"])
        svm = select_one(mine, probe="exemplar_svm")
        near = select_one(mine, probe="nearest")
        raw = select_one(at, embeddings="pixels", probe="exemplar_svm")
        parts.append(f"{way}-way {shot}-shot on the matching network's embeddings: exemplar SVM {format_ci(svm)}, "
                     f"nearest {format_ci(near)}, best {best['probe'].replace('_', ' ')} {format_ci(best)}; on pixels "
                     f"{format_ci(raw)}")
    return "; ".join(parts) + "."


EXPERIMENTS = {
    18: Experiment(
        number=18,
        question="An exemplar SVM is the missing baseline: how good is it?",
        hypothesis=(
            "On learned embeddings it is no better than the nearest neighbour in the cosine, as with one image a class "
            "an SVM against 19 others nearly is one; within half a point. On pixels it gains some points. What matters "
            "are the embeddings."
        ),
        conditions=conditions,
        run=run,
        conclusion=conclusion,
        details=details,
        figure={"kind": "points", "by": ["embeddings", "probe"], "where": {"way": 20},
                "x_title": "accuracy, 20-way 1-shot"},
        columns=("embeddings", "probe", "way", "shot"),
        links=(("few_shot", "Ask a matching network", {"fewshot": PLAIN}),),
        notes=(
            f"{EPISODES} episodes on {common.TEST}, 2 queries a class, the same for all; intervals are over "
            "episodes.",
            "Exemplar SVM: one linear SVM for each support image against the images of the other classes, C = 10, the "
            "one positive weighted as much as all negatives; a class scores as its best exemplar. The other probes are "
            "those of pnzoo.models.few_shot.probe; attention is the matching network's own.",
        ),
    )
}
