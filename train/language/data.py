"""The sentences that recipes train, validate and test on."""

import functools

from pnzoo import language

INVENTED = {"n": 4000, "seed": 0}
WORDS = {"penn_treebank": "the Penn Treebank", "invented": "an invented language (pnzoo.language.invented)"}


@functools.lru_cache(2)
def corpus(data, share=1.0):
    """`language.Corpus` of a recipe: the first share of its training sentences, all of the others."""
    whole = language.penn_treebank() if data == "penn_treebank" else language.invented(**INVENTED)
    train = whole.sentences["train"]
    return whole._replace(sentences={**whole.sentences, "train": train[: max(1, round(share * len(train)))]})


def classes(model, data, part, least=2, share=1.0, most=100):
    """`language.BlankedSentences` of one part, encoded for a model; at most so many sentences of a word."""
    return language.blanked(corpus(data, share), part, least, most, side=model.side, buckets=model.buckets)


def described(data, part):
    """A part as a card's data sets hold it."""
    return {"images": "invented_language" if data == "invented" else data, "split": part}


def describe(data, share):
    """Training data in words."""
    found = corpus(data, share)
    n_words = {part: len(words) for part, words in found.words.items()}
    sentences = f"{len(found.sentences['train']):,} training sentences of {WORDS[data]}"
    return (
        f"{sentences}; {n_words['train']:,} words may be blanked out, {n_words['valid']:,} are for validation and "
        f"{n_words['test']:,} for the test: these training reads as unknown wherever they stand"
    )
