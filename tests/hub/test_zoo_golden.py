"""Every entry answers a fixed input as it did when it was published, on whichever backend runs this.

CI runs this file on TensorFlow, JAX and PyTorch, but for two entries on JAX: as CI compiles there, with few
optimisations, one takes 80 seconds, and the other compiles four LSTMs.
`KERAS_BACKEND=jax python -m pytest -m slow tests/hub/test_zoo_golden.py` runs them.
"""

import keras
import numpy as np
import pytest

import pnzoo
from tests.make_golden import GOLDEN, answer

SLOW = {"jax": ["matching_photo", "matching_fce_ptb"]}.get(keras.backend.backend(), [])
NAMES = [pytest.param(name, marks=pytest.mark.slow) if name in SLOW else name for name in pnzoo.list_models()]


@pytest.mark.parametrize("name", NAMES)
def test_golden_answer(name):
    file = GOLDEN / f"{name}.npz"
    assert file.is_file(), f"no golden answer of {name}: run python -m tests.make_golden {name}"
    with np.load(file) as stored:
        inputs = {key: stored[key] for key in stored.files if key != "answer"}
        expected = stored["answer"]
    found = answer(pnzoo.load(name), inputs)
    # Differences of large values lose digits, and how many depends on the order in which a backend adds.
    np.testing.assert_allclose(found, expected, rtol=1e-3, atol=5e-4 * max(1.0, np.abs(expected).max()))


def test_every_golden_answer_is_of_an_entry():
    assert {file.stem for file in GOLDEN.glob("*.npz")} <= set(pnzoo.list_models())


def test_a_golden_answer_depends_on_the_weights(guide):
    inputs = np.eye(5, dtype="float32")
    fresh = pnzoo.load("guide8", weights=False)
    assert not np.allclose(fresh.predict(inputs, verbose=0), guide.predict(inputs, verbose=0), rtol=1e-3, atol=1e-4)
