"""How a classifier's model sees what it is given: as characters, as photographs, or as sentences."""

import hashlib
import os

import numpy as np

from pnzoo.core.image_list import as_list
from pnzoo.data.preprocessing import preprocess_images
from pnzoo.few_shot.class_means import ClassMeans
from pnzoo.few_shot.embedder import ImageEmbedder
from pnzoo.few_shot.photo_network import takes_photographs
from pnzoo.few_shot.sentences import Sentences


def make_reader(model, parameters):
    """The reader for a classifier's model.

    Args:
        model: an entry of the zoo, a folder written by `pnzoo.save`, a few-shot model, an `ImageEmbedder`, or a Keras
            model that maps photographs to vectors.
        parameters: of the classifier.

    Raises:
        ValueError: the model is none of these.
    """
    from pnzoo import hub

    if isinstance(model, ImageEmbedder):
        return Photographs(model, parameters)
    loaded = hub.load(model) if isinstance(model, str) or hasattr(model, "__fspath__") else model
    if getattr(loaded, "reads_sentences", False):
        return Sentences(loaded, parameters)
    if takes_photographs(loaded):
        return Photographs(ImageEmbedder(loaded, batch_size=min(32, parameters["batch_size"])), parameters)
    if not (hasattr(loaded, "embed") and hasattr(loaded, "match")):
        raise ValueError(
            f"model={model!r} is no few-shot model. Name one of {hub.list_models('*omniglot*')}, or give a "
            "MatchingNetwork."
        )
    return Characters(loaded, parameters)


class Characters:
    """Images become drawings `[N, size, size]`, 1 for strokes."""

    def __init__(self, model, parameters):
        self.model, self.batch_size = model, parameters["batch_size"]
        self._options = {name: parameters[name] for name in ("foreground", "crop")}
        self._last = _Last()

    def read(self, X):
        """Drawings of whatever holds images."""
        return preprocess_images(X, **self._options, size=self.model.image_size)

    def support(self, images):
        """What is kept of a support set for people to look at: the drawings."""
        return images

    def embed(self, images):
        """float32 `[N, D]`."""
        from keras import ops

        batches = [images[i : i + self.batch_size] for i in range(0, len(images), self.batch_size)]
        embeddings = [self.model.embed(ops.convert_to_tensor(batch[..., None])) for batch in batches]
        return np.concatenate([ops.convert_to_numpy(part).astype("float32") for part in embeddings])

    def embed_again(self, images):
        """`embed`, of images that may be those asked for last."""
        return self._last.get(hashlib.blake2b(images.tobytes()).digest(), lambda: self.embed(images))


class Photographs:
    """Photographs are embedded as they are read, a batch at a time; what is kept is their names."""

    def __init__(self, embedder, parameters):
        self.embedder = ImageEmbedder(**embedder.get_params(deep=False)).fit()  # what the user changes later waits
        network = self.embedder.network_
        self.model = network.model if network.few_shot else ClassMeans()
        self._known = {}

    def read(self, X):
        """A list of photographs, none of them opened."""
        return as_list(X)

    def support(self, images):
        """Paths, or places in the list, `[N]` of str."""
        return np.array([_name(image, i) for i, image in enumerate(images)])

    def embed(self, images):
        """float32 `[N, D]`."""
        return self.embedder.embed(images)[0]

    def embed_again(self, images):
        """`embed`, where photographs asked for last are only read again."""
        embeddings, digests = self.embedder.embed(images, self._known)
        self._known = dict(zip(digests, embeddings, strict=True))
        return embeddings

    def __getstate__(self):
        return {**self.__dict__, "_known": {}}


class _Last:
    """The embeddings of the images asked for last."""

    def __init__(self):
        self.digest, self.embeddings = None, None

    def get(self, digest, embed):
        if digest != self.digest:
            self.embeddings = embed()
            self.digest = digest
        return self.embeddings

    def __getstate__(self):
        return {"digest": None, "embeddings": None}


def _name(image, i):
    return os.fspath(image) if isinstance(image, str | os.PathLike) else f"image {i}"
