"""The readable report: `train/answers/ANSWERS.md`, made from the results alone."""

from train import experiments
from train.experiments import experiment, figures
from train.experiments.experiment import ANSWERS, read_all
from train.experiments.metrics import format_value

PARTS = (
    ("Value Iteration Networks", range(1, 13)), ("Matching Networks", range(13, 23)),
    ("Planning from pictures", range(23, 28)),
    ("Planning on a web", range(28, 29)), ("A body that moves", range(29, 30)),
    ("One-shot language", range(30, 31)), ("Photographs", range(31, 32)),
)  # fmt: skip
MAX_ROWS = 60
INTRODUCTION = """# Answers to the reviews' 22 questions, to five about planning from pictures, and to one each about a web, a body, language and photographs

Two well-known reviews of the papers praise the ideas and list what was not shown: questions 1 to 22. Five more ask what planners over terrain learn, one each what planning adds on a web and for a moving body, one what attention and context add in language, and one what they add over a good backbone. Each question below has a hypothesis that was written before the run, a conclusion whose numbers are filled in from the measurements, a figure, and the command that repeats it. Numbers in brackets are 95 % intervals: Wilson's for proportions, Student's for means over maps, episodes or training seeds (or the runs' own, where wider). The dashboard's page Answers shows the same with links to try it. `python -m train.experiments report` makes this page from the results."""  # noqa: E501


def write(folder=ANSWERS):
    """Write the report and its figures; nothing where there are no results."""
    results = read_all(folder)
    if not results:
        return
    for result in results.values():
        for name, svg in figures.draw(result).items():
            (folder / name).write_text(svg, encoding="utf-8")
    (folder / "ANSWERS.md").write_text(text(results), encoding="utf-8")


def refresh(folder=ANSWERS):
    """Make tables, sentences, notes and links of stored results anew, from the same measurements."""
    for number, result in read_all(folder).items():
        rows = result["rows"] or result["table"]
        experiment.write(result | experiment.from_rows(experiments.find(number), rows), folder)


def text(results):
    """The report of some results, {number: result}."""
    parts = [INTRODUCTION]
    if len(results) < len(experiments.NUMBERS):
        parts.append(f"{len(results)} of {len(experiments.NUMBERS)} have been run.")
    for title, numbers in PARTS:
        parts.append(f"## {title}")
        parts += [_section(results[n]) if n in results else _missing(n) for n in numbers]
    return "\n\n".join(parts) + "\n"


def _missing(number):
    question = experiments.find(number).question
    return f"### Q{number}. {question}\n\n*Not run yet:* `python -m train.experiments q{number:02d}` does."


def _section(result):
    seeds = f" Seeds {', '.join(map(str, result['seeds']))}." if result["seeds"] else ""
    parts = [
        f"### Q{result['number']}. {result['question']}",
        f"**{result['conclusion']}**",
        f"*Expected before the run:* {result['hypothesis']}",
        *[f"*In detail:* {result['details']}"] * (result["details"] != result["conclusion"]),
        *[f"![{result['question']}]({name})" for name in figures.digests(result)],
        f"<details><summary>Table, {len(result['table'])} rows</summary>\n\n{table(result)}\n\n</details>",
        f"`{result['command']}`: {result['seconds']:,.0f} s on {result['hardware']} ({result['backend']}).{seeds}",
    ]
    if result["notes"]:
        parts.append("\n".join(f"- {note}" for note in result["notes"]))
    return "\n\n".join(parts)


def table(result):
    """A result's table in Markdown."""
    columns = result["columns"]
    head = [*[column.replace("_", " ") for column in columns], "metric", "value", "95 % interval", "n"]
    lines = ["| " + " | ".join(head) + " |", "|---" * len(head) + "|"]
    for row in result["table"][:MAX_ROWS]:
        lines.append("| " + " | ".join(_cells(row, columns)) + " |")
    if len(result["table"]) > MAX_ROWS:
        lines.append(f"\n{len(result['table']) - MAX_ROWS} more rows in `q{result['number']:02d}.json`.")
    return "\n".join(lines)


def _cells(row, columns):
    """The cells of one row, as text."""
    low, high = (format_value(end, row["unit"]) for end in row["ci95"])
    interval = "-" if row["ci95"][0] == row["ci95"][1] else f"{low} to {high}"
    n_of = f" {row['n_of']}" if row.get("n_of") else ""
    name = row["name"].replace("_", " ")
    return [*[_plain(row.get(column)) for column in columns], name, format_value(row["value"], row["unit"]), interval,
            f"{row['n']:,}{n_of}"]


def _plain(value):
    return "-" if value is None else f"{value:,}" if isinstance(value, int) else str(value).replace("|", "\\|")
