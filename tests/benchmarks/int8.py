"""What weights in 8 bits cost: entries in LiteRT, with weights as floats and as whole numbers, on their own evaluation.

    python -m tests.benchmarks.int8 [NAME ...] [--n 500] [--json FILE] [--publish]

Both files answer the same maps or episodes; the planner's whole network is exported, and a few-shot model's backbone,
which holds almost all of its weights.
"""

import argparse
import dataclasses
import json
import tempfile
from pathlib import Path

import numpy as np

from tests.benchmarks.exports import opened

PLANNERS = ("vin8", "vin16", "vin28", "vin16_paper", "fcn16")
FEW_SHOT = {"matching_glyphs": "characters", "matching_photo": "photographs"}


def files(model, folder, part):
    """{kind: (path, function)} of the model's file with floats, and with int8."""
    from pnzoo import hub

    paths = {
        kind: hub.export(model, Path(folder) / f"{kind}.tflite", "litert", part, int8=kind == "int8")
        for kind in ("float32", "int8")
    }
    return {kind: (path, opened(path, "litert")) for kind, path in paths.items()}


class Planner:
    """A planner whose logits come from a file."""

    dense_prediction = True

    def __init__(self, run):
        self.run = run

    def policy(self, walls, goal):
        from pnzoo import gridworld

        images = gridworld.encode(walls, goal).astype("float32")
        return np.concatenate([self.run(image[None]) for image in images]).argmax(-1)


def planner_row(name, model, n):
    """Success and optimal moves of a planner on its card's kind of maps."""
    from pnzoo.cli import trained_size
    from pnzoo.evaluation import gridworld as evaluation

    height, width = trained_size(name)
    maps = evaluation.generated(height, width, n=n, seed=evaluation.evaluation_seed(height))
    row = {"name": name, "n": n, "what": f"maps {height}x{width}", "kinds": {}}
    with tempfile.TemporaryDirectory() as folder:
        for kind, (path, run) in files(model, folder, "whole").items():
            found = {metric.name: metric for metric in evaluation.evaluate(Planner(run), maps)}
            _keep(row, kind, path, [found["success_rate"], found["optimal_action"]])
    return row


def _keep(row, kind, path, metrics):
    """Write what one file reaches into a row: values for the table, whole metrics for the card."""
    row["kinds"][kind] = {"bytes": path.stat().st_size, **{metric.name: metric.value for metric in metrics},
                          "metrics": [metric.to_dict() for metric in metrics]}  # fmt: skip


def characters(model):
    """Invented characters, as on the card of `matching_glyphs`: a function from a file to embeddings `[C, N, D]`."""
    from pnzoo.data import glyphs

    images = glyphs.generate(12, 20, 12, seed=3).images.astype("float32")[..., None] / 255
    return lambda run: np.concatenate([run(each) for each in images]).reshape(*images.shape[:2], -1)


def photographs(model):
    """The photographs of the card of `matching_photo`, in the folder that PNZOO_DATA_DIR names."""
    from train.photos.evaluation import embed_classes
    from train.photos.evaluation import photographs as stored

    classes = stored("grocery")
    return lambda run: embed_classes(model, classes, run)


def few_shot_row(name, model, n, embed, what):
    """Accuracy of episodes whose images a file has embedded."""
    from pnzoo.evaluation import episodes

    row = {"name": name, "n": n, "what": what, "kinds": {}}
    with tempfile.TemporaryDirectory() as folder:
        for kind, (path, run) in files(model, folder, "backbone").items():
            vectors = embed(run)
            ways = {way: episodes.accuracy(model, vectors, way=way, shot=1, n=n, seed=2016) for way in (5, 20)}
            _keep(row, kind, path, [
                dataclasses.replace(each, dataset=episodes_of(name, way)) for way, each in ways.items()
            ])  # fmt: skip
    return row


def episodes_of(name, way):
    """The data set of the card's own metric of so many ways and one shot."""
    import pnzoo

    sets = [metric["dataset"] for metric in pnzoo.card(name)["metrics"]]
    return next(each for each in sets if (each.get("way"), each.get("shot")) == (way, 1))


def publish(row):
    """Write a row into the card of its entry."""
    from pnzoo import hub

    small, exact = row["kinds"]["int8"], row["kinds"]["float32"]
    command = f"python -m tests.benchmarks.int8 {row['name']} --n {row['n']}"
    pairs = [
        {"int8": {**one, "command": command}, "float32": {**other, "command": command}}
        for one, other in zip(small["metrics"], exact["metrics"], strict=True)
    ]
    found = {"bytes": small["bytes"], "float32_bytes": exact["bytes"], "metrics": pairs, "command": command}
    hub.update_card(row["name"], int8=found)


def main(arguments=None):
    """Run the command line."""
    import pnzoo
    from train.shared import run_folder

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", help=f"of these: {', '.join((*PLANNERS, *FEW_SHOT))}")
    parser.add_argument("--n", type=int, default=500, help="maps, and episodes")
    parser.add_argument("--json", help="write the results to this file")
    parser.add_argument("--publish", action="store_true", help="write the results into the cards too")
    options = parser.parse_args(arguments)
    rows = []
    for name in options.names or (*PLANNERS, *FEW_SHOT):
        model = pnzoo.load(name)
        if name in FEW_SHOT:
            what = FEW_SHOT[name]
            rows.append(few_shot_row(name, model, options.n, globals()[what](model), f"episodes of {what}"))
        else:
            rows.append(planner_row(name, model, options.n))
        print(json.dumps(rows[-1]), flush=True)
        if options.publish:
            publish(rows[-1])
    results = {"hardware": run_folder.hardware(), "rows": rows}
    if options.json:
        Path(options.json).write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    return results


if __name__ == "__main__":
    main()
