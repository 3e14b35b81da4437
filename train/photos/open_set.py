"""How well "none of these" and the probabilities of an entry for photographs hold on classes that it never saw.

    python -m train.photos.open_set ENTRY           # writes tests/benchmarks/photos_open_set.json
    python -m train.photos.open_set ENTRY --fit     # prints the numbers of pnzoo.few_shot.open_set, of training classes

In an episode half of the queries are of classes that the support set lacks. What is learned is learned on
Tiny-ImageNet's training classes; the photographs of groceries are measured on and nothing else.
"""

import argparse
import json
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from pnzoo import hub
from pnzoo.analysis.few_shot.calibration import calibration_curve
from pnzoo.core.stats import mean_ci
from pnzoo.few_shot import open_set
from pnzoo.few_shot.calibration import temperature, tempered
from train.photos import comparison, data, evaluation

RESULTS = Path(__file__).parents[2] / "tests" / "benchmarks" / "photos_open_set.json"
TABLE = ((5, 1), (5, 5), (20, 1), (20, 5))
MAX_LEFT_OUT = 1000  # images left out over all episodes of a setting: lines are drawn in each so-manieth episode


class Head:
    """The entry's attention over embeddings that it has weighed once, which takes most of the time."""

    def __init__(self, model):
        self.matching_attention = comparison.without(model, "power").attention
        self._weigh, self.n_features = model.matching_attention.weigh, model.backbone.blocks[0]

    def match(self, support, labels, query):
        """Log-probabilities `[B, Q, W]`, see `MatchingNetwork.match`."""
        attention = self.matching_attention
        log_attention = attention.log_attention_of(attention.cosines(support, labels, query), labels)
        return np.log(np.maximum(np.exp(np.asarray(log_attention, "float64")) @ labels, 1e-30))

    def weighed(self, embeddings):
        """float32 `[C, N, D]`; for each class by itself, to use little memory."""
        return np.stack([np.asarray(self._weigh(part), "float32") for part in embeddings])


def episode(embeddings, way, shot, rng, n_query=evaluation.N_QUERY):
    """Support `[S, D]`, labels `[S]`, queries `[2 way n_query, D]`, and their labels, `way` or more for unseen ones."""
    classes = rng.permutation(len(embeddings))[: 2 * way]
    images = np.stack([embeddings[c][rng.permutation(embeddings.shape[1])[: shot + n_query]] for c in classes])
    support, query = images[:way, :shot], images[:, shot:]
    labels = np.repeat(np.arange(way), shot), np.repeat(np.arange(len(classes)), n_query)
    return support.reshape(-1, images.shape[-1]), labels[0], query.reshape(-1, images.shape[-1]), labels[1]


def scores(head, support, label, query):
    """Three scores of queries, higher for known classes, and probabilities of the classes.

    Returns:
        dict name -> float `[Q]`, and float `[Q, W]`.
    """
    labels = np.eye(label.max() + 1, dtype="float32")[label][None]
    p = tempered(np.exp(head.match(support[None], labels, query[None])[0]), temperature(head, support, label))
    features = [x[:, : head.n_features] / np.linalg.norm(x[:, : head.n_features], axis=1, keepdims=True)
                for x in (support, query)]  # fmt: skip
    means = labels[0].T @ features[0] / labels[0].sum(0)[:, None]
    distance = (means**2).sum(1) - 2 * features[1] @ means.T  # squared, less 1
    fit = open_set.fit_scores(head, support, label, query, len(query))
    return {"fit to the best class": fit, "maximum softmax": p.max(1), "nearest mean": -distance.min(1)}, p


def measure(head, embeddings, way, shot, n, seed=evaluation.SEED):
    """A dict of metrics with intervals for one way and shot over `n` episodes."""
    found, probabilities, labels = {}, [], []
    every = max(1, way * shot * n // MAX_LEFT_OUT) if shot > 1 else 1
    for i in range(n):
        support, label, query, truth = episode(embeddings, way, shot, np.random.default_rng((seed, way, shot, i)))
        ranked, p = scores(head, support, label, query)
        known, right = truth < way, truth == p.argmax(1)
        probabilities.append(p[known])
        labels.append(truth[known])
        for name, score in ranked.items():
            one = found.setdefault(name, {key: [] for key in ("auroc", "unseen_accepted", "wrong_among_accepted")})
            accepted = score >= np.quantile(score[known], 1 - open_set.ACCEPTANCE)
            one["auroc"].append(roc_auc_score(known, score))
            one["unseen_accepted"].append(accepted[~known].mean())
            one["wrong_among_accepted"].append(1 - right[accepted].mean())
        if i % every == 0:
            accepted = ranked["fit to the best class"] >= open_set.threshold(head, support, label)
            one = found.setdefault("threshold by the support set", {"known_accepted": [], "unseen_rejected": []})
            one["known_accepted"].append(accepted[known].mean())
            one["unseen_rejected"].append(1 - accepted[~known].mean())
    rows = {name: {key: _interval(values) for key, values in one.items()} for name, one in found.items()}
    return {"way": way, "shot": shot, **rows, "calibration_error": _calibration(probabilities, labels)}


def fitted(head, embeddings, n, seed=0):
    """The numbers of `pnzoo.few_shot.open_set`, from other classes than those that are measured on."""
    lines, spreads, ways = [], [], [way for way in (2, 5, 10, 20, 50) if 2 * way <= len(embeddings)]
    for way in ways:
        known = np.concatenate(
            [_fit(head, embeddings, way, 1, (seed, way, i))[0] for i in range(max(20, 5 * n // way))]
        )
        lines.append(np.quantile(known, 1 - open_set.ACCEPTANCE))
        spreads.append(known.std())
    slope, threshold = np.polyfit(np.log(np.array(ways) / 5), lines, 1)
    one_shot = {"threshold": threshold, "per_log_way": slope, "spread": np.mean(spreads)}
    x, y = [], []
    for way, shot in ((way, shot) for way, shot in ((5, 1), (20, 1), (5, 5)) if way in ways):
        for i in range(n):
            known, unseen, line = _fit(head, embeddings, way, shot, (seed, way, shot, i))
            if shot == 1:
                line = open_set.Line(threshold + slope * np.log(way / 5), one_shot["spread"])
            x.append((line.threshold - np.concatenate([known, unseen])) / line.spread)
            y.append(np.arange(2 * len(known)) >= len(known))
    weights = np.concatenate([np.full(len(one), 1 / len(one)) for one in y])
    line = LogisticRegression(C=1e6).fit(np.concatenate(x)[:, None], np.concatenate(y), weights)
    odds = {"offset": line.intercept_[0], "slope": line.coef_[0, 0]}
    found = {"ONE_SHOT": one_shot, "ODDS": odds}
    return {name: {key: round(float(value), 3) for key, value in part.items()} for name, part in found.items()}


def _fit(head, embeddings, way, shot, seed):
    support, label, query, truth = episode(embeddings, way, shot, np.random.default_rng(seed))
    fit = open_set.fit_scores(head, support, label, query, len(query))
    return fit[truth < way], fit[truth >= way], open_set.line(head, support, label) if shot > 1 else None


def _interval(values):
    low, high = mean_ci(values)
    return {"value": float(np.mean(values)), "ci95": [float(low), float(high)], "n": len(values)}


def _calibration(probabilities, labels, n_resamples=100):
    """Expected calibration error; the interval by resampling episodes."""
    rng, n = np.random.default_rng(0), len(labels)

    def error(of):
        p, label = (np.concatenate([values[i] for i in of]) for values in (probabilities, labels))
        return calibration_curve(p, label).error

    low, high = np.quantile([error(rng.integers(n, size=n)) for _ in range(n_resamples)], [0.025, 0.975])
    return {"value": float(error(range(n))), "ci95": [float(low), float(high)], "n": n}


def main(arguments=None):
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("entry", help="an entry of the zoo, or a folder written by pnzoo.save")
    parser.add_argument("--fit", action="store_true", help="print what is learned on other classes, measure nothing")
    parser.add_argument("--images", help="'grocery' or 'invented'; with --fit 'tiny_imagenet' or 'invented'")
    parser.add_argument("--episodes", type=int, default=500, help="for each way and shot")
    parser.add_argument("--ways", type=int, nargs="+", default=[5, 20])
    parser.add_argument("--embeddings", type=Path, help=".npy of the photographs' embeddings, see comparison")
    parser.add_argument("--output", type=Path, default=RESULTS)
    options = parser.parse_args(arguments)
    model, images = hub.load(options.entry), options.images or ("tiny_imagenet" if options.fit else "grocery")
    if options.embeddings:
        embeddings = np.load(options.embeddings)[..., : model.embedding_dim]
    else:
        pictures = data.load(images, 15) if options.fit else evaluation.photographs(images)
        embeddings = evaluation.embed_classes(model, pictures)
    head = Head(model)
    embeddings = head.weighed(embeddings)
    if options.fit:
        result = fitted(head, embeddings, options.episodes)
        print(json.dumps(result, indent=1))
        return result
    result = {"images": images, "n_query": evaluation.N_QUERY, "seed": evaluation.SEED, "rows": []}
    for way, shot in (one for one in TABLE if one[0] in options.ways and 2 * one[0] <= len(embeddings)):
        result["rows"].append(measure(head, embeddings, way, shot, options.episodes))
        options.output.write_text(json.dumps(result, indent=1) + "\n")  # what is done is kept if it is stopped
        print(f"{way}-way {shot}-shot: {json.dumps(result['rows'][-1])}", flush=True)
    return result


if __name__ == "__main__":
    main()
