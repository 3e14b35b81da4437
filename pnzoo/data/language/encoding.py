"""Sentences with a blank as whole numbers, without a vocabulary.

A word is known by hashes of how it is spelled: the whole word, its first three letters, and its last one, two, three.
So no list of words is needed or kept, every string can be read, and a word that training never met is still read by
its beginning and its end ("-ing", "-ed", "un-"), as taggers have long done. Two spellings may share a number; that is
the price.

A blanked sentence is what stands around the blank: up to `side` words before it and as many after it, each as
`FEATURES` numbers. Its two ends are marked, where they are that near.
"""

import re
import zlib

import numpy as np

BLANK = "___"
SIDE = 20  # words that are kept before the blank, and after it
BUCKETS = 32768  # numbers that a spelling may get
FEATURES = 5
START, END, UNKNOWN, NUMBER = "<s>", "</s>", "<unk>", "N"

_TOKEN = re.compile(r"<\w+>|_{3,}|[^\W_]+(?:[.'’&-][^\W_]+)*|\S")
_NUMBER = re.compile(r"[\d.,]*\d[\d.,]*")
_ABBREVIATIONS = {"mr", "mrs", "ms", "dr", "st", "inc", "corp", "co", "ltd", "sen", "rep", "jr"}  # keep their dot
_SHORT_FORMS = re.compile(r"^(.+)(n't|'(?:s|re|ve|ll|d|m))$")


def tokenize(text):
    """Words of a text, in lower case; a number is "N", short forms are parted, a run of underscores is the blank.

    Args:
        text: a string.

    Returns:
        A list of strings.

    Example:
        >>> tokenize("They don't sell 1,200 ____ a day.")
        ['they', 'do', "n't", 'sell', 'N', '___', 'a', 'day']
    """
    words = []
    for token in _TOKEN.findall(re.sub(r"(?<=\d)[.,](?=\d)", "", text).replace("’", "'")):
        if set(token) == {"_"} and len(token) >= 3:
            words.append(BLANK)
        elif _NUMBER.fullmatch(token):
            words.append(NUMBER)
        elif short := _SHORT_FORMS.match(token.lower()):
            words += short.groups()
        elif any(c.isalnum() for c in token) or token in "$%&":
            words.append(_dotted(token.lower()))
    return words


def _dotted(word):
    """Abbreviations as newspapers print them: "mr.", "u.s."."""
    return f"{word}." if word in _ABBREVIATIONS or re.fullmatch(r"(?:[a-z]\.)+[a-z]", word) else word


def word_ids(word, buckets=BUCKETS):
    """The numbers of one word: whole, last letter, last two, last three, first three.

    Returns:
        int list of length `FEATURES`, each 1 .. buckets - 1, or 0 where a mark such as "<unk>" has no letters.

    Example:
        >>> a, b = word_ids("walking"), word_ids("talking")
        >>> [x == y for x, y in zip(a, b)]                         # one ending, two words
        [False, True, True, True, False]
    """
    parts = [f"={word}"]
    if word[:1] != "<" and word != NUMBER:
        parts += [f"-{word[-1:]}", f"-{word[-2:]}", f"-{word[-3:]}", f"{word[:3]}-"]
    ids = [zlib.crc32(part.encode()) % (buckets - 1) + 1 for part in parts]
    return ids + [0] * (FEATURES - len(ids))


class WordTable:
    """`word_ids` of words, each computed once.

    Args:
        buckets: as in `word_ids`.
        hidden: words that are read as unknown.
    """

    def __init__(self, buckets=BUCKETS, hidden=()):
        self.buckets, self.hidden, self._ids = buckets, frozenset(hidden), {}

    def __getitem__(self, word):
        if word not in self._ids:
            self._ids[word] = word_ids(UNKNOWN if word in self.hidden else word, self.buckets)
        return self._ids[word]


def encode_words(words, place, side=SIDE, table=None):
    """One sentence around one of its words, which is not looked at.

    Args:
        words: list of strings.
        place: where the blank is, 0 .. len(words) - 1.
        side: words kept before the blank, and after it.
        table: `WordTable`.

    Returns:
        int32 `[2 * side, FEATURES]`: the words before the blank, ending at it, then those after it; 0 for padding.

    Example:
        >>> encode_words(["the", "cat", "sat"], 1, side=3).any(-1).tolist()       # mark, "the" | "sat", mark
        [False, True, True, True, True, False]
    """
    rows = encode_sentence(words, table if table is not None else WordTable())
    return around(rows, place, side)


def encode_sentence(words, table):
    """int32 `[len(words) + 2, FEATURES]`: a sentence between the marks of its ends."""
    return np.array([table[word] for word in (START, *words, END)], "int32")


def around(rows, place, side=SIDE):
    """What stands around a word of an encoded sentence, as `encode_words` returns it."""
    before, after = rows[: place + 1][-side:], rows[place + 2 :][:side]
    encoded = np.zeros((2 * side, FEATURES), "int32")
    encoded[side - len(before) : side], encoded[side : side + len(after)] = before, after
    return encoded


def encode(texts, side=SIDE, table=None):
    """Texts with one blank each, as a model takes them.

    Args:
        texts: strings; three underscores or more are the blank. A string may not be without one here:
            `FewShotClassifier` says what it does with those.
        side, table: as in `encode_words`.

    Returns:
        int32 `[N, 2 * side, FEATURES]`.

    Raises:
        TypeError: a text is no string.
        ValueError: a text has no blank, two, or no other word.

    Example:
        >>> encode(["the ___ sat on the mat", "we ___ home"]).shape
        (2, 40, 5)
    """
    table = table if table is not None else WordTable()
    encoded = [encode_words(words, words.index(BLANK), side, table) for words in map(with_blank, *_numbered(texts))]
    return np.stack(encoded) if encoded else np.zeros((0, 2 * side, FEATURES), "int32")


def with_blank(text, name="the text"):
    """Words of a text that has one blank; see `encode` for what is refused."""
    words = read_text(text, name)
    blanks = words.count(BLANK)
    if blanks != 1:
        wanted = f"mark the missing word by {BLANK}" if not blanks else "leave one"
        raise ValueError(f"{name} has {blanks or 'no'} blank{'s' * (blanks != 1)}, and one is expected: {wanted}.")
    if len(words) == 1:
        raise ValueError(f"{name} is nothing but a blank. Give a few words around it.")
    return words


def read_text(text, name="the text"):
    """Words of a text, at least one."""
    if not isinstance(text, str):
        raise TypeError(f"{name} is a {type(text).__name__}, and a string is expected, such as 'the {BLANK} sat down'.")
    words = tokenize(text)
    if not words:
        raise ValueError(f"{name} ({text[:40]!r}) has no words. Give a text with at least one.")
    return words


def _numbered(texts):
    if isinstance(texts, str):
        raise TypeError("got one string where several are expected. Give a list, such as ['the ___ sat down'].")
    texts = list(texts)
    return texts, [f"text {i}" for i in range(len(texts))]
