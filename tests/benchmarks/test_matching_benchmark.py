"""The benchmark compares like with like: both sides train the same network on the same episode."""

import pytest

from tests.benchmarks import matching
from train.readme import benchmark_tables

pytestmark = pytest.mark.integration


@pytest.mark.slow
def test_both_sides_learn_the_episode(monkeypatch):
    pytest.importorskip("torch")
    monkeypatch.setattr(matching, "WAY", 6)
    for name in ("torch", "pnzoo"):
        step = matching.STEPS[name]()
        losses = [float(step()) for _ in range(8)]
        assert losses[-1] < 0.9 * losses[0], name


def test_inference_covers_every_size_and_kind():
    (row,) = matching.inference(sizes=(20,), repeats=1)
    assert row["support"] == 20
    assert all(row[key] > 0 for key in ("plain_ms", "fce_ms", "set_ms", "encode_ms"))


def test_the_table_says_what_was_measured():
    measured = {
        "hardware": "2 CPU cores",
        "training_episodes_per_second": {"pnzoo": 6.1, "torch": 3.2, "ratio": 1.91},
        "inference": [{"support": 2000, "plain_ms": 5.25, "fce_ms": 900.0, "set_ms": 61.0, "encode_ms": 740.0}],
    }
    table = benchmark_tables.matching_table(measured)
    assert "6.1; plain PyTorch 3.2 (ratio 1.91" in table
    assert table.splitlines()[-1] == "| 2,000 | 740.0 | 5.2 | 900.0 | 61.0 |"
