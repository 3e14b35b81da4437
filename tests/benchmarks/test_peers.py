"""`train.benchmark`: each side does what it is named for, and a slower release is seen."""

import numpy as np
import pytest

from train import benchmark
from train.readme import benchmark_tables

pytestmark = pytest.mark.integration


@pytest.fixture(autouse=True)
def few_maps(monkeypatch):
    monkeypatch.setattr(benchmark, "MAPS", 3)


def test_both_ways_here_give_one_policy():
    plan, network = benchmark.plan_side("vin8", 8, 10)(), benchmark.network_side("vin8", 8, 10)()
    assert plan.shape == (3, 8, 8)
    np.testing.assert_array_equal(plan, network)


def test_the_peer_answers_for_one_cell_a_map():
    pytest.importorskip("torch")
    moves = benchmark.peer_side("vin8", 8, 10)()
    assert moves.shape == (3,)
    assert set(moves.tolist()) <= set(range(8))


def test_a_race_gives_least_times(monkeypatch):
    ours, peer = benchmark._race(["match"], ["logistic"], None, rounds=2)
    assert 0 < ours < 60_000
    assert 0 < peer < 60_000


def line(release, what, ratio):
    return {"release": release, "part": "planning", "what": what, "backend": "jax", "peer": "x", "ratio": ratio}


def test_a_slower_release_is_seen(tmp_path):
    file = tmp_path / "releases.csv"
    benchmark.keep(file, [line("", "a", 4.0), line("", "b", 4.0), line("", "c", None)], "1.0")
    benchmark.keep(file, [line("", "a", 9.0), line("", "b", 9.0)], "1.1")
    benchmark.keep(file, [line("", "a", 3.0), line("", "b", 3.9), line("", "new", 1.0)], "1.1")  # measured again
    assert [each["release"] for each in benchmark.read(file)] == ["1.0", "1.0", "1.1", "1.1", "1.1"]
    assert benchmark.slower(benchmark.read(file), "1.1") == [("a", "jax", 3.0, 4.0)]


def test_tables_say_what_was_measured():
    rows = [benchmark.row("planning", "`vin8`", "jax", 2.0, 8.0, "PyTorch VIN", 3.0),
            benchmark.row("trpo", "an update", "jax", 2.0, None, "sb3-contrib")]  # fmt: skip
    measured = {"hardware": "2 cores", "versions": benchmark.versions(), "rows": rows}
    table = benchmark_tables.peers_table(measured)
    assert "| `vin8` | jax | 2 ms | PyTorch VIN: 8 ms | 4.00x | at least 3x |" in table
    assert "sb3-contrib: not measured" in table
    assert f"numpy {np.__version__}" in table
    assert "4.0x" in benchmark_tables.faster_table(measured)
