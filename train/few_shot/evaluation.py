"""Measure a trained few-shot entry and fill in its card."""

from pathlib import Path

import numpy as np

from pnzoo.analysis import flops as count_flops
from pnzoo.core import seeds
from pnzoo.core.dataset import episodes as few_shot_episodes
from pnzoo.core.metric import Metric
from pnzoo.data.omniglot_challenge import sample_challenge
from pnzoo.data.preprocessing import preprocess_images
from pnzoo.evaluation import episodes as episode_evaluation
from pnzoo.models.few_shot.embedding import embed_images
from train.few_shot import challenge
from train.few_shot import data as few_shot_data
from train.shared import former

SEED = seeds.EVALUATION_EPISODES[0]

# Table 1 of the paper: without fine-tuning, for the model that an entry stands for.
PAPER = {
    "matching": {"5w1s": 0.981, "5w5s": 0.989, "20w1s": 0.938, "20w5s": 0.985},
    "siamese": {"5w1s": 0.967, "5w5s": 0.984, "20w1s": 0.880, "20w5s": 0.965},
    "classifier": {"5w1s": 0.800, "5w5s": 0.950, "20w1s": 0.695, "20w5s": 0.891},
    "mann": {"5w1s": 0.828, "5w5s": 0.949},
}
# The paper's figures on miniImageNet, whose classes and resolution are others than Tiny-ImageNet's.
PAPER_MINI_IMAGENET = {
    "matching_tiny_imagenet": {"5w1s": 0.412, "5w5s": 0.562},
    "matching_fce_tiny_imagenet": {"5w1s": 0.442, "5w5s": 0.570},
    "classifier_tiny_imagenet": {"5w1s": 0.366, "5w5s": 0.460},
}
PAPER_MNIST = {"matching": 0.72, "siamese": 0.70, "classifier": 0.63}


def evaluate(model, name, recipe, card, options):
    """Metrics on the test part, once.

    Args:
        model: the trained network.
        name: of the entry.
        recipe: `recipes.EpisodicRecipe`; what the card's recipe says of the data counts more.
        card: of the entry.
        options: of the command line: `episodes`, `mnist`, `lake_runs`, `force`.

    Returns:
        A list of metrics.

    Raises:
        ValueError: if the card has numbers already: looking at the test part again and again is choosing by it.
    """
    if card.get("metrics") and not options["force"] and options["lake_runs"]:
        return [*_others(card), _official(model, name, options)]  # the test part is not looked at again
    if card.get("metrics") and not options["force"]:
        raise ValueError(f"{name} was measured on the test part before. Pass --force if these numbers must be redone.")
    episodes = options["episodes"]
    command = f"python -m train {name} --evaluate --episodes {episodes}"
    metrics = [metric.replace(command=command) for metric in measure(model, name, card["recipe"], "test", episodes)]
    if options["mnist"]:
        mnist = to_mnist(model, name, options["mnist"], episodes)
        metrics.append(mnist.replace(command=f"{command} --mnist {Path(options['mnist']).name}"))
    if options["lake_runs"]:
        metrics.append(_official(model, name, options))
    return metrics


def _official(model, name, options):
    """The error on Lake's official runs."""
    file = options["lake_runs"]
    return challenge.measure(model, file).replace(command=f"python -m train {name} --evaluate --lake-runs {file.name}")


def _others(card):
    return [Metric.from_dict(metric) for metric in card["metrics"] if metric["name"] != challenge.NAME]


def validate(model, name, recipe, card, options):
    """Metrics on the validation part, which may be looked at often."""
    return measure(model, name, card["recipe"], "val", options["episodes"])


def measure(network, name, recipe, part, episodes, table=episode_evaluation.TABLE):
    """Metrics on a part: every way and shot of the papers' table and, for the background split, Lake's task."""
    recipe = former.fields(recipe, former.EPISODIC)
    lake = recipe["split_scheme"] == "background"  # whose task knows no rotations
    characters = few_shot_data.part(recipe["data"], recipe["split_scheme"], part, rotations=not lake)
    embeddings = embed_images(network, characters.images)
    papers = PAPER if (recipe["data"], recipe["split_scheme"]) == ("omniglot", "vinyals") else {}
    paper = PAPER_MINI_IMAGENET.get(name) or papers.get(name.split("_")[0], {})
    metrics = []
    if lake:
        metrics.append(within_alphabet(network, characters, embeddings, episodes))
    for way, shot in table:
        if way > getattr(network, "max_way", way):
            continue
        metric = episode_evaluation.accuracy(network, embeddings, way=way, shot=shot, n=episodes, seed=SEED)
        images = few_shot_data.described(recipe["data"], recipe["split_scheme"], part, rotations=not lake)
        dataset = few_shot_episodes(way=way, shot=shot, n_query=5, seed=SEED, **images)
        metrics.append(metric.replace(dataset=dataset, paper=paper.get(metric.name)))
    return metrics


def within_alphabet(network, characters, embeddings, runs):
    """Lake's task: 20-way one-shot within an alphabet. 0.92 is Koch's Siamese network, 0.955 people, 0.967 BPL."""
    drawn = sample_challenge(characters, runs, np.random.default_rng(SEED))
    images = few_shot_data.described("omniglot", "background", "test", rotations=False)
    dataset = few_shot_episodes(way=20, shot=1, n_query=1, seed=SEED, within_alphabet=True, **images)
    scores = 1 - episode_evaluation.error_rate(network, embeddings, drawn)
    return Metric.of_mean("within_alphabet_20w1s", scores, limits=(0, 1), dataset=dataset, seeds=(SEED,))


def to_mnist(network, name, path, episodes):
    """From Omniglot to MNIST: 10-way one-shot, with a network that never saw a digit."""
    with np.load(path) as file:
        images, labels = file["x_test"], file["y_test"]
    least = np.bincount(labels).min()
    digits = np.stack([images[labels == digit][:least] for digit in range(10)])
    drawings = preprocess_images(digits.reshape(-1, 28, 28), foreground="light", crop=False)
    embeddings = embed_images(network, np.rint(drawings * 255).astype("uint8").reshape(digits.shape))
    metric = episode_evaluation.accuracy(network, embeddings, way=10, shot=1, n=episodes, seed=SEED)
    dataset = few_shot_episodes("mnist", way=10, shot=1, n_query=5, seed=SEED, split="test")
    return metric.replace(name="mnist_10w1s", dataset=dataset, paper=PAPER_MNIST.get(name.split("_")[0]))


def flops(model, recipe):
    """Floating point operations for a card."""
    way = min(20, getattr(model, "max_way", 20))
    image = (model.image_size, model.image_size, model.image_channels)
    shapes = {"support": (1, way, *image), "labels": (1, way, way), "query": (1, 1, *image)}
    per = f"one query with a support of {way} images, embedding included"
    return {"value": count_flops(model, shapes), "per": per, "input_shape": shapes}
