"""What every model on a web offers: which link to follow from each page, and walks."""

import weakref

import numpy as np

from pnzoo.worlds.webgraph.embedded import FEATURES, EmbeddedWeb, embed
from pnzoo.worlds.webgraph.planning_graph import PlanningGraph, planning_graph
from pnzoo.worlds.webgraph.walk import MAX_STEPS, checked_steps, walk
from pnzoo.worlds.webgraph.web import Web

BATCH = 64  # queries that one forward pass holds
FEATURE_BYTES = 1e9  # up to which the features of many queries are kept from link to link
N_FEATURES = len(FEATURES)
# A web that was given without vectors is embedded once; an embedded one gets each planning graph once.
_EMBEDDED, _GRAPHS = weakref.WeakKeyDictionary(), weakref.WeakKeyDictionary()


class WebPolicy:
    """Mixin of models that map features of pages, links and visited pages to logits of the links.

    Subclasses have `page_scores(inputs)`: tensors of features [B, N, F], visited [B, N], tables and nodes of a planning
    graph -> scores [B, N] of going to each page.
    """

    plans = True  # whether `graph` matters

    def logits(self, web, query, page, visited=(), graph="full"):
        """Logits of a page's links.

        Args:
            web: `pnzoo.graphs.EmbeddedWeb`; or a `Web`, which is embedded once.
            query: a few sentences of the page that is looked for.
            page: where one is, a title or an index.
            visited: pages, known not to be the one.
            graph: what the planner knows of the links: "full", "partial", "first_level", "categories", or a
                `pnzoo.graphs.PlanningGraph`.

        Returns:
            float32 [D], in the order of `web.links_of(page)`.

        Raises:
            ValueError: an unknown page, or an empty query, or one without any word that the encoder knows.
        """
        embedded = as_embedded(web)
        links = embedded.web.links_of(page)
        seen = np.zeros((1, len(embedded.web)), bool)
        seen[0, [embedded.web.page(each) for each in visited]] = True
        return self.scores(embedded, known(embedded, query), seen, graph)[0, links]

    def policy(self, web, query, visited=(), graph="full"):
        """The link that the model would follow from every page.

        Args:
            web, query, visited, graph: as in `logits`.

        Returns:
            int [N], the page that the link leads to; -1 where a page has no link.

        Raises:
            ValueError: as `logits`.
        """
        embedded = as_embedded(web)
        web = embedded.web
        seen = np.zeros((1, len(web)), bool)
        seen[0, [web.page(each) for each in visited]] = True
        score = self.scores(embedded, known(embedded, query), seen, graph)[0]
        best = np.full(len(web), -1)
        # Of each page's links the last in rising order of score; a stable order keeps the first of equal ones last.
        order = np.lexsort((-np.arange(len(web.indices)), score[web.indices], web.sources))
        last = np.flatnonzero(np.append(np.diff(web.sources[order]), 1))
        if len(order):
            best[web.sources[order][last]] = web.indices[order][last]
        return best

    def plan(self, web, start, query, goal=None, max_steps=MAX_STEPS, graph="full"):
        """The walk that the model takes, planning anew on every page.

        Args:
            web, query, graph: as in `logits`.
            start: a page, by title or index.
            goal: the page that the query is from, where it is known: there the walk ends. Without it the walk ends on
                the page that the model takes for it.
            max_steps: links that may be followed.

        Returns:
            `pnzoo.graphs.Walk`; its `reason` says why it ended.

        Raises:
            ValueError: as `logits`, or max_steps is no number.
        """
        embedded = as_embedded(web)
        pages, limit = embedded.web, checked_steps(max_steps)
        start = pages.page(start)
        end = None if goal is None else pages.page(goal)
        vectors = known(embedded, query)
        if end is None:
            end = int(self._guess(embedded, vectors))
        found = walk(pages, start, end, lambda at, seen: self.scores(embedded, vectors, seen, graph), limit)
        if goal is None and found.reached:
            found = found._replace(reason=f"reached {pages.titles[end]!r}, which the model takes for the page")
        return found._replace(k=getattr(self, "k", None))

    def choice(self, embedded, queries, graph="full"):
        """`choose` for `pnzoo.graphs.walks`: function (rows, pages, visited) -> scores [m, N]."""
        vectors = embedded.encode(list(queries.text))
        if vectors.shape[0] * len(embedded.web) * N_FEATURES * 4 > FEATURE_BYTES:
            return lambda rows, at, seen: self.scores(embedded, vectors[rows], seen, graph)
        parts = [embedded.features(vectors[i : i + BATCH]) for i in range(0, len(vectors), BATCH)]
        features = np.concatenate(parts or [np.zeros((0, len(embedded.web), N_FEATURES), np.float32)])
        known_links = self.graph_of(embedded, graph)
        return lambda rows, at, seen: self._scores(lambda i: features[rows[i]], seen, known_links)

    def scores(self, embedded, vectors, visited, graph="full"):
        """What going to each page is worth: float32 [B, N].

        Args:
            embedded: `EmbeddedWeb`.
            vectors: float32 [B, d], of queries.
            visited: bool [B, N].
            graph: as in `logits`.
        """
        return self._scores(lambda i: embedded.features(vectors[i]), visited, self.graph_of(embedded, graph))

    def _scores(self, features, visited, graph):
        """`scores` in batches; `features` is a function of a slice of the queries."""
        parts = [slice(i, i + BATCH) for i in range(0, len(visited), BATCH)]
        found = [self._batch_scores(features(i), visited[i], graph) for i in parts]
        return np.concatenate(found or [np.zeros(visited.shape, np.float32)])

    def _batch_scores(self, features, visited, graph):
        """Compiled once for each power of four: a smaller batch is filled up with its last row."""
        count = len(features)
        size = next(size for size in (1, 4, 16, BATCH) if size >= count)
        fill = np.minimum(np.arange(size), count - 1)
        inputs = self.page_inputs(features, visited, graph)
        filled = {name: value[fill] if name in PER_QUERY else value for name, value in inputs.items()}
        return self.run_compiled(self.page_scores, filled)[:count]

    def graph_of(self, embedded, graph):
        """The `PlanningGraph` that this model needs of a web, or None."""
        return as_graph(embedded, graph) if self.plans else None

    def page_inputs(self, features, visited, graph):
        """What `page_scores` takes, of one batch."""
        return {"features": features, "visited": visited.astype("float32")}

    def _guess(self, embedded, vectors):
        return self.scores(embedded, vectors, np.zeros((1, len(embedded.web)), bool))[0].argmax()


PER_QUERY = ("features", "visited", "node_features")


def as_embedded(web):
    """An `EmbeddedWeb` of one, or of a `Web`, which is embedded when it comes the first time.

    Raises:
        ValueError: neither.
    """
    if isinstance(web, Web):
        if web not in _EMBEDDED:
            _EMBEDDED[web] = embed(web)
        return _EMBEDDED[web]
    if not isinstance(web, EmbeddedWeb):
        raise ValueError(f"web is a pnzoo.graphs.Web, or one that pnzoo.graphs.embed made; got {type(web).__name__}.")
    return web


def as_graph(embedded, graph):
    """The `PlanningGraph` of a kind, which is made when it is asked for the first time; or the one given."""
    if isinstance(graph, PlanningGraph):
        return graph
    made = _GRAPHS.setdefault(embedded, {})
    if graph not in made:
        made[graph] = planning_graph(embedded, graph)
    return made[graph]


def known(embedded, query):
    """The vector of one query, [1, d].

    Raises:
        ValueError: it is empty or no string, or the encoder knows none of its words.
    """
    if not isinstance(query, str):
        raise ValueError(f"query is one string, a few sentences of the page that is looked for; got {query!r}.")
    vectors = embedded.encode(query)
    if not np.abs(vectors).max() > 0:
        raise ValueError(
            f"the encoder knows no word of the query {query[:60]!r}, so it says nothing of any page; use words that "
            "the web's texts have."
        )
    return vectors
