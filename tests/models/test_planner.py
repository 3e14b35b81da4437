"""Every way through a planner gives the same scores: one map, many maps, planning and training."""

import numpy as np
import pytest
from keras import ops

from pnzoo import gridworld
from pnzoo.layers import ValueIteration
from pnzoo.models import VIN


@pytest.fixture(scope="module")
def model():
    return VIN(k=4, channels=4, filters=(8,))


def test_many_maps_score_as_each_does_alone(model):
    walls, goal = gridworld.generate(70, 16, seed=3)
    many = model.logits(walls, goal)
    for i in (0, 33, 69):
        np.testing.assert_allclose(many[i], model.logits(walls[i], goal[i]), rtol=1e-4, atol=1e-4)


def test_every_layer_is_built_before_the_first_map(model):
    """Keras on JAX runs a model with an unbuilt layer twice, once of them eagerly."""
    assert [layer.name for layer in model.layers if not layer.built] == []


def test_another_k_is_planned_with(model):
    walls, goal = gridworld.generate(70, 16, seed=3)
    few = model.logits(walls, goal)
    longer = model.with_options(k=12)
    more = longer.logits(walls, goal)
    assert np.abs(more - few).max() > 1e-3
    np.testing.assert_allclose(more[5], longer.logits(walls[5], goal[5]), rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("transition", ["kernel", "softmax_kernel", "per_cell"])
def test_planning_loops_to_what_training_unrolls(transition):
    rng = np.random.default_rng(0)
    reward = rng.normal(size=(2, 5, 6)).astype("float32")
    observation = rng.normal(size=(2, 5, 6, 3)).astype("float32")
    layer = ValueIteration(k=7, channels=4, transition=transition)
    layer.build(reward.shape, observation.shape)
    answers = [ops.convert_to_numpy(layer(reward, observation, training=mode)) for mode in (True, False, None)]
    np.testing.assert_allclose(answers[0], answers[1], rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(answers[0], answers[2], rtol=1e-6)
