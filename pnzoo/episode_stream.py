"""Episodes for `model.fit`: a Keras `PyDataset` over the NumPy sampler."""

import keras
import numpy as np

from pnzoo import episodes
from pnzoo.warp import random_affine, warp


class EpisodeStream(keras.utils.PyDataset):
    """A seeded stream of episode batches.

    Batch i depends on the seed and i alone, whatever the number of workers, so a run that is killed and resumed
    sees the same episodes; each epoch moves on to new ones.

    Args:
        images: uint8 `[C, N, H, W]` with 255 for ink (`Characters.images`), or a list of C arrays `[N_c, H, W]`.
        way, shot, queries: as in `episodes.sample`.
        batch_size: episodes a batch.
        steps: batches an epoch.
        seed: seed of the stream.
        augment: None, or a dict of `warp.random_affine`'s limits, to warp every image by a map of its own.
        epoch: the epoch to start at, when resuming.
        class_targets: also give each image's class for a loss over all classes: targets become a dict of `episode`
            int `[B, Q]` and `classes` int `[B, S + Q]`, support before query.
        every_label: give the labels of support and query images, int `[B, S + Q]`, instead of the queries' alone.

    Example:
        >>> import numpy as np
        >>> stream = EpisodeStream(np.zeros((9, 4, 28, 28), "uint8"), way=5, shot=1, queries=2, steps=3)
        >>> inputs, y = stream[0]
        >>> inputs["support"].shape, inputs["labels"].shape, y.shape
        ((1, 5, 28, 28, 1), (1, 5, 5), (1, 10))
    """

    def __init__(
        self, images, *, way, shot, queries, batch_size=1, steps=100, seed=0, augment=None, epoch=0,
        class_targets=False, every_label=False, **fit,
    ):
        super().__init__(**fit)
        self.images = images
        self.counts = np.array([len(drawings) for drawings in images])
        self.way, self.shot, self.queries = way, shot, queries
        self.batch_size, self.steps, self.seed = batch_size, steps, seed
        self.augment, self.epoch = augment, epoch
        self.class_targets, self.every_label = class_targets, every_label

    @property
    def num_batches(self):
        return self.steps

    def on_epoch_end(self):
        self.epoch += 1

    def __getitem__(self, index):
        rng = np.random.default_rng((self.seed, self.epoch, index))
        drawn = [
            episodes.sample(self.counts, self.way, self.shot, self.queries, rng) for _ in range(self.batch_size)
        ]
        inputs, y = episodes.batch(self.images, drawn)
        for role in ("support", "query"):
            inputs[role] = self._ink(inputs[role], rng)
        if self.every_label:
            y = np.stack([np.r_[e.support_label, e.query_label] for e in drawn]).astype("int32")
        if self.class_targets:
            y = {"episode": y, "classes": np.stack([np.r_[e.support[:, 0], e.query[:, 0]] for e in drawn])}
        return inputs, y

    def _ink(self, images, rng):
        if self.augment:
            flat = images.reshape(-1, *images.shape[2:])
            images = warp(flat, random_affine(len(flat), rng, **self.augment)).reshape(images.shape)
        return episodes.as_ink(images)
