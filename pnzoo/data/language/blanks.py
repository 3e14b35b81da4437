"""Every word as a class, and the sentences that it is missing in as its examples."""

from collections import Counter
from typing import NamedTuple

import numpy as np

from pnzoo.data.language.encoding import BUCKETS, SIDE, WordTable, around, encode_sentence

MOST = 100  # sentences of a word; the commonest have thousands


class BlankedSentences(NamedTuple):
    """Classes of one part.

    Attributes:
        words: list of C words, the classes.
        items: list of C arrays int32 `[N_c, 2 * side, FEATURES]`, the encoded sentences.
        places: list of C arrays int `[N_c, 2]`, sentence and place of each in the part.
    """

    words: list
    items: list
    places: list

    @property
    def counts(self):
        """int `[C]`, sentences of each word, as `pnzoo.episodes.sample` takes them."""
        return np.array([len(items) for items in self.items], int)


def blanked(corpus, part="test", least=2, most=MOST, side=SIDE, seed=0, buckets=None, hide=None):
    """The words of a part as classes.

    A sentence in which a word occurs more than once is none of its examples, as the other place would name it. In the
    parts "valid" and "test" a sentence belongs to one word alone, the rarest of those in it: so no two sentences of an
    episode are the same one, and none shows another's missing word. Words of both parts are read as unknown wherever
    they stand.

    Args:
        corpus: `Corpus`.
        part: "train", "valid" or "test".
        least: words with fewer sentences are left out.
        most: of a word with more sentences, so many are drawn.
        side: as in `encode_words`.
        seed: of that draw.
        buckets: of `word_ids`; by default its own.
        hide: words that are read as unknown; by default those of validation and test.

    Returns:
        `BlankedSentences`, words in alphabetical order.

    Raises:
        ValueError: no such part, or no word with that many sentences.

    Example:
        >>> from pnzoo import language
        >>> test = language.blanked(language.invented(300), "test", least=2)
        >>> len(test.words) == len(test.items), test.items[0].shape[1:]
        (True, (40, 5))
    """
    if part not in corpus.words:
        raise ValueError(f"part={part!r} is not one of {', '.join(corpus.words)}.")
    sentences, found = corpus.sentences[part], _places(corpus.sentences[part], set(corpus.words[part]))
    if part != "train":
        found = _one_word_a_sentence(found)
    rng = np.random.default_rng(seed)
    table = WordTable(buckets or BUCKETS, corpus.held_out if hide is None else hide)
    words = sorted(word for word, places in found.items() if len(places) >= least)
    if not words:
        raise ValueError(f"no word of part={part!r} is missing in {least} sentences. Ask for fewer, or give more text.")
    places = [np.array(found[word]) for word in words]
    places = [each[np.sort(rng.permutation(len(each))[:most])] for each in places]
    needed = {number for each in places for number in each[:, 0].tolist()}
    rows = {number: encode_sentence(sentences[number], table) for number in needed}
    items = [np.stack([around(rows[number], at, side) for number, at in each.tolist()]) for each in places]
    return BlankedSentences(words, items, places)


def _places(sentences, words):
    """word -> list of (sentence, place), where it occurs once."""
    found = {}
    for number, sentence in enumerate(sentences):
        occurs = Counter(sentence)
        for at, word in enumerate(sentence):
            if word in words and occurs[word] == 1 and len(sentence) > 1:
                found.setdefault(word, []).append((number, at))
    return found


def _one_word_a_sentence(found):
    """Give each sentence to the rarest of its words."""
    owner = {}
    for word in sorted(found, key=lambda word: (len(found[word]), word)):
        for number, _ in found[word]:
            owner.setdefault(number, word)
    return {word: [place for place in places if owner[place[0]] == word] for word, places in found.items()}
