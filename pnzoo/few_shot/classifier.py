"""Few-shot classification of a person's own images, in scikit-learn's manner."""

import functools
import numbers
import os
from collections.abc import Callable
from typing import Any, Self, TypeVar, cast

import numpy as np

from pnzoo.core.deprecation import renamed_arguments, renamed_method, warn
from pnzoo.data.photo_folder import read_photo_folder
from pnzoo.few_shot import open_set, shelf
from pnzoo.few_shot.calibration import temperature, tempered
from pnzoo.few_shot.chunked import attend, probabilities

try:
    from sklearn.base import BaseEstimator, ClassifierMixin
    from sklearn.utils import compute_sample_weight
    from sklearn.utils.validation import check_is_fitted

    from pnzoo.few_shot.labels import answer_dtype, check_labels, same_kind, warn_of_twins
    from pnzoo.few_shot.parameters import check_parameters
    from pnzoo.few_shot.readers import Characters, make_reader
except ImportError as error:
    raise ImportError("FewShotClassifier needs scikit-learn: type `pip install 'pnzoo[fewshot]'`.") from error

Function = TypeVar("Function", bound=Callable[..., Any])
FORMER = {
    "ink": "foreground",
    "context_limit": "max_support",
    "context_draws": "n_subsets",
    "threshold": "reject",
    "reject_label": "none_label",
}


def _former(function: Function) -> Function:
    """Take the parameters of release 0.1 too."""
    take = renamed_arguments(**FORMER)(function)

    @functools.wraps(function)
    def wrapper(self, *args, **parameters):
        if "balanced" in parameters:
            warn("FewShotClassifier(balanced=True)", 'FewShotClassifier(class_weight="balanced")')
            parameters["class_weight"] = "balanced" if parameters.pop("balanced") else None
        return take(self, *args, **parameters)

    return cast(Function, wrapper)


class FewShotClassifier(ClassifierMixin, BaseEstimator):
    """Learns new classes from a few images each: `fit` embeds them, `predict` compares embeddings.

    Parameters act at `fit`: what `set_params` changes later waits for the next one.

    Some models know characters, whose colours and place mean nothing; others know photographs, or sentences with a
    blank (`pnzoo.few_shot.sentences`): then read "text" for "image" below, and give lists of strings. A model of
    vectors, which compares nothing by itself, is given class means (`pnzoo.few_shot.class_means`).

    Args:
        model: an entry of the zoo, a folder written by `pnzoo.save`, a few-shot model, an `ImageEmbedder`, or a Keras
            model that maps photographs to vectors.
        foreground: of characters: `"dark"` on light, `"light"` on dark, or `"auto"`, see `pnzoo.data.preprocessing`.
        crop: True, False or `"auto"`, likewise.
        reject: None, every image is one of the classes; a number, the least `confidence` for an answer, below which
            `predict` gives `none_label`; or `"auto"`, that number by the support set alone, so that about 95 % of the
            images of known classes are answered: each image is left out in turn and judged by the others. With one
            image a class there are none to leave out, and it is what it was for `matching_photo` on other classes;
            other models need two images of some class.
        none_label: what stands for "none of these".
        class_weight: None, the paper's rule: attention is summed within a class, so one with more support images
            counts more; `"balanced"`: it is averaged; or a dict label -> how much each image of the class counts.
            Models without attention (Siamese, MANN) take no weights.
        max_support: largest support that a model with full context (FCE) reads at once; None for no limit. Such
            models were trained on small sets and take time in proportion; on a larger support, the mean is taken
            over `n_subsets` random subsets of this size with as many images of each class as fit.
        n_subsets: how many subsets.
        batch_size: images embedded at once (at most 32 photographs), and the measure of memory for matching.

    Attributes:
        classes_: the labels seen or announced, sorted.
        support_: float32 `[S, 28, 28]`, the support images as the model sees them; of photographs `[S]`, their paths,
            or their places in X; of sentences `[S]`, themselves.
        support_labels_: `[S]`, their labels.
        embeddings_: float32 `[S, D]`, their embeddings.
        threshold_: the least `confidence` for an answer, by `reject`; None for none.
        model_: the loaded model, what compares embeddings.
        reader_: what reads and embeds images for it.
        parameters_: the parameters that act, those of the last `fit`.
        n_features_in_, feature_names_in_: where images came as flattened squares, in a data frame with names.

    In parallel (`n_jobs`), each worker process imports Keras by itself, which takes some seconds.

    Example:
        >>> from pnzoo.data import glyphs
        >>> from pnzoo.models import MatchingNetwork
        >>> characters = glyphs.generate(1, 5, 4).images            # 5 characters, 4 images each
        >>> classifier = FewShotClassifier(MatchingNetwork())       # untrained; name a zoo entry instead
        >>> classifier.fit(characters[:, 0], list("abcde")).predict_proba(characters[:, 1]).shape
        (5, 5)

    Reference: Vinyals et al. 2016.
    """

    @_former
    def __init__(
        self,
        model: Any = "matching_omniglot",
        *,
        foreground: str = "auto",
        crop: bool | str = "auto",
        reject: float | str | None = None,
        none_label: Any = None,
        class_weight: str | dict | None = None,
        max_support: int | None = 100,
        n_subsets: int = 8,
        batch_size: int = 256,
    ) -> None:
        self.model = model
        self.foreground = foreground
        self.crop = crop
        self.reject = reject
        self.none_label = none_label
        self.class_weight = class_weight
        self.max_support = max_support
        self.n_subsets = n_subsets
        self.batch_size = batch_size

    @_former
    def set_params(self, **params: Any) -> Self:
        """Change parameters, for the next `fit`; scikit-learn's method."""
        return super().set_params(**params)

    codes_ = renamed_method("codes_", "embeddings_")

    # -- learning ---------------------------------------------------------------------------------

    def fit(self, X: Any, y: Any = None) -> Self:
        """Take a support set, forgetting any other. If it fails, nothing changes.

        Args:
            X: images, `[N, H, W]`, `[N, H, W, C]` or `[N, H*H]`, a data frame of flattened squares or a column of
                paths, or a list of arrays, PIL images, paths, or image files' bytes; or the path of a folder that holds
                one folder of images for each class, see `pnzoo.data.photo_folder`.
            y: N labels: numbers, strings or booleans; None for a folder, whose folders' names they are.

        Returns:
            self.

        Raises:
            ValueError: for no images, other than one label for each image, a single class, missing, mixed or
                continuous labels, a parameter out of its range, or an image that cannot be used.

        Warns:
            UserWarning: the same image is in two classes; names them.
        """
        folder = y is None and isinstance(X, str | os.PathLike)
        if folder:
            X, y = read_photo_folder(X)[:2]
        y = check_labels(y)
        if len(np.unique(y)) < 2:
            raise ValueError(
                f"all {len(y)} labels are {y[:1].tolist()[0]!r}: one class leaves nothing to tell apart. Give two or "
                "more."
            )
        self._start(X, y, np.unique(y))
        if not folder:  # whose files have been compared
            warn_of_twins(self.embeddings_, y)
        return self

    def partial_fit(self, X: Any, y: Any, classes: Any = None) -> Self:
        """Add images to the support set, of known classes or new ones. If it fails, nothing changes.

        Args:
            X, y: as in `fit`; a single class is fine if another is known or announced.
            classes: labels that may come later; they have a column of `predict_proba` from now on.

        Returns:
            self.

        Raises:
            ValueError: as `fit` does, or if `classes` is given and lacks a label of y.
        """
        fitted = hasattr(self, "embeddings_")
        if not fitted and classes is None:
            return self.fit(X, y)
        y = check_labels(y)
        known = np.unique(np.concatenate(self._known(y, classes, fitted)))
        if not fitted:
            return self._start(X, y, known)
        self._check_features(X)
        images, embeddings = self._embedded(self.reader_, X, y)
        support = (self.support_, images), (self.embeddings_, embeddings), (self.support_labels_, y)
        return self._take(self.reader_, self.parameters_, *map(np.concatenate, support), known)

    def _known(self, y, classes, fitted):
        """Arrays of labels that together are all classes, of one kind."""
        known = [y] if classes is None else [y, check_labels(classes)]
        if classes is not None and not np.isin(y, known[1]).all():
            raise ValueError(f"labels {y[~np.isin(y, known[1])][:3]} are not among classes={list(classes)[:9]}.")
        known += [self.classes_] if fitted else []
        for other in known[1:]:
            if not same_kind(y, other):
                raise ValueError(
                    f"labels are {y.dtype} and were {other.dtype}: give labels of the same kind as before, or call "
                    "fit to start over."
                )
        return known

    def fine_tune(self, steps: int = 50, **options: Any) -> Self:
        """Train a copy of the model on the support set, with transformed copies of its images as queries.

        The paper found that this helps classifiers and hardly matching networks; measure before relying on it.

        Args:
            steps: steps of training.
            options: of `pnzoo.few_shot.fine_tuning.fine_tune`.

        Returns:
            self, with a model of its own in `model_`.
        """
        from pnzoo.few_shot.fine_tuning import fine_tune

        check_is_fitted(self, "embeddings_")
        if not isinstance(self.reader_, Characters):
            raise ValueError("fine_tune is for models of characters; one of photographs or sentences stays as it is.")
        images = np.rint(self.support_ * 255).astype("uint8")
        model = fine_tune(self.model_, images, self.support_labels_, steps=steps, **options)
        reader = Characters(model, self.parameters_)
        embeddings = reader.embed(self.support_)
        return self._take(reader, self.parameters_, self.support_, embeddings, self.support_labels_, self.classes_)

    def _start(self, X, y, classes):
        """The first support set; nothing is written before everything has worked."""
        parameters = check_parameters(self.get_params(deep=False))
        reader = make_reader(self.model, parameters)
        features = _features(X)
        support, embeddings = self._embedded(reader, X, y)
        self._take(reader, parameters, support, embeddings, y, classes)
        for name in ("n_features_in_", "feature_names_in_"):
            self.__dict__.pop(name, None)
        self.__dict__.update(features)
        return self

    def _take(self, reader, parameters, images, embeddings, y, classes):
        """Write the state, after the last step that may fail."""
        line, reject = None, parameters["reject"]
        if isinstance(reject, str):
            line = open_set.line(reader.model, embeddings, y)
        self.model_, self.reader_, self.parameters_ = reader.model, reader, parameters
        self.support_, self.embeddings_, self.support_labels_ = images, embeddings, y
        self.classes_, self.support_index_ = classes, np.searchsorted(classes, y)
        self.threshold_, self._line = (reject if line is None else line.threshold), line
        self._temperature = None  # found when a probability is asked for
        return self

    def _embedded(self, reader, X, y):
        """What is kept of the images of a support set, and their embeddings."""
        images = reader.read(X)
        if len(images) != len(y):
            raise ValueError(f"got {len(images)} images and {len(y)} labels. Give one label for each image.")
        return reader.support(images), reader.embed(images)

    def _check_features(self, X):
        """Flattened squares must come as they came to `fit`; images of any other form may have any size."""
        features = _features(X)
        expected, given = getattr(self, "n_features_in_", None), features.get("n_features_in_")
        if expected and given and expected != given:
            raise ValueError(
                f"X has {given} features, but {type(self).__name__} is expecting {expected} features as input: give "
                "squares of the size that fit was given, or arrays [N, H, W] of any."
            )
        names, others = (getattr(self, "feature_names_in_", None), features.get("feature_names_in_"))
        if names is not None and others is not None and list(names) != list(others):
            raise ValueError("The feature names should match those that were passed during fit.")

    # -- files ------------------------------------------------------------------------------------

    def save(self, path: str | os.PathLike) -> None:
        """Write the support set's embeddings and labels, the parameters, and which model they are of.

        Args:
            path: the file, such as `"shelf.npz"`; one that is there is replaced. Neither images nor the model are in
                it, and no pickle.

        Raises:
            ValueError: a parameter that no file can hold, such as a function.
        """
        check_is_fitted(self, "embeddings_")
        shelf.save(self, path)

    @classmethod
    def load(cls, path: str | os.PathLike, model: Any = None, **parameters: Any) -> Self:
        """A fitted classifier from a file that `save` wrote.

        Args:
            path: the file.
            model: the model it was fitted with; needed where that was no entry of the zoo.
            parameters: in place of those it was saved with, such as `reject="auto"`; not those of how images are read.

        Returns:
            The classifier.

        Raises:
            ValueError: the file is damaged or none of ours, or the model is not the one that it was written with, or a
                parameter is out of its range.
        """
        return shelf.load(cls, path, model, parameters)

    # -- answers ----------------------------------------------------------------------------------

    def predict(self, X: Any) -> np.ndarray:
        """Labels of images.

        Args:
            X: images, as in `fit`.

        Returns:
            `[N]`, of the labels' dtype; with `reject`, of one that holds `none_label` too (object for None).
        """
        embeddings = self._embeddings(X)
        labels = self.classes_[self._proba(embeddings).argmax(1)]
        none_label = self.parameters_["none_label"]
        if self.threshold_ is None:
            return labels
        labels = labels.astype(answer_dtype(self.classes_, none_label))
        labels[self._confidence(embeddings) < self.threshold_] = none_label
        return labels

    def predict_proba(self, X: Any, none: bool = False) -> np.ndarray:
        """Probabilities of the classes, in the order of `classes_`.

        Args:
            X: images, as in `fit`.
            none: whether "none of these" has a column too, the last; for `reject="auto"`. It supposes that one image
                in two is none of the classes, and `predict` that most are one: where they disagree, the image is a
                borderline case.

        Returns:
            float64 `[N, classes]` or `[N, classes + 1]`; rows sum to 1. Without the last column they compare the
            classes with each other: an image unlike all of them still gets a sure-looking row.

        Raises:
            ValueError: `none` without `reject="auto"`, which draws the line that it is measured from.
        """
        embeddings = self._embeddings(X)
        if not none:
            return self._proba(embeddings)
        if self._line is None:
            raise ValueError('a probability of none of these needs reject="auto": set it and fit again.')
        p = open_set.none_probability(self._confidence(embeddings), self._line)[:, None]
        return np.concatenate([self._proba(embeddings) * (1 - p), p], axis=1)

    def confidence(self, X: Any) -> np.ndarray:
        """How well an image fits the class that it fits best.

        Args:
            X: images, as in `fit`.

        Returns:
            float `[N]`: of photographs, the cosine with the nearest class mean, as the model measures it; of
            characters, the largest cosine with an image (with the similarity "aligned", agreement of places; for a
            Siamese network, the largest probability of a pair). Below `threshold_`, `predict` says `none_label`.
        """
        return self._confidence(self._embeddings(X))

    def attention(self, X: Any) -> np.ndarray:
        """Which support image decided.

        Args:
            X: images, as in `fit`.

        Returns:
            float64 `[N, S]`, columns in the order of `support_`; rows sum to 1.

        Raises:
            ValueError: if the model has no attention over the support set.
        """
        check_is_fitted(self, "embeddings_")
        if not hasattr(self.model_, "attend"):
            raise ValueError(
                f"a {type(self.model_).__name__} has no attention over the support set. Use a matching network."
            )
        return self._attend(self._embeddings(X))

    def score(self, X: Any, y: Any, sample_weight: Any = None) -> float:
        """Accuracy; an image that is rejected counts as wrong, unless its label is `none_label`.

        Args:
            X: images, as in `fit`.
            y: their labels.
            sample_weight: `[N]`, how much each image counts, or None.

        Returns:
            float, 0 to 1.
        """
        labels, predicted = list(np.ravel(np.asarray(y, object))), self.predict(X).tolist()
        if len(labels) != len(predicted):
            raise ValueError(f"got {len(predicted)} images and {len(labels)} labels. Give one label for each image.")
        correct = [bool(label == answer) for label, answer in zip(labels, predicted, strict=True)]
        return float(np.average(correct, weights=sample_weight))

    def _embeddings(self, X):
        """Embeddings of images; those asked for last are kept, so the same images are embedded once."""
        check_is_fitted(self, "embeddings_")
        self._check_features(X)
        return self.reader_.embed_again(self.reader_.read(X))

    def _attend(self, embeddings):
        weight = compute_sample_weight(self.parameters_["class_weight"], self.support_labels_)
        limits = {name: self.parameters_[name] for name in ("max_support", "n_subsets", "batch_size")}
        if not hasattr(getattr(self.model_, "matching_attention", None), "cosines"):
            return attend(self.model_, self.embeddings_, self.support_index_, embeddings, weight=weight, **limits)
        attention = attend(self.model_, self.embeddings_, self.support_index_, embeddings, **limits)
        return self._calibrated(attention, np.ones(len(attention.T)) if weight is None else weight)

    def _calibrated(self, attention, weight):
        """Attention whose sums over classes are probabilities as sure as the support set says they may be."""
        if self._temperature is None:
            self._temperature = temperature(self.model_, self.embeddings_, self.support_index_)
        shares = attention @ np.eye(len(self.classes_))[self.support_index_]
        attention = attention * (tempered(shares, self._temperature) / shares)[:, self.support_index_] * weight
        return attention / attention.sum(1, keepdims=True)

    def _proba(self, embeddings):
        """float64 [N, classes]; a class without images, only announced, has probability 0."""
        one_hot = np.eye(len(self.classes_))
        if hasattr(self.model_, "attend") and not hasattr(self.model_, "class_logits"):
            return self._attend(embeddings) @ one_hot[self.support_index_]
        present, index = np.unique(self.support_index_, return_inverse=True)
        batch_size = self.parameters_["batch_size"]
        return probabilities(self.model_, self.embeddings_, index, embeddings, batch_size=batch_size) @ one_hot[present]

    def _confidence(self, embeddings):
        if not hasattr(self.model_, "similarity"):
            return self._proba(embeddings).max(1)
        present = np.unique(self.support_index_, return_inverse=True)[1]  # others are only announced
        batch_size = self.parameters_["batch_size"]
        return open_set.fit_scores(self.model_, self.embeddings_, present, embeddings, batch_size)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array = True  # flattened squares
        tags.input_tags.three_d_array = True
        tags.non_deterministic = False
        return tags


def _features(X):
    """How many features X has and how they are called, where it has any: flattened squares."""
    shape = getattr(X, "shape", None) or _nested_shape(X)
    if len(shape) != 2:
        return {}
    if not shape[1]:
        raise ValueError(f"Found array with 0 feature(s) (shape={tuple(shape)}) while a minimum of 1 is required.")
    if shape[1] == 1 and np.asarray(X).dtype.kind in "OUS":  # a column of paths
        return {}
    features = {"n_features_in_": int(shape[1])}
    names = list(getattr(X, "columns", []))
    if names and all(isinstance(name, str) for name in names):
        features["feature_names_in_"] = np.array(names, object)
    return features


def _nested_shape(X):
    """(N, features) of a list of rows of numbers, () of anything else."""
    row = X[0] if isinstance(X, list | tuple) and X else None
    numbers_inside = isinstance(row, list | tuple) and row and isinstance(row[0], numbers.Number)
    return (len(X), len(row)) if numbers_inside else ()
