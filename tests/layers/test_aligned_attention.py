import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pnzoo.layers import AlignedAttention, JointAttention, MatchingAttention
from pnzoo.layers.few_shot import aligned_attention
from tests.layers import numpy_matching as reference
from tests.layers.checks import array, check_layer, randomise

SIDE, CHANNELS = 3, 4


def codes(count, seed=0, batch=2):
    return np.random.default_rng(seed).normal(size=(batch, count, SIDE**2 * CHANNELS)).astype("float32")


def layer(seed=1, **options):
    made = AlignedAttention(SIDE, CHANNELS, **options)
    made.build()
    return randomise(made, seed)


def test_it_follows_the_equation():
    kernel, query, support = layer(), codes(3), codes(4, seed=5)
    sharpness, nearness = np.exp(array(kernel.log_sharpness)), array(kernel.nearness)
    places = (SIDE**2, CHANNELS)
    want = [
        [
            [reference.aligned(q.reshape(places), s.reshape(places), SIDE, sharpness, nearness) for s in of_support]
            for q in of_query
        ]
        for of_query, of_support in zip(query, support, strict=True)
    ]
    np.testing.assert_allclose(array(kernel.alike(query, support)), want, atol=2e-6)
    scaled = np.array(want) * array(kernel.scale)
    np.testing.assert_allclose(array(kernel.similarity(query, support)), scaled, rtol=1e-4, atol=1e-5)


def test_a_large_support_is_compared_in_parts(monkeypatch):
    kernel, query, support = layer(), codes(3), codes(7, seed=5)
    whole = array(kernel.alike(query, support))
    monkeypatch.setattr(aligned_attention, "MOST_PAIRS", 2 * 2 * 3 * SIDE**4)  # two support codes at a time
    np.testing.assert_allclose(array(kernel.alike(query, support)), whole, atol=1e-6)


def test_a_drawing_is_most_like_itself_and_stays_so_a_place_aside():
    kernel = AlignedAttention(5, 8)
    kernel.build()
    grid = np.zeros((3, 5, 5, 8), "float32")
    grid[:, 1:4, 1:3] = np.random.default_rng(0).normal(size=(3, 3, 2, 8))
    aside = np.roll(grid, 1, axis=2)
    still, moved = (x.reshape(1, 3, -1) for x in (grid, aside))
    plain = array(MatchingAttention().alike(moved, still))[0]
    alike = array(kernel.alike(moved, still))[0]
    assert (alike.argmax(1) == np.arange(3)).all()
    assert (np.diag(alike) > np.diag(plain) + 0.2).all()  # plain codes hardly agree on a moved drawing
    assert np.abs(array(kernel.alike(still, still))).max() <= 1 + 1e-5


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_order_repetition_and_size_of_codes_do_not_matter(seed):
    kernel, query, support = layer(), codes(2, seed, batch=1), codes(4, seed + 1, batch=1)
    labels = np.eye(4, dtype="float32")[None]
    p = np.exp(array(kernel((support, labels, query))))
    order = np.random.default_rng(seed).permutation(4)
    np.testing.assert_allclose(np.exp(array(kernel((support[:, order], labels[:, order], query)))), p, atol=1e-5)
    twice = [np.concatenate([x, x], axis=1) for x in (support, labels)]
    np.testing.assert_allclose(np.exp(array(kernel((*twice, query)))), p, atol=1e-5)
    np.testing.assert_allclose(np.exp(array(kernel((3 * support, labels, query / 2)))), p, atol=1e-5)


def test_empty_drawings_and_extreme_sharpness_stay_finite():
    kernel = layer()
    kernel.log_sharpness.assign(np.log(35.0).astype("float32"))
    opposite = np.concatenate([codes(2), -codes(2), 0 * codes(1)], axis=1)
    assert np.isfinite(array(kernel.alike(opposite, opposite))).all()


def test_it_is_a_good_layer(tmp_path):
    inputs = [codes(3), np.tile(np.eye(3, dtype="float32"), (2, 1, 1)), codes(2, seed=7)]
    check_layer(lambda **o: AlignedAttention(SIDE, CHANNELS, **o), inputs, tmp_path, lambda made, *x: made(tuple(x)))


def test_joint_parts_keep_their_own_kernels(tmp_path):
    query, support = codes(3), codes(4, seed=5)
    parts = [layer(2), MatchingAttention(scale=7.0), MatchingAttention("dot")]
    lengths = [SIDE**2 * CHANNELS, 5, 6]
    joint = JointAttention(parts, lengths)
    joint.build()
    long_query, long_support = (np.concatenate([x, x[..., :11]], axis=-1) for x in (query, support))
    one = array(parts[0].similarity(query, support))
    two = array(parts[1].similarity(query[..., :5], support[..., :5]))
    three = array(parts[2].similarity(query[..., 5:11], support[..., 5:11]))
    got = array(joint.similarity(long_query, long_support))
    np.testing.assert_allclose(got, (one + two + three) / 3, rtol=1e-4, atol=1e-5)

    def make(**options):
        return JointAttention([AlignedAttention(SIDE, CHANNELS), MatchingAttention()], lengths[:2], **options)

    inputs = [long_support[..., :-6], np.tile(np.eye(4, dtype="float32"), (2, 1, 1)), long_query[..., :-6]]
    check_layer(make, inputs, tmp_path, lambda made, *x: made(tuple(x)))


@pytest.mark.parametrize(
    ("make", "match"),
    [
        (lambda: AlignedAttention(3, 5), "channels=5"),
        (lambda: AlignedAttention(3, 0), "channels=0"),
        (lambda: AlignedAttention(3, 4, scale=-1.0), "scale"),
        (lambda: layer().alike(codes(1)[..., :-1], codes(1)), "length 35, expected 9 places x 4"),
        (lambda: JointAttention([MatchingAttention()], [1, 2]), "1 parts and lengths 2"),
        (lambda: JointAttention([], []), "0 parts"),
    ],
)
def test_wrong_arguments_are_named(make, match):
    with pytest.raises(ValueError, match=match):
        make()
