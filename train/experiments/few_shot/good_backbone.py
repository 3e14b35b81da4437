"""Q31: once a backbone is good, do full context embeddings help? And a comparison place by place?

The features are those of a frozen EfficientNet-Lite0. What is learned on top of them, on photographs of other classes,
is a projection to 256 numbers, with nothing between it and the attention or with a context over the support set.
"""

import functools

import keras
import numpy as np
from keras import ops

import pnzoo
from pnzoo.data import episodes as sampler
from pnzoo.data.episode_dataset import EpisodeDataset
from pnzoo.data.photographs import load_photograph
from pnzoo.evaluation.episodes import error_rate
from pnzoo.layers.few_shot.full_context import AttentionLSTM, BidirectionalContext, SetContext
from pnzoo.layers.few_shot.matching_attention import MatchingAttention
from pnzoo.layers.few_shot.normalize import normalize
from pnzoo.models import PhotoMatchingNetwork
from train.experiments.experiment import WORK, Experiment
from train.experiments.few_shot import common
from train.experiments.metrics import format_ci, mean, mean_over_seeds, select_one
from train.few_shot.losses import EpisodeTrainer, episode_loss
from train.photos import data, evaluation
from train.photos.embeddings import embed
from train.photos.recipes import TINY

ENTRY = "matching_photo"
CONTEXTS = {"none": "projection", "set": "order-free FCE", "lstm": "FCE (bi-LSTM)"}
UNTRAINED = {
    "attention": "cosine attention",
    "mean": "class mean",
    "places": "places alone",
    "both": "places and class mean",
    "entry": ENTRY,
}
TASKS = ((5, 1), (5, 5), (20, 1), (20, 5))
DIM, PLACE_DIM, STEPS = 256, 128, 900
IMAGES = 15  # of each training class
EPISODES = {"places": 300, "both": 300}  # of the slow ones; else 2,000


def conditions(quick):
    trained = [{"way_of_matching": name, "seed": seed} for name in CONTEXTS for seed in ((0,) if quick else (0, 1, 2))]
    return trained + [{"way_of_matching": name} for name in UNTRAINED]


def run(condition, quick):
    name = condition["way_of_matching"]
    known, new = features(quick)
    kind = "places" if name in ("places", "both") else "features"
    matcher = _matcher(name, known[kind], condition.get("seed", 0), quick)
    return [
        mean(f"{way}w{shot}s", _scores(matcher, new[kind], way, shot, 4 if quick else EPISODES.get(name, 2000)), "%",
             limits=(0.0, 1.0), task=f"{way}-way {shot}-shot")
        for way, shot in TASKS
    ]  # fmt: skip


def _scores(matcher, of, way, shot, count):
    rng, counts = np.random.default_rng(common.SEED), np.full(len(of), of.shape[1])
    way, found = min(way, len(of)), []
    for start in range(0, count, 20):
        drawn = [sampler.sample(counts, way, shot, 5, rng) for _ in range(min(20, count - start))]
        found.append(1 - error_rate(matcher, of, drawn, batch_size=5))
    return np.concatenate(found)


def _matcher(name, known, seed, quick):
    model, width = network(quick), network(quick).backbone.blocks[0]
    if name in CONTEXTS:
        return trained(name, known, width, seed, 5 if quick else STEPS)
    if name == "entry":
        return model
    if name == "attention":
        return Projected(None, width)
    if name == "mean":
        return evaluation.ClassMean(width)
    return Places(known, width, beside_mean=name == "both")


class Projected(keras.Model):
    """Features, projected or not, with or without a context, then cosine attention over single images.

    Args:
        context: "none", "set" or "lstm"; None for the features as they are.
        width: how many of an embedding's first numbers are features; the others, colours, are left out.
    """

    def __init__(self, context, width):
        super().__init__()
        self.width, self.context = width, context
        self.projection = keras.layers.Dense(DIM, use_bias=False, kernel_initializer="orthogonal") if context else None
        self.g = {"set": SetContext, "lstm": BidirectionalContext}.get(context, lambda: None)()
        self.f = AttentionLSTM(3, True, 10.0 / DIM) if self.g else None
        scale = {"scale": 30.0, "learn_scale": False} if context is None else {}
        self.matching_attention = MatchingAttention("cosine", **scale)

    def match(self, support, labels, query, mask=None):
        """Log-probabilities `[B, Q, W]`."""
        support, query = (self._project(x) for x in (support, query))
        if self.g is not None:
            support = self.g(support, mask=mask)
            query, _ = self.f([query, support], mask=mask)
        return self.matching_attention([support, labels, query], mask=mask)

    def _project(self, x):
        x = normalize(ops.cast(x[..., : self.width], "float32"))
        if self.projection is None:
            return x
        return normalize(self.projection(x)) * DIM**0.5  # root mean square 1, the size of an LSTM's output


def trained(context, known, width, seed, steps):
    """A `Projected`, trained on episodes of training classes; nothing is chosen, the last weights count."""
    keras.utils.set_random_seed(seed)
    model = Projected(context, width)
    trainer = EpisodeTrainer(model)
    trainer.build()
    schedule = keras.optimizers.schedules.CosineDecay(1e-3, steps)
    trainer.compile(keras.optimizers.Adam(schedule), episode_loss())
    ways = min(20, len(known))
    shapes = [(5, 1, 5), (ways, 1, 5), (5, 5, 5), (ways, 5, 5)]
    dataset = EpisodeDataset(embeddings=known, shapes=shapes, batch_size=2, steps=steps, seed=seed)
    trainer.fit(dataset, epochs=1, verbose=0)
    return model


class Places:
    """Compare place by place: how well each place of a query is found again among the places of a class's images.

    Places are whitened by the principal directions of the training pictures' places. Score of a class: the mean, over
    a query's places, of the highest cosine with any place of any of its images; `beside_mean` adds the cosine with the
    class mean of the features.

    Args:
        known: float `[C, N, P, D]`, places of training pictures.
        width: of a place's features.
    """

    def __init__(self, known, width, beside_mean):
        flat = known[:, :5].reshape(-1, width).astype("float32")
        _, size, directions = np.linalg.svd(flat[:: max(1, len(flat) // 20000)] - flat.mean(0), full_matrices=False)
        self.center, keep = flat.mean(0), min(PLACE_DIM, len(size))
        self.directions = directions[:keep] / np.sqrt(size[:keep] + 1e-6)[:, None]
        self.beside_mean = beside_mean

    def match(self, support, labels, query):
        return np.stack([self._episode(*episode) for episode in zip(support, labels, query, strict=True)])

    def _episode(self, support, labels, query):
        places = [self._places(x) for x in (support, query)]
        flat = [x.reshape(-1, x.shape[-1]) for x in places]
        found = (flat[1] @ flat[0].T).reshape(*places[1].shape[:2], *places[0].shape[:2])
        found = found.max(-1)  # [Q, R, S]: best place of each image
        of_class = np.where(labels.T[None, None] > 0, found[:, :, None], -1).max(-1)  # [Q, R, W]
        score = of_class.mean(1)
        if self.beside_mean:
            support, query = (x.astype("float32").mean(1) for x in (support, query))
            support, query = (x / np.linalg.norm(x, axis=-1, keepdims=True) for x in (support, query))
            means = labels.T @ support
            score = score + query @ (means / np.linalg.norm(means, axis=-1, keepdims=True)).T
        return score

    def _places(self, x):
        x = (x.astype("float32") - self.center) @ self.directions.T
        return x / np.linalg.norm(x, axis=-1, keepdims=True)


@functools.lru_cache(maxsize=1)
def network(quick):
    """The entry; in quick runs a tiny one."""
    if not quick:
        return pnzoo.load(ENTRY)
    keras.utils.set_random_seed(0)
    return PhotoMatchingNetwork(TINY, image_size=64)


@functools.lru_cache(maxsize=1)
def features(quick):
    """(training classes, classes never seen): dicts of `features` `[C, N, D]` and `places` `[C, N, P, D]`."""
    if quick:
        known, new = data.invented(8, 10), data.invented(8, 10, seed=1)
    else:
        known, new = data.load("tiny_imagenet", IMAGES), evaluation.photographs("grocery")
    names = ("tiny_imagenet", "grocery")
    return tuple(_kept(name, classes, quick) for name, classes in zip(names, (known, new), strict=True))


def _kept(name, classes, quick):
    """Embeddings, in a file but for quick runs: they take minutes, and a stopped run goes on with them."""
    file, model = WORK / f"q31_{name}.npz", network(quick)
    if not quick and file.is_file():
        with np.load(file) as kept:
            return dict(kept)
    backbone = model.backbone
    places = keras.layers.Flatten()(backbone.get_layer("central_pooling").input)
    both = keras.Model(backbone.inputs, keras.layers.Concatenate(name="beside")([backbone.output, places]))
    photographs = (load_photograph(image, model.image_size) for members in classes for image in members)
    found = embed(both.predict_on_batch, photographs).astype("float16")
    found = found.reshape(len(classes), len(classes[0]), -1)
    features, places = np.split(found, [model.embedding_dim], axis=-1)
    made = {
        "features": features.astype("float32"),
        "places": places.reshape(*found.shape[:2], -1, model.backbone.blocks[0]),
    }
    if not quick:
        file.parent.mkdir(parents=True, exist_ok=True)
        np.savez(file, **made)
    return made


def table(rows):
    named = [{**row, "matching": {**CONTEXTS, **UNTRAINED}[row["way_of_matching"]]} for row in rows]
    trained_rows = [row for row in named if "seed" in row]
    by = ("matching", "task")
    return mean_over_seeds(trained_rows, by) + [row for row in named if "seed" not in row]


def conclusion(table):
    at = {"task": "5-way 1-shot"}
    plain, fce, free = (
        select_one(table, matching=CONTEXTS[name], **at) for name in ("none", "lstm", "set")
    )
    entry, average = (select_one(table, matching=UNTRAINED[name], **at) for name in ("entry", "mean"))
    best = max((fce, free), key=lambda row: row["value"])
    verdict = "Yes" if best["ci95"][0] > plain["ci95"][1] else "No"
    return (
        f"{verdict}: on frozen features of groceries never seen, 5-way 1-shot, a learned projection has "
        f"{format_ci(plain)}, with FCE {format_ci(fce)}, with an order-free context {format_ci(free)}; the class mean "
        f"without any training {format_ci(average)}, {ENTRY} {format_ci(entry)}."
    )


def details(table):
    parts = []
    for name in [*CONTEXTS.values(), *UNTRAINED.values()]:
        rows = [row for row in table if row["matching"] == name]
        if rows:
            parts.append(f"{name}: " + ", ".join(f"{row['name']} {format_ci(row)}" for row in rows))
    return "; ".join(parts) + "."


EXPERIMENTS = {
    31: Experiment(
        number=31,
        question="Full context helped a weak backbone: does it still help once the backbone is good?",
        hypothesis=(
            "No: frozen features of ImageNet tell photographs apart already, and a context trained on other classes "
            "can only fit those. FCE loses to the class mean without any training; comparing place by place helps by a "
            "point or two at one shot, where background differs."
        ),
        conditions=conditions,
        run=run,
        conclusion=conclusion,
        details=details,
        figure={
            "kind": "points",
            "by": ["matching", "task"],
            "where": {"task": ["5-way 1-shot", "20-way 5-shot"]},
            "x_title": "accuracy on groceries never seen",
        },
        columns=("matching", "task"),
        table=table,
        links=(("photographs", "Name photographs of your own", {}),),
        notes=(
            f"Features of a frozen EfficientNet-Lite0. Projection and contexts: {STEPS} steps of two episodes of "
            f"{IMAGES} pictures of each Tiny-ImageNet class outside miniImageNet's validation and test classes, three "
            "seeds, the last weights. Measured on 2,592 photographs of groceries, 2,000 episodes a task; place by "
            "place, which is slow, 300.",
        ),
    )
}
