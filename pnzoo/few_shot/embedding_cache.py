"""A file of embeddings that grows while photographs are embedded, so that a stopped run goes on where it was."""

import hashlib
import json
import os
from pathlib import Path

import numpy as np

FORMAT = "pnzoo embeddings 1"
HEADER_LIMIT = 1000  # bytes


class EmbeddingCache:
    """Embeddings by the content of their photograph: sha256 -> vector.

    The file is a line of JSON that says whose embeddings they are, then a record for each: 32 bytes of sha256 and the
    vector in float32. Records are appended; one that a kill has cut short is cut off at the next opening.

    Args:
        path: the file, made if there is none.
        model: sha256 of the model and of how photographs are prepared for it.

    Raises:
        ValueError: the file is of another model, or is no file of embeddings.

    Example:
        >>> import tempfile
        >>> file = Path(tempfile.mkdtemp()) / "shelf.embeddings"
        >>> EmbeddingCache(file, "ab").add({bytes(32): np.ones(4, "float32")})
        >>> EmbeddingCache(file, "ab").get(bytes(32)).tolist()
        [1.0, 1.0, 1.0, 1.0]
    """

    def __init__(self, path, model):
        self.path, self.model, self.record, self._vectors = Path(path), model, None, {}
        if self.path.exists() and self.path.stat().st_size:
            self._read()

    def get(self, digest):
        """The vector of a photograph, or None."""
        return self._vectors.get(digest)

    def add(self, vectors):
        """Keep some more, in memory and on disk: a dict of sha256 -> vector."""
        new = {digest: vector for digest, vector in vectors.items() if digest not in self._vectors}
        if not new:
            return
        if self.record is None:
            self._start(len(next(iter(new.values()))))
        records = np.empty(len(new), self.record)
        records["digest"] = [np.void(digest) for digest in new]
        records["vector"] = list(new.values())
        with open(self.path, "ab") as file:
            file.write(records.tobytes())  # one write: whole records, whoever else appends
        self._vectors.update(new)

    def _start(self, dim):
        header = json.dumps({"format": FORMAT, "model": self.model, "dim": dim}) + "\n"
        self.path.write_text(header, encoding="ascii")
        self.record = _record(dim)

    def _read(self):
        with open(self.path, "rb") as file:
            line = file.readline(HEADER_LIMIT)
            header = self._header(line)
            self.record = _record(header["dim"])
            count = (self.path.stat().st_size - len(line)) // self.record.itemsize
            records = np.fromfile(file, self.record, count)
        os.truncate(self.path, len(line) + count * self.record.itemsize)
        self._vectors = dict(zip(map(bytes, records["digest"]), records["vector"], strict=True))

    def _header(self, line):
        try:
            header = json.loads(line)
            known = header["format"] == FORMAT and type(header["dim"]) is int and 0 < header["dim"] < 1_000_000
        except (ValueError, KeyError, TypeError):
            known = False
        if not known:
            raise ValueError(f"{self.path} is no file of embeddings. Name another for `cache`.")
        if header["model"] != self.model:
            raise ValueError(
                f"{self.path} holds embeddings of another model or of photographs prepared in another way. Name "
                "another file for `cache`, or delete it."
            )
        return header


class MemoryCache:
    """The same in a dict, which may hold embeddings of several models.

    Args:
        vectors: the dict, of (sha256 of the model, sha256 of a photograph) -> vector; a caller may take some away.
        model: sha256 of the model and of how photographs are prepared for it.

    Example:
        >>> kept = {}
        >>> MemoryCache(kept, "ab").add({b"1": np.ones(2, "float32")})
        >>> MemoryCache(kept, "ab").get(b"1").tolist(), MemoryCache(kept, "cd").get(b"1")
        ([1.0, 1.0], None)
    """

    def __init__(self, vectors, model):
        self.vectors, self.model = vectors, model

    def get(self, digest):
        """The vector of a photograph, or None."""
        return self.vectors.get((self.model, digest))

    def add(self, vectors):
        """Keep some more: a dict of sha256 -> vector."""
        self.vectors.update({(self.model, digest): vector for digest, vector in vectors.items()})


def _record(dim):
    return np.dtype([("digest", "V32"), ("vector", "<f4", (dim,))])


def content_digest(content):
    """sha256 of a file's bytes or of an array.

    Example:
        >>> content_digest(b"a").hex()[:8]
        'ca978112'
    """
    data = content if isinstance(content, bytes) else np.ascontiguousarray(content).tobytes()
    return hashlib.sha256(data).digest()
