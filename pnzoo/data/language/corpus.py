"""Sentences in three parts, and words in three parts, as the one-shot task wants them."""

from collections import Counter
from typing import NamedTuple

import numpy as np

from pnzoo.data.language.encoding import NUMBER, UNKNOWN

PARTS = ("train", "valid", "test")


class Corpus(NamedTuple):
    """Sentences and words, each in three parts that have nothing in common.

    Attributes:
        sentences: dict, part -> list of sentences, each a list of words.
        words: dict, part -> sorted list of the words that may be blanked out in this part. Words of "valid" and "test"
            are labels that training has never seen, and may not see in any sentence: it reads them as unknown.
    """

    sentences: dict
    words: dict

    @property
    def held_out(self):
        """The words of validation and test, a set."""
        return {*self.words["valid"], *self.words["test"]}


def corpus(sentences, n_valid, n_test, seed=0):
    """Part the words of sentences at random.

    Args:
        sentences: dict of the parts "train", "valid" and "test"; each a list of lists of words.
        n_valid: words for validation.
        n_test: words for the test.
        seed: of the draw.

    Returns:
        `Corpus`. Neither "<unk>" nor "N" (a number) is a word that is blanked out.

    Raises:
        ValueError: a part is missing, or there are too few words.

    Example:
        >>> parts = {part: [["a", "dog", "barks"], ["a", "cat", "sleeps"]] for part in PARTS}
        >>> {part: len(words) for part, words in corpus(parts, 1, 2).words.items()}
        {'train': 2, 'valid': 1, 'test': 2}
    """
    if missing := [part for part in PARTS if part not in sentences]:
        raise ValueError(f"sentences lack the part {missing[0]!r}; give {', '.join(PARTS)}.")
    words = sorted({word for part in PARTS for sentence in sentences[part] for word in sentence} - {UNKNOWN, NUMBER})
    if n_valid + n_test >= len(words):
        raise ValueError(f"n_valid={n_valid} and n_test={n_test} leave none of {len(words)} words. Ask for fewer.")
    drawn = [words[i] for i in np.random.default_rng(seed).permutation(len(words))]
    test, valid, train = drawn[:n_test], drawn[n_test : n_test + n_valid], drawn[n_test + n_valid :]
    parts = {"train": sorted(train), "valid": sorted(valid), "test": sorted(test)}
    return Corpus({part: list(sentences[part]) for part in PARTS}, parts)


def counts(sentences):
    """How often each word occurs in sentences, a `collections.Counter`."""
    return Counter(word for sentence in sentences for word in sentence)
