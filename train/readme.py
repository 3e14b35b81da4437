"""Write the tables of README.md from the cards of the zoo.

    python -m train.readme [--check]

Text between `<!-- NAME:begin -->` and `<!-- NAME:end -->` is replaced; everything else stays. `--check` writes nothing
and exits 1 if README is stale.
"""

import argparse
import re
from pathlib import Path

from pnzoo import cards, hub

README = Path(__file__).parent.parent / "README.md"
SHOTS = ("5w1s", "5w5s", "20w1s", "20w5s")


def planning_table():
    """One row a planner: what it reaches on fresh maps of its size, next to the paper's number."""
    head = "| entry | success | 95 % interval | paper | optimal length | maps | parameters | weights |"
    rows = [_planning_row(card) for card in _cards("planning")]
    return "\n".join([head, "|---|---|---|---|---|---|---|---|", *rows])


def _planning_row(card):
    success, optimal = _metric(card, "success"), _metric(card, "optimal_length")
    cells = [
        _link(card),
        _value(success),
        cards.interval(success) if success else "-",
        _paper(success),
        _value(optimal),
        f"{success['n']:,}" if success else "-",
        f"{card['parameters']:,}",
        _size(card),
    ]
    return "| " + " | ".join(cells) + " |"


def fewshot_table():
    """One row a few-shot model: accuracy at each way and shot with its interval, next to the paper's number."""
    head = "| entry | " + " | ".join(SHOTS) + " | episodes | parameters | weights |"
    rows = [_fewshot_row(card) for card in _cards("few-shot")]
    return "\n".join([head, "|---" * (len(SHOTS) + 4) + "|", *rows])


def _fewshot_row(card):
    metrics = [_metric(card, shot) for shot in SHOTS]
    counts = sorted({metric["n"] for metric in metrics if metric})
    cells = [
        _link(card),
        *[_accuracy(metric) for metric in metrics],
        " to ".join(f"{n:,}" for n in dict.fromkeys(counts[:1] + counts[-1:])) or "-",
        f"{card['parameters']:,}",
        _size(card),
    ]
    return "| " + " | ".join(cells) + " |"


def _accuracy(metric):
    if metric is None:
        return "-"
    half = (metric["interval"][1] - metric["interval"][0]) / 2
    paper = "" if metric.get("paper") is None else f" (paper {metric['paper']:.1%})".replace("%", " %")
    return f"{metric['value'] * 100:.2f} ± {half * 100:.2f} %{paper}"


def _cards(task):
    return [card for card in map(hub.card, hub.list_models()) if card["task"] == task]


def _metric(card, name):
    """The first metric of that name: cards put the entry's own size or split first."""
    return next((metric for metric in card.get("metrics", []) if metric["name"] == name), None)


def _value(metric):
    return "-" if metric is None else cards.number(metric["name"], metric["value"])


def _paper(metric):
    return "-" if metric is None or metric.get("paper") is None else cards.number(metric["name"], metric["paper"])


def _link(card):
    return f"[`{card['name']}`](zoo/{card['name']}/README.md)"


def _size(card):
    file = hub.zoo_folder() / card["name"] / hub.WEIGHTS
    return f"{file.stat().st_size / 1e3:,.0f} kB" if file.is_file() else "download"


TABLES = {"planning-table": planning_table, "few-shot-table": fewshot_table}


def filled(text):
    """README's text with every table made anew; a table without its markers is left out."""
    for name, table in TABLES.items():
        begin, end = f"<!-- {name}:begin -->", f"<!-- {name}:end -->"
        pattern = re.compile(re.escape(begin) + ".*?" + re.escape(end), re.DOTALL)
        if begin in text and not pattern.search(text):
            raise ValueError(f"README.md has {begin} but no {end} after it")
        new = f"{begin}\n{table()}\n{end}"
        text = pattern.sub(lambda _, new=new: new, text)
    return text


def main(arguments=None):
    """Run the command line; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if README is stale")
    options = parser.parse_args(arguments)
    old = README.read_text(encoding="utf-8")
    new = filled(old)
    if options.check:
        print("README.md is up to date" if new == old else "README.md is stale: run python -m train.readme")
        return int(new != old)
    README.write_text(new, encoding="utf-8")
    print("README.md is written" if new != old else "README.md was up to date")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
