"""A question, and how it is run: case by case, each kept as soon as it is measured."""

import dataclasses
import json
import pathlib
import tempfile
import time
from collections.abc import Callable

from pnzoo.hub import cards
from train.shared import run_folder as run

ANSWERS = pathlib.Path(__file__).parent.parent / "answers"
WORK = run.RUNS / "questions"


def every_row(rows):
    """The table of a question that shows what it measured as it is."""
    return rows


@dataclasses.dataclass(frozen=True)
class Question:
    """What is asked, what was expected, how it is measured and what the numbers say.

    number, question, hypothesis: 1 to 22; the question in one sentence; what was expected before it ran.
    cases: function (quick) -> list of dictionaries, the conditions to measure.
    measure: function (case, quick) -> list of rows, see `train.experiments.numbers`; a row holds its case too. A row
        {"picture": {"title", "values"}} is a small matrix to draw.
    answer: function (table) -> one sentence made from the numbers, with their uncertainty.
    detail: function (table) -> the same at length.
    table: function (rows) -> the rows that are shown; by default all. Where training is involved, means over seeds.
    figure: how the table is drawn: {"kind": "lines" or "points", "x", "by", "where", "x_title", "y_title", "log"}.
    columns: keys of a row that tell the cases apart, in the order of the table.
    tries: links into the dashboard: (page, label, {parameter: value}).
    notes: what a reader should know.
    """

    number: int
    question: str
    hypothesis: str
    cases: Callable
    measure: Callable
    answer: Callable
    detail: Callable
    figure: dict
    columns: tuple
    table: Callable = every_row
    tries: tuple = ()
    notes: tuple = ()
    runs: str = ""  # the question whose file of rows this one shares

    @property
    def name(self):
        return f"q{self.number}"


def answer(question, quick=False, work=WORK, say=print):
    """Run a question, or go on with it, and return its result.

    Every case is written down as soon as it is measured; a run that is stopped repeats only the case it was in.

    Args:
        question: `Question`.
        quick: toy sizes, from a fresh folder: shows that everything works, and its numbers mean nothing.
        work: where rows are kept until all cases are measured.
        say: called with a line for each case.

    Returns:
        The result, as `train/answers` keeps it.
    """
    if quick:
        with tempfile.TemporaryDirectory() as folder:
            kept = Kept(pathlib.Path(folder) / f"{question.name}.json")
            return result(question, _measured(question, True, kept, say))
    kept = Kept(pathlib.Path(work) / f"{question.runs or question.name}.json")
    return result(question, _measured(question, False, kept, say))


def _measured(question, quick, kept, say):
    cases = question.cases(quick)
    for i, case in enumerate(cases):
        if not kept.has(case):
            started = time.monotonic()
            rows = [{**case, **row} for row in question.measure(dict(case), quick)]
            kept.add(case, rows, time.monotonic() - started)
            say(f"{question.name} {i + 1}/{len(cases)} {case} ({time.monotonic() - started:.0f} s)")
    return kept.of(cases)


class Kept:
    """Rows on disk, case by case: what a stopped run has measured already."""

    def __init__(self, path):
        self.path = path
        self.cases = json.loads(path.read_text()) if path.exists() else {}

    def has(self, case):
        """Whether a case has been measured."""
        return _key(case) in self.cases

    def add(self, case, rows, seconds):
        """Write the rows of one case, whole or not at all."""
        where = {"hardware": run.hardware(), "backend": _backend(), "seconds": round(seconds, 1)}
        self.cases[_key(case)] = {"rows": rows, **where}
        self.path.parent.mkdir(parents=True, exist_ok=True)
        new = self.path.with_suffix(".new")
        cards.write_json(new, self.cases)
        new.replace(self.path)

    def of(self, cases):
        """The entries of these cases, in this order; what else the file holds is of an earlier version."""
        return [self.cases[_key(case)] for case in cases]


def _key(case):
    return json.dumps(case, sort_keys=True)


def _backend():
    import keras

    return keras.backend.backend()


def result(question, measured):
    """What `train/answers` keeps of a question."""
    made = [row for case in measured for row in case["rows"]]
    backends = list(dict.fromkeys(case["backend"] for case in measured))
    prefix = f"KERAS_BACKEND={backends[0]} " if backends != ["tensorflow"] else ""
    return {
        "number": question.number,
        "command": f"{prefix}python -m train.experiments {question.name}",
        "hardware": ", ".join(dict.fromkeys(case["hardware"] for case in measured)),
        "backend": ", ".join(backends),
        "seconds": round(sum(case["seconds"] for case in measured), 1),
        "pictures": [row["picture"] for row in made if "picture" in row],
        **from_rows(question, [row for row in made if "picture" not in row]),
    }


def from_rows(question, rows):
    """The part of a result that is made from the measured rows, without measuring anything."""
    table = question.table(rows)
    return {
        "question": question.question,
        "hypothesis": question.hypothesis,
        "answer": question.answer(table),
        "detail": question.detail(table),
        "seeds": sorted({row["seed"] for row in rows if "seed" in row}),
        "columns": list(question.columns),
        "figure": question.figure,
        "table": table,
        "rows": rows if table != rows else [],
        "tries": [list(link) for link in question.tries],
        "notes": list(question.notes),
    }


def path_of(number, folder=ANSWERS):
    """The file of a question's result."""
    return pathlib.Path(folder) / f"q{number:02d}.json"


def write(found, folder=ANSWERS):
    """Keep a result."""
    pathlib.Path(folder).mkdir(parents=True, exist_ok=True)
    cards.write_json(path_of(found["number"], folder), found)


def read_all(folder=ANSWERS):
    """{number: result} of the questions that have been answered."""
    found = [cards.read_json(path) for path in sorted(pathlib.Path(folder).glob("q[0-9][0-9].json"))]
    return {each["number"]: each for each in found}
