import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pnzoo.data import glyphs
from pnzoo.data.episode_dataset import EpisodeStream
from pnzoo.few_shot.fine_tuning import copy
from pnzoo.models import MANN, MatchingNetwork, SiameseNetwork
from pnzoo.models.backbones.convolutional import make_encoder
from pnzoo.models.few_shot.matching import encode_all

SMALL = {"encoder_options": {"filters": 8}}
NETWORKS = {
    "plain": lambda: MatchingNetwork(**SMALL),
    "residual": lambda: MatchingNetwork("residual", {"widths": [4, 6, 8], "code": 12}),
    "views": lambda: MatchingNetwork(**SMALL, views=4),
    "joint": lambda: MatchingNetwork("joint", {"members": [{"encoder": "conv4", "filters": 4}] * 2}, views=2),
    "local": lambda: MatchingNetwork("local", {"widths": [4, 6], "channels": 4}, kernel="aligned", views=2),
    "mixed": lambda: MatchingNetwork(
        "joint",
        {"members": [{"encoder": "conv4", "filters": 4}, {"encoder": "local", "widths": [4, 6], "channels": 4}]},
        kernel=["cosine", "aligned"],
    ),
    "fce": lambda: MatchingNetwork(**SMALL, support_context="lstm", query_steps=3),
    "set": lambda: MatchingNetwork(**SMALL, support_context="set", query_steps=2),
    "siamese": lambda: SiameseNetwork(**SMALL),
    "mann": lambda: MANN(max_way=6, **SMALL, controller=12, slots=16, width=8, heads=2),
    "mann_own": lambda: MANN(max_way=6, **SMALL, controller=12, slots=16, width=8, heads=2, late_labels=False),
}
ORDER_FREE = ("plain", "residual", "views", "joint", "local", "mixed", "set", "siamese")


@pytest.fixture(scope="module")
def networks():
    built = {}
    for name, make in NETWORKS.items():
        keras.utils.set_random_seed(3)
        built[name] = make()
        built[name].build_weights()
        rng = np.random.default_rng(0)
        for w in built[name].weights:  # no zero biases or unit variances: everything has to count
            if "variance" not in w.path and "log_scale" not in w.path:
                w.assign(keras.ops.convert_to_numpy(w) + rng.normal(0, 0.05, w.shape).astype("float32"))
    return built


def episode(seed=0, way=4, shot=2, queries=3):
    stream = EpisodeStream(
        glyphs.generate(2, 4, 6, seed=5).images, way=way, shot=shot, queries=queries, seed=seed, steps=1
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
    as_tuple = tuple(inputs[key] for key in ("support", "labels", "query", "mask"))
    np.testing.assert_allclose(probabilities(networks[name], as_tuple), p, atol=1e-5)
    np.testing.assert_allclose(probabilities(networks[name], as_tuple[:3]), p, atol=1e-5)


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
@settings(max_examples=8, deadline=None)
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
@settings(max_examples=8, deadline=None)
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
    looks = networks["fce"].attention_steps(inputs)
    assert looks.shape == (1, 3, 12, 8)
    np.testing.assert_allclose(looks.sum(-1), 1, atol=1e-5)
    with pytest.raises(ValueError, match="query_steps=0"):
        networks["plain"].attention_steps(inputs)


@pytest.mark.parametrize("name", NETWORKS)
def test_configuration_and_weights_make_the_same_network(networks, name, tmp_path):
    inputs, _ = episode()
    networks[name].save_weights(tmp_path / "network.weights.h5")
    again = type(networks[name])(**networks[name].get_config())
    again.build_weights()
    again.load_weights(tmp_path / "network.weights.h5")
    np.testing.assert_allclose(probabilities(again, inputs), probabilities(networks[name], inputs), atol=1e-6)


@pytest.mark.parametrize("name", NETWORKS)
def test_one_step_of_fit_trains_every_part(name):
    network = NETWORKS[name]()
    network.compile("sgd", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    inputs, y = episode()
    network.build_weights()
    before = [keras.ops.convert_to_numpy(w).copy() for w in network.trainable_weights]
    network.train_on_batch(inputs, y)
    still = [w.path for w, b in zip(network.trainable_weights, before, strict=True) if np.array_equal(w, b)]
    # Queries push the Siamese bias up as much as others push it down: a softmax over classes has no use for it.
    assert [path for path in still if not (name == "siamese" and path.endswith("bias"))] == []


def test_half_precision_trains_and_copies_to_single(networks):
    network = MatchingNetwork(**SMALL, dtype="mixed_bfloat16")
    network.build_weights()
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
    apart = np.concatenate(
        [keras.ops.convert_to_numpy(network.encode(inputs["query"][0, i : i + 1])) for i in range(3)]
    )
    together = keras.ops.convert_to_numpy(network.encode(inputs["query"][0, :3]))
    np.testing.assert_allclose(apart, together, atol=1e-5)
    network = copy(network)
    trained = keras.ops.convert_to_numpy(network.encode(inputs["query"][0, :3], training=True))
    assert np.abs(trained - together).max() > 1e-3


def test_views_average_codes(networks):
    image = episode()[0]["query"][0, :2]
    network = networks["views"]
    each = keras.ops.convert_to_numpy(network.encoder(network.views(image))).reshape(4, 2, -1)
    np.testing.assert_allclose(keras.ops.convert_to_numpy(network.views(image))[:2], image, atol=1e-6)
    want = (each / np.linalg.norm(each, axis=-1, keepdims=True)).mean(0)
    np.testing.assert_allclose(keras.ops.convert_to_numpy(network.encode(image)), want, atol=1e-5)


def test_encoding_many_images_in_batches(networks):
    images = glyphs.generate(1, 3, 5).images
    codes = encode_all(networks["plain"], images, batch_size=4)
    assert codes.shape == (3, 5, 8)
    ink = images[2, 1:2].astype("float32")[..., None] / 255
    np.testing.assert_allclose(codes[2, 1], keras.ops.convert_to_numpy(networks["plain"].encode(ink))[0], atol=1e-5)


def test_a_joint_code_compares_by_the_mean_of_its_members_cosines():
    members = [{"encoder": "conv4", "filters": 8}, {"encoder": "residual", "widths": [8, 8], "code": 5, "stem": True}]
    joint = MatchingNetwork("joint", {"members": members})
    joint.build_weights()
    images = np.random.default_rng(0).random((1, 6, 28, 28, 1)).astype("float32")
    codes = joint.encode(images[0])[None]
    got = keras.ops.convert_to_numpy(joint.similarity(codes, codes))
    want = []
    for member in joint.encoder.members:
        code = keras.ops.convert_to_numpy(member(images[0]))
        code = code / np.linalg.norm(code, axis=1, keepdims=True)
        want.append(code @ code.T)
    assert joint.code_length == 8 + 5
    np.testing.assert_allclose(got[0], np.mean(want, axis=0), atol=1e-4)


def test_members_with_kernels_of_their_own_are_averaged(networks):
    network, images = networks["mixed"], episode()[0]["query"][0]
    plain, local = network.encoder.members
    kernels = network.attention_kernel.kernels
    apart = [
        kernel.similarity(m(images)[None], m(images)[None]) for m, kernel in zip((plain, local), kernels, strict=True)
    ]
    want = np.mean([keras.ops.convert_to_numpy(one) for one in apart], axis=0)
    codes = network.encode(images)[None]
    got = keras.ops.convert_to_numpy(network.attention_kernel.similarity(codes, codes))
    np.testing.assert_allclose(got, want, atol=2e-4)
    scales = [keras.ops.convert_to_numpy(kernel.scale) for kernel in kernels]
    alike = np.mean([keras.ops.convert_to_numpy(one) / scale for one, scale in zip(apart, scales, strict=True)], axis=0)
    np.testing.assert_allclose(keras.ops.convert_to_numpy(network.similarity(codes, codes)), alike, atol=2e-5)


def test_a_joint_encoder_needs_members():
    with pytest.raises(ValueError, match="members is empty"):
        make_encoder("joint", {"members": []})
    with pytest.raises(ValueError, match="encoder='vgg'"):
        make_encoder("joint", {"members": [{"encoder": "vgg"}]})


@pytest.mark.parametrize(("pool", "length"), [("valid", 64), ("same", 256)])
def test_the_papers_encoder_shrinks_28_to_1_or_2(pool, length):
    network = MatchingNetwork("conv4", {"pool": pool})
    assert network.code_length == length
    assert network.encode(np.zeros((2, 28, 28, 1), "float32")).shape == (2, length)


@pytest.mark.parametrize(
    ("arguments", "match"),
    [
        ({"encoder": "resnet"}, "'conv4', 'residual'"),
        ({"support_context": "bi-lstm"}, "'lstm' or 'set'"),
        ({"kernel": "cos"}, "'plain_cosine'"),
        ({"kernel": "aligned"}, "encoder='local'"),
        ({"kernel": ["cosine", "aligned"]}, "lists 2, and the encoder has 0 members"),
        ({"encoder": "local", "kernel": "aligned", "query_steps": 2}, "a context would mix"),
        ({"encoder": "local", "encoder_options": {"widths": [8]}}, "two stages"),
        ({"views": 0}, "views"),
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
    shown, step = [], networks[name]._step

    def spy(code, label, state):
        shown.append(keras.ops.convert_to_numpy(label)[0, :3])
        return step(code, label, state)

    monkeypatch.setattr(networks[name], "_step", spy)
    networks[name](inputs)
    none = np.zeros((1, 3))
    want = [none, inputs["labels"][0]] if late else [inputs["labels"][0], none]
    np.testing.assert_array_equal(shown, np.concatenate(want))


def test_siamese_answers_with_its_best_pair(networks):
    inputs, _ = episode()
    network = networks["siamese"]
    support, query = network.encode_episode(inputs["support"], inputs["query"])
    pairs = keras.ops.convert_to_numpy(network.pair_logits(support, query))[0]
    best = np.argmax(inputs["labels"][0][pairs.argmax(-1)], axis=-1)
    assert (probabilities(network, inputs)[0].argmax(-1) == best).all()
