"""`pnzoo export`: a model as a file of another program."""

from pnzoo import hub
from pnzoo.cli import options as checks
from pnzoo.cli.zoo import checked_name
from pnzoo.hub.exporting import FORMATS, PARTS


def add_commands(commands):
    """Add `export` to the parser."""
    command = commands.add_parser("export", help="write a model for TensorFlow Serving, ONNX Runtime or LiteRT")
    command.add_argument("name", help="a model of the zoo, or a folder")
    command.add_argument("--format", choices=FORMATS, default="onnx", help="onnx; tf_saved_model is a folder")
    command.add_argument("--out", metavar="PATH", help="file to write (NAME.onnx, NAME.tflite; NAME for a folder)")
    command.add_argument("--part", choices=PARTS, default="whole", help="of a few-shot model: its backbone or matching")
    command.add_argument("--k", type=checks.whole_number(1), help="steps of a planner; the file holds so many")
    command.set_defaults(run=export)


def export(options):
    """Write the file and say what it takes."""
    name = checked_name(options.name)
    model = hub.load(name, **({} if options.k is None else {"k": options.k}))
    part = "" if options.part == "whole" else f"_{options.part}"
    path = options.out or f"{hub.card(name)['name']}{part}{FORMATS[options.format][0]}"
    hub.export(model, path, options.format, options.part)
    k = getattr(model, "k", None)
    steps = f", {k} steps of value iteration" if k and options.part == "whole" else ""
    print(f"{path}: {name}{steps}, {options.format}")
    return 0
