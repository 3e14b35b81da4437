"""Plan on millions of maps: Ray Data streams blocks of rows through actors that hold the model."""

from collections.abc import Mapping
from os import PathLike
from pathlib import Path
from typing import Any, NamedTuple

from pnzoo import hub
from pnzoo.batch import blocks, engine, sources, worker
from pnzoo.core import backend
from pnzoo.worlds.gridworld.validation import as_count

INPUT = "_input"  # where maps that were in no file are kept, in the folder of the plans
MOST_TASKS = 1000  # that Ray's scheduler is told of


class Summary(NamedTuple):
    """What `plan` did.

    out:      the folder, a `pathlib.Path`
    maps:     how many were planned on in this run
    reached:  on how many of them the goal was reached
    errors:   how many rows held no map
    blocks:   files that were written in this run
    finished: files that were there already
    """

    out: Path
    maps: int
    reached: int
    errors: int
    blocks: int
    finished: int


def plan(
    dataset: Any,
    model: str | PathLike[str],
    out: str | PathLike[str] | None = None,
    *,
    workers: int | None = None,
    threads: int = 1,
    rows_per_block: int = 4096,
    solver: str = "auto",
    max_steps: int | None = None,
    options: Mapping[str, Any] | None = None,
    verbose: int = 0,
) -> Any:
    """Plan on many maps, on all cores of a machine or of a Ray cluster.

    Every row is answered as `model.plan(walls, start, goal)` answers; maps of one block may differ in size, and those
    of one size are planned on together (`plan_batch`). A row that holds no map (a wall as goal, lines of different
    lengths) does not end the run: its `reason` begins with "error:".

    A run that is killed anywhere goes on when it is called again: a block whose file is in `out` is not planned again.
    A worker that is killed in the middle is replaced, and its block planned by another one.

    Args:
        dataset: a folder of Parquet files or one file; a Ray Dataset; or arrays, (walls, start, goal) as `table` takes
            them. Rows have `walls` (a list of lines, each a list of booleans, True = wall; or a tensor of Ray's),
            `start` and `goal` (two whole numbers, row and column). Their other columns stand beside the plans. A Ray
            Dataset or arrays are first written to `out/_input`, which is what a run that goes on reads.
        model: a planner of the zoo by its name, a folder that `pnzoo.save` wrote, or "hf://user/repo". Each worker
            loads it once.
        out: a folder that all workers see, for one data set. None: nothing is written.
        workers: how many processes; by default as many as the cluster's cores allow.
        threads: of each.
        rows_per_block: how many maps end in one file, and are lost at most where a worker is killed.
        solver, max_steps: of `model.plan`.
        options: of the model, such as `{"k": 60}`.
        verbose: 1 shows Ray's progress bars.

    Returns:
        With `out`, a `Summary` once all is done. Without, a Ray Dataset of the plans, which are made while it is read.
        Both have the columns path (list of (row, col)), actions (list of indices into `pnzoo.gridworld.MOVES`),
        reached, cost and reason.

    Raises:
        ImportError: Ray is not installed; says what to type.
        FileNotFoundError: there is no such file of maps.
        ValueError: the model plans on no maps, `out` holds something else, or a file is not Parquet.
        OSError: the disk is full.

    Example:
        ```python
        maps = pnzoo.gridworld.generate(100_000, 16, seed=0)
        start = pnzoo.gridworld.random_starts(maps.walls, maps.goal, rng=0)
        summary = pnzoo.batch.plan((maps.walls, start, maps.goal), "vin_maze", "plans")
        plans = pyarrow.dataset.dataset("plans").to_table()
        ```
    """
    engine.ray(), engine.arrow()
    counts = {"workers": 1 if workers is None else workers, "threads": threads, "rows_per_block": rows_per_block}
    for name, value in counts.items():
        as_count(name, value, 1)
    options, model = dict(options or {}), _checked_model(model)
    maps = sources.of(dataset, rows_per_block)
    constructor = (model, options, solver, max_steps, threads, backend.chosen())
    if out is None:
        engine.start()
        return _mapped(maps.dataset(), "MapPlanner", constructor, rows_per_block, "pyarrow", workers, threads, verbose)
    out = Path(out).resolve()
    settings = {
        "model": dict(hub.card(model)["files"]),  # digests: what tells two models apart, whatever they are called
        "options": options,
        "solver": solver,
        "max_steps": max_steps,
        "rows_per_block": rows_per_block,
        "maps": maps.description(),
    }
    blocks.open_folder(out, settings)
    every = blocks.split(maps.files(out / INPUT), rows_per_block)
    done = blocks.finished(out, every)
    left = [block._asdict() for block in every if block.name not in done]
    totals = {"maps": 0, "reached": 0, "errors": 0}
    if left:
        engine.start()
        todo = engine.ray().data.from_items(left, override_num_blocks=min(len(left), MOST_TASKS))
        constructor = (str(out), *constructor)
        planned = _mapped(todo, "BlockPlanner", constructor, 1, "numpy", workers, threads, verbose)
        for row in planned.iter_rows():
            if row["failure"]:
                raise worker.ERRORS[row["kind"]](row["failure"])
            for name in totals:
                totals[name] += int(row[name])
    return Summary(out, **totals, blocks=len(left), finished=len(done))


def _mapped(source, task, constructor, rows_per_call, form, workers, threads, verbose):
    """A dataset through actors that hold the model."""
    ray = engine.ray()
    if workers is None:
        workers = max(1, int(ray.cluster_resources().get("CPU", 1)) // threads)
    result = source.map_batches(
        getattr(worker, task),
        fn_constructor_args=constructor,
        batch_size=rows_per_call,
        batch_format=form,
        num_cpus=threads,
        compute=ray.data.ActorPoolStrategy(size=workers),
    )
    result.context.enable_progress_bars = bool(verbose)
    return result


def _checked_model(model):
    """The name of a planner, or the whole path of its folder.

    Raises:
        ValueError: no entry of that name, or one that plans on no maps.
    """
    if not isinstance(model, str | PathLike):
        raise ValueError(f"a worker loads its model itself: give the name of an entry or a folder, not a "
                         f"{type(model).__name__}; pnzoo.save(model, folder) writes one")
    task = hub.card(model)["task"]
    if task != "planning":
        raise ValueError(f"{model} is a {task} model; batch.plan takes planners on maps of walls, such as vin_maze")
    return str(Path(model).resolve()) if Path(model).is_dir() else str(model)
