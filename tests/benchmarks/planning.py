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
from pathlib import Path

import numpy as np

from tests.benchmarks.race import race, serve, timed

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

    from train.planning import imitation, labels
    from train.planning.recipes import RECIPES
    from train.shared import entry

    recipe = RECIPES[ENTRY]
    stage = recipe.stages[-1]
    model = entry.build(recipe)
    imitation.set_options(model, {"k": stage.k})
    model.compile(
        keras.optimizers.Adam(stage.initial_learning_rate, global_clipnorm=recipe.global_clipnorm),
        keras.losses.CategoricalCrossentropy(from_logits=True),
        jit_compile=keras.backend.backend() != "torch" and recipe.jit_compile,
    )
    images, targets, weights = labels.data(recipe, stage, 0, TRAINING_MAPS)
    batches = labels.Batches(images, targets, weights, recipe.batch_size, recipe.cells_per_map, recipe.seed)
    return lambda: model.fit(batches, verbose=0).history["loss"][-1], int((weights > 0).sum())


def peer_trainer():
    """The same of the public loop."""
    from tests.benchmarks import public_vin

    return public_vin.trainer(PEER_SAMPLES), PEER_SAMPLES


TRAINERS = {"pnzoo": our_trainer, "public": peer_trainer}


def training(rounds=7):
    """States a second of both sides, taking turns, and the time to the paper's 99.3 % that follows."""
    import pnzoo
    from tests.benchmarks import public_vin

    backend = "jax" if importlib.util.find_spec("jax") else _backend()
    commands = {name: [sys.executable, "-m", "tests.benchmarks.planning", "--serve", name] for name in TRAINERS}
    rates = race(commands, rounds, backend=backend)
    ours, public = (float(np.median(rates[name])) for name in ("pnzoo", "public"))
    card = pnzoo.card(ENTRY)
    public_seconds = public_vin.STATES * public_vin.EPOCHS / public
    return {
        "backend": backend,
        "states_per_second": round(ours),
        "public_states_per_second": round(public),
        "rate_ratio": round(ours / public, 1),
        "seconds": card["training_seconds"],
        "success": next(metric["value"] for metric in card["metrics"] if metric["name"] == "success_rate"),
        "public_states": public_vin.STATES * public_vin.EPOCHS,
        "public_seconds": round(public_seconds),
        "time_ratio": round(public_seconds / card["training_seconds"], 1),
    }


# -- the command line ---------------------------------------------------------------------------

QUIET = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}


def _backend():
    from pnzoo.core import backend as _backend

    _backend.choose()
    return os.environ.get("KERAS_BACKEND") or _backend._configured()


def _part(words, backend):
    """What a part of the benchmark measures, in a process of its own on a backend."""
    command = [sys.executable, "-m", "tests.benchmarks.planning", *words]
    environment = {**os.environ, "KERAS_BACKEND": backend, "TF_CPP_MIN_LOG_LEVEL": "2", "CUDA_VISIBLE_DEVICES": "-1"}
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    if done.returncode:
        raise RuntimeError(f"{' '.join(words)} failed on {backend}; KERAS_BACKEND={backend} and try it alone")
    result = json.loads(done.stdout.splitlines()[-1])
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
        train, states = TRAINERS[options.serve]()
        return serve(lambda: states / timed(train))
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
    from train.readme.benchmark_tables import planning_table

    print(planning_table(results))
    return results


if __name__ == "__main__":
    main()
