"""FewShotClassifier keeps scikit-learn's manners, checked with a model of pixels that takes no time."""

import math

import numpy as np
import pytest

pytest.importorskip("sklearn")
pytest.importorskip("pandas")
import pandas as pd
from sklearn.base import clone
from sklearn.exceptions import DataConversionWarning, NotFittedError
from sklearn.model_selection import learning_curve
from sklearn.utils.estimator_checks import check_estimator
from sklearn.utils.validation import check_is_fitted

from pnzoo.core import image_list
from pnzoo.data import glyphs
from pnzoo.few_shot import readers
from pnzoo.few_shot.classifier import FewShotClassifier

CHARACTERS = glyphs.generate(1, 5, 8, seed=3).images  # [5, 8, 28, 28]
X, Y = CHARACTERS[:, :3].reshape(-1, 28, 28), np.repeat(list("abcde"), 3)
QUERIES, TRUE = CHARACTERS[:, 5:7].reshape(-1, 28, 28), np.repeat(list("abcde"), 2)


class Pixels:
    """A matching network whose embedding is the image itself."""

    image_size = 28
    settings = {"image_size": 28}

    counted = 0  # images embedded, of all instances

    def __init__(self, inverse_temperature=10.0):
        self.inverse_temperature = inverse_temperature

    def build_weights(self):
        return self

    def embed(self, images, training=False):
        Pixels.counted += len(images)
        flat = np.asarray(images).reshape(len(images), -1)
        return flat / np.maximum(np.linalg.norm(flat, axis=1, keepdims=True), 1e-9)

    encode = embed

    def similarity(self, support, query):
        return np.einsum("bqd,bsd->bqs", np.asarray(query), np.asarray(support))

    def attend(self, support, query, mask=None):
        p = np.exp(self.inverse_temperature * self.similarity(support, query))
        return p / p.sum(-1, keepdims=True)

    def match(self, support, labels, query, mask=None):
        return np.log(self.attend(support, query) @ labels)


class Pairs(Pixels):
    """A model without attention: the nearest support image of each class."""

    attend = None

    def __getattribute__(self, name):
        if name == "attend":
            raise AttributeError(name)
        return super().__getattribute__(name)

    def match(self, support, labels, query, mask=None):
        nearest = np.where(labels[0].T[:, None] > 0, self.similarity(support, query)[0], -9).max(-1).T
        p = np.exp(self.inverse_temperature * nearest)
        return np.log(p / p.sum(-1, keepdims=True))[None]


@pytest.fixture(params=[Pixels, Pairs])
def classifier(request):
    return FewShotClassifier(request.param())


def state(classifier):
    return {name: value for name, value in vars(classifier).items() if name.endswith("_")}


def same_state(classifier, before):
    after = state(classifier)
    return set(after) == set(before) and all(after[name] is before[name] for name in before)


# -- scikit-learn's own checks --------------------------------------------------------------------

EXPECTED = {
    "check_estimators_dtypes": "its random numbers become integers, and some rows are then blank: nothing is drawn",
    "check_dtype_object": "it wants scikit-learn's TypeError for a dict among numbers; here it is a ValueError",
    "check_methods_subset_invariance": "batched products round differently by 1e-7; the check allows 1e-7",
    "check_methods_sample_order_invariance": "likewise, and the check allows 1e-9",
}


class Squares(FewShotClassifier):
    """The checks give any number of features, where images need a square one."""

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.classifier_tags.poor_score = True  # points in the plane are no drawings
        return tags


def padded(rows):
    """Rows of any length, filled up to squares."""
    side = max(2, math.ceil(math.sqrt(rows.shape[1])))
    return np.pad(rows, ((0, 0), (0, side * side - rows.shape[1]))).reshape(-1, side, side)


def test_scikit_learns_checks(monkeypatch):
    monkeypatch.setattr(image_list, "_squares", padded)
    results = check_estimator(Squares(Pixels()), on_fail=None, on_skip=None)
    failed = {result["check_name"]: result["exception"] for result in results if result["status"] == "failed"}
    assert not {name: error for name, error in failed.items() if name not in EXPECTED}
    assert sum(result["status"] == "passed" for result in results) >= 50


# -- nothing changes when it fails ----------------------------------------------------------------

BLANK = np.zeros((3, 28, 28))


def test_a_first_fit_that_fails_leaves_nothing(classifier):
    with pytest.raises(ValueError, match="constant"):
        classifier.fit(BLANK, [0, 1, 2])
    with pytest.raises(NotFittedError):
        check_is_fitted(classifier)
    with pytest.raises(NotFittedError):
        classifier.predict(QUERIES)
    assert not state(classifier)


@pytest.mark.parametrize(
    "attempt",
    [
        lambda c: c.set_params(model=Pixels(1.0)).fit(BLANK, [0, 1, 2]),
        lambda c: c.fit(X, Y[:-1]),
        lambda c: c.fit(X[:2], ["a", "a"]),
        lambda c: c.set_params(batch_size=0).fit(X, Y),
        lambda c: c.set_params(model="no_such_entry").fit(X, Y),
        lambda c: c.partial_fit(BLANK, ["a", "b", "c"]),
        lambda c: c.partial_fit(X[:2], ["a"]),
        lambda c: c.partial_fit(X[:2], [1, 2]),
        lambda c: c.partial_fit(X[:2], ["a", "z"], classes=["a", "b"]),
        lambda c: c.fine_tune(steps=0),
        lambda c: c.fine_tune(learning_rate="fast"),
    ],
    ids=["model", "labels", "one-class", "parameter", "entry", "blank", "length", "kind", "classes", "steps", "rate"],
)
def test_a_later_fit_that_fails_changes_nothing(classifier, attempt):
    classifier.fit(X, Y)
    before, p = state(classifier), classifier.predict_proba(QUERIES)
    with pytest.raises((ValueError, TypeError, AttributeError)):
        attempt(classifier)
    assert same_state(classifier, before)
    np.testing.assert_array_equal(classifier.predict_proba(QUERIES), p)


# -- parameters -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "wrong",
    [
        {"max_support": 0},
        {"max_support": 2.5},
        {"n_subsets": 0},
        {"n_subsets": None},
        {"n_subsets": True},
        {"batch_size": 0},
        {"batch_size": -1},
        {"batch_size": 2.5},
        {"reject": float("nan")},
        {"reject": "0.5"},
        {"reject": True},
        {"class_weight": "equal"},
        {"class_weight": {"a": -1}},
        {"foreground": "black"},
        {"foreground": None},
        {"crop": "always"},
        {"crop": 1},
        {"none_label": ["a"]},
        {"model": 3},
    ],
    ids=repr,
)
def test_parameters_out_of_range_are_named(wrong):
    (name,) = wrong
    with pytest.raises(ValueError, match=f"^{name}="):
        FewShotClassifier(**{"model": Pixels(), **wrong}).fit(X, Y)


def test_numpy_numbers_are_numbers():
    parameters = {
        "max_support": np.int64(9),
        "batch_size": np.int32(4),
        "reject": np.float32(0.1),
        "crop": np.bool_(0),
    }
    assert FewShotClassifier(Pixels(), **parameters, n_subsets=np.uint8(2)).fit(X, Y).predict(QUERIES).shape == (10,)
    assert FewShotClassifier(Pixels(), max_support=None).fit(X, Y).predict(QUERIES).shape == (10,)


def test_parameters_act_at_fit(classifier):
    classifier.fit(X, Y)
    p = classifier.predict_proba(QUERIES)
    classifier.set_params(crop=True, reject=2.0, model=Pixels(0.1), batch_size=1)
    np.testing.assert_array_equal(classifier.predict_proba(QUERIES), p)
    assert "None" not in map(str, classifier.predict(QUERIES))
    assert set(classifier.fit(X, Y).predict(QUERIES).tolist()) == {None}


def test_former_parameters_work_and_warn():
    with pytest.warns(DeprecationWarning, match="foreground"):
        former = FewShotClassifier(Pixels(), ink="light")
    with pytest.warns(DeprecationWarning, match="class_weight"):
        former.set_params(balanced=True)
    with pytest.warns(DeprecationWarning, match="max_support"):
        former.set_params(context_limit=5)
    with pytest.warns(DeprecationWarning, match="n_subsets"):
        former.set_params(context_draws=3)
    with pytest.warns(DeprecationWarning, match="reject="):
        former.set_params(threshold=0.2)
    with pytest.warns(DeprecationWarning, match="none_label="):
        former.set_params(reject_label="none")
    now = FewShotClassifier(former.model, foreground="light", class_weight="balanced", max_support=5, n_subsets=3)
    now.set_params(reject=0.2, none_label="none")
    assert clone(now, safe=False).get_params().keys() == former.get_params().keys()
    assert former.get_params() == now.get_params()
    with pytest.warns(DeprecationWarning, match="embeddings_"):
        np.testing.assert_array_equal(now.fit(X, Y).codes_, now.embeddings_)


def test_class_weights():
    labels = ["a"] * 6 + ["b"]
    images = np.concatenate([CHARACTERS[0, :6], CHARACTERS[1, :1]])

    def odds(**parameters):
        p = FewShotClassifier(Pixels(), **parameters).fit(images, labels).predict_proba(QUERIES)
        return p[:, 0] / p[:, 1]

    np.testing.assert_allclose(odds(class_weight="balanced"), odds() / 6)
    np.testing.assert_allclose(odds(class_weight={"a": 3, "b": 1}), odds() * 3)


# -- labels ---------------------------------------------------------------------------------------


class Tensor:
    def __init__(self, array):
        self.array = array

    def __array__(self, dtype=None, copy=None):
        return self.array


NUMBERS = np.repeat([3, 1, 4, 1_000, 5], 3)


@pytest.mark.parametrize(
    ("labels", "kind"),
    [
        (pd.Series(NUMBERS, index=range(50, 65)), "i"),
        (pd.Series(NUMBERS, dtype="Int64"), "i"),
        (pd.Series(NUMBERS, dtype="UInt16"), "u"),
        (pd.Series(NUMBERS > 3, dtype="boolean"), "b"),
        (pd.Series(Y, dtype="category"), "U"),
        (pd.Series(Y, dtype="string"), "U"),
        (pd.Series(NUMBERS, dtype="category"), "i"),
        (pd.Categorical(Y), "U"),
        (Tensor(NUMBERS), "i"),
        (NUMBERS.astype(object), "i"),
        (NUMBERS.astype(float), "f"),
        (tuple(Y.tolist()), "U"),
    ],
    ids=["series", "Int64", "UInt16", "boolean", "category", "string", "numbers", "Categorical", "array", "object",
         "float", "tuple"],
)  # fmt: skip
def test_labels_of_any_container(classifier, labels, kind):
    classifier.fit(X, labels)
    assert classifier.classes_.dtype.kind == kind
    plain = np.asarray(labels.array if isinstance(labels, Tensor) else labels)
    assert classifier.score(X, labels if not isinstance(labels, Tensor) else plain) == 1
    assert sorted(set(plain.tolist())) == classifier.classes_.tolist()


@pytest.mark.parametrize("column", [NUMBERS[:, None], pd.DataFrame({"y": NUMBERS}), NUMBERS[:, None].tolist()])
def test_a_column_of_labels_is_taken_with_a_warning(classifier, column):
    with pytest.warns(DataConversionWarning):
        classifier.fit(X, column)
    assert classifier.support_labels_.shape == (15,)


@pytest.mark.parametrize(
    ("labels", "match"),
    [
        (np.linspace(0.1, 2, 15), "Unknown label type"),
        (np.array(3), "no list of labels"),
        (None, "y is None"),
        ([2**63 + 5, -1] * 7 + [1], "64 bits"),
        ([True] * 7 + [1] * 8, "mix bool and int"),
        (pd.Series([1, None] * 7 + [1], dtype="Int64"), "missing|NaN"),
        ([1.0, np.inf] * 7 + [1.0], "infinity"),
        (np.zeros((15, 2)), r"\(15, 2\)"),
        ([b"a", b"b"] * 7 + [b"a"], "Unknown label type"),
    ],
)
def test_labels_that_are_none_are_refused(classifier, labels, match):
    with pytest.raises(ValueError, match=match):
        classifier.fit(X, labels)


# -- rejection ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("labels", "none_label", "dtype"),
    [
        (NUMBERS, -1, np.int64),
        (NUMBERS, None, object),
        (NUMBERS, np.nan, np.float64),
        (NUMBERS, "none", object),
        (Y, "none of these", "<U13"),
        (Y, None, object),
        (NUMBERS > 3, False, bool),
        (NUMBERS > 3, -1, object),
    ],
)
def test_the_dtype_of_answers_does_not_depend_on_them(classifier, labels, none_label, dtype):
    classifier.set_params(reject=0.9, none_label=none_label).fit(X, labels)
    for images in (X, QUERIES, X[:1]):
        assert classifier.predict(images).dtype == np.dtype(dtype)
    everything = classifier.set_params(reject=2.0).fit(X, labels).predict(X)
    assert everything.dtype == np.dtype(dtype)
    np.testing.assert_array_equal(everything, np.full(15, none_label, dtype))


@pytest.mark.parametrize("none_label", [-1, None, "none"])
def test_score_counts_a_rejection_as_wrong(classifier, none_label):
    true = np.repeat([3, 1, 4, 1_000, 5], 2)
    classifier.set_params(reject=0.65, none_label=none_label).fit(X, NUMBERS)
    answers = classifier.predict(QUERIES)
    rejected = np.array([answer == none_label for answer in answers])
    assert 0 < rejected.sum() < 10
    assert classifier.score(QUERIES, true) == np.mean(answers == true)
    weight = np.where(rejected, 0, 1)
    assert classifier.score(QUERIES, true, weight) == np.mean(answers[~rejected] == true[~rejected])
    assert classifier.score(QUERIES, np.where(rejected, none_label, true.astype(object))) > np.mean(answers == true)
    with pytest.raises(ValueError, match="10 images and 3 labels"):
        classifier.score(QUERIES, true[:3])


# -- classes that come later ----------------------------------------------------------------------


def test_announced_classes_have_columns(classifier):
    classifier.partial_fit(X[:3], Y[:3], classes=list("abcdez"))
    assert classifier.classes_.tolist() == list("abcdez")
    p = classifier.predict_proba(QUERIES)
    np.testing.assert_allclose(p, [[1, 0, 0, 0, 0, 0]] * 10)
    classifier.partial_fit(X[3:], Y[3:])
    p = classifier.predict_proba(QUERIES)
    assert p.shape == (10, 6)
    assert (p[:, 5] == 0).all()
    whole = clone(classifier).set_params(model=classifier.model).fit(X, Y)
    np.testing.assert_allclose(p[:, :5], whole.predict_proba(QUERIES), atol=1e-6)
    assert classifier.partial_fit(X[:1], ["new"], classes=["new"]).classes_.tolist() == [*"abcde", "new", "z"]


def test_learning_curves_that_exploit_incremental_learning():
    order = np.random.default_rng(0).permutation(15)
    sizes, training, test = learning_curve(
        FewShotClassifier(Pixels()), X[order].reshape(15, -1), Y[order], cv=3, exploit_incremental_learning=True,
        train_sizes=[3, 6, 10], error_score="raise",
    )  # fmt: skip
    assert sizes.tolist() == [3, 6, 10]
    assert training.min() == 1
    assert test[-1].mean() > test[0].mean()


# -- features -------------------------------------------------------------------------------------


def test_features_are_noted_where_there_are_any(classifier):
    flat = X.reshape(15, -1)
    names = [f"p{i}" for i in range(784)]
    frame = pd.DataFrame(flat, columns=names)
    classifier.fit(frame, pd.Series(Y))
    assert classifier.n_features_in_ == 784
    assert classifier.feature_names_in_.tolist() == names
    np.testing.assert_array_equal(classifier.predict(frame), classifier.predict(X))
    with pytest.raises(ValueError, match="feature names should match"):
        classifier.predict(frame[names[::-1]])
    with pytest.raises(ValueError, match=r"X has 676 features.*784"):
        classifier.predict(flat[:, :676])
    assert classifier.fit(flat, Y).n_features_in_ == 784
    assert not hasattr(classifier, "feature_names_in_")
    assert not hasattr(classifier.fit(X, Y), "n_features_in_")
    assert classifier.predict(flat[:, :676]).shape == (15,)  # images have any size


def test_paths_in_a_frame(classifier, tmp_path):
    image = pytest.importorskip("PIL.Image")
    paths = [tmp_path / f"{i}.png" for i in range(15)]
    for path, array in zip(paths, X, strict=True):
        image.fromarray(array).save(path)
    frame = pd.DataFrame({"path": map(str, paths), "label": Y})
    classifier.fit(frame[["path"]], frame["label"])
    assert not hasattr(classifier, "n_features_in_")
    np.testing.assert_array_equal(classifier.predict(frame["path"]), clone(classifier).fit(X, Y).predict(X))


# -- work -----------------------------------------------------------------------------------------


def test_the_same_images_are_embedded_once():
    classifier = FewShotClassifier(Pixels(), reject=0.5, none_label="none").fit(X, Y)
    Pixels.counted = 0
    for method in (classifier.predict, classifier.predict_proba, classifier.confidence, classifier.attention):
        method(QUERIES)
        method(QUERIES.copy())
    assert Pixels.counted == len(QUERIES)
    changed = QUERIES.copy()
    changed[0] = QUERIES[1]
    np.testing.assert_array_equal(*classifier.predict_proba(changed)[:2])
    classifier.partial_fit(X[:1], Y[:1])
    assert classifier.attention(QUERIES).shape == (10, 16)
    assert readers._Last().__getstate__()["embeddings"] is None


def test_answers_leave_the_classifier_as_it_was(classifier):
    classifier.fit(X, Y)
    before = dict(vars(classifier))
    classifier.predict(QUERIES)
    classifier.confidence(QUERIES)
    assert vars(classifier) == before
