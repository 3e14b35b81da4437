"""Speed of embedding photographs: EfficientNet-Lite0 here, in ONNX Runtime and in LiteRT, the same weights.

    python -m tests.benchmarks.photographs [--seconds 60] [--json FILE]

The sides take turns, see `race`, each on all cores in a process of its own; a ratio is the median over the turns. The
peers run files that Keras exports from the same model, on whatever backend `KERAS_BACKEND` names for ours. Weights are
random: they change no time.
"""

import argparse
import json
import os
import sys
import tempfile
from pathlib import Path

import numpy as np

from tests.benchmarks.race import race, serve, timed

BATCHES = (1, 32)
ENDINGS = {"onnx": ".onnx", "litert": ".tflite"}  # of the peers' files


def pictures(batch, size=224):
    return np.random.default_rng(0).random((batch, size, size, 3), "float32")


def network():
    """The network, as `ImageEmbedder` calls it."""
    from pnzoo.few_shot.photo_network import PhotoNetwork
    from pnzoo.models.backbones import efficientnet_lite

    return PhotoNetwork(efficientnet_lite("lite0"))


def export(place, batch, model=None):
    """Write `onnx` and `litert` files of the model's pooled features for batches of one size."""
    import keras

    model = model or network().model
    size = model.image_size
    signature = [keras.InputSpec(shape=(batch, size, size, 3), dtype="float32", name="images")]
    pooled = keras.Model(model.input, model.output["pooled"])
    for kind, ending in ENDINGS.items():
        pooled.export(place / f"{batch}{ending}", format=kind, input_signature=signature, verbose=False)


def onnx_side(file, cores):
    """A function from photographs to features in ONNX Runtime."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = cores
    session = onnxruntime.InferenceSession(file, options, providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name
    return lambda images: session.run(None, {name: images})[0]


def litert_side(file, cores):
    """A function from photographs to features in LiteRT."""
    from ai_edge_litert.interpreter import Interpreter

    interpreter = Interpreter(file, num_threads=cores)
    source, target = (each()[0] for each in (interpreter.get_input_details, interpreter.get_output_details))
    interpreter.allocate_tensors()

    def run(images):
        interpreter.set_tensor(source["index"], images)
        interpreter.invoke()
        return interpreter.get_tensor(target["index"])

    return run


def side(name, file, cores):
    """The function of one side."""
    return {"pnzoo": lambda *_: network(), "onnx": onnx_side, "litert": litert_side}[name](file, cores)


def measure(batch, place, seconds, cores):
    """Milliseconds a batch of each side, and ours as a multiple of the others'."""
    here = [sys.executable, "-m", "tests.benchmarks.photographs", "--cores", str(cores), "--batch", str(batch)]
    commands = {
        name: [*here, "--serve", name, "--file", f"{place}/{batch}{ENDINGS.get(name)}"] for name in ("pnzoo", *ENDINGS)
    }
    turns = {name: np.array(values) for name, values in race(commands, seconds=seconds).items()}
    row = {"batch": batch, **{f"{name}_ms": round(1e3 * float(np.median(values)), 1) for name, values in turns.items()}}
    peers = [name for name in ENDINGS if name in turns]
    return row | {f"to_{name}": round(float(np.median(turns["pnzoo"] / turns[name])), 2) for name in peers}


def main(arguments=None):
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=60, help="how long each race lasts")
    parser.add_argument("--json", help="write the results to this file")
    parser.add_argument("--cores", type=int, default=os.cpu_count(), help=argparse.SUPPRESS)
    for name in ("--serve", "--file"):
        parser.add_argument(name, help=argparse.SUPPRESS)
    parser.add_argument("--batch", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.serve:
        run, images = side(options.serve, options.file, options.cores), pictures(options.batch)
        return serve(lambda: timed(lambda: run(images)))
    import keras

    from train.shared import run_folder as run

    with tempfile.TemporaryDirectory() as folder:
        for batch in BATCHES:
            export(Path(folder), batch)
        rows = [measure(batch, folder, options.seconds, options.cores) for batch in BATCHES]
    results = {"hardware": run.hardware(), "backend": keras.backend.backend(), "rows": rows}
    for row in rows:
        print(", ".join(f"{key} {value}" for key, value in row.items()))
    if options.json:
        Path(options.json).write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    return results


if __name__ == "__main__":
    main()
