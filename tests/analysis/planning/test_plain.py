"""A planner as plain numbers: what another program computes from them alone is what the model computes."""

import json

import numpy as np
import pytest

from pnzoo import analysis, gridworld
from pnzoo.analysis.planning.plain import unpack
from pnzoo.models import VIN, CNNPolicy, DeterministicVIN

MAPS = gridworld.generate(1, 8, seed=3)


@pytest.mark.parametrize("transition", ["per_cell", "softmax_kernel", "kernel"])
def test_the_first_value_follows_from_the_numbers(transition):
    """V_1 of every inner cell, computed from the plain arrays with NumPy."""
    model = VIN(k=2, channels=3, filters=(4,), transition=transition, goal_value=5.0)
    numbers = json.loads(json.dumps(analysis.plain_planner(model)))
    arrays, (walls, goal) = unpack(numbers), (each[0] for each in MAPS)
    image = np.stack([walls, np.zeros_like(walls)], -1).astype("float32")
    image[(*goal, 1)] = 1.0
    seen = np.pad(image * [1.0, numbers["goal_value"]], ((1, 1), (1, 1), (0, 0)))
    size = range(len(walls))
    around = np.array([[seen[r : r + 3, c : c + 3].ravel() for c in size] for r in size])
    phi = np.maximum(0, around @ arrays["features_0/kernel"].reshape(18, 4) + arrays["features_0/bias"])
    reward = (phi @ arrays["reward/kernel"])[..., 0]
    if "reward/bias" in arrays:
        reward = -np.logaddexp(0, reward + arrays["reward/bias"] + (image @ arrays["reward_of_image/kernel"])[..., 0])
    near = np.array([[reward[r - 1 : r + 2, c - 1 : c + 2].ravel() for c in size[1:-1]] for r in size[1:-1]])
    if transition == "kernel":
        q = near @ arrays["reward_kernel"].reshape(9, 3)
    else:
        logits = arrays["logits/bias"] + (phi[1:-1, 1:-1] @ arrays["logits/kernel"] if transition == "per_cell"
                                          else arrays["logits/kernel"][0])
        p = np.exp(logits).reshape(*logits.shape[:-1], 3, 9)
        q = (p / p.sum(-1, keepdims=True) * near[:, :, None]).sum(-1) + arrays["action_bias"]
    np.testing.assert_allclose(q.max(-1), model.trace(walls, goal).values[1, 1:-1, 1:-1], atol=1e-4)


def test_a_deterministic_planner_says_its_rule():
    numbers = analysis.plain_planner(DeterministicVIN(moves=4, filters=(4,), corner_cutting=False, wall_cost=7.0))
    assert (numbers["kind"], numbers["k"], numbers["moves"], numbers["corner_cutting"], numbers["wall_cost"]) == (
        "deterministic_vin", None, 4, False, 7.0)
    assert unpack(numbers)["logits/kernel"].shape == (4, 36)


@pytest.mark.parametrize("model, error, word", [
    (lambda: CNNPolicy(8), TypeError, "CNNPolicy"),
    (lambda: VIN(k=2, tied=False, filters=(4,)), ValueError, "tied"),
    (lambda: VIN(k=2, concat_state=True, filters=(4,)), ValueError, "concat_state"),
    (lambda: VIN(k=2, activation="tanh", filters=(4,)), ValueError, "tanh"),
    (lambda: VIN(k=2, filters=(600, 600)), ValueError, "200,000"),
    (lambda: DeterministicVIN(hard_transition=False, filters=(4,)), ValueError, "hard_transition"),
])  # fmt: skip
def test_what_is_no_small_planner_is_refused_with_its_reason(model, error, word):
    with pytest.raises(error, match=word):
        analysis.plain_planner(model())


@pytest.mark.parametrize("name", ["vin8", "vin8_paper", "vin_maze4"])
def test_an_entry_is_read_as_its_loaded_model(name, entry):
    assert analysis.plain_planner(name) == analysis.plain_planner(entry(name))


@pytest.mark.parametrize("wrong, word", [({"colour": 1}, "arguments"), ({"dtype": "mixed_float16"}, "dtype")])
def test_an_entry_that_only_keras_can_judge_is_refused(wrong, word, monkeypatch):
    from pnzoo import hub

    real = hub.read_arrays
    monkeypatch.setattr(hub, "read_arrays", lambda name: (lambda a, b, c: (a, {**b, **wrong}, c))(*real(name)))
    with pytest.raises(ValueError, match=word):
        analysis.plain_planner("vin8")


def test_an_entry_of_another_class_is_refused():
    with pytest.raises(TypeError, match="CNNPolicy"):
        analysis.plain_planner("cnn8")
