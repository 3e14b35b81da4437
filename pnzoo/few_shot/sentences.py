"""How a classifier's model sees texts: around a blank, or around each of their words in turn."""

import hashlib
import json

import numpy as np

from pnzoo.data.language.encoding import (
    BLANK,
    WordTable,
    around,
    encode_sentence,
    read_text,
    with_blank,
)


class Sentences:
    """Texts are read as lower-case words without punctuation.

    A text with one blank (`___`) is known by what stands around it. A text without one is known by what stands around
    each of its words: the mean over its words, each taken for the blank in turn.

    Args:
        model: a `SentenceMatchingNetwork`.
        parameters: of the classifier.
    """

    def __init__(self, model, parameters):
        self.model, self.batch_size = model, parameters["batch_size"]
        self._last = (None, None)

    def read(self, X):
        """A list of texts, each of which can be read.

        Raises:
            TypeError: one is no string, or X is a single one.
            ValueError: one has no words, several blanks, or nothing around the blank.
        """
        if isinstance(X, str | bytes):
            raise TypeError(f"got one text where several are expected. Give a list, such as ['the {BLANK} sat down'].")
        texts = list(X) if isinstance(X, list | tuple) else np.asarray(X, object).ravel().tolist()
        for i, text in enumerate(texts):
            _words(text, f"text {i}")
        return [str(text) for text in texts]

    def support(self, texts):
        """The texts themselves, `[N]` of str."""
        return np.array(texts, dtype=str)

    def embed(self, texts):
        """float32 `[N, D]`, of length 1."""
        if not texts:
            return np.zeros((0, self.model.embedding_dim), "float32")
        items = [self._items(text) for text in texts]
        embeddings = self._embed(np.concatenate(items))
        embeddings /= np.maximum(np.linalg.norm(embeddings, axis=-1, keepdims=True), 1e-12)
        ends = np.cumsum([len(each) for each in items])[:-1]
        return np.stack([part.mean(0) for part in np.split(embeddings, ends)]).astype("float32")

    def embed_again(self, texts):
        """`embed`, of texts that may be those asked for last."""
        digest = hashlib.blake2b(json.dumps(texts).encode()).digest()
        if digest != self._last[0]:
            self._last = (digest, self.embed(texts))
        return self._last[1]

    def _items(self, text):
        """int32 `[places, 2 * side, FEATURES]`."""
        words = _words(text, "the text")
        rows = encode_sentence(words, WordTable(self.model.buckets))
        places = [words.index(BLANK)] if BLANK in words else range(len(words))
        return np.stack([around(rows, place, self.model.side) for place in places])

    def _embed(self, items):
        """Batches are filled up to one size, as every size is compiled anew."""
        size = min(self.batch_size, 1 << (len(items) - 1).bit_length())
        filled = np.concatenate([items, np.zeros((-len(items) % size, *items.shape[1:]), items.dtype)])
        batches = (filled[start : start + size] for start in range(0, len(filled), size))
        return np.concatenate([self.model.run_compiled(self.model.embed, batch) for batch in batches])[: len(items)]

    def __getstate__(self):
        return {**self.__dict__, "_last": (None, None)}


def _words(text, name):
    words = read_text(text, name)
    if BLANK in words:
        return with_blank(text, name)
    if len(words) < 2:
        raise ValueError(f"{name} ({text[:40]!r}) is a single word, with nothing around it. Give two words or more.")
    return words
