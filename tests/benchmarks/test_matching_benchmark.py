"""The benchmark compares like with like: both sides train the same network on the same episode."""

import pytest

from tests.benchmarks import matching


def test_both_sides_learn_the_episode():
    pytest.importorskip("torch")
    for name in ("torch", "pnzoo"):
        step = matching.STEPS[name]()
        losses = [float(step()) for _ in range(8)]
        assert losses[-1] < 0.9 * losses[0], name


def test_inference_covers_every_size_and_kind():
    (row,) = matching.inference(sizes=(20,), repeats=1)
    assert row["support"] == 20
    assert all(row[key] > 0 for key in ("plain_ms", "fce_ms", "set_ms", "encode_ms"))
