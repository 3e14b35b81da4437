"""An experiment, and how it is run: condition by condition, each result kept as soon as it is measured."""

import dataclasses
import json
import pathlib
import tempfile
import time
from collections.abc import Callable

from pnzoo.core import atomic
from train.experiments import figures
from train.shared import run_folder

ANSWERS = pathlib.Path(__file__).parent.parent / "answers"
WORK = run_folder.RUNS / "experiments"


def unchanged(rows):
    """The table of an experiment that shows its rows as they were measured."""
    return rows


@dataclasses.dataclass(frozen=True, kw_only=True)
class Experiment:
    """A question, what was expected, how it is measured and what the numbers say.

    number: from 1 up.
    question: in one sentence.
    hypothesis: what was expected before the run.
    conditions: function (quick) -> list of dictionaries, the conditions to measure.
    run: function (condition, quick) -> list of rows, see `train.experiments.metrics`; a row gets the keys of its
        condition. A row {"picture": {"title", "values"}} is a small matrix to draw.
    conclusion: function (table) -> one sentence made from the numbers, with their uncertainty.
    details: function (table) -> the same at length.
    figure: how the table is drawn, see `train.experiments.figures.series`.
    columns: keys of a row that tell the conditions apart, in the order of the table.
    table: function (rows) -> the rows that are shown; by default all. Where training is involved, means over seeds.
    links: into the dashboard: (page, label, {parameter: value}).
    notes: what a reader should know.
    cache: the experiment whose cached rows this one shares, such as "q16".
    """

    number: int
    question: str
    hypothesis: str
    conditions: Callable
    run: Callable
    conclusion: Callable
    details: Callable
    figure: dict
    columns: tuple
    table: Callable = unchanged
    links: tuple = ()
    notes: tuple = ()
    cache: str = ""

    @property
    def name(self):
        return f"q{self.number:02d}"


def run(experiment, quick=False, work=WORK, log=print):
    """Run an experiment, or go on with it, and return its result.

    The rows of every condition are written as soon as they are measured; a run that is stopped repeats only the
    condition it was in.

    Args:
        experiment: `Experiment`.
        quick: toy sizes, from a fresh folder: shows that everything works, and its numbers mean nothing.
        work: folder of the cached rows until all conditions are measured.
        log: called with a line for each condition.

    Returns:
        The result, as `train/answers` keeps it.
    """
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch if quick else work)
        cache = ResultCache(folder / f"{experiment.cache or experiment.name}.json")
        return result(experiment, _measure(experiment, quick, cache, log))


def _measure(experiment, quick, cache, log):
    conditions = experiment.conditions(quick)
    for i, condition in enumerate(conditions):
        if condition not in cache:
            start = time.monotonic()
            rows = [{**condition, **row} for row in experiment.run(dict(condition), quick)]
            cache.add(condition, rows, time.monotonic() - start)
            log(f"{experiment.name} {i + 1}/{len(conditions)} {condition} ({time.monotonic() - start:.0f} s)")
    return [cache[condition] for condition in conditions]


class ResultCache:
    """Rows on disk, condition by condition: what a stopped run has measured already."""

    def __init__(self, path):
        self.path = path
        self.entries = json.loads(path.read_text()) if path.exists() else {}

    def __contains__(self, condition):
        return _key(condition) in self.entries

    def __getitem__(self, condition):
        return self.entries[_key(condition)]

    def add(self, condition, rows, seconds):
        """Write the rows of one condition, whole or not at all."""
        import keras

        self.entries[_key(condition)] = {"rows": rows, "hardware": run_folder.hardware(),
                                         "backend": keras.backend.backend(), "seconds": round(seconds, 1)}
        self.path.parent.mkdir(parents=True, exist_ok=True)
        atomic.write_json(self.path, self.entries)


def _key(condition):
    return json.dumps(condition, sort_keys=True)


def result(experiment, measured):
    """The result of an experiment, as `train/answers` keeps it, from its cache entries."""
    rows = [row for entry in measured for row in entry["rows"]]
    backends = list(dict.fromkeys(entry["backend"] for entry in measured))
    prefix = f"KERAS_BACKEND={backends[0]} " if backends != ["tensorflow"] else ""
    return {
        "number": experiment.number,
        "command": f"{prefix}python -m train.experiments {experiment.name}",
        "hardware": ", ".join(dict.fromkeys(entry["hardware"] for entry in measured)),
        "backend": ", ".join(backends),
        "seconds": round(sum(entry["seconds"] for entry in measured), 1),
        "pictures": [row["picture"] for row in rows if "picture" in row],
        **from_rows(experiment, [row for row in rows if "picture" not in row]),
    }


def from_rows(experiment, rows):
    """The part of a result that is made from the measured rows, without measuring anything."""
    table = experiment.table(rows)
    return {
        "question": experiment.question,
        "hypothesis": experiment.hypothesis,
        "conclusion": experiment.conclusion(table),
        "details": experiment.details(table),
        "seeds": sorted({row["seed"] for row in rows if "seed" in row}),
        "columns": list(experiment.columns),
        "figure": figures.series(experiment.figure, table),
        "table": table,
        "rows": rows if table != rows else [],
        "links": [list(link) for link in experiment.links],
        "notes": list(experiment.notes),
    }


def path_of(number, folder=ANSWERS):
    """The file of an experiment's result."""
    return pathlib.Path(folder) / f"q{number:02d}.json"


def write(result, folder=ANSWERS):
    """Keep a result."""
    pathlib.Path(folder).mkdir(parents=True, exist_ok=True)
    atomic.write_json(path_of(result["number"], folder), result)


def read_all(folder=ANSWERS):
    """{number: result} of the experiments that have been run."""
    files = sorted(pathlib.Path(folder).glob("q[0-9][0-9].json"))
    results = [json.loads(path.read_text(encoding="utf-8")) for path in files]
    return {result["number"]: result for result in results}
