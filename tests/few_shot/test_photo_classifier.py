"""FewShotClassifier on photographs: folders, any model of vectors, what is kept, and files of fitted classifiers."""

import json
import pickle
import warnings

import numpy as np
import pytest

pytest.importorskip("sklearn")
pytest.importorskip("PIL")
from sklearn.base import clone
from sklearn.model_selection import cross_val_score

import pnzoo
from pnzoo.few_shot.class_means import ClassMeans
from pnzoo.few_shot.classifier import FewShotClassifier
from pnzoo.few_shot.embedder import ImageEmbedder
from pnzoo.models import PhotoMatchingNetwork
from pnzoo.models.backbones import EfficientNetLite
from tests.few_shot.photos import COLOURS, folder, network, photograph, photographs

IMAGES, LABELS = photographs()
QUERIES, TRUE = photographs(2, first=50)


@pytest.fixture(scope="module")
def colours():
    return network()


@pytest.fixture
def fitted(colours):
    return FewShotClassifier(colours).fit(IMAGES, LABELS)


def test_a_folder_is_a_support_set(colours, fitted, tmp_path):
    root = folder(tmp_path / "my_photos")
    classifier = FewShotClassifier(colours).fit(str(root))
    assert classifier.classes_.tolist() == sorted(COLOURS)
    assert set(classifier.support_) == set(map(str, root.rglob("*.png")))
    np.testing.assert_allclose(classifier.predict_proba(QUERIES), fitted.predict_proba(QUERIES), atol=1e-5)
    path = next(root.glob("sky/*.png"))
    assert classifier.predict([path]).tolist() == ["sky"]
    assert classifier.support_[classifier.attention([path]).argmax()] == str(path)
    assert classifier.fit(root).score([path], ["sky"]) == 1
    with pytest.raises(ValueError, match="one image"):
        classifier.predict(str(path))


def test_an_image_in_two_classes_is_named(colours):
    images = [*IMAGES, IMAGES[0]]
    other = next(label for label in LABELS if label != LABELS[0])
    last = len(IMAGES)
    with pytest.warns(UserWarning, match=f"image 0 in '{LABELS[0]}', image {last} in '{other}'"):
        FewShotClassifier(colours).fit(images, [*LABELS, other])
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        FewShotClassifier(colours).fit(images, [*LABELS, LABELS[0]])


def test_a_folder_that_is_wrong_changes_nothing(colours, fitted, tmp_path):
    before, p = dict(vars(fitted)), fitted.predict_proba(QUERIES)
    root = folder(tmp_path)
    (root / "sky" / "broken.jpg").write_bytes(b"nothing")
    for wrong, words in ((root, "1 of 10 files"), (root / "sky", "no folders"), (tmp_path / "x", "is no folder")):
        with pytest.raises(ValueError, match=words):
            fitted.fit(wrong)
    with pytest.raises(ValueError, match="image 1"):
        fitted.fit([IMAGES[0], np.zeros((2, 2))], ["a", "b"])
    with pytest.raises(ValueError, match="y is None"):
        fitted.fit(IMAGES)
    assert {key: id(value) for key, value in vars(fitted).items()} == {key: id(value) for key, value in before.items()}
    np.testing.assert_array_equal(fitted.predict_proba(QUERIES), p)


def test_a_model_of_vectors_is_given_class_means(colours, fitted):
    unit = lambda x: x / np.linalg.norm(x, axis=-1, keepdims=True)  # noqa: E731
    embed = ImageEmbedder(colours).fit().transform
    means = np.stack([unit(embed([IMAGES[i] for i in np.flatnonzero(name == LABELS)])).mean(0)
                      for name in sorted(COLOURS)])  # fmt: skip
    cosines = unit(embed(QUERIES)) @ unit(means).T
    np.testing.assert_array_equal(fitted.predict(QUERIES), np.array(sorted(COLOURS))[cosines.argmax(1)])
    p = np.exp(ClassMeans().scale * cosines)
    np.testing.assert_allclose(fitted.predict_proba(QUERIES), p / p.sum(1, keepdims=True), rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(fitted.confidence(QUERIES), (unit(embed(QUERIES)) @ unit(means).T).max(1), atol=1e-5)
    alone = FewShotClassifier(colours).fit(IMAGES[::3], LABELS[::3])
    np.testing.assert_allclose(alone.confidence(IMAGES[::3]), 1, atol=1e-5)
    assert fitted.attention(QUERIES).shape == (6, 9)
    assert fitted.score(QUERIES, TRUE) == 1


def test_a_model_of_ours_and_an_embedder_with_options(colours):
    ours = EfficientNetLite(width=0.1, depth=0.3, stem_filters=8, head_filters=24, image_size=32)
    assert FewShotClassifier(ours).fit(IMAGES, LABELS).embeddings_.shape == (9, 24)
    embedder = ImageEmbedder(colours, resize="pad", preprocess_input=lambda x: x / 2)
    classifier = FewShotClassifier(embedder).fit(IMAGES, LABELS)
    np.testing.assert_allclose(classifier.embeddings_, embedder.fit().transform(IMAGES), atol=1e-6)
    assert classifier.set_params(model__resize="crop").get_params()["model__resize"] == "crop"
    np.testing.assert_allclose(classifier.predict_proba(IMAGES).sum(1), 1)  # until the next fit, as it was


def test_more_classes_come_later(colours):
    classifier = FewShotClassifier(colours).partial_fit(IMAGES[:6], LABELS[:6])
    classifier.partial_fit(IMAGES[6:], LABELS[6:])
    whole = FewShotClassifier(colours).fit(IMAGES, LABELS)
    np.testing.assert_allclose(classifier.predict_proba(QUERIES), whole.predict_proba(QUERIES), atol=1e-6)
    with pytest.raises(ValueError, match="fine_tune is for models of characters"):
        classifier.fine_tune()


def test_photographs_asked_for_last_are_not_embedded_again(colours, monkeypatch):
    from pnzoo.few_shot import photo_network

    seen, call = [], photo_network.PhotoNetwork.__call__
    monkeypatch.setattr(photo_network.PhotoNetwork, "__call__", lambda s, x: seen.append(len(x)) or call(s, x))
    classifier = FewShotClassifier(colours).fit(IMAGES, LABELS)
    for ask in (classifier.predict, classifier.predict_proba, classifier.attention, classifier.confidence):
        ask(QUERIES)
    classifier.predict([*QUERIES, photograph("sky", 99)])
    assert seen == [9, 6, 1]


def test_scikit_learn_validates_it(colours):
    images = np.stack(IMAGES)
    assert cross_val_score(FewShotClassifier(colours), images, LABELS, cv=3).tolist() == [1, 1, 1]
    again = pickle.loads(pickle.dumps(FewShotClassifier(colours).fit(images, LABELS)))
    np.testing.assert_array_equal(again.predict(QUERIES), TRUE)


# -- none of these --


def strangers():
    """Photographs of nothing that the classes have."""
    rng = np.random.default_rng(3)
    return [np.where(rng.random((40, 52, 1)) < 0.5, [250, 250, 20], [230, 20, 240]).astype("uint8") for _ in range(4)]


def test_none_of_these_by_the_support_set_alone(colours, tmp_path):
    images, labels = photographs(6)
    classifier = FewShotClassifier(colours, reject="auto", none_label="none").fit(images, labels)
    assert set(classifier.predict(strangers())) == {"none"}
    known = photographs(8, first=50)[0]
    answers = classifier.predict(known)
    assert np.mean(answers == "none") <= 0.2
    assert set(answers[answers != "none"]) == set(COLOURS)
    np.testing.assert_array_equal(answers == "none", classifier.confidence(known) < classifier.threshold_)
    assert classifier.score(strangers(), ["none"] * 4) == 1
    p, with_none = classifier.predict_proba(known), classifier.predict_proba(known, none=True)
    assert p.shape == (24, 3)
    assert with_none.shape == (24, 4)
    np.testing.assert_allclose(with_none.sum(1), 1)
    np.testing.assert_allclose(with_none[:, :3] / with_none[:, :3].sum(1, keepdims=True), p, atol=1e-9)
    assert with_none[:, 3].mean() < classifier.predict_proba(strangers(), none=True)[:, 3].mean()
    classifier.save(tmp_path / "shelf.npz")
    again = FewShotClassifier.load(tmp_path / "shelf.npz", colours)
    assert (again.threshold_, again.none_label) == (classifier.threshold_, "none")
    np.testing.assert_array_equal(again.predict_proba(known, none=True), with_none)
    assert clone(classifier).get_params()["reject"] == "auto"


def test_a_saved_classifier_learns_to_say_none(fitted, colours, tmp_path):
    assert fitted.threshold_ is None
    with pytest.raises(ValueError, match='needs reject="auto"'):
        fitted.predict_proba(QUERIES, none=True)
    fitted.save(tmp_path / "shelf.npz")
    again = FewShotClassifier.load(tmp_path / "shelf.npz", colours, reject="auto")
    assert again.predict(strangers()).tolist() == [None] * 4
    with pytest.raises(ValueError, match="reject='much'"):
        FewShotClassifier.load(tmp_path / "shelf.npz", colours, reject="much")


def test_one_image_a_class_and_a_model_of_which_nothing_is_known(fitted, colours):
    before, p = dict(vars(fitted)), fitted.predict_proba(QUERIES)
    fitted.set_params(reject="auto")
    with pytest.raises(ValueError, match="Give two images of some class"):
        fitted.fit(IMAGES[::3], LABELS[::3])
    assert {key: id(value) for key, value in vars(fitted).items() if key != "reject"} == {
        key: id(value) for key, value in before.items() if key != "reject"
    }
    np.testing.assert_array_equal(fitted.predict_proba(QUERIES), p)
    fitted.fit(IMAGES[:4], LABELS[:4])  # one class has three


def test_matching_photo_draws_the_line_for_one_image_a_class():
    small = {"width": 0.1, "depth": 0.3, "stem_filters": 8, "head_filters": 16, "color_bins": 4}
    model = PhotoMatchingNetwork(small, image_size=64)
    classifier = FewShotClassifier(model, reject="auto", none_label="none").fit(IMAGES[::3], LABELS[::3])
    assert classifier.threshold_ < FewShotClassifier(model, reject="auto").fit(IMAGES, LABELS).confidence(IMAGES).max()
    assert classifier.predict(IMAGES[::3]).tolist() == LABELS[::3].tolist()
    np.testing.assert_allclose(classifier.predict_proba(QUERIES, none=True).sum(1), 1)


# -- files ------------------------------------------------------------------------------------------


def test_a_saved_classifier_answers_as_before(colours, tmp_path):
    parameters = {"reject": 0.2, "none_label": "none of these", "batch_size": np.int64(7)}
    classifier = FewShotClassifier(colours, **parameters).fit(IMAGES, LABELS)
    file = tmp_path / "shelf.npz"
    classifier.save(file)
    again = FewShotClassifier.load(file, colours)
    np.testing.assert_array_equal(again.predict_proba(QUERIES), classifier.predict_proba(QUERIES))
    np.testing.assert_array_equal(again.predict(QUERIES), classifier.predict(QUERIES))
    assert again.classes_.tolist() == classifier.classes_.tolist()
    assert again.support_.tolist() == classifier.support_.tolist()
    assert {k: v for k, v in again.get_params().items() if k != "model"} == {
        k: v for k, v in classifier.get_params().items() if k != "model"
    }
    assert again.partial_fit([photograph("sky", 77)], ["new"]).predict([photograph("sky", 77)]).tolist() == ["new"]


@pytest.mark.parametrize(
    "labels", [np.repeat([3, 1, 2], 3), np.repeat([0.5, 1.0, 2.0], 3) * 2, np.repeat([True, False, True], 3)]
)
def test_labels_of_any_kind_are_saved(colours, tmp_path, labels):
    classifier = FewShotClassifier(colours, none_label=None).fit(IMAGES, labels)
    classifier.save(tmp_path / "shelf.npz")
    again = FewShotClassifier.load(tmp_path / "shelf.npz", colours)
    assert again.predict(QUERIES).dtype == classifier.predict(QUERIES).dtype
    np.testing.assert_array_equal(again.predict(QUERIES), classifier.predict(QUERIES))


@pytest.mark.integration
def test_an_entry_is_loaded_by_its_name(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    model = EfficientNetLite(width=0.1, depth=0.3, stem_filters=8, head_filters=24, image_size=32)
    pnzoo.save(model, "entry")
    for named in ("entry", ImageEmbedder("entry", resize="pad")):
        classifier = FewShotClassifier(named, class_weight={"moss": 2, "brick": 1, "sky": 1}).fit(IMAGES, LABELS)
        classifier.save("shelf.npz")
        again = FewShotClassifier.load("shelf.npz")
        np.testing.assert_array_equal(again.predict_proba(QUERIES), classifier.predict_proba(QUERIES))
        assert again.class_weight == classifier.class_weight
    other = EfficientNetLite(width=0.1, depth=0.3, stem_filters=8, head_filters=24, image_size=32)
    pnzoo.save(other, "entry")
    with pytest.raises(ValueError, match=r"saved with another model than .*sha256"):
        FewShotClassifier.load("shelf.npz")


def test_another_preparation_is_another_model(colours, tmp_path):
    FewShotClassifier(colours).fit(IMAGES, LABELS).save(tmp_path / "shelf.npz")
    for other in (network(32), ImageEmbedder(colours, resize="stretch")):
        with pytest.raises(ValueError, match="saved with another model than this"):
            FewShotClassifier.load(tmp_path / "shelf.npz", other)
    with pytest.raises(ValueError, match="has no name: give it"):
        FewShotClassifier.load(tmp_path / "shelf.npz")


def test_characters_are_saved_too(tmp_path):
    from pnzoo.data import glyphs

    characters = glyphs.generate(1, 4, 3).images
    classifier = FewShotClassifier("matching_glyphs").fit(characters[:, 0], list("abcd"))
    classifier.save(tmp_path / "letters.npz")
    again = FewShotClassifier.load(tmp_path / "letters.npz")
    np.testing.assert_array_equal(again.predict_proba(characters[:, 1]), classifier.predict_proba(characters[:, 1]))
    np.testing.assert_array_equal(again.support_, classifier.support_)


def damaged(file, **changes):
    """The file with other arrays."""
    with np.load(file) as stored:
        arrays = {name: stored[name] for name in stored.files}
    np.savez(file, **{**arrays, **changes})


@pytest.mark.parametrize(
    "changes, words",
    [
        ({"embeddings": np.zeros((3, 12), "f4")}, "do not fit together"),
        ({"embeddings": np.full((9, 12), np.nan, "f4")}, "do not fit together"),
        ({"labels": np.repeat(["x", "y", "z"], 3)}, "labels without a class"),
        ({"classes": np.array(["sky", "moss", "brick"])}, "do not fit together"),
        ({"labels": np.array([None] * 9)}, "no classifier that FewShotClassifier.save wrote"),  # a pickle
        ({"about": np.array("{}")}, "does not say what it holds"),
        ({"about": np.array(1.0)}, "about holds float64"),
        ({"more": np.zeros(2)}, "is of another kind"),
    ],
)
def test_damaged_files_are_named(fitted, colours, tmp_path, changes, words):
    file = tmp_path / "shelf.npz"
    fitted.save(file)
    damaged(file, **changes)
    with pytest.raises(ValueError, match=words) as raised:
        FewShotClassifier.load(file, colours)
    assert str(file) in str(raised.value)


def test_other_files_are_named(fitted, colours, tmp_path):
    file = tmp_path / "shelf.npz"
    fitted.save(file)
    whole = file.read_bytes()
    for content in (b"", whole[:-30], b"PK\3\4 no zip"):
        file.write_bytes(content)
        with pytest.raises(ValueError, match="no classifier that FewShotClassifier"):
            FewShotClassifier.load(file, colours)
    with pytest.raises(FileNotFoundError):
        FewShotClassifier.load(tmp_path / "none.npz", colours)
    file.write_bytes(whole)
    with np.load(file) as stored:
        about = json.loads(str(stored["about"]))
    damaged(file, about=np.array(json.dumps({**about, "parameters": {"reject": "high"}})))
    with pytest.raises(ValueError, match="parameters that this release does not take"):
        FewShotClassifier.load(file, colours)
    damaged(file, about=np.array(json.dumps({**about, "format": 99})))
    with pytest.raises(ValueError, match="is of format 99"):
        FewShotClassifier.load(file, colours)
