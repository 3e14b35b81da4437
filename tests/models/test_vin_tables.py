"""A VIN's maps are planned in tables of its patches; they say what the network says."""

import numpy as np
import pytest

from pnzoo import gridworld
from pnzoo.core.model import to_numpy
from pnzoo.models import VIN
from pnzoo.worlds.gridworld import patch_iteration, patch_tables
from pnzoo.worlds.gridworld.maps import _encode

SMALL = {"k": 6, "channels": 3, "filters": (5, 4)}
WALLS, GOAL = gridworld.generate(3, 7, 8, seed=4)


def network(model):
    """The logits of the Keras network itself."""
    return to_numpy(model(_encode(WALLS, GOAL)))


def shaken(model):
    """A model whose every weight is drawn anew: biases begin at zero, which would hide a mistake."""
    rng = np.random.default_rng(1)
    model.set_weights([rng.normal(size=weight.shape).astype("float32") for weight in model.get_weights()])
    return model


@pytest.fixture(
    params=[
        False,
        pytest.param(
            True, marks=pytest.mark.skipif(not patch_iteration.has_compiler(), reason="Numba is not installed")
        ),
    ],
    ids=["numpy", "numba"],
)
def compiled(request, monkeypatch):
    monkeypatch.setattr(patch_iteration, "_done", patch_iteration.COMPILED_FROM)
    monkeypatch.setattr(patch_iteration, "has_compiler", lambda: request.param)


@pytest.fixture
def asked(monkeypatch):
    """How often tables were made."""
    calls = []
    made = patch_tables.of_vin
    monkeypatch.setattr(patch_tables, "of_vin", lambda *arguments: calls.append(1) or made(*arguments))
    return calls


@pytest.mark.parametrize(
    "config",
    [
        *({"activation": each} for each in patch_tables.ACTIVATIONS),
        {"transition": "softmax_kernel"},
        {"nonpositive_reward": False, "logit_scale": None, "goal_value": 10.0},
        {"filters": (6,), "inverse_temperature": 2.0},
    ],
    ids=str,
)
def test_tables_say_what_the_network_says(config, compiled, asked):
    model = shaken(VIN(**{**SMALL, **config}))
    np.testing.assert_allclose(model.logits(WALLS, GOAL), network(model), rtol=1e-4, atol=1e-3)
    assert asked


@pytest.mark.parametrize("config", [{"transition": "kernel"}, {"concat_state": True}, {"tied": False}], ids=str)
def test_other_networks_answer_themselves(config):
    model = shaken(VIN(**{**SMALL, **config}))
    assert model._patch_tables() is None
    np.testing.assert_allclose(model.logits(WALLS, GOAL), network(model), rtol=1e-4, atol=1e-3)


def test_all_activations_have_tables():
    assert set(patch_tables.ACTIVATIONS) == set(VIN.CONFIG_SCHEMA["activation"].choices)


def test_they_follow_weights_and_options(compiled, asked):
    model = shaken(VIN(**SMALL))
    before = model.logits(WALLS, GOAL)
    model.logits(WALLS, GOAL)
    assert len(asked) == 1
    model.policy_head.kernel.assign(model.policy_head.kernel.value * 2)
    np.testing.assert_allclose(model.logits(WALLS, GOAL), 2 * before, rtol=1e-5, atol=1e-4)
    model.inverse_temperature = 1.0
    np.testing.assert_allclose(model.logits(WALLS, GOAL), network(model), rtol=1e-4, atol=1e-3)
    model.k = 2
    np.testing.assert_allclose(model.logits(WALLS, GOAL), network(model), rtol=1e-4, atol=1e-3)
    assert len(asked) == 3


def test_a_class_of_ones_own_and_half_precision_answer_themselves():
    class Mine(VIN):
        pass

    assert Mine(**SMALL)._patch_tables() is None
    assert VIN(**SMALL, dtype="mixed_bfloat16")._patch_tables() is None
