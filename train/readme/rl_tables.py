"""README's tables of reinforcement learning: the entries, and the benchmark."""

import json
from pathlib import Path

from pnzoo import hub
from pnzoo.hub import cards

MEASURED = Path(__file__).parents[2] / "tests" / "benchmarks" / "rl.json"
ANSWER = Path(__file__).parents[1] / "answers" / "q09.json"


def by_reinforcement(card):
    """Whether an entry was trained by reward: its recipe then has a budget of steps."""
    return "env_steps" in (card.get("recipe") or {})


def rl_table():
    """One row an entry: what the shipped weights reach, and what all seeds reach on average."""
    head = "| entry | steps | success | mean of seeds | expected reward | mean of seeds | optimal length | weights |"
    found = [card for card in map(hub.card, hub.list_models()) if by_reinforcement(card)]
    if not found:
        return "None yet: `python -m train.rl.training vin8_rl --seeds 3 --evaluate --publish`."
    return "\n".join([head, "|---" * 8 + "|", *map(_row, found)])


def _row(card):
    metrics = {metric["name"]: metric for metric in reversed(card["metrics"])}
    file = hub.zoo_folder() / card["name"] / hub.WEIGHTS
    cells = [
        f"[`{card['name']}`](zoo/{card['name']}/README.md)",
        f"{card['recipe']['env_steps']:,}",
        _said(metrics.get("success")),
        _said(metrics.get("success_over_seeds"), seeds=True),
        _said(metrics.get("expected_reward")),
        _said(metrics.get("expected_reward_over_seeds"), seeds=True),
        _said(metrics.get("optimal_length")),
        f"{file.stat().st_size / 1e3:,.0f} kB" if file.is_file() else "download",
    ]
    return "| " + " | ".join(cells) + " |"


def _said(metric, seeds=False):
    """A value with its interval, and of how many seeds."""
    if metric is None:
        return "-"
    count = f", {metric['n']} seeds" if seeds else ""
    return f"{cards.number(metric['name'], metric['value'])} ({cards.interval(metric)}{count})"


def benchmark(measured=None):
    """Speed and learning beside stable-baselines3-contrib, as `tests.benchmarks.rl` measured them."""
    if measured is None and not MEASURED.exists():
        return "Not measured yet: `python -m tests.benchmarks.rl --json tests/benchmarks/rl.json`."
    measured = measured or json.loads(MEASURED.read_text(encoding="utf-8"))
    speed, curves = measured["speed"], measured.get("curves", {"of": {}})
    times = {name: f"{1e3 * seconds:.0f} ms" for name, seconds in speed["update_seconds"].items()}
    ratio = speed["update_seconds"]["pnzoo"] / speed["update_seconds"]["sb3"]
    many, loop = speed["vector_steps_a_second"], speed["loop_steps_a_second"]
    rows = [
        ("steps a second, 256 worlds of 16x16 together", f"{many:,.0f}", "at least 200,000"),
        ("the same in a loop over single worlds", f"{loop:,.0f}; ratio {many / loop:.0f}", ""),
        (f"an update on 2,048 steps, {speed['backend']}", times["pnzoo"], ""),
        (
            "the same by sb3-contrib",
            f"{times['sb3']}, {times['sb3 actor']} without its critic; ratio {ratio:.2f}",
            "ratio below 1",
        ),
    ]
    rows += [
        (
            f"success after {curves['env_steps']:,} steps at 8x8: {name}",
            "seeds " + ", ".join(f"{100 * each:.1f} %" for each in found["success_of_last_10_batches"]),
            "",
        )
        for name, found in curves["of"].items()
    ]
    head = [f"| on {measured['hardware']} | measured | asked |", "|---|---|---|"]
    return "\n".join([*head, *("| " + " | ".join(row) + " |" for row in rows)])


def curriculum(answer=None):
    """What question 9 found: training with a curriculum against training without."""
    if answer is None and not ANSWER.exists():
        return "What the curriculum is worth has not been measured yet: `python -m train.experiments q9`."
    answer = answer or json.loads(ANSWER.read_text(encoding="utf-8"))
    seeds = ", ".join(map(str, answer["seeds"]))
    return f"What the curriculum is worth (`python -m train.experiments q9`, seeds {seeds}): {answer['answer']}"


TABLES = {"rl-table": rl_table, "rl-curriculum": curriculum, "rl-benchmark": benchmark}
