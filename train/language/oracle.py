"""What the network's language model guesses among the five where it knows all words: a bound, no one-shot learning.

    python -m train.language.oracle matching_ptb    # adds its row to tests/benchmarks/language.json

The paper has 72.8 % for a language model that has seen all words and reads a sentence with each of the five filled in.
Ours is the entry's own: two LSTMs that read up to the blank from both sides. They stay as they are; over their
embeddings a softmax layer learns the words of the test from the training sentences that they are missing in, up to 100
each, which no entry ever sees with these words as labels. Sentences of the test stay unseen, and a guess is the most
likely of the five.
"""

import argparse
import json

import numpy as np
from sklearn.linear_model import LogisticRegression

from pnzoo import hub
from pnzoo.core.dataset import episodes as few_shot_episodes
from pnzoo.core.metric import Metric
from pnzoo.data import episodes as sampler
from pnzoo.data.language import blanked
from train.language import data
from train.language.baselines import RESULTS
from train.language.embeddings import embed_classes
from train.language.evaluation import LEAST, N_QUERY, SEED

PAPER = 0.728
SENTENCES = 100  # of a word


def measure(model, source, episodes=2000, part="test"):
    """`Metric` of the guesses among five words.

    Args:
        model: `SentenceMatchingNetwork`.
        source: "penn_treebank" or "invented".
        episodes: of five words, with one query each.
        part: whose words are asked for.
    """
    corpus = data.corpus(source)
    options = {"side": model.side, "buckets": model.buckets}
    asked = blanked(corpus, part, LEAST, **options)
    shifted = corpus._replace(sentences={**corpus.sentences, part: corpus.sentences["train"]})
    shown = blanked(shifted, part, 2, SENTENCES, **options)
    known = [word for word in asked.words if word in shown.words]  # some are in no training sentence
    learned = [unit(each) for each in embed_classes(model, shown)]
    y = np.repeat(np.arange(len(shown.words)), shown.counts)
    fitted = LogisticRegression(C=100.0, max_iter=60, class_weight="balanced").fit(np.concatenate(learned), y)
    columns = np.array([shown.words.index(word) for word in known])
    embeddings = [each for word, each in zip(asked.words, embed_classes(model, asked), strict=True) if word in known]
    scores = [fitted.decision_function(unit(each))[:, columns] for each in embeddings]
    rng, counts, correct = np.random.default_rng(SEED), [len(each) for each in scores], []
    for _ in range(episodes):
        drawn = sampler.sample(counts, 5, LEAST - N_QUERY, N_QUERY, rng)
        guesses = [drawn.classes[scores[c][n][drawn.classes].argmax()] for c, n in drawn.query]
        correct.append(np.mean(np.array(guesses) == drawn.query[:, 0]))
    described = few_shot_episodes(
        way=5, shot=0, n_query=N_QUERY, seed=SEED, n_words=len(known), **data.described(source, part)
    )
    paper = PAPER if source == "penn_treebank" else None
    return Metric.of_mean("5w_oracle", correct, limits=(0, 1), dataset=described, seeds=(SEED,), paper=paper)


def unit(x):
    """Vectors of length 1."""
    return x / np.maximum(np.linalg.norm(x, axis=-1, keepdims=True), 1e-12)


def main(arguments=None):
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("entry", help="name or folder")
    parser.add_argument("--data", default="penn_treebank", choices=list(data.WORDS))
    parser.add_argument("--episodes", type=int, default=2000)
    options = parser.parse_args(arguments)
    metric = measure(hub.load(options.entry), options.data, options.episodes)
    print(metric)
    known = json.loads(RESULTS.read_text())
    rows = [row for row in known["rows"] if row["name"] != "oracle"]
    row = {"name": "oracle", metric.name: metric.to_dict()}
    RESULTS.write_text(json.dumps({**known, "rows": [*rows, row]}, indent=1) + "\n")


if __name__ == "__main__":
    main()
