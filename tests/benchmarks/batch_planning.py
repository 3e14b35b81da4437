"""How `pnzoo.batch.plan` grows: with workers, and with the number of maps.

    python -m tests.benchmarks.batch_planning [--maps 10000 100000 1000000] [--json FILE]

Each run is a process of its own with a Ray cluster of its own, on copies of one Parquet file of 10,000 maps of 16x16.
One worker and two take turns. Maps a second are counted from the moment when every worker has finished a block to the
last file, so that the start of Ray and of the models is apart from what they do. Memory is the driver's highest
resident set, everything that it imports included; the workers' memory does not depend on the number of maps.
"""

import argparse
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ENTRY, SIDE, PER_FILE, ROWS = "vin_maze", 16, 10_000, 2_000
TURNS, TURN_FILES = 3, 8
MAPS = (10_000, 100_000, 1_000_000)


def write_maps(folder, files, per_file=PER_FILE):
    """Parquet files of maps: one that is generated, and copies."""
    from pyarrow import parquet

    from pnzoo import batch, gridworld

    walls, goal = gridworld.generate(per_file, SIDE, seed=0)
    start = gridworld.random_starts(walls, goal, rng=0)
    folder.mkdir()
    first = folder / "000000.parquet"
    parquet.write_table(batch.table(walls, start, goal), first, row_group_size=ROWS)
    for number in range(1, files):
        shutil.copyfile(first, folder / f"{number:06d}.parquet")


def drive(source, out, workers, rows=ROWS):
    """Plan on all maps of a folder: what a driver measures of itself."""
    import ray

    from pnzoo import batch

    ray.init(num_cpus=workers, include_dashboard=False, object_store_memory=100 << 20, log_to_driver=False)
    began = time.time()
    summary = batch.plan(source, ENTRY, out, workers=workers, rows_per_block=rows)
    seconds = time.time() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    ray.shutdown()
    written = sorted(path.stat().st_mtime for path in Path(out).glob("*.parquet"))
    busy = written[workers - 1]
    rate = rows * (len(written) - workers) / (written[-1] - busy)
    return {"maps": summary.maps, "reached": summary.reached, "workers": workers, "seconds": round(seconds, 1),
            "start_s": round(busy - began, 1), "maps_per_second": round(rate), "driver_mb": round(peak)}  # fmt: skip


def in_a_process(source, workers):
    """`drive` in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "tests.benchmarks.batch_planning", "--drive", str(source),
                   str(Path(folder) / "plans"), str(workers)]  # fmt: skip
        environment = {**os.environ, "RAY_USAGE_STATS_ENABLED": "0", "TF_CPP_MIN_LOG_LEVEL": "3"}
        done = subprocess.run(command, capture_output=True, text=True, env=environment)
        if done.returncode:
            raise RuntimeError(done.stderr[-2000:])
        return json.loads(done.stdout.splitlines()[-1])


def measured(maps):
    """Both comparisons."""
    with tempfile.TemporaryDirectory() as folder:
        turns, few = [], Path(folder) / "few"
        write_maps(few, TURN_FILES)
        for _ in range(TURNS):
            for workers in (1, 2):
                turns.append(in_a_process(few, workers))
                print(turns[-1], flush=True)
        growth = []
        for count in maps:
            source = Path(folder) / str(count)
            write_maps(source, count // PER_FILE)
            growth.append(in_a_process(source, 2))
            print(growth[-1], flush=True)
    one, two = (statistics.median(row["maps_per_second"] for row in turns if row["workers"] == n) for n in (1, 2))
    return {"turns": turns, "speedup": round(two / one, 2), "efficiency": round(two / one / 2, 2), "growth": growth}


def main(arguments=None):
    """Run the command line; returns what was measured."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--maps", type=int, nargs="+", default=MAPS, help="numbers of maps, multiples of 10,000")
    parser.add_argument("--json", type=Path, default=None, help="write the results to this file")
    parser.add_argument("--drive", nargs=3, metavar=("MAPS", "OUT", "WORKERS"), help="one run, as the above starts it")
    options = parser.parse_args(arguments)
    if options.drive:
        source, out, workers = options.drive
        return print(json.dumps(drive(source, out, int(workers))))
    from train.readme.benchmark_tables import batch_planning_table
    from train.shared import run_folder as run

    results = {"hardware": run.hardware(), "entry": ENTRY, "side": SIDE, "rows_per_block": ROWS,
               **measured(options.maps)}  # fmt: skip
    if options.json:
        options.json.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    print(batch_planning_table(results))
    return results


if __name__ == "__main__":
    main()
