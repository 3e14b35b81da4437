"""Speed of Matching Networks: training against plain PyTorch, and inference as the support set grows.

    python -m tests.benchmarks.matching [--seconds 20] [--json FILE]

Training is one step of Conv-4 on a 60-way 1-shot episode with 3 queries a class (240 images of 28x28), Adam, on
whatever backend `KERAS_BACKEND` names; the peer is the same step in plain PyTorch. The two take
turns, see `race`, and the ratio is of the medians.
"""

import argparse
import functools
import json
import sys
import time

import numpy as np

from tests.benchmarks.race import race, serve, timed

WAY, QUERIES = 60, 3


def episode(seed=0):
    """Random images of one episode, as `EpisodeDataset` gives them."""
    rng = np.random.default_rng(seed)
    inputs = {
        "support": rng.random((1, WAY, 28, 28, 1), "float32"),
        "labels": np.eye(WAY, dtype="float32")[None],
        "query": rng.random((1, WAY * QUERIES, 28, 28, 1), "float32"),
    }
    return inputs, np.tile(np.arange(WAY), QUERIES)[None]


def pnzoo_step():
    """A function that does one training step through Keras."""
    import keras

    from pnzoo.models import MatchingNetwork

    network = MatchingNetwork("conv4")
    network.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    inputs, y = episode()
    return lambda: network.train_on_batch(inputs, y)


def torch_step():
    """The same step, as one writes it in plain PyTorch."""
    import torch
    from torch import nn
    from torch.nn import functional

    def block(channels):
        return [nn.Conv2d(channels, 64, 3, padding=1, bias=False), nn.BatchNorm2d(64), nn.ReLU(), nn.MaxPool2d(2)]

    encoder = nn.Sequential(*block(1), *block(64), *block(64), *block(64), nn.Flatten())
    log_scale = nn.Parameter(torch.tensor(np.log(10.0), dtype=torch.float32))
    optimizer = torch.optim.Adam([*encoder.parameters(), log_scale])
    inputs, y = episode()
    images = np.concatenate([inputs["support"], inputs["query"]], axis=1)[0].transpose(0, 3, 1, 2)
    images, y = torch.from_numpy(images.copy()), torch.from_numpy(y[0])

    def step():
        codes = functional.normalize(encoder(images), dim=1)
        loss = functional.cross_entropy(log_scale.exp() * codes[WAY:] @ codes[:WAY].T, y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return loss.item()

    return step


STEPS = {"pnzoo": pnzoo_step, "torch": torch_step}


def training(seconds):
    """Episodes a second of both sides, and their ratio."""
    commands = {name: [sys.executable, "-m", "tests.benchmarks.matching", "--serve", name] for name in STEPS}
    median = {name: float(np.median(values)) for name, values in race(commands, seconds=seconds).items()}
    result = {name: round(1 / value, 2) for name, value in median.items()}
    return {**result, "ratio": round(median["torch"] / median["pnzoo"], 2)}


def inference(sizes=(20, 100, 500, 2000), repeats=5):
    """Milliseconds to answer 20 queries from codes, for support sets of growing size, with and without context."""
    from keras import ops

    from pnzoo.models import MatchingNetwork

    rng, rows = np.random.default_rng(0), []
    networks = {
        "plain": MatchingNetwork(),
        "fce": MatchingNetwork(support_embedding="lstm", query_steps=5),
        "set": MatchingNetwork(support_embedding="set", query_steps=5),
    }
    for size in sizes:
        support, query = (rng.normal(size=(1, n, 64)).astype("float32") for n in (size, 20))
        labels = np.eye(20, dtype="float32")[np.arange(size) % 20][None]
        row = {"support": size}
        for name, network in networks.items():
            answer = functools.partial(network.match, support, labels, query)
            times = [timed(lambda answer=answer: ops.convert_to_numpy(answer())) for _ in range(repeats + 1)]
            row[name + "_ms"] = round(1e3 * float(np.median(times[1:])), 2)
        images = rng.random((size, 28, 28, 1), "float32")
        start = time.perf_counter()
        for i in range(0, size, 256):
            ops.convert_to_numpy(networks["plain"].encode(images[i : i + 256]))
        row["encode_ms"] = round(1e3 * (time.perf_counter() - start), 1)
        rows.append(row)
    return rows


def main(arguments=None):
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=20, help="how long the race lasts")
    parser.add_argument("--json", default=None, help="write the results to this file")
    parser.add_argument("--serve", choices=STEPS, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.serve:
        step = STEPS[options.serve]()
        return serve(lambda: timed(step))
    from train.shared import run_folder as run

    race_result, grown = training(options.seconds), inference()
    results = {"hardware": run.hardware(), "training_episodes_per_second": race_result, "inference": grown}
    speed = results["training_episodes_per_second"]
    print(f"training: pnzoo {speed['pnzoo']} episodes/s, plain PyTorch {speed['torch']}, ratio {speed['ratio']}")
    for row in results["inference"]:
        print("inference: " + ", ".join(f"{key} {value}" for key, value in row.items()))
    if options.json:
        with open(options.json, "w", encoding="utf-8") as file:
            json.dump(results, file, indent=1)
    return results


if __name__ == "__main__":
    main()
