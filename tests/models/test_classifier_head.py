import keras
import numpy as np
import pytest

from pnzoo.data import glyphs
from pnzoo.evaluation import episodes as episode_evaluation
from pnzoo.models import MatchingNetwork
from pnzoo.models.few_shot.embedding import embed_images
from pnzoo.models.few_shot.probe import PROBES, ProbeClassifier

pytest.importorskip("sklearn")


def task(seed=0, way=4, shot=2, spread=0.3):
    rng = np.random.default_rng(seed)
    centres = rng.normal(size=(way, 16))
    label = np.repeat(np.arange(way), shot)
    support = centres[label] + spread * rng.normal(size=(way * shot, 16))
    query = centres + spread * rng.normal(size=(way, 16))
    return support, label, query


@pytest.mark.parametrize("head", PROBES)
@pytest.mark.parametrize(("way", "shot"), [(4, 1), (4, 3), (2, 1)])
def test_heads_solve_an_easy_task(head, way, shot):
    support, label, query = task(way=way, shot=shot)
    scores = PROBES[head](support, label, query)
    assert scores.shape == (way, way)
    assert scores.argmax(1).tolist() == list(range(way))


@pytest.mark.parametrize("head", PROBES)
def test_renaming_classes_renames_scores(head):
    support, label, query = task(spread=1.0)
    names = np.array([2, 0, 3, 1])
    first, renamed = PROBES[head](support, label, query), PROBES[head](support, names[label], query)
    np.testing.assert_allclose(renamed[:, names], first, atol=2e-2 * np.abs(first).max())


def test_nearest_is_the_class_of_the_most_alike():
    scores = PROBES["nearest"](np.array([[1.0, 0], [0, 1], [0.7, 0.7]]), np.array([0, 1, 1]), np.array([[5.0, 0]]))
    np.testing.assert_allclose(scores, [[1, np.sqrt(0.5)]], atol=1e-6)


def test_the_softmax_head_fits_its_support_better_with_more_steps():
    support, label, _ = task(spread=1.0)

    def loss(steps):
        scores = PROBES["softmax"](support, label, support, steps=steps)
        return np.mean(np.log(np.exp(scores).sum(1)) - scores[np.arange(len(label)), label])

    assert loss(100) < loss(10) < loss(0) == pytest.approx(np.log(4))


@pytest.mark.parametrize("head", PROBES)
@pytest.mark.parametrize("pixels", [True, False])
def test_heads_are_few_shot_models(head, pixels):
    characters = glyphs.generate(2, 6, 5)
    keras.utils.set_random_seed(0)
    model = ProbeClassifier(None if pixels else MatchingNetwork(backbone_options={"filters": 32}), head)
    embeddings = embed_images(model, characters.images)
    found = episode_evaluation.accuracy(model, embeddings, way=5, shot=1, n_query=2, n=30)
    assert found["value"] > 0.3  # chance: 0.2


def test_the_classifier_takes_them():
    from pnzoo.few_shot.classifier import FewShotClassifier

    images = glyphs.generate(1, 4, 3).images
    classifier = FewShotClassifier(ProbeClassifier(None, "exemplar_svm")).fit(images[:, 0], list("abcd"))
    p = classifier.predict_proba(images[:, 0])
    np.testing.assert_allclose(p.sum(1), 1)
    assert (classifier.predict(images[:, 0]) == list("abcd")).all()


def test_an_unknown_head_is_named():
    with pytest.raises(ValueError, match="'exemplar_svm'"):
        ProbeClassifier(None, "svm")
