"""Write the tables of README.md from the cards of the zoo and from what the benchmark measured.

    python -m train.readme.tables [--check]

Text between `<!-- NAME:begin -->` and `<!-- NAME:end -->` is replaced; everything else stays. `--check` writes nothing
and exits 1 if README is stale.
"""

import argparse
import json
import re
from pathlib import Path

from pnzoo import hub
from pnzoo.hub import cards
from train.experiments.question import read_all
from train.readme import rl_tables as readme_rl

README = Path(__file__).parents[2] / "README.md"
MEASURED = README.parent / "tests" / "benchmarks" / "planning.json"
MATCHING = README.parent / "tests" / "benchmarks" / "matching.json"
DASHBOARD = README.parent / "tests" / "benchmarks" / "dashboard.json"
LONG_WAYS = README.parent / "tests" / "benchmarks" / "long_ways.json"
BASELINES = README.parent / "tests" / "benchmarks" / "baselines.json"
# Errors on Lake's own 20 runs, from Lake et al. 2015 and Koch et al. 2015.
LAKE = (
    ("BPL", 0.033, 20),
    ("people", 0.045, 20),
    ("Siamese network of Koch", 0.08, 20),
    ("convolutional network", 0.135, 20),
    ("Hausdorff distance", 0.388, 20),
)
SHOTS = ("5w1s", "5w5s", "20w1s", "20w5s")
SHOWN_ANSWERS = (1, 3, 7, 10, 11, 15, 16, 22)  # of the reviews' questions


def planning_table():
    """One row a planner: what it reaches on fresh maps of its size, next to the paper's number."""
    head = "| entry | success | 95 % interval | paper | optimal length | maps | parameters | weights |"
    cards_here = [card for card in _cards("planning") if not readme_rl.by_reinforcement(card) and not _long(card)]
    rows = [_planning_row(card) for card in cards_here]
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


def _long(card):
    """The first metric is on one of the worlds of `train/long_worlds.py`."""
    return bool(card["metrics"]) and _on_worlds(card["metrics"][0])


def _on_worlds(metric):
    return " start, data seed " in metric["on"] and metric["name"] != "seeds_that_reach"


def maze_table():
    """One row a world, one column an entry: ways that are shortest, and ways that arrive."""
    entries = [card for card in _cards("planning") if _long(card)]
    worlds = list(dict.fromkeys(m["on"] for card in entries for m in card["metrics"] if _on_worlds(m)))
    lines = ["| maps | " + " | ".join(map(_link, entries)) + " |", "|---" * (len(entries) + 1) + "|"]
    for world in worlds:
        cells = [" / ".join(_value(m) for m in reversed(card["metrics"]) if m["on"] == world) for card in entries]
        lines.append(f"| {world.split(', data seed')[0]} | " + " | ".join(cell or "-" for cell in cells) + " |")
    facts = (
        ("parameters", lambda card: f"{card['parameters']:,}"),
        ("training", lambda card: f"{card['wall_seconds']:.0f} s"),
        ("training runs that reach the first six rows", _reliable),
    )
    return "\n".join([*lines, *(f"| {name} | " + " | ".join(map(tell, entries)) + " |" for name, tell in facts)])


def _reliable(card):
    metric = _metric(card, "seeds_that_reach")
    return "-" if metric is None else f"{metric['value'] * metric['n']:.0f} of {metric['n']}"


def long_ways_table(measured=None):
    """Speed of planning long ways as `tests.benchmarks.long_ways` measured it."""
    if measured is None and not LONG_WAYS.exists():
        return "Not measured yet: `python -m tests.benchmarks.long_ways --json tests/benchmarks/long_ways.json`."
    measured = measured or json.loads(LONG_WAYS.read_text(encoding="utf-8"))
    lines = [
        f"One perfect maze, `vin_maze` from every cell ({measured['backend']}), on {measured['hardware']}; memory is "
        "what planning adds to a process with the model loaded:",
        "",
        "| maze | longest way | K | `policy`, compiled | first call | memory | Dijkstra, every cell | A*, one start |",
        "|---" * 8 + "|",
    ]
    for row in measured["rows"]:
        asked = "settled: " if row["asked_k"] is None else "at most "
        k = f"{asked}{row['k'] if row['asked_k'] is None else row['asked_k']:,}"
        cells = [
            f"{row['size']}x{row['size']}",
            f"{row['moves']:,} moves",
            k,
            f"{row['ms']:,.0f} ms",
            f"{row['first_ms'] / 1e3:.1f} s",
            f"{row['more_mb']:,} MB",
            f"{row['dijkstra_ms']:.1f} ms ({row['ratio']:,.0f}x faster)",
            f"{row['astar_ms']:,.0f} ms",
        ]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def fewshot_table():
    """One row a few-shot model: accuracy at each way and shot with its interval, next to the paper's number."""
    head = "| entry | " + " | ".join(SHOTS) + " | MNIST 10w1s | episodes | parameters | weights |"
    rows = [_fewshot_row(card) for card in _cards("few-shot")]
    return "\n".join([head, "|---" * (len(SHOTS) + 5) + "|", *rows])


def _fewshot_row(card):
    metrics = [_metric(card, shot) for shot in SHOTS]
    counts = sorted({metric["n"] for metric in metrics if metric})
    cells = [
        _link(card),
        *[_accuracy(metric) for metric in metrics],
        _accuracy(_metric(card, "mnist_10w1s")),
        " to ".join(f"{n:,}" for n in dict.fromkeys(counts[:1] + counts[-1:])) or "-",
        f"{card['parameters']:,}",
        _size(card),
    ]
    return "| " + " | ".join(cells) + " |"


def benchmark_table(measured=None):
    """Speed of planning as `tests.benchmarks.planning` measured it: what is asked of it, then how it grows."""
    if measured is None and not MEASURED.exists():
        return "Not measured yet: `python -m tests.benchmarks.planning --json tests/benchmarks/planning.json`."
    measured = measured or json.loads(MEASURED.read_text(encoding="utf-8"))
    start, training = measured["start_up"], measured["training"]
    rows = [
        (
            f"`policy`, 256 maps of 16x16, K = 20, {side['backend']}",
            f"{side['policy_ms']:.0f} ms ({side['maps_per_second']:,} maps/s), "
            f"{side['ratio']:.2f}x the bare recurrence",
            "at most 1.5x",
        )
        for side in measured["throughput"]
    ]
    rows += [
        ("`import pnzoo`, beyond Python's start", f"{1e3 * start['import_pnzoo_s']:.0f} ms", "under 100 ms"),
        (f"`import keras`, {start['backend']}, for comparison", f"{start['import_keras_s']:.2f} s", ""),
        ('`pnzoo.load("vin16")`, beyond `import keras`', f"{start['load_beyond_keras_s']:.2f} s", ""),
        (
            f"states a second in training, {training['backend']}",
            f"{training['states_per_second']:,}; plain PyTorch VIN {training['public_states_per_second']:,}",
            "",
        ),
        (
            "training at 16x16 until the paper's 99.3 % success",
            f"{training['seconds']:.0f} s (to {training['success']:.2%}); plain PyTorch VIN "
            f"{training['public_seconds'] / 3600:.1f} h: {training['time_ratio']:.0f}x".replace("%", " %"),
            "at least 50x",
        ),
    ]
    head = ["| what | measured | asked |", "|---|---|---|"]
    lines = [*head, *("| " + " | ".join(row) + " |" for row in rows), "", _hardware(measured), "", *_growth(measured)]
    return "\n".join(lines)


def _hardware(measured):
    return (
        f"On {measured['hardware']}. Time and highest memory of a whole process in which `policy` plans on 4 maps at "
        f"once ({measured['growth_backend']}); Python, Keras and the model alone take "
        f"{min(row['loaded_mb'] for row in measured['growth']):,} MB:"
    )


def _growth(measured):
    """One row a size, one column a K."""
    found = {(row["size"], row["k"]): row for row in measured["growth"]}
    steps = sorted({k for _, k in found})
    yield "| map | " + " | ".join(f"K = {k}" for k in steps) + " |"
    yield "|---" * (len(steps) + 1) + "|"
    for size in sorted({size for size, _ in found}):
        cells = [f"{found[size, k]['ms']:,.0f} ms, {found[size, k]['peak_mb']:,} MB" for k in steps]
        yield f"| {size}x{size} | " + " | ".join(cells) + " |"


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


def dashboard_table(measured=None):
    """How fast the dashboard is: measurements of tests/benchmarks/dashboard.py, by default the last ones kept."""
    if measured is None and not DASHBOARD.exists():
        return "Not measured yet: `python -m tests.benchmarks.dashboard --write`."
    measured = measured or json.loads(DASHBOARD.read_text(encoding="utf-8"))
    rows = [f"| {row['what']} | {_amount(row)} | {row['asked'] or '-'} |" for row in measured["rows"]]
    return "\n".join([f"| on {measured['machine']} | measured | asked |", "|---|---|---|", *rows])


def _amount(row):
    """A value with its unit: 1.24 s, 87 ms, 812 MB."""
    if row["unit"] == "MB":
        return f"{row['value']:,.0f} MB"
    return f"{row['value']:.2f} s" if row["value"] >= 1 else f"{row['value'] * 1000:.0f} ms"


def matching_table(measured=None):
    """Speed of few-shot networks as `tests.benchmarks.matching` measured it."""
    if measured is None and not MATCHING.exists():
        return "Not measured yet: `python -m tests.benchmarks.matching --json tests/benchmarks/matching.json`."
    measured = measured or json.loads(MATCHING.read_text(encoding="utf-8"))
    speed = measured["training_episodes_per_second"]
    names = {"encode_ms": "encode the images", "plain_ms": "answer, no context", "fce_ms": "answer, FCE",
             "set_ms": "answer, order-invariant"}  # fmt: skip
    lines = [
        f"Training, 60-way one-shot episodes a second: {speed['pnzoo']}; plain PyTorch {speed['torch']} (ratio "
        f"{speed['ratio']:.2f}, at least 1 asked). Milliseconds to answer 20 queries of a 20-way episode, on "
        f"{measured['hardware']}:",
        "",
        "| support images | " + " | ".join(names.values()) + " |",
        "|---" * (len(names) + 1) + "|",
    ]
    lines += [
        f"| {row['support']:,} | " + " | ".join(f"{row[name]:,.1f}" for name in names) + " |"
        for row in measured["inference"]
    ]
    return "\n".join(lines)


def lake_table():
    """Errors at Lake's within-alphabet task: the entries that were measured on it, then what others report."""
    rows = []
    for card in _cards("few-shot"):
        if found := _metric(card, "within_alphabet_20w1s"):
            half = 50 * (found["interval"][1] - found["interval"][0])
            rows.append(f"| {_link(card)} | {100 * (1 - found['value']):.1f} ± {half:.1f} % | {found['n']:,} |")
    rows += [f"| {name} | {100 * error:.1f} % | {runs} |" for name, error, runs in LAKE]
    return "\n".join(["| 20-way 1-shot within an alphabet | error | runs |", "|---|---|---|", *rows])


def baselines_table(measured=None):
    """Baselines without weights of their own, as `train.few_shot.baselines` measured them."""
    if measured is None and not BASELINES.exists():
        return "Not measured yet: `python -m train.few_shot.baselines`."
    measured = measured or json.loads(BASELINES.read_text(encoding="utf-8"))
    head = "| baseline | " + " | ".join(SHOTS) + " | episodes |"
    rows = [
        " | ".join(["| " + row["name"], *(_accuracy(row.get(shot)) for shot in SHOTS), f"{measured['episodes']:,} |"])
        for row in measured["rows"]
    ]
    return "\n".join([head, "|---" * (len(SHOTS) + 2) + "|", *rows])


def answers_list():
    """Some of the reviews' questions with their answers, word for word from the results."""
    found = read_all()
    shown = [found[number] for number in SHOWN_ANSWERS if number in found]
    return "\n".join(f"* **{each['question']}** {each['answer']}" for each in shown)


TABLES = {
    "answers": answers_list,
    "lake-table": lake_table,
    "baselines-table": baselines_table,
    "matching-benchmark": matching_table,
    "planning-table": planning_table,
    "maze-table": maze_table,
    "long-ways-benchmark": long_ways_table,
    "few-shot-table": fewshot_table,
    "benchmark": benchmark_table,
    "dashboard-benchmark": dashboard_table,
    **readme_rl.TABLES,
}


def filled(text):
    """README's text with every table made anew; a table without its markers is left out."""
    for name, table in TABLES.items():
        begin, end = f"<!-- {name}:begin -->", f"<!-- {name}:end -->"
        pattern = re.compile(re.escape(begin) + ".*?" + re.escape(end), re.DOTALL)
        if begin not in text:
            continue
        if not pattern.search(text):
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
        print("README.md is up to date" if new == old else "README.md is stale: run python -m train.readme.tables")
        return int(new != old)
    README.write_text(new, encoding="utf-8")
    print("README.md is written" if new != old else "README.md was up to date")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
