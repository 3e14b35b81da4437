"""One-shot language: sentences with one word blanked out; the word is the label.

    from pnzoo import language
    sentences = language.invented()                              # of a small grammar of ours, without data
    sentences = language.penn_treebank("ptb_words.zip")          # your own copy
    train, test = (language.blanked(sentences, part) for part in ("train", "test"))

As in the paper: a query sentence with a missing word, a support set of sentences with a missing word and its label, 5
classes of 1, 2 or 3 sentences each; words are parted at random into 9,000 for training and 1,000 for the test, and
neither words nor sentences of the test are seen in training. Not stated in the source, or otherwise here:

* which words: ours are drawn anew, and 1,000 of the 9,000 are for validation;
* whether test words may stand in sentences beside the blank: here they are read as unknown wherever they stand;
* a word that comes twice in a sentence would give itself away: such sentences are left out;
* each sentence of validation and test is of one word alone, so that no episode has one twice;
* a word needs one sentence more than there are shots; the measured numbers are of words with four or more at any shot;
* "<unk>" and "N", which stand for rare words and numbers, are never blanked out;
* 20 words on each side of the blank are read.

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
