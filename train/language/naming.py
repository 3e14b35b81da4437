"""How well does it name short texts without a blank? What articles are about, from a sentence of each.

    python -m train.language.naming matching_ptb     # adds its rows to tests/benchmarks/language.json

5-way: the subject of a Wikispeedia article (such as geography or science) by one or five sentences of other articles
of each subject. It is another task than the network was trained for, and the bag of words beside it says how hard it
is. Nothing is chosen by these numbers.
"""

import argparse
import json

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer

from pnzoo import FewShotClassifier, graphs, hub
from pnzoo.core.dataset import episodes as few_shot_episodes
from pnzoo.data.language import tokenize
from pnzoo.evaluation import episodes as evaluation
from train.language.baselines import RESULTS, ClassMean
from train.language.evaluation import SEED

SHOTS, WORDS = (1, 5), (8, 30)
PER_SUBJECT, LEAST = 40, 12  # sentences of a subject, and fewest of one


def sentences_by_subject(web, seed=0):
    """subject -> sentences, one an article, drawn among those with one subject alone."""
    rng, found = np.random.default_rng(seed), {}
    for page in rng.permutation(len(web.titles)):
        subjects = {category.split(".")[0] for category in web.categories[page]} or {""}
        if len(subjects) > 1 or len(found.setdefault(min(subjects), [])) == PER_SUBJECT:
            continue
        fitting = (each for each in web.sentences[page] if WORDS[0] <= len(tokenize(each)) <= WORDS[1])
        found[min(subjects)] += [sentence for sentence, _ in zip(fitting, range(1), strict=False)]
    return {subject: each for subject, each in sorted(found.items()) if subject and len(each) >= LEAST}


def measure(model, by_subject, episodes):
    """Rows: `name`, and a metric for one shot and for five."""
    texts = [text for each in by_subject.values() for text in each]
    ends = np.cumsum([len(each) for each in by_subject.values()])[:-1]
    reader = FewShotClassifier(model).fit(texts[:2], ["a", "b"]).reader_
    bags = TfidfVectorizer(tokenizer=tokenize, token_pattern=None, sublinear_tf=True).fit_transform(texts).toarray()
    embeddings = reader.embed(texts)
    centred = embeddings - embeddings.mean(0)
    ways = {
        "naming texts: entry": (model, embeddings),
        "naming texts: entry, centred, class mean": (ClassMean(), centred),
        "naming texts: bag of words, class mean": (ClassMean(), bags.astype("float32")),
    }
    rows = []
    for name, (judge, vectors) in ways.items():
        row = {"name": name}
        for shot in SHOTS:
            options = {"way": 5, "shot": shot, "n_query": 2, "n": episodes, "seed": SEED}
            metric = evaluation.accuracy(judge, np.split(vectors, ends), **options)
            drawn = few_shot_episodes("wikispeedia", way=5, shot=shot, n_query=2, seed=SEED, subjects=len(by_subject))
            row[metric.name] = metric.replace(dataset=drawn).to_dict()
        rows.append(row)
        print(name, *(f"{row[f'5w{shot}s']['value']:.3f}" for shot in SHOTS), flush=True)
    return rows


def main(arguments=None):
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("entry", help="name or folder")
    parser.add_argument("--episodes", type=int, default=1000)
    options = parser.parse_args(arguments)
    rows = measure(hub.load(options.entry), sentences_by_subject(graphs.read_articles()), options.episodes)
    known = json.loads(RESULTS.read_text())
    kept = [row for row in known["rows"] if not row["name"].startswith("naming texts")]
    RESULTS.write_text(json.dumps({**known, "rows": [*kept, *rows]}, indent=1) + "\n")


if __name__ == "__main__":
    main()
