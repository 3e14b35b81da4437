"""Train the few-shot networks of the zoo on episodes: `python -m train matching_glyphs`."""

from importlib import import_module

import keras

from pnzoo import hub
from pnzoo.data.episode_dataset import EpisodeDataset
from pnzoo.few_shot.fine_tuning import copy
from pnzoo.models.few_shot.embedding import embed_images
from train.few_shot import data
from train.few_shot.ensemble import join
from train.few_shot.losses import EpisodeTrainer, episode_loss, neighbour_accuracy, neighbour_loss, pair_loss
from train.few_shot.validation import Validation
from train.shared import entry, fitting
from train.shared.checkpoint import Progress
from train.shared.run_folder import open_run

PAPER = "Vinyals et al. 2016, Matching Networks for One Shot Learning, arXiv 1606.04080"
WARMUP = 0.02  # of all steps

# objective: loss, metric, what the episodes give as targets
OBJECTIVES = {
    "episodic": (episode_loss(), "accuracy", "queries"),
    "nca": (neighbour_loss, neighbour_accuracy, "all"),
    "pairwise": (pair_loss, "accuracy", "queries"),
}


def train(recipe, folder, command="", overwrite=False, tensorboard=None):
    """Train by a recipe, or go on with a run that was stopped, as `entry.Trainer` says.

    Returns:
        The trained network as `folder / "entry"` holds it: computing in float32, with weights of half precision.
    """
    with open_run(folder, recipe, overwrite) as folder:
        if recipe.ensemble:
            network, facts = _train_members(recipe, folder, tensorboard)
        else:
            network, facts = _train_one(recipe, folder, tensorboard)
        entry.save(network, folder, card(recipe, command=command, **facts), weights_dtype="float16")
        return hub.load(folder / "entry")


def _train_one(recipe, folder, tensorboard):
    """(network, facts for the card) of a recipe without members."""
    keras.utils.set_random_seed(recipe.seed)
    classes = data.training(recipe)
    trainer = make_trainer(recipe, classes=len(classes.images), beside=folder.parent)
    validation = Validation(trainer.network, data.validation(recipe), recipe)
    progress = Progress(folder / "history.npz", recipe.digest())
    embeddings = None
    if recipe.frozen_backbone and progress.epoch < recipe.epochs:
        embeddings = embed_images(trainer.network, classes.images)
    fitting.fit(
        trainer,
        progress,
        recipe.epochs,
        lambda epoch: make_dataset(recipe, classes, epoch, embeddings),
        score=validation.score if validation.classes else None,
        callbacks=fitting.tensorboard(tensorboard),
    )
    best = {"epoch": progress.best_epoch or "last", validation.name: progress.best}
    facts = {"best": best, "seconds": progress.seconds, "rows": progress.rows}
    return copy(trainer.network, **_at_the_end(recipe)), facts


def _train_members(recipe, folder, tensorboard):
    """Train every member in a folder of its own, then put their backbones side by side."""
    members = recipe.members()
    folders = [folder / f"member{i + 1}" for i in range(len(members))]
    networks = [
        train(member, place, tensorboard=tensorboard and tensorboard / place.name)
        for member, place in zip(members, folders, strict=True)
    ]
    parts = [network for network, member in zip(networks, members, strict=True) if member.in_ensemble]
    network = parts[0] if len(parts) == 1 else join(parts, **_at_the_end(recipe))
    logs = [Progress(place / "history.npz", member.digest()) for member, place in zip(members, folders, strict=True)]
    best = hub.card(folders[-1] / "entry")["recipe"]["best_checkpoint"]
    # the curves on the card are the last member's
    return network, {"best": best, "seconds": sum(log.seconds for log in logs), "rows": logs[-1].rows}


class OneEpoch(EpisodeDataset):
    """The episodes of one epoch. JAX's `fit` says once more that an epoch has ended when it builds a model."""

    def on_epoch_end(self):
        """Stay in this epoch."""


def make_dataset(recipe, classes, epoch=0, embeddings=None):
    """An epoch of the recipe's episodes of `ImageClasses`, or of embeddings of their images."""
    targets = OBJECTIVES[recipe.objective][2]
    return OneEpoch(
        classes.images if embeddings is None else None,
        embeddings=embeddings,
        way=recipe.way,
        shot=recipe.shot,
        shot_range=recipe.shot if isinstance(recipe.shot, tuple) else None,
        n_query=recipe.n_query,
        shapes=recipe.shapes,
        support_size=recipe.support_size or None,
        batch_size=recipe.batch_size,
        steps=recipe.steps_per_epoch,
        seed=recipe.seed,
        augment=recipe.augment,
        epoch=epoch,
        targets=(targets, "classes") if recipe.classification_loss_weight else targets,
        within=data.groups(classes) if recipe.within_alphabet else None,
        workers=1,  # with more, JAX's first `fit` in a process begins with batches of its trial run
    )


def make_trainer(recipe, classes, beside=None):
    """Build and compile what `fit` trains; a start from `"member1"` is looked up in the folder `beside`."""
    config = {k: v for k, v in recipe.config.items() if k not in _at_the_end(recipe)}
    network = getattr(import_module(hub.CLASSES[recipe.model]), recipe.model)(**config, dtype=recipe.dtype_policy)
    if recipe.init_from:
        earlier = recipe.init_from.startswith("member")
        _start(network, hub.load(beside / recipe.init_from / "entry" if earlier else recipe.init_from))
    network.backbone.trainable = not recipe.frozen_backbone
    classifies = bool(recipe.classification_loss_weight)
    trainer = EpisodeTrainer(
        network, recipe.objective, classes if classifies else 0, recipe.classification_head, recipe.margin
    )
    trainer.build()
    optimizer = keras.optimizers.Adam(schedule(recipe), weight_decay=recipe.weight_decay or None)
    trainer.compile(optimizer, **_losses(recipe, trainer))
    return trainer


def _losses(recipe, trainer):
    loss, metric, _ = OBJECTIVES[recipe.objective]
    if not recipe.classification_loss_weight:
        return {"loss": loss, "metrics": [metric]}
    return {
        "loss": {"episode": loss, "classes": trainer.class_loss},
        "metrics": {"episode": metric, "classes": "accuracy"},
        "loss_weights": {"episode": recipe.episodic_loss_weight, "classes": recipe.classification_loss_weight},
    }


def schedule(recipe):
    """Learning rate: a linear warm-up, then a cosine decay to 0 at the last step."""
    steps = recipe.epochs * recipe.steps_per_epoch
    warmup = max(1, round(WARMUP * steps))
    peak = recipe.learning_rate
    return keras.optimizers.schedules.CosineDecay(
        peak / 100, max(1, steps - warmup), warmup_target=peak, warmup_steps=warmup
    )


def _at_the_end(recipe):
    """Arguments that training does without: averaging over views would only multiply its work."""
    return {"tta_views": recipe.config["tta_views"]} if "tta_views" in recipe.config else {}


def _start(network, source):
    """Begin with another network's backbone, and its kernel where both have the same."""
    network.backbone.set_weights(source.backbone.get_weights())
    kernels = [getattr(model, "matching_attention", None) for model in (network, source)]
    if all(kernels) and kernels[0].similarity_name == kernels[1].similarity_name:
        kernels[0].set_weights(kernels[1].get_weights())


def card(recipe, *, best, seconds, rows, command):
    """What is known of a model when its training ends."""
    made = entry.training_card(
        recipe,
        task="few-shot",
        training="episodic" if recipe.episodic_loss_weight else "classification",
        paper=PAPER,
        data=data.describe(recipe.data, recipe.split_scheme, recipe.split),
        trained_on=data.described(recipe.data, recipe.split_scheme, recipe.split),
        command=command,
        seconds=seconds,
        rows=rows,
    )
    return {**made, "recipe": {**made["recipe"], "notes": recipe.notes, "best_checkpoint": best}}
