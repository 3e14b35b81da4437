"""What every public layer promises: `build` and `compute_output_shape` agree, configs, files, gradients, backends."""

import inspect
import json

import keras
import numpy as np
import pytest

from pnzoo import layers
from pnzoo.layers.planning import heads, states
from pnzoo.models.planning import continuous_policy, reactive_continuous
from tests.layers.checks import check_layer


def random(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape).astype("float32")


REWARD, SEEN = -np.abs(random(2, 5, 6)), random(2, 5, 6, 3)
GOAL = np.zeros((2, 5, 6), "float32")
GOAL[:, 2, 2] = 1
STATES = np.abs(random(2, 3, 4))
POSITIONS = np.array([[[1, 2], [4, 5]], [[0, 0], [3, 3]]], "int32")

# name -> (a new layer, its inputs)
CASES = {
    "ValueIteration": (lambda **o: layers.ValueIteration(3, 2, "per_cell", **o), (REWARD, SEEN)),
    "DeterministicValueIteration": (
        lambda **o: layers.DeterministicValueIteration(3, hard_transition=False, **o), (REWARD, SEEN, GOAL),
    ),
    "GatedIteration": (lambda **o: layers.GatedIteration(2, 4, **o), (SEEN,)),
    "GraphValueIteration": (
        lambda **o: layers.GraphValueIteration(2, **o),
        (random(2, 4), np.array([[[1, 2], [2, -1], [3, 0], [-1, -1]]] * 2, "float32")),
    ),
    "GridValueIteration": (lambda **o: layers.GridValueIteration(3, **o), (1 - REWARD, GOAL)),
    "MoveValueIteration": (lambda **o: layers.MoveValueIteration(3, **o), (1 + np.abs(random(2, 5, 6, 8)), GOAL)),
    "MoveCosts": (lambda **o: layers.MoveCosts(2, **o), (random(2, 5, 6, 8),)),
    "PlanFeatures": (layers.PlanFeatures, (random(2, 3, 9, 9),)),
    "TerrainCost": (lambda **o: layers.TerrainCost(2.0, **o), (random(2, 5, 6, 1),)),
    "UpsampleTo": (layers.UpsampleTo, (SEEN, random(2, 9, 12, 1))),
    "CostReward": (lambda **o: heads.CostReward(2.0, **o), (random(2, 5, 6, 1), GOAL)),
    "AdvantageLogits": (heads.AdvantageLogits, (random(2, 5, 6, 4),)),
    "BidirectionalContext": (layers.BidirectionalContext, (random(2, 4, 5),)),
    "SetContext": (lambda **o: layers.SetContext(2, **o), (random(2, 4, 5),)),
}  # fmt: skip
# Without weights of their own, or with whole numbers as inputs: nothing to train, and Keras' `Input` has no batch of 2.
SHAPES_ONLY = {
    "AttentionReadout": (layers.AttentionReadout, (SEEN, POSITIONS)),
    "CoarseMap": (lambda **o: layers.CoarseMap(2, **o), (np.abs(random(2, 5, 6, 2)),)),
    "RefineTo": (lambda **o: layers.RefineTo(2, **o), (random(2, 3, 3, 9), random(2, 5, 6, 1))),
    "BodyWindow": (lambda **o: layers.BodyWindow(3, 2, **o), (random(2, 3, 3, 4), STATES)),
    "BodyFeatures": (layers.BodyFeatures, (STATES,)),
    "OneBody": (continuous_policy.OneBody, (STATES[:, 0],)),
    "BodyCells": (reactive_continuous.BodyCells, (STATES, random(2, 5, 6, 1))),
    "GoalCells": (layers.GoalCells, (REWARD, POSITIONS[:, 0])),
    "GoalOffset": (layers.GoalOffset, (SEEN, POSITIONS[:, 0])),
    "HashedWords": (lambda **o: layers.HashedWords(9, 4, **o), (np.abs(POSITIONS),)),
    "EveryCell": (states.EveryCell, (SEEN,)),
    "DrawAgent": (states.DrawAgent, (SEEN, POSITIONS)),
    "SplitStates": (states.SplitStates, (random(4, 8), POSITIONS)),
    "EgocentricView": (states.EgocentricView, (random(2, 5, 5, 2), POSITIONS % 5)),
    "TestTimeAugmentation": (lambda **o: layers.TestTimeAugmentation(3, **o), (random(2, 8, 8, 1),)),
}
CLASSES = [
    each
    for module in (layers, heads, states, continuous_policy, reactive_continuous)
    for each in vars(module).values()
    if inspect.isclass(each) and issubclass(each, keras.layers.Layer) and not issubclass(each, keras.Model)
]


@pytest.mark.parametrize("name", CASES)
def test_what_every_layer_does(name, tmp_path):
    check_layer(*CASES[name], tmp_path)


@pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)
def test_build_and_compute_output_shape_take_the_same(cls):
    """Keras' `summary` passes the one's arguments to the other by name."""
    built, shaped = (list(inspect.signature(f).parameters) for f in (cls.build, cls.compute_output_shape))
    assert built == shaped


@pytest.mark.parametrize("name", [*CASES, *SHAPES_ONLY])
def test_shapes_and_configs(name):
    make, inputs = {**CASES, **SHAPES_ONLY}[name]
    layer = make()
    answer = layer(*inputs)
    shape = layer.compute_output_shape(*(x.shape for x in inputs))
    assert all(want in (None, got) for want, got in zip(shape, answer.shape, strict=True))
    symbols = [keras.Input(x.shape[1:], dtype=x.dtype.name) for x in inputs]
    symbolic = make()(*symbols)
    assert symbolic.shape[1:] == answer.shape[1:] or None in symbolic.shape[1:]
    assert symbolic.dtype == keras.backend.standardize_dtype(answer.dtype)
    for policy in (None, keras.DTypePolicy("mixed_bfloat16")):
        config = make(dtype=policy).get_config()
        assert type(layer).from_config(config).get_config() == config
    json.dumps({key: value for key, value in layer.get_config().items() if key != "dtype"})


def test_a_change_of_unroll_changes_nothing():
    make, inputs = CASES["ValueIteration"]
    layer = make()
    layer.build(*(x.shape for x in inputs))
    answers = []
    for unroll in (True, False, "auto"):
        layer.unroll = unroll
        answers.append(keras.ops.convert_to_numpy(layer(*inputs)))
    np.testing.assert_allclose(answers[0], answers[1], rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(answers[0], answers[2], rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("position", [[-1, 0], [5, 0], [0, 6]])
def test_positions_outside_are_refused(position):
    with pytest.raises(ValueError, match="outside a map of 5x6"):
        layers.AttentionReadout()(SEEN, np.array([[position]] * 2))
