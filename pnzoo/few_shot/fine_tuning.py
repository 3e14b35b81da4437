"""Fine-tuning a few-shot model, on a support set or on a data set of one's own."""

import numpy as np

from pnzoo.data.omniglot import Characters

# Warps that make another drawing of the same character out of one.
WARPS = {"degrees": 10.0, "shift": 0.06, "zoom": 0.1, "shear": 0.1, "stretch": 0.1}


def group(images, labels):
    """Group labelled images by class, as episodes are drawn from.

    Args:
        images: uint8 `[N, 28, 28]`, 255 for ink.
        labels: `[N]`.

    Returns:
        A list with one array `[N_c, 28, 28]` for each class, classes in sorted order.

    Example:
        >>> [len(drawings) for drawings in group(np.zeros((3, 28, 28), "uint8"), ["b", "a", "b"])]
        [1, 2]
    """
    images, labels = np.asarray(images), np.asarray(labels)
    if len(images) != len(labels):
        raise ValueError(f"got {len(images)} images and {len(labels)} labels. Give one label for each image.")
    return [images[labels == label] for label in np.unique(labels)]


def fine_tune(
    model,
    images,
    labels=None,
    *,
    steps=50,
    learning_rate=1e-4,
    way=None,
    shot=1,
    queries=2,
    augment=None,
    seed=0,
    verbose=0,
):
    """Train a copy of a few-shot model on more images.

    Episodes are drawn from the images. A class with too few drawings for `shot + queries` is filled up with copies of
    what it has, which the warps turn into other drawings; this is how a support set of one image a class trains.
    Batch normalisation keeps its statistics: a support set is too small to measure new ones.

    Args:
        model: a few-shot model; it is not changed.
        images: uint8 `[N, 28, 28]`, 255 for ink, with `labels`; or `omniglot.Characters`.
        labels: `[N]`.
        steps: training steps of one episode.
        learning_rate: of Adam.
        way: classes an episode; all of them, but at most 60, by default.
        shot, queries: images a class and episode.
        augment: limits of `warp.random_maps`; mild ones by default.
        seed: of the episodes.
        verbose: as in `fit`.

    Returns:
        The trained copy.

    Raises:
        ValueError: for fewer than two classes.
    """
    import keras

    from pnzoo.data.episode_dataset import EpisodeStream

    classes = list(images.images) if isinstance(images, Characters) else group(images, labels)
    if len(classes) < 2:
        raise ValueError(f"got {len(classes)} class, expected two or more to tell apart.")
    classes = [_filled(drawings, shot + queries) for drawings in classes]
    tuned = copy(model)
    _freeze_statistics(tuned)
    tuned.compile(
        keras.optimizers.Adam(learning_rate),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True, ignore_class=-1),
    )
    way = min(len(classes), way or 60)
    stream = EpisodeStream(
        classes, way=way, shot=shot, queries=queries, steps=steps, seed=seed, augment=augment or WARPS
    )
    tuned.fit(stream, epochs=1, verbose=verbose)
    return tuned


def copy(model, **changes):
    """A few-shot model with the same weights, sharing nothing, in the default precision.

    Args:
        model: the model.
        **changes: arguments that replace its own and need no other weights, such as `views=9`.
    """
    config = {k: v for k, v in model.get_config().items() if k not in ("name", "trainable", "dtype")}
    twin = type(model)(**{**config, **changes})
    twin.build_weights()
    twin.set_weights(model.get_weights())
    return twin


def _filled(drawings, needed):
    return np.tile(drawings, (-(-needed // len(drawings)), 1, 1)) if len(drawings) < needed else drawings


def _freeze_statistics(model):
    import keras

    for layer in model._flatten_layers():
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.trainable = False
