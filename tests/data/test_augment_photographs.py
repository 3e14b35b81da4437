"""Random views of small photographs."""

import numpy as np

from pnzoo.data.augment_photographs import random_views
from pnzoo.data.episode_dataset import EpisodeDataset

PHOTOGRAPHS = np.random.default_rng(0).integers(0, 256, (40, 10, 12, 3), dtype="uint8")


def test_without_options_nothing_changes():
    views = random_views(PHOTOGRAPHS, np.random.default_rng(0))
    assert views.dtype == "float32"
    np.testing.assert_array_equal(views, PHOTOGRAPHS)


def test_half_are_mirrored():
    views = random_views(PHOTOGRAPHS, np.random.default_rng(0), flip=True)
    mirrored = (views == PHOTOGRAPHS[:, :, ::-1]).all((1, 2, 3))
    assert 10 < mirrored.sum() < 30
    np.testing.assert_array_equal(views[~mirrored], PHOTOGRAPHS[~mirrored])


def test_shifts_stay_within_the_limit_and_repeat_the_edge():
    views = random_views(PHOTOGRAPHS, np.random.default_rng(0), shift=0.2)
    padded = np.pad(PHOTOGRAPHS, ((0, 0), (2, 2), (2, 2), (0, 0)), mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(padded, (10, 12), (1, 2))
    same = (windows.transpose(0, 1, 2, 4, 5, 3) == views[:, None, None]).all((3, 4, 5))
    assert same.any((1, 2)).all()
    assert (same.sum(0) > 0).sum() > 5  # not always the same move


def test_colors_stay_in_range_and_pictures_recognisable():
    views = random_views(PHOTOGRAPHS, np.random.default_rng(0), color=0.3)
    assert views.min() >= 0
    assert views.max() <= 255
    assert (views != PHOTOGRAPHS).any((1, 2, 3)).all()
    for view, photograph in zip(views, PHOTOGRAPHS, strict=True):
        assert np.corrcoef(view.ravel(), photograph.ravel())[0, 1] > 0.9


def test_episodes_of_photographs_are_augmented_anew_and_seeded():
    classes = PHOTOGRAPHS.reshape(5, 8, 10, 12, 3)
    options = {"way": 3, "shot": 1, "n_query": 2, "seed": 1, "augment": {"flip": True, "color": 0.2}}
    dataset = EpisodeDataset(classes, **options)
    inputs, _ = dataset[0]
    assert inputs["support"].shape == (1, 3, 10, 12, 3)
    assert inputs["query"].dtype == "float32"
    assert 0 <= inputs["query"].min() <= inputs["query"].max() <= 1
    np.testing.assert_array_equal(EpisodeDataset(classes, **options)[0][0]["query"], inputs["query"])
    plain, _ = EpisodeDataset(classes, **{**options, "augment": None})[0]
    known = classes.reshape(-1, 10, 12, 3) / np.float32(255)
    assert all((known == image).all((1, 2, 3)).any() for image in plain["query"][0])
    assert not any((known == image).all((1, 2, 3)).any() for image in inputs["query"][0])
