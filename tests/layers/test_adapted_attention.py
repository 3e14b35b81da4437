"""Attention adapted to the support set, against plain NumPy, and what pools places and counts colours."""

import keras
import numpy as np
import pytest

from pnzoo.layers import AdaptedAttention, CentralPooling, ColorHistogram

BLOCKS = [6, 4]
CHOICES = ((), ("power",), ("center",), ("whiten",), ("instance",), ("power", "center", "whiten", "instance"))


def array(x):
    return np.array(keras.ops.convert_to_numpy(x))


def episode(seed=0, batch=2, way=3, shot=2, queries=4):
    rng = np.random.default_rng(seed)
    labels = np.eye(way, dtype="float32")[np.tile(np.repeat(np.arange(way), shot), (batch, 1))]
    support = rng.random((batch, way * shot, sum(BLOCKS))).astype("float32")
    query = rng.random((batch, queries, sum(BLOCKS))).astype("float32")
    return support, labels, query


def layer_with(parts, seed=0):
    layer = AdaptedAttention(BLOCKS, parts)
    layer(episode())
    rng = np.random.default_rng(seed)
    for weight in layer.weights:
        weight.assign(array(weight) + rng.normal(0, 0.3, weight.shape))
    return layer


def reference(layer, support, labels, query):
    """Probabilities of one episode, one line an equation."""
    w = {weight.name: array(weight).astype(float) for weight in layer.weights}
    unit = lambda x: x / np.linalg.norm(x, axis=-1, keepdims=True)  # noqa: E731
    sigmoid = lambda x: 1 / (1 + np.exp(-x))  # noqa: E731
    parts = []
    for i, (start, end) in enumerate(((0, BLOCKS[0]), (BLOCKS[0], sum(BLOCKS)))):
        both = [x[:, start:end].astype(float) for x in (support, query)]
        if "power" in layer.parts:
            both = [(x + 1e-3) ** (2 * sigmoid(w["powers"][i])) for x in both]
        both = [np.exp(w["block_weights"][0]) ** i * unit(x) for x in both]
        mean = both[0].mean(0) * (sigmoid(w["centers"][i]) if "center" in layer.parts else 0)
        parts.append([x - mean for x in both])
    support, query = (unit(np.concatenate(part, 1)) for part in zip(*parts, strict=True))
    label, way = labels.argmax(1), labels.shape[1]
    means = np.stack([support[label == c].mean(0) for c in range(way)])
    metric = np.eye(support.shape[1])
    if "whiten" in layer.parts:
        deviations = support - means[label]
        metric = np.linalg.inv(metric + np.exp(w["whitening"][0]) * deviations.T @ deviations)
    length = lambda x: np.sqrt(np.einsum("nd,de,ne->n", x, metric, x))  # noqa: E731
    cosine = lambda x: query @ metric @ x.T / np.outer(length(query), length(x))  # noqa: E731
    share = sigmoid(w["instance"][0]) if "instance" in layer.parts else 0
    shots = len(label) / way
    scale = np.exp(w["scales"] @ [1, np.log(shots), np.log(way / 5)])
    p = np.exp(scale * (share * cosine(support) + (1 - share) * cosine(means)[:, label]))
    p = np.stack([p[:, label == c].mean(1) for c in range(way)], 1)
    return p / p.sum(1, keepdims=True)


@pytest.mark.parametrize("parts", CHOICES)
def test_it_follows_the_equations(parts):
    layer, inputs = layer_with(parts), episode(1)
    got = np.exp(array(layer(inputs)))
    want = [reference(layer, *one) for one in zip(*inputs, strict=True)]
    np.testing.assert_allclose(got, want, rtol=1e-3, atol=1e-5)


def test_padding_takes_no_part():
    layer, (support, labels, query) = layer_with(CHOICES[-1]), episode(2)
    whole = array(layer((support[:, :4], labels[:, :4], query)))
    support[:, 4:] = 99
    mask = np.tile(np.arange(6)[None] < 4, (2, 1))
    np.testing.assert_allclose(array(layer((support, labels, query, mask))), whole, atol=1e-4)
    attention = np.exp(array(layer.log_attention(query, support, labels, mask)))
    np.testing.assert_allclose(attention.sum(-1), 1, atol=1e-5)
    assert (attention[:, :, 4:] == 0).all()


def test_order_and_number_of_images_do_not_matter():
    layer, (support, labels, query) = layer_with(CHOICES[-1]), episode(3)
    order = np.random.default_rng(0).permutation(6)
    got, turned = (array(layer((support[:, o], labels[:, o], query))) for o in (np.arange(6), order))
    np.testing.assert_allclose(got, turned, atol=1e-4)
    same = AdaptedAttention(BLOCKS, ())
    twice = [np.concatenate([x, x[:, :2]], 1) for x in (support, labels)]  # the first class shown twice
    p = [np.exp(array(same((*pair, query)))) for pair in ((support, labels), twice)]
    assert np.abs(p[0] / p[1] - 1).max() < 0.25  # the shots' mean sets the scale, nothing else has changed


def test_all_weights_learn_and_gradients_are_finite_at_zero_features():
    keras.utils.set_random_seed(0)
    support, labels, query = episode(4)
    support[0, 0], query[0, 0] = 0, 0
    inputs = [keras.Input((None, n)) for n in (10, 3, 10)]
    layer = AdaptedAttention(BLOCKS)
    model = keras.Model(inputs, layer(inputs))
    model.compile("sgd", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    before = [array(weight) for weight in layer.weights]
    model.fit([support, labels, query], np.zeros((2, 4), int), verbose=0)
    after = [array(weight) for weight in layer.weights]
    assert all(np.isfinite(new).all() and (new != old).any() for old, new in zip(before, after, strict=True))


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"blocks": BLOCKS, "parts": ["powder"]}, "powder"),
        ({"blocks": []}, "one block"),
        ({"blocks": BLOCKS, "weights": [1, 2]}, "a weight for each"),
        ({"blocks": BLOCKS, "scale": 0}, "positive"),
    ],
)
def test_what_cannot_be_is_refused(arguments, words):
    with pytest.raises(ValueError, match=words):
        AdaptedAttention(**arguments)


@pytest.mark.parametrize(
    "layer", [AdaptedAttention(BLOCKS, ["center"]), CentralPooling(0.5), ColorHistogram(6, 1.0, 9)]
)
def test_layers_come_back_from_their_configuration(layer):
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(layer))
    assert again.get_config() == layer.get_config()


def test_pooling_of_equal_places_is_their_mean_and_of_none_is_zero():
    features = np.broadcast_to(np.arange(3, dtype="float32"), (1, 5, 4, 3)).copy()
    np.testing.assert_allclose(array(CentralPooling()(features)), [[0, 1, 2]], rtol=1e-5)
    np.testing.assert_allclose(array(CentralPooling()(0 * features)), [[0, 0, 0]])


def test_histograms_have_unit_length_and_know_colour_from_light():
    rng = np.random.default_rng(0)
    images = rng.random((3, 40, 52, 3)).astype("float32")
    np.testing.assert_allclose(np.linalg.norm(array(ColorHistogram(size=16)(images)), axis=1), 1, rtol=1e-4)
    red = np.full((1, 32, 32, 3), (0.6, 0.1, 0.1), "float32")
    darker, green = 0.7 * red, red[..., [1, 0, 2]]
    shown = array(ColorHistogram()(np.concatenate([red, darker, green])))
    assert shown[0] @ shown[1] > 0.8 > 0.1 > shown[0] @ shown[2]
