"""`pnzoo plan` and `evaluate`: a planner on a map, and on many."""

import json
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from pnzoo import hub
from pnzoo.cli import navigation, terrain
from pnzoo.cli import options as checks
from pnzoo.cli.zoo import checked_name
from pnzoo.core.dataset import describe

PLANNING_TASKS = ("planning", "terrain")
SOLVERS = ("auto", "value_iteration", "dijkstra")
SOLVER_HELP = "how it plans: value_iteration, dijkstra (planners with known moves), or the faster one (auto)"


def add_commands(commands):
    """Add `plan` and `evaluate` to the parser."""
    command = commands.add_parser("plan", help="plan on a map of yours and print the path")
    command.add_argument("name", help="a planner of the zoo, or a folder")
    command.add_argument("map", help="a text file of # walls, . free cells, S start, G goal; or a MovingAI map; "
                                     "- reads standard input. For planners over terrain: a picture")
    command.add_argument("--k", type=checks.whole_number(1), help="iterations of value iteration, if not the model's")
    command.add_argument("--start", type=checks.cell, metavar="ROW,COL", help="instead of the map's S")
    command.add_argument("--goal", type=checks.cell, metavar="ROW,COL", help="instead of the map's G")
    command.add_argument("--solver", choices=SOLVERS, default="auto", help=SOLVER_HELP)
    command.add_argument("--caution", type=checks.number(0), help="over terrain: how much doubt costs")
    command.add_argument("--out", metavar="FILE.png", help="over terrain: draw the path and the learned cost there")
    command.add_argument("--json", action="store_true", help="path, actions, cost and reason as JSON")
    command.set_defaults(run=plan)

    command = commands.add_parser("evaluate", help="measure a planner on generated maps, as its card says")
    command.add_argument("name", help="a planner of the zoo, or a folder")
    command.add_argument("--mat-file", metavar="FILE.mat", help="a file of the VIN authors instead of generated maps")
    command.add_argument("--movingai", metavar="FILE.zip",
                         help="the scenarios of the MovingAI benchmarks: a folder or .zip with maps/ and scenarios/")
    command.add_argument("--every", type=checks.whole_number(1), default=1, metavar="N",
                         help="each Nth scenario of a map of FILE.zip (1)")
    command.add_argument("--num-maps", type=checks.whole_number(1), metavar="N",
                         help="5000, or all of FILE.mat's test part; 100 of a family")
    command.add_argument("--seed", type=checks.whole_number(0),
                         help="of maps and starts (9000 + height; 0 for the starts on FILE.mat; 9500 of a family)")
    command.add_argument("--size", type=checks.size, metavar="HxW", help="such as 16x16 (the size it was trained on)")
    command.add_argument("--k", type=checks.whole_number(1), help="iterations of value iteration, if not the model's")
    command.add_argument("--family", help="another kind of maps than the paper's: maze, braided, caves, rooms ...")
    command.add_argument("--start", choices=("every", "farthest"), help="of each map of a family (every)")
    command.add_argument("--by-distance", action="store_true", help="of a family's maps: by the length of the path")
    command.add_argument("--solver", choices=SOLVERS, default="auto", help=SOLVER_HELP)
    command.add_argument("--world", help="over terrain: moon, mars, relief or tiles (relief, or what fits the model's "
                                         "cells); moon and mars need PNZOO_DATA_DIR")
    command.add_argument("--cells", type=checks.whole_number(2), default=16, help="over terrain: of a side (16)")
    command.add_argument("--caution", type=checks.number(0), help="over terrain: how much doubt costs")
    command.add_argument("--json", action="store_true", help="the metrics as JSON")
    command.add_former("--n", "--num-maps", type=checks.whole_number(1))
    command.add_former("--maps", "--mat-file")
    command.add_former("--by-length", "--by-distance", nargs=0)
    command.set_defaults(run=evaluate)


# -- plan ---------------------------------------------------------------------------------------


def plan(options):
    """Plan on one map, or on a picture."""
    from pnzoo import plain_vin
    from pnzoo.worlds import gridworld

    if _plans_on_pictures(options.name):
        return terrain.plan(options, _load_planner(options))
    if options.out or options.caution is not None:
        raise ValueError("--out and --caution are for planners over terrain, such as vin_moon")
    walls, start, goal = gridworld.parse(_text(options.map))
    checks.check_cells(*walls.shape)
    start, goal = options.start or start, options.goal or goal
    for letter, cell, what in (("S", start, "start"), ("G", goal, "goal")):
        if cell is None:
            raise ValueError(f"the map has no {what}; mark one cell with {letter}, or add --{what} ROW,COL")
    planner = plain_vin.load(checked_name(options.name), options.k, options.solver) or _load_planner(options)
    result = planner.plan(walls, start, goal, solver=options.solver)
    if options.json:
        ends = {"start": list(start), "goal": list(goal)}
        print(json.dumps({"model": options.name, **ends, **result.to_dict()}))
    else:
        print(gridworld.render(walls, start, goal, result.path))
        print(_summary(result))
    return int(not result.reached)


def _summary(result):
    if not result.reached:
        return f"not reached: {result.reason}"
    moves = len(result.actions)
    return f"reached in {moves} move{'' if moves == 1 else 's'}, length {result.cost:.2f}"


def _text(file):
    """The text of a file, or of standard input; not more than a map has."""
    from pnzoo.worlds.gridworld.text_source import decoded, read_bounded, read_text

    if file == "-":
        if sys.stdin is None:
            raise ValueError("standard input is closed; give the file of a map instead of -")
        binary = getattr(sys.stdin, "buffer", None)
        return decoded(read_bounded(binary, "standard input"), "standard input") if binary else sys.stdin.read()
    try:
        return read_text(file)
    except OSError as error:
        why = f"cannot read {file}: {error.strerror}"
        raise ValueError(f"{why}; give the file of a map, or - for standard input") from None


# -- evaluate -----------------------------------------------------------------------------------


def evaluate(options):
    """Measure a planner."""
    if (options.start or options.by_distance) and not options.family:
        raise ValueError("--start and --by-distance are for the maps of a --family, such as --family maze")
    if options.mat_file and options.family:
        raise ValueError("--mat-file and --family each bring their own maps; leave out one")
    if options.movingai and (options.mat_file or options.family or options.size):
        raise ValueError("--movingai brings its own maps; leave out --mat-file, --family and --size")
    if options.mat_file and options.size:
        raise ValueError("--mat-file brings its own size; leave out --size")
    if _plans_on_pictures(options.name):
        measure = _measure_terrain
    elif hub.card(checked_name(options.name))["task"] == "navigation":
        measure = _measure_navigation
    else:
        measure = _measure_family if options.family else _measure_scenarios if options.movingai else _measure_maps
    headline, metrics = measure(options)
    if options.json:
        print(json.dumps({"model": options.name, "metrics": [metric.to_dict() for metric in metrics]}, indent=1))
        return 0
    print(headline)
    for metric in metrics:
        print(f"{_range(metric)}{metric.title():23} {metric.value_text():>10}   95 % {metric.ci95_text()}")
    return 0


def _measure_maps(options):
    """What was measured in words, and metrics on the paper's kind of maps."""
    from pnzoo.evaluation import gridworld as evaluation

    if not options.mat_file:
        size, n = options.size or trained_size(options.name), options.num_maps or evaluation.MAPS
        checks.check_all_cells(n, *size)
    model = _load_planner(options)
    model._check_solver(options.solver)
    moves = evaluation.reachable_by(evaluation.planner_rule(model))
    if options.mat_file:
        maps = evaluation.vin_paper(options.mat_file, n=options.num_maps, seed=options.seed or 0, moves=moves)
    else:
        maps = evaluation.generated(*size, n=n, seed=options.seed, moves=moves)
    return f"{options.name} on {describe(maps.dataset)}", evaluation.evaluate(model, maps, solver=options.solver)


def _measure_family(options):
    """The same on maps of a family."""
    from pnzoo.evaluation import long_horizon

    size, n = options.size or trained_size(options.name), options.num_maps or 100
    checks.check_all_cells(n, *size)
    benchmark = long_horizon.Benchmark(options.family, *size, n=n, start=options.start or "every")
    if options.seed is not None:
        benchmark = benchmark._replace(seed=options.seed)
    measure = long_horizon.evaluate_by_distance if options.by_distance else long_horizon.evaluate
    metrics = measure(_load_planner(options), benchmark, solver=options.solver)
    return f"{options.name} on {describe(benchmark.dataset)}", metrics


def _measure_scenarios(options):
    """The same on the scenarios of the MovingAI benchmarks, each map's result on stderr."""
    from pnzoo.evaluation import movingai

    metrics = movingai.evaluate(_load_planner(options), options.movingai, options.every, movingai.print_progress)
    return f"{options.name} on {describe(metrics[0].dataset)}", metrics


def _measure_terrain(options):
    """The same over terrain."""
    return terrain.measure(options, _load_planner(options))


def _measure_navigation(options):
    """The same of a body that moves continuously."""
    return navigation.measure(options, _load_planner(options, ("navigation",)), hub.card(checked_name(options.name)))


def _range(metric):
    """The distances or the family of maps that a metric is about, as a column."""
    dataset = metric.dataset
    if dataset.get("kind") == "movingai_scenarios":
        return f"{dataset.get('family', 'all families'):16}"
    if "distance" not in dataset:
        return ""
    low, high = dataset["distance"]
    return f"{f'over {low:,}' if high is None else f'{low:,} to {high:,}':16}"


def trained_size(name: str) -> tuple[int, int]:
    """Height and width of the maps that an entry was trained for.

    Args:
        name: an entry of the zoo, or a folder.

    Returns:
        `trained_on` of its card; 16x16 where it says no size.
    """
    trained_on = hub.card(checked_name(name)).get("trained_on") or {}
    return trained_on.get("height", 16), trained_on.get("width", 16)


def _plans_on_pictures(name):
    """Whether an entry plans over terrain; nothing is built."""
    return hub.card(checked_name(name))["task"] == "terrain"


# -- loading ------------------------------------------------------------------------------------


def _load_planner(options, tasks=PLANNING_TASKS):
    name = checked_name(options.name)
    task = hub.card(name)["task"]
    if task == "navigation" and task not in tasks:
        raise ValueError(f"{name} drives a body and plans no path of cells; in Python: pnzoo.load({name!r}).drive(...)")
    if task == "web":
        raise ValueError(
            f"{name} walks on a web, not on a map; in Python: pnzoo.load({name!r}).plan(web, start, query), web being "
            f"pnzoo.graphs.generate() or yours; `python -m train {name} --evaluate` measures it"
        )
    if task not in tasks:
        planners = [name for name in hub.list_models() if hub.card(name)["task"] in PLANNING_TASKS]
        raise ValueError(f"{name} is a {task} model and does not plan; planners are {', '.join(planners)}")
    with _hushed():
        return hub.load(name, **({} if options.k is None else {"k": options.k}))


@contextmanager
def _hushed() -> Iterator[None]:
    """Hold back what libraries print on stderr while they load, and show it only if loading fails.

    TensorFlow greets from C++ before it knows its log level: only the file descriptor itself can be hushed.
    """
    if sys.stderr is None:  # closed
        yield
        return
    sys.stderr.flush()
    kept = os.dup(2)
    with tempfile.TemporaryFile() as held:
        os.dup2(held.fileno(), 2)
        try:
            yield
        except BaseException as error:
            held.seek(0)
            if not isinstance(error, (ValueError, OSError, ImportError, KeyboardInterrupt)):
                os.write(kept, held.read())
            raise
        finally:
            os.dup2(kept, 2)
            os.close(kept)
