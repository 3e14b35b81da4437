"""How fast everything is beside what one would take instead: one table of ratios.

    python -m train.benchmark [--only PART ...] [--json FILE] [--release tests/benchmarks/releases.csv]

A ratio is the peer's time over ours, so more is better. Both sides take turns, so that other work on the machine slows
both alike; each has a process of its own and all cores. `--release` keeps the ratios of this version in a file with
those of earlier ones, and says which have become worse.
"""

import argparse
import csv
import functools
import importlib.metadata
import importlib.util
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

BACKENDS = ("tensorflow", "jax", "torch")
PLANNING = (("vin8", 8, 10), ("vin16", 16, 20), ("vin28", 28, 36))  # entry, size of the maps, K
MAPS, ROUNDS = 128, 25
PEERS = ("torch", "scipy", "onnxruntime", "ai-edge-litert", "scikit-learn", "sb3-contrib")
OURS = ("keras", "tensorflow", "jax", "numba", "numpy")
SUCCESS = 0.993  # the paper's, at 16x16
WORSE = 0.9  # of an earlier release's ratio


# -- the sides of a race ------------------------------------------------------------------------


def _maps(size):
    from pnzoo import gridworld

    return gridworld.generate(MAPS, size, seed=1)


def plan_side(entry, size, k):
    """The policy of every cell of 128 maps."""
    import pnzoo

    model, maps = pnzoo.load(entry, k=int(k)), _maps(int(size))
    return lambda: model.policy(*maps)


def network_side(entry, size, k):
    """The same from the Keras network itself, as the backend compiles it."""
    import pnzoo
    from pnzoo import gridworld

    model, image = pnzoo.load(entry, k=int(k)), gridworld.encode(*_maps(int(size)))
    return lambda: np.asarray(model.predict_on_batch(image)).argmax(axis=-1)


def peer_side(entry, size, k):
    """One move for each of 128 maps, by the paper's network in plain PyTorch."""
    import torch

    from pnzoo import gridworld
    from tests.benchmarks import public_vin

    network, (walls, goal) = public_vin.network(int(k)), _maps(int(size))
    image = torch.from_numpy(gridworld.encode(walls, goal).transpose(0, 3, 1, 2).copy())
    rows, columns = torch.from_numpy(gridworld.random_starts(walls, goal, np.random.default_rng(0)).T.copy())

    def run():
        with torch.no_grad():
            return network(image, rows, columns).argmax(dim=-1).numpy()

    return run


def match_side(*_):
    """Name 100 vectors of 20 classes after five examples each, by attention."""
    import pnzoo

    support, labels, query = _vectors()
    model = pnzoo.models.MatchingNetwork()
    one_hot = np.eye(20, dtype="float32")[labels][None]
    return lambda: np.asarray(model.match(support[None], one_hot, query[None])).argmax(axis=-1)


def logistic_side(*_):
    """The same by scikit-learn's logistic regression."""
    from sklearn.linear_model import LogisticRegression

    support, labels, query = _vectors()
    return lambda: LogisticRegression(max_iter=1000).fit(support, labels).predict(query)


def _vectors():
    rng = np.random.default_rng(0)
    means, labels = rng.normal(size=(20, 64)), np.arange(100) % 20
    draw = lambda: (means[labels] + rng.normal(size=(100, 64))).astype("float32")  # noqa: E731
    return draw(), labels, draw()


SIDES = {
    "plan": plan_side,
    "network": network_side,
    "public": peer_side,
    "match": match_side,
    "logistic": logistic_side,
}


def _race(ours, peer, backend, rounds=ROUNDS):
    """Least milliseconds of both sides, (None, ...) of one that does not start."""
    from tests.benchmarks.race import race

    commands = {
        name: [sys.executable, "-m", "train.benchmark", "--serve", *map(str, words)]
        for name, words in (("ours", ours), ("peer", peer))
    }
    numbers = race(commands, rounds=rounds, backend=backend)
    return tuple(1e3 * min(numbers[name]) if name in numbers else None for name in commands)


# -- parts --------------------------------------------------------------------------------------


def row(part, what, backend, ours, peer, peer_name, asked=None):
    """A line of the table; times in milliseconds, `ratio` the peer's over ours."""
    ratio = round(peer / ours, 2) if ours and peer else None
    ours, peer = (None if time is None else round(time, 3) for time in (ours, peer))
    return {
        "part": part, "what": what, "backend": backend, "ours_ms": ours, "peer_ms": peer, "peer": peer_name,
        "ratio": ratio, "asked": asked,
    }  # fmt: skip


def planning(backends):
    """`policy` of every cell against the public network of one cell, on every backend."""
    for backend in backends:
        for entry, size, k in PLANNING:
            what = f"`{entry}`, {MAPS} maps of {size}x{size}, K = {k}, every cell"
            times = _race(("plan", entry, size, k), ("public", entry, size, k), backend)
            yield row("planning", what, backend, *times, "PyTorch VIN, one cell a map", 3.0)


def network(backends):
    """The network itself, as it trains and is exported, without tables of patches."""
    for backend in backends:
        for entry, size, k in PLANNING:
            what = f"the Keras network of `{entry}`, {size}x{size}, K = {k}, every cell"
            times = _race(("network", entry, size, k), ("public", entry, size, k), backend, 10)
            yield row("network", what, backend, *times, "PyTorch VIN, one cell a map")


def roofline(backends):
    """A step on 101x101 cells, one core, against reading P of every cell from memory, as a network does each step."""
    import pnzoo
    from pnzoo import gridworld
    from pnzoo.worlds.gridworld import patch_iteration
    from pnzoo.worlds.gridworld.neighborhoods import patch_index
    from tests.benchmarks.race import timed

    model = pnzoo.load("vin28")
    walls, goal = gridworld.generate(1, 101, seed=1)
    tables, patches = model._patch_tables(), patch_index(walls, goal)
    patch_iteration.logits(tables, patches, 200)  # starts the compiler
    few, many = (
        min(timed(lambda k=k: patch_iteration.logits(tables, patches, k)) for _ in range(ROUNDS)) for k in (20, 60)
    )
    large = np.ones(2**26, "float32")
    bandwidth = large.nbytes / min(timed(large.max) for _ in range(5))
    transition = patches.size * 9 * model.channels * 4
    what = f"a step of value iteration on 101x101, {model.channels} actions, one core"
    peer = f"reading P of every cell, {transition / 1e6:.1f} MB at the measured {bandwidth / 1e9:.1f} GB/s"
    yield row("roofline", what, "", 1e3 * (many - few) / 40, 1e3 * transition / bandwidth, peer)


def dijkstra(backends):
    """Exact plans against SciPy on a graph that is ready."""
    import pnzoo
    from tests.benchmarks import solvers

    model = pnzoo.load("vin_maze")
    for family, side in (("open", 101), ("caves", 512)):
        times = solvers.plans(model, family, side)
        what = f"`vin_maze`, `plan` on {family} {side}x{side}"
        yield row("dijkstra", what, _here(), times["plan"], times["ready"], "SciPy's Dijkstra, the graph ready")


def photographs(backends):
    """EfficientNet-Lite0 against the same network in ONNX Runtime and LiteRT."""
    from tests.benchmarks import photographs as measured

    with tempfile.TemporaryDirectory() as folder:
        for batch in measured.BATCHES:
            measured.export(Path(folder), batch)
            times = measured.measure(batch, folder, 20, os.cpu_count())
            for name, peer in (("onnx", "ONNX Runtime"), ("litert", "LiteRT")):
                what = f"EfficientNet-Lite0, {batch} photograph{'s' * (batch > 1)}"
                yield row("photographs", what, _here(), times["pnzoo_ms"], times.get(f"{name}_ms"), peer, 0.77)


def few_shot(backends):
    """Attention over a support set against a classifier that is fitted to it; training against plain PyTorch."""
    from tests.benchmarks import matching

    what = "name 100 vectors, 20 classes of 5 examples"
    yield row("few_shot", what, _here(), *_race(["match"], ["logistic"], None), "scikit-learn's LogisticRegression")
    rates = matching.training(20)  # episodes a second
    times = (1e3 / rates["pnzoo"], 1e3 / rates["torch"])
    yield row("few_shot", "a step of training, 60 ways", _here(), *times, "plain PyTorch", 1.0)


def trpo(backends):
    """An update of TRPO, the same perceptron and batch."""
    from tests.benchmarks import rl

    times = rl.updates(20, ("pnzoo", "sb3"))
    both = (1e3 * times[name] if name in times else None for name in ("pnzoo", "sb3"))
    yield row("trpo", "an update of TRPO, 8x8", _here(), *both, "sb3-contrib")


def cold(backends):
    """Programs that begin from nothing; here the peer is what was asked for."""
    from tests.benchmarks.race import timed

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "map.txt"
        file.write_text("#######\n#S....#\n#..##.#\n#...G.#\n#######\n")
        for words, asked in ((["--help"], 300), (["list"], 300), (["plan", "vin16", str(file)], 1500)):
            call = functools.partial(_quiet, [sys.executable, "-m", "pnzoo", *words])
            call()  # fills the disk's cache
            least = 1e3 * min(timed(call) for _ in range(5))
            yield row("cold", f"`pnzoo {' '.join(words[:2])}`", "", least, asked, "asked for", 1.0)
    for backend in backends:
        seconds = [json.loads(_quiet([sys.executable, "-c", FIRST_PLAN], backend)) for _ in range(3)]
        what = "`pnzoo.load` and the first plan, beyond importing the backend"
        yield row("cold", what, backend, 1e3 * min(seconds), 1500, "asked for", 1.0)


FIRST_PLAN = """
import time, keras, numpy
keras.ops.zeros(1)  # the backend itself, which some import late
start = time.perf_counter()
import pnzoo
walls = numpy.zeros((16, 16), bool)
pnzoo.load("vin16").plan(walls, (1, 1), (12, 9))
print(time.perf_counter() - start)
"""


def _quiet(command, backend=None):
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "-1"}
    environment |= {"KERAS_BACKEND": backend} if backend else {}
    return subprocess.run(command, env=environment, capture_output=True, check=True, text=True).stdout


def training(backends):
    """From nothing to the paper's success at 16x16, on 5,000 new maps; the peer is what was asked."""
    backend = "jax" if "jax" in backends else backends[0]
    found = json.loads(_quiet([sys.executable, "-m", "train.benchmark", "--train"], backend).splitlines()[-1])
    what = f"training `vin16` to {found['success']:.1%} success ({SUCCESS:.1%} asked), compiling included"
    yield row("training", what, backend, 1e3 * found["seconds"], 60_000, "asked for", 1.0)


def train_once():
    """Seconds and success of `vin16`'s recipe with fewer epochs at 16x16."""
    import dataclasses
    import time

    from pnzoo.evaluation import gridworld as evaluation
    from train.planning import imitation
    from train.planning.recipes import MIDDLE, RECIPES, SHORT

    stages = (SHORT, dataclasses.replace(MIDDLE, epochs=1))
    recipe = dataclasses.replace(RECIPES["vin16"], stages=stages)
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        model = imitation.train(recipe, Path(folder) / "run")
        seconds = time.perf_counter() - start
    metrics = evaluation.evaluate(model, evaluation.generated(16, 16))
    success = next(metric.value for metric in metrics if metric.name == "success_rate")
    return {"seconds": seconds, "success": float(success)}


PARTS = {
    "planning": planning,
    "network": network,
    "roofline": roofline,
    "dijkstra": dijkstra,
    "photographs": photographs,
    "few_shot": few_shot,
    "trpo": trpo,
    "cold": cold,
    "training": training,
}


def _here():
    import keras

    return keras.backend.backend()


# -- releases -----------------------------------------------------------------------------------


def keep(file, rows, release):
    """Write the ratios of a release into a CSV file of releases, one a line, in place of those it had.

    Args:
        file: path; made if it is not there.
        rows: of the table; those without a ratio are left out.
        release: its version.
    """
    kept = [line for line in read(file) if line["release"] != release]
    new = [
        {"release": release, "part": each["part"], "what": each["what"], "backend": each["backend"],
         "peer": each["peer"], "ratio": str(each["ratio"])}
        for each in rows if each["ratio"] is not None
    ]  # fmt: skip
    with open(file, "w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, ["release", "part", "what", "backend", "peer", "ratio"], lineterminator="\n")
        writer.writeheader()
        writer.writerows([*kept, *new])


def read(file):
    """The lines of a file of releases, as dicts; none if there is no file."""
    if not Path(file).exists():
        return []
    with open(file, encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def slower(lines, release):
    """What was faster in the release before: a list of (what, backend, ratio now, ratio before)."""
    key = lambda line: (line["what"], line["backend"], line["peer"])  # noqa: E731
    before, now = {}, {}
    for line in lines:
        (now if line["release"] == release else before)[key(line)] = float(line["ratio"])  # later lines replace earlier
    return [(*each[:2], now[each], before[each]) for each in now if each in before and now[each] < WORSE * before[each]]


# -- the command line ---------------------------------------------------------------------------


def versions():
    """{package: version} of both sides; "not installed" of one that is not."""
    import pnzoo

    found = {"pnzoo": pnzoo.__version__}
    for name in (*OURS, *PEERS):
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            found[name] = "not installed"
    return found


def main(arguments=None):
    """Run the command line; returns what was measured."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", choices=PARTS, default=list(PARTS), help="parts to measure (all)")
    parser.add_argument("--json", type=Path, help="write the table's numbers there; other parts in it stay")
    parser.add_argument("--release", type=Path, help="keep the ratios of this version in this CSV file")
    parser.add_argument("--serve", nargs="+", help=argparse.SUPPRESS)
    parser.add_argument("--train", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.serve:
        from tests.benchmarks.race import serve, timed

        run = SIDES[options.serve[0]](*options.serve[1:])
        return serve(lambda: timed(run))
    if options.train:
        print(json.dumps(train_once()))
        return None
    return _measure(options)


def _measure(options):
    import pnzoo
    from train.readme.benchmark_tables import peers_table
    from train.shared import run_folder

    backends = [backend for backend in BACKENDS if importlib.util.find_spec(backend)]
    rows = []
    for part in options.only:
        for each in PARTS[part](backends):
            print(each, flush=True)
            rows.append(each)
    if options.json and options.json.exists():
        before = json.loads(options.json.read_text(encoding="utf-8"))["rows"]
        rows = sorted(
            [*(each for each in before if each["part"] not in options.only), *rows],
            key=lambda each: list(PARTS).index(each["part"]),
        )
    results = {"hardware": run_folder.hardware(), "versions": versions(), "rows": rows}
    if options.json:
        options.json.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    print(peers_table(results))
    if options.release:
        keep(options.release, rows, pnzoo.__version__)
        for what, backend, now, before in slower(read(options.release), pnzoo.__version__):
            print(f"SLOWER than the release before: {what} ({backend}): {now}, was {before}")
    return results


if __name__ == "__main__":
    main()
