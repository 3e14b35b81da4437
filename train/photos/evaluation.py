"""Measure a network for photographs on classes that it has never seen."""

import io
import os
import zipfile
from pathlib import Path

import numpy as np
from PIL import Image

from pnzoo.analysis import flops as count_flops
from pnzoo.core import seeds
from pnzoo.core.dataset import episodes as few_shot_episodes
from pnzoo.data.photographs import load_photograph
from pnzoo.evaluation import episodes as episode_evaluation
from pnzoo.layers.few_shot.adapted_attention import AdaptedAttention
from train.photos import data
from train.photos.embeddings import compiled, embed

SEED = seeds.EVALUATION_EPISODES[0]
GROCERY = "grocery/grocery_224.zip"  # photographs CLASS/name.jpg
N_QUERY = 5
WAY = 5  # of the episode whose operations are counted


class ClassMean:
    """The baseline: cosine to the mean of a class's features, each of length 1; no colours.

    Args:
        n_features: how many of an embedding's first numbers are features.
    """

    def __init__(self, n_features):
        self.n_features, self.attention = n_features, AdaptedAttention([n_features], parts=())

    def match(self, support, labels, query):
        return self.attention([support[..., : self.n_features], labels, query[..., : self.n_features]])


def evaluate(model, name, recipe, card, options):
    """Metrics for a card: see `entry.Trainer`. The baseline's rows have `class_mean` in their names.

    Raises:
        ValueError: the photographs are not there, or the card has numbers of them already.
    """
    if card.get("metrics") and not options["force"]:
        raise ValueError(f"{name} was measured before. Pass --force if these numbers must be redone.")
    images = recipe.evaluation_images
    embeddings = embed_classes(model, photographs(images))
    settings = [s for s in episode_evaluation.TABLE if s[0] <= len(embeddings)]
    metrics, command = [], f"python -m train {name} --evaluate --episodes {options['episodes']}"
    for suffix, measured in (("", model), ("_class_mean", ClassMean(model.backbone.blocks[0]))):
        for way, shot in settings:
            drawn = {"way": way, "shot": shot, "n_query": N_QUERY, "n": options["episodes"], "seed": SEED}
            found = episode_evaluation.accuracy(measured, embeddings, **drawn, batch_size=10)
            dataset = few_shot_episodes(images, way, shot, N_QUERY, SEED, image_size=model.image_size)
            more = {"dataset": dataset, "seeds": (card["seed"],), "command": command}
            metrics.append(found.replace(name=found.name + suffix, **more))
    return metrics


def photographs(name):
    """A list with the photographs of each class, uint8 `[H, W, 3]`, equally many.

    Args:
        name: "grocery", in the folder of that name in PNZOO_DATA_DIR, or "invented".

    Raises:
        ValueError: the file is not there; says where it belongs.
    """
    if name == "invented":
        return data.invented(20, 10, seed=1)
    file = Path(os.environ.get("PNZOO_DATA_DIR", "data")) / GROCERY
    if name != "grocery" or not file.is_file():
        raise ValueError(f"{file} is not there. Set PNZOO_DATA_DIR to the folder that holds {GROCERY}.")
    classes = {}
    with zipfile.ZipFile(file) as archive:
        for member in sorted(archive.namelist()):
            if member.endswith(".jpg"):
                image = Image.open(io.BytesIO(archive.read(member))).convert("RGB")
                classes.setdefault(member.split("/")[-2], []).append(np.asarray(image))
    return list(classes.values())


def embed_classes(model, classes, apply=None):
    """Embeddings of photographs of several classes, float32 `[C, N, D]`; `apply` is the model's own by default."""
    images = (load_photograph(image, model.image_size) for members in classes for image in members)
    return embed(apply or compiled(model), images).reshape(len(classes), len(classes[0]), -1)


def flops(model, recipe):
    """Floating point operations for a card: those of a 5-way 1-shot episode with one query."""
    image = (model.image_size, model.image_size, model.image_channels)
    shapes = {"support": [1, WAY, *image], "labels": [1, WAY, WAY], "query": [1, 1, *image]}
    per = f"one query with a support of {WAY} photographs, embedding included"
    return {"value": count_flops(model, shapes), "per": per, "input_shape": shapes}
