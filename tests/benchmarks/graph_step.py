"""One step of value iteration on a graph of 100,000 pages and 3 million links, beside SciPy's sparse product.

    python -m tests.benchmarks.graph_step [--json FILE]

Both take turns in one process, on the same graph and the same number of queries. A step's time is what eight more steps
take, divided by eight: what comes before and after them is not part of it. The other forms that the maximum over links
may have are measured too.
"""

import argparse
import json
import os
from pathlib import Path

import keras
import numpy as np
import scipy.sparse
from keras import ops

from pnzoo.layers import GraphValueIteration
from pnzoo.layers.planning.graph_value_iteration import neighbor_tables
from tests.benchmarks.race import timed

PAGES, LINKS, QUERIES = 100_000, 3_000_000, (1, 8, 32)
FEW, MANY = 1, 9  # steps
ASKED = 3  # times SciPy's product, at most
ROUNDS = 9


def graph(pages, links, seed=0):
    """A CSR matrix of ones: some pages have more links to them, as in a web."""
    rng = np.random.default_rng(seed)
    target = (pages * rng.random(links) ** 2).astype("int32")
    source = rng.integers(pages, size=links)
    return scipy.sparse.csr_matrix((np.ones(links, "float32"), (source, target)), shape=(pages, pages))


class Steps(keras.Model):
    """k steps, compiled as a model's are."""

    def __init__(self, k):
        super().__init__()
        self.iteration, self.built = GraphValueIteration(k), True
        self.iteration.build(None)

    def call(self, inputs):
        inputs = dict(inputs)
        reward = inputs.pop("reward")
        # Their sum: what comes back is no part of a step.
        return ops.sum(self.iteration(reward, [inputs[name] for name in sorted(inputs)]), axis=1)


def step(matrix, queries, rounds=ROUNDS):
    """Milliseconds of one step and of one product, and their ratio."""
    rng = np.random.default_rng(1)
    reward = rng.random((queries, matrix.shape[0])).astype("float32")
    tables = {f"{i}": table for i, table in enumerate(neighbor_tables(matrix.indptr, matrix.indices))}
    inputs = {"reward": reward, **{name: ops.convert_to_tensor(table) for name, table in tables.items()}}
    few, many = Steps(FEW), Steps(MANY)
    columns = np.ascontiguousarray(reward.T)
    calls = {
        "few": lambda: few.predict_on_batch(inputs),
        "many": lambda: many.predict_on_batch(inputs),
        "product": lambda: matrix @ columns,
    }
    for call in calls.values():
        call()
    seconds = [{name: timed(call) for name, call in calls.items()} for _ in range(rounds)]
    # The best of each: other processes only ever slow a call down.
    best = {name: min(row[name] for row in seconds) for name in calls}
    taken = (best["many"] - best["few"]) / (MANY - FEW)
    return {
        "queries": queries, "step_ms": round(1e3 * taken, 2), "product_ms": round(1e3 * best["product"], 2),
        "ratio": round(taken / best["product"], 2),
    }  # fmt: skip


def main(arguments=None):
    """Run the command line; returns what was measured."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", type=Path, default=None, help="write the results there, beside other backends'")
    options = parser.parse_args(arguments)
    from train.shared import run_folder

    matrix = graph(PAGES, LINKS)
    backend = os.environ.get("KERAS_BACKEND", "tensorflow")
    rows = [step(matrix, queries) for queries in QUERIES]
    for row in rows:
        print(backend, row, "asked:", ASKED)
    results = {"hardware": run_folder.hardware(), "pages": PAGES, "links": int(matrix.nnz), backend: rows}
    if options.json:
        before = json.loads(options.json.read_text()) if options.json.is_file() else {}
        options.json.write_text(json.dumps({**before, **results}, indent=1) + "\n")
    return results


if __name__ == "__main__":
    main()
