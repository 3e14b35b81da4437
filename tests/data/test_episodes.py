import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pnzoo.data import episodes


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    way=st.integers(1, 8),
    shot=st.integers(1, 4),
    queries=st.integers(1, 4),
    counts=st.lists(st.integers(8, 12), min_size=8, max_size=12),
)
def test_no_query_is_a_support_image(seed, way, shot, queries, counts):
    episode = episodes.sample(counts, way, shot, queries, np.random.default_rng(seed))
    support, query = ({tuple(row) for row in rows.tolist()} for rows in (episode.support, episode.query))
    assert len(support) == way * shot  # and none is there twice
    assert len(query) == way * queries
    assert not support & query
    assert len(set(episode.classes.tolist())) == way
    for rows, label, each in (
        (episode.support, episode.support_label, shot),
        (episode.query, episode.query_label, queries),
    ):
        assert (rows[:, 0] == episode.classes[label]).all()
        assert (rows[:, 1] < np.array(counts)[rows[:, 0]]).all()
        assert np.bincount(label, minlength=way).tolist() == [each] * way


def test_same_seed_same_episode():
    a, b, c = (episodes.sample([9] * 30, 5, 2, 3, np.random.default_rng(s)) for s in (1, 1, 2))
    assert all((x == y).all() for x, y in zip(a, b, strict=True))
    assert not all((x == y).all() for x, y in zip(a, c, strict=True))


def test_every_class_and_drawing_gets_its_turn():
    rng = np.random.default_rng(0)
    seen = np.zeros((6, 4))
    for _ in range(600):
        rows = episodes.sample([4] * 6, 3, 1, 1, rng).query
        seen[rows[:, 0], rows[:, 1]] += 1
    assert seen.min() > 0.6 * seen.mean()


def test_the_order_of_the_support_gives_no_label_away():
    rng = np.random.default_rng(0)
    first = [episodes.sample([9] * 30, 5, 2, 1, rng).support_label[0] for _ in range(300)]
    assert np.bincount(first, minlength=5).min() > 30


def test_unbalanced_shots():
    rng = np.random.default_rng(0)
    episode = episodes.sample([20] * 9, 3, [1, 5, 2], 2, rng)
    assert np.bincount(episode.support_label).tolist() == [1, 5, 2]
    shots = {
        n
        for _ in range(40)
        for n in np.bincount(episodes.sample([20] * 9, 3, 1, 1, rng, shot_range=(2, 4)).support_label)
    }
    assert shots == {2, 3, 4}


def test_a_batch_pads_and_masks():
    rng = np.random.default_rng(0)
    images = rng.integers(0, 255, (9, 20, 4, 4)).astype("uint8")
    drawn = [episodes.sample([20] * 9, 3, shot, q, rng) for shot, q in (([1, 1, 1], 2), ([2, 3, 1], 1))]
    inputs, y = episodes.batch(images, drawn)
    assert inputs["support"].shape == (2, 6, 4, 4)
    assert inputs["labels"].shape == (2, 6, 3)
    assert inputs["query"].shape == (2, 6, 4, 4)
    assert inputs["mask"].tolist() == [[True] * 3 + [False] * 3, [True] * 6]
    assert (inputs["labels"].sum(-1) == inputs["mask"]).all()
    assert y[1].tolist()[3:] == [-1] * 3
    for b, episode in enumerate(drawn):
        for i, (c, d) in enumerate(episode.support):
            assert (inputs["support"][b, i] == images[c, d]).all()
            assert inputs["labels"][b, i].argmax() == episode.support_label[i]
        for i, (c, d) in enumerate(episode.query):
            assert (inputs["query"][b, i] == images[c, d]).all()
            assert y[b, i] == episode.query_label[i]


def test_classes_of_different_sizes_come_as_a_list():
    images = [np.full((n, 4, 4), n, "uint8") for n in (3, 5, 7)]
    episode = episodes.sample([3, 5, 7], 3, 1, 2, np.random.default_rng(0))
    inputs, _ = episodes.batch(images, [episode])
    assert (inputs["query"][0, :, 0, 0] == np.array([3, 5, 7])[episode.query[:, 0]]).all()


def test_within_one_alphabet():
    alphabet = np.array([0] * 4 + [1] * 6 + [2] * 3)
    rng = np.random.default_rng(0)
    seen = set()
    for _ in range(40):
        episode = episodes.sample([5] * 13, 4, 1, 1, rng, within=alphabet)
        assert len(set(alphabet[episode.classes])) == 1
        seen.add(alphabet[episode.classes[0]])
    assert seen == {0, 1}
    with pytest.raises(ValueError, match="largest has 6"):
        episodes.sample([5] * 13, 7, 1, 1, rng, within=alphabet)


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10**6), sizes=st.lists(st.integers(1, 7), min_size=1, max_size=6), data=st.data())
def test_whole_groups_meet(seed, sizes, data):
    group = np.repeat(np.arange(len(sizes)), sizes)
    way = data.draw(st.integers(1, len(group)))
    episode = episodes.sample([3] * len(group), way, 1, 1, np.random.default_rng(seed), within=group, several=True)
    assert len(set(episode.classes.tolist())) == way
    taken = np.bincount(group[episode.classes], minlength=len(sizes))
    cut = (taken > 0) & (taken < sizes)
    assert cut.sum() <= 1  # only the last group gives a part


def test_every_group_gets_its_turn():
    group, rng = np.repeat(np.arange(5), 4), np.random.default_rng(0)
    seen = np.zeros(20)
    for _ in range(300):
        seen[episodes.sample([3] * 20, 6, 1, 1, rng, within=group, several=True).classes] += 1
    assert seen.min() > 0.5 * seen.mean()


def test_more_classes_than_all_groups_have():
    with pytest.raises(ValueError, match="there are 8"):
        episodes.sample([3] * 8, 9, 1, 1, np.random.default_rng(0), within=[0] * 4 + [1] * 4, several=True)


@pytest.mark.parametrize(
    ("arguments", "match"),
    [
        ({"way": 10}, "there are 9"),
        ({"way": 0}, "way=0"),
        ({"shot": 18}, "class .* has 20 images, but shot=18 and n_query=3"),
        ({"shot": 0}, "shot=0"),
        ({"n_query": -1}, "n_query=-1"),
        ({"shot": [1, 2]}, r"\[1, 2\] is not understood"),
        ({"shot_range": (0, 2)}, "between 0 and 2"),
        ({"query_range": (3, 2)}, "n_query between 3 and 2"),
    ],
)
def test_impossible_episodes_are_explained(arguments, match):
    usual = {"counts": [20] * 9, "way": 3, "shot": 1, "n_query": 3, "rng": np.random.default_rng(0)}
    with pytest.raises(ValueError, match=match):
        episodes.sample(**{**usual, **arguments})


def test_former_ways_to_ask():
    counts, group = [9] * 12, np.repeat([0, 1], 6)

    def drawn(function, *arguments, **options):
        return function(*arguments, rng=np.random.default_rng(3), **options)

    def equal(one, other):
        return all((a == b).all() for a, b in zip(one, other, strict=True))

    with pytest.warns(DeprecationWarning, match="within=group"):
        former = episodes.sample_within(group, 4, 1, 1, np.random.default_rng(3), counts)
    assert equal(former, drawn(episodes.sample, counts, 4, 1, 1, within=group))
    with pytest.warns(DeprecationWarning, match="several=True"):
        former = episodes.sample_neighbours(group, 8, 1, 1, np.random.default_rng(3), counts)
    assert equal(former, drawn(episodes.sample, counts, 8, 1, 1, within=group, several=True))
    with pytest.warns(DeprecationWarning, match="shot_range"):
        former = drawn(episodes.sample, counts, 4, (1, 3), 1)
    assert equal(former, drawn(episodes.sample, counts, 4, 1, 1, shot_range=(1, 3)))
    with pytest.warns(DeprecationWarning, match="query_range"):
        former = drawn(episodes.sample, counts, 4, 1, (1, 3))
    assert equal(former, drawn(episodes.sample, counts, 4, 1, 1, query_range=(1, 3)))


def test_within_one_group_and_among_some_classes():
    group = np.repeat([0, 1, 2], 4)
    rng = np.random.default_rng(0)
    for _ in range(20):
        classes = episodes.sample([5] * 12, 3, 1, 1, rng, among=[0, 1, 4, 5, 6, 8], within=group).classes
        assert sorted(classes.tolist()) == [4, 5, 6]  # no other group has three of them
