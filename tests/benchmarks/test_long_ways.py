"""The benchmark of long paths measures what it says."""

import numpy as np
from scipy.sparse.csgraph import dijkstra

from pnzoo import gridworld
from tests.benchmarks import long_ways
from train.readme import benchmark_tables


def test_its_graph_is_the_grid():
    walls, goal = (each[0] for each in gridworld.generate_family("caves", 1, 13, 17, seed=0))
    graph, number = long_ways.as_graph(walls)
    found = dijkstra(graph, indices=number[tuple(goal)])
    np.testing.assert_allclose(found, gridworld.distances(walls, goal)[~walls])


def test_a_row_and_the_table():
    row = long_ways.measure(9)
    assert row["reached"]
    assert row["k"] >= row["moves"] > 0
    assert min(row[name] for name in ("ms", "first_ms", "dijkstra_ms", "astar_ms", "peak_mb")) > 0
    results = {"hardware": "two cores", "backend": "any", "rows": [row | {"asked_k": None}]}
    assert "| 9x9 |" in benchmark_tables.long_horizon_table(results)
