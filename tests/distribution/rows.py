"""Plan on one map with all devices of this process: what is exchanged, and whether the answer is that of one device.

    export KERAS_BACKEND=jax XLA_FLAGS=--xla_force_host_platform_device_count=4 JAX_CPU_ENABLE_ASYNC_DISPATCH=false
    python -m tests.distribution.rows compare              # JSON, 256x256, two entries of the zoo
    python -m tests.distribution.rows large --size 4096    # time and memory, a small planner
"""

import argparse
import collections
import json
import re
import resource
import time

import numpy as np

import pnzoo
from pnzoo import distribution, gridworld
from pnzoo.models import DeterministicVIN

COLLECTIVE = re.compile(r"= \(?(\w+)\[([\d,]*)\]\S* (all-gather|all-to-all|all-reduce|collective-permute)(?:-start)?\(")


def collectives(model, height, width):
    """What devices exchange in one pass over a map [height, width]: operation -> sorted shapes."""
    import jax

    shared = distribution.RowParallel()
    shape = (1, height, width, 2)
    with shared.scope():
        copy = type(model).from_config(model.get_config())
        layout = shared.get_data_layout(shape).backend_layout
        image = jax.ShapeDtypeStruct(shape, "float32", sharding=layout)
        text = jax.jit(copy).lower(image).compile().as_text()
    found = collections.defaultdict(set)
    for _, dimensions, operation in COLLECTIVE.findall(text):
        found[operation].add(tuple(int(side) for side in dimensions.split(",") if side))
    return {operation: sorted(shapes) for operation, shapes in found.items()}


def compare(size):
    """For two planners: the greatest difference of logits, unequal moves, and what was exchanged."""
    walls, goal = gridworld.generate_family("forests", 1, size, seed=3)
    results = {}
    for model in (pnzoo.load("vin8"), pnzoo.load("vin_maze", k=40)):
        shared = distribution.logits_by_rows(model, walls[0], goal[0])
        alone = model.predict(gridworld.encode(walls, goal), verbose=0)[0]
        results[model.name] = {
            "difference": float(np.abs(shared - alone).max()),
            "spread": float(np.ptp(alone)),
            "moves": int((shared.argmax(-1) != alone.argmax(-1)).sum()),
            "collectives": collectives(model, size, size),
        }
    # Without its border, which is drawn again.
    inside, cell = walls[0][1:-1, 1:-1], goal[0] - 1
    results["inside"] = int((distribution.policy_by_rows(model, inside, cell) != model.policy(inside, cell)).sum())
    return results


def large(size, k, moves):
    """Seconds and memory of a pass over a large map."""
    walls, goal = gridworld.generate_family("forests", 1, size, seed=3)
    model, started = DeterministicVIN(k=k, moves=moves, filters=(4,)), time.monotonic()
    policy = distribution.policy_by_rows(model, walls[0], goal[0])
    return {
        "size": size,
        "k": k,
        "moves": moves,
        "seconds": round(time.monotonic() - started, 1),
        "transition_gigabytes": size**2 * moves * 9 * 4 / 1e9,
        "peak_gigabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9,
        "policy": np.bincount(policy.reshape(-1), minlength=8).tolist(),
    }


def main():
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("compare", "large"))
    parser.add_argument("--size", type=int, default=256)
    parser.add_argument("--k", type=int, default=16)
    parser.add_argument("--moves", type=int, default=8)
    options = vars(parser.parse_args())
    what = options.pop("what")
    print(json.dumps(compare(options["size"]) if what == "compare" else large(**options)))


if __name__ == "__main__":
    main()
