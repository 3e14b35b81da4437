"""Q15: it must get slower as the support set grows. By how much?"""

import json
import statistics
import subprocess
import sys

from train.experiments import numbers
from train.experiments.few_shot import FCE, PLAIN, SET
from train.experiments.numbers import exact, pick, said
from train.experiments.question import Question

SIZES = (5, 20, 100, 500, 1000, 2000)
NAMES = {PLAIN: "no context", FCE: "FCE", SET: "order-invariant g"}
WAY, QUERIES = 5, 20


def cases(quick):
    return [{"model": PLAIN}] if quick else [{"model": name} for name in NAMES]


def measure(case, quick):
    """In a process of its own, whose highest memory after each size can be read."""
    sizes, repeats = ((5, 20), 1) if quick else (SIZES, 5)
    command = [sys.executable, "-c", PROGRAM, case["model"], json.dumps(sizes), str(repeats)]
    lines = subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip().splitlines()
    rows = []
    for found in map(json.loads, lines):
        shared = {"support": found["support"], "context": NAMES[case["model"]]}
        for name in ("encode", "answer"):
            times = sorted(found[name])
            rows.append(numbers.row(f"{name} the {'support set' if name == 'encode' else 'queries'}",
                            statistics.median(times), times[0], times[-1], len(times), "ms", **shared))
        rows.append(exact("memory beyond the loaded model", found["megabytes"], "MB", **shared))
    return rows


# Codes stand for images where only the answer is timed; the first pass of each size, which compiles, is left out.
PROGRAM = """
import json, resource, sys, time
import numpy as np
import pnzoo
from pnzoo.models.few_shot.matching import encode_all

name, sizes, repeats = sys.argv[1], json.loads(sys.argv[2]), int(sys.argv[3])
model = pnzoo.load(name)
rng = np.random.default_rng(0)
query = rng.normal(size=(1, 20, model.code_length)).astype("float32")
encode_all(model, np.zeros((5, 28, 28), "uint8"))
peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
before = peak()
for size in sizes:
    images = rng.integers(0, 256, (size, 28, 28)).astype("uint8")
    support = rng.normal(size=(1, size, model.code_length)).astype("float32")
    labels = np.eye(5, dtype="float32")[np.arange(size) % 5][None]
    spent = {"encode": [], "answer": []}
    for repeat in range(repeats + 1):
        start = time.perf_counter()
        encode_all(model, images)
        middle = time.perf_counter()
        np.asarray(model.match(support, labels, query))
        if repeat or repeats == 1:
            spent["encode"].append(1e3 * (middle - start))
            spent["answer"].append(1e3 * (time.perf_counter() - middle))
    print(json.dumps({"support": size, "megabytes": round(peak() - before, 1), **spent}), flush=True)
"""


def answer(table):
    least, most = min(row["support"] for row in table), max(row["support"] for row in table)
    parts = []
    for name in dict.fromkeys(row["context"] for row in table):
        first, last = (pick(table, context=name, support=size, measure="answer the queries") for size in (least, most))
        parts.append(f"{last['value'] / first['value']:,.1f} times as long with {name} ({said(last)})")
    return f"With {most:,} support images instead of {least}, {QUERIES} queries take {', '.join(parts)}."


def detail(table):
    least, most = min(row["support"] for row in table), max(row["support"] for row in table)
    parts = []
    for name in dict.fromkeys(row["context"] for row in table):
        first, last = (pick(table, context=name, support=size, measure="answer the queries")["value"]
                       for size in (least, most))
        memory = pick(table, context=name, support=most, measure="memory beyond the loaded model")["value"]
        parts.append(f"{name}: {first:,.1f} to {last:,.1f} ms ({last / first:,.1f} times) and {memory:,.0f} MB")
    encode = pick(table, context=next(iter(dict.fromkeys(row["context"] for row in table))), support=most,
                  measure="encode the support set")["value"]
    return (f"From {least} to {most:,} support images, {QUERIES} queries are answered in: {'; '.join(parts)}; to "
            f"encode the {most:,} images once takes {encode:,.0f} ms.")


QUESTIONS = {
    15: Question(
        15,
        "It must get slower as the support set grows: by how much?",
        "The attention alone costs next to nothing up to 2,000 images. FCE grows in proportion, its LSTM takes a step "
        "for each image: some milliseconds an image, seconds at 2,000. Memory: megabytes without context.",
        cases,
        measure,
        answer,
        detail,
        {"kind": "lines", "x": "support", "by": ["context"], "where": {"measure": "answer the queries"},
         "x_title": "support images", "y_title": "ms for 20 queries", "log": True, "log_y": True},
        ("context", "support"),
        tries=(("few_shot", "Add images to a support set", {"fewshot": FCE}),),
        notes=(
            "Median of 5 repetitions, from the smallest to the largest, after a first one that compiles; each model in "
            "a process of its own. Answering starts from codes; encoding is done once for a support set, here with "
            "as many views of each image as these entries take. The machine was doing other work too.",
            "Memory: the highest of the process less what it was with the model loaded; sizes are run in ascending "
            "order, so it cannot fall.",
        ),
    )
}
