"""How `pnzoo.batch.plan` grows: with workers, and with the number of maps.

    python -m tests.benchmarks.batch_planning --turns 4 --maps 10000 100000 1000000 [--json FILE]

The maps are copies of one Parquet file of 10,000. One worker and two take turns on 160,000 maps of 16x16; what counts
is the fastest third of each run, and of all turns the fastest, so that other programs on the machine disturb less.
Then two plan on more and more maps of 8x8, each time in a process of its own with a Ray cluster of its own. Maps a
second are counted from the moment when every worker has finished a block, so that the start of Ray and of the models is
apart from what they do. Memory is the driver's highest resident set, everything that it imports included; the workers'
memory does not depend on the number of maps. Without --turns or --maps, what FILE says of them stays.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

ENTRY, PER_FILE = "vin_maze", 10_000
SIDE, ROWS, FILES = 16, 5_000, 16  # of the turns
GROWTH_SIDE, GROWTH_ROWS = 8, 2_000


def write_maps(folder, files, side, rows, per_file=PER_FILE):
    """Parquet files of maps: one that is generated, and copies."""
    from pyarrow import parquet

    from pnzoo import batch, gridworld

    walls, goal = gridworld.generate(per_file, side, seed=0)
    start = gridworld.random_starts(walls, goal, rng=0)
    folder.mkdir()
    first = folder / "000000.parquet"
    parquet.write_table(batch.table(walls, start, goal), first, row_group_size=rows)
    for number in range(1, files):
        shutil.copyfile(first, folder / f"{number:06d}.parquet")


def drive(source, out, rows, workers_in_turn):
    """Plan on all maps of a folder, by each number of workers in turn: rows of what a driver measures of itself."""
    import ray

    from pnzoo import batch

    ray.init(num_cpus=max(workers_in_turn), include_dashboard=False, object_store_memory=100 << 20, log_to_driver=False)
    for number, workers in enumerate(workers_in_turn):
        began, place = time.time(), Path(out) / str(number)
        summary = batch.plan(source, ENTRY, place, workers=workers, rows_per_block=rows)
        seconds = time.time() - began
        written = np.sort([path.stat().st_mtime for path in place.glob("*.parquet")])[workers - 1 :]
        window = workers * max(1, len(written) // (3 * workers))  # workers in step finish their blocks together
        yield {
            "maps": summary.maps, "reached": summary.reached, "workers": workers, "seconds": round(seconds, 1),
            "start_s": round(written[0] - began, 1),
            "maps_per_second": round(rows * (len(written) - 1) / (written[-1] - written[0])),
            "best_per_second": round(rows * window / (written[window:] - written[:-window]).min()),
            "driver_mb": round(peak_mb()),
        }  # fmt: skip
    ray.shutdown()


def peak_mb():
    """Highest resident set of this process; `getrusage` would count its parent's from before it became another."""
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


def in_a_process(source, rows_per_block, *workers):
    """`drive` in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "tests.benchmarks.batch_planning", "--drive", str(source), folder,
                   *map(str, (rows_per_block, *workers))]  # fmt: skip
        environment = {**os.environ, "RAY_USAGE_STATS_ENABLED": "0", "TF_CPP_MIN_LOG_LEVEL": "3"}
        rows = []
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
            for line in process.stdout:
                if line.startswith("{"):
                    rows.append(json.loads(line))
                    print(rows[-1], flush=True)
        if process.returncode:
            raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}")
        return rows


def turns(count):
    """One worker and two, so many times each."""
    with tempfile.TemporaryDirectory() as folder:
        few = Path(folder) / "few"
        write_maps(few, FILES, SIDE, ROWS)
        rows = in_a_process(few, ROWS, *count * [1, 2])
    one, two = (max(row["best_per_second"] for row in rows if row["workers"] == n) for n in (1, 2))
    return {"turns": rows, "one": one, "two": two, "efficiency": round(two / one / 2, 2)}


def growth(maps):
    """More and more maps."""
    rows = []
    for count in maps:
        with tempfile.TemporaryDirectory() as folder:
            source = Path(folder) / "maps"
            write_maps(source, count // PER_FILE, GROWTH_SIDE, GROWTH_ROWS)
            rows += in_a_process(source, GROWTH_ROWS, 2)
    return {"growth": rows}


def main(arguments=None):
    """Run the command line; returns what was measured."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--turns", type=int, default=0, help="of one worker and two")
    parser.add_argument("--maps", type=int, nargs="+", default=(), help="numbers of maps, multiples of 10,000")
    parser.add_argument("--json", type=Path, default=None, help="write the results to this file")
    parser.add_argument("--drive", nargs="+", metavar="WORD", help="MAPS OUT ROWS WORKERS ...: as the above starts it")
    options = parser.parse_args(arguments)
    if options.drive:
        source, out, rows, *workers = options.drive
        for row in drive(source, out, int(rows), list(map(int, workers))):
            print(json.dumps(row), flush=True)
        return None
    from train.readme.benchmark_tables import batch_planning_table
    from train.shared import run_folder as run

    known = json.loads(options.json.read_text()) if options.json and options.json.exists() else {}
    results = {
        **known, "hardware": run.hardware(), "entry": ENTRY, "side": SIDE, "rows_per_block": ROWS,
        "growth_side": GROWTH_SIDE, "growth_rows_per_block": GROWTH_ROWS,
    }  # fmt: skip
    results |= turns(options.turns) if options.turns else {}
    results |= growth(options.maps) if options.maps else {}
    if options.json:
        options.json.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    if "growth" in results:
        print(batch_planning_table(results))
    return results


if __name__ == "__main__":
    main()
