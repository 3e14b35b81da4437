"""Write the golden outputs: what each entry of the zoo answers to a small fixed input.

    python -m tests.make_golden [NAME ...] [--all]

Without a name, only entries that have none yet. A golden file that has to change means that published weights no longer
do what they did: change it only together with the weights.
"""

import argparse
from pathlib import Path

import numpy as np

import pnzoo
from pnzoo import terrain
from pnzoo.cli import trained_size
from pnzoo.evaluation import gridworld as evaluation
from pnzoo.evaluation import navigation
from pnzoo.gridworld import encode

GOLDEN = Path(__file__).parent / "golden"


def example(name):
    """The fixed input of an entry, as a dictionary of arrays."""
    if pnzoo.card(name)["task"] == "planning":
        maps = evaluation.generated(*trained_size(name), n=1, seed=1)
        return {"walls": maps.walls, "goal": maps.goal}
    if pnzoo.card(name)["task"] == "terrain":
        picture = terrain.example("moon", seed=1).picture[None, :64, :64]
        return {"picture": picture, "goal": np.array([[3, 4]])}
    if pnzoo.card(name)["task"] == "navigation":
        measured = navigation.navigation_set(4, seed=1)
        state = measured.starts[:, 0] + [0.2, -0.3, 1.0, -0.5]
        return {"image": encode(measured.tasks.walls, measured.tasks.goal), "state": state.astype("float32")}
    rng = np.random.default_rng(1)
    if pnzoo.card(name)["task"] == "web":
        links = rng.integers(-1, 30, size=(1, 30, 6)).astype("int32")
        visited = (rng.random((1, 30)) < 0.1).astype("float32")
        return {"features": rng.normal(size=(1, 30, 10)).astype("float32"), "links": links, "visited": visited}
    size = 28
    if pnzoo.card(name)["model"] == "SentenceMatchingNetwork":
        sentences = pnzoo.language.blanked(pnzoo.language.invented(100), "train", least=2)
        items = np.concatenate(sentences.items)[:10]
        return {"support": items[None, :5], "labels": np.eye(5, dtype="float32")[None], "query": items[None, 5:]}
    if pnzoo.card(name)["model"] == "PhotoMatchingNetwork":
        patches = rng.random((1, 10, 7, 7, 3)).astype("float32").repeat(32, axis=2).repeat(32, axis=3)
        return {"support": patches[:, :5], "labels": np.eye(5, dtype="float32")[None], "query": patches[:, 5:]}
    if getattr(pnzoo.load(name, weights=False), "image_channels", 1) == 3:
        patches = rng.random((1, 10, 8, 8, 3)).astype("float32").repeat(8, axis=2).repeat(8, axis=3)
        return {"support": patches[:, :5], "labels": np.eye(5, dtype="float32")[None], "query": patches[:, 5:]}
    strokes = rng.random((1, 10, size, size, 1)) < 0.1
    ink = (strokes | np.roll(strokes, 1, axis=2) | np.roll(strokes, 1, axis=3)).astype("float32")
    return {"support": ink[:, :5], "labels": np.eye(5, dtype="float32")[None], "query": ink[:, 5:]}


def answer(model, inputs):
    """What a model says to its example: logits of every cell, or log-probabilities of every query."""
    if "walls" in inputs:
        return np.asarray(model.logits(inputs["walls"], inputs["goal"]))
    if "goal" in inputs:
        return np.asarray(model.logits(inputs["picture"], inputs["goal"]))
    from keras import backend, ops

    # JAX compiles an operation at a time otherwise, which takes four times as long as compiling them all at once
    return model.predict_on_batch(inputs) if backend.backend() == "jax" else ops.convert_to_numpy(model(inputs))


def main(arguments=None):
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--all", action="store_true", help="every entry, also those that have one")
    options = parser.parse_args(arguments)
    names = options.names or pnzoo.list_models()
    GOLDEN.mkdir(exist_ok=True)
    for name in names:
        file = GOLDEN / f"{name}.npz"
        if options.names or options.all or not file.is_file():
            inputs = example(name)
            np.savez_compressed(file, **inputs, answer=answer(pnzoo.load(name), inputs))
            print(f"wrote tests/golden/{file.name} ({file.stat().st_size / 1e3:.0f} kB)")


if __name__ == "__main__":
    main()
