"""Q13: were the inner products tried without normalisation?"""

import keras

from pnzoo.models import MatchingNetwork
from pnzoo.models.few_shot.matching import encode_all
from train.experiments import few_shot
from train.experiments.numbers import every, mean, over_seeds, pick, said
from train.experiments.question import Question

SEEDS = (0, 1, 2)
KERNELS = {
    "cosine, scale learned": {"kernel": "cosine"},
    "cosine, as in the paper": {"kernel": "plain_cosine"},
    "dot product": {"kernel": "dot"},
    "minus squared distance": {"kernel": "euclidean"},
}
STEPS, FILTERS, EPISODES = 2000, 24, 300


def cases(quick):
    names, seeds = (list(KERNELS)[:1], (0,)) if quick else (KERNELS, SEEDS)
    return [{"kernel": name, "seed": seed} for seed in seeds for name in names]


def measure(case, quick):
    keras.backend.clear_session()
    keras.utils.set_random_seed(case["seed"])
    images, test = few_shot.material(quick)
    model = MatchingNetwork(encoder_options={"filters": 4 if quick else FILTERS}, **KERNELS[case["kernel"]])
    few_shot.train(model, images, seed=case["seed"], steps=2 if quick else STEPS, way=5 if quick else 20)
    of = encode_all(model, test)
    return [mean(f"{way}-way {shot}-shot", few_shot.scores(model, of, few_shot.draw(of, 4 if quick else EPISODES, way,
                                                                                 shot)), "%")
            for way, shot in ((5, 1), (20, 1))]


def table(rows):
    return over_seeds(rows, ("kernel",))


def answer(table):
    best, *others = sorted(every(table, measure="20-way 1-shot"), key=lambda row: -row["value"])
    level = [row["kernel"] for row in others if row["high"] >= best["low"]]
    worse = [f"{row['kernel']} {said(row)}" for row in others if row["high"] < best["low"]]
    return (f"After the same training, at 20-way 1-shot, the best is {best['kernel']} with {said(best)}"
            + f", not told apart from {' and '.join(level)}" * bool(level)
            + f"; behind them: {', '.join(worse)}" * bool(worse) + ".")


def detail(table):
    at = sorted(every(table, measure="20-way 1-shot"), key=lambda row: -row["value"])
    text = "; ".join(f"{row['kernel']} {said(row)}" for row in at)
    clear = "clearly ahead of the next" if len(at) > 1 and at[0]["low"] > at[1]["high"] else "not certainly the best"
    dot = pick(table, kernel=at[-1]["kernel"], measure="5-way 1-shot")
    return (f"20-way 1-shot after the same short training: {text}; {at[0]['kernel']} is {clear}, and the last has "
            f"{said(dot)} at 5-way.")


QUESTIONS = {
    13: Question(
        13,
        "Were the inner products tried without normalisation?",
        "The plain cosine, as in the paper, trains worst at 20-way: a softmax over numbers in [-1, 1] stays flat; "
        "with a learned scale it is best or level with the squared distance. The dot product learns, some points "
        "behind, since its size is free.",
        cases,
        measure,
        answer,
        detail,
        {"kind": "points", "by": ["kernel", "measure"], "where": {"unit": "%"}, "x_title": "accuracy"},
        ("kernel",),
        table=table,
        tries=(("few_shot", "See the attention of the scaled cosine", {"fewshot": "matching_omniglot"}),),
        notes=(
            f"Conv-4 with {FILTERS} filters, {STEPS} episodes 20-way one-shot with 3 queries a class on Omniglot's "
            f"training characters, the same for all kernels; {EPISODES} episodes on the validation characters. Short: "
            "it tells how fast a kernel learns, not where it ends.",
            "Intervals are Student's over three seeds.",
        ),
    )
}
