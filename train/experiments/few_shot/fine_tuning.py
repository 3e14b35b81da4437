"""Q22: fine-tuning helps the baselines but not Matching Networks. Really?"""

import keras
import numpy as np

import pnzoo
from pnzoo.data.episode_dataset import EpisodeDataset
from pnzoo.few_shot.fine_tuning import AUGMENT, copy
from pnzoo.models.few_shot.embedding import embed_images
from train.experiments.experiment import Experiment
from train.experiments.few_shot import common
from train.experiments.few_shot.common import PLAIN
from train.experiments.metrics import format_ci, mean, select, select_one, values_of

MODELS = (PLAIN, "classifier_omniglot", "siamese_omniglot")
TASKS = ((5, 1), (5, 5))
EPISODES, STEPS, RATE = 40, 20, 1e-4


def conditions(quick):
    if quick:
        return [{"model": PLAIN, "way": 5, "shot": 1}]
    return [{"model": name, "way": way, "shot": shot} for name in MODELS if name in pnzoo.list_models()
            for way, shot in TASKS]


def run(condition, quick):
    """Each episode: the entry as it is, then a copy of it trained on the support set, asked the same queries."""
    name = common.stand_in(condition["model"], quick)
    images = common.invented(quick) if quick else common.characters()
    drawn = common.draw(np.zeros(images.shape[:2]), 2 if quick else EPISODES, condition["way"], condition["shot"])
    tuner = Tuner(common.network(name), steps=2 if quick else STEPS)
    before, after = [], []
    for i, episode in enumerate(drawn):
        support, label, query, y = common.look_up(images, episode)
        before.append(accuracy(tuner.original, support, label, query, y))
        after.append(accuracy(tuner.tuned(support, label, seed=i), support, label, query, y))
    return [
        mean("accuracy as it is", before, "%"),
        mean("accuracy fine-tuned", after, "%"),
        mean("gain", np.subtract(after, before), "%", limits=(-1, 1)),
    ]


def accuracy(model, support, label, query, y):
    embeddings = embed_images(model, np.concatenate([support, query]))
    labels = np.eye(int(label.max()) + 1, dtype="float32")[label]
    log_p = model.match(embeddings[None, : len(support)], labels[None], embeddings[None, len(support) :])
    return float((keras.ops.convert_to_numpy(log_p)[0].argmax(axis=-1) == y).mean())


class Tuner:
    """As `fine_tune` of `pnzoo.few_shot`, for many support sets: one compiled copy that starts anew each time."""

    def __init__(self, model, steps):
        changes = {"tta_views": 1} if "tta_views" in model.get_config() else {}
        self.original, self.steps = copy(model, **changes), steps
        self.copy = copy(self.original)
        for layer in self.copy._flatten_layers():
            if isinstance(layer, keras.layers.BatchNormalization):
                layer.trainable = False  # a support set is too small to measure statistics
        self.copy.compile(keras.optimizers.Adam(RATE),
                          keras.losses.SparseCategoricalCrossentropy(from_logits=True, ignore_class=-1))
        self.copy.optimizer.build(self.copy.trainable_variables)
        self.fresh = [keras.ops.convert_to_numpy(v) for v in self.copy.optimizer.variables]

    def tuned(self, support, label, seed):
        """The copy, trained on episodes drawn from this support set and warped."""
        self.copy.set_weights(self.original.get_weights())
        for variable, value in zip(self.copy.optimizer.variables, self.fresh, strict=True):
            variable.assign(value)
        classes = [support[label == w] for w in range(int(label.max()) + 1)]
        classes = [np.tile(drawings, (-(-3 // len(drawings)), 1, 1)) for drawings in classes]
        stream = EpisodeDataset(
            classes, way=len(classes), shot=1, n_query=2, steps=self.steps, seed=seed, augment=AUGMENT
        )
        for step in range(self.steps):
            self.copy.train_on_batch(*stream[step])
        return self.copy


def conclusion(table):
    parts = []
    for name in values_of(table, "model"):
        best = max(select(table, model=name, name="gain"), key=lambda row: row["ci95"])
        low, gain, high = (100 * value for value in (best["ci95"][0], best["value"], best["ci95"][1]))
        says = "helps" if best["ci95"][0] > 0 else "does not certainly help"
        parts.append(f"{says} {name.removesuffix('_omniglot')} ({gain:+.1f} points, {low:+.1f} to {high:+.1f}, at "
                     f"{best['way']}-way {best['shot']}-shot)")
    return f"Fine-tuning on the support set {', '.join(parts)}."


def details(table):
    parts = []
    for name in values_of(table, "model"):
        tasks = []
        for row in select(table, model=name, name="gain"):
            at = {"model": name, "way": row["way"], "shot": row["shot"]}
            verdict = "helps" if row["ci95"][0] > 0 else "harms" if row["ci95"][1] < 0 else "no certain effect"
            before = select_one(table, **at, name="accuracy as it is")
            low, gain, high = (100 * value for value in (row["ci95"][0], row["value"], row["ci95"][1]))
            tasks.append(f"{row['way']}-way {row['shot']}-shot {gain:+.1f} points ({low:+.1f} to {high:+.1f}) on "
                         f"{format_ci(before)}, {verdict}")
        parts.append(f"{name.removesuffix('_omniglot')}: {', '.join(tasks)}")
    return "; ".join(parts) + "."


EXPERIMENTS = {
    22: Experiment(
        number=22,
        question="Fine-tuning helps the baselines but not Matching Networks: really?",
        hypothesis=(
            "Yes: the classifier, which was never trained on episodes, gains one to three points; the matching "
            "network and the Siamese one, already trained for the task, gain nothing certain from so few images."
        ),
        conditions=conditions,
        run=run,
        conclusion=conclusion,
        details=details,
        figure={"kind": "points", "by": ["model", "way", "shot"], "where": {"name": "gain"}, "x_title": "gain"},
        columns=("model", "way", "shot"),
        links=(("few_shot", "A support set of your own", {"fewshot": PLAIN}),),
        notes=(
            f"{EPISODES} episodes on {common.TEST}, 5 queries a class, the same for all models; every gain is of the "
            "same queries before and after, intervals are over episodes.",
            f"{STEPS} steps of Adam at {RATE:g} on one-shot episodes drawn from the support set, its images turned, "
            "shifted and stretched a little; batch normalisation keeps its statistics. All with one view of an image. "
            "Other rates and lengths were not tried.",
        ),
    )
}
