"""Embeddings of the training pictures and of their views, computed once and kept in the folder of the run."""

import functools
import io

import numpy as np

from pnzoo.core import atomic
from pnzoo.data.photographs import load_photograph
from train.photos.views import VIEWS

CHUNK = 200  # pictures a file: what a run that is stopped loses at most


def sources(model, pictures, recipe, folder):
    """Embeddings for every kind of episode.

    Args:
        model: that embeds.
        pictures: list of uint8 `[N, H, W, 3]`, one for each class.
        recipe: says which sources, and how many pictures and views they have.
        folder: where they are kept; what is there already is not computed again.

    Returns:
        A list with a list of float32 `[N, D]` for each source: of classes for `"classes"`, else of single pictures.
    """
    size, found = model.image_size, []
    for name in recipe.sources:
        if name == "classes":
            jobs = [(picture, None, 0) for images in pictures for picture in images]
            bounds = np.cumsum([len(images) for images in pictures])[:-1]
        else:
            chosen = [picture for images in pictures for picture in images[: recipe.instances_per_class]]
            jobs = [(picture, i, view) for i, picture in enumerate(chosen) for view in range(recipe.n_views)]
            bounds = np.arange(recipe.n_views, len(jobs), recipe.n_views)

        def make(job, name=name, jobs=jobs):
            picture, number, view = job
            image = load_photograph(picture, size)
            if name == "classes":
                return image
            rng = np.random.default_rng((recipe.seed, number, view))
            background = load_photograph(jobs[rng.integers(len(jobs))][0], size)
            return VIEWS[name](image, background, rng)

        found.append(np.split(_embedded(model, jobs, make, folder / name), bounds))
    return found


def _embedded(model, jobs, make, folder):
    folder.mkdir(parents=True, exist_ok=True)
    parts = []
    for start in range(0, len(jobs), CHUNK):
        file = folder / f"{start:06}.npy"
        if not file.is_file():
            _write(file, embed(compiled(model), (make(job) for job in jobs[start : start + CHUNK])))
            print(f"{folder.name}: {min(start + CHUNK, len(jobs))} of {len(jobs)} pictures embedded", flush=True)
        parts.append(np.load(file).astype("float32"))
    return np.concatenate(parts)


def _write(file, embeddings):
    buffer = io.BytesIO()
    np.save(buffer, embeddings.astype("float16"))
    atomic.write_bytes(file, buffer.getvalue())


def compiled(model):
    """The function of a batch of images that gives a model's embeddings."""
    return functools.partial(model.run_compiled, model.embed)


def embed(apply, images, batch_size=32):
    """Embeddings of photographs, float32 `[N, D]`, in batches of one size, so that little memory is used.

    Args:
        apply: function of a batch `[N, S, S, 3]`, such as `compiled(model)`.
        images: iterable of float32 `[S, S, 3]`, 0 to 1.
    """
    found, images = [], iter(images)
    while True:
        batch = [image for _, image in zip(range(batch_size), images, strict=False)]
        if not batch:
            return np.concatenate(found)
        padded = np.stack(batch + batch[-1:] * (batch_size - len(batch)))  # one shape, compiled once
        found.append(apply(padded)[: len(batch)])
