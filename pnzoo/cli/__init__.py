"""The command line: `pnzoo list`, `card`, `plan`, `evaluate` and `dashboard`.

Exit status: 0 done, 1 the planner did not reach the goal, 2 wrong input (one line on stderr says what to type).
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

from pnzoo import __version__, hub
from pnzoo.hub import cards


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Args:
        arguments: the words after `pnzoo`; those of the shell by default.

    Returns:
        The exit status.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # not TensorFlow's notes on this machine
    parser = _parser()
    options, others = parser.parse_known_args(arguments)
    if options.run is _dashboard:
        options.streamlit = others
    elif others:
        parser.error(f"unrecognized arguments: {' '.join(others)}")
    try:
        return options.run(options)
    except BrokenPipeError:  # whoever reads, such as head, has read enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except (ValueError, TypeError, OSError, ImportError) as error:
        print(f"pnzoo: {' '.join(str(error).split())}", file=sys.stderr)
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="pnzoo", description="Pretrained planners and few-shot classifiers.")
    parser.add_argument("--version", action="version", version=f"pnzoo {__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)

    command = commands.add_parser("list", help="the models of the zoo")
    command.add_argument("pattern", nargs="?", default="*", help="with wildcards, such as 'vin*'")
    command.set_defaults(run=_list)

    command = commands.add_parser("card", help="what a model is, how it was made, what it reaches")
    command.add_argument("name", help="a model of the zoo, or a folder")
    command.add_argument("--json", action="store_true", help="the card as a program reads it")
    command.set_defaults(run=_card)

    command = commands.add_parser("plan", help="plan on a map of yours and print the path")
    command.add_argument("name", help="a planner of the zoo, or a folder")
    command.add_argument("map", help="a text file of # walls, . free cells, S start, G goal; - reads standard input")
    command.add_argument("--k", type=int, help="steps of value iteration, if not the model's own")
    command.set_defaults(run=_plan)

    command = commands.add_parser("evaluate", help="measure a planner on fresh maps, as its card says")
    command.add_argument("name", help="a planner of the zoo, or a folder")
    command.add_argument("--maps", metavar="FILE.mat", help="maps of the VIN authors' files instead of fresh ones")
    command.add_argument("--n", type=int, help="number of maps (5000, or all of FILE.mat's test part)")
    command.add_argument("--seed", type=int, help="of maps and starts (9000 + height; 0 for the starts on FILE.mat)")
    command.add_argument("--size", type=_size, metavar="HxW", help="such as 16x16 (the size it was trained on)")
    command.add_argument("--k", type=int, help="steps of value iteration, if not the model's own")
    command.add_argument("--family", help="another kind of maps than the paper's: maze, braided, caves, rooms ...")
    command.add_argument("--start", choices=("every", "farthest"), help="of each map of a family (every)")
    command.add_argument("--by-length", action="store_true", help="of a family's maps: by the length of the way")
    command.set_defaults(run=_evaluate)

    options_too = "open the dashboard in a browser; options such as --server.port go to streamlit"
    command = commands.add_parser("dashboard", help=options_too)
    command.set_defaults(run=_dashboard)
    return parser


def _size(text: str) -> tuple[int, int]:
    match = re.fullmatch(r"(\d+)(?:x(\d+))?", text)
    if not match:
        raise argparse.ArgumentTypeError(f"{text!r} is no size; type height x width, such as 16x16")
    return int(match[1]), int(match[2] or match[1])


def _list(options: argparse.Namespace) -> int:
    names = hub.list_models(options.pattern)
    if not names:
        raise ValueError(f"no model matches {options.pattern!r}; pnzoo list shows them all")
    width = max(map(len, names))
    for name in names:
        card = hub.card(name)
        print(f"{name:{width}}  {card['task']:8}  {_headline(card):>24}  {card.get('summary', '')}".rstrip())
    return 0


def _headline(card: dict) -> str:
    metrics = card.get("metrics")
    return f"{cards.number(metrics[0]['name'], metrics[0]['value'])} {metrics[0]['name']}" if metrics else "-"


def _card(options: argparse.Namespace) -> int:
    card = hub.card(options.name)
    print(json.dumps(card, indent=1, ensure_ascii=False) if options.json else cards.readme(card).rstrip())
    return 0


def _plan(options: argparse.Namespace) -> int:
    from pnzoo.worlds import gridworld

    text = sys.stdin.read() if options.map == "-" else _text_of(options.map)
    walls, start, goal = gridworld.parse(text)
    for letter, cell, what in (("S", start, "start"), ("G", goal, "goal")):
        if cell is None:
            raise ValueError(f"the map has no {what}; mark one cell with {letter}")
    plan = _load_planner(options).plan(walls, start, goal)
    print(gridworld.render(walls, start, goal, plan.path))
    if plan.reached:
        print(f"reached in {len(plan.actions)} moves, length {plan.cost:.2f}")
        return 0
    print(f"not reached: {plan.reason}")
    return 1


def _text_of(file: str) -> str:
    try:
        return Path(file).read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise ValueError(f"{file} is not text; a map is lines of # . S G") from None
    except OSError as error:
        why = f"cannot read {file}: {error.strerror}"
        raise ValueError(f"{why}; give the file of a map, or - for standard input") from None


def _load_planner(options: argparse.Namespace):
    task = hub.card(options.name)["task"]
    if task != "planning":
        planners = [name for name in hub.list_models() if hub.card(name)["task"] == "planning"]
        raise ValueError(f"{options.name} is a {task} model and does not plan; planners are {', '.join(planners)}")
    with _hushed():
        return hub.load(options.name, **({} if options.k is None else {"k": options.k}))


@contextmanager
def _hushed() -> Iterator[None]:
    """Hold back what libraries print on stderr while they load, and show it only if loading fails.

    TensorFlow greets from C++ before it knows its log level: only the file descriptor itself can be hushed.
    """
    sys.stderr.flush()
    kept = os.dup(2)
    with tempfile.TemporaryFile() as held:
        os.dup2(held.fileno(), 2)
        try:
            yield
        except BaseException as error:
            held.seek(0)
            if not isinstance(error, (ValueError, TypeError, OSError, ImportError)):
                os.write(kept, held.read())
            raise
        finally:
            os.dup2(kept, 2)
            os.close(kept)


def _evaluate(options: argparse.Namespace) -> int:
    from pnzoo.evaluation import gridworld as exam

    if options.n is not None and options.n < 1:
        raise ValueError(f"--n is the number of maps, at least 1; got {options.n}")
    if (options.start or options.by_length) and not options.family:
        raise ValueError("--start and --by-length are for the maps of a --family, such as --family maze")
    model = _load_planner(options)
    if options.family:
        return _evaluate_family(model, options)
    if options.maps:
        if options.size:
            raise ValueError("--maps brings its own size; leave out --size")
        test = exam.paper(options.maps, n=options.n, seed=options.seed or 0)
    else:
        height, width = options.size or trained_size(options.name)
        test = exam.fresh(height, width, n=options.n or exam.MAPS, seed=options.seed)
    print(f"{options.name} on {len(test.walls):,} maps ({test.on})")
    for metric in exam.measure(model, test):
        _print_metric(metric)
    return 0


def _print_metric(metric: dict) -> None:
    name = metric["name"]
    print(f"{name.replace('_', ' '):16} {cards.number(name, metric['value']):>10}   95 % {cards.interval(metric)}")


def _evaluate_family(model, options: argparse.Namespace) -> int:
    from pnzoo.evaluation import long_horizon as long_exam

    if options.maps:
        raise ValueError("--maps and --family each bring their own maps; leave out one")
    height, width = options.size or trained_size(options.name)
    fields = {"n": options.n or 100, "start": options.start or "every"}
    world = long_exam.World(options.family, height, width, **fields)
    world = world if options.seed is None else world._replace(seed=options.seed)
    print(f"{options.name} on {world.on}")
    for metric in (long_exam.measure_by_length if options.by_length else long_exam.measure)(model, world):
        if options.by_length:
            print(f"{metric['on'].split(' on ')[0]:24}", end="")
        _print_metric(metric)
    return 0


def trained_size(name: str) -> tuple[int, int]:
    """Height and width of the maps that an entry was trained for.

    Args:
        name: an entry of the zoo, or a folder.

    Returns:
        The size in the recipe, or the number in the name; 16x16 where neither says one.
    """
    card = hub.card(name)
    size = (card.get("recipe") or {}).get("size")
    if isinstance(size, int):
        return size, size
    return side_in(card["name"]), side_in(card["name"])


def side_in(name: str) -> int:
    """The side of the maps in an entry's name: 16 for vin16_rl, and for vin_maze4, which was trained for no size."""
    number = re.match(r"[a-z]+(\d+)", name)
    return int(number[1]) if number and int(number[1]) > 2 else 16


def dashboard_script() -> Path:
    """The dashboard's `app.py`: of the clone, or where a wheel put it."""
    zoo = hub.zoo_folder()
    script = zoo.parent / "dashboard" / "app.py"
    if not script.is_file():
        raise FileNotFoundError(f"{script} is missing; install pnzoo again")
    return script


def _dashboard(options: argparse.Namespace) -> int:
    if find_spec("streamlit") is None:
        raise ImportError("the dashboard needs Streamlit and Plotly. Type: pip install 'pnzoo[dashboard]'")
    script = dashboard_script()
    # Streamlit reads the theme from .streamlit/ of the working folder or of the script's.
    return subprocess.call([sys.executable, "-m", "streamlit", "run", str(script), *options.streamlit])
