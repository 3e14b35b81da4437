"""Measure the baselines that have no weights of their own, under the protocol of the few-shot table.

    python -m train.few_shot.baselines            # writes tests/benchmarks/baselines.json; then python -m train.readme

Pixels, and four ways to use the embeddings of `classifier_omniglot`: their cosine, and a softmax layer, a logistic
regression or exemplar SVMs fitted to each episode's support set. Nothing is chosen by these numbers: the heads'
settings are the defaults of `pnzoo.models.few_shot.probe`.
"""

import argparse
import json
from pathlib import Path

from pnzoo import hub
from pnzoo.evaluation import episodes as episode_evaluation
from pnzoo.models.few_shot.embedding import embed_images
from pnzoo.models.few_shot.probe import PROBES, ProbeClassifier
from train.few_shot import data as few_shot_data
from train.few_shot.evaluation import PAPER, SEED

RESULTS = Path(__file__).parents[2] / "tests" / "benchmarks" / "baselines.json"
ENTRY = "classifier_omniglot"
PAPER_PIXELS = {"5w1s": 0.417, "5w5s": 0.632, "20w1s": 0.267, "20w5s": 0.426}
PAPER_SOFTMAX = {"5w1s": 0.860, "5w5s": 0.976, "20w1s": 0.729, "20w5s": 0.923}  # the paper fine-tunes it


def measure(characters, network, episodes, table=episode_evaluation.TABLE):
    """Accuracy of every baseline.

    Args:
        characters: `ImageClasses` to test on.
        network: a few-shot network whose embeddings the heads take.
        episodes: for each way and shot.
        table: `(way, shot)` pairs.

    Returns:
        A list of rows: `name`, and a metric for every way and shot.
    """
    pixels, embeddings = ProbeClassifier(None, "nearest"), embed_images(network, characters.images)
    rows = [_row("pixels, cosine", pixels, embed_images(pixels, characters.images), PAPER_PIXELS, episodes, table)]
    papers = {"nearest": PAPER["classifier"], "softmax": PAPER_SOFTMAX}
    for head in PROBES:
        name = f"classifier, {'cosine' if head == 'nearest' else head.replace('_', ' ')}"
        rows.append(_row(name, ProbeClassifier(network, head), embeddings, papers.get(head, {}), episodes, table))
    return rows


def _row(name, model, embeddings, paper, episodes, table):
    row = {"name": name}
    for way, shot in table:
        metric = episode_evaluation.accuracy(model, embeddings, way=way, shot=shot, n=episodes, seed=SEED)
        row[f"{way}w{shot}s"] = {**metric, "paper": paper.get(f"{way}w{shot}s")}
        print(f"{name}, {way}-way {shot}-shot: {100 * metric['value']:.2f} %", flush=True)
    return row


def main(arguments=None):
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--episodes", type=int, default=2000, help="for each way and shot")
    parser.add_argument("--json", type=Path, default=RESULTS, help="file to write")
    options = parser.parse_args(arguments)
    rows = measure(few_shot_data.part("omniglot", "vinyals", "test"), hub.load(ENTRY), options.episodes)
    options.json.write_text(json.dumps({"episodes": options.episodes, "seed": SEED, "rows": rows}, indent=1) + "\n")
    print("wrote", options.json)


if __name__ == "__main__":
    main()
