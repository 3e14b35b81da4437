"""A web: pages with titles, links, sentences and categories, checked when it is made."""

import dataclasses
import difflib
from functools import cached_property

import numpy as np
import scipy.sparse

MAX_LINKS = 300  # of a page that count, the first ones: as in WebNav's data


@dataclasses.dataclass(frozen=True, eq=False)
class Web:
    """Pages and the links between them.

    Args:
        titles: of the N pages, all different.
        indptr: int [N + 1]; the links of page i are `indices[indptr[i]:indptr[i + 1]]`.
        indices: int [E], the page that each link leads to.
        sentences: of each page, a tuple of strings.
        categories: of each page, a tuple of strings, the first its main one; none are "" there.

    Raises:
        ValueError: a link leads to no page, a title comes twice, or lengths differ; the message names the page.

    Example:
        >>> web = Web.from_links(["A", "B", "C"], [["B"], ["C"], []])
        >>> web.links_of("B").tolist(), web.matrix.nnz
        ([2], 2)
    """

    titles: tuple
    indptr: np.ndarray
    indices: np.ndarray
    sentences: tuple
    categories: tuple

    def __post_init__(self):
        n = len(self.titles)
        if not n:
            raise ValueError("a web has at least one page; got none.")
        for name in ("sentences", "categories"):
            if len(getattr(self, name)) != n:
                raise ValueError(f"{name} has one item a page, {n}; got {len(getattr(self, name))}.")
        twice = [title for title, count in zip(*np.unique(self.titles, return_counts=True), strict=True) if count > 1]
        if twice:
            raise ValueError(f"titles are all different; {str(twice[0])!r} comes more than once.")
        indptr, indices = _whole("indptr", self.indptr), _whole("indices", self.indices)
        right = len(indptr) == n + 1 and indptr[0] == 0 and indptr[-1] == len(indices) and (np.diff(indptr) >= 0).all()
        if not right:
            raise ValueError(
                f"indptr is [{n + 1}], rising from 0 to the number of links, {len(indices)}; or use Web.from_links."
            )
        nowhere = np.flatnonzero((indices < 0) | (indices >= n))
        if len(nowhere):
            page = int(np.searchsorted(indptr, nowhere[0], side="right")) - 1
            raise ValueError(
                f"a link of page {self.titles[page]!r} leads to page {indices[nowhere[0]]}, and the web has pages 0 to "
                f"{n - 1}."
            )
        object.__setattr__(self, "indptr", indptr)
        object.__setattr__(self, "indices", indices.astype("int32"))

    @classmethod
    def from_links(cls, titles, links, sentences=None, categories=None, max_links=MAX_LINKS, missing="error"):
        """A web from each page's links.

        Args:
            titles: of the N pages.
            links: of each page, titles or indices of others. Links to the page itself and second links to the same
                page are left out.
            sentences: of each page; none by default.
            categories: of each page; none by default.
            max_links: of a page that count, the first ones; None for all.
            missing: "error" refuses a link to no page, "drop" leaves it out.

        Returns:
            `Web`.

        Raises:
            ValueError: as `Web`.

        Example:
            >>> Web.from_links(["A", "B"], [["B", "elsewhere"], []], missing="drop").links_of("A").tolist()
            [1]
        """
        titles = tuple(map(str, titles))
        if missing not in ("error", "drop"):
            raise ValueError(f"missing is 'error' or 'drop'; got {missing!r}.")
        if len(links) != len(titles):
            raise ValueError(f"links has one list a page, {len(titles)}; got {len(links)}.")
        index = {title: i for i, title in enumerate(titles)}
        kept = [_links(i, page, titles, index, max_links, missing) for i, page in enumerate(links)]
        indptr = np.concatenate([[0], np.cumsum([len(page) for page in kept])])
        indices = np.array([link for page in kept for link in page], int)
        empty = ((),) * len(titles)
        sentences = empty if sentences is None else tuple(map(tuple, sentences))
        categories = empty if categories is None else tuple(map(tuple, categories))
        return cls(titles, indptr, indices, sentences, categories)

    def __len__(self):
        return len(self.titles)

    def __repr__(self):
        return f"Web({len(self):,} pages, {len(self.indices):,} links)"

    @cached_property
    def index(self):
        """title -> page."""
        return {title: i for i, title in enumerate(self.titles)}

    @cached_property
    def degrees(self):
        """int [N], how many links each page has."""
        return np.diff(self.indptr)

    @cached_property
    def sources(self):
        """int32 [E], the page that each link is on."""
        return np.repeat(np.arange(len(self)), self.degrees).astype("int32")

    @cached_property
    def matrix(self):
        """`scipy.sparse.csr_matrix` float32 [N, N], 1 at links."""
        ones = np.ones(len(self.indices), "float32")
        return scipy.sparse.csr_matrix((ones, self.indices, self.indptr), shape=(len(self),) * 2)

    def page(self, page):
        """The index of a page, given by its title or its index.

        Raises:
            ValueError: there is no such page; the nearest titles are suggested.
        """
        if isinstance(page, str):
            if page not in self.index:
                near = difflib.get_close_matches(page[:200], self.titles, n=3, cutoff=0.6)
                hint = f"did you mean {' or '.join(map(repr, near))}?" if near else "web.titles has them all."
                raise ValueError(f"no page {page[:60]!r}; {hint}")
            return self.index[page]
        if isinstance(page, bool) or not isinstance(page, int | np.integer) or not 0 <= page < len(self):
            raise ValueError(f"a page is a title, or a whole number from 0 to {len(self) - 1}; got {page!r}.")
        return int(page)

    def links_of(self, page):
        """int32 [n], the pages that a page's links lead to; `page` is a title or an index."""
        page = self.page(page)
        return self.indices[self.indptr[page] : self.indptr[page + 1]]

    def texts(self):
        """The sentences of each page in one string."""
        return [" ".join(page) for page in self.sentences]


def _whole(name, values):
    array = np.asarray(values)
    if array.ndim != 1 or (array.size and (array.dtype.kind not in "iuf" or not np.array_equal(array, array // 1))):
        raise ValueError(f"{name} is one row of whole numbers; got {array.dtype} of shape {list(array.shape)}.")
    return array.astype(int)


def _page_of(link, pages):
    """A link that is given by a whole number, or None."""
    whole = isinstance(link, int | np.integer) and not isinstance(link, bool)
    return int(link) if whole and 0 <= link < pages else None


def _links(page, links, titles, index, max_links, missing):
    kept = {}
    for link in links:
        known = index.get(link) if isinstance(link, str) else _page_of(link, len(titles))
        if known is None and missing == "error":
            near = difflib.get_close_matches(str(link)[:200], titles, n=1, cutoff=0.6)
            hint = f"did you mean {near[0]!r}? " if near else ""
            raise ValueError(
                f"page {titles[page]!r} has a link to {str(link)[:60]!r}, which is no page; {hint}missing='drop' "
                "leaves such links out."
            )
        if known is not None and known != page:
            kept[known] = None
    return list(kept)[:max_links]
