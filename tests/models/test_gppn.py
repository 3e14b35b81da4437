"""The gated peer, against its equations."""

import numpy as np
import pytest

from pnzoo import gridworld
from pnzoo.core.model import named_weights
from pnzoo.models import GPPN
from tests.layers.checks import array, randomise

IMAGE = gridworld.encode(*gridworld.generate(2, 6, 7, seed=0))


def small(**options):
    return randomise(GPPN(**{"k": 3, "hidden": 4, **options}), scale=0.4)


def _conv(image, kernel, bias):
    size = len(kernel)
    height, width = image.shape[:2]
    padded = np.pad(image, ((size // 2,) * 2, (size // 2,) * 2, (0, 0)))
    parts = [padded[i : i + height, j : j + width] @ kernel[i, j] for i in range(size) for j in range(size)]
    return sum(parts) + bias


def _sigmoid(x):
    return 1 / (1 + np.exp(-x))


@pytest.mark.parametrize("kernel_size", [3, 5])
def test_it_follows_the_equations(kernel_size):
    model = small(kernel_size=kernel_size)
    w = {path.removeprefix("gated_iteration/"): array(weight).astype(float)
         for path, weight in named_weights(model).items()}
    phi = _conv(IMAGE[0].astype(float), w["features/kernel"], w["features/bias"])
    state = _conv(phi, w["first_state/kernel"], w["first_state/bias"])
    memory = _conv(phi, w["first_memory/kernel"], w["first_memory/bias"])
    for _ in range(model.k):
        read = _conv(state, w["neighbours/kernel"], w["neighbours/bias"])
        gates = read @ w["cell/kernel"] + state @ w["cell/recurrent_kernel"] + w["cell/bias"]
        i, f, c, o = np.split(gates, 4, axis=-1)
        memory = _sigmoid(f) * memory + _sigmoid(i) * np.tanh(c)
        state = _sigmoid(o) * np.tanh(memory)
    np.testing.assert_allclose(array(model(IMAGE))[0], state @ w["policy/kernel"], rtol=1e-3, atol=1e-3)


def test_training_and_planning_compute_the_same_and_positions_too():
    model = small()
    everywhere = array(model(IMAGE))
    np.testing.assert_allclose(array(model(IMAGE, training=True)), everywhere, rtol=1e-4, atol=1e-5)
    positions = np.array([[[1, 2], [4, 4]], [[0, 0], [5, 6]]], "int32")
    rows = np.arange(2)[:, None]
    some = array(model.position_network([IMAGE, positions]))
    np.testing.assert_allclose(some, everywhere[rows, positions[..., 0], positions[..., 1]], rtol=1e-5, atol=1e-5)


def test_k_has_a_least():
    with pytest.raises(ValueError, match=">= 1"):
        GPPN(k=0)
