"""Probes: ordinary classifiers fitted to an episode's embeddings, one episode at a time.

A probe has the signature `probe(support, label, query) -> scores`: embeddings `[S, D]`, labels int `[S]` in 0..W-1,
embeddings `[Q, D]`, and scores `[Q, W]` whose largest entry is the answer. `ProbeClassifier` makes a few-shot model of
a backbone and a probe, which `evaluation.episodes.accuracy` and `FewShotClassifier` take like any other.
"""

import numpy as np

from pnzoo.core.deprecation import renamed, renamed_arguments, renamed_method


def nearest(support, label, query):
    """The class of the support embedding with the largest cosine: the paper's "baseline classifier, cosine"."""
    cosine = _normalized(query) @ _normalized(support).T
    return np.stack([cosine[:, label == w].max(1) for w in range(label.max() + 1)], axis=1)


def softmax(support, label, query, *, steps=100, learning_rate=0.5, decay=1e-3):
    """A softmax layer trained on the support set by gradient descent: the paper's "baseline classifier, softmax".

    It stops early by design, as the paper's fine-tuning does; scikit-learn's regression to convergence is
    `logistic_regression`.

    Args:
        support, label, query: see the module.
        steps: full-batch steps.
        learning_rate: of plain gradient descent on embeddings of length 1.
        decay: weight decay.
    """
    x, y = _normalized(support), np.eye(label.max() + 1)[label]
    weights, bias = np.zeros((x.shape[1], y.shape[1])), np.zeros(y.shape[1])
    for _ in range(steps):
        logits = 10 * x @ weights + bias
        p = np.exp(logits - logits.max(1, keepdims=True))
        error = (p / p.sum(1, keepdims=True) - y) / len(x)
        weights -= learning_rate * (10 * x.T @ error + decay * weights)
        bias -= learning_rate * error.sum(0)
    return 10 * _normalized(query) @ weights + bias


def logistic_regression(support, label, query, *, c=10.0):
    """scikit-learn's logistic regression on embeddings of length 1; `c` is its inverse strength of regularisation."""
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=c, max_iter=200).fit(_normalized(support), label)
    scores = model.decision_function(_normalized(query))
    return np.stack([-scores, scores], axis=1) if scores.ndim == 1 else scores


def exemplar_svm(support, label, query, *, c=10.0):
    """One linear SVM for each support image, against the images of all other classes; a class scores as its best one.

    Scores of different exemplars are compared as they are: with one image per class there is nothing to calibrate on.

    Reference: Malisiewicz, Gupta and Efros 2011 (their negatives are a large pool of other images).
    """
    from sklearn.svm import LinearSVC

    x, q = _normalized(support), _normalized(query)
    scores = np.full((len(q), label.max() + 1), -np.inf)
    for i, w in enumerate(label):
        others = x[label != w]
        # the one positive weighs as much as all negatives together
        weight = np.r_[len(others), np.ones(len(others))]
        svm = LinearSVC(C=c, dual="auto").fit(np.r_[x[i : i + 1], others], np.r_[1, np.zeros(len(others))], weight)
        scores[:, w] = np.maximum(scores[:, w], svm.decision_function(q))
    return scores


PROBES = {
    "nearest": nearest,
    "softmax": softmax,
    "logistic_regression": logistic_regression,
    "exemplar_svm": exemplar_svm,
}


class ProbeClassifier:
    """A few-shot model made of a backbone and a probe that is fitted anew to every episode.

    Args:
        backbone: a few-shot model, whose `embed` is used, or None to compare pixels.
        probe: a name in `PROBES`, or a function with their signature.

    Example:
        >>> from pnzoo.evaluation import episodes as evaluation
        >>> from pnzoo.data import glyphs
        >>> from pnzoo.models.few_shot.embedding import embed_images
        >>> pixels = ProbeClassifier(None, "nearest")
        >>> embeddings = embed_images(pixels, glyphs.generate(1, 6, 4).images)
        >>> evaluation.accuracy(pixels, embeddings, way=5, shot=1, n_query=2, n=50)["value"] > 0.3
        True

    Reference: Vinyals et al. 2016, table 1, for pixels and the baseline classifier.
    """

    @renamed_arguments(encoder="backbone", head="probe")
    def __init__(self, backbone=None, probe="nearest"):
        if isinstance(probe, str) and probe not in PROBES:
            raise ValueError(f"probe={probe!r} is not one of {', '.join(map(repr, PROBES))}.")
        self.backbone, self.probe = backbone, PROBES.get(probe, probe) if isinstance(probe, str) else probe
        self.image_size = backbone.image_size if backbone else 28

    def embed(self, images):
        """Embeddings of images `[N, H, W, 1]`."""
        if self.backbone is not None:
            return self.backbone.embed(images)
        return np.reshape(np.asarray(images), (len(images), -1))

    def match(self, support, labels, query, mask=None):
        """Log-probabilities (a softmax of the probe's scores) from embeddings, see `MatchingNetwork.match`; NumPy."""
        result = []
        for i in range(len(support)):
            real = np.asarray(labels[i]).any(-1) if mask is None else np.asarray(mask[i])
            label = np.asarray(labels[i])[real].argmax(-1)
            scores = self.probe(np.asarray(support[i], "float64")[real], label, np.asarray(query[i], "float64"))
            scores = scores - scores.max(1, keepdims=True)
            result.append(scores - np.log(np.exp(scores).sum(1, keepdims=True)))
        return np.array(result, "float32")

    encode = renamed_method("encode", "embed")
    head = renamed_method("head", "probe")


def _normalized(embeddings):
    return embeddings / np.maximum(np.linalg.norm(embeddings, axis=1, keepdims=True), 1e-12)


__getattr__ = renamed(
    __name__, {"HEADS": "PROBES", "HeadModel": "ProbeClassifier", "softmax_head": "softmax"}
)
