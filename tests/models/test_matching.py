import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pnzoo.data import glyphs
from pnzoo.data.episode_dataset import EpisodeDataset
from pnzoo.few_shot.fine_tuning import copy
from pnzoo.models import MANN, MatchingNetwork, SiameseNetwork
from pnzoo.models.backbones import make_backbone
from pnzoo.models.few_shot.embedding import embed_images

SMALL = {"backbone_options": {"filters": 8}}
MEMORY = {"controller_units": 12, "memory_slots": 16, "memory_dim": 8, "heads": 2}
NETWORKS = {
    "plain": lambda: MatchingNetwork(**SMALL),
    "residual": lambda: MatchingNetwork("residual", {"filters": [4, 6, 8], "embedding_dim": 12}),
    "tta_views": lambda: MatchingNetwork(**SMALL, tta_views=4),
    "ensemble": lambda: MatchingNetwork(
        "ensemble", {"members": [{"backbone": "conv4", "filters": 4}] * 2}, tta_views=2
    ),
    "local": lambda: MatchingNetwork("local", {"filters": [4, 6], "channels": 4}, similarity="aligned", tta_views=2),
    "mixed": lambda: MatchingNetwork(
        "ensemble",
        {"members": [{"backbone": "conv4", "filters": 4}, {"backbone": "local", "filters": [4, 6], "channels": 4}]},
        similarity=["cosine", "aligned"],
    ),
    "fce": lambda: MatchingNetwork(**SMALL, support_embedding="lstm", query_steps=3),
    "set": lambda: MatchingNetwork(**SMALL, support_embedding="set", query_steps=2),
    "siamese": lambda: SiameseNetwork(**SMALL),
    "mann": lambda: MANN(max_way=6, **SMALL, **MEMORY),
    "mann_own": lambda: MANN(
        max_way=6, **SMALL, controller_units=12, memory_slots=16, memory_dim=8, heads=2, shifted_labels=False
    ),
}
ORDER_FREE = ("plain", "residual", "tta_views", "ensemble", "local", "mixed", "set", "siamese")


@pytest.fixture(scope="module")
def networks():
    built = {}
    for name, make in NETWORKS.items():
        keras.utils.set_random_seed(3)
        built[name] = make()
        rng = np.random.default_rng(0)
        for w in built[name].weights:  # no zero biases or unit variances: everything has to count
            if "variance" not in w.path and "log_scale" not in w.path:
                w.assign(keras.ops.convert_to_numpy(w) + rng.normal(0, 0.05, w.shape).astype("float32"))
    return built


def episode(seed=0, way=4, shot=2, n_query=3):
    stream = EpisodeDataset(
        glyphs.generate(2, 4, 6, seed=5).images, way=way, shot=shot, n_query=n_query, seed=seed, steps=1
    )
    return stream[0]


def probabilities(network, inputs):
    return np.exp(keras.ops.convert_to_numpy(network(inputs)))


@pytest.mark.parametrize("name", NETWORKS)
def test_probabilities_of_every_query(networks, name):
    inputs, _ = episode()
    p = probabilities(networks[name], inputs)
    assert p.shape == (1, 12, 4)
    np.testing.assert_allclose(p.sum(-1), 1, atol=1e-4)


@pytest.mark.parametrize("name", NETWORKS)
def test_padding_of_unbalanced_support_changes_nothing(networks, name):
    inputs, _ = episode()
    p = probabilities(networks[name], inputs)
    padded = {
        "support": np.concatenate([inputs["support"], np.ones((1, 3, 28, 28, 1), "float32")], 1),
        "labels": np.concatenate([inputs["labels"], np.zeros((1, 3, 4), "float32")], 1),
        "query": inputs["query"],
        "mask": np.arange(11)[None] < 8,
    }
    np.testing.assert_allclose(probabilities(networks[name], padded), p, atol=2e-5)


@pytest.mark.parametrize("name", NETWORKS)
def test_no_query_sees_another(networks, name):
    inputs, _ = episode()
    p = probabilities(networks[name], inputs)
    one = probabilities(networks[name], {**inputs, "query": inputs["query"][:, 5:6]})
    np.testing.assert_allclose(one[:, 0], p[:, 5], atol=2e-5)


@pytest.mark.parametrize("name", ORDER_FREE)
@settings(max_examples=2, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_order_and_repetition_of_the_support_change_nothing(networks, name, seed):
    inputs, _ = episode(seed)
    p = probabilities(networks[name], inputs)
    order = np.random.default_rng(seed).permutation(8)
    mixed = {**inputs, "support": inputs["support"][:, order], "labels": inputs["labels"][:, order]}
    np.testing.assert_allclose(probabilities(networks[name], mixed), p, atol=2e-5)
    twice = {k: np.concatenate([inputs[k]] * 2, axis=1) for k in ("support", "labels", "mask")}
    np.testing.assert_allclose(probabilities(networks[name], {**inputs, **twice}), p, atol=2e-5)


@pytest.mark.parametrize("name", [name for name in NETWORKS if "mann" not in name])
@settings(max_examples=2, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_renaming_classes_renames_probabilities(networks, name, seed):
    inputs, _ = episode(seed)
    names = np.random.default_rng(seed).permutation(4)
    renamed = probabilities(networks[name], {**inputs, "labels": inputs["labels"][..., names]})
    np.testing.assert_allclose(renamed, probabilities(networks[name], inputs)[..., names], atol=2e-5)


def test_the_bidirectional_g_does_depend_on_order(networks):
    inputs, _ = episode()
    back = {**inputs, "support": inputs["support"][:, ::-1], "labels": inputs["labels"][:, ::-1]}
    change = probabilities(networks["fce"], back) - probabilities(networks["fce"], inputs)
    assert np.abs(change).max() > 1e-5


@pytest.mark.parametrize("name", ["plain", "fce", "set", "siamese"])
def test_attention_rows_sum_to_one(networks, name):
    inputs, _ = episode()
    attention = networks[name].attention(inputs)
    assert attention.shape == (1, 12, 8)
    np.testing.assert_allclose(attention.sum(-1), 1, atol=1e-5)
    if name != "siamese":  # whose answer is its best pair
        np.testing.assert_allclose(attention @ inputs["labels"], probabilities(networks[name], inputs), atol=1e-5)


def test_attention_of_each_step(networks):
    inputs, _ = episode()
    attention_weights = networks["fce"].attention_steps(inputs)
    assert attention_weights.shape == (1, 3, 12, 8)
    np.testing.assert_allclose(attention_weights.sum(-1), 1, atol=1e-5)
    with pytest.raises(ValueError, match="query_steps=0"):
        networks["plain"].attention_steps(inputs)


def test_half_precision_trains_and_copies_to_single(networks):
    network = MatchingNetwork(**SMALL, dtype="mixed_bfloat16")
    network.set_weights(networks["plain"].get_weights())
    inputs, _ = episode()
    assert {keras.backend.standardize_dtype(w.dtype) for w in network.weights} == {"float32"}
    np.testing.assert_allclose(
        probabilities(copy(network), inputs), probabilities(networks["plain"], inputs), atol=1e-5
    )
    assert np.abs(probabilities(network, inputs) - probabilities(networks["plain"], inputs)).max() < 0.1


def test_statistics_are_the_episodes_while_training_and_moving_otherwise(networks):
    inputs, _ = episode()
    network = networks["plain"]
    apart = np.concatenate([keras.ops.convert_to_numpy(network.embed(inputs["query"][0, i : i + 1])) for i in range(3)])
    together = keras.ops.convert_to_numpy(network.embed(inputs["query"][0, :3]))
    np.testing.assert_allclose(apart, together, atol=1e-5)
    network = copy(network)
    trained = keras.ops.convert_to_numpy(network.embed(inputs["query"][0, :3], training=True))
    assert np.abs(trained - together).max() > 1e-3


def test_views_average_embeddings(networks):
    images = episode()[0]["query"][0, :2]
    network = networks["tta_views"]
    views = keras.ops.convert_to_numpy(network.embedding.augmentation(images))
    np.testing.assert_allclose(views[:, 0], images, atol=1e-6)
    each = keras.ops.convert_to_numpy(network.backbone(views.reshape(8, 28, 28, 1))).reshape(2, 4, -1)
    want = (each / np.linalg.norm(each, axis=-1, keepdims=True)).mean(1)
    np.testing.assert_allclose(keras.ops.convert_to_numpy(network.embed(images)), want, atol=1e-5)


def test_encoding_many_images_in_batches(networks):
    images = glyphs.generate(1, 3, 5).images
    embeddings = embed_images(networks["plain"], images, batch_size=4)
    assert embeddings.shape == (3, 5, 8)
    ink = images[2, 1:2].astype("float32")[..., None] / 255
    np.testing.assert_allclose(embeddings[2, 1], keras.ops.convert_to_numpy(networks["plain"].embed(ink))[0], atol=1e-5)


def test_an_ensemble_compares_by_the_mean_of_its_members_cosines():
    members = [
        {"backbone": "conv4", "filters": 8},
        {"backbone": "residual", "filters": [8, 8], "embedding_dim": 5, "stem": True},
    ]
    joint = MatchingNetwork("ensemble", {"members": members})
    images = np.random.default_rng(0).random((1, 6, 28, 28, 1)).astype("float32")
    embeddings = joint.embed(images[0])[None]
    got = keras.ops.convert_to_numpy(joint.similarity(embeddings, embeddings))
    want = []
    for member in joint.backbone.members:
        embedding = keras.ops.convert_to_numpy(member(images[0]))
        embedding = embedding / np.linalg.norm(embedding, axis=1, keepdims=True)
        want.append(embedding @ embedding.T)
    assert joint.embedding_dim == 8 + 5
    np.testing.assert_allclose(got[0], np.mean(want, axis=0), atol=1e-4)


def test_members_with_kernels_of_their_own_are_averaged(networks):
    network, images = networks["mixed"], episode()[0]["query"][0]
    plain, local = network.backbone.members
    kernels = network.matching_attention.members
    apart = [kernel.logits(m(images)[None], m(images)[None]) for m, kernel in zip((plain, local), kernels, strict=True)]
    want = np.mean([keras.ops.convert_to_numpy(one) for one in apart], axis=0)
    embeddings = network.embed(images)[None]
    got = keras.ops.convert_to_numpy(network.matching_attention.logits(embeddings, embeddings))
    np.testing.assert_allclose(got, want, atol=2e-4)
    scales = [keras.ops.convert_to_numpy(kernel.scale) for kernel in kernels]
    alike = np.mean([keras.ops.convert_to_numpy(one) / scale for one, scale in zip(apart, scales, strict=True)], axis=0)
    np.testing.assert_allclose(keras.ops.convert_to_numpy(network.similarity(embeddings, embeddings)), alike, atol=2e-5)


def test_an_ensemble_needs_members():
    with pytest.raises(ValueError, match="members is empty"):
        make_backbone("ensemble", {"members": []})
    with pytest.raises(ValueError, match="backbone='vgg'"):
        make_backbone("ensemble", {"members": [{"backbone": "vgg"}]})


@pytest.mark.parametrize(("pool", "length"), [("valid", 64), ("same", 256)])
def test_the_papers_encoder_shrinks_28_to_1_or_2(pool, length):
    network = MatchingNetwork("conv4", {"pool_padding": pool})
    assert network.embedding_dim == length
    assert network.embed(np.zeros((2, 28, 28, 1), "float32")).shape == (2, length)


@pytest.mark.parametrize(
    ("arguments", "match"),
    [
        ({"backbone": "resnet"}, "'conv4', 'residual'"),
        ({"support_embedding": "bi-lstm"}, "'lstm', 'set'"),
        ({"similarity": "cos"}, "'plain_cosine'"),
        ({"similarity": "aligned"}, "backbone='local'"),
        ({"similarity": ["cosine", "aligned"]}, "lists 2, and the backbone has 0 members"),
        ({"backbone": "local", "similarity": "aligned", "query_steps": 2}, "full context would mix"),
        ({"backbone": "local", "backbone_options": {"filters": [8]}}, "a list of 2 items"),
        ({"tta_views": 0}, "tta_views"),
        ({"query_steps": -1}, "steps"),
    ],
)
def test_wrong_arguments_are_named(arguments, match):
    with pytest.raises(ValueError, match=match):
        MatchingNetwork(**arguments)


def test_wrong_inputs_are_named(networks):
    inputs, _ = episode()
    with pytest.raises(ValueError, match="labels"):
        networks["plain"].attention({"support": inputs["support"], "query": inputs["query"]})
    with pytest.raises(ValueError, match="2 inputs"):
        networks["plain"].attention((inputs["support"], inputs["query"]))


def test_mann_takes_fewer_classes_but_not_more(networks):
    inputs, _ = episode(way=7, shot=1)
    with pytest.raises(ValueError, match="max_way=6"):
        networks["mann"](inputs)
    assert probabilities(networks["mann"], episode(way=2)[0]).shape == (1, 6, 2)


@pytest.mark.parametrize(("name", "late"), [("mann", True), ("mann_own", False)])
def test_mann_shows_a_label_with_its_own_image_or_with_the_next(networks, monkeypatch, name, late):
    inputs, _ = episode(way=3, shot=1)
    shown, step = [], networks[name].memory._step

    def spy(embedding, label, state):
        shown.append(keras.ops.convert_to_numpy(label)[0, :3])
        return step(embedding, label, state)

    monkeypatch.setattr(networks[name].memory, "_step", spy)
    networks[name](inputs)
    none = np.zeros((1, 3))
    want = [none, inputs["labels"][0]] if late else [inputs["labels"][0], none]
    np.testing.assert_array_equal(shown, np.concatenate(want))


def test_siamese_answers_with_its_best_pair(networks):
    inputs, _ = episode()
    network = networks["siamese"]
    support, query = network.embed_episode(inputs["support"], inputs["query"])
    pairs = keras.ops.convert_to_numpy(network.pair_logits(support, query))[0]
    best = np.argmax(inputs["labels"][0][pairs.argmax(-1)], axis=-1)
    assert (probabilities(network, inputs)[0].argmax(-1) == best).all()
