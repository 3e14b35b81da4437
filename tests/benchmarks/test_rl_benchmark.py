"""The benchmark of reinforcement learning compares like with like, and says what it measured."""

from xml.etree import ElementTree

import keras
import numpy as np
import pytest

from tests.benchmarks import rl
from train.readme import benchmark_tables

pytestmark = pytest.mark.integration

MEASURED = {
    "hardware": "2 CPU cores",
    "speed": {
        "backend": "jax",
        "vector_steps_a_second": 400_000.0,
        "loop_steps_a_second": 20_000.0,
        "update_seconds": {"pnzoo": 0.05, "sb3": 0.2, "sb3 actor": 0.1},
    },
    "curves": {"env_steps": 1000, "seeds": [0], "of": {"VIN": {"success_of_last_10_batches": [0.5], "mean": [[1, 0]]}}},
}


@pytest.fixture
def small(monkeypatch):
    keras.utils.set_random_seed(0)  # what an update changes depends on the weights that it starts from
    monkeypatch.setattr(rl, "ENVS", 4)
    monkeypatch.setattr(rl, "STEPS", 8)
    monkeypatch.setattr(rl, "HIDDEN", 5)
    monkeypatch.setattr(rl, "COMPILE", False)


def test_both_ways_to_step_worlds_take_steps(monkeypatch):
    monkeypatch.setattr(rl, "WORLDS", 3)
    assert rl.vector_rate(0.05) > 0 < rl.loop_rate(0.05)


def test_an_update_of_ours_changes_the_policy_within_the_limit(small):
    step = rl.pnzoo_update(size=6)
    kl = [step() for _ in range(3)]  # from the same parameters each time, the baseline alone has learned
    assert all(0 < each <= 0.01 for each in kl)
    assert kl[2] == pytest.approx(kl[1], rel=0.5)


def test_the_peer_has_the_same_actor_and_batch(small):
    pytest.importorskip("sb3_contrib")
    model = rl.sb3_model(6)
    actor = [*model.policy.mlp_extractor.policy_net.parameters(), *model.policy.action_net.parameters()]
    width = 64  # its default, and the benchmark's
    assert sum(weight.numel() for weight in actor) == 3 * 36 * width + width + width * width + width + width * 8 + 8
    assert (model.n_steps * model.n_envs, model.target_kl, model.cg_damping, model.cg_max_steps) == (32, 0.01, 0.1, 15)


def test_a_curve_is_success_against_steps(small):
    curve = rl.pnzoo_curve("perceptron", 60, size=6)
    steps, success = zip(*curve, strict=True)
    assert (np.diff(steps) > 0).all()
    assert steps[-1] >= 60 > steps[-2]
    assert all(0 <= each <= 1 for each in success)


def test_the_mean_of_curves_is_taken_at_equal_steps():
    curve = rl.mean_curve([[(0, 0.0), (10, 1.0)], [(0, 0.0), (20, 1.0)]], points=2)
    assert curve == [(5, 0.375), (10, 0.75)]


def test_the_curves_are_drawn_with_their_names():
    svg = rl.draw_curves({"ours": [(0, 0.0), (50, 1.0)], "theirs": [(0, 0.0), (100, 0.5)]})
    ElementTree.fromstring(svg)
    assert all(f">{word}<" in svg for word in ("ours", "theirs", "steps", "success of training episodes", "100 %"))


def test_the_table_shows_what_was_measured():
    table = benchmark_tables.rl_table(MEASURED)
    assert "| 400,000 | at least 200,000 |" in table
    assert "| 20,000; ratio 20 |" in table
    assert "| 200 ms, 100 ms without its critic; ratio 0.25 | ratio below 1 |" in table
    assert "| success after 1,000 steps at 8x8: VIN | seeds 50.0 % |" in table
