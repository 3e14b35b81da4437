import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pnzoo.layers import MatchingAttention
from tests.layers import numpy_matching as reference

SIMILARITY = {
    "cosine": lambda a, b: 10 * reference.cosine(a, b),
    "plain_cosine": reference.cosine,
    "dot": np.dot,
    "euclidean": lambda a, b: -((a - b) ** 2).sum(),
}


def episode(seed=0, batch=2, way=3, shot=2, queries=4, width=8):
    rng = np.random.default_rng(seed)
    labels = np.eye(way, dtype="float32")[np.tile(np.repeat(np.arange(way), shot), (batch, 1))]
    support = rng.normal(size=(batch, way * shot, width)).astype("float32")
    query = rng.normal(size=(batch, queries, width)).astype("float32")
    return support, labels, query


def array(x):
    return keras.ops.convert_to_numpy(x)


@pytest.mark.parametrize("kernel", SIMILARITY)
def test_kernels_follow_the_equations(kernel):
    support, labels, query = episode()
    got = np.exp(array(MatchingAttention(kernel)((support, labels, query))))
    want = [reference.matching(q, s, y, SIMILARITY[kernel]) for q, s, y in zip(query, support, labels, strict=True)]
    np.testing.assert_allclose(got, want, rtol=2e-4, atol=1e-6)


def test_padding_takes_no_part():
    support, labels, query = episode()
    layer = MatchingAttention()
    whole = array(layer((support[:, :4], labels[:, :4], query)))
    mask = np.arange(6)[None] < 4
    support[:, 4:] = 99
    np.testing.assert_allclose(array(layer((support, labels, query, np.tile(mask, (2, 1))))), whole, atol=1e-5)
    attention = np.exp(array(layer.log_attention(query, support, np.tile(mask, (2, 1)))))
    np.testing.assert_allclose(attention.sum(-1), 1, atol=1e-5)
    assert (attention[:, :, 4:] == 0).all()


def test_far_apart_codes_give_finite_loss_and_gradient_range():
    support, labels, query = episode()
    log_p = array(MatchingAttention("euclidean")((100 * support, labels, -100 * query)))
    assert np.isfinite(log_p).all()
    assert log_p.min() < -1000  # a probability would be 0 here and its logarithm minus infinity


def test_a_class_without_support_is_never_chosen():
    support, labels, query = episode()
    wide = np.concatenate([labels, np.zeros_like(labels[:, :, :1])], -1)
    log_p = array(MatchingAttention()((support, wide, query)))
    assert np.isfinite(log_p).all()
    assert (log_p[..., -1] < -1e6).all()


def test_the_scale_is_learned_and_positive():
    layer = MatchingAttention(scale=7.0)
    layer.build(None)
    assert [w.name for w in layer.trainable_weights] == ["log_scale"]
    assert float(array(layer.scale)) == pytest.approx(7.0)
    assert MatchingAttention("plain_cosine").scale == 1.0


def test_plain_cosine_cannot_be_sure():
    """The trap that the scale is for: with 20 classes even a perfect match gets at most 0.28."""
    support = np.eye(20, dtype="float32")[None] - 1 / 20  # as far apart as 20 embeddings can be
    opposite = np.concatenate([support[:, :1], -np.repeat(support[:, :1], 19, axis=1)], axis=1)
    p = np.exp(array(MatchingAttention("plain_cosine")((opposite, np.eye(20)[None], opposite[:, :1]))))
    assert p[0, 0, 0] == pytest.approx(np.e / (np.e + 19 / np.e), abs=1e-4)
    assert p[0, 0, 0] < 0.29


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10**6), kernel=st.sampled_from(list(SIMILARITY)))
def test_order_repetition_and_names_do_not_matter(seed, kernel):
    support, labels, query = episode(seed, batch=1)
    layer, rng = MatchingAttention(kernel), np.random.default_rng(seed)
    p = np.exp(array(layer((support, labels, query))))
    order = rng.permutation(support.shape[1])
    np.testing.assert_allclose(np.exp(array(layer((support[:, order], labels[:, order], query)))), p, atol=1e-5)
    twice = [np.concatenate([x, x], axis=1) for x in (support, labels)]
    np.testing.assert_allclose(np.exp(array(layer((*twice, query)))), p, atol=1e-5)
    names = rng.permutation(labels.shape[-1])
    renamed = np.exp(array(layer((support, labels[..., names], query))))
    np.testing.assert_allclose(renamed, p[..., names], atol=1e-5)


def test_config_round_trip():
    layer = MatchingAttention("euclidean", scale=0.5, learn_scale=True)
    again = MatchingAttention.from_config(layer.get_config())
    assert again.get_config() == layer.get_config()


def test_half_precision_codes_are_matched_in_single():
    support, labels, query = episode()
    layer = MatchingAttention(dtype="mixed_bfloat16")
    assert keras.backend.standardize_dtype(layer((support, labels, query)).dtype) == "float32"


@pytest.mark.parametrize("arguments", [{"similarity": "cos"}, {"scale": 0}, {"scale": -1.0}])
def test_wrong_arguments_are_named(arguments):
    with pytest.raises(ValueError, match=next(iter(arguments))):
        MatchingAttention(**arguments)
