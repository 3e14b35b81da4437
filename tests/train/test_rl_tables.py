"""The tables of reinforcement learning say what the cards and the experiment say."""

import pnzoo
from pnzoo.core.metric import Metric
from train.readme import rl_tables, zoo_tables


def metric(name, value, n, ci95, unit="%", seeds=(0,)):
    return Metric(name, value, ci95, n, unit, {"kind": "generated_maps", "starts": "random"}, seeds, "x").to_dict()


def test_an_entry_trained_by_reward_has_a_row_in_its_own_table(guide, toy_zoo):
    metrics = [
        metric("success_rate", 0.99, 100, (0.9455, 0.9982)),
        metric("expected_reward", 0.91, 100, (0.9, 0.92), ""),
        metric("success_rate_over_seeds", 0.98, 3, (0.97, 0.99), seeds=(0, 1, 2)),
        metric("expected_reward_over_seeds", 0.9, 3, (0.8, 1.0), "", (0, 1, 2)),
    ]
    card = {"task": "planning", "training": "reinforcement", "recipe": {"total_timesteps": 1000}, "metrics": metrics}
    pnzoo.save(guide, toy_zoo / "guide8_rl", card)
    row = rl_tables.rl_table().splitlines()[-1]
    assert row.startswith("| [`guide8_rl`](zoo/guide8_rl) | 1,000 | 99.00 % (94.55 to 99.82) |")
    assert "| 98.00 % (97.00 to 99.00, 3 seeds) | 0.9100 (0.9000 to 0.9200) |" in row
    assert "| 0.9000 (0.8000 to 1.0000, 3 seeds) | - |" in row
    assert "guide8_rl" not in zoo_tables.planning_table()
    assert "`guide8`" in zoo_tables.planning_table()


def test_the_curriculum_is_what_the_experiment_says():
    assert rl_tables.curriculum({9: {"conclusion": "It helps.", "seeds": [0, 1]}}) == (
        "What the curriculum is worth (`python -m train.experiments q09`, seeds 0, 1): It helps."
    )
