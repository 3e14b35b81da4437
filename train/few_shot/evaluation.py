"""Measure a trained few-shot entry and fill in its card."""

from pathlib import Path

import numpy as np

from pnzoo import hub
from pnzoo.analysis import flops
from pnzoo.data import omniglot_challenge as lake_runs
from pnzoo.data.preprocessing import as_drawings
from pnzoo.evaluation import episodes as episode_exam
from pnzoo.models.few_shot.matching import encode_all
from train.few_shot import data as few_shot_data

SEED = 2016  # of the test episodes

# Table 1 of the paper: without fine-tuning, for the model that an entry stands for.
PAPER = {
    "matching": {"5w1s": 0.981, "5w5s": 0.989, "20w1s": 0.938, "20w5s": 0.985},
    "siamese": {"5w1s": 0.967, "5w5s": 0.984, "20w1s": 0.880, "20w5s": 0.965},
    "classifier": {"5w1s": 0.800, "5w5s": 0.950, "20w1s": 0.695, "20w5s": 0.891},
    "mann": {"5w1s": 0.828, "5w5s": 0.949},
}
PAPER_MNIST = {"matching": 0.72, "siamese": 0.70, "classifier": 0.63}


def evaluate(entry, name, *, episodes, command, mnist=None, again=False):
    """Measure an entry on its test part, once, and write the numbers into its card.

    Args:
        entry: folder of the entry.
        name: its name.
        episodes: for each way and shot.
        command: for the card.
        mnist: path of an `.npz` with `x_test` and `y_test`, to measure the transfer to MNIST too.
        again: measure although the card already has numbers of these weights.

    Raises:
        ValueError: if the card has numbers already: looking at the test part again and again is choosing by it.
    """
    network, card = hub.load(entry), hub.card(entry)
    if card.get("metrics") and not again:
        raise ValueError(f"{entry} was measured on the test part before. Pass --again if these numbers must be redone.")
    metrics = [{**metric, "command": command} for metric in measure(network, name, card["recipe"], "test", episodes)]
    if mnist:
        metrics.append({**to_mnist(network, name, mnist, episodes), "command": f"{command} --mnist {Path(mnist).name}"})
    for metric in metrics:
        print(
            f"{name} {metric['name']}: {100 * metric['value']:.2f} % {metric['interval']} on {metric['on']}", flush=True
        )
    hub.save(network, entry, {**card, "metrics": metrics, "flops": _flops(network)})


def measure(network, name, recipe, part, episodes, table=episode_exam.TABLE):
    """Metrics on a part: every way and shot of the papers' table and, for the background split, Lake's task."""
    lake = recipe["protocol"] == "background"  # whose task knows no rotations
    characters = few_shot_data.part(recipe["data"], recipe["protocol"], part, rotations=not lake)
    codes = encode_all(network, characters.images)
    paper = PAPER.get(name.split("_")[0], {}) if (recipe["data"], recipe["protocol"]) == ("omniglot", "vinyals") else {}
    metrics = []
    if lake:
        metrics.append(within_alphabet(network, characters, codes, episodes))
    for way, shot in table:
        if way > getattr(network, "max_way", way):
            continue
        found = episode_exam.accuracy(network, codes, way=way, shot=shot, n=episodes, seed=SEED)
        what = few_shot_data.describe(recipe["data"], recipe["protocol"], part, rotations=not lake)
        on = f"{what}; {way}-way {shot}-shot, 5 queries a class, episode seed {SEED}"
        metrics.append({"name": f"{way}w{shot}s", **found, "on": on, "paper": paper.get(f"{way}w{shot}s")})
    return metrics


def within_alphabet(network, characters, codes, runs):
    """Lake's task: 20-way one-shot within an alphabet. 0.92 is Koch's Siamese network, 0.955 people, 0.967 BPL."""
    drawn = lake_runs.sample_runs(characters, runs, np.random.default_rng(SEED), codes=codes)
    found = episode_exam.interval(1 - lake_runs.error_rate(network, drawn))
    on = f"20-way 1-shot within an alphabet of Lake's evaluation set, one query a character, seed {SEED}"
    return {"name": "within_alphabet_20w1s", **found, "seeds": [SEED], "on": on, "paper": None}


def to_mnist(network, name, path, episodes):
    """From Omniglot to MNIST: 10-way one-shot, with a network that never saw a digit."""
    with np.load(path) as file:
        images, labels = file["x_test"], file["y_test"]
    least = np.bincount(labels).min()
    digits = np.stack([images[labels == digit][:least] for digit in range(10)])
    drawings = as_drawings(digits.reshape(-1, 28, 28), ink="light", crop=False)
    codes = encode_all(network, np.rint(drawings * 255).astype("uint8").reshape(digits.shape))
    found = episode_exam.accuracy(network, codes, way=10, shot=1, n=episodes, seed=SEED)
    on = f"MNIST test images, 10-way 1-shot, 5 queries a class, episode seed {SEED}"
    return {"name": "mnist_10w1s", **found, "on": on, "paper": PAPER_MNIST.get(name.split("_")[0])}


def _flops(network):
    way = min(20, getattr(network, "max_way", 20))
    shapes = {"support": (1, way, 28, 28, 1), "labels": (1, way, way), "query": (1, 1, 28, 28, 1)}
    per = f"one query with a support of {way} images, encoding included"
    return {"value": flops(network, shapes), "per": per, "input_shape": shapes}
