"""FLOPs against counts made by hand."""

import keras
import numpy as np
import pytest

from pnzoo.analysis import flops
from pnzoo.layers import ValueIteration
from pnzoo.models.planning.reactive import CNNPolicy

CELLS = 6 * 7


def test_dense_and_convolution_and_a_stack_of_them():
    model = keras.Sequential([keras.layers.Conv2D(4, 3, padding="same"), keras.layers.Dense(5, use_bias=False)])
    assert flops(model, (2, 6, 7, 3)) == 2 * (2 * CELLS * 9 * 3 * 4 + 2 * CELLS * 4 * 5)


def test_a_convolution_that_shrinks_the_image_counts_what_is_left():
    assert flops(keras.layers.Conv2D(4, 3, padding="valid"), (1, 6, 7, 3)) == 2 * (4 * 5) * 9 * 3 * 4


def test_lstm_counts_every_step():
    assert flops(keras.layers.LSTM(3), (2, 5, 4)) == 2 * 2 * 5 * 4 * 3 * (4 + 3)


@pytest.mark.parametrize("k", [1, 4, 70], ids=lambda k: f"k{k}")
def test_value_iteration_is_k_backups_and_a_readout(k):
    free = ValueIteration(k, channels=8, transition="kernel")
    of_reward = CELLS * 9 * 8
    assert flops(free, (1, 6, 7)) == 2 * (of_reward + (k + 1) * CELLS * 9 * 8)


def test_state_transitions_also_count_how_p_is_made():
    layer = ValueIteration(3, channels=8, transition="per_cell")
    reward, observation = np.zeros((1, 6, 7), "float32"), np.zeros((1, 6, 7, 5), "float32")
    layer(reward, observation)

    class Both(keras.Model):
        def call(self, inputs):
            return layer(inputs["reward"], inputs["observation"])

    made, backups = CELLS * 5 * 9 * 8, 4 * CELLS * 9 * 8
    assert flops(Both(), {"reward": (1, 6, 7), "observation": (1, 6, 7, 5)}) == 2 * (made + backups)


def test_a_reactive_policy_at_one_cell_costs_one_image():
    model = CNNPolicy(8)
    sides, widths = (8, 4, 4, 2, 2), (3, 50, 50, 100, 100, 100)
    convolutions = sum(side**2 * 9 * a * b for side, a, b in zip(sides, widths, widths[1:], strict=False))
    one = 2 * (convolutions + 2 * 2 * 100 * 100 + 100 * 8)
    assert flops(model, [(1, 8, 8, 2), (1, 1, 2)]) == one
    assert flops(model, (1, 8, 8, 2)) == 64 * one


def test_counting_leaves_keras_as_it_was():
    before = keras.layers.Dense.call, keras.layers.Conv2D.call, keras.ops.matmul
    with pytest.raises(ValueError, match="shape"):
        flops(keras.layers.Dense(3), (0,))
    assert (keras.layers.Dense.call, keras.layers.Conv2D.call, keras.ops.matmul) == before
