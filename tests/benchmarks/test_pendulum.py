"""The benchmark of continuous actions gives both sides the same actor, batches and measure."""

import numpy as np
import pytest

from tests.benchmarks import pendulum

pytestmark = pytest.mark.integration


def test_the_measure_is_gymnasiums_return(monkeypatch):
    monkeypatch.setattr(pendulum, "EPISODES", 3)
    still = pendulum.measure(lambda observation: np.zeros((3, 1)))
    assert -1700 < still < -500  # no torque: it swings about hanging
    assert pendulum.measure(lambda observation: np.zeros((3, 1))) == still


def test_a_little_training_gives_a_return(monkeypatch):
    monkeypatch.setattr(pendulum, "HIDDEN", 4)
    monkeypatch.setattr(pendulum, "EPISODES", 2)
    results = pendulum.main(["--timesteps", "4000", "--seeds", "0", "--side", "pnzoo"])
    assert -2000 < results["pnzoo"]["mean"] < 0


def test_the_peer_has_the_same_actor_and_batch():
    trpo = pytest.importorskip("sb3_contrib").TRPO
    model = trpo("MlpPolicy", pendulum.TASK, device="cpu")
    actor = [*model.policy.mlp_extractor.policy_net.parameters(), *model.policy.action_net.parameters()]
    width = pendulum.HIDDEN
    assert sum(weight.numel() for weight in actor) == 3 * width + width + width * width + width + width + 1
