"""How many links lie between pages, and which links are on a shortest way."""

import numpy as np
from scipy.sparse.csgraph import dijkstra


def distances(web, goals):
    """Links on a shortest way from every page to each goal, by breadth-first search.

    Args:
        web: `Web`.
        goals: int [B], pages.

    Returns:
        float32 [B, N], inf where no way leads.

    Example:
        >>> from pnzoo import graphs
        >>> web = graphs.Web.from_links("ABC", [[1], [2], []])
        >>> distances(web, [2]).tolist(), distances(web, [0]).tolist()
        ([[2.0, 1.0, 0.0]], [[0.0, inf, inf]])
    """
    goals = np.array([web.page(goal) for goal in np.atleast_1d(goals)], int)
    backwards = web.matrix.T.tocsr()
    return dijkstra(backwards, indices=goals, unweighted=True).astype("float32")


def optimal_links(web, distance):
    """Which links lead a step nearer to each goal.

    Args:
        web: `Web`.
        distance: float [B, N], of `distances`.

    Returns:
        bool [B, E], in the order of `web.indices`.

    Example:
        >>> from pnzoo import graphs
        >>> web = graphs.Web.from_links("ABC", [[1, 2], [2], []])
        >>> optimal_links(web, distances(web, [2])).tolist()
        [[False, True, True]]
    """
    before, after = distance[:, web.sources], distance[:, web.indices]
    return np.isfinite(before) & (after == before - 1)
