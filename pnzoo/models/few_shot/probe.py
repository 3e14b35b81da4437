"""Baselines: ordinary classifiers fitted to an episode's codes, one episode at a time.

Every head has the signature `head(support, label, query) -> scores`: codes `[S, D]`, labels int `[S]` from 0 to W - 1,
codes `[Q, D]`, and scores `[Q, W]` whose largest entry is the answer. `HeadModel` makes a few-shot model of an encoder
and a head, which `episode_exam.accuracy` and `FewShotClassifier` take like any other.
"""

import numpy as np


def nearest(support, label, query):
    """The class of the support code with the largest cosine: the paper's "baseline classifier, cosine"."""
    alike = _unit(query) @ _unit(support).T
    return np.stack([alike[:, label == w].max(1) for w in range(label.max() + 1)], axis=1)


def softmax_head(support, label, query, *, steps=100, learning_rate=0.5, decay=1e-3):
    """A softmax layer trained on the support codes by gradient descent: the paper's "baseline classifier, softmax".

    Args:
        support, label, query: see the module.
        steps: full-batch steps.
        learning_rate: of plain gradient descent on codes of length 1.
        decay: weight decay.
    """
    x, y = _unit(support), np.eye(label.max() + 1)[label]
    weights, bias = np.zeros((x.shape[1], y.shape[1])), np.zeros(y.shape[1])
    for _ in range(steps):
        logits = 10 * x @ weights + bias
        p = np.exp(logits - logits.max(1, keepdims=True))
        error = (p / p.sum(1, keepdims=True) - y) / len(x)
        weights -= learning_rate * (10 * x.T @ error + decay * weights)
        bias -= learning_rate * error.sum(0)
    return 10 * _unit(query) @ weights + bias


def logistic_regression(support, label, query, *, c=10.0):
    """scikit-learn's logistic regression on codes of length 1; `c` is its inverse strength of regularisation."""
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=c, max_iter=200).fit(_unit(support), label)
    scores = model.decision_function(_unit(query))
    return np.stack([-scores, scores], axis=1) if scores.ndim == 1 else scores


def exemplar_svm(support, label, query, *, c=10.0):
    """One linear SVM for each support image, against the images of all other classes; a class scores as its best one.

    Scores of different exemplars are compared as they are: with one image a class there is nothing to calibrate on.

    Reference: Malisiewicz, Gupta and Efros 2011 (their negatives are a large pool of other images).
    """
    from sklearn.svm import LinearSVC

    x, q = _unit(support), _unit(query)
    scores = np.full((len(q), label.max() + 1), -np.inf)
    for i, w in enumerate(label):
        others = x[label != w]
        # the one positive weighs as much as all negatives together
        weight = np.r_[len(others), np.ones(len(others))]
        machine = LinearSVC(C=c, dual="auto").fit(np.r_[x[i : i + 1], others], np.r_[1, np.zeros(len(others))], weight)
        scores[:, w] = np.maximum(scores[:, w], machine.decision_function(q))
    return scores


HEADS = {
    "nearest": nearest,
    "softmax": softmax_head,
    "logistic_regression": logistic_regression,
    "exemplar_svm": exemplar_svm,
}


class HeadModel:
    """A few-shot model made of an encoder and a head that is fitted anew to every episode.

    Args:
        encoder: a few-shot model, whose `encode` is used, or None to compare pixels.
        head: a name in `HEADS`, or a function with their signature.

    Example:
        >>> from pnzoo.evaluation import episodes as episode_exam
        >>> from pnzoo.data import glyphs
        >>> from pnzoo.models.few_shot.matching import encode_all
        >>> pixels = HeadModel(None, "nearest")
        >>> codes = encode_all(pixels, glyphs.generate(1, 6, 4).images)
        >>> episode_exam.accuracy(pixels, codes, way=5, shot=1, queries=2, n=50)["value"] > 0.3
        True

    Reference: Vinyals et al. 2016, table 1, for pixels and the baseline classifier.
    """

    def __init__(self, encoder=None, head="nearest"):
        if isinstance(head, str) and head not in HEADS:
            raise ValueError(f"head={head!r} is not one of {', '.join(map(repr, HEADS))}.")
        self.encoder, self.head = encoder, HEADS.get(head, head) if isinstance(head, str) else head
        self.settings = {"image_size": encoder.settings["image_size"] if encoder else 28}

    def build_weights(self):
        """A head has no weights before its episode."""
        return self

    def encode(self, images):
        """Codes of images `[N, H, W, 1]`."""
        if self.encoder is not None:
            return self.encoder.encode(images)
        return np.reshape(np.asarray(images), (len(images), -1))

    def match(self, support, labels, query, mask=None):
        """Log-probabilities (a softmax of the head's scores) from codes, see `MatchingNetwork.match`; NumPy."""
        result = []
        for i in range(len(support)):
            real = np.asarray(labels[i]).any(-1) if mask is None else np.asarray(mask[i])
            label = np.asarray(labels[i])[real].argmax(-1)
            scores = self.head(np.asarray(support[i], "float64")[real], label, np.asarray(query[i], "float64"))
            scores = scores - scores.max(1, keepdims=True)
            result.append(scores - np.log(np.exp(scores).sum(1, keepdims=True)))
        return np.array(result, "float32")


def _unit(codes):
    return codes / np.maximum(np.linalg.norm(codes, axis=1, keepdims=True), 1e-12)
