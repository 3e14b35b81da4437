"""Tables of reinforcement learning: the entries, and what the curriculum is worth."""

from pnzoo.hub.page import markdown_table
from train.experiments.experiment import read_all
from train.readme.zoo_tables import cards, link, metric, weights_size


def rl_table():
    """One row an entry: what the shipped weights reach, and what all seeds reach on average."""
    head = ("entry", "steps", "success rate", "mean of seeds", "expected reward", "mean of seeds", "optimal rate",
            "weights")
    return markdown_table(head, [_row(card) for card in cards("planning") if card.get("training") == "reinforcement"])


def _row(card):
    recipe = card["recipe"]
    return [
        link(card), f"{recipe.get('total_timesteps') or recipe['env_steps']:,}",
        _text(metric(card, "success_rate")), _text(metric(card, "success_rate_over_seeds"), seeds=True),
        _text(metric(card, "expected_reward")), _text(metric(card, "expected_reward_over_seeds"), seeds=True),
        _text(metric(card, "optimal_rate")), weights_size(card),
    ]


def _text(one, seeds=False):
    """A value with its interval, and of how many seeds."""
    if one is None:
        return "-"
    count = f", {one.n} seeds" if seeds else ""
    return f"{one.value_text()} ({one.ci95_text()}{count})"


def curriculum(results=None):
    """What experiment 9 found: training with a curriculum against training without."""
    result = (results or read_all())[9]
    seeds = ", ".join(map(str, result["seeds"]))
    return f"What the curriculum is worth (`python -m train.experiments q09`, seeds {seeds}): {result['conclusion']}"


TABLES = {"rl-table": rl_table, "rl-curriculum": curriculum}
