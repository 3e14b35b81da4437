"""Q13: were the inner products tried without normalisation?"""

import keras

from pnzoo.models import MatchingNetwork
from pnzoo.models.few_shot.embedding import embed_images
from train.experiments.experiment import Experiment
from train.experiments.few_shot import common
from train.experiments.metrics import above, format_ci, mean, mean_over_seeds, select, select_one

SEEDS = (0, 1, 2)
SIMILARITIES = {
    "cosine, scale learned": {"similarity": "cosine"},
    "cosine, as in the paper": {"similarity": "plain_cosine"},
    "dot product": {"similarity": "dot"},
    "minus squared distance": {"similarity": "euclidean"},
}
STEPS, FILTERS, EPISODES = 2000, 24, 300


def conditions(quick):
    names, seeds = (list(SIMILARITIES)[:1], (0,)) if quick else (SIMILARITIES, SEEDS)
    return [{"similarity": name, "seed": seed} for seed in seeds for name in names]


def run(condition, quick):
    keras.backend.clear_session()
    keras.utils.set_random_seed(condition["seed"])
    images, test = common.material(quick)
    similarity = SIMILARITIES[condition["similarity"]]
    model = MatchingNetwork(backbone_options={"filters": 4 if quick else FILTERS}, **similarity)
    common.train(model, images, seed=condition["seed"], steps=2 if quick else STEPS, way=5 if quick else 20)
    of = embed_images(model, test)
    return [mean(f"{way}-way {shot}-shot", common.scores(model, of, common.draw(of, 4 if quick else EPISODES, way,
                                                                                 shot)), "%")
            for way, shot in ((5, 1), (20, 1))]


def table(rows):
    return mean_over_seeds(rows, ("similarity",))


def conclusion(table):
    best, *others = sorted(select(table, name="20-way 1-shot"), key=lambda row: -row["value"])
    level = [row["similarity"] for row in others if not above(best, row)]
    worse = [f"{row['similarity']} {format_ci(row)}" for row in others if above(best, row)]
    return (f"After the same training, at 20-way 1-shot, the best is {best['similarity']} with {format_ci(best)}"
            + f", not told apart from {' and '.join(level)}" * bool(level)
            + f"; behind them: {', '.join(worse)}" * bool(worse) + ".")


def details(table):
    at = sorted(select(table, name="20-way 1-shot"), key=lambda row: -row["value"])
    text = "; ".join(f"{row['similarity']} {format_ci(row)}" for row in at)
    clear = "clearly ahead of the next" if len(at) > 1 and above(at[0], at[1]) else "not certainly the best"
    dot = select_one(table, similarity=at[-1]["similarity"], name="5-way 1-shot")
    return (f"20-way 1-shot after the same short training: {text}; {at[0]['similarity']} is {clear}, and the last has "
            f"{format_ci(dot)} at 5-way.")


EXPERIMENTS = {
    13: Experiment(
        number=13,
        question="Were the inner products tried without normalisation?",
        hypothesis=(
            "The plain cosine, as in the paper, trains worst at 20-way: a softmax over numbers in [-1, 1] stays flat; "
            "with a learned scale it is best or level with the squared distance. The dot product learns, some points "
            "behind, since its size is free."
        ),
        conditions=conditions,
        run=run,
        conclusion=conclusion,
        details=details,
        figure={"kind": "points", "by": ["similarity", "name"], "where": {"unit": "%"}, "x_title": "accuracy"},
        columns=("similarity",),
        table=table,
        links=(("few_shot", "See the attention of the scaled cosine", {"fewshot": "matching_omniglot"}),),
        notes=(
            f"Conv-4 with {FILTERS} filters, {STEPS} episodes 20-way one-shot with 3 queries a class on Omniglot's "
            f"training characters, the same for all similarities; {EPISODES} episodes on the validation characters. "
            "Short: it tells how fast a similarity learns, not where it ends.",
            "Intervals are Student's over three seeds.",
        ),
    )
}
