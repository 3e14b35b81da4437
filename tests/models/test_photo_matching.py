"""A Matching Network for photographs: a tiny random backbone, every promise of the zoo."""

import keras
import numpy as np
import pytest

import pnzoo
from pnzoo.core.model import named_weights
from pnzoo.models import PhotoMatchingNetwork

SMALL = {"width": 0.1, "depth": 0.3, "stem_filters": 8, "head_filters": 16, "color_bins": 4}


@pytest.fixture(scope="module")
def network():
    keras.utils.set_random_seed(0)
    return PhotoMatchingNetwork(SMALL, image_size=64)


def episode(seed=0, way=3, shot=2):
    rng = np.random.default_rng(seed)
    labels = np.eye(way, dtype="float32")[np.repeat(np.arange(way), shot)][None]
    images = rng.random((1, way * shot + 2, 64, 64, 3)).astype("float32")
    return {"support": images[:, :-2], "labels": labels, "query": images[:, -2:]}


def array(x):
    return np.array(keras.ops.convert_to_numpy(x))


def test_matching_embeddings_is_calling_on_images(network):
    inputs = episode()
    log_p = array(network(inputs))
    support, query = (network.embed(inputs[name][0])[None] for name in ("support", "query"))
    np.testing.assert_allclose(array(network.match(support, inputs["labels"], query)), log_p, atol=1e-4)
    attention = array(network.attend(support, query, labels=inputs["labels"]))
    np.testing.assert_allclose(attention @ inputs["labels"], np.exp(log_p), atol=1e-4)
    alone = array(network.attend(support, query))
    np.testing.assert_allclose(alone.sum(-1), 1, atol=1e-5)
    np.testing.assert_allclose(np.diagonal(array(network.similarity(support, support))[0]), 1, atol=1e-5)


def test_only_the_head_is_trained(network):
    assert {weight.path.split("/")[-2] for weight in network.trainable_weights} == {"matching_attention"}
    assert sum(weight.shape[0] for weight in network.trainable_weights) == 10


def test_it_is_stored_and_loaded(network, tmp_path):
    pnzoo.save(network, tmp_path / "entry", {"summary": "for a test"}, weights_dtype="float16")
    again = pnzoo.load(tmp_path / "entry")
    assert {**again.get_config(), "name": network.name} == network.get_config()
    for path, weight in named_weights(network).items():
        np.testing.assert_allclose(array(named_weights(again)[path]), array(weight), atol=1e-3)
    network.save(tmp_path / "model.keras")
    whole = keras.models.load_model(tmp_path / "model.keras")
    np.testing.assert_allclose(array(whole(episode())), array(network(episode())), atol=1e-5)


def test_photographs_of_another_size_or_in_grey_are_refused(network):
    inputs = episode()
    with pytest.raises(ValueError, match=r"64, 64, 3\]"):
        network({**inputs, "query": inputs["query"][..., :1]})
    with pytest.raises(ValueError, match="parts"):
        PhotoMatchingNetwork(SMALL, parts=["powder"], image_size=64)


def test_without_colours_an_embedding_is_the_features_alone():
    network = PhotoMatchingNetwork({**SMALL, "color_bins": 0}, image_size=64)
    assert (network.embedding_dim, network.backbone.blocks) == (16, [16])
    np.testing.assert_allclose(np.exp(array(network(episode()))).sum(-1), 1, atol=1e-5)


def test_a_classifier_takes_it(network):
    rng = np.random.default_rng(0)
    colors = rng.random((3, 1, 1, 1, 3))
    photographs = list((np.clip(colors + rng.normal(0, 0.05, (3, 4, 50, 70, 3)), 0, 1) * 255).astype("uint8"))
    shown, asked = ([image for part in photographs for image in part[chosen]] for chosen in (slice(3), slice(3, None)))
    names = np.repeat(["a", "b", "c"], 3)
    classifier = pnzoo.FewShotClassifier(network).fit(shown, names)
    assert classifier.predict(asked).tolist() == ["a", "b", "c"]
    attention = classifier.attention(asked)
    for i, name in enumerate("abc"):
        np.testing.assert_allclose(classifier.predict_proba(asked)[:, i], attention[:, names == name].sum(1), atol=1e-5)
