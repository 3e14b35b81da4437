"""What is none of the classes, by the support set alone."""

import numpy as np
import pytest

from pnzoo.few_shot import leave_out, open_set
from pnzoo.few_shot.class_means import ClassMeans
from pnzoo.layers import AdaptedAttention


class Model:
    """The head alone, on embeddings."""

    def __init__(self):
        self.matching_attention = AdaptedAttention([32], ["whiten"])
        self.matching_attention.build(None)


@pytest.fixture(scope="module")
def clusters():
    """Embeddings [8 classes, 60 images, 32]."""
    rng = np.random.default_rng(0)
    return (rng.random((8, 1, 32)) + 0.12 * rng.normal(size=(8, 60, 32))).astype("float32")


def support(clusters, shot, way=5):
    return clusters[:way, :shot].reshape(-1, 32), np.repeat(np.arange(way), shot)


@pytest.mark.parametrize("shot", [2, 5])
def test_most_known_images_are_accepted_and_most_others_are_not(clusters, shot):
    images, label = support(clusters, shot)
    line = open_set.threshold(Model(), images, label, acceptance=0.9)
    known, other = (
        open_set.fit_scores(Model(), images, label, part.reshape(-1, 32)) for part in (clusters[:5, 5:], clusters[5:])
    )
    assert (known >= line).mean() > 0.8
    assert (other < line).mean() > 0.8


def test_a_larger_share_to_accept_is_a_lower_line(clusters):
    images, label = support(clusters, 4)
    lines = [open_set.threshold(Model(), images, label, acceptance) for acceptance in (0.5, 0.8, 0.95)]
    assert lines == sorted(lines, reverse=True)
    assert lines[0] > lines[-1]


def test_with_one_shot_the_line_is_the_one_known_of_other_classes(clusters):
    lines = [open_set.line(Model(), *support(clusters, 1, way)) for way in (2, 5, 8)]
    assert [line.threshold for line in lines] == sorted(line.threshold for line in lines)
    assert lines[1] == (open_set.ONE_SHOT["threshold"], open_set.ONE_SHOT["spread"])
    with pytest.raises(ValueError, match=r"acceptance of 0\.95"):
        open_set.line(Model(), *support(clusters, 1), acceptance=0.5)
    with pytest.raises(ValueError, match="Give two images of some class"):
        open_set.line(ClassMeans(), *support(clusters, 1))


def test_left_out_images_are_judged_by_the_others(clusters):
    images, label = support(clusters, 3)
    rest = np.arange(15) != 4
    alone = open_set.fit_scores(ClassMeans(), images[rest], label[rest], images[[4]])
    unit = lambda x: x / np.linalg.norm(x, axis=-1, keepdims=True)  # noqa: E731
    means = np.stack([unit(images[rest & (label == w)]).mean(0) for w in range(5)])
    assert alone[0] == pytest.approx((unit(means) @ unit(images[4])).max(), abs=1e-6)
    scores = [open_set.fit_scores(ClassMeans(), np.delete(images, i, 0), np.delete(label, i), images[[i]])[0]
              for i in range(15)]  # fmt: skip
    line = open_set.line(ClassMeans(), images, label)
    assert line.threshold == pytest.approx(min(scores), abs=1e-6)  # 5 % of 15 is less than one
    assert line.spread == pytest.approx(np.std(scores), rel=1e-4)


def test_of_many_images_several_are_left_out_at_once(clusters, monkeypatch):
    images, label = support(clusters, 8)
    one_by_one = open_set.line(Model(), images, label)
    monkeypatch.setattr(open_set, "MAX_LEFT_OUT", 13)
    groups = list(leave_out.groups(label, np.arange(40), 13))
    assert len(groups) == 5
    assert all(len(set(label[group])) == len(group) <= 3 for group in groups)
    assert open_set.threshold(Model(), images, label) == pytest.approx(one_by_one.threshold, abs=one_by_one.spread)


def test_images_that_fit_worse_are_more_probably_none(clusters):
    images, label = support(clusters, 5)
    line = open_set.line(Model(), images, label)
    known, other = (
        open_set.none_probability(open_set.fit_scores(Model(), images, label, part.reshape(-1, 32)), line)
        for part in (clusters[:5, 5:], clusters[5:])
    )
    assert known.mean() < 0.35 < 0.7 < other.mean()


def test_scores_do_not_depend_on_the_batch(clusters):
    images, label = support(clusters, 3)
    query = clusters[:, 10:14].reshape(-1, 32)
    whole, parts = (open_set.fit_scores(Model(), images, label, query, size) for size in (100, 7))
    np.testing.assert_allclose(whole, parts, rtol=1e-5)


def test_one_class_has_no_line(clusters):
    with pytest.raises(ValueError, match="two classes"):
        open_set.threshold(Model(), clusters[0, :3], [0, 0, 0])
