"""Learning through an exact solver that gradients do not pass through: what to change about costs, from paths alone.

A path from s to g is a vector y [H, W], how often (and how far, on diagonals) it enters each cell, so its cost is the
inner product <y, w> and Dijkstra's algorithm finds argmin_y <y, w>. Here y is the mean over all starts from which a
path to the goal is shown: the shortest paths from all of them are one search, and a mean of paths is linear in w too.
"""

from functools import lru_cache

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from pnzoo.worlds.terrain import MOVES

SQRT_2 = 2.0**0.5
FLOOR = 1e-2  # least cost that is handed to the solver


def entered(moves, starts, lengths=True):
    """How often paths enter each cell, on average over their starts.

    Args:
        moves: bool [..., H, W, 8], which moves paths make in each cell, each of several with the same chance. They
            lead nowhere in circles.
        starts: bool [..., H, W], cells in which one path each begins.
        lengths: whether a diagonal move counts sqrt 2.

    Returns:
        float64 [..., H, W]: y, whose inner product with the costs of cells is the mean cost of the paths.

    Example:
        >>> east = np.zeros((1, 3, 8), bool); east[0, :2, 2] = True
        >>> entered(east, np.array([[True, True, False]])).tolist()     # one path enters the middle, two the goal
        [[0.0, 0.5, 1.0]]
    """
    chances = (moves / np.maximum(moves.sum(axis=-1, keepdims=True), 1)).reshape(-1, 8)
    source, action = np.nonzero(chances)
    return _flow(source, source + MOVES[action] @ (moves.shape[-2], 1), chances[source, action], starts, lengths)


def solve(costs, goals, starts, lengths=True):
    """The cheapest paths from all starts: y of `entered`.

    Args:
        costs: float [B, H, W], > 0 and finite.
        goals: int [B, G, 2].
        starts: bool [B, G, H, W].
        lengths: whether a diagonal move costs sqrt 2 times what a straight one does.

    Returns:
        float64 [B, G, H, W].

    Example:
        >>> y = solve(np.ones((1, 1, 3)), np.array([[[0, 2]]]), np.array([[[[True, True, False]]]]))
        >>> y[0, 0].tolist()
        [[0.0, 0.5, 1.0]]

    Reference: Dijkstra 1959, by SciPy; all pictures and goals are parts of one graph.
    """
    batch, count, height, width = starts.shape
    degree, there, length = _edges(batch * count, height, width, bool(lengths))
    weights = np.repeat(np.repeat(costs, count, axis=0).reshape(-1), degree) * length
    size = starts.size
    graph = csr_array((weights, there, np.concatenate([[0], np.cumsum(degree)])), shape=(size, size))
    sources = np.arange(batch * count) * height * width + goals.reshape(-1, 2) @ (width, 1)
    _, successor, _ = dijkstra(graph, indices=sources, min_only=True, return_predecessors=True)
    source = np.flatnonzero(successor >= 0)
    return _flow(source, successor[source], np.ones(len(source)), starts, lengths)


@lru_cache(maxsize=8)
def _edges(count, height, width, lengths):
    """Of every cell of so many grids: how many neighbours it has, their numbers, and how long a move to each is."""
    cells = np.stack(np.divmod(np.arange(height * width), width), axis=1)
    beside = cells[:, None] + MOVES
    inside = ((beside >= 0) & (beside < (height, width))).all(axis=-1)
    number = (beside @ (width, 1))[inside]
    length = np.broadcast_to(np.where(MOVES.all(axis=-1) & lengths, SQRT_2, 1.0), inside.shape)[inside]
    first = np.arange(count)[:, None] * height * width
    return np.tile(inside.sum(axis=1), count), (first + number).reshape(-1), np.tile(length, count)


def _flow(source, target, chance, starts, lengths):
    """`entered` for moves from cells `source` to cells `target`, counted through all grids, made with a chance."""
    height, width = starts.shape[-2:]
    shape = (starts.size, starts.size)
    step = csr_array((chance, (target, source)), shape=shape)
    mass = starts.reshape(-1).astype(float)
    visits = mass.copy()
    for _ in range(height * width):
        mass = step @ mass
        if not mass.any():
            break
        visits += mass
    diagonal = (source // width != target // width) & (source % width != target % width)
    y = csr_array((chance * np.where(diagonal & lengths, SQRT_2, 1.0), (target, source)), shape=shape) @ visits
    return y.reshape(starts.shape) / np.maximum(starts.sum(axis=(-2, -1), keepdims=True), 1)


def fenchel_young(costs, goals, starts, shown, noise, lengths=True):
    """Perturbed Fenchel-Young loss: how much more the shown paths cost than the cheapest under disturbed costs.

        L(w) = <y*, w> - mean_m min_y <y, w e_m>        dL/dw = y* - mean_m e_m y(w e_m)        e_m = exp(noise_m)

    The noise multiplies, so that costs stay positive.

    Args:
        costs, goals, starts, lengths: as in `solve`.
        shown: float [B, G, H, W], y* of the shown paths.
        noise: float [B, M, H, W], log of what costs are multiplied by.

    Returns:
        A tuple (loss float64 [B], gradient float64 [B, H, W] with respect to costs), means over the goals.

    Reference: Berthet et al. 2020, "Learning with Differentiable Perturbed Optimizers", section 4; multiplying:
    Dalle et al. 2022, "Learning with Combinatorial Optimization Layers".
    """
    samples, shape = noise.shape[1], costs.shape[1:]
    factor = np.exp(noise.astype(float))
    disturbed = costs[:, None] * factor  # [B, M, H, W]
    of_sample = [np.repeat(x, samples, axis=0) for x in (goals, starts)]
    found = solve(disturbed.reshape(-1, *shape), *of_sample, lengths).reshape(len(costs), samples, -1, *shape)
    loss = np.einsum("bghw,bhw->b", shown, costs) - np.einsum("bmghw,bmhw->b", found, disturbed) / samples
    gradient = shown.sum(axis=1) - np.einsum("bmghw,bmhw->bhw", found, factor) / samples
    return loss / goals.shape[1], gradient / goals.shape[1]


def black_box(costs, goals, starts, shown, strength, lengths=True):
    """Black-box differentiation of the solver under the loss |y(w) - y*|^2 / 2, half the Hamming loss of one path.

        dL/dw = (y(w + strength dL/dy) - y(w)) / strength        dL/dy = y - y*

    Args:
        costs, goals, starts, shown, lengths: as in `fenchel_young`.
        strength: lambda, > 0: how far costs are moved along the loss. What would become less than 0.01 is 0.01.

    Returns:
        A tuple (loss float64 [B], gradient float64 [B, H, W] with respect to costs), means over the goals.

    Reference: Vlastelica et al. 2020, "Differentiation of Blackbox Combinatorial Solvers", algorithm 1.
    """
    found = solve(costs, goals, starts, lengths)
    error = found - shown
    moved = np.maximum(costs[:, None] + strength * error, FLOOR)
    shape = shown.shape[2:]  # every goal has costs of its own now
    after = solve(moved.reshape(-1, *shape), goals.reshape(-1, 1, 2), starts.reshape(-1, 1, *shape), lengths)
    gradient = (after.reshape(shown.shape) - found) / strength
    return 0.5 * np.square(error).sum(axis=(2, 3)).mean(axis=1), gradient.mean(axis=1)
