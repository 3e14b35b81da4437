"""The readable document: `train/answers/ANSWERS.md`, made from the results alone."""

from train import experiments as questions
from train.experiments import drawing
from train.experiments.numbers import number
from train.experiments.question import ANSWERS, from_rows, read_all
from train.experiments.question import write as keep

PARTS = (("Value Iteration Networks", range(1, 13)), ("Matching Networks", range(13, 23)))
MOST_ROWS = 60


def write(folder=ANSWERS):
    """Write the document and its figures; nothing where nothing is answered."""
    results = read_all(folder)
    if not results:
        return
    for found in results.values():
        for name, picture in drawing.draw(found).items():
            (folder / name).write_text(picture, encoding="utf-8")
    (folder / "ANSWERS.md").write_text(text(results), encoding="utf-8")


def refresh(folder=ANSWERS):
    """Make tables, sentences, notes and links of kept results anew, from the same measurements."""
    for asked, found in read_all(folder).items():
        keep(found | from_rows(questions.find(asked), found["rows"] or found["table"]), folder)


def text(results):
    """The document of some results, {number: result}."""
    parts = [
        "# Answers to the reviews' 22 questions",
        "Two well-known reviews of the papers praise the ideas and list what was not shown. Each question below has a "
        "hypothesis that was written before the run, an answer whose numbers are filled in from the measurements, a "
        "figure, and the command that does it again. Numbers in brackets are 95 % intervals: Wilson's for "
        "proportions, Student's for means over maps, episodes or training seeds (or the runs' own, where wider). The "
        "dashboard's page Answers shows the same with links to try it. `python -m train.experiments document` makes "
        "this page from the results.",
    ]
    if len(results) < len(questions.NUMBERS):
        parts.append(f"{len(results)} of {len(questions.NUMBERS)} are answered.")
    for title, numbers in PARTS:
        parts.append(f"## {title}")
        parts += [_section(results[n]) if n in results else _open(n) for n in numbers]
    return "\n\n".join(parts) + "\n"


def _open(asked):
    found = questions.find(asked)
    return f"### Q{asked}. {found.question}\n\n*Not answered yet:* `python -m train.experiments q{asked}` will."


def _section(found):
    number_of = found["number"]
    pictures = [f"![{found['question']}]({name})" for name in drawing.draw(found)]
    seeds = f" Seeds {', '.join(map(str, found['seeds']))}." if found["seeds"] else ""
    parts = [
        f"### Q{number_of}. {found['question']}",
        f"**{found['answer']}**",
        f"*Expected before the run:* {found['hypothesis']}",
        *[f"*At length:* {found['detail']}"] * (found["detail"] != found["answer"]),
        *pictures,
        f"<details><summary>Table, {len(found['table'])} rows</summary>\n\n{table(found)}\n\n</details>",
        f"`{found['command']}`: {found['seconds']:,.0f} s on {found['hardware']} ({found['backend']}).{seeds}",
    ]
    if found["notes"]:
        parts.append("\n".join(f"- {note}" for note in found["notes"]))
    return "\n\n".join(parts)


def table(found):
    """A result's table in Markdown."""
    columns = found["columns"]
    head = [*[column.replace("_", " ") for column in columns], "measure", "value", "95 % interval", "n"]
    lines = ["| " + " | ".join(head) + " |", "|---" * len(head) + "|"]
    for row in found["table"][:MOST_ROWS]:
        lines.append("| " + " | ".join(cells(row, columns)) + " |")
    if len(found["table"]) > MOST_ROWS:
        lines.append(f"\n{len(found['table']) - MOST_ROWS} more rows in `q{found['number']:02d}.json`.")
    return "\n".join(lines)


def cells(row, columns):
    """The cells of one row, as text."""
    plain = [_plain(row.get(column)) for column in columns]
    spread = "-" if row["low"] == row["high"] else f"{number(row['low'], row['unit'])} to " + number(
        row["high"], row["unit"])
    of = f" {row['of']}" if row.get("of") else ""
    return [*plain, row["measure"].replace("_", " "), number(row["value"], row["unit"]), spread, f"{row['n']:,}{of}"]


def _plain(value):
    return "-" if value is None else f"{value:,}" if isinstance(value, int) else str(value).replace("|", "\\|")
