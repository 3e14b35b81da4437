"""Texts as vectors, without a download: TF-IDF, and a truncated singular value decomposition of it."""

import numpy as np


class TextEncoder:
    """Latent semantic analysis: each word has a vector, and a text is the mean of its words', weighted by TF-IDF.

    Needs scikit-learn. Anything with `encode(list of str) -> [n, d]` can stand in its place.

    Args:
        dim: of a vector; less where the texts have fewer words.
        max_words: of the vocabulary, the most frequent ones.
        seed: of the decomposition.

    Example:
        >>> encoder = TextEncoder(dim=2).fit(["cats purr", "dogs bark", "cats and dogs sleep"])
        >>> encoder.encode(["cats", "xyz"]).shape, float(abs(encoder.encode(["xyz"])).max())
        ((2, 2), 0.0)
    """

    def __init__(self, dim=600, max_words=30_000, seed=0):
        if isinstance(dim, bool) or not isinstance(dim, int | np.integer) or dim < 1:
            raise ValueError(f"dim is a whole number from 1 up; got {dim!r}.")
        self.dim, self.max_words, self.seed = int(dim), max_words, seed

    def fit(self, texts):
        """Learn the words, how rare each is, and their vectors.

        Args:
            texts: list of strings, none of which a goal to be found later should be among.

        Returns:
            The encoder.

        Raises:
            ImportError: scikit-learn is not installed.
            ValueError: the texts have no words.
        """
        try:
            from sklearn.decomposition import TruncatedSVD
            from sklearn.feature_extraction.text import TfidfVectorizer
        except ImportError as error:
            raise ImportError("TextEncoder needs scikit-learn: pip install 'pnzoo[web]'") from error
        texts = list(texts)
        vectorizer = TfidfVectorizer(
            sublinear_tf=True, stop_words="english", max_features=self.max_words, min_df=2 if len(texts) >= 50 else 1,
            dtype=np.float32,
        )  # fmt: skip
        try:
            weights = vectorizer.fit_transform(texts)
        except ValueError as error:
            raise ValueError(f"an encoder is fitted on texts with words; got {len(texts)} without any.") from error
        # A decomposition has fewer components than there are texts and words.
        dim = max(1, min(self.dim, min(weights.shape) - 1))
        self._vectorizer = vectorizer
        with np.errstate(divide="ignore", invalid="ignore"):  # the share of variance of texts that are all alike
            self._svd = TruncatedSVD(dim, n_iter=4, random_state=self.seed).fit(weights)
        return self

    def encode(self, texts):
        """Vectors of texts: float32 [n, d] of length 1, or 0 for a text without any known word.

        Raises:
            ValueError: the encoder was not fitted, or `texts` is no list of strings.
        """
        if not hasattr(self, "_svd"):
            raise ValueError("this encoder knows no words yet; call fit(texts) first.")
        if isinstance(texts, str) or not all(isinstance(text, str) for text in texts):
            raise ValueError(
                f"encode takes a list of strings; got {texts if isinstance(texts, str) else type(texts)!r}."
            )
        if not len(texts):
            return np.zeros((0, self._svd.n_components), "float32")
        weights = self._vectorizer.transform(texts)
        vectors = unit(self._svd.transform(weights))
        vectors[np.diff(weights.indptr) == 0] = 0.0
        return vectors


def unit(vectors):
    """Rows of length 1; rows of zeros stay.

    Example:
        >>> unit(np.array([[3.0, 4.0], [0.0, 0.0]])).tolist()
        [[0.6000000238418579, 0.800000011920929], [0.0, 0.0]]
    """
    vectors = np.asarray(vectors, "float32")
    length = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return vectors / np.where(length > 1e-12, length, 1.0)
