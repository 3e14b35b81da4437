"""Q15: it must get slower as the support set grows. By how much?"""

import json
import statistics
import subprocess
import sys

from train.experiments.experiment import Experiment
from train.experiments.few_shot.common import FCE, PLAIN, SET
from train.experiments.metrics import exact, format_ci, interval, select_one, values_of

SIZES = (5, 20, 100, 500, 1000, 2000)
NAMES = {PLAIN: "no context", FCE: "FCE", SET: "order-invariant g"}
WAY, QUERIES = 5, 20


def conditions(quick):
    return [{"model": PLAIN}] if quick else [{"model": name} for name in NAMES]


def run(condition, quick):
    """In a process of its own, whose highest memory after each size can be read."""
    sizes, repeats = ((5, 20), 1) if quick else (SIZES, 5)
    command = [sys.executable, "-c", PROGRAM, condition["model"], json.dumps(sizes), str(repeats)]
    lines = subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip().splitlines()
    rows = []
    for record in map(json.loads, lines):
        shared = {"support": record["support"], "context": NAMES[condition["model"]]}
        for name in ("encode", "answer"):
            times = sorted(record[name])
            rows.append(interval(f"{name} the {'support set' if name == 'encode' else 'queries'}",
                            statistics.median(times), times[0], times[-1], len(times), "ms", **shared))
        rows.append(exact("memory beyond the loaded model", record["megabytes"], "MB", **shared))
    return rows


# Codes stand for images where only the answer is timed; the first pass of each size, which compiles, is left out.
PROGRAM = """
import json, resource, sys, time
import numpy as np
import pnzoo
from pnzoo.models.few_shot.embedding import embed_images

name, sizes, repeats = sys.argv[1], json.loads(sys.argv[2]), int(sys.argv[3])
model = pnzoo.load(name)
rng = np.random.default_rng(0)
query = rng.normal(size=(1, 20, model.embedding_dim)).astype("float32")
embed_images(model, np.zeros((5, 28, 28), "uint8"))
peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
before = peak()
for size in sizes:
    images = rng.integers(0, 256, (size, 28, 28)).astype("uint8")
    support = rng.normal(size=(1, size, model.embedding_dim)).astype("float32")
    labels = np.eye(5, dtype="float32")[np.arange(size) % 5][None]
    spent = {"encode": [], "answer": []}
    for repeat in range(repeats + 1):
        start = time.perf_counter()
        embed_images(model, images)
        middle = time.perf_counter()
        np.asarray(model.match(support, labels, query))
        if repeat or repeats == 1:
            spent["encode"].append(1e3 * (middle - start))
            spent["answer"].append(1e3 * (time.perf_counter() - middle))
    print(json.dumps({"support": size, "megabytes": round(peak() - before, 1), **spent}), flush=True)
"""


def conclusion(table):
    least, most = min(row["support"] for row in table), max(row["support"] for row in table)
    parts = []
    for name in values_of(table, "context"):
        first, last = (select_one(table, context=name, support=size, name="answer the queries")
                       for size in (least, most))
        parts.append(f"{last['value'] / first['value']:,.1f} times as long with {name} ({format_ci(last)})")
    return f"With {most:,} support images instead of {least}, {QUERIES} queries take {', '.join(parts)}."


def details(table):
    least, most = min(row["support"] for row in table), max(row["support"] for row in table)
    parts = []
    for name in values_of(table, "context"):
        first, last = (select_one(table, context=name, support=size, name="answer the queries")["value"]
                       for size in (least, most))
        memory = select_one(table, context=name, support=most, name="memory beyond the loaded model")["value"]
        parts.append(f"{name}: {first:,.1f} to {last:,.1f} ms ({last / first:,.1f} times) and {memory:,.0f} MB")
    encode = select_one(table, context=values_of(table, "context")[0], support=most,
                  name="encode the support set")["value"]
    return (f"From {least} to {most:,} support images, {QUERIES} queries are answered in: {'; '.join(parts)}; to "
            f"encode the {most:,} images once takes {encode:,.0f} ms.")


EXPERIMENTS = {
    15: Experiment(
        number=15,
        question="It must get slower as the support set grows: by how much?",
        hypothesis=(
            "The attention alone costs next to nothing up to 2,000 images. FCE grows in proportion, its LSTM takes a "
            "step for each image: some milliseconds an image, seconds at 2,000. Memory: megabytes without context."
        ),
        conditions=conditions,
        run=run,
        conclusion=conclusion,
        details=details,
        figure={"kind": "lines", "x": "support", "by": ["context"], "where": {"name": "answer the queries"},
         "x_title": "support images", "y_title": "ms for 20 queries", "log": True, "log_y": True},
        columns=("context", "support"),
        links=(("few_shot", "Add images to a support set", {"fewshot": FCE}),),
        notes=(
            "Median of 5 repetitions, from the smallest to the largest, after a first one that compiles; each model in "
            "a process of its own. Answering starts from embeddings, which are made once for a support set, here with "
            "as many views of each image as these entries take. The machine was doing other work too.",
            "Memory: the highest of the process less what it was with the model loaded; sizes are run in ascending "
            "order, so it cannot fall.",
        ),
    )
}
