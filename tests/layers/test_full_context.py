import keras
import numpy as np
import pytest

from pnzoo.layers import AttentionLSTM, BidirectionalContext, SetContext
from tests.layers import numpy_matching as reference


def array(x):
    return keras.ops.convert_to_numpy(x)


def embeddings(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape).astype("float32")


def weights(layer):
    """Random weights everywhere, so that biases and scales count; returned by name."""
    rng = np.random.default_rng(1)
    for w in layer.weights:
        w.assign(rng.normal(0, 0.4, w.shape).astype("float32"))
    return {w.path.split("/", 1)[-1]: array(w).astype("float64") for w in layer.weights}


def test_g_is_the_papers_bidirectional_lstm_with_a_skip():
    x = embeddings(2, 5, 6)
    layer = BidirectionalContext()
    layer.build(x.shape)
    weights(layer)
    parts = [
        [array(w).astype("float64") for w in half.weights]
        for half in (layer.lstm.forward_layer, layer.lstm.backward_layer)
    ]
    want = [reference.bidirectional_g(row.astype("float64"), *parts) for row in x]
    np.testing.assert_allclose(array(layer(x)), want, atol=1e-5)


def test_g_steps_over_padding():
    x, mask = embeddings(2, 5, 6), np.array([[1, 1, 1, 0, 0], [1, 1, 1, 1, 1]], "bool")
    layer = BidirectionalContext()
    short, long = array(layer(x[:1, :3])), array(layer(x[1:]))
    x[0, 3:] = 50
    both = array(layer(x, mask=mask))
    np.testing.assert_allclose(both[0, :3], short[0], atol=1e-5)
    np.testing.assert_allclose(both[1], long[0], atol=1e-5)


def test_g_reads_in_some_order():
    x = embeddings(1, 5, 6)
    layer = BidirectionalContext()
    forward, backward = array(layer(x)), array(layer(x[:, ::-1]))[:, ::-1]
    assert np.abs(forward - backward).max() > 1e-3


@pytest.mark.parametrize("scale", [1.0, 0.3])
def test_f_follows_equations_3_to_6(scale):
    query, support = embeddings(2, 4, 6), embeddings(2, 5, 6, seed=3)
    layer = AttentionLSTM(steps=3, scale=scale)
    layer.build([query.shape, support.shape])
    weights(layer)
    kernel, bias = (array(w).astype("float64") for w in (layer.cell.kernel, layer.cell.bias))
    h, attention_weights = (array(x) for x in layer([query, support]))
    for b in range(2):
        for q in range(4):
            want_h, want_looks = reference.attention_lstm(query[b, q], support[b], 3, kernel, bias, scale)
            np.testing.assert_allclose(h[b, q], want_h, atol=1e-5)
            np.testing.assert_allclose(attention_weights[b, :, q], want_looks, atol=1e-5)


def test_f_looks_around_evenly_first_and_never_at_padding():
    query, support, mask = embeddings(1, 2, 6), embeddings(1, 5, 6, seed=3), np.array([[1, 1, 1, 0, 0]], "bool")
    layer = AttentionLSTM(steps=2)
    h, attention_weights = (array(x) for x in layer([query, support], mask=mask))
    assert h.shape == (1, 2, 6)
    assert attention_weights.shape == (1, 2, 2, 5)
    np.testing.assert_allclose(attention_weights.sum(-1), 1, atol=1e-6)
    np.testing.assert_allclose(attention_weights[:, 0, :, :3], 1 / 3, atol=1e-6)
    assert (attention_weights[..., 3:] == 0).all()
    np.testing.assert_allclose(h, array(layer([query, support[:, :3]])[0]), atol=1e-6)


def test_f_does_not_care_for_order_and_queries_do_not_meet():
    query, support = embeddings(1, 3, 6), embeddings(1, 5, 6, seed=3)
    layer = AttentionLSTM(steps=3)
    h = array(layer([query, support])[0])
    order = [3, 1, 4, 0, 2]
    np.testing.assert_allclose(array(layer([query, support[:, order]])[0]), h, atol=1e-5)
    np.testing.assert_allclose(array(layer([query[:, :1], support])[0]), h[:, :1], atol=1e-5)


def test_the_set_g_follows_its_equations():
    x = embeddings(2, 5, 6)
    layer = SetContext(steps=3)
    layer.build(x.shape)
    weights(layer)
    kernel, bias, mix, mix_bias = (
        array(w).astype("float64") for w in (layer.cell.kernel, layer.cell.bias, layer.mix.kernel, layer.mix.bias)
    )
    scale = np.exp(float(array(layer.log_scale)))
    for row, got in zip(x.astype("float64"), array(layer(x)), strict=True):
        summary = reference.process_set(row, 3, kernel, bias, scale)
        want = row + np.tanh(np.concatenate([row, np.tile(summary, (5, 1))], axis=1) @ mix + mix_bias)
        np.testing.assert_allclose(got, want, atol=1e-5)


def test_the_set_g_is_order_free_and_blind_to_repetition_and_padding():
    x, order = embeddings(2, 5, 6), [3, 1, 4, 0, 2]
    layer = SetContext()
    g = array(layer(x))
    np.testing.assert_allclose(array(layer(x[:, order])), g[:, order], atol=1e-5)
    np.testing.assert_allclose(array(layer(np.concatenate([x, x], 1)))[:, :5], g, atol=1e-5)
    padded = np.concatenate([x, np.full((2, 2, 6), 9, "float32")], axis=1)
    mask = np.tile(np.arange(7) < 5, (2, 1))
    np.testing.assert_allclose(array(layer(padded, mask=mask))[:, :5], g, atol=1e-5)


@pytest.mark.parametrize(
    "layer", [BidirectionalContext(), SetContext(steps=2), AttentionLSTM(steps=4, learn_scale=True, scale=0.2)]
)
def test_config_round_trip(layer):
    again = type(layer).from_config(layer.get_config())
    assert again.get_config() == layer.get_config()


def test_shapes_are_known_before_any_data():
    assert SetContext().compute_output_shape((None, 5, 6)) == (None, 5, 6)
    assert AttentionLSTM(3).compute_output_shape([(None, 4, 6), (None, 5, 6)]) == ((None, 4, 6), (None, 3, 4, 5))
    query, support = keras.Input((4, 6)), keras.Input((5, 6))
    h, attention_weights = AttentionLSTM(3)([query, support])
    assert tuple(h.shape) == (None, 4, 6)
    assert tuple(attention_weights.shape) == (None, 3, 4, 5)


@pytest.mark.parametrize("steps", [0, -1, 1.5])
def test_wrong_steps_are_refused(steps):
    with pytest.raises(ValueError, match="steps"):
        AttentionLSTM(steps)
