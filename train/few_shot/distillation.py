"""Teach one network what a larger one sees: `python -m train matching_distilled_omniglot`.

The teacher's embeddings of all training images, as they are, are computed once. The student sees each image in another
random warp and is asked for the same embedding, for the same similarities between the images of a batch (relational
distillation, Park et al. 2019), and for the right class (the recipe's `objective`). So it learns in one view what the
teacher averages over many encoders and views.
"""

import io

import keras
import numpy as np
from keras import ops

from pnzoo import hub
from pnzoo.core import atomic
from pnzoo.few_shot.fine_tuning import copy
from pnzoo.hub.registry import class_named
from pnzoo.layers.few_shot.matching_attention import MASKED_LOGIT
from pnzoo.layers.few_shot.normalize import normalize
from pnzoo.models.few_shot.embedding import embed_images
from pnzoo.models.few_shot.episode_model import unpack
from train.few_shot import data
from train.few_shot.losses import EpisodeTrainer, neighbour_accuracy, neighbour_loss
from train.few_shot.training import OneEpoch, card, schedule
from train.shared import entry, fitting
from train.shared.checkpoint import Progress
from train.shared.run_folder import open_run

TEACHER = "teacher.npy"  # in the run's folder: its embeddings, so that a run that was stopped need not make them again


def train(recipe, folder, command="", overwrite=False, tensorboard=None):
    """Train by a `recipes.DistillationRecipe`, or go on with a run that was stopped, as `entry.Trainer` says.

    Returns:
        The trained network as `folder / "entry"` holds it: computing in float32, with weights of half precision.
    """
    with open_run(folder, recipe, overwrite) as folder:
        keras.utils.set_random_seed(recipe.seed)
        classes = data.training(recipe)
        teacher = hub.load(recipe.teacher, tta_views=recipe.teacher_views, dtype=recipe.dtype_policy)
        trainer = make_trainer(recipe, teacher)
        progress = Progress(folder / "history.npz", recipe.digest())
        if progress.epoch < recipe.epochs:
            embeddings = teacher_embeddings(teacher, classes.images, folder / TEACHER)
        fitting.fit(
            trainer,
            progress,
            recipe.epochs,
            lambda epoch: make_dataset(recipe, classes, embeddings, epoch),
            callbacks=fitting.tensorboard(tensorboard),
        )
        facts = {"best": {"epoch": "last"}, "seconds": progress.seconds, "rows": progress.rows}
        entry.save(copy(trainer.network), folder, card(recipe, command=command, **facts), weights_dtype="float16")
        (folder / TEACHER).unlink(missing_ok=True)
        return hub.load(folder / "entry")


def teacher_embeddings(teacher, images, file):
    """Embeddings of unit length of all images, float16 `[C, N, D]`, kept in a file."""
    if not file.is_file():
        parts = []
        for i, members in enumerate(images):
            embeddings = embed_images(teacher, members)
            parts.append((embeddings / np.linalg.norm(embeddings, axis=-1, keepdims=True)).astype("float16"))
            if i % 200 == 0:
                print(f"teacher: {i} of {len(images)} classes", flush=True)
        buffer = io.BytesIO()
        np.save(buffer, np.stack(parts))
        atomic.write_bytes(file, buffer.getbuffer())
    return np.load(file, mmap_mode="r")


class DistillationDataset(OneEpoch):
    """Episodes with the teacher's embedding of every image beside its class.

    Args:
        teacher: float `[C, N, D]`, of unit length.
        **options: of `EpisodeDataset`.
    """

    def __init__(self, *args, teacher, **options):
        super().__init__(*args, targets="all", **options)
        self.teacher = teacher

    def _targets(self, y, drawn):
        shown = [np.concatenate([episode.support, episode.query]) for episode in drawn]
        embeddings = np.stack([self.teacher[images[:, 0], images[:, 1]] for images in shown]).astype("float32")
        return {"embedding": embeddings, "relations": embeddings, "episode": super()._targets(y, drawn)}


def make_dataset(recipe, classes, embeddings, epoch=0):
    """An epoch of the recipe's episodes."""
    return DistillationDataset(
        classes.images,
        teacher=embeddings,
        way=recipe.way,
        shot=recipe.shot,
        n_query=recipe.n_query,
        batch_size=recipe.batch_size,
        steps=recipe.steps_per_epoch,
        seed=recipe.seed,
        augment=recipe.augment,
        epoch=epoch,
        workers=1,
    )


class DistillationTrainer(EpisodeTrainer):
    """A student with what is asked of it.

    Args:
        network: a `MatchingNetwork` without context; its embeddings are as long as the teacher's.
        teacher_scale: of the teacher's cosines.
    """

    def __init__(self, network, teacher_scale, **kwargs):
        super().__init__(network, "nca", **kwargs)
        self.teacher_scale = teacher_scale

    def call(self, inputs, training=False):
        support, _, query, _ = unpack(inputs)
        embeddings = ops.concatenate(self.network.embed_episode(support, query, training), axis=1)
        attention = self._neighbours(embeddings)
        unit = normalize(ops.cast(embeddings, "float32"))
        return {"embedding": unit, "relations": attention, "episode": attention}

    def relation_loss(self, teacher, log_attention):
        """Cross-entropy of the attention that the teacher pays to the other images, and the student's.

        Args:
            teacher: embeddings `[B, N, D]`, of unit length.
            log_attention: `[B, N, N]`.
        """
        itself = ops.eye(teacher.shape[1], dtype="float32") * MASKED_LOGIT
        cosines = ops.matmul(teacher, ops.swapaxes(teacher, 1, 2))
        share = ops.softmax(self.teacher_scale * cosines + itself, axis=-1)
        return -ops.mean(ops.sum(share * ops.maximum(log_attention, MASKED_LOGIT), axis=-1))


def embedding_loss(teacher, student):
    """1 - the cosine of the two embeddings of an image."""
    return ops.mean(1 - ops.sum(teacher * student, axis=-1))


def make_trainer(recipe, teacher):
    """Build and compile what `fit` trains; the student starts from the teacher's last member where they are alike."""
    network = class_named(recipe.model)(**recipe.config, dtype=recipe.dtype_policy)
    if network.embedding_dim != teacher.embedding_dim:
        raise ValueError(
            f"the student's embeddings have {network.embedding_dim} numbers and those of {recipe.teacher} "
            f"{teacher.embedding_dim}. Set embedding_dim to that in config['backbone_options']."
        )
    member = getattr(teacher.backbone, "members", [teacher.backbone])[-1]
    if type(member) is type(network.backbone):
        widen(network.backbone, member)
    network.matching_attention.set_weights(teacher.matching_attention.get_weights())
    scale = float(np.exp(ops.convert_to_numpy(teacher.matching_attention.log_scale)))
    trainer = DistillationTrainer(network, scale)
    trainer.build()
    trainer.compile(
        keras.optimizers.Adam(schedule(recipe)),
        loss={"embedding": embedding_loss, "relations": trainer.relation_loss, "episode": neighbour_loss},
        loss_weights=dict(recipe.loss_weights),
        metrics={"episode": neighbour_accuracy},
    )
    return trainer


def widen(network, source):
    """Give a network the weights of a narrower one of its kind: its first channels compute the same.

    The others start as they were initialised, and the first ones do not read them (Net2Net, Chen et al. 2016).
    """
    weights = network.get_weights()
    for new, old in zip(weights, source.get_weights(), strict=True):
        if new.ndim == 4:  # a kernel [height, width, in, out]
            new[:, :, old.shape[2] :, : old.shape[3]] = 0
        new[tuple(slice(size) for size in old.shape)] = old
    network.set_weights(weights)
