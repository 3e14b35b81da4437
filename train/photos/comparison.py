"""Compare ways to name photographs from a few of each class, under one protocol: the same episodes, queries, pictures.

    python -m train.photos.comparison runs/matching_photo/entry     # writes tests/benchmarks/photos.json

Pixels; class means, nearest images, attention, regressions and exemplar SVMs on the frozen features of the entry's
backbone; the entry, and the entry with each part taken away and all else as it was trained. Nothing is chosen by these
numbers: what has settings has the defaults of `pnzoo.models.few_shot.probe`.
"""

import argparse
import json
from pathlib import Path

import keras
import numpy as np
from PIL import Image

from pnzoo import hub
from pnzoo.evaluation import episodes as episode_evaluation
from pnzoo.layers.few_shot.adapted_attention import PARTS
from pnzoo.layers.few_shot.matching_attention import MatchingAttention
from pnzoo.models.few_shot.probe import PROBES
from train.photos import evaluation

RESULTS = Path(__file__).parents[2] / "tests" / "benchmarks" / "photos.json"
SLOW = {"logistic_regression": 10, "exemplar_svm": 40}  # fitted anew in each episode: only each so-manieth
NO_COLORS = -20.0  # logarithm of the colours' weight


class Fitted:
    """A probe as something with `match`: fitted to each episode's support set, on features alone."""

    def __init__(self, probe, n_features):
        self.probe, self.n_features = probe, n_features

    def match(self, support, labels, query):
        episodes = zip(support[..., : self.n_features], labels.argmax(-1), query[..., : self.n_features], strict=True)
        return np.stack([self.probe(*episode) for episode in episodes])


class Attention:
    """Cosine attention over single images, the paper's with a scale, on features alone."""

    def __init__(self, n_features, scale=30.0):
        self.n_features, self.attention = n_features, MatchingAttention("cosine", scale=scale, learn_scale=False)

    def match(self, support, labels, query):
        return self.attention([support[..., : self.n_features], labels, query[..., : self.n_features]])


def without(model, part):
    """The entry's attention without one of its parts, or without "colours"; its other numbers as they were trained."""
    config = model.matching_attention.get_config()
    kept = [one for one in config["parts"] if one != part]
    attention = type(model.matching_attention).from_config({**config, "parts": kept})
    attention.build(None)
    values = {weight.name: weight for weight in model.matching_attention.weights}
    for weight in attention.weights:
        weight.assign([NO_COLORS] if (part, weight.name) == ("colours", "block_weights") else values[weight.name])
    return _Matching(attention)


class _Matching:
    def __init__(self, attention):
        self.attention = attention

    def match(self, support, labels, query):
        return self.attention([support, labels, query])


def methods(model):
    """(name, what matches, each how manieth episode) of everything that is compared on embeddings."""
    n = model.backbone.blocks[0]
    yield "class mean", evaluation.ClassMean(n), 1
    yield "cosine attention, scale 30", Attention(n), 1
    yield "entry", model, 1
    for part in (*PARTS, "colours"):
        yield f"entry without {part}", without(model, part), 1
    for name, probe in PROBES.items():
        if name != "softmax":
            yield {"nearest": "nearest image"}.get(name, name.replace("_", " ")), Fitted(probe, n), SLOW.get(name, 1)


def pixels(classes, side=32):
    """Photographs as vectors of their pixels, float32 `[C, N, side * side * 3]`."""
    small = [[np.asarray(Image.fromarray(image).resize((side, side))).ravel() for image in part] for part in classes]
    return np.array(small, "float32") / 255


def measure(model, embeddings, pictures, episodes, table=episode_evaluation.TABLE):
    """Rows with an accuracy for every way and shot.

    Args:
        model: the entry.
        embeddings: of the photographs, as from `embeddings_of`.
        pictures: the photographs, as from `evaluation.photographs`.
        episodes: for each way and shot.
        table: `(way, shot)` pairs.
    """
    flat = pixels(pictures)
    rows = [_row("pixels, class mean", evaluation.ClassMean(flat.shape[-1]), flat, episodes, table)]
    plain = embeddings[..., model.embedding_dim :]
    rows.append(_row("class mean, all places alike", evaluation.ClassMean(plain.shape[-1]), plain, episodes, table))
    central = embeddings[..., : model.embedding_dim]
    return rows + [_row(name, match, central, episodes // every, table) for name, match, every in methods(model)]


def _row(name, model, embeddings, episodes, table):
    row = {"name": name}
    for way, shot in table:
        drawn = {"way": way, "shot": shot, "n_query": evaluation.N_QUERY, "n": max(2, episodes)}
        metric = episode_evaluation.accuracy(model, embeddings, **drawn, seed=evaluation.SEED, batch_size=10)
        row[f"{way}w{shot}s"] = {"value": metric.value, "ci95": list(metric.ci95), "n": metric.n}
        print(f"{name}, {way}-way {shot}-shot: {100 * metric.value:.2f} %", flush=True)
    return row


def main(arguments=None):
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("entry", help="an entry of the zoo, or a folder written by pnzoo.save")
    parser.add_argument("--images", default="grocery", help="or 'invented'")
    parser.add_argument("--episodes", type=int, default=2000, help="for each way and shot")
    parser.add_argument("--embeddings", type=Path, help=".npy to keep the photographs' embeddings in")
    parser.add_argument("--output", type=Path, default=RESULTS)
    options = parser.parse_args(arguments)
    model, pictures = hub.load(options.entry), evaluation.photographs(options.images)
    embeddings = embeddings_of(model, pictures, options.embeddings)
    rows = measure(model, embeddings, pictures, options.episodes)
    result = {"images": options.images, "n_query": evaluation.N_QUERY, "seed": evaluation.SEED, "rows": rows}
    options.output.write_text(json.dumps(result, indent=1) + "\n")
    return rows


def embeddings_of(model, pictures, file=None):
    """Embeddings of photographs and after them the plain means of their places; kept in a file if one is named."""
    if file and file.is_file():
        return np.load(file)
    backbone = model.backbone
    places = backbone.get_layer("central_pooling").input
    mean = keras.layers.GlobalAveragePooling2D("channels_last", name="plain")(places)
    wide = keras.Model(backbone.inputs, keras.layers.Concatenate(name="beside")([backbone.output, mean]))
    embeddings = evaluation.embed_classes(model, pictures, wide.predict_on_batch)
    if file:
        np.save(file, embeddings)
    return embeddings


if __name__ == "__main__":
    main()
