"""Attention over the nearest neighbours of an index, against attention over the whole support set.

    python -m tests.benchmarks.large_support [--support 100000] [--json FILE]

Two support sets: invented drawings as `matching_glyphs` embeds them, with the scale that it has learned; and invented
vectors of 256 numbers, 100 of each class, whose cosines are about 0.55 within a class and 0.3 between, with the scale
of photographs (25). Queries are other drawings and vectors of the same classes. Times are a core's, of one thread. Per
index:

* recall: of the 256 nearest support images, how many are found;
* mass: of the full attention, how much lies on what was found;
* other answers: queries whose most probable class differs from that of full attention;
* distance: half the sum of the differences between both rows of class probabilities, mean over queries.
"""

import argparse
import json
import time
from pathlib import Path

import numpy as np

NEIGHBORS = 256
QUERIES = 500
SHARES = (10, 64, 1024)  # other numbers of neighbours, found exactly


def drawings(count):
    """Embeddings, labels and scale of `matching_glyphs`, 20 drawings of each character: support, then queries."""
    import pnzoo
    from pnzoo.models.few_shot.embedding import embed_images

    classes = count // 20
    images = pnzoo.glyphs.generate(-(-classes // 20), 20, 21, seed=1).images[:classes]
    model = pnzoo.load("matching_glyphs")
    embeddings = embed_images(model, images)
    labels = np.repeat(np.arange(classes), 20)
    few = np.random.default_rng(0).permutation(classes)[:QUERIES]
    support = embeddings[:, :20].reshape(len(labels), -1)
    return support, labels, embeddings[few, 20], few, float(model.matching_attention.scale)


def vectors(count, size=256, within=0.55, between=0.3):
    """Unit vectors that share a direction, those of a class another one too."""
    rng = np.random.default_rng(0)
    classes = max(1, count // 100)

    def directions(*shape):
        drawn = rng.normal(size=(*shape, size)).astype("float32")
        return drawn / np.linalg.norm(drawn, axis=-1, keepdims=True)

    parts = np.sqrt([between, within - between, 1 - within]).astype("float32")
    common, own = directions(1), directions(classes)
    labels, few = np.repeat(np.arange(classes), 100), rng.integers(0, classes, QUERIES)
    support, query = (parts[0] * common + parts[1] * own[which] + parts[2] * directions(len(which))
                      for which in (labels, few))  # fmt: skip
    return support, labels, query, few, 25.0


def full(support, query, scale):
    """Attention over all, float32 [Q, S], and milliseconds a query."""
    unit = [each / np.linalg.norm(each, axis=1, keepdims=True) for each in (query, support)]
    began = time.process_time()
    logits = scale * (unit[0] @ unit[1].T)
    logits = np.exp(logits - logits.max(axis=1, keepdims=True))
    attention = logits / logits.sum(axis=1, keepdims=True)
    return attention, 1e3 * (time.process_time() - began) / len(query)


def by_class(attention, labels):
    """Class probabilities [Q, W] of attention [Q, S] whose images stand class by class."""
    return np.add.reduceat(attention, np.flatnonzero(np.diff(labels, prepend=-1)), axis=1)


def rows(support, labels, query, truth, scale):
    """One row for full attention, one for each index."""
    import faiss

    from pnzoo.few_shot.large_support import LargeSupport

    faiss.omp_set_num_threads(1)
    attention, ms = full(support, query, scale)
    proba = by_class(attention, labels)
    answer = proba.argmax(axis=1)
    order = np.argsort(-attention, axis=1)[:, :NEIGHBORS]
    yield {"index": "full attention", "neighbors": len(support), "ms": ms, "accuracy": float(np.mean(answer == truth)),
           "mb": support.nbytes / 2**20}  # fmt: skip
    size, lists = support.shape[1], int(4 * len(support) ** 0.5)
    probes = (8, 32, 128)
    bytes_each = 6 if size == 24 else 16  # each takes seconds of training, whatever the number of images
    specs = {"Flat": (1,), f"IVF{lists},Flat": probes, "HNSW32": (NEIGHBORS,), f"IVF{lists},PQ{bytes_each}": (32,)}
    for spec, tried in specs.items():
        began = time.process_time()
        held = LargeSupport(support, labels, scale=scale, index=spec, n_neighbors=NEIGHBORS)
        build = time.process_time() - began
        mb = len(faiss.serialize_index(held.index_)) / 2**20
        cases = [(probe, NEIGHBORS) for probe in tried] + [(1, k) for k in SHARES if spec == "Flat"]
        for probe, neighbors in cases:
            held.set_probe(probe)
            held.n_neighbors = min(neighbors, len(support))
            began = time.process_time()
            found = held.attend(query)
            ms = 1e3 * (time.process_time() - began) / len(query)
            yield {
                "index": spec, "probe": probe, "neighbors": neighbors, "build_s": build, "mb": mb, "ms": ms,
                **compared(attention, proba, order, found, labels, truth),
            }  # fmt: skip


def compared(attention, proba, order, found, labels, truth):
    """What an index's answers lack."""
    index = np.maximum(found.index, 0)
    weight = np.where(found.index < 0, 0, found.weight)
    own = np.zeros_like(proba)
    np.add.at(own, (np.arange(len(index))[:, None], labels[index]), weight)
    nearest = order[:, : index.shape[1]]
    return {
        "recall": float(np.mean([np.isin(a, b).mean() for a, b in zip(nearest, found.index, strict=True)])),
        "mass": float(np.mean((np.take_along_axis(attention, index, 1) * (found.index >= 0)).sum(axis=1))),
        "other_answers": float(np.mean(own.argmax(axis=1) != proba.argmax(axis=1))),
        "distance": float(np.mean(np.abs(own - proba).sum(axis=1) / 2)),
        "accuracy": float(np.mean(own.argmax(axis=1) == truth)),
    }


def main(arguments=None):
    """Run the command line; returns what was measured."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--support", type=int, default=100_000, help="images, a multiple of 2,000")
    parser.add_argument("--json", type=Path, default=None, help="write the results to this file")
    options = parser.parse_args(arguments)
    from train.readme.benchmark_tables import large_support_table
    from train.shared import run_folder as run

    results = {"support": options.support, "queries": QUERIES, "sets": {}}
    for name, make in (("drawings", drawings), ("vectors", vectors)):
        support, labels, query, truth, scale = make(options.support)
        cases = []
        for row in rows(support, labels, query, truth, scale):
            cases.append({key: round(value, 5) if isinstance(value, float) else value for key, value in row.items()})
            print(name, cases[-1], flush=True)
        results["sets"][name] = {"size": support.shape[1], "classes": int(labels[-1]) + 1, "scale": round(scale, 2),
                                 "rows": cases}  # fmt: skip
    results["hardware"] = run.hardware()
    if options.json:
        options.json.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    print(large_support_table(results))
    return results


if __name__ == "__main__":
    main()
