"""Fine-tuning a few-shot model, on a support set or on a data set of one's own."""

import numpy as np

from pnzoo.core.deprecation import renamed, renamed_arguments, warn
from pnzoo.data.classes import ImageClasses

# Transforms that make another image of the same character out of one.
AUGMENT = {"degrees": 10.0, "shift": 0.06, "zoom": 0.1, "shear": 0.1, "stretch": 0.1}


@renamed_arguments(queries="n_query")
def fine_tune(
    model,
    images,
    labels=None,
    *,
    steps=50,
    learning_rate=1e-4,
    way=None,
    shot=1,
    n_query=2,
    augment=None,
    seed=0,
    verbose=0,
):
    """Train a copy of a few-shot model on more images.

    Episodes are drawn from the images. A class with too few images for `shot + n_query` is filled up with copies of
    what it has, which the transforms turn into others; this is how a support set of one image a class trains.
    Batch normalisation keeps its statistics: a support set is too small to measure new ones.

    Args:
        model: a few-shot model; it is not changed.
        images: uint8 `[N, 28, 28]`, 255 for strokes, with `labels`; or `ImageClasses`.
        labels: `[N]`.
        steps: training steps of one episode.
        learning_rate: of Adam.
        way: classes an episode; all of them, but at most 60, by default.
        shot, n_query: images a class and episode.
        augment: limits of `warp.random_maps`; mild ones by default.
        seed: of the episodes.
        verbose: as in `fit`.

    Returns:
        The trained copy.

    Raises:
        ValueError: for fewer than two classes, or a number of steps or images below 1.
    """
    import keras

    from pnzoo.data.episode_dataset import EpisodeDataset

    for name, value in {"steps": steps, "shot": shot, "n_query": n_query}.items():
        if not isinstance(value, int | np.integer) or value < 1:
            raise ValueError(f"{name}={value!r} is no whole number of 1 or more.")
    classes = images if isinstance(images, ImageClasses) else ImageClasses.from_arrays(images, labels)
    classes = list(classes.images)
    if len(classes) < 2:
        raise ValueError(f"got {len(classes)} class, expected two or more to tell apart.")
    classes = [_filled(members, shot + n_query) for members in classes]
    tuned = copy(model)
    _freeze_statistics(tuned)
    tuned.compile(
        keras.optimizers.Adam(learning_rate),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True, ignore_class=-1),
    )
    way = min(len(classes), way or 60)
    stream = EpisodeDataset(
        classes, way=way, shot=shot, n_query=n_query, steps=steps, seed=seed, augment=augment or AUGMENT
    )
    tuned.fit(stream, epochs=1, verbose=verbose)
    return tuned


def copy(model, **changes):
    """A few-shot model with the same weights, sharing nothing, in the default precision.

    Args:
        model: the model.
        **changes: arguments that replace its own and need no other weights, such as `tta_views=9`.
    """
    config = {k: v for k, v in model.get_config().items() if k not in ("name", "trainable", "dtype", "frozen")}
    twin = type(model)(**{**config, **changes})
    twin.set_weights(model.get_weights())
    return twin


def _filled(members, needed):
    return np.tile(members, (-(-needed // len(members)), 1, 1)) if len(members) < needed else members


def _freeze_statistics(model):
    import keras

    for layer in model._flatten_layers():
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.trainable = False


def group(images, labels):
    """Former name of `ImageClasses.from_arrays(images, labels).images`."""
    warn("pnzoo.few_shot.fine_tuning.group", "pnzoo.data.classes.ImageClasses.from_arrays")
    return ImageClasses.from_arrays(images, labels).images


__getattr__ = renamed(__name__, {"WARPS": "AUGMENT"})
