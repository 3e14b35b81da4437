"""Every entry in every format: does it run in the other program, with the same answers?

    python -m tests.benchmarks.exports [NAME ...] [--formats onnx litert] [--json FILE]

Each file is written by `pnzoo.hub.export` and run again by ONNX Runtime, LiteRT or the signature that TensorFlow
Serving calls, on three inputs: the golden one, a batch of two, and one of other sizes where the format and the model
take them. A few-shot model is exported whole and, for phones and pages, in both parts. They run in a process of their
own; where a converter dies, the next process goes on behind it. Rows of entries that are not named stay as they are.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path

import numpy as np

TOLERANCE = 1e-4  # of embeddings, and of log-probabilities relative to the largest
SUPPORT = 5  # images of the golden episodes, for files whose number of support images must be fixed
RUNS = 5  # the fastest counts


# -- inputs ---------------------------------------------------------------------------------------------


def network_inputs(name, channels=1):
    """What the entry's network takes: the golden input, a batch of two, and one of other sizes or None.

    Returns:
        dict of three dicts of arrays, or arrays: "one", "two", "other".
    """
    from pnzoo import card, gridworld
    from tests.make_golden import example

    golden, task = example(name), card(name)["task"]
    if task == "planning":
        walls, goal = gridworld.generate(1, 11, 13, seed=3)
        one = gridworld.encode(golden["walls"], golden["goal"]).astype("float32")
        other = gridworld.encode(walls, goal).astype("float32")
    else:
        one = {key: _typed(value) for key, value in golden.items()}
        if task == "terrain" and one["picture"].ndim == 3:
            one["picture"] = one["picture"][..., None].repeat(channels, axis=-1)
        other = _other_sizes(one, task)
    return {"one": one, "two": _twice(one), "other": other}


def _typed(array):
    return array.astype("int32" if array.dtype.kind in "iu" else "float32")


def _twice(one):
    """The input and its mirror image, where rows and columns may change places, or the input again."""
    if isinstance(one, np.ndarray):
        return np.concatenate([one, one.swapaxes(1, 2)])
    return {key: np.concatenate([value, value]) for key, value in one.items()}


def _other_sizes(one, task):
    if task == "terrain":
        return {"picture": one["picture"][:, :32, :48], "goal": np.array([[2, 5]], "int32")}
    if task == "web":
        links = np.where(one["links"][:, :12, :4] < 12, one["links"][:, :12, :4], -1)
        return {"features": one["features"][:, :12], "links": links, "visited": one["visited"][:, :12]}
    if task == "few-shot":
        return {"support": one["support"][:, :3], "labels": one["labels"][:, :3, :3], "query": one["query"][:, :2]}
    return None


def parts_inputs(model, inputs):
    """Inputs of a few-shot model's parts, and what the model itself answers: part -> kind -> (inputs, answer)."""
    import keras

    cases = {"backbone": {}, "matching": {}}
    for kind, episode in inputs.items():
        batch, count = episode["support"].shape[:2]
        images = [episode[key].reshape(-1, *episode[key].shape[2:]) for key in ("support", "query")]
        support, query = (keras.ops.convert_to_numpy(model.embed(each)) for each in images)
        cases["backbone"][kind] = (images[0], support)
        embedded = {
            "support": support.reshape(batch, count, -1), "labels": episode["labels"],
            "query": query.reshape(batch, -1, query.shape[-1]),
        }  # fmt: skip
        cases["matching"][kind] = (embedded, keras.ops.convert_to_numpy(model(episode)))
    return cases


# -- other programs -------------------------------------------------------------------------------------


def opened(path, format):
    """A function from inputs to the answer, in the program that reads this format."""
    return {"onnx": _onnx, "litert": _litert, "tf_saved_model": _served}[format](str(path))


def _onnx(path):
    import onnxruntime

    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    slots = [slot.name for slot in session.get_inputs()]
    return lambda inputs: session.run(None, _by_slot(slots, inputs))[0]


def _litert(path):
    from ai_edge_litert.interpreter import Interpreter

    interpreter = Interpreter(path)
    details = {each["name"]: each for each in interpreter.get_input_details()}
    shapes = {}

    def run(inputs):
        given = _by_slot(list(details), inputs)
        new = {name: array.shape for name, array in given.items()}
        if new != shapes:
            for name, array in given.items():
                interpreter.resize_tensor_input(details[name]["index"], array.shape, strict=True)
            interpreter.allocate_tensors()
            shapes.update(new)
        for name, array in given.items():
            interpreter.set_tensor(details[name]["index"], array.astype(details[name]["dtype"]))
        interpreter.invoke()
        return interpreter.get_tensor(interpreter.get_output_details()[0]["index"])

    return run


def _served(path):
    import tensorflow as tf

    loaded = tf.saved_model.load(path)
    signature = loaded.signatures["serving_default"]
    slots = list(signature.structured_input_signature[1])

    def run(inputs):
        answer = signature(**{key: tf.constant(value) for key, value in _by_slot(slots, inputs).items()})
        (value,) = answer.values()
        return value.numpy()

    run.keeps = loaded  # a signature does not hold what it runs
    return run


def _by_slot(slots, inputs):
    """The arrays by the names that a file gives its inputs, which begin with or hold ours."""
    if isinstance(inputs, np.ndarray):
        return {slots[0]: inputs}
    return {slot: next(inputs[key] for key in inputs if key in slot.split(":")[0]) for slot in slots}


# -- the table ------------------------------------------------------------------------------------------


def measure(name, formats, model=None):
    """Rows of one entry: one for each format and part."""
    import keras

    import pnzoo

    model = model or pnzoo.load(name)
    given = network_inputs(name, getattr(model, "channels", 1))
    inputs = {kind: each for kind, each in given.items() if each is not None and _takes(model, each)}
    whole = {kind: (each, keras.ops.convert_to_numpy(model(each))) for kind, each in inputs.items()}
    cases = {"whole": whole, **(parts_inputs(model, inputs) if hasattr(model, "match") else {})}
    for format in formats:
        for part, each in cases.items():
            if format == "tf_saved_model" and part != "whole":
                continue  # a server holds the whole; the parts are for phones and pages
            with tempfile.TemporaryDirectory() as folder:
                yield {"name": name, "format": format, "part": part, **_row(model, Path(folder), format, part, each)}


def _takes(model, inputs):
    """Whether the network takes arrays of these sizes: some have a fixed one."""
    given = {"image": inputs} if isinstance(inputs, np.ndarray) else inputs
    wanted = {each.name: tuple(each.shape) for each in model.inputs}
    return all(
        want in (None, got)
        for key, array in given.items()
        for got, want in zip(array.shape[1:], wanted[key][1:], strict=True)
    )


def _row(model, folder, format, part, cases):
    """Write one file, run it, compare."""
    from pnzoo import hub

    row = {}
    try:
        start = time.perf_counter()
        path, row["support"] = _exported(model, folder / f"model{hub.exporting.FORMATS[format][0]}", format, part)
        row["export_s"] = round(time.perf_counter() - start, 1)
        row["bytes"] = sum(file.stat().st_size for file in ([path] if path.is_file() else path.rglob("*"))
                           if file.is_file())
        run = opened(path, format)
        row["sizes"] = {}
        for kind, (inputs, wanted) in cases.items():
            if row["support"] and inputs["support"].shape[1] != row["support"]:
                continue
            row["sizes"][kind] = _compared(run, inputs, wanted)
        one = cases["one"][0]
        row["ms"] = round(1e3 * min(_timed(run, one) for _ in range(RUNS)), 2)
    except (ValueError, RuntimeError, OSError, ImportError) as error:
        return {**row, "ok": False, "reason": " ".join(str(error).split())[:400]}
    except Exception as error:  # ONNX Runtime has classes of its own
        return {**row, "ok": False, "reason": f"{type(error).__name__}: {' '.join(str(error).split())[:400]}"}
    good = all(each.get("error", 1) <= TOLERANCE and each["same"] == 1 for each in row["sizes"].values())
    return {**row, "ok": good}


def _exported(model, path, format, part):
    """The file, and the number of support images that it needed to be fixed, or None."""
    from pnzoo import hub

    try:
        return hub.export(model, path, format, part), None
    except ValueError as error:
        if "support=" not in str(error):
            raise
        return hub.export(model, path, format, part, SUPPORT), SUPPORT


def _compared(run, inputs, wanted):
    """The largest difference, relative to the largest answer, and how many decisions are the same.

    A decision is the best move or class. One that our own answers tie to within the tolerance may fall either way.
    """
    found = run(inputs)
    if found.shape != wanted.shape:
        return {"error": 1.0, "same": 0.0, "shape": list(found.shape)}
    scale = max(1.0, float(np.abs(wanted).max()))
    chosen = np.take_along_axis(wanted, found.argmax(-1)[..., None], -1)[..., 0]
    same = chosen >= wanted.max(-1) - TOLERANCE * scale
    return {"error": float(f"{np.abs(found - wanted).max() / scale:.1e}"), "same": float(same.mean())}


def _timed(run, inputs):
    start = time.perf_counter()
    run(inputs)
    return time.perf_counter() - start


def main(arguments=None):
    """Run the command line."""
    import pnzoo
    from pnzoo.hub.exporting import FORMATS

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", help="entries; all by default")
    parser.add_argument("--formats", nargs="+", choices=FORMATS, default=list(FORMATS))
    parser.add_argument("--json", help="write the results to this file, beside those of other entries")
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    names = options.names or pnzoo.list_models()
    if options.here:
        warnings.simplefilter("ignore")
        for name in names:
            for row in measure(name, options.formats):
                print("row:", json.dumps(row), flush=True)
        return []
    results = []
    for row in _in_processes(names, options.formats):
        print(_line(row), flush=True)
        results.append(row)
        if options.json:
            _store(Path(options.json), [each for each in results if each["name"] == row["name"]], options.formats)
    return results


def _in_processes(names, formats):
    """Rows of all entries from a process beside this one; where it dies, another goes on with the next entry."""
    command = [sys.executable, "-m", "tests.benchmarks.exports", "--here", "--formats", *formats, "--"]
    while names:
        process = subprocess.Popen([*command, *names], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        at = names[0]
        for line in process.stdout:
            if line.startswith("row: "):
                row = json.loads(line[5:])
                at = row["name"]
                yield row
        if process.wait() == 0:
            return
        yield {"name": at, "format": formats[-1], "part": "whole", "ok": False,
               "reason": f"the process ended with {process.returncode}"}
        names = names[names.index(at) + 1 :]


def _line(row):
    sizes = " ".join(f"{kind} {each['error']:.0e} {each['same']:.4f}" for kind, each in row.get("sizes", {}).items())
    facts = f"{row.get('bytes', 0) / 1e3:,.0f} kB {row.get('ms')} ms {row.get('export_s')} s"
    what = f"{row['name']} {row['format']} {row['part']}"
    return f"{'ok' if row['ok'] else 'NO'} {what}: {sizes} {facts} {row.get('reason', '')}"


def _store(path, rows, formats):
    """Replace the rows of these entries and formats in a file."""
    from train.shared import run_folder

    old = json.loads(path.read_text(encoding="utf-8"))["rows"] if path.is_file() else []
    new = {row["name"] for row in rows}
    kept = [row for row in old if row["name"] not in new or row["format"] not in formats]
    order = sorted([*kept, *rows], key=lambda row: (row["name"], row["format"], row["part"]))
    results = {"hardware": run_folder.hardware(), "versions": versions(), "rows": order}
    path.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")


def versions():
    """Versions of the programs that write and read the files."""
    from importlib.metadata import version

    packages = ("keras", "tensorflow", "tf2onnx", "onnx", "onnxruntime", "ai-edge-litert")
    return {package: version(package) for package in packages}


if __name__ == "__main__":
    main()
