"""`pnzoo export`, a model as a file of another program, and `pnzoo export-web`, a page that runs in a browser."""

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
    command.add_argument("--support", type=checks.whole_number(1), metavar="N", help="number of support images, fixed")
    command.add_argument("--int8", action="store_true", help="of litert: weights in 8 bits, a quarter of the file")
    command.add_argument("--k", type=checks.whole_number(1), help="steps of a planner; the file holds so many")
    command.set_defaults(run=export)
    web = commands.add_parser("export-web", help="write a static page that plans and names drawings in the browser")
    web.add_argument("folder", help="where to write; any web server may give it out")
    web.add_argument("--planner", action="append", metavar="NAME", help="vin16 and vin_maze by default; repeatable")
    web.add_argument("--matcher", metavar="NAME", help="names drawings: matching_conv4_omniglot by default")
    web.set_defaults(run=export_web)


def export(options):
    """Write the file and say what it takes."""
    name = checked_name(options.name)
    model = hub.load(name, **({} if options.k is None else {"k": options.k}))
    part = "" if options.part == "whole" else f"_{options.part}"
    path = options.out or f"{hub.card(name)['name']}{part}{FORMATS[options.format][0]}"
    hub.export(model, path, options.format, options.part, options.support, options.int8)
    k = getattr(model, "k", None)
    steps = f", {k} steps of value iteration" if k and options.part == "whole" else ""
    print(f"{path}: {name}{steps}, {options.format}")
    return 0


def export_web(options):
    """Write the page and say how to look at it."""
    from pnzoo import web

    chosen = {"planners": options.planner or web.site.PLANNERS, "matcher": options.matcher or web.site.MATCHER}
    folder = web.export_web(options.folder, **chosen)
    size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    print(f"{options.folder}: {size / 1e6:.1f} MB; python -m http.server --directory {options.folder}")
    return 0
