"""Episodes for `model.fit`: a Keras `PyDataset` over the NumPy sampler."""

import keras
import numpy as np

from pnzoo.core.deprecation import renamed, renamed_arguments, warn
from pnzoo.data import episodes
from pnzoo.data.augment import affine_transform, random_affine
from pnzoo.data.augment_photographs import random_views


class EpisodeDataset(keras.utils.PyDataset):
    """A seeded sequence of episode batches.

    A batch is a function of (seed, epoch, index) alone, see `batch`: whatever the number of workers and wherever a
    run was stopped and resumed, it sees the same episodes in the same order, if `fit` is told `shuffle=False`. Each
    epoch draws new ones.

    Args:
        images: uint8 `[C, N, H, W]` with 255 for strokes (`ImageClasses.images`), or `[C, N, H, W, 3]` of photographs;
            or a list of C arrays `[N_c, H, W]` or `[N_c, H, W, 3]`.
        embeddings: instead of images, their embeddings, float `[C, N, D]`.
        way, shot, n_query: as in `episodes.sample`; so are `shot_range` and `query_range`.
        shapes: instead of those three, a list of `(way, shot, n_query)` that batches take in turn.
        support_size: pad every support set to this size; by default, to the largest of the batch.
        batch_size: episodes a batch.
        steps: batches an epoch.
        seed: of all that is drawn.
        augment: None, or a dict of `augment.random_affine`'s limits, to transform every image in its own way; for
            photographs, of `augment_photographs.random_views`.
        epoch: the epoch to start at, when resuming.
        within: int `[C]`, the group of each class: each episode takes its classes from whole groups, as with
            `episodes.sample(..., within=within, several=True)`.
        targets: what each batch asks for: `"queries"` (labels int `[B, Q]`), `"all"` (labels int `[B, S + Q]`,
            support before query), or `"classes"` (the same with the numbers of the classes in `images`); or a tuple
            of two, to have a dict of both by the names `episode` and `classes`.

    Example:
        >>> import numpy as np
        >>> dataset = EpisodeDataset(np.zeros((9, 4, 28, 28), "uint8"), way=5, shot=1, n_query=2, steps=3)
        >>> inputs, y = dataset[0]
        >>> inputs["support"].shape, inputs["labels"].shape, y.shape
        ((1, 5, 28, 28, 1), (1, 5, 5), (1, 10))
    """

    @renamed_arguments(queries="n_query", group="within")
    def __init__(
        self,
        images=None,
        *,
        embeddings=None,
        way=None,
        shot=None,
        n_query=None,
        shapes=None,
        shot_range=None,
        query_range=None,
        support_size=None,
        batch_size=1,
        steps=100,
        seed=0,
        augment=None,
        epoch=0,
        targets="queries",
        within=None,
        **fit,
    ):
        super().__init__(**fit)
        self.images, self.embeddings = _one_of(images, embeddings)
        self.photographs = self.embeddings is None and np.ndim(self.images[0]) == 4
        self.counts = np.array([len(members) for members in self._members])
        self.shapes = shapes or [(way, shot, n_query)]
        self.ranges = {} if shapes else {"shot_range": shot_range, "query_range": query_range}
        self.within = within
        self.support_size, self.batch_size, self.steps = support_size, batch_size, steps
        self.seed, self.augment, self.epoch, self.targets = seed, augment, epoch, targets

    @property
    def _members(self):
        return self.images if self.embeddings is None else self.embeddings

    @property
    def num_batches(self):
        return self.steps

    def on_epoch_end(self):
        self.epoch += 1

    def __getitem__(self, index):
        return self.batch(self.epoch, index)

    def batch(self, epoch, index):
        """Batch `index` of an epoch: a function of these two and the seed alone.

        Returns:
            `(inputs, targets)`, as `fit` takes them.
        """
        rng = np.random.default_rng((self.seed, epoch, index))
        way, shot, n_query = self.shapes[index % len(self.shapes)]
        drawn = [
            episodes.sample(self.counts, way, shot, n_query, rng, within=self.within, several=True, **self.ranges)
            for _ in range(self.batch_size)
        ]
        inputs, y = episodes.batch(self._members, drawn, self.support_size)
        if self.embeddings is None:
            for role in ("support", "query"):
                inputs[role] = self._augmented(inputs[role], rng)
        return inputs, self._targets(y, drawn)

    def _targets(self, y, drawn):
        if isinstance(self.targets, str):
            return _target(self.targets, y, drawn)
        names = ("episode", "classes")
        return {name: _target(kind, y, drawn) for name, kind in zip(names, self.targets, strict=True)}

    def _augmented(self, images, rng):
        if self.photographs:
            flat = images.reshape(-1, *images.shape[2:])
            return random_views(flat, rng, **(self.augment or {})).reshape(images.shape) / np.float32(255)
        if self.augment:
            flat = images.reshape(-1, *images.shape[2:])
            images = affine_transform(flat, random_affine(len(flat), rng, **self.augment)).reshape(images.shape)
        return episodes.to_float(images)


def _one_of(images, embeddings):
    """Images or embeddings; until the next release, embeddings may come in the images' place."""
    if (images is None) == (embeddings is None):
        raise ValueError("give either images or embeddings=..., not both.")
    if embeddings is None and np.ndim(images[0]) == 2 and np.asarray(images[0]).dtype.kind == "f":
        warn("EpisodeDataset(embeddings)", "EpisodeDataset(embeddings=...)", stacklevel=5)
        return None, images
    return images, embeddings


def _target(kind, y, drawn):
    if kind == "queries":
        return y
    if kind == "all":
        return np.stack([np.r_[e.support_label, e.query_label] for e in drawn]).astype("int32")
    return np.stack([np.r_[e.support[:, 0], e.query[:, 0]] for e in drawn]).astype("int32")


__getattr__ = renamed(__name__, {"EpisodeStream": "EpisodeDataset"})
