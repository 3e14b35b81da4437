import keras
import numpy as np
import pytest

from pnzoo.layers import ValueIteration
from tests.layers import numpy_planning as reference
from tests.layers.checks import array, check_layer, randomise

RNG = np.random.default_rng(0)
REWARD = RNG.normal(size=(2, 4, 5)).astype("float32")
OBSERVATION = RNG.normal(size=(2, 4, 5, 3)).astype("float32")


def layer_of(transition="kernel", k=3, channels=2, **options):
    """A layer whose weights are all random."""
    layer = ValueIteration(k, channels, transition, **options)
    layer.build(REWARD.shape, OBSERVATION.shape)
    return randomise(layer)


def inputs_of(transition):
    return (REWARD, OBSERVATION) if transition == "per_cell" else (REWARD,)


def by_the_equations(layer, sample):
    """(Q, values, Q of each step) of one map, from the layer's weights and NumPy alone."""
    weights = {weight.name: array(weight).astype(float) for weight in layer.weights}
    reward, a = REWARD[sample].astype(float), layer.channels
    if layer.transition == "kernel":
        backup = reference.free(reward, weights["reward_kernel"], weights["value_kernel"])
    else:
        seen = OBSERVATION[sample].astype(float) if layer.transition == "per_cell" else np.ones(1)
        logits = [seen @ w + b for w, b in zip(weights["logit_kernel"], weights["logit_bias"], strict=True)]
        p = [reference.softmax(layer.inverse_temperature * z.reshape(*z.shape[:-1], a, 9)) for z in logits]
        b = weights["action_bias"]
        bias = -np.log1p(np.exp(b)) if layer.nonpositive_reward else b
        backup = reference.with_transitions(reward, np.array(p), bias)
    return reference.value_iteration(layer.k, backup, reward.shape)


FORMS = [
    ("kernel", {}),
    ("kernel", {"tied": False}),
    ("softmax_kernel", {}),
    ("softmax_kernel", {"tied": False, "inverse_temperature": 3.0}),
    ("softmax_kernel", {"nonpositive_reward": True}),
    ("per_cell", {}),
    ("per_cell", {"tied": False, "nonpositive_reward": True}),
    ("per_cell", {"inverse_temperature": 4.0, "nonpositive_reward": True}),
]


@pytest.mark.parametrize("transition,options", FORMS)
def test_it_follows_the_equations(transition, options):
    layer = layer_of(transition, **options)
    got = layer(*inputs_of(transition), steps=True)
    for sample in range(len(REWARD)):
        q, values, q_steps = by_the_equations(layer, sample)
        np.testing.assert_allclose(array(got.q)[sample], q, rtol=1e-4, atol=1e-4)
        np.testing.assert_allclose(array(got.values)[sample], values, rtol=1e-4, atol=1e-4)
        np.testing.assert_allclose(array(got.q_steps)[sample], q_steps, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("transition,options", FORMS)
def test_every_step_ends_where_the_plain_call_does(transition, options):
    layer = layer_of(transition, **options)
    inputs = inputs_of(transition)
    every = layer(*inputs, steps=True)
    np.testing.assert_allclose(array(layer(*inputs)), array(every.q), rtol=1e-5, atol=1e-5)
    np.testing.assert_array_equal(array(every.values)[:, 0], 0)
    np.testing.assert_array_equal(array(every.values)[:, 1:], array(every.q_steps).max(axis=-1))


@pytest.mark.parametrize("transition,tied", [("kernel", True), ("softmax_kernel", False), ("per_cell", False)])
def test_what_every_layer_does(transition, tied, tmp_path):
    """Per cell and tied it is in the contract of layers."""

    def make(**options):
        return ValueIteration(3, 2, transition, tied, inverse_temperature=2.0,
                              nonpositive_reward=transition != "kernel", **options)

    check_layer(make, inputs_of(transition), tmp_path)


@pytest.mark.parametrize("transition", ["kernel", "softmax_kernel", "per_cell"])
def test_symbolic_steps_have_the_shapes_of_eager_ones(transition):
    layer = layer_of(transition)
    symbols = [keras.KerasTensor((None, *x.shape[1:])) for x in inputs_of(transition)]
    symbolic, eager = layer(*symbols, steps=True), layer(*inputs_of(transition), steps=True)
    for name, tensor in symbolic._asdict().items():
        found = tuple(getattr(eager, name).shape)
        assert tuple(np.where(np.equal(tensor.shape, None), found, tensor.shape)) == found, name


@pytest.mark.parametrize("transition", ["kernel", "softmax_kernel", "per_cell"])
def test_a_loop_gives_what_unrolled_steps_give(transition, monkeypatch):
    """Beyond 64 steps the layer loops; the settled values of costs keep 70 steps within float range."""
    layer = layer_of(transition, k=70, nonpositive_reward=transition != "kernel")
    if transition == "kernel":
        layer.value_kernel.assign(0.1 * layer.value_kernel)
    looped = array(layer(*inputs_of(transition)))
    monkeypatch.setattr("pnzoo.layers.planning.value_iteration.LONGEST_UNROLLED", 1000)
    np.testing.assert_allclose(looped, array(layer(*inputs_of(transition))), rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("compiled", [False, keras.backend.backend() != "torch"])
@pytest.mark.parametrize("k", [70, 3])
def test_it_trains_whether_looped_or_unrolled(k, compiled):
    reward, observation = keras.Input((4, 5)), keras.Input((4, 5, 3))
    layer = ValueIteration(k, 2, "per_cell", nonpositive_reward=True)
    model = keras.Model([reward, observation], layer(reward, observation))
    before = [np.array(w) for w in model.get_weights()]
    model.compile(keras.optimizers.SGD(1e-3), "mse", jit_compile=compiled)
    assert np.isfinite(model.train_on_batch([REWARD, OBSERVATION], np.zeros((2, 4, 5, 2), "float32")))
    for old, new in zip(before, model.get_weights(), strict=True):
        assert np.isfinite(new).all()
        assert (old != new).any()


@pytest.mark.parametrize("transition", ["kernel", "softmax_kernel", "per_cell"])
def test_k_changes_with_the_same_weights(transition):
    layer = layer_of(transition, k=5)
    values = array(layer(*inputs_of(transition), steps=True).values)
    layer.k = 2
    assert layer.get_config()["k"] == 2
    np.testing.assert_allclose(array(layer(*inputs_of(transition), steps=True).values), values[:, :3], atol=1e-5)
    other = ValueIteration(9, 2, transition)
    other(*inputs_of(transition))
    other.set_weights(layer.get_weights())
    np.testing.assert_allclose(array(other(*inputs_of(transition), steps=True).values)[:, :6], values, atol=1e-5)


def test_untied_weights_are_one_set_a_step_and_one_for_the_read_out():
    tied, untied = layer_of("per_cell", k=3), layer_of("per_cell", k=3, tied=False)
    assert untied.count_params() == 4 * tied.count_params()
    for mine, shared in zip(untied.weights, tied.weights, strict=True):
        mine.assign(np.repeat(array(shared), 4, axis=0))
    np.testing.assert_allclose(array(untied(REWARD, OBSERVATION)), array(tied(REWARD, OBSERVATION)), atol=1e-5)


def test_p_is_a_distribution_and_free_kernels_are_shown_as_they_are():
    state, shared, free = layer_of("per_cell"), layer_of("softmax_kernel"), layer_of("kernel")
    p = array(state.transition_probabilities(OBSERVATION))
    assert p.shape == (2, 4, 5, 2, 3, 3)
    np.testing.assert_allclose(p.sum(axis=(-1, -2)), 1, atol=1e-5)
    assert (p > 0).all()
    p = array(shared.transition_probabilities())
    assert p.shape == (2, 3, 3)
    np.testing.assert_allclose(p.sum(axis=(-1, -2)), 1, atol=1e-5)
    kernel = array(free.value_kernel)[0, :, :, 0, 1]
    np.testing.assert_array_equal(array(free.transition_probabilities())[1], kernel)


def test_a_large_sharpness_makes_p_nearly_one_hot():
    p = array(layer_of("per_cell", inverse_temperature=100.0).transition_probabilities(OBSERVATION))
    assert np.median(p.max(axis=(-1, -2))) > 0.999


def test_beyond_the_edge_lies_the_edge_again():
    """With zeros there, a corner would look like a way out wherever rewards are costs."""
    layer = ValueIteration(4, 2, "softmax_kernel")
    cost = -np.ones((1, 3, 3), "float32")
    layer(cost)
    values = array(layer(cost, steps=True).values)
    np.testing.assert_allclose(values, -np.arange(5)[None, :, None, None] * np.ones((1, 1, 3, 3)), atol=1e-5)


def test_costs_keep_the_action_biases_below_zero():
    reward = np.zeros((1, 3, 3), "float32")
    free, bound = (layer_of("softmax_kernel", nonpositive_reward=flag) for flag in (False, True))
    for layer in (free, bound):
        layer.action_bias.assign([[1.0, 2.0]])
    assert (array(free(reward, steps=True).values)[0, -1] > 0).all()
    assert (array(bound(reward, steps=True).values)[0, -1] < 0).all()


def test_one_layer_takes_maps_of_any_size():
    layer = layer_of("per_cell")
    for height, width in ((1, 1), (7, 2), (3, 12)):
        assert layer(np.zeros((1, height, width)), np.zeros((1, height, width, 3))).shape == (1, height, width, 2)


def test_half_precision_is_kept():
    layer = ValueIteration(3, 2, "per_cell", dtype="mixed_bfloat16")
    q = layer(REWARD, OBSERVATION)
    assert keras.backend.standardize_dtype(q.dtype) == "bfloat16"
    assert {weight.dtype for weight in layer.weights} == {"float32"}
    single = ValueIteration(3, 2, "per_cell")
    single(REWARD, OBSERVATION)
    single.set_weights(layer.get_weights())
    np.testing.assert_allclose(array(q), array(single(REWARD, OBSERVATION)), atol=0.1)


@pytest.mark.parametrize("k", [0, -1, 2.5, True, float("nan"), float("inf"), None, "20"])
def test_a_k_that_is_no_number_of_steps(k):
    with pytest.raises(ValueError, match=r"k is the number of value-iteration steps.*got .*Try k=20"):
        ValueIteration(k)


@pytest.mark.parametrize("options,match", [({"channels": 0}, "channels"), ({"transition": "stat"}, "'stat'")])
def test_wrong_arguments_are_named(options, match):
    with pytest.raises(ValueError, match=match):
        ValueIteration(3, **options)


def test_state_needs_an_observation():
    with pytest.raises(ValueError, match=r"call layer\(reward, observation\)"):
        ValueIteration(3, transition="per_cell")(REWARD)


def test_values_are_minus_the_cost_to_go_where_p_is_a_deterministic_move():
    """With P set to the eight moves and R = -1 a cell, but 0 at the goal, V_k is minus the number of moves."""
    layer = ValueIteration(6, 9, "softmax_kernel", inverse_temperature=1000.0)
    reward = -np.ones((1, 5, 7), "float32")
    reward[0, 2, 1] = 0.0
    layer(reward)
    layer.logit_kernel.assign(np.eye(9, dtype="float32").reshape(1, 1, 81))
    rows, cols = np.indices((5, 7))
    moves = np.maximum(np.abs(rows - 2), np.abs(cols - 1))
    got = array(layer(reward, steps=True).values)[0, -1]
    np.testing.assert_allclose(got, -np.maximum(moves - 1, 0), atol=1e-4)  # the step onto the goal is free
