"""An invented language: a seeded stand-in for newspaper text that needs no data.

Nouns are of a few kinds of things. What a kind of thing does, what is done to it, what it is like and where it is
found are words of that kind; who does it to whom is a table drawn once. So a noun is known by its company, as in
English, and a noun never seen can be placed by one sentence. The little words are English ones, all others are
invented. Good for tests and for trying things out; it says nothing about real language.
"""

import numpy as np

from pnzoo.data.language.corpus import Corpus, corpus

KINDS = 6
CLASSES = {"noun": 20, "verb": 8, "deed": 8, "quality": 8}  # invented words of each kind
SYLLABLES = [c + v for c in "bdfgklmnprstvz" for v in "aeiou"]
PATTERNS = (
    "the {quality} {noun} {verb}",
    "the {noun} {deed} the {other}",
    "a {noun} {verb} and {verb}",
    "the {noun} that {verb} {deed} a {quality2} {other}",
    "every {noun} near the {other} {verb}",
    "it {verb} like a {quality} {noun}",
    "who {deed2} the {noun}",
    "no {quality} {noun} {deed} the {other} again",
)


def invented(n=4000, *, seed=0, n_valid=20, n_test=20):
    """Sentences of the invented language.

    Args:
        n: sentences for training; a quarter as many each for validation and test.
        seed: same seed, same language and same sentences.
        n_valid, n_test: words for validation and test. All of them are nouns, as nouns have most company.

    Returns:
        `Corpus`.

    Raises:
        ValueError: n is less than 8.

    Example:
        >>> small = invented(100, seed=1)
        >>> len(small.sentences["train"]), len(small.words["test"]), small == invented(100, seed=1)
        (100, 20, True)
    """
    if n < 8:
        raise ValueError(f"n={n} sentences are too few for three parts. Ask for 8 or more.")
    language = _words(np.random.default_rng((seed, 0)))
    rng = np.random.default_rng((seed, 1))
    acts_on = rng.permutation(KINDS)  # kind k does its deeds to the kind acts_on[k]
    sizes = {"train": n, "valid": n // 4, "test": n // 4}
    sentences = {part: [_sentence(language, acts_on, rng) for _ in range(size)] for part, size in sizes.items()}
    nouns = {word for kind in language["noun"] for word in kind}
    return _with_nouns(sentences, nouns, n_valid, n_test, seed)


def _words(rng):
    """class -> for each kind its invented words; no word twice."""
    needed = KINDS * sum(CLASSES.values())
    made = {}
    while len(made) < needed:  # a dict keeps the order
        made["".join(rng.choice(SYLLABLES, rng.integers(2, 4)))] = None
    words = iter(made)
    return {name: [[next(words) for _ in range(count)] for _ in range(KINDS)] for name, count in CLASSES.items()}


def _sentence(language, acts_on, rng):
    kind = int(rng.integers(KINDS))
    other = int(acts_on[kind])
    before = int(np.flatnonzero(acts_on == kind)[0])
    pick = lambda name, of: str(rng.choice(language[name][of]))  # noqa: E731
    made = []
    for slot in PATTERNS[rng.integers(len(PATTERNS))].split():
        name = slot.strip("{}")
        of = {"other": other, "quality2": other, "deed2": before}.get(name, kind)
        name = {"other": "noun", "quality2": "quality", "deed2": "deed"}.get(name, name)
        made.append(pick(name, of) if slot.startswith("{") else slot)
    return made


def _with_nouns(sentences, nouns, n_valid, n_test, seed):
    """A corpus whose words of validation and test are nouns."""
    drawn = corpus({part: [sorted(nouns)] for part in sentences}, n_valid, n_test, seed).words
    others = {word for each in sentences.values() for sentence in each for word in sentence} - nouns
    return Corpus(sentences, {**drawn, "train": sorted(others | set(drawn["train"]))})
