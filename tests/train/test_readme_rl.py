"""README's tables of reinforcement learning say what the cards and the answer say."""

import json

import pnzoo
from train.readme import rl_tables as readme_rl
from train.readme import tables as readme


def metric(name, value, n, interval, seeds=(0,)):
    words = {"on": "fresh 8x8 maps, data seed 9008", "seeds": list(seeds), "command": "x", "paper": None}
    return {"name": name, "value": value, "n": n, "interval": interval, **words}


def test_an_entry_trained_by_reward_has_a_row_in_its_own_table(guide, toy_zoo):
    assert readme_rl.rl_table().startswith("None yet: `python -m train.rl.training")
    metrics = [
        metric("success", 0.99, 100, [0.9455, 0.9982]),
        metric("expected_reward", 0.91, 100, [0.9, 0.92]),
        metric("success_over_seeds", 0.98, 3, [0.97, 0.99], (0, 1, 2)),
        metric("expected_reward_over_seeds", 0.9, 3, [0.8, 1.0], (0, 1, 2)),
    ]
    card = {"task": "planning", "recipe": {"env_steps": 1000}, "metrics": metrics}
    pnzoo.save(guide, toy_zoo / "guide8_rl", card)
    row = readme_rl.rl_table().splitlines()[-1]
    assert row.startswith("| [`guide8_rl`](zoo/guide8_rl/README.md) | 1,000 | 99.00 % (94.55 to 99.82) |")
    assert "| 98.00 % (97.00 to 99.00, 3 seeds) | 0.9100 (0.9000 to 0.9200) |" in row
    assert "| 0.9000 (0.8000 to 1.0000, 3 seeds) | - |" in row
    assert "guide8_rl" not in readme.planning_table()
    assert "`guide8`" in readme.planning_table()


def test_the_curriculum_is_what_the_answer_says(monkeypatch, tmp_path):
    monkeypatch.setattr(readme_rl, "ANSWER", tmp_path / "q09.json")
    assert "python -m train.experiments q9" in readme_rl.curriculum()
    (tmp_path / "q09.json").write_text(json.dumps({"answer": "It helps.", "seeds": [0, 1]}))
    assert readme_rl.curriculum() == (
        "What the curriculum is worth (`python -m train.experiments q9`, seeds 0, 1): It helps."
    )
