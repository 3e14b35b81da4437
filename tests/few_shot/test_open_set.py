"""What is none of the classes, by the support set alone."""

import numpy as np
import pytest

from pnzoo.few_shot import open_set
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


def test_with_one_shot_the_line_lies_between_other_classes_and_the_same(clusters):
    images, label = support(clusters, 1)
    lines = [open_set.threshold(Model(), images, label, prior=prior) for prior in (0.0, 0.3, 1.0)]
    assert lines == sorted(lines)
    assert lines[-1] == pytest.approx(1)
    assert lines[0] == pytest.approx(open_set._alike(Model(), images, label))


def test_scores_do_not_depend_on_the_batch(clusters):
    images, label = support(clusters, 3)
    query = clusters[:, 10:14].reshape(-1, 32)
    whole, parts = (open_set.fit_scores(Model(), images, label, query, size) for size in (100, 7))
    np.testing.assert_allclose(whole, parts, rtol=1e-5)


def test_one_class_has_no_line(clusters):
    with pytest.raises(ValueError, match="two classes"):
        open_set.threshold(Model(), clusters[0, :3], [0, 0, 0])
