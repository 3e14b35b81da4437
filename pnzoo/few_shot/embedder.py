"""Photographs to vectors, in scikit-learn's manner: for whatever classifier, search or plot one wants behind it."""

import hashlib
import json
import numbers
import os
from collections.abc import Callable, Mapping
from typing import Any, Self

import numpy as np

from pnzoo.core.image_list import as_list
from pnzoo.core.images import FITS
from pnzoo.data.photographs import load_photograph
from pnzoo.few_shot.embedding_cache import EmbeddingCache, MemoryCache, content_digest
from pnzoo.few_shot.photo_network import PhotoNetwork
from pnzoo.few_shot.progress import Progress

try:
    from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, TransformerMixin
    from sklearn.utils.validation import check_is_fitted
except ImportError as error:
    raise ImportError("ImageEmbedder needs scikit-learn: type `pip install 'pnzoo[fewshot]'`.") from error


class ImageEmbedder(ClassNamePrefixFeaturesOutMixin, TransformerMixin, BaseEstimator):
    """Photographs to embeddings, by a pretrained network.

    `fit` loads the network and learns nothing from the photographs. Photographs are read a batch at a time, so memory
    does not grow with their number; above 200 a progress bar is shown; equal ones are embedded once.

    Args:
        model: an entry of the zoo, a folder written by `pnzoo.save`, one of our models of photographs, or any Keras
            model of one input `[N, H, W, 3]` and one output `[N, D]`.
        image_size: side of the photographs that it gets, in pixels; None for the model's own.
        resize: `"crop"`, `"pad"` or `"stretch"`, see `pnzoo.data.photographs`.
        preprocess_input: for a Keras model that is not ours, a function from RGB 0 to 255, float32 `[N, H, W, 3]`, to
            its input; None for models that take those as they are.
        batch_size: photographs at once.
        cache: None, or where embeddings are kept: a file, so that the same call, stopped, goes on where it was, or a
            dict, for those of this process. Several embedders may share one dict.
        progress: True, False or `"auto"`: for more than 200 photographs.

    Attributes:
        network_: the loaded network, a `PhotoNetwork`.
        n_features_out_: D, the length of an embedding; known after the first `transform`, or from the model.

    Example:
        >>> from sklearn.linear_model import LogisticRegression
        >>> from sklearn.pipeline import make_pipeline
        >>> from pnzoo.models.backbones import EfficientNetLite
        >>> network = EfficientNetLite(width=0.1, depth=0.3, head_filters=16, image_size=32)   # untrained
        >>> photographs = np.random.default_rng(0).random((6, 40, 50, 3))
        >>> ImageEmbedder(network).fit_transform(photographs).shape
        (6, 16)
        >>> classifier = make_pipeline(ImageEmbedder(network), LogisticRegression())
        >>> classifier.fit(photographs, list("aabbcc")).predict(photographs[:1]).shape
        (1,)
    """

    def __init__(
        self,
        model: Any = "matching_photo",
        *,
        image_size: int | None = None,
        resize: str = "crop",
        preprocess_input: Callable | None = None,
        batch_size: int = 32,
        cache: str | os.PathLike | dict | None = None,
        progress: bool | str = "auto",
    ) -> None:
        self.model = model
        self.image_size = image_size
        self.resize = resize
        self.preprocess_input = preprocess_input
        self.batch_size = batch_size
        self.cache = cache
        self.progress = progress

    def fit(self, X: Any = None, y: Any = None) -> Self:
        """Load the network; X and y are not looked at.

        Raises:
            ValueError: a parameter is out of its range, or the model does not map photographs to vectors.
        """
        self._check_parameters()
        self.network_ = PhotoNetwork(self.model, self.image_size, self.preprocess_input)
        return self

    def transform(self, X: Any) -> np.ndarray:
        """Embeddings of photographs.

        Args:
            X: several photographs, as in `pnzoo.data.photographs.load_photographs`.

        Returns:
            float32 `[N, D]`.

        Raises:
            ValueError: a photograph cannot be read; names it. `cache` is of another model.
        """
        check_is_fitted(self, "network_")
        self._check_parameters()
        return self.embed(as_list(X))[0]

    def embed(self, images: list, known: Mapping[bytes, np.ndarray] | None = None) -> tuple[np.ndarray, list[bytes]]:
        """Embeddings of a list of photographs, and what they are known by.

        Args:
            images: photographs.
            known: digest -> embedding of some that need not be embedded again.

        Returns:
            float32 `[N, D]`, and N digests of content.
        """
        run = _Run(self.network_, self.batch_size, self._kept(), known or {})
        with Progress(len(images), "photographs", self.progress) as progress:
            for i, image in enumerate(images):
                run.add(*self._read(image, f"image {i}"))
                progress.add()
            run.flush()
        return run.vectors(), run.digests

    def _kept(self):
        if self.cache is None:
            return None
        return (MemoryCache if isinstance(self.cache, dict) else EmbeddingCache)(self.cache, self.digest())

    def _read(self, image, name):
        """The digest of a photograph, and a function that prepares it."""
        content, name = _content(image, name)
        prepare = lambda: load_photograph(content, self.network_.size, self.resize, name)  # noqa: E731
        if isinstance(content, bytes):
            return content_digest(content), prepare
        photograph = prepare()
        return content_digest(photograph), lambda: photograph

    def digest(self) -> str:
        """sha256, in hex, of all that an embedding depends on beside the photograph: network and preparation."""
        function = self.preprocess_input
        named = function and [getattr(function, "__module__", ""), getattr(function, "__qualname__", repr(function))]
        parts = [self.network_.digest, self.network_.size, self.resize, named]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()

    def _check_parameters(self):
        for name, optional in (("batch_size", False), ("image_size", True)):
            value = getattr(self, name)
            whole = isinstance(value, numbers.Integral) and not isinstance(value, bool) and value >= 1
            if not (whole or (optional and value is None)):
                raise ValueError(f"{name}={value!r} is no whole number of 1 or more.")
        if self.resize not in FITS:
            raise ValueError(f"resize={self.resize!r} is not one of {', '.join(map(repr, FITS))}.")
        if not (self.progress == "auto" or isinstance(self.progress, bool | np.bool_)):
            raise ValueError(f"progress={self.progress!r} is not True, False or 'auto'.")
        if not (self.preprocess_input is None or callable(self.preprocess_input)):
            raise ValueError(f"preprocess_input={self.preprocess_input!r} is no function.")

    @property
    def n_features_out_(self) -> int:
        check_is_fitted(self, "network_")
        size = self.network_.size
        shape = (1, *(size if isinstance(size, tuple | list) else (size, size)), 3)
        return self.network_(np.zeros(shape, "float32")).shape[1]

    @property
    def _n_features_out(self):
        return self.n_features_out_

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array = False
        tags.input_tags.three_d_array = True
        tags.input_tags.string = True
        return tags


class _Run:
    """Collects photographs into batches and embeds them; every content once."""

    def __init__(self, network, batch_size, cache, known):
        self.network, self.batch_size, self.cache, self.known = network, batch_size, cache, known
        self.digests, self._rows, self._found, self._pending = [], {}, [], {}

    def add(self, digest, prepare):
        self.digests.append(digest)
        if digest in self._rows:
            return
        self._rows[digest] = len(self._rows)
        vector = self.known.get(digest)
        if vector is None and self.cache is not None:
            vector = self.cache.get(digest)
        self._found.append(vector)
        if vector is None:
            self._pending[digest] = prepare()
            if len(self._pending) == self.batch_size:
                self.flush()

    def flush(self):
        if not self._pending:
            return
        vectors = dict(zip(self._pending, self.network(np.stack(list(self._pending.values()))), strict=True))
        self._pending = {}
        if self.cache is not None:
            self.cache.add(vectors)
        for digest, vector in vectors.items():
            self._found[self._rows[digest]] = vector

    def vectors(self):
        return np.stack([self._found[self._rows[digest]] for digest in self.digests])


def _content(image, name):
    """The bytes of a file and its name, where the image is one; anything else as it is."""
    if hasattr(image, "read"):
        return image, name
    if isinstance(image, bytes | bytearray | memoryview):
        return bytes(image), name
    if isinstance(image, str | os.PathLike):
        try:
            with open(image, "rb") as file:
                return file.read(), f"{name} ({os.fspath(image)})"
        except (OSError, ValueError):
            pass  # whoever opens it as an image says what is wrong
    return image, name
