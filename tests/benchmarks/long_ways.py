"""Speed of planning long paths: a perfect maze from every cell, beside SciPy's Dijkstra and networkx's A*.

    python -m tests.benchmarks.long_ways [--json FILE]

Each size has a process of its own. Its first call compiles and is shown apart; memory is what planning adds to the
process with the model loaded. Dijkstra gets the finished graph (what building it costs is in the JSON) and answers for
every cell, as the network does; A* answers for the farthest start alone.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from tests.benchmarks.planning import megabytes
from tests.benchmarks.race import timed

ENTRY = "vin_maze"
SOLVER = "value_iteration"  # tests.benchmarks.solvers sets it beside solver="dijkstra"
SIZES = (15, 35, 61, 101, 151)
STEPS = (2000,)  # at 101x101: planning takes no longer for a K beyond what V needs to converge
ROUNDS = 5


def measure(size, k=None):
    """Planning in one maze of a size, in this process."""
    import pnzoo
    from pnzoo import gridworld

    walls, goal = (each[0] for each in gridworld.generate_family("maze", 1, size, seed=1))
    start = gridworld.farthest_starts(walls, goal)
    model = pnzoo.load(ENTRY, **({} if k is None else {"k": k}))
    before = megabytes("VmRSS")
    first = timed(lambda: model.policy(walls, goal, solver=SOLVER))
    seconds = float(np.median([timed(lambda: model.policy(walls, goal, solver=SOLVER)) for _ in range(ROUNDS)]))
    peak = megabytes("VmHWM")
    plan = model.plan(walls, start, goal, solver=SOLVER)
    found = {
        "size": size,
        "k": plan.k,
        "reached": plan.reached,
        "moves": len(plan.actions),
        "first_ms": round(1e3 * first),
        "ms": round(1e3 * seconds, 1),
        "more_mb": round(peak - before),
        "peak_mb": round(peak),
    }
    return found | peers(walls, start, goal, seconds)


def peers(walls, start, goal, seconds):
    """The same maze by algorithms that know the graph."""
    import networkx
    from scipy.sparse.csgraph import dijkstra

    began = time.perf_counter()
    graph, number = as_graph(walls)
    built = time.perf_counter() - began
    source = number[tuple(goal)]
    exact = float(np.median([timed(lambda: dijkstra(graph, indices=source)) for _ in range(ROUNDS)]))
    nodes = networkx.from_scipy_sparse_array(graph)
    cells = np.argwhere(~walls)
    straight = lambda a, b: float(np.abs(cells[a] - cells[b]).max())  # noqa: E731  never more than the path
    star = timed(lambda: networkx.astar_path(nodes, number[tuple(start)], source, straight))
    return {
        "graph_ms": round(1e3 * built, 1),
        "dijkstra_ms": round(1e3 * exact, 2),
        "astar_ms": round(1e3 * star, 1),
        "ratio": round(seconds / exact, 1),
    }


def as_graph(walls):
    """The grid as a sparse matrix of costs, and each cell's number in it (-1: a wall)."""
    from scipy.sparse import coo_array

    from pnzoo import gridworld

    number = np.full(np.add(walls.shape, 2), -1)
    number[1:-1, 1:-1][~walls] = np.arange((~walls).sum())
    inner = number[1:-1, 1:-1]
    rows, columns, costs = [], [], []
    for move, cost in zip(gridworld.MOVES, gridworld.COSTS, strict=True):
        there = np.roll(number, -move, axis=(0, 1))[1:-1, 1:-1]
        edge = (inner >= 0) & (there >= 0)
        rows.append(inner[edge])
        columns.append(there[edge])
        costs.append(np.full(edge.sum(), cost))
    count = int((~walls).sum())
    edges = (np.concatenate(costs), (np.concatenate(rows), np.concatenate(columns)))
    return coo_array(edges, shape=(count, count)).tocsr(), inner


def main(arguments=None):
    """Run the command line; returns what was measured."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", type=Path, default=None, help="write the results to this file")
    parser.add_argument("--size", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--k", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.size:
        print(json.dumps(measure(options.size, options.k)))
        return None
    from train.readme.benchmark_tables import long_horizon_table
    from train.shared import run_folder as run

    rows = [_apart(size) for size in SIZES] + [_apart(101, k) for k in STEPS]
    results = {"hardware": run.hardware(), "backend": os.environ.get("KERAS_BACKEND", "tensorflow"), "rows": rows}
    if options.json:
        options.json.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    print(long_horizon_table(results))
    return results


def _apart(size, k=None):
    words = [sys.executable, "-m", "tests.benchmarks.long_ways", "--size", str(size)]
    words += [] if k is None else ["--k", str(k)]
    out = subprocess.run(words, check=True, capture_output=True, text=True).stdout
    print(out.splitlines()[-1], flush=True)
    return {"asked_k": k, **json.loads(out.splitlines()[-1])}


if __name__ == "__main__":
    main()
