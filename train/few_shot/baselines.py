"""Measure the baselines that have no weights of their own, under the protocol of the few-shot table.

    python -m train.few_shot.baselines                        # writes tests/benchmarks/baselines.json
    python -m train.few_shot.baselines --data tiny_imagenet   # baselines_tiny_imagenet.json
    python -m train.readme

Pixels, and four ways to use the embeddings of `classifier_omniglot` or `classifier_tiny_imagenet`: their cosine, and a
softmax layer, a logistic regression or exemplar SVMs fitted to each episode's support set. Nothing is chosen by these
numbers: the heads' settings are the defaults of `pnzoo.models.few_shot.probe`.
"""

import argparse
import json
from pathlib import Path
from typing import NamedTuple

import numpy as np

from pnzoo import hub
from pnzoo.evaluation import episodes as episode_evaluation
from pnzoo.models.few_shot.embedding import embed_images
from pnzoo.models.few_shot.probe import PROBES, ProbeClassifier
from train.few_shot import data as few_shot_data
from train.few_shot.evaluation import PAPER, PAPER_MINI_IMAGENET, SEED

BENCHMARKS = Path(__file__).parents[2] / "tests" / "benchmarks"


class Baselines(NamedTuple):
    """What a set of images is measured with.

    Attributes:
        entry: whose embeddings the heads take.
        results: name of the file to write.
        pixels, nearest, softmax: the paper's accuracies of the rows of that name; its softmax layer is fine-tuned.
    """

    entry: str
    results: str
    pixels: dict
    nearest: dict
    softmax: dict


DATA = {
    "omniglot": Baselines(
        "classifier_omniglot",
        "baselines.json",
        {"5w1s": 0.417, "5w5s": 0.632, "20w1s": 0.267, "20w5s": 0.426},
        PAPER["classifier"],
        {"5w1s": 0.860, "5w5s": 0.976, "20w1s": 0.729, "20w5s": 0.923},
    ),
    # the paper's figures are of miniImageNet, whose classes and resolution are others
    "tiny_imagenet": Baselines(
        "classifier_tiny_imagenet",
        "baselines_tiny_imagenet.json",
        {"5w1s": 0.230, "5w5s": 0.266},
        PAPER_MINI_IMAGENET["classifier_tiny_imagenet"],
        {"5w1s": 0.384, "5w5s": 0.512},
    ),
}


def measure(characters, network, episodes, table=episode_evaluation.TABLE, paper=DATA["omniglot"]):
    """Accuracy of every baseline.

    Args:
        characters: `ImageClasses` to test on.
        network: a few-shot network whose embeddings the heads take.
        episodes: for each way and shot.
        table: `(way, shot)` pairs.
        paper: `Baselines` with the paper's accuracies.

    Returns:
        A list of rows: `name`, and a metric for every way and shot.
    """
    pixels, embeddings = ProbeClassifier(None, "nearest"), embed_images(network, characters.images)
    flat = characters.images.reshape(*characters.images.shape[:2], -1).astype("float32") / np.float32(255)
    rows = [_row("pixels, cosine", pixels, flat, paper.pixels, episodes, table)]
    papers = {"nearest": paper.nearest, "softmax": paper.softmax}
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
    parser.add_argument("--data", choices=DATA, default="omniglot", help="whose test part")
    parser.add_argument("--json", type=Path, help="file to write; by default one in tests/benchmarks")
    options = parser.parse_args(arguments)
    chosen = DATA[options.data]
    images, network = few_shot_data.part(options.data, "vinyals", "test"), hub.load(chosen.entry)
    rows = measure(images, network, options.episodes, paper=chosen)
    file = options.json or BENCHMARKS / chosen.results
    file.write_text(json.dumps({"episodes": options.episodes, "seed": SEED, "rows": rows}, indent=1) + "\n")
    print("wrote", file)


if __name__ == "__main__":
    main()
