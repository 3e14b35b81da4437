"""Answers in many episodes agree with the answers to one query at a time."""

import numpy as np
import pytest

from pnzoo import analysis
from pnzoo.data import episodes, glyphs
from pnzoo.models import MatchingNetwork
from pnzoo.models.few_shot.embedding import embed_images


@pytest.fixture(scope="module")
def images():
    return glyphs.generate(1, 6, 5, seed=3).images


@pytest.mark.parametrize("options", [{}, {"support_embedding": "lstm", "query_steps": 2}], ids=["plain", "fce"])
def test_replies_are_the_decisions_one_by_one(images, options):
    model = MatchingNetwork(**options)
    drawn = [episodes.sample([5] * 6, 4, 2, 1, np.random.default_rng(seed)) for seed in range(3)]
    replies = analysis.predict_episodes(model, embed_images(model, images), drawn, batch_size=2)
    for probability, label, each in zip(replies.probability, replies.label, drawn, strict=True):
        assert label.tolist() == [0, 1, 2, 3]
        order = np.argsort(each.support_label, kind="stable")
        support = images[tuple(each.support[order].T)] / np.float32(255)
        for row, letter in zip(probability, label, strict=True):
            query = images[tuple(each.query[each.query_label == letter][0])] / np.float32(255)
            alone = analysis.explain(model, support, each.support_label[order], query)
            np.testing.assert_allclose(row, alone.probability, atol=2e-5)
    np.testing.assert_array_equal(replies.correct, replies.probability.argmax(-1) == replies.label)


def test_the_shuffling_of_an_episode_changes_nothing(images):
    model = MatchingNetwork(support_embedding="lstm", query_steps=1)
    codes, drawn = embed_images(model, images), episodes.sample([5] * 6, 4, 1, 1, np.random.default_rng(0))
    turned = episodes.Episode(drawn.classes, drawn.support[::-1], drawn.support_label[::-1], drawn.query[::-1],
                              drawn.query_label[::-1])
    one, other = (analysis.predict_episodes(model, codes, [each]) for each in (drawn, turned))
    np.testing.assert_allclose(one.probability, other.probability, atol=1e-6)
    np.testing.assert_array_equal(one.label, other.label)


def test_without_episodes_it_says_what_to_do():
    with pytest.raises(ValueError, match=r"episodes\.sample"):
        analysis.predict_episodes(MatchingNetwork(), np.zeros((2, 2, 64), "float32"), [])
