"""What few-shot models take, and what they refuse."""

import keras
import numpy as np
import pytest

import pnzoo
from pnzoo.layers import BidirectionalContext, MatchingAttention, SetContext, TestTimeAugmentation
from pnzoo.layers.few_shot.normalize import normalize
from pnzoo.models import MANN, MatchingNetwork, SiameseNetwork
from pnzoo.models.backbones import make_backbone

SMALL = {"backbone_options": {"filters": 4}}
MEMORY = {"controller_units": 6, "memory_slots": 8, "memory_dim": 4, "heads": 2}
MAKE = {
    "matching": lambda: MatchingNetwork(**SMALL),
    "siamese": lambda: SiameseNetwork(**SMALL),
    "mann": lambda: MANN(max_way=4, **SMALL, **MEMORY),
    "local": lambda: MatchingNetwork("local", {"filters": [4, 6], "channels": 4}, similarity="aligned", tta_views=2),
}


@pytest.fixture(scope="module", params=MAKE)
def network(request):
    keras.utils.set_random_seed(0)
    return MAKE[request.param]()


def episodes(batch=2, queries=3):
    rng = np.random.default_rng(0)
    return {
        "support": (rng.random((batch, 4, 28, 28, 1)) < 0.2).astype("float32"),
        "labels": np.tile(np.eye(4, dtype="float32"), (batch, 1, 1)),
        "query": (rng.random((batch, queries, 28, 28, 1)) < 0.2).astype("float32"),
    }


def answer(network, inputs):
    return keras.ops.convert_to_numpy(network(inputs))


def test_images_and_labels_of_any_type(network):
    inputs = episodes()
    wanted = answer(network, inputs)
    images = {key: inputs[key] for key in ("support", "query")}
    others = [
        {key: x.astype(bool) for key, x in images.items()},
        {key: (255 * x).astype("uint8") for key, x in images.items()},
        {key: x.astype("int64") for key, x in images.items()},
        {key: x.astype("float64") for key, x in images.items()},
        {"labels": inputs["labels"].astype(bool)},
        {"labels": inputs["labels"].astype("int64"), "mask": np.ones((2, 4), "int32")},
        {key: x.tolist() for key, x in images.items()},
    ]
    for other in others:
        np.testing.assert_allclose(answer(network, {**inputs, **other}), wanted, atol=1e-5)


def test_no_episodes_and_no_queries(network):
    assert answer(network, episodes(batch=0)).shape == (0, 3, 4)
    assert answer(network, episodes(queries=0)).shape == (2, 0, 4)


def test_full_context_without_episodes_and_in_half_precision():
    network = MatchingNetwork(support_embedding="lstm", query_steps=1, dtype="bfloat16", **SMALL)
    assert np.isfinite(answer(network, episodes())).all()
    assert answer(network, episodes(batch=0)).shape == (0, 3, 4)


@pytest.mark.parametrize(
    ("change", "match"),
    [
        ({"masks": np.ones((2, 4), bool)}, "no 'masks'; did you mean mask"),
        ({"labels": np.zeros((2, 4), int)}, "one_hot"),
        ({"support": np.zeros((2, 4, 56, 56, 1), "float32")}, r"expected \[B, N, 28, 28, 1\]"),
        ({"query": np.zeros((2, 28, 28, 1), "float32")}, "query has shape"),
        ({"query": np.zeros((1, 3, 28, 28, 1), "float32")}, "same B and S"),
        ({"labels": np.zeros((2, 3, 4), "float32")}, "same B and S"),
        ({"labels": np.zeros((2, 4, 1, 4), "float32")}, "same B and S"),
        ({"mask": np.ones((2, 5), bool)}, "same B and S"),
        ({"mask": np.ones((1, 4), bool)}, "same B and S"),
    ],
)
def test_wrong_inputs_are_named(network, change, match):
    with pytest.raises(ValueError, match=match):
        network({**episodes(), **change})
    with pytest.raises(ValueError, match=r"lack \['labels'\]"):
        network({"support": episodes()["support"], "query": episodes()["query"]})


def test_one_image_size_holds_for_embed_too(network):
    with pytest.raises(ValueError, match="28x28"):
        network.embed(np.zeros((1, 32, 32, 1), "float32"))


def test_a_tuple_warns():
    network, inputs = MAKE["matching"](), episodes()
    with pytest.warns(DeprecationWarning, match="as a tuple"):
        given = answer(network, tuple(inputs.values()))
    np.testing.assert_array_equal(given, answer(network, inputs))


def test_former_names_warn_and_work():
    with pytest.warns(DeprecationWarning, match="now"):
        network = MatchingNetwork(encoder="conv4", encoder_options={"filters": 4, "pool": "same"}, views=2)
    assert network.get_config()["backbone_options"] == {"filters": 4, "pool_padding": "same"}
    with pytest.warns(DeprecationWarning, match="embedding_dim"):
        assert network.code_length == network.embedding_dim == 16


def test_a_mann_says_that_it_has_no_attention():
    with pytest.raises(ValueError, match="matching_omniglot"):
        MAKE["mann"]().attention(episodes())
    with pytest.raises(ValueError, match="memory_slots"):
        MANN(**{**MEMORY, "heads": 9})


def test_quantization_is_refused_with_a_reason(network):
    with pytest.raises(ValueError, match="convolutions"):
        network.quantize("int8")


def test_frozen_statistics_stay_frozen(tmp_path):
    network = MAKE["matching"]()
    for layer in network._flatten_layers():
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.trainable = False
    network.save(tmp_path / "frozen.keras")
    again = keras.models.load_model(tmp_path / "frozen.keras")
    assert len(again.trainable_weights) == len(network.trainable_weights) == 5


def test_channels_first_changes_nothing():
    keras.config.set_image_data_format("channels_first")
    try:
        network = MAKE["matching"]()
        assert answer(network, episodes()).shape == (2, 3, 4)
    finally:
        keras.config.set_image_data_format("channels_last")


def test_augmentation_keeps_the_batch_axis():
    images = np.random.default_rng(0).random((2, 28, 28, 1)).astype("float32")
    views = keras.ops.convert_to_numpy(TestTimeAugmentation(13)(images))
    assert views.shape == (2, 13, 28, 28, 1)
    np.testing.assert_array_equal(views[:, 0], images)
    np.testing.assert_allclose(views[:, 5, 2:-2, 2:-2], _shifted(images), atol=1e-5)


def _shifted(images):
    """Down and right by 0.036 of 28 pixels: bilinear, by hand."""
    part = 0.036 * 28
    whole, part = int(part), part - int(part)
    down, right = slice(2 + whole, 26 + whole), slice(3 + whole, 27 + whole)
    rows = (1 - part) * images[:, down] + part * images[:, right]
    return (1 - part) * rows[:, :, down] + part * rows[:, :, right]


@pytest.mark.parametrize("make", [SetContext, BidirectionalContext])
def test_contexts_take_the_masks_of_keras(make):
    embeddings = np.random.default_rng(0).normal(size=(1, 5, 6)).astype("float32")
    embeddings[:, 3:] = 0
    layer = make()
    masked = layer(keras.layers.Masking()(embeddings))
    short = layer(embeddings[:, :3])
    np.testing.assert_allclose(keras.ops.convert_to_numpy(masked)[:, :3], keras.ops.convert_to_numpy(short), atol=1e-5)


def test_normalize_has_a_finite_gradient_at_a_zero_embedding():
    layer = MatchingAttention()
    inputs = [keras.Input((2, 3)), keras.Input((2, 2)), keras.Input((2, 3))]
    scaled = [keras.layers.Dense(3, kernel_initializer="zeros", use_bias=False)(x) for x in inputs[::2]]
    model = keras.Model(inputs, layer([scaled[0], inputs[1], scaled[1]]))
    model.compile("sgd", "mse")
    ones = np.ones((1, 2, 3), "float32")
    model.train_on_batch([ones, np.eye(2, dtype="float32")[None], ones], np.ones((1, 2, 2), "float32"))
    assert all(np.isfinite(weight).all() for weight in model.get_weights())
    assert np.isfinite(keras.ops.convert_to_numpy(normalize(np.zeros((1, 3), "float32")))).all()


def test_a_loaded_entry_takes_other_options():
    network = pnzoo.load("matching_glyphs", tta_views=3)
    assert network.tta_views == network.get_config()["tta_views"] == 3
    assert network.with_options(tta_views=1).tta_views == 1
    with pytest.raises(AttributeError, match="with_options"):
        network.tta_views = 2


def test_an_ensemble_needs_known_members():
    with pytest.raises(ValueError, match="members is empty"):
        make_backbone("ensemble", {"members": []})


@pytest.mark.parametrize(
    "backbone,options,message",
    [
        ("conv4", {"filters": [8]}, "'conv4': filters must be a whole number"),
        ("conv4", {"embedding_dim": 8}, "'conv4' takes no 'embedding_dim'"),
        ("residual", {"filters": 8}, "'residual': filters must be a list of 1 to 6"),
        ("local", {"filters": [8]}, "'local': filters must be a list of 2"),
        ("ensemble", {}, "members is empty"),
        ("ensemble", {"members": [{"backbone": "ensemble"}]}, "members is empty"),
        ("ensemble", {"members": [{"backbone": "residual", "filters": 8}]}, "'residual': filters must be"),
    ],
)
def test_a_backbone_takes_its_own_arguments_only(backbone, options, message):
    with pytest.raises(ValueError, match=message):
        make_backbone(backbone, options)
    with pytest.raises(ValueError, match=message):
        SiameseNetwork(backbone=backbone, backbone_options=options)
