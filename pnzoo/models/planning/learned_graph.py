"""The graph that a planner with known moves has learned, and the cheapest paths in it by Dijkstra's algorithm.

Where P leads to one neighbour and R and P see no more than the 3x3 walls around a cell, the network has 512 answers.
They are computed once, in one pass; a map's edges are then looked up, and SciPy finds the paths that value iteration
converges to, in float64.
"""

from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from pnzoo.worlds.gridworld.neighborhoods import wall_patterns
from pnzoo.worlds.gridworld.solver import MOVES

PATTERNS = 512  # of walls in 3x3 cells; bit 3 i + j is the cell in row i, column j
_PLACES = (MOVES[:, 0] + 1) * 3 + MOVES[:, 1] + 1  # where the eight neighbours lie among the nine cells


class MoveTable(NamedTuple):
    """What moves do and cost, for each pattern of walls around a cell.

    cost:   float64 [512, 8], of the cheapest action that leads to each neighbour, in the order of `gridworld.MOVES`;
            inf where none does, or where a wall is
    action: int8 [512, 8], that action
    exact:  whether the moves are those of a grid: exactly the legal moves lead anywhere, each to the neighbour it is
            named for at a cost of its own. Every edge then leads back at the same cost
    edges:  uint64 [512], which costs are finite, a byte each; degree: int32 [512], how many
    """

    cost: np.ndarray
    action: np.ndarray
    exact: bool
    edges: np.ndarray
    degree: np.ndarray


class LearnedGraph(NamedTuple):
    """Some maps as a graph; its N nodes are the cells of all maps with a ring around each, row by row.

    table:    `MoveTable`
    edges:    sparse [N, N], the cost of a move from s to t in row t and column s
    patterns: uint16 [N], of the walls around each node
    shape:    (B, H + 2, W + 2)
    """

    table: MoveTable
    edges: csr_array
    patterns: np.ndarray
    shape: tuple


class Solutions(NamedTuple):
    """Cheapest paths from every cell of some maps.

    graph:      `LearnedGraph`
    costs:      float64 [N]; inf where no path leads to the goal
    successors: int32 [N], the next node on the way to the goal; negative at the goal and where no path leads
    """

    graph: LearnedGraph
    costs: np.ndarray
    successors: np.ndarray


def all_patterns():
    """Every pattern of walls: bool [512, 3, 3].

    Example:
        >>> all_patterns()[1].astype(int).tolist()
        [[1, 0, 0], [0, 0, 0], [0, 0, 0]]
    """
    return (np.arange(PATTERNS)[:, None] >> np.arange(9) & 1).astype(bool).reshape(-1, 3, 3)


def legal_moves(moves=8, corner_cutting=True):
    """The moves that a grid allows in each pattern: bool [512, 8].

    Args:
        moves: 8, or 4 for N, S, E, W only.
        corner_cutting: as in `gridworld.distances`.

    Example:
        >>> legal_moves()[2].astype(int).tolist()  # a wall in the north
        [0, 1, 1, 1, 1, 1, 1, 1]
        >>> legal_moves(corner_cutting=False)[2].astype(int).tolist()
        [0, 1, 1, 1, 0, 0, 1, 1]
    """
    free = ~all_patterns()
    legal = free[:, 1, 1, None] & free.reshape(-1, 9)[:, _PLACES]
    legal[:, moves:] = False
    if not corner_cutting:
        for a, (row, column) in enumerate(MOVES):
            legal[:, a] &= free[:, 1 + row, 1] & free[:, 1, 1 + column]
    return legal


def move_table(targets, costs, moves=8, corner_cutting=True):
    """The table of what a network has learned.

    Args:
        targets: int [512, A], where each action leads: 0 to 8 among the 3x3 cells, 4 being the cell itself.
        costs: float [A], of each action.
        moves, corner_cutting: of the grid that the network was made for.

    Returns:
        `MoveTable`.

    Example:
        >>> move_table(np.tile(_PLACES, (512, 1)), np.ones(8)).cost[0].tolist()
        [1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0]
    """
    walls = all_patterns().reshape(-1, 9)
    costs = np.asarray(costs, dtype=float)
    cost, action = np.full((PATTERNS, 8), np.inf), np.zeros((PATTERNS, 8), np.int8)
    for neighbour, place in enumerate(_PLACES):
        leads = np.where(targets == place, costs, np.inf)
        leads[walls[:, place] | walls[:, 4]] = np.inf
        cost[:, neighbour], action[:, neighbour] = leads.min(axis=1), leads.argmin(axis=1)
    legal, own = legal_moves(moves, corner_cutting), np.full(8, np.inf)
    own[: len(costs)] = costs
    exact = np.array_equal(np.isfinite(cost), legal)
    exact = exact and np.array_equal(np.where(legal, cost, 0.0), np.where(legal, own, 0.0))
    exact = exact and (np.where(legal, action, np.arange(8)) == np.arange(8)).all()
    there_and_back = all(own[a] == own[np.flatnonzero((-MOVES[a] == MOVES).all(axis=1))[0]] for a in range(len(costs)))
    edges = np.isfinite(cost)
    exact = bool(exact and there_and_back)
    return MoveTable(cost, action, exact, edges.view(np.uint64).reshape(-1), edges.sum(axis=1, dtype=np.int32))


def build(table, walls):
    """The graph of some maps. A move into a wall is no edge: `wall_cost` is infinite here.

    Args:
        table: `MoveTable`.
        walls: bool [B, H, W].

    Returns:
        `LearnedGraph`.

    Example:
        >>> table = move_table(np.tile(_PLACES, (512, 1)), np.ones(8))
        >>> build(table, np.array([[[False, False, True]]])).edges.nnz
        2
    """
    count, height, width = walls.shape
    padded = np.ones((count, height + 2, width + 2), bool)
    padded[:, 1:-1, 1:-1] = walls
    patterns = np.full(padded.shape, PATTERNS - 1, np.uint16)
    patterns[:, 1:-1, 1:-1] = wall_patterns(padded)
    patterns = patterns.reshape(-1)
    return LearnedGraph(table, _edges(table, patterns, width + 2), patterns, padded.shape)


def _edges(table, patterns, width):
    """From t to s for each move from s to t, so that one search from the goal serves every start."""
    edges = np.flatnonzero(table.edges[patterns].view(bool))  # node * 8 + move
    neighbour = edges & 7
    start = np.zeros(len(patterns) + 1, np.int32)
    np.cumsum(table.degree[patterns], out=start[1:])
    there = ((edges >> 3) + (MOVES[:, 0] * width + MOVES[:, 1])[neighbour]).astype(np.int32)
    shape = (len(patterns), len(patterns))
    if table.exact:  # every edge leads back at the same cost, which is that of a cell without walls around it
        return csr_array((table.cost[0][neighbour], there, start), shape=shape)
    costs = table.cost[patterns[edges >> 3], neighbour]
    return csr_array((costs, there, start), shape=shape).T.tocsr()


def search(graph, goal, limit=np.inf):
    """Cheapest paths from every cell to the goal.

    Args:
        graph: `LearnedGraph` of B maps.
        goal: int [B, 2], free cells.
        limit: cost beyond which cells are left out.

    Returns:
        `Solutions`.

    Reference: Dijkstra 1959, by SciPy.
    """
    count, height, width = graph.shape
    sources = (np.arange(count) * height + goal[:, 0] + 1) * width + goal[:, 1] + 1
    options = {"return_predecessors": True, "limit": limit}
    if count == 1:
        return Solutions(graph, *dijkstra(graph.edges, indices=int(sources[0]), **options))
    return Solutions(graph, *dijkstra(graph.edges, indices=sources, min_only=True, **options)[:2])


def policy(solutions):
    """The first move of the cheapest path from every cell: int [B, H, W]; 0 where there is none."""
    graph = solutions.graph
    found = solutions.successors >= 0
    steps = np.where(found, solutions.successors - np.arange(found.size), 0)
    actions = graph.table.action[graph.patterns, _neighbours(steps, graph.shape[2])]
    return np.where(found, actions, 0).reshape(graph.shape)[:, 1:-1, 1:-1].astype(np.int64)


def path(solutions, start):
    """The cheapest path from one cell of a single map.

    Args:
        solutions: of one map.
        start: (row, col).

    Returns:
        A tuple (cells int [T + 1, 2], actions int [T]), or None where no path leads to the goal.
    """
    graph, width = solutions.graph, solutions.graph.shape[2]
    successors = memoryview(solutions.successors)
    node = (start[0] + 1) * width + start[1] + 1
    if not np.isfinite(solutions.costs[node]):
        return None
    nodes = []
    while node >= 0:
        nodes.append(node)
        node = successors[node]
    nodes = np.array(nodes)
    actions = graph.table.action[graph.patterns[nodes[:-1]], _neighbours(np.diff(nodes), width)]
    return np.stack(np.divmod(nodes, width), axis=1) - 1, actions.astype(int)


def _neighbours(steps, width):
    """Which move each step between two nodes is: differences of node numbers -> int, indices into `gridworld.MOVES`."""
    of_step = np.zeros(2 * width + 3, np.int8)
    of_step[MOVES[:, 0] * width + MOVES[:, 1] + width + 1] = np.arange(8)
    return of_step[steps + width + 1]
