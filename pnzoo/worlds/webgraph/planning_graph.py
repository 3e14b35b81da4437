"""What a planner knows of a web's links: all of it, or an approximation.

The paper plans on the first-level pages alone. Each page belongs to one node of the planning graph, and the value of a
page is that of its node.
"""

import dataclasses

import numpy as np
import scipy.sparse

from pnzoo.worlds.webgraph.embedded import main_categories

GRAPHS = ("full", "partial", "first_level", "categories")


@dataclasses.dataclass(frozen=True, eq=False)
class PlanningGraph:
    """Nodes and links that a planner knows.

    Args:
        kind: of `GRAPHS`.
        indptr, indices: links between the M nodes, as in `Web`.
        node: int [N], the node of each page.
        members: `scipy.sparse.csr_matrix` [M, N], rows sum to 1: the pages whose mean features are the node's.
    """

    kind: str
    indptr: np.ndarray
    indices: np.ndarray
    node: np.ndarray
    members: scipy.sparse.csr_matrix

    def features(self, features):
        """Features of the nodes: float32 [B, N, F] -> [B, M, F]."""
        if self.kind in ("full", "partial"):
            return features
        batch, pages, count = features.shape
        flat = np.moveaxis(features, 1, 0).reshape(pages, -1)
        return np.moveaxis((self.members @ flat).reshape(-1, batch, count), 0, 1).astype("float32")


def planning_graph(embedded, kind="full", share=None, seed=0):
    """The planning graph of a web.

    Args:
        embedded: `EmbeddedWeb`.
        kind: "full"; "partial", where each link is known with the chance `share`; "first_level", the `share` of the
            pages with the most links to them, and the links among these (every other page counts as the one whose text
            is nearest); "categories", one node for each main category, linked where a link leads from one to another.
        share: of links or pages; by default 0.5 of the links, 0.1 of the pages.
        seed: of the links that are known.

    Returns:
        `PlanningGraph`.

    Raises:
        ValueError: no such kind, or the share is none.
    """
    web = embedded.web
    if kind not in GRAPHS:
        raise ValueError(f"a planning graph is one of {', '.join(GRAPHS)}; got {kind!r}.")
    share = {"partial": 0.5, "first_level": 0.1}.get(kind, 1.0) if share is None else share
    if not 0 < share <= 1:
        raise ValueError(f"share is a fraction of the links or pages, above 0 and at most 1; got {share!r}.")
    pages = np.arange(len(web))
    if kind == "full":
        return _graph(kind, web.matrix, pages)
    if kind == "partial":
        known = np.random.default_rng((seed, len(web))).random(len(web.indices)) < share
        links = scipy.sparse.csr_matrix((np.ones(known.sum(), "float32"), (web.sources[known], web.indices[known])),
                                        shape=(len(web),) * 2)  # fmt: skip
        return _graph(kind, links, pages)
    if kind == "categories":
        _, node = main_categories(web)
        members = scipy.sparse.csr_matrix((np.ones(len(web), "float32"), (node, pages)))
        return _graph(kind, members @ web.matrix @ members.T, node, members)
    degree = np.bincount(web.indices, minlength=len(web))
    hubs = np.sort(np.argsort(-degree, kind="stable")[: max(1, round(share * len(web)))])
    text = embedded.vectors["text"]
    node = (text @ text[hubs].T).argmax(axis=1)
    node[hubs] = np.arange(len(hubs))
    members = scipy.sparse.csr_matrix((np.ones(len(hubs), "float32"), (np.arange(len(hubs)), hubs)),
                                      shape=(len(hubs), len(web)))  # fmt: skip
    return _graph(kind, web.matrix[hubs][:, hubs], node, members)


def _graph(kind, links, node, members=None):
    links = links.tocsr(copy=True)
    links.setdiag(0)
    links.eliminate_zeros()
    if members is None:
        members = scipy.sparse.identity(len(node), "float32", "csr")
    total = np.asarray(members.sum(axis=1)).ravel()
    members = scipy.sparse.diags(1.0 / np.maximum(total, 1.0)) @ members
    return PlanningGraph(kind, links.indptr.astype(int), links.indices.astype(int), node, members.tocsr())
