"""Speed of planning: against the bare recurrence, as maps and K grow, to import and load, and to train.

    python -m tests.benchmarks.planning [--json FILE] [--rounds 15]

`policy` and the bare recurrence take turns in one process, so that other work on the machine slows both alike, and
the ratio is of the medians; each installed backend has a process of its own. So has each size and K, whose memory is
that of the whole process at its highest, and each import. Training races the vin16 recipe's step against the loop of
public PyTorch versions (`public_vin.py`), in two processes that take turns.
"""

import argparse
import importlib.util
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

MAPS, SIZE, K = 256, 16, 20
SIZES, STEPS, GROWTH_MAPS = (8, 16, 28, 64, 101), (10, 40, 160), 4
BACKENDS = ("tensorflow", "jax", "torch")
ENTRY = "vin16"
TRAINING_MAPS = 256  # a turn of our side in the race
PEER_SAMPLES = 512  # and of the other


# -- throughput ---------------------------------------------------------------------------------


def throughput(rounds=15, maps=MAPS, size=SIZE, k=K):
    """Milliseconds of `policy` and of the bare recurrence on this process's backend, and their ratio."""
    import keras

    import pnzoo
    from pnzoo import gridworld
    from tests.benchmarks import recurrence

    backend = keras.backend.backend()
    model = pnzoo.load(ENTRY, k=k)
    walls, goal = gridworld.generate(maps, size, seed=1)
    given = recurrence.given(model, gridworld.encode(walls, goal))
    bare = recurrence.bare(backend, k, size, size)
    sides = {"policy": lambda: model.policy(walls, goal), "bare": lambda: bare(*given)}
    times = {name: [] for name in sides}
    for turn in range(rounds + 2):
        for name, side in sides.items():
            seconds = timed(side)
            if turn >= 2:  # the first ones compile
                times[name].append(seconds)
    median = {name: float(np.median(values)) for name, values in times.items()}
    return {
        "backend": backend,
        "policy_ms": round(1e3 * median["policy"], 1),
        "bare_ms": round(1e3 * median["bare"], 1),
        "ratio": round(median["policy"] / median["bare"], 2),
        "maps_per_second": round(maps / median["policy"]),
    }


def timed(function):
    """Seconds of one call."""
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


# -- growth -------------------------------------------------------------------------------------


def growth(size, k, maps=GROWTH_MAPS, repeats=3):
    """Time and memory of `policy` for maps of one size and one K, in this process."""
    import pnzoo
    from pnzoo import gridworld

    model = pnzoo.load(ENTRY, k=k)
    walls, goal = gridworld.generate(maps, size, seed=1)
    before = megabytes("VmRSS")
    first = timed(lambda: model.policy(walls, goal))
    times = [timed(lambda: model.policy(walls, goal)) for _ in range(repeats)]
    return {
        "size": size,
        "k": k,
        "first_ms": round(1e3 * first),
        "ms": round(1e3 * float(np.median(times)), 1),
        "loaded_mb": round(before),
        "peak_mb": round(megabytes("VmHWM")),
    }


def megabytes(field):
    """Memory of this process as the kernel counts it: VmRSS now, VmHWM at its highest."""
    status = Path("/proc/self/status")
    if not status.exists():
        import resource

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6  # bytes on a Mac: the highest, for both
    line = next(line for line in status.read_text().splitlines() if line.startswith(field))
    return int(line.split()[1]) / 1e3


# -- imports ------------------------------------------------------------------------------------

STARTS = {
    "python": "pass",
    "import_pnzoo": "import pnzoo",
    "import_keras": "import keras",
    "load": f"import pnzoo; pnzoo.load({ENTRY!r})",
}


def start_up(rounds=5):
    """Seconds of fresh processes, taking turns; what each adds to the one it stands on."""
    times = {name: [] for name in STARTS}
    for turn in range(rounds + 1):
        for name, code in STARTS.items():
            seconds = timed(lambda code=code: subprocess.run([sys.executable, "-c", code], check=True, **QUIET))
            if turn:  # the first fills the disk's cache
                times[name].append(seconds)
    median = {name: float(np.median(values)) for name, values in times.items()}
    return {
        "backend": _backend(),
        "python_s": round(median["python"], 3),
        "import_pnzoo_s": round(median["import_pnzoo"] - median["python"], 3),
        "import_keras_s": round(median["import_keras"] - median["python"], 3),
        "load_beyond_keras_s": round(median["load"] - median["import_keras"], 3),
    }


# -- training -----------------------------------------------------------------------------------


def our_trainer():
    """A function that trains an epoch of the recipe's 16x16 stage on a few maps, and how many states that is."""
    import keras

    from train.planning import imitation
    from train.planning.recipes import RECIPES

    recipe = RECIPES[ENTRY]
    stage = recipe.stages[-1]
    model = imitation.build(recipe)
    imitation.set_k(model, stage.k)
    model.compile(
        keras.optimizers.Adam(stage.rate_from, global_clipnorm=recipe.clip),
        keras.losses.CategoricalCrossentropy(from_logits=True),
        jit_compile=keras.backend.backend() != "torch" and recipe.compile,
    )
    images, targets, weights = imitation.data(recipe, stage, 0, TRAINING_MAPS)
    batches = imitation.Batches(images, targets, weights, recipe.batch_size, recipe.cells, recipe.seed)
    return lambda: model.fit(batches, verbose=0).history["loss"][-1], int((weights > 0).sum())


def peer_trainer():
    """The same of the public loop."""
    from tests.benchmarks import public_vin

    return public_vin.trainer(PEER_SAMPLES), PEER_SAMPLES


TRAINERS = {"pnzoo": our_trainer, "public": peer_trainer}


def serve(name):
    """Train a turn for every line on standard input and print the states a second: one side of the race."""
    train, states = TRAINERS[name]()
    train()
    train()
    print("ready", flush=True)
    for _ in sys.stdin:
        print(states / timed(train), flush=True)


def training(rounds=7):
    """States a second of both sides, taking turns, and the time to the paper's 99.3 % that follows."""
    import pnzoo
    from tests.benchmarks import public_vin

    backend = "jax" if importlib.util.find_spec("jax") else _backend()
    sides, rates = {}, {name: [] for name in TRAINERS}
    try:
        for name in TRAINERS:
            sides[name] = _process(["--serve", name], backend, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        for name, side in sides.items():
            if side.stdout.readline().strip() != "ready":
                raise RuntimeError(f"{name} did not start; try python -m tests.benchmarks.planning --serve {name}")
        for _ in range(rounds):
            for name, side in sides.items():
                side.stdin.write("\n")
                side.stdin.flush()
                rates[name].append(float(side.stdout.readline()))
    finally:
        for side in sides.values():
            side.kill()
    ours, public = (float(np.median(rates[name])) for name in ("pnzoo", "public"))
    card = pnzoo.card(ENTRY)
    public_seconds = public_vin.STATES * public_vin.EPOCHS / public
    return {
        "backend": backend,
        "states_per_second": round(ours),
        "public_states_per_second": round(public),
        "rate_ratio": round(ours / public, 1),
        "seconds": card["wall_seconds"],
        "success": next(metric["value"] for metric in card["metrics"] if metric["name"] == "success"),
        "public_states": public_vin.STATES * public_vin.EPOCHS,
        "public_seconds": round(public_seconds),
        "time_ratio": round(public_seconds / card["wall_seconds"], 1),
    }


# -- the command line ---------------------------------------------------------------------------

QUIET = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}


def _backend():
    from pnzoo.core import backend as _backend

    _backend.choose()
    return os.environ.get("KERAS_BACKEND") or _backend._configured()


def _process(words, backend, **pipes):
    """This benchmark as a process of its own, on a backend."""
    command = [sys.executable, "-m", "tests.benchmarks.planning", *words]
    environment = {**os.environ, "KERAS_BACKEND": backend, "TF_CPP_MIN_LOG_LEVEL": "2", "CUDA_VISIBLE_DEVICES": "-1"}
    return subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL, text=True, **pipes)


def _part(words, backend):
    """What a part of the benchmark measures, in a process of its own."""
    with _process(words, backend, stdout=subprocess.PIPE) as process:
        out = process.communicate()[0]
    if process.returncode:
        raise RuntimeError(f"{' '.join(words)} failed on {backend}; KERAS_BACKEND={backend} and try it alone")
    result = json.loads(out.splitlines()[-1])
    print(result, flush=True)
    return result


def measure(rounds):
    """Everything, part by part."""
    from train.shared import run_folder as run

    installed = [backend for backend in BACKENDS if importlib.util.find_spec(backend)]
    return {
        "hardware": run.hardware(),
        "throughput": [_part(["--part", "throughput", "--rounds", str(rounds)], each) for each in installed],
        "growth": [
            _part(["--part", "growth", "--size", str(size), "--k", str(k)], _backend()) for size in SIZES for k in STEPS
        ],
        "growth_backend": _backend(),
        "start_up": _part(["--part", "start_up"], _backend()),
        "training": training(),
    }


def main(arguments=None):
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", type=Path, default=None, help="write the results to this file")
    parser.add_argument("--rounds", type=int, default=15, help="turns of policy and the bare recurrence")
    parser.add_argument("--serve", choices=TRAINERS, help=argparse.SUPPRESS)
    parser.add_argument("--part", choices=("throughput", "growth", "start_up"), help=argparse.SUPPRESS)
    parser.add_argument("--size", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--k", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.serve:
        return serve(options.serve)
    if options.part:
        parts = {
            "throughput": lambda: throughput(options.rounds),
            "growth": lambda: growth(options.size, options.k),
            "start_up": start_up,
        }
        print(json.dumps(parts[options.part]()))
        return None
    results = measure(options.rounds)
    if options.json:
        options.json.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    from train.readme import tables as readme

    print(readme.benchmark_table(results))
    return results


if __name__ == "__main__":
    main()
