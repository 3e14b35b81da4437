"""Few-shot classification of a person's own images, in scikit-learn's manner."""

import numpy as np

from pnzoo.data.preprocessing import as_drawings
from pnzoo.few_shot.chunked import attend, probabilities

try:
    from sklearn.base import BaseEstimator, ClassifierMixin
    from sklearn.exceptions import NotFittedError
except ImportError as error:
    raise ImportError("FewShotClassifier needs scikit-learn: type `pip install 'pnzoo[fewshot]'`.") from error


class FewShotClassifier(ClassifierMixin, BaseEstimator):
    """Learns new classes from a few images each: `fit` only encodes them, `predict` compares.

    Args:
        model: an entry of the zoo, a folder written by `pnzoo.save`, or a few-shot model.
        ink: `"dark"` on light, `"light"` on dark, or `"auto"`, see `pnzoo.data.preprocessing.as_drawings`.
        crop: True, False or `"auto"`, likewise.
        threshold: None, or the least `confidence` for an answer; below it `predict` gives `reject_label`.
        reject_label: what stands for "none of these".
        balanced: whether a class with more support images counts no more than one with fewer: attention is averaged
            within a class instead of summed (the paper's rule).
        context_limit: largest support that a model with full context (FCE) reads at once. Such models were trained
            on small sets and take time in proportion; on a larger support, the mean is taken over `context_draws`
            random subsets of this size with as many images of each class as fit.
        context_draws: how many subsets.
        batch_size: images encoded at once, and the measure of memory for matching.

    Attributes:
        classes_: the labels seen, sorted.
        support_: float32 `[S, 28, 28]`, the support images as the model sees them.
        support_labels_: `[S]`, their labels.
        model_: the loaded model.

    Example:
        >>> from pnzoo.data import glyphs
        >>> from pnzoo.models import MatchingNetwork
        >>> characters = glyphs.generate(1, 5, 4).images            # 5 characters, 4 drawings each
        >>> classifier = FewShotClassifier(MatchingNetwork())       # untrained; name a zoo entry instead
        >>> classifier.fit(characters[:, 0], list("abcde")).predict_proba(characters[:, 1]).shape
        (5, 5)

    Reference: Vinyals et al. 2016.
    """

    def __init__(
        self,
        model="matching_omniglot",
        *,
        ink="auto",
        crop="auto",
        threshold=None,
        reject_label=None,
        balanced=False,
        context_limit=100,
        context_draws=8,
        batch_size=256,
    ):
        self.model = model
        self.ink = ink
        self.crop = crop
        self.threshold = threshold
        self.reject_label = reject_label
        self.balanced = balanced
        self.context_limit = context_limit
        self.context_draws = context_draws
        self.batch_size = batch_size

    # -- learning ---------------------------------------------------------------------------------

    def fit(self, X, y):
        """Take a support set, forgetting any other.

        Args:
            X: images, `[N, H, W]`, `[N, H, W, C]`, `[N, H*H]`, or a list of arrays, PIL images or paths.
            y: N labels: numbers, strings or booleans.

        Returns:
            self.

        Raises:
            ValueError: for no images, other than one label for each image, a single class, missing or mixed labels,
                or an image that cannot be used (see `as_drawings`).
        """
        y = _labels(y)
        if len(np.unique(y)) < 2:
            raise ValueError(
                f"all {len(y)} labels are {y[0]!r}: one class leaves nothing to tell apart. Give two or more."
            )
        self._load()
        self.support_ = self._drawings(X, y)
        self.support_labels_ = y
        return self._encode_support(0)

    def partial_fit(self, X, y, classes=None):
        """Add images to the support set, of known classes or new ones.

        Args:
            X, y: as in `fit`; a single class is fine once another is known.
            classes: ignored; scikit-learn's incremental learners have it, and here classes may come at any time.

        Returns:
            self.

        Raises:
            ValueError: as `fit` does.
        """
        if not hasattr(self, "codes_"):
            return self.fit(X, y)
        y, old = _labels(y), len(self.support_)
        if _kind(y) != _kind(self.support_labels_):
            raise ValueError(
                f"labels are {y.dtype} and were {self.support_labels_.dtype}: give labels of the same kind as before, "
                "or call fit to start over."
            )
        self.support_ = np.concatenate([self.support_, self._drawings(X, y)])
        self.support_labels_ = np.concatenate([self.support_labels_, y])
        return self._encode_support(old)

    def fine_tune(self, steps=50, **options):
        """Train a copy of the model on the support set, with warped copies of its images as queries.

        The paper found that this helps classifiers and hardly matching networks; measure before relying on it.

        Args:
            steps: steps of training.
            options: of `pnzoo.few_shot.fine_tuning.fine_tune`.

        Returns:
            self, with a model of its own in `model_`.
        """
        from pnzoo.few_shot.fine_tuning import fine_tune

        self._check_fitted()
        images = np.rint(self.support_ * 255).astype("uint8")
        self.model_ = fine_tune(self.model_, images, self.support_labels_, steps=steps, **options)
        return self._encode_support(0)

    def _load(self):
        from pnzoo import hub

        wanted = self.model
        if isinstance(wanted, str) or hasattr(wanted, "__fspath__"):
            wanted = hub.load(wanted)
        if not (hasattr(wanted, "encode") and hasattr(wanted, "match")):
            raise ValueError(
                f"model={self.model!r} is no few-shot model. Name one of {hub.list_models('*omniglot*')}, or give a "
                "MatchingNetwork."
            )
        wanted.build_weights()
        self.model_ = wanted

    def _drawings(self, X, y=None):
        drawings = as_drawings(X, ink=self.ink, crop=self.crop, size=self.model_.settings["image_size"])
        if y is not None and len(drawings) != len(y):
            raise ValueError(f"got {len(drawings)} images and {len(y)} labels. Give one label for each image.")
        return drawings

    def _encode_support(self, start):
        new = self._codes(self.support_[start:])
        self.codes_ = np.concatenate([self.codes_[:start], new]) if start else new
        self.classes_, self.support_index_ = np.unique(self.support_labels_, return_inverse=True)
        return self

    def _codes(self, drawings):
        from keras import ops

        batches = [drawings[i : i + self.batch_size] for i in range(0, len(drawings), self.batch_size)]
        codes = [self.model_.encode(ops.convert_to_tensor(batch[..., None])) for batch in batches]
        return np.concatenate([ops.convert_to_numpy(part).astype("float32") for part in codes])

    def _check_fitted(self):
        if not hasattr(self, "codes_"):
            raise NotFittedError("this FewShotClassifier has no support set yet. Call fit(images, labels) first.")

    # -- answers ----------------------------------------------------------------------------------

    def predict(self, X):
        """Labels of images.

        Args:
            X: images, as in `fit`.

        Returns:
            `[N]`, of the labels' type; of dtype object if a threshold is set and something was rejected.
        """
        self._check_fitted()
        codes = self._codes(self._drawings(X))
        labels = self.classes_[self._proba(codes).argmax(1)]
        if self.threshold is None:
            return labels
        sure = self._confidence(codes) >= self.threshold
        if sure.all():
            return labels
        labels = labels.astype(object)
        labels[~sure] = self.reject_label
        return labels

    def predict_proba(self, X):
        """Probabilities of the classes, in the order of `classes_`.

        Args:
            X: images, as in `fit`.

        Returns:
            float64 `[N, classes]`; rows sum to 1. They compare the classes with each other: an image unlike all of
            them still gets a sure-looking row, so use `confidence` to see that.
        """
        self._check_fitted()
        return self._proba(self._codes(self._drawings(X)))

    def confidence(self, X):
        """How much each image looks like its nearest support image, whatever the other classes.

        Args:
            X: images, as in `fit`.

        Returns:
            float `[N]`: the largest cosine between codes (with the kernel "aligned", agreement of places; for a Siamese
            network, the largest probability of a pair); compare it with `threshold`.
        """
        self._check_fitted()
        return self._confidence(self._codes(self._drawings(X)))

    def attention(self, X):
        """Which support image decided.

        Args:
            X: images, as in `fit`.

        Returns:
            float64 `[N, S]`, columns in the order of `support_`; rows sum to 1.

        Raises:
            ValueError: if the model has no attention over the support set.
        """
        self._check_fitted()
        if not hasattr(self.model_, "attend"):
            raise ValueError(
                f"a {type(self.model_).__name__} has no attention over the support set. Use a matching network."
            )
        return self._attend(self._codes(self._drawings(X)))

    def _attend(self, codes):
        weight = None
        if self.balanced:
            weight = 1.0 / np.bincount(self.support_index_)[self.support_index_]
        return attend(
            self.model_,
            self.codes_,
            self.support_index_,
            codes,
            weight=weight,
            limit=self.context_limit,
            draws=self.context_draws,
            at_once=self.batch_size,
        )

    def _proba(self, codes):
        if hasattr(self.model_, "attend") and not hasattr(self.model_, "class_scores"):
            labels = np.eye(len(self.classes_))[self.support_index_]
            return self._attend(codes) @ labels
        return probabilities(self.model_, self.codes_, self.support_index_, codes, at_once=self.batch_size)

    def _confidence(self, codes):
        from keras import ops

        if not hasattr(self.model_, "similarity"):
            return self._proba(codes).max(1)
        step = max(1, self.batch_size * 200 // len(self.codes_))
        best = []
        for i in range(0, len(codes), step):
            alike = self.model_.similarity(self.codes_[None], codes[None, i : i + step])
            best.append(ops.convert_to_numpy(alike)[0].max(-1))
        return np.concatenate(best)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array = True  # flattened squares
        tags.input_tags.three_d_array = True
        tags.non_deterministic = False
        return tags


def _labels(y):
    """A one-dimensional array of labels of one sortable kind."""
    if isinstance(y, str) or not hasattr(y, "__len__"):
        raise ValueError(f"y={y!r} is no list of labels. Give one label for each image.")
    kinds = {type(label) for label in y}
    if (
        any(kind in (type(None), dict, list, tuple, set) for kind in kinds)
        or len({str in kinds, bool(kinds - {str})}) > 2
    ):
        raise ValueError(f"labels are of {_names(kinds)}: give numbers, strings or booleans.")
    mixed = any(issubclass(k, str) for k in kinds) and not all(issubclass(k, str) for k in kinds)
    if mixed:
        raise ValueError(f"labels mix {_names(kinds)}, which have no common order. Make all of them strings.")
    labels = np.asarray(y)
    if labels.ndim != 1:
        raise ValueError(f"labels have shape {labels.shape}, expected one label for each image: [N].")
    if not len(labels):
        raise ValueError("got no labels: an empty support set. Give at least one image of two classes.")
    if labels.dtype == object:
        labels = np.array(labels.tolist())
    if _kind(labels) == "other":
        raise ValueError(f"labels are of {_names(kinds)}: give numbers, strings or booleans.")
    if labels.dtype.kind == "f" and np.isnan(labels).any():
        raise ValueError("a label is NaN. Leave unlabelled images out of the support set.")
    return labels


def _kind(labels):
    return {"U": "text", "b": "truth", "i": "number", "u": "number", "f": "number"}.get(labels.dtype.kind, "other")


def _names(kinds):
    return " and ".join(sorted(kind.__name__ for kind in kinds))
