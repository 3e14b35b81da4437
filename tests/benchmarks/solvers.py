"""Speed of the two solvers of a planner with known moves, and of planning beside SciPy's Dijkstra on a ready graph.

    python -m tests.benchmarks.solvers [--json FILE]

`solver="auto"` takes the solver that wins here. For `plan` all sides take turns in one process; the ready graph has the
free cells alone as its nodes, and its search answers for every start, as the planner's does.
"""

import argparse
import json
import os
from pathlib import Path

import numpy as np

from tests.benchmarks.long_ways import as_graph
from tests.benchmarks.race import timed

ENTRY = "vin_maze"
POLICIES = ((8, 1), (8, 64), (8, 1024), (16, 1), (16, 64), (16, 256), (32, 1), (32, 64), (64, 1), (64, 16), (101, 1))
PLANS = (("maze", 101), ("open", 101), ("caves", 512), ("open", 512), ("caves", 1024), ("open", 1024))
ASKED = 3  # times SciPy's Dijkstra
ROUNDS = 9


def policies(model, side, count):
    """Milliseconds of `policy` on a batch of maps by each solver, mazes and open maps in equal parts."""
    from pnzoo import gridworld

    parts = [gridworld.generate_family(family, -(-count // 2), side, seed=1) for family in ("maze", "open")]
    walls, goal = (np.concatenate(arrays)[:count] for arrays in zip(*parts, strict=True))
    calls = {solver: (lambda solver=solver: model.policy(walls, goal, solver=solver)) for solver in model.solvers[1:]}
    return {"side": side, "maps": count, **turns(calls, 3)}


def plans(model, family, side):
    """Milliseconds of `plan` from the farthest start, and of SciPy's Dijkstra on the ready graph."""
    from scipy.sparse.csgraph import dijkstra

    from pnzoo import gridworld

    walls, goal = (each[0] for each in gridworld.generate_family(family, 1, side, seed=1))
    start = gridworld.farthest_starts(walls, goal)
    graph, number = as_graph(walls)
    source = int(number[tuple(goal)])
    calls = {
        "ready": lambda: dijkstra(graph, indices=source),
        "table": model.move_table,
        "plan": lambda: model.plan(walls, start, goal),
    }
    times = turns(calls, ROUNDS if side > 500 else 10 * ROUNDS)
    plan = model.plan(walls, start, goal)
    row = {"family": family, "side": side, "moves": len(plan.actions), "reached": plan.reached, **times}
    return {**row, "ratio": round(times["plan"] / times["ready"], 2)}


def turns(calls, rounds):
    """Median milliseconds of each call; they take turns, after one that compiles."""
    for call in calls.values():
        call()
    seconds = [{name: timed(call) for name, call in calls.items()} for _ in range(rounds)]
    return {name: round(1e3 * float(np.median([row[name] for row in seconds])), 3) for name in calls}


def main(arguments=None):
    """Run the command line; returns what was measured."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", type=Path, default=None, help="write the results to this file")
    options = parser.parse_args(arguments)
    import pnzoo
    from train.readme.benchmark_tables import solver_table
    from train.shared import run_folder as run

    model = pnzoo.load(ENTRY)
    results = {
        "hardware": run.hardware(),
        "backend": os.environ.get("KERAS_BACKEND", "tensorflow"),
        "plans": [plans(model, *case) for case in PLANS],
        "policies": [policies(model, *case) for case in POLICIES],
    }
    if options.json:
        options.json.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    print(solver_table(results))
    return results


if __name__ == "__main__":
    main()
