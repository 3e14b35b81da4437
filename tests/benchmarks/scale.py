"""What one map, one cell and one photograph cost: the constants behind `docs/scale.md`.

    python -m tests.benchmarks.scale [CASE ...] [--json FILE]

Each case is a process of its own, so that its highest memory is its own. Times are a core's (of all threads), the
least of three; memory is what the work adds to a process in which the model has run once on a small input. Cases that
are not named stay as they are in FILE.
"""

import argparse
import json
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from tests.benchmarks.batch_planning import peak_mb

RUNS = 3


def maps(name, count):
    """Core microseconds a map of 16x16."""
    import pnzoo
    from pnzoo import gridworld

    model = pnzoo.load(name)
    walls, goal = gridworld.generate(count, 16, seed=0)
    start = gridworld.random_starts(walls, goal, rng=0)
    model.plan_batch(walls[:256], start[:256], goal[:256])

    def plan():
        for i in range(0, count, 256):
            model.plan_batch(*(each[i : i + 256] for each in (walls, start, goal)))

    return {"core_us": 1e6 * least(plan) / count, "peak_mb": peak_mb()}


def vin_maze():
    """Maps by Dijkstra's algorithm in what the network has learned."""
    return maps("vin_maze", 4096)


def vin16():
    """Maps by the network itself."""
    return maps("vin16", 512)


def rows():
    """Bytes a map of 16x16 and its plan in Parquet, and core microseconds to read one and write the other."""
    import pyarrow as pa
    from pyarrow import parquet

    import pnzoo
    from pnzoo import batch, gridworld
    from pnzoo.batch import rows as rows_

    count = 4096
    walls, goal = gridworld.generate(count, 16, seed=0)
    start = gridworld.random_starts(walls, goal, rng=0)
    table = batch.table(walls, start, goal)
    plans = pnzoo.load("vin_maze").plan_batch(walls, start, goal)
    files = {"maps": pa.BufferOutputStream(), "plans": pa.BufferOutputStream()}
    parquet.write_table(table, files["maps"])
    parquet.write_table(rows_.answers(table, plans), files["plans"])
    stored = files["maps"].getvalue()

    def both():
        rows_.read(parquet.read_table(pa.BufferReader(stored)))
        parquet.write_table(rows_.answers(table, plans), pa.BufferOutputStream())

    sizes = {f"{name}_bytes": len(file.getvalue()) / count for name, file in files.items()}
    return {**sizes, "core_us": 1e6 * least(both) / count}


def cells():
    """Core microseconds and bytes a cell of one open map of 1024x1024, every cell's way to one goal."""
    import pnzoo
    from pnzoo import gridworld

    model = pnzoo.load("vin_maze")
    model.policy(*gridworld.generate(1, 16, seed=0))
    walls, goal = gridworld.generate_family("open", 1, 1024, seed=0)
    before = peak_mb()
    seconds = least(lambda: model.policy(walls, goal))
    return {"core_us": 1e6 * seconds / walls.size, "bytes": (peak_mb() - before) * 2**20 / walls.size}


def ground():
    """Core microseconds and bytes a cell of what `vin_moon` reads off a picture, 8x8 pixels a cell."""
    import pnzoo

    model = pnzoo.load("vin_moon")
    rng = np.random.default_rng(0)
    model.cost(rng.integers(0, 256, (128, 128), dtype=np.uint8))
    picture = rng.integers(0, 256, (1024, 1024), dtype=np.uint8)
    model.cost(picture[:256, :256])
    before = peak_mb()
    seconds = least(lambda: model.cost(picture))
    count = picture.size // model.cell**2
    return {"cell": int(model.cell), "core_us": 1e6 * seconds / count, "bytes": (peak_mb() - before) * 2**20 / count}


def photographs():
    """Core milliseconds to embed a photograph of 224x224 by `matching_photo`, and the numbers of its embedding."""
    from pnzoo import ImageEmbedder

    embedder = ImageEmbedder("matching_photo")
    pictures = list(np.random.default_rng(0).integers(0, 256, (32, 224, 224, 3), dtype=np.uint8))
    size = embedder.fit_transform(pictures[:32]).shape[1]
    return {"core_ms": 1e3 * least(lambda: embedder.transform(pictures)) / len(pictures), "size": int(size)}


CASES = {each.__name__: each for each in (vin_maze, vin16, rows, cells, ground, photographs)}


def least(function):
    """Core seconds of the fastest of a few calls."""
    times = []
    for _ in range(RUNS):
        began = time.process_time()
        function()
        times.append(time.process_time() - began)
    return min(times)


def in_a_process(name):
    """A case in a process of its own."""
    command = [sys.executable, "-m", "tests.benchmarks.scale", "--case", name]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    return {key: round(value, 2) for key, value in json.loads(done.stdout.splitlines()[-1]).items()}


def main(arguments=None):
    """Run the command line; returns what was measured."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cases", nargs="*", default=list(CASES), help=f"of {', '.join(CASES)} (all)")
    parser.add_argument("--json", type=Path, default=None, help="write the results to this file")
    parser.add_argument("--case", choices=CASES, help="one, as the above starts it")
    options = parser.parse_args(arguments)
    if options.case:
        return print(json.dumps(CASES[options.case]()))
    from train.shared import run_folder as run

    known = json.loads(options.json.read_text()) if options.json and options.json.exists() else {}
    results = {**known, "hardware": run.hardware()}
    for name in options.cases:
        results[name] = in_a_process(name)
        print(name, results[name], flush=True)
        if options.json:
            options.json.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    return results


if __name__ == "__main__":
    main()
