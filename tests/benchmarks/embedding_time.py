"""Milliseconds that entries for characters take to embed an image, taking turns; the fastest of `RUNS` counts.

    python -m tests.benchmarks.embedding_time matching_omniglot matching_distilled_omniglot
"""

import sys
import time

import numpy as np

import pnzoo
from pnzoo.models.few_shot.embedding import embed_images

IMAGES, RUNS = 20, 7


def measure(names):
    """dict of names and milliseconds an image."""
    images = (np.random.default_rng(0).random((IMAGES, 28, 28)) > 0.85).astype("uint8") * 255
    models = {name: pnzoo.load(name) for name in names}
    for model in models.values():
        embed_images(model, images)  # compiled
    best = dict.fromkeys(models, np.inf)
    for _ in range(RUNS):
        for name, model in models.items():
            start = time.perf_counter()
            embed_images(model, images)
            best[name] = min(best[name], time.perf_counter() - start)
    return {name: 1000 * seconds / IMAGES for name, seconds in best.items()}


if __name__ == "__main__":
    for entry, milliseconds in measure(sys.argv[1:]).items():
        print(f"{entry}: {milliseconds:.2f} ms an image")
