import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pnzoo.layers import AlignedAttention, EnsembleAttention, MatchingAttention
from pnzoo.layers.few_shot import aligned_attention
from tests.layers import numpy_matching as reference
from tests.layers.checks import array, check_layer, randomise

SIDE, CHANNELS = 3, 4


def embeddings(count, seed=0, batch=2):
    return np.random.default_rng(seed).normal(size=(batch, count, SIDE**2 * CHANNELS)).astype("float32")


def layer(seed=1, **options):
    made = AlignedAttention(SIDE, CHANNELS, **options)
    made.build(None)
    return randomise(made, seed)


def test_it_follows_the_equation():
    kernel, query, support = layer(), embeddings(3), embeddings(4, seed=5)
    inverse_temperature, position_bias = np.exp(array(kernel.log_inverse_temperature)), array(kernel.position_bias)
    places = (SIDE**2, CHANNELS)
    want = [
        [
            [reference.aligned(q.reshape(places), s.reshape(places), SIDE, inverse_temperature, position_bias)
             for s in of_support]
            for q in of_query
        ]
        for of_query, of_support in zip(query, support, strict=True)
    ]
    np.testing.assert_allclose(array(kernel.similarity(query, support)), want, atol=2e-6)
    scaled = np.array(want) * array(kernel.scale)
    np.testing.assert_allclose(array(kernel.logits(query, support)), scaled, rtol=1e-4, atol=1e-5)


def test_a_large_support_is_compared_in_parts(monkeypatch):
    kernel, query, support = layer(), embeddings(3), embeddings(7, seed=5)
    whole = array(kernel.similarity(query, support))
    monkeypatch.setattr(aligned_attention, "MAX_PAIRS", 2 * 2 * 3 * SIDE**4)  # two support embeddings at a time
    np.testing.assert_allclose(array(kernel.similarity(query, support)), whole, atol=1e-6)


def test_a_drawing_is_most_like_itself_and_stays_so_a_place_aside():
    kernel = AlignedAttention(5, 8)
    kernel.build(None)
    grid = np.zeros((3, 5, 5, 8), "float32")
    grid[:, 1:4, 1:3] = np.random.default_rng(0).normal(size=(3, 3, 2, 8))
    aside = np.roll(grid, 1, axis=2)
    still, moved = (x.reshape(1, 3, -1) for x in (grid, aside))
    plain = array(MatchingAttention().similarity(moved, still))[0]
    alike = array(kernel.similarity(moved, still))[0]
    assert (alike.argmax(1) == np.arange(3)).all()
    assert (np.diag(alike) > np.diag(plain) + 0.2).all()  # plain embeddings hardly agree on a moved drawing
    assert np.abs(array(kernel.similarity(still, still))).max() <= 1 + 1e-5


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_order_repetition_and_size_of_codes_do_not_matter(seed):
    kernel, query, support = layer(), embeddings(2, seed, batch=1), embeddings(4, seed + 1, batch=1)
    labels = np.eye(4, dtype="float32")[None]
    p = np.exp(array(kernel((support, labels, query))))
    order = np.random.default_rng(seed).permutation(4)
    np.testing.assert_allclose(np.exp(array(kernel((support[:, order], labels[:, order], query)))), p, atol=1e-5)
    twice = [np.concatenate([x, x], axis=1) for x in (support, labels)]
    np.testing.assert_allclose(np.exp(array(kernel((*twice, query)))), p, atol=1e-5)
    np.testing.assert_allclose(np.exp(array(kernel((3 * support, labels, query / 2)))), p, atol=1e-5)


def test_empty_drawings_and_extreme_sharpness_stay_finite():
    kernel = layer()
    kernel.log_inverse_temperature.assign(np.log(35.0).astype("float32"))
    opposite = np.concatenate([embeddings(2), -embeddings(2), 0 * embeddings(1)], axis=1)
    assert np.isfinite(array(kernel.similarity(opposite, opposite))).all()


def test_it_is_a_good_layer(tmp_path):
    inputs = [embeddings(3), np.tile(np.eye(3, dtype="float32"), (2, 1, 1)), embeddings(2, seed=7)]
    check_layer(lambda **o: AlignedAttention(SIDE, CHANNELS, **o), inputs, tmp_path, lambda made, *x: made(tuple(x)))


def test_joint_parts_keep_their_own_kernels(tmp_path):
    query, support = embeddings(3), embeddings(4, seed=5)
    parts = [layer(2), MatchingAttention(scale=7.0), MatchingAttention("dot")]
    lengths = [SIDE**2 * CHANNELS, 5, 6]
    joint = EnsembleAttention(parts, lengths)
    joint.build([(None, None, sum(lengths)), (None, None, None), (None, None, sum(lengths))])
    long_query, long_support = (np.concatenate([x, x[..., :11]], axis=-1) for x in (query, support))
    one = array(parts[0].logits(query, support))
    two = array(parts[1].logits(query[..., :5], support[..., :5]))
    three = array(parts[2].logits(query[..., 5:11], support[..., 5:11]))
    got = array(joint.logits(long_query, long_support))
    np.testing.assert_allclose(got, (one + two + three) / 3, rtol=1e-4, atol=1e-5)

    def make(**options):
        return EnsembleAttention([AlignedAttention(SIDE, CHANNELS), MatchingAttention()], lengths[:2], **options)

    inputs = [long_support[..., :-6], np.tile(np.eye(4, dtype="float32"), (2, 1, 1)), long_query[..., :-6]]
    check_layer(make, inputs, tmp_path, lambda made, *x: made(tuple(x)))


@pytest.mark.parametrize(
    ("make", "match"),
    [
        (lambda: AlignedAttention(3, 5), "channels=5"),
        (lambda: AlignedAttention(3, 0), "channels=0"),
        (lambda: AlignedAttention(3, 4, scale=-1.0), "scale"),
        (lambda: layer().similarity(embeddings(1)[..., :-1], embeddings(1)), "length 35, expected 9 locations x 4"),
        (lambda: EnsembleAttention([MatchingAttention()], [1, 2]), "1 members and 2 dims"),
        (lambda: EnsembleAttention([], []), "0 members"),
    ],
)
def test_wrong_arguments_are_named(make, match):
    with pytest.raises(ValueError, match=match):
        make()
