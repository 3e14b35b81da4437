"""The benchmark compares like with like: the bare recurrence is the model's own, and the peer learns."""

import dataclasses

import numpy as np
import pytest

from pnzoo import gridworld
from pnzoo.models import VIN
from tests.benchmarks import planning, public_vin, recurrence
from tests.toys import uncompiled
from train.planning.recipes import RECIPES, Stage
from train.readme import benchmark_tables

pytestmark = pytest.mark.integration

MEASURED = {
    "hardware": "2 CPU cores",
    "throughput": [{"backend": "jax", "policy_ms": 120.0, "bare_ms": 100.0, "ratio": 1.2, "maps_per_second": 2133}],
    "growth": [
        {"size": 8, "k": 10, "first_ms": 900, "ms": 1.5, "loaded_mb": 500, "peak_mb": 510},
        {"size": 8, "k": 40, "first_ms": 950, "ms": 4.0, "loaded_mb": 500, "peak_mb": 1520},
    ],
    "growth_backend": "tensorflow",
    "start_up": {"backend": "jax", "import_pnzoo_s": 0.012, "import_keras_s": 2.5, "load_beyond_keras_s": 0.25},
    "training": {
        "backend": "jax",
        "states_per_second": 50000,
        "public_states_per_second": 1900,
        "seconds": 100.0,
        "success": 1.0,
        "public_seconds": 7200,
        "time_ratio": 72.0,
    },
}


@pytest.fixture
def small_vin(monkeypatch):
    """The benchmark with a small untrained network in place of the entry."""
    import pnzoo

    monkeypatch.setattr(pnzoo, "load", lambda name, k: VIN(k=k, channels=4, filters=(8,)))


def test_the_bare_recurrence_gives_the_q_and_the_policy_of_the_model():
    import keras
    from keras import ops

    model = VIN(k=6, channels=4, filters=(8,))
    walls, goal = gridworld.generate(3, 8, seed=0)
    given = recurrence.given(model, gridworld.encode(walls, goal))
    q = recurrence.bare(keras.backend.backend(), 6, 8, 8)(*given)
    expected = np.stack([model.trace(*each).q for each in zip(walls, goal, strict=True)])
    np.testing.assert_allclose(ops.convert_to_numpy(q), expected, rtol=1e-4, atol=1e-5)
    policy = ops.convert_to_numpy(model.policy_logits(ops.convert_to_tensor(q))).argmax(axis=-1)
    assert (policy == model.policy(walls, goal)).mean() > 0.99  # equal moves may fall either way


def test_throughput_and_growth_measure_what_they_name(small_vin):
    found = planning.throughput(rounds=3, maps=4, size=8, k=3)
    assert found["policy_ms"] > 0 < found["bare_ms"]
    assert found["ratio"] == pytest.approx(found["policy_ms"] / found["bare_ms"], rel=0.2)
    row = planning.growth(8, 3, maps=2, repeats=1)
    assert (row["size"], row["k"]) == (8, 3)
    assert row["peak_mb"] >= row["loaded_mb"] > 50


@pytest.mark.slow
def test_both_trainers_learn(monkeypatch):
    pytest.importorskip("torch")
    small = {"config": {"k": 4, "channels": 4, "filters": [8]}, "jit_compile": False}
    stages = (Stage(size=8, maps=64, epochs=1, k=4),)
    monkeypatch.setitem(RECIPES, "vin16", dataclasses.replace(RECIPES["vin16"], stages=stages, **small))
    monkeypatch.setattr(planning, "TRAINING_MAPS", 24)
    monkeypatch.setattr(planning, "PEER_SAMPLES", 32)
    for name, turns in (("pnzoo", 6), ("public", 12)):
        train, states = planning.TRAINERS[name]()
        with uncompiled():
            losses = [float(train()) for _ in range(turns)]
        assert states > 0
        assert min(losses[-3:]) < losses[0], name


def test_the_peer_is_the_network_of_the_paper():
    pytest.importorskip("torch")
    images, rows, columns, labels = public_vin.samples(5, size=8)
    network = public_vin.network(k=10)
    assert sum(weight.numel() for weight in network.parameters()) == 3260  # as the paper counts
    assert network(images, rows, columns).shape == (5, 8)
    assert (images[:, 0][np.arange(5), rows, columns] == 0).all()
    assert set(labels.tolist()) <= set(range(8))


def test_the_table_shows_what_was_measured():
    table = benchmark_tables.planning_table(MEASURED)
    assert "120 ms (2,133 maps/s), 1.20x the bare recurrence | at most 1.5x |" in table
    assert "| 12 ms | under 100 ms |" in table
    assert "100 s (to 100.00 %); plain PyTorch VIN 2.0 h: 72x | at least 50x |" in table
    assert "| map | K = 10 | K = 40 |" in table
    assert "| 8x8 | 2 ms, 510 MB | 4 ms, 1,520 MB |" in table
    assert "On 2 CPU cores." in table
