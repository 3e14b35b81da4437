"""A web whose pages are vectors, and what a query makes of each page: the features that the models see.

No feature depends on the basis of the vectors: all are cosines and counts, put on one scale for each query. So one
model reads any web, any language and any encoder.
"""

import dataclasses

import numpy as np

from pnzoo.worlds.webgraph.encoder import TextEncoder, unit
from pnzoo.worlds.webgraph.web import Web

FEATURES = (
    "text", "title", "links out", "links in", "category", "best link", "text below best", "title below best",
    "number of links in", "number of links out",
)  # fmt: skip
SHARPENED = 10.0  # of a cosine below the best: 0.1 counts as much as one standard deviation


@dataclasses.dataclass(frozen=True, eq=False)
class EmbeddedWeb:
    """A web with the vectors of its pages; `embed` makes one.

    Args:
        web: `Web`.
        encoder: of texts.
        vectors: dict of float32 [N, d], rows of length 1 or 0: "text", "title", the mean "links out" and "links in",
            and "category", the mean of the pages of the main category.
    """

    web: Web
    encoder: object
    vectors: dict

    def encode(self, queries):
        """Vectors of queries.

        Args:
            queries: a string or a list of them.

        Returns:
            float32 [B, d]; 0 where no word of a query is known.

        Raises:
            ValueError: a query is empty or no string, or the encoder's answer is no matrix of finite numbers.
        """
        queries = [queries] if isinstance(queries, str) else list(queries)
        for query in queries:
            if not isinstance(query, str) or not query.strip():
                raise ValueError(f"a query is a sentence or a few; got {query!r}.")
        return unit(_checked(self.encoder, queries, self.vectors["text"].shape[1]))

    def features(self, queries):
        """What each query makes of each page.

        Args:
            queries: as in `encode`, or their vectors, float [B, d].

        Returns:
            float32 [B, N, F], in the order of `FEATURES`. The first six are cosines with the query, less their mean
            over the pages and divided by their standard deviation: of the page's text, its title, the mean of the pages
            it links to, of those that link to it, of its category, and the best text among the pages it links to. Then
            ten times how far text and title lie below the best page's; then the logs of the numbers of links.

        Raises:
            ValueError: as `encode`, or the vectors are not finite.
        """
        vectors = queries
        if not (isinstance(queries, np.ndarray) and queries.dtype.kind == "f"):
            vectors = self.encode(queries)
        dim = self.vectors["text"].shape[1]
        if vectors.ndim != 2 or vectors.shape[1] != dim or not np.isfinite(vectors).all():
            raise ValueError(f"vectors of queries are finite numbers [B, {dim}]; got {list(vectors.shape)}.")
        cosines = [vectors.astype("float32") @ self.vectors[name].T for name in FEATURES[:5]]
        cosines.append(_best_link(self.web, cosines[0]))
        below = [SHARPENED * (cosine - cosine.max(axis=1, keepdims=True)) for cosine in cosines[:2]]
        counts = [np.broadcast_to(_scaled(np.log1p(count)), cosines[0].shape) for count in _degrees(self.web)]
        return np.stack([*map(_scaled, cosines), *below, *counts], axis=-1).astype("float32")


def embed(web, encoder=None, fit_on=None):
    """Give a web's pages vectors.

    Args:
        web: `Web`.
        encoder: anything with `encode(list of str) -> [n, d]`; by default a `TextEncoder`.
        fit_on: int [n], pages that the `TextEncoder` is fitted on; by default all. Leave out those that shall count as
            never seen.

    Returns:
        `EmbeddedWeb`.

    Raises:
        ValueError: the web has no text, or the encoder's answer is no matrix of finite numbers.

    Example:
        >>> from pnzoo import graphs
        >>> embedded = embed(graphs.generate(100, topics=3, subtopics=2))
        >>> embedded.features("bade fika lamo").shape
        (1, 100, 10)
    """
    if not isinstance(web, Web):
        raise ValueError(f"embed takes a pnzoo.graphs.Web; got {type(web).__name__}.")
    texts = web.texts()
    if encoder is None:
        if not any(texts):
            raise ValueError("this web has no sentences; give from_links sentences, or embed an encoder of your own.")
        encoder = TextEncoder().fit(texts if fit_on is None else [texts[i] for i in fit_on])
    text = unit(_checked(encoder, texts))
    title = unit(_checked(encoder, list(web.titles), text.shape[1]))
    vectors = {
        "text": text, "title": title, "links out": unit(web.matrix @ text), "links in": unit(web.matrix.T @ text),
        "category": _category_means(web, text),
    }  # fmt: skip
    return EmbeddedWeb(web, encoder, vectors)


def main_categories(web):
    """(names, int [N]): the different main categories of a web, and which one each page has; "" where it has none."""
    names, which = np.unique([page[0] if page else "" for page in web.categories], return_inverse=True)
    return names, which


def _category_means(web, text):
    names, which = main_categories(web)
    total = np.zeros((len(names), text.shape[1]), "float32")
    np.add.at(total, which, text)
    means = unit(total)[which]
    means[np.array([not page for page in web.categories])] = 0.0  # pages without one say nothing by it
    return means


def _best_link(web, cosine):
    """The largest of some values [B, N] among the pages that each page links to; 0 where it has no links."""
    best = np.zeros_like(cosine)
    some = np.flatnonzero(web.degrees)
    if len(some):
        best[:, some] = np.maximum.reduceat(cosine[:, web.indices], web.indptr[some], axis=1)
    return best


def _degrees(web):
    return np.bincount(web.indices, minlength=len(web)), web.degrees


def _scaled(values):
    """Less their mean over the pages, divided by their standard deviation."""
    values = values - values.mean(axis=-1, keepdims=True)
    return values / (values.std(axis=-1, keepdims=True) + 1e-6)


def _checked(encoder, texts, dim=None):
    vectors = np.asarray(encoder.encode(texts))
    right = vectors.ndim == 2 and len(vectors) == len(texts) and vectors.dtype.kind in "fiu" and vectors.shape[1] > 0
    finite = right and np.isfinite(vectors).all()
    if not finite or (dim is not None and vectors.shape[1] != dim):
        with_nan = " with NaN or infinity" if right and not finite else ""
        raise ValueError(
            f"an encoder's encode answers with finite numbers [{len(texts)}, {dim or 'd'}]; got {vectors.dtype} of "
            f"shape {list(vectors.shape)}{with_nan}."
        )
    return vectors
