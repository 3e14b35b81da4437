import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pnzoo import hub
from pnzoo.data import glyphs
from pnzoo.few_shot.chunked import attend
from pnzoo.models import MANN, MatchingNetwork, SiameseNetwork

pytest.importorskip("sklearn")
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from pnzoo.few_shot.classifier import FewShotClassifier

CHARACTERS = glyphs.generate(2, 5, 8, seed=3).images  # [10, 8, 28, 28]
SMALL = {"backbone_options": {"filters": 8}}
MODELS = {
    "plain": lambda: MatchingNetwork(**SMALL),
    "fce": lambda: MatchingNetwork(**SMALL, support_embedding="lstm", query_steps=2),
    "set": lambda: MatchingNetwork(**SMALL, support_embedding="set", query_steps=2),
    "siamese": lambda: SiameseNetwork(**SMALL),
    "mann": lambda: MANN(5, **SMALL, controller=12, slots=16, width=8, heads=2),
}


@pytest.fixture(scope="module")
def models():
    keras.utils.set_random_seed(0)
    return {name: make() for name, make in MODELS.items()}


@pytest.fixture(scope="module")
def plain(models):
    return models["plain"]


def support(way=4, shot=2):
    return CHARACTERS[:way, :shot].reshape(-1, 28, 28), np.repeat(list("abcdefghij")[:way], shot)


QUERIES = CHARACTERS[:4, 5:].reshape(-1, 28, 28)


@pytest.mark.parametrize("name", MODELS)
def test_probabilities_labels_and_confidence(models, name):
    classifier = FewShotClassifier(models[name]).fit(*support())
    p = classifier.predict_proba(QUERIES)
    assert p.shape == (12, 4)
    np.testing.assert_allclose(p.sum(1), 1, atol=1e-9)
    assert (classifier.predict(QUERIES) == classifier.classes_[p.argmax(1)]).all()
    assert classifier.confidence(QUERIES).shape == (12,)
    # the same as calling the network on the episode
    images, labels = support()
    inputs = {"support": images, "query": QUERIES}
    inputs = {k: v[None, ..., None].astype("float32") / np.float32(255) for k, v in inputs.items()}
    inputs["labels"] = (labels[:, None] == classifier.classes_)[None].astype("float32")
    ink = {k: v / v.max((2, 3), keepdims=True) if k != "labels" else v for k, v in inputs.items()}
    np.testing.assert_allclose(p, np.exp(keras.ops.convert_to_numpy(models[name](ink)))[0], atol=1e-4)


def test_a_support_image_is_recognised(plain):
    images, labels = support(shot=1)
    classifier = FewShotClassifier(plain).fit(images, labels)
    assert (classifier.predict(images) == labels).all()
    np.testing.assert_allclose(classifier.confidence(images), 1, atol=1e-5)
    assert (classifier.attention(images).argmax(1) == np.arange(4)).all()


@pytest.mark.parametrize("name", ["plain", "fce", "set", "siamese"])
def test_attention_says_which_support_image_decided(models, name):
    classifier = FewShotClassifier(models[name]).fit(*support())
    attention = classifier.attention(QUERIES)
    assert attention.shape == (12, 8)
    np.testing.assert_allclose(attention.sum(1), 1, atol=1e-9)
    if name != "siamese":
        by_class = attention @ (classifier.support_labels_[:, None] == classifier.classes_)
        np.testing.assert_allclose(by_class, classifier.predict_proba(QUERIES), atol=1e-9)


def test_no_attention_without_any(models):
    with pytest.raises(ValueError, match="MANN has no attention"):
        FewShotClassifier(models["mann"]).fit(*support()).attention(QUERIES)


@pytest.mark.parametrize(
    "labels",
    [
        [3, 1, 4, 9],
        [0.0, -1.0, 2.0, 7.0],
        ["d", "b", "a", "c"],
        [True, False],  # one image a class: of weights that learned nothing, an image is alike itself alone
        np.array(["x", "yy", "z", "w"], object),
    ],
)
def test_labels_of_any_kind(plain, labels):
    images = CHARACTERS[: len(labels), 0]
    classifier = FewShotClassifier(plain).fit(images, labels)
    assert classifier.classes_.tolist() == sorted(set(np.asarray(labels).tolist()))
    answer = classifier.predict(images)
    assert answer.tolist() == np.asarray(labels).tolist()


def test_images_of_any_kind_in_one_list(plain):
    images, labels = support(shot=1)
    other = [
        255 - images[0],
        np.repeat(images[1][..., None], 3, -1),
        images[2] / 255.0,
        np.kron(images[3], np.ones((3, 3))),
    ]
    classifier = FewShotClassifier(plain).fit(images, labels)
    assert (classifier.predict(other) == labels).all()


@settings(max_examples=6, deadline=None)
@given(seed=st.integers(0, 10**6), name=st.sampled_from(["plain", "set", "siamese"]))
def test_order_repetition_and_names(models, seed, name):
    images, labels = support()
    p = FewShotClassifier(models[name]).fit(images, labels).predict_proba(QUERIES)
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(images))
    np.testing.assert_allclose(
        FewShotClassifier(models[name]).fit(images[order], labels[order]).predict_proba(QUERIES), p, atol=1e-5
    )
    twice = FewShotClassifier(models[name]).fit(np.concatenate([images] * 2), np.concatenate([labels] * 2))
    np.testing.assert_allclose(twice.predict_proba(QUERIES), p, atol=1e-5)
    names = rng.permutation(4)
    renamed = FewShotClassifier(models[name]).fit(images, names[np.unique(labels, return_inverse=True)[1]])
    np.testing.assert_allclose(renamed.predict_proba(QUERIES)[:, names], p, atol=1e-5)


def test_partial_fit_adds_examples_and_classes(plain):
    images, labels = support()
    step_by_step = FewShotClassifier(plain)
    step_by_step.partial_fit(images[:4], labels[:4]).partial_fit(images[4:5], labels[4:5]).partial_fit(
        images[5:], labels[5:]
    )
    at_once = FewShotClassifier(plain).fit(images, labels)
    assert step_by_step.classes_.tolist() == at_once.classes_.tolist()
    np.testing.assert_allclose(step_by_step.predict_proba(QUERIES), at_once.predict_proba(QUERIES), atol=1e-6)
    with pytest.raises(ValueError, match="same kind"):
        step_by_step.partial_fit(images[:1], [1])


def test_fit_forgets(plain):
    classifier = FewShotClassifier(plain).fit(*support())
    classifier.fit(CHARACTERS[6:8, 0], [0, 1])
    assert classifier.classes_.tolist() == [0, 1]
    assert len(classifier.support_) == 2


def test_unbalanced_shots_and_the_balanced_rule(plain):
    images = np.concatenate([CHARACTERS[0, :6], CHARACTERS[1, :1]])
    labels = [0] * 6 + [1]
    summed = FewShotClassifier(plain).fit(images, labels).predict_proba(QUERIES)
    balanced = FewShotClassifier(plain, class_weight="balanced").fit(images, labels).predict_proba(QUERIES)
    odds = (balanced[:, 0] / balanced[:, 1]) / (summed[:, 0] / summed[:, 1])
    np.testing.assert_allclose(odds, 1 / 6, rtol=1e-5)


def test_a_threshold_gives_none_of_these(plain):
    images, labels = support(shot=1)
    queries = np.concatenate([images, 255 * np.eye(28, dtype="uint8")[None]])
    limit = (1 + FewShotClassifier(plain).fit(images, labels).confidence(queries)[-1]) / 2
    classifier = FewShotClassifier(plain, reject=limit, none_label="none of these").fit(images, labels)
    assert classifier.predict(queries).tolist() == [*labels, "none of these"]
    numbers = FewShotClassifier(plain, reject=limit).fit(images, [1, 2, 3, 4])
    assert numbers.predict(queries).tolist() == [1, 2, 3, 4, None]
    assert numbers.predict(queries[:4]).dtype == object  # whether one was rejected or not


def test_scikit_learns_conventions(plain):
    classifier = FewShotClassifier(plain, reject=0.5, class_weight="balanced")
    assert classifier.get_params()["reject"] == 0.5
    twin = clone(FewShotClassifier("matching_omniglot", class_weight="balanced"))
    assert twin.get_params() == FewShotClassifier("matching_omniglot", class_weight="balanced").get_params()
    assert classifier.set_params(class_weight=None) is classifier
    assert "FewShotClassifier" in repr(classifier)


def test_in_pipelines_and_cross_validation(tmp_path, models):
    images, labels = CHARACTERS[:3].reshape(-1, 784), np.repeat([0, 1, 2], 8)
    hub.save(models["plain"], tmp_path / "small")
    classifier = FewShotClassifier(str(tmp_path / "small"))
    pipeline = make_pipeline(FunctionTransformer(lambda X: 255 - X), classifier).fit(images, labels)
    plain = classifier.fit(images, labels).predict(images)
    assert (pipeline.predict(images) == plain).all()
    assert pipeline.score(images, labels) == (plain == labels).mean() > 0.8
    assert cross_val_score(classifier, images, labels, cv=2).mean() > 0.5


@pytest.mark.parametrize("by", ["folder", "path"])
def test_a_model_by_its_folder(tmp_path, models, by):
    hub.save(models["plain"], tmp_path / "small")
    folder = str(tmp_path / "small") if by == "folder" else tmp_path / "small"
    p = FewShotClassifier(folder).fit(*support()).predict_proba(QUERIES)
    np.testing.assert_allclose(p, FewShotClassifier(models["plain"]).fit(*support()).predict_proba(QUERIES), atol=1e-6)


@pytest.mark.integration
@pytest.mark.parametrize("name", ["plain", "fce", "siamese"])
def test_five_thousand_support_images(models, name):
    """Memory is bounded: codes of 5,000 images are matched in pieces; f and g read subsets."""
    rng = np.random.default_rng(0)
    images = CHARACTERS[rng.integers(0, 10, 5000), rng.integers(0, 8, 5000)]
    labels = np.arange(5000) % 50
    classifier = FewShotClassifier(models[name], n_subsets=2).fit(images, labels)
    p = classifier.predict_proba(QUERIES[:3])
    assert p.shape == (3, 50)
    np.testing.assert_allclose(p.sum(1), 1, atol=1e-6)


def test_large_supports_with_context_are_averaged_over_subsets(models):
    class Recorder:
        g = f = True
        sizes = []

        def attend(self, support, query):
            self.sizes.append(support.shape[1])
            return np.full((1, query.shape[1], support.shape[1]), 1 / support.shape[1])

    label = np.array([0] * 30 + [1] * 5 + [2] * 30)
    attention = attend(Recorder(), np.zeros((65, 4)), label, np.zeros((2, 4)), max_support=30, n_subsets=4)
    assert Recorder.sizes == [25] * 4  # 10 + 5 + 10 images
    assert (attention[0] > 0).sum() > 25
    np.testing.assert_allclose(attention.sum(1), 1)
    small = attend(models["fce"], np.ones((6, 8), "float32"), label[:6], np.ones((2, 8), "float32"), max_support=6)
    assert small.shape == (2, 6)


@pytest.mark.integration
def test_fine_tuning_on_the_support_leaves_the_model_alone(models):
    images, labels = support()
    before = [w.copy() for w in models["plain"].get_weights()]
    classifier = FewShotClassifier(models["plain"]).fit(images, labels)
    first = classifier.predict_proba(images)
    classifier.fine_tune(steps=20, learning_rate=1e-2)
    right = np.searchsorted(classifier.classes_, labels)
    rows = np.arange(len(labels))
    assert np.log(classifier.predict_proba(images)[rows, right]).mean() > np.log(first[rows, right]).mean()
    assert classifier.model_ is not models["plain"]
    assert all((a == b).all() for a, b in zip(before, models["plain"].get_weights(), strict=True))


# -- bad input ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("images", "labels", "match"),
    [
        (CHARACTERS[0, :3], ["a", "a", "a"], "one class"),
        ([], [], "no labels|no images"),
        (CHARACTERS[:3, 0], [1, 2], "3 images and 2 labels"),
        (np.full((2, 28, 28), np.nan), [0, 1], "NaN"),
        (np.full((2, 28, 28), 3), [0, 1], "constant"),
        (CHARACTERS[:2, 0], ["a", 1], "mix int and str"),
        (CHARACTERS[:2, 0], [None, 1], "label is missing"),
        (CHARACTERS[:2, 0], [{}, {}], "dict"),
        (CHARACTERS[:2, 0], [0.0, np.nan], "label is NaN"),
        (CHARACTERS[:2, 0], np.eye(2), r"\(2, 2\)"),
        (CHARACTERS[:2, 0], np.array(["2020-01-01", "2021-01-01"], "datetime64[D]"), "date"),
        (CHARACTERS[:2, 0], [1 + 2j, 3j], "complex"),
        (CHARACTERS[:2, 0], "ab", "no list of labels"),
        (CHARACTERS[:2, 0], 3, "no list of labels"),
    ],
)
def test_what_cannot_be_learned_is_explained(plain, images, labels, match):
    with pytest.raises(ValueError, match=match):
        FewShotClassifier(plain).fit(images, labels)


@pytest.mark.parametrize("method", ["predict", "predict_proba", "attention", "confidence"])
def test_an_unfitted_classifier_says_so(plain, method):
    with pytest.raises(NotFittedError, match="Call 'fit'"):
        getattr(FewShotClassifier(plain), method)(QUERIES)
    with pytest.raises(NotFittedError, match="Call 'fit'"):
        FewShotClassifier(plain).fine_tune()


def test_more_classes_than_a_mann_takes(models):
    images, labels = support(way=7)
    with pytest.raises(ValueError, match="max_way=5"):
        FewShotClassifier(models["mann"]).fit(images, labels).predict(QUERIES)


def test_a_planner_is_no_classifier():
    from pnzoo.models import VIN

    with pytest.raises(ValueError, match="no few-shot model"):
        FewShotClassifier(VIN(k=2)).fit(*support())


def test_an_unknown_entry_is_explained(toy_zoo):
    with pytest.raises(ValueError, match="no_such_entry"):
        FewShotClassifier("no_such_entry").fit(*support())
