"""One-shot language: sentences with one word blanked out; the word is the label.

    from pnzoo import language
    sentences = language.invented()                              # of a small grammar of ours, without data
    sentences = language.penn_treebank("ptb_words.zip")          # your own copy
    train, test = (language.blanked(sentences, part) for part in ("train", "test"))

An episode is drawn from `train.items` as from images of characters: `pnzoo.episodes.sample(train.counts, way=5, ...)`.

Reference: Vinyals et al. 2016, section 4.1.3.
"""

from pnzoo.data.language.blanks import BlankedSentences, blanked
from pnzoo.data.language.corpus import Corpus, corpus
from pnzoo.data.language.encoding import BLANK, encode, encode_words, tokenize
from pnzoo.data.language.grammar import invented
from pnzoo.data.language.penn_treebank import penn_treebank

__all__ = ["BLANK", "BlankedSentences", "Corpus", "blanked", "corpus", "encode", "encode_words", "invented",
           "penn_treebank", "tokenize"]  # fmt: skip
