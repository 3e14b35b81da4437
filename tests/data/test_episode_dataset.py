import numpy as np
import pytest

from pnzoo.data import glyphs
from pnzoo.data.episode_dataset import EpisodeDataset

IMAGES = glyphs.generate(2, 6, 5).images


def dataset(**changes):
    return EpisodeDataset(IMAGES, **{"way": 4, "shot": 1, "n_query": 2, "steps": 3, "seed": 7, **changes})


def same(a, b):
    return all((a[0][key] == b[0][key]).all() for key in a[0]) and np.array_equal(a[1], b[1])


def test_batches_are_what_the_models_take():
    inputs, y = dataset(batch_size=2)[0]
    shapes = {key: (value.shape, str(value.dtype)) for key, value in inputs.items()}
    assert shapes == {
        "support": ((2, 4, 28, 28, 1), "float32"),
        "labels": ((2, 4, 4), "float32"),
        "query": ((2, 8, 28, 28, 1), "float32"),
        "mask": ((2, 4), "bool"),
    }
    assert y.shape == (2, 8)
    assert inputs["support"].max() == 1
    assert dataset().num_batches == 3


def test_a_batch_depends_on_seed_epoch_and_number_alone():
    a, b = dataset(), dataset()
    late = b[2]
    assert same(a[0], b[0])
    assert same(a[2], late)
    assert not same(a[0], a[1])
    assert not same(a[0], dataset(seed=8)[0])
    a.on_epoch_end()
    assert not same(a[0], b[0])
    assert same(a[0], dataset(epoch=1)[0])  # how a resumed run goes on


def test_transforms_leave_labels_alone_and_change_images():
    plain, moved = dataset()[0], dataset(augment={"degrees": 10, "shift": 0.1})[0]
    assert (plain[1] == moved[1]).all()
    assert np.abs(plain[0]["query"] - moved[0]["query"]).max() > 0.1
    assert 0 <= moved[0]["query"].min() <= moved[0]["query"].max() <= 1


def test_shapes_take_turns():
    batches = dataset(shapes=[(4, 1, 2), (3, 2, 1)])
    assert [batches[i][0]["labels"].shape for i in range(3)] == [(1, 4, 4), (1, 6, 3), (1, 4, 4)]


def test_unbalanced_supports_are_padded_to_one_size():
    inputs, _ = dataset(shot_range=(1, 3), support_size=12)[0]
    assert inputs["support"].shape[1] == 12
    assert 4 <= inputs["mask"].sum() < 12
    assert (inputs["labels"].sum(-1) == inputs["mask"]).all()


@pytest.mark.parametrize("targets", ["all", "classes", ("queries", "classes")])
def test_targets(targets):
    inputs, y = dataset(targets=targets)[0]
    order = np.concatenate([inputs["support"], inputs["query"]], axis=1)[0, ..., 0]
    if isinstance(targets, tuple):
        assert y["episode"].shape == (1, 8)
        y = y["classes"]
    assert y.shape == (1, 12)
    for i in range(12):
        for j in range(12):
            shown = [np.flatnonzero((np.rint(order[k] * 255) == IMAGES).all((2, 3)).any(1))[0] for k in (i, j)]
            assert (shown[0] == shown[1]) == (y[0, i] == y[0, j])
    if targets != "all":
        assert y[0, 0] == np.flatnonzero((np.rint(order[0] * 255) == IMAGES).all((2, 3)).any(1))[0]


def test_whole_groups_are_drawn_when_asked():
    group = np.repeat([0, 1], 6)
    alone = dataset(way=6, within=group, targets="classes")
    for _ in range(4):
        for batch in range(3):
            (classes,) = alone[batch][1]
            assert len(set(group[classes])) == 1
        alone.on_epoch_end()


def test_a_batch_is_a_function_of_seed_epoch_and_index_alone():
    """Whatever was asked before, in whatever order, and however often an epoch was said to end."""
    one, other = dataset(augment={"degrees": 10}), dataset(augment={"degrees": 10}, epoch=5)
    wanted = {(epoch, index): one.batch(epoch, index) for epoch in range(3) for index in range(3)}
    for (epoch, index), batch in reversed(wanted.items()):
        assert same(other.batch(epoch, index), batch)
        other.on_epoch_end()
    one.epoch = 2
    assert same(one[1], wanted[2, 1])
    assert not same(wanted[0, 1], wanted[1, 0])


def test_embeddings_have_a_name_of_their_own():
    embeddings = np.random.default_rng(0).normal(size=(*IMAGES.shape[:2], 7)).astype("float32")
    options = {"way": 4, "shot": 1, "n_query": 2, "steps": 3, "seed": 7}
    (inputs, y), (images, labels) = (
        EpisodeDataset(embeddings=embeddings, **options)[0],
        EpisodeDataset(IMAGES, **options)[0],
    )
    assert inputs["support"].shape == (1, 4, 7)
    assert (y == labels).all()
    assert (inputs["labels"] == images["labels"]).all()
    with pytest.warns(DeprecationWarning, match="embeddings="):
        assert same(EpisodeDataset(embeddings, **options)[0], (inputs, y))
    for both in ({}, {"images": IMAGES, "embeddings": embeddings}):
        with pytest.raises(ValueError, match="either images or embeddings"):
            EpisodeDataset(**both, **options)


def test_former_arguments():
    with pytest.warns(DeprecationWarning, match="n_query"):
        assert same(EpisodeDataset(IMAGES, way=4, shot=1, queries=2, steps=3, seed=7)[0], dataset()[0])
