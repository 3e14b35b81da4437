import keras
import numpy as np
import pytest

from pnzoo.layers import AttentionReadout
from tests.layers.checks import array

Q = np.random.default_rng(0).normal(size=(3, 4, 6, 5)).astype("float32")


def test_one_position_a_map():
    positions = np.array([[0, 0], [3, 5], [1, 4]])
    got = array(AttentionReadout()(Q, positions))
    np.testing.assert_array_equal(got, Q[np.arange(3), positions[:, 0], positions[:, 1]])


@pytest.mark.parametrize("dtype", ["int32", "int64", "uint8"])
def test_many_positions_a_map(dtype):
    cells = np.argwhere(np.ones((4, 6)))
    positions = np.stack([cells, cells[::-1], np.roll(cells, 3, axis=0)]).astype(dtype)
    got = array(AttentionReadout()(Q, positions))
    assert got.shape == (3, 24, 5)
    np.testing.assert_array_equal(got, Q[np.arange(3)[:, None], positions[..., 0], positions[..., 1]])


@pytest.mark.parametrize("shape", [(2,), (7, 2)])
def test_symbolic_shapes_config_and_saving(shape, tmp_path):
    q, positions = keras.Input((None, None, 5)), keras.Input(shape, dtype="int32")
    layer = AttentionReadout()
    out = layer(q, positions)
    assert out.shape == (None, *shape[:-1], 5)
    model = keras.Model([q, positions], out)
    model.save(tmp_path / "psi.keras")
    at = np.random.default_rng(1).integers(0, 4, (3, *shape)).astype("int32")
    again = keras.models.load_model(tmp_path / "psi.keras")
    np.testing.assert_array_equal(again.predict([Q, at], verbose=0), array(layer(Q, at)))
    assert AttentionReadout.from_config(layer.get_config()).get_config() == layer.get_config()


def test_the_gradient_reaches_the_cells_that_were_read_and_no_other():
    """A dense layer before psi learns from the cell at the position only."""
    q, positions = keras.Input((2, 2, 3)), keras.Input((2,), dtype="int32")
    shift = keras.layers.EinsumDense("bhwa,hwa->bhwa", output_shape=(2, 2, 3), kernel_initializer="ones")
    model = keras.Model([q, positions], AttentionReadout()(shift(q), positions))
    model.compile(keras.optimizers.SGD(0.1), "mse")
    model.train_on_batch([np.ones((1, 2, 2, 3)), np.array([[1, 0]])], np.zeros((1, 3)))
    changed = array(shift.kernel) != 1
    assert changed[1, 0].all()
    assert changed.sum() == 3


def test_half_precision_is_kept():
    got = AttentionReadout(dtype="mixed_bfloat16")(Q, np.array([[0, 0], [3, 5], [1, 4]]))
    assert keras.backend.standardize_dtype(got.dtype) == "bfloat16"
