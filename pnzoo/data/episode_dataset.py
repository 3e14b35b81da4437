"""Episodes for `model.fit`: a Keras `PyDataset` over the NumPy sampler."""

import keras
import numpy as np

from pnzoo.data import episodes
from pnzoo.data.augment import random_maps, warp


class EpisodeStream(keras.utils.PyDataset):
    """A seeded stream of episode batches.

    Batch i depends on the seed and i alone, whatever the number of workers, so a run that is killed and resumed
    sees the same episodes; each epoch moves on to new ones.

    Args:
        images: uint8 `[C, N, H, W]` with 255 for ink (`Characters.images`), or a list of C arrays `[N_c, H, W]`; or
            their codes, float `[C, N, D]`, which are passed on as they are.
        way, shot, queries: as in `episodes.sample`.
        shapes: instead of those three, a list of `(way, shot, queries)` that batches take in turn.
        support_size: pad every support set to this size; by default, to the largest of the batch.
        batch_size: episodes a batch.
        steps: batches an epoch.
        seed: seed of the stream.
        augment: None, or a dict of `warp.random_maps`'s limits, to warp every image by a map of its own.
        epoch: the epoch to start at, when resuming.
        group: int `[C]` to draw each episode from whole groups of classes (`episodes.sample_neighbours`), or None.
        targets: what each batch asks for: `"queries"` (labels int `[B, Q]`), `"all"` (labels int `[B, S + Q]`,
            support before query), or `"classes"` (the same with the numbers of the classes in `images`); or a tuple
            of two, to have a dict of both by the names `episode` and `classes`.

    Example:
        >>> import numpy as np
        >>> stream = EpisodeStream(np.zeros((9, 4, 28, 28), "uint8"), way=5, shot=1, queries=2, steps=3)
        >>> inputs, y = stream[0]
        >>> inputs["support"].shape, inputs["labels"].shape, y.shape
        ((1, 5, 28, 28, 1), (1, 5, 5), (1, 10))
    """

    def __init__(
        self,
        images,
        *,
        way=None,
        shot=None,
        queries=None,
        shapes=None,
        support_size=None,
        batch_size=1,
        steps=100,
        seed=0,
        augment=None,
        epoch=0,
        targets="queries",
        group=None,
        **fit,
    ):
        super().__init__(**fit)
        self.images = images
        self.counts = np.array([len(drawings) for drawings in images])
        self.shapes = shapes or [(way, shot, queries)]
        self.support_size, self.batch_size, self.steps = support_size, batch_size, steps
        self.seed, self.augment, self.epoch, self.targets = seed, augment, epoch, targets
        self.group = group

    @property
    def num_batches(self):
        return self.steps

    def on_epoch_end(self):
        self.epoch += 1

    def __getitem__(self, index):
        rng = np.random.default_rng((self.seed, self.epoch, index))
        way, shot, queries = self.shapes[index % len(self.shapes)]
        drawn = [self._draw(way, shot, queries, rng) for _ in range(self.batch_size)]
        inputs, y = episodes.batch(self.images, drawn, self.support_size)
        for role in ("support", "query"):
            inputs[role] = self._ink(inputs[role], rng)
        if isinstance(self.targets, str):
            return inputs, self._target(self.targets, y, drawn)
        names = ("episode", "classes")
        return inputs, {name: self._target(kind, y, drawn) for name, kind in zip(names, self.targets, strict=True)}

    def _draw(self, way, shot, queries, rng):
        if self.group is None:
            return episodes.sample(self.counts, way, shot, queries, rng)
        return episodes.sample_neighbours(self.group, way, shot, queries, rng, self.counts)

    def _target(self, kind, y, drawn):
        if kind == "queries":
            return y
        if kind == "all":
            return np.stack([np.r_[e.support_label, e.query_label] for e in drawn]).astype("int32")
        return np.stack([np.r_[e.support[:, 0], e.query[:, 0]] for e in drawn]).astype("int32")

    def _ink(self, images, rng):
        if images.dtype != np.uint8:
            return images
        if self.augment:
            flat = images.reshape(-1, *images.shape[2:])
            images = warp(flat, random_maps(len(flat), rng, **self.augment)).reshape(images.shape)
        return episodes.as_ink(images)
