"""Measure other ways to the one-shot language task, on the same episodes.

    python -m train.language.baselines runs/matching_ptb/entry      # writes tests/benchmarks/language.json

Bags of words around the blank (class means and logistic regression), the entry's embeddings with class means instead
of attention over single sentences, and chance. What a language model that has seen all words guesses among the five is
measured by `train.language.oracle`.
"""

import argparse
import json
from pathlib import Path

import numpy as np

from pnzoo import hub
from pnzoo.data.language.corpus import counts
from train.language import data
from train.language.embeddings import embed_classes
from train.language.evaluation import LEAST, N_QUERY, SEED, SHOTS, measure_shot

RESULTS = Path(__file__).parents[2] / "tests" / "benchmarks" / "language.json"
NEAR = 2  # words on each side that the second bag looks at


class ClassMean:
    """A query belongs to the class whose mean of unit vectors is nearest by the cosine."""

    def match(self, support, labels, query, mask=None):
        """Log-probabilities as a network's `match` gives them, NumPy `[B, Q, W]`."""
        support, query = (_unit(np.asarray(x, "float64")) for x in (support, query))
        means = _unit(np.einsum("bsw,bsd->bwd", labels, support))
        logits = 10 * np.einsum("bqd,bwd->bqw", query, means)
        return _log_softmax(logits).astype("float32")


class Chance:
    """Every class alike, decided by a seeded draw."""

    def __init__(self, seed=0):
        self.rng = np.random.default_rng(seed)

    def match(self, support, labels, query, mask=None):
        """As `ClassMean.match`."""
        return _log_softmax(self.rng.random((*query.shape[:2], labels.shape[-1]))).astype("float32")


class LogisticRegression:
    """A softmax layer fitted to each episode's support set."""

    def match(self, support, labels, query, mask=None):
        """As `ClassMean.match`."""
        from sklearn.linear_model import LogisticRegression

        answers = []
        for x, y, asked in zip(_unit(support), labels, _unit(query), strict=True):
            fitted = LogisticRegression(C=10.0, max_iter=200).fit(x, y.argmax(-1))
            answers.append(fitted.predict_log_proba(asked))
        return np.stack(answers).astype("float32")


def bags(classes, corpus, part, near=None):
    """Bags of words of the sentences of each class, list of float32 `[N_c, V]`: 1 / log frequency of what stands there.

    Args:
        classes: `language.BlankedSentences` of a part.
        corpus: whose training words are counted.
        part: which.
        near: None for the whole sentence; else so many words on each side, each at its own place.
    """
    seen = counts(corpus.sentences["train"])
    words = [word for word in corpus.words["train"] if seen[word]]
    place = {word: i for i, word in enumerate(words)}
    weight = np.log(sum(seen.values()) / np.array([seen[word] for word in words]))
    result = []
    for places in classes.places:
        rows = np.zeros((len(places), len(words) * (1 if near is None else 2 * near)), "float32")
        for row, (sentence, at) in zip(rows, places, strict=True):
            for offset, word in _around(corpus.sentences[part][sentence], at, near):
                if word in place:
                    row[offset * len(words) + place[word]] += weight[place[word]]
        result.append(rows)
    return result


def _around(sentence, at, near):
    """(block, word) of the words around a place."""
    if near is None:
        return [(0, word) for i, word in enumerate(sentence) if i != at]
    offsets = [*range(-near, 0), *range(1, near + 1)]
    inside = [(block, at + offset) for block, offset in enumerate(offsets) if 0 <= at + offset < len(sentence)]
    return [(block, sentence[i]) for block, i in inside]


def measure(model, source, part, episodes, shots=SHOTS):
    """Rows: `name`, and a metric for every shot."""
    corpus, classes = data.corpus(source), data.classes(model, source, part, LEAST)
    embeddings = embed_classes(model, classes)
    bag, near = bags(classes, corpus, part), bags(classes, corpus, part, NEAR)
    ways = {
        "chance": (Chance(), embeddings),
        "bag of words, class mean": (ClassMean(), bag),
        f"bag of {NEAR} words on each side, class mean": (ClassMean(), near),
        "entry": (model, embeddings),
        "entry's embeddings, class mean": (ClassMean(), embeddings),
        "entry's embeddings, logistic regression": (LogisticRegression(), embeddings),
    }
    rows = []
    for name, (judge, vectors) in ways.items():
        n = min(episodes, 500) if isinstance(judge, LogisticRegression) else episodes
        metrics = [measure_shot(judge, vectors, shot, source, part, n) for shot in shots]
        rows.append({"name": name, **{metric.name: metric.to_dict() for metric in metrics}})
        print(name, ", ".join(str(metric) for metric in metrics), flush=True)
    return rows


def _unit(x):
    return x / np.maximum(np.linalg.norm(x, axis=-1, keepdims=True), 1e-12)


def _log_softmax(x):
    x = x - x.max(-1, keepdims=True)
    return x - np.log(np.exp(x).sum(-1, keepdims=True))


def main(arguments=None):
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("entry", help="name or folder")
    parser.add_argument("--data", default="penn_treebank", choices=list(data.WORDS))
    parser.add_argument("--part", default="test", choices=["valid", "test"])
    parser.add_argument("--episodes", type=int, default=2000, help="for each shot; 500 for logistic regression")
    parser.add_argument("--output", type=Path, default=RESULTS, help="file to write")
    options = parser.parse_args(arguments)
    rows = measure(hub.load(options.entry), options.data, options.part, options.episodes)
    facts = {"episodes": options.episodes, "seed": SEED, "n_query": N_QUERY, "data": options.data, "part": options.part}
    options.output.write_text(json.dumps({**facts, "rows": rows}, indent=1) + "\n")


if __name__ == "__main__":
    main()
