"""Matching against millions of images: the attention's softmax over the nearest neighbours that FAISS finds.

Full attention compares every query with every support image. Its softmax of scaled cosines has nearly all its mass on
the nearest ones where the scale is large and classes stand apart, and less where they do not:
`python -m tests.benchmarks.large_support` measures how much is lost.
"""

from typing import Any, NamedTuple, Self

import numpy as np

FACTORY = "IVF{lists},Flat"  # by default


class NearestAttention(NamedTuple):
    """The attention of Q queries over their K nearest support images.

    index:  int [Q, K], which, the nearest first; -1 where fewer were found
    weight: float32 [Q, K]; rows sum to 1
    """

    index: np.ndarray
    weight: np.ndarray


class LargeSupport:
    """A support set behind an index of FAISS, `pip install 'pnzoo[faiss]'`.

    Args:
        embeddings: float [S, D], of a matching network without full context.
        labels: [S].
        scale: what cosines are multiplied with before the softmax, `model.matching_attention.scale`.
        index: as `faiss.index_factory` takes it: "Flat" compares with all, exactly; "HNSW32"; "IVF1024,Flat";
            "IVF4096,PQ64", which needs 64 bytes an image. None: IVF with 4 sqrt(S) lists.
        n_neighbors: how many support images a query attends to.
        n_probe: of an IVF index: how many lists are searched; of HNSW: how many candidates are kept.

    Attributes:
        classes_: the labels, sorted.
        index_: of FAISS.

    Raises:
        ImportError: FAISS is not installed; says what to type.
        ValueError: embeddings and labels do not belong together, or FAISS knows no such index.

    Example:
        ```python
        support = LargeSupport(np.eye(3), ["a", "b", "b"], scale=10.0, index="Flat", n_neighbors=2)
        support.predict([[0.1, 0.9, 0.0]])     # ["b"]
        ```

    Reference: Vinyals et al. 2016, equation 1, with the sum over the nearest i only.
    """

    def __init__(
        self,
        embeddings: Any,
        labels: Any,
        *,
        scale: float,
        index: str | None = None,
        n_neighbors: int = 256,
        n_probe: int = 32,
    ) -> None:
        faiss, unit, labels = _faiss(), _unit(embeddings), np.asarray(labels)
        if labels.shape != unit.shape[:1] or not len(labels):
            raise ValueError(f"{len(unit)} embeddings need as many labels, at least one; received {list(labels.shape)}")
        lists = max(1, int(4 * len(unit) ** 0.5))
        spec = FACTORY.format(lists=lists) if index is None else index
        try:
            self.index_ = faiss.index_factory(unit.shape[1], spec, faiss.METRIC_INNER_PRODUCT)
            self.index_.train(unit)
        except RuntimeError as error:
            raise ValueError(f"FAISS makes no index {spec!r} of {len(unit)} embeddings of {unit.shape[1]} numbers: "
                             f"{str(error).splitlines()[-1]}") from error
        self.index_.add(unit)
        self.scale, self.n_neighbors = float(scale), min(int(n_neighbors), len(unit))
        self.set_probe(n_probe)
        self.classes_, self._class = np.unique(labels, return_inverse=True)

    @classmethod
    def of(cls, classifier: Any, **options: Any) -> Self:
        """The support set of a fitted `pnzoo.FewShotClassifier`.

        Raises:
            ValueError: its model does not compare by one cosine: it has full context, or another similarity.
        """
        attention = getattr(classifier.model_, "matching_attention", None)
        contextual = any(getattr(classifier.model_, name, None) is not None for name in ("g", "f"))
        if contextual or getattr(attention, "similarity_name", None) not in ("cosine", "plain_cosine"):
            raise ValueError(f"a {type(classifier.model_).__name__} of this kind does not compare embeddings by one "
                             "cosine; take a matching network without full context, such as matching_omniglot's "
                             "backbones one by one, or matching_conv4_omniglot")
        embeddings, labels = classifier.embeddings_, classifier.support_labels_
        return cls(embeddings, labels, scale=float(attention.scale), **options)

    def set_probe(self, n_probe: int) -> None:
        """Search more (slower, nearer to exact) or less of the index."""
        index = _faiss().downcast_index(self.index_)
        index = _faiss().downcast_index(getattr(index, "base_index", index))  # of one that is searched again exactly
        if hasattr(index, "nprobe"):
            index.nprobe = n_probe
        if hasattr(index, "hnsw"):
            index.hnsw.efSearch = max(n_probe, self.n_neighbors)

    def attend(self, query: Any) -> NearestAttention:
        """Attention over the nearest support images: embeddings float [Q, D] -> `NearestAttention`."""
        cosine, index = self.index_.search(_unit(query), self.n_neighbors)
        logits = np.where(index >= 0, self.scale * np.maximum(cosine, -1), -np.inf)
        weight = np.exp(logits - logits.max(axis=1, keepdims=True))
        return NearestAttention(index, weight / weight.sum(axis=1, keepdims=True))

    def predict_proba(self, query: Any) -> np.ndarray:
        """Probabilities of the classes: embeddings float [Q, D] -> float64 [Q, W]."""
        index, weight = self.attend(query)
        proba = np.zeros((len(index), len(self.classes_)))
        rows = np.repeat(np.arange(len(index)), index.shape[1])
        np.add.at(proba, (rows, self._class[index.reshape(-1)]), np.where(index < 0, 0, weight).reshape(-1))
        return proba

    def predict(self, query: Any) -> np.ndarray:
        """Labels: embeddings float [Q, D] -> [Q]."""
        return self.classes_[self.predict_proba(query).argmax(axis=1)]


def _unit(embeddings):
    """Unit vectors as FAISS takes them: float32 [N, D], in one piece."""
    embeddings = np.asarray(embeddings, np.float32)
    if embeddings.ndim != 2:
        raise ValueError(f"embeddings are [N, D]; received {list(embeddings.shape)}")
    length = np.linalg.norm(embeddings, axis=1, keepdims=True)
    return np.ascontiguousarray(embeddings / np.maximum(length, 1e-12))


def _faiss():
    try:
        import faiss
    except ImportError as error:
        raise ImportError("a large support set needs FAISS. Type: pip install 'pnzoo[faiss]'") from error
    return faiss
