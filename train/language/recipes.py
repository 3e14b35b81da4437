"""Recipes of the networks for sentences. A recipe is frozen: what a card records is what ran."""

import dataclasses

from train.shared.recipe import Recipe

TINY = {"buckets": 4096, "word_dim": 16, "units": 24, "embedding_dim": 24}
# Support sets of one to three sentences a word, as they are measured, and wider ones.
SHAPES = ((20, 1, 1), (5, 3, 4), (5, 1, 4), (5, 2, 4))


@dataclasses.dataclass(frozen=True)
class LanguageRecipe(Recipe):
    """How a network for sentences is trained. Every field is an option of the command line.

    First its backbone learns to tell every word of the training sentences by the words around it (a language model
    that reads from both sides); then the network learns on episodes.
    """

    model: str = "SentenceMatchingNetwork"
    data: str = "penn_treebank"  # or "invented"
    data_share: float = 1.0  # of the training sentences that are used, the first ones
    pretrain_epochs: int = 12  # each of `steps_per_epoch` steps; 0 for episodes alone
    steps_per_epoch: int = 250
    words_per_step: int = 1664  # that are read, padding included
    targets_per_step: int = 384  # words of them that are to be told
    rarity: float = 1e-5  # a word of a share f of the text is a target with probability sqrt(rarity / f)
    head: str = "dot"  # what tells the words: the product of embedding and word, or "cosine" times a learned scale
    pretrain_learning_rate: float = 3e-3
    shapes: tuple = SHAPES  # [way, shot, n_query] of the episodes, in turn
    batch_size: int = 8  # episodes a step
    epochs: int = 5
    episode_steps: int = 100  # in each of `epochs`
    learning_rate: float = 2e-3
    init_from: str = ""  # an entry whose backbone is the start, instead of pretraining
    frozen_backbone: bool = True  # in the episodes train what follows the backbone alone, on embeddings computed once
    sentences_per_word: int = 16  # that episodes draw from
    notes: str = ""

    @property
    def data_parallel(self):
        return bool(self.init_from) or not self.pretrain_epochs  # a step of language modelling reads so many words

    def quick(self):
        """The same in a few steps on the invented language, to see that everything works."""
        few = {"pretrain_epochs": 2, "steps_per_epoch": 4, "words_per_step": 320, "targets_per_step": 64}
        episodes = {"epochs": 2, "episode_steps": 4, "shapes": ((5, 1, 2), (5, 2, 1)), "batch_size": 1}
        config = {**self.config, "backbone_options": TINY, "side": 12}
        return dataclasses.replace(self, data="invented", config=config, init_from="", **few, **episodes)


LIMITATIONS = (
    "It tells words by what may stand in their place, in newspaper sentences of 1989, lower case and without "
    "punctuation: other kinds of text are foreign to it, and words of one kind are hard for it to tell apart. A word "
    "that it never met is read by its first and last letters.",
    "The paper does not print its words: ours are drawn anew (seed 0), 1,000 for the test as there, and 1,000 of its "
    "9,000 for validation. A test word needs four sentences in the test part, a sentence belongs to one word alone, "
    "and test words are read as unknown inside sentences too: as strict as the paper's words, or stricter.",
    "The text is the Linguistic Data Consortium's, for research only: none of it, and no list of its words, is in this "
    "entry, which knows words by hashes of their spelling.",
    "It is weak at topics: which of five subjects a sentence of an article is about (Wikispeedia, 14 subjects, "
    "1,000 episodes), matching_ptb tells in 25.6 % (24.7 to 26.5) by one sentence of each and in 30.2 % (29.3 to "
    "31.1) by five; a bag of words in 33.5 % (32.5 to 34.4) and 49.6 % (48.7 to 50.6).",
    "One training run, not a benchmark: other seeds differ by some tenths of a point. The machine did other work "
    "meanwhile, so the time is an upper bound.",
)
TRIED = (
    "Tried before, on 2,000 episodes of validation words (intervals about ± 0.8 points): a prototype of the same two "
    "stages had 57.3, 64.2 and 68.4 % at one, two and three shots. Training its whole network on episodes (64-way, one "
    "shot, 300 steps) made that 56.8, 63.8 and 68.1 %, so the backbone stays as language modelling left it, and "
    "episodes train the scale alone. Without any training a network of this form had 30.3, 33.9 and 35.2 %.",
)

RECIPES = {
    "matching_ptb": LanguageRecipe(
        summary="Which of a few words is missing in a sentence, from one to three sentences of each: LSTMs that read "
        "up to the blank from both sides, trained on the Penn Treebank",
        limitations=(*LIMITATIONS, *TRIED),
    ),
    "matching_fce_ptb": LanguageRecipe(
        summary="matching_ptb with the paper's full context embeddings: bidirectional LSTM g, attention LSTM f",
        config={"support_embedding": "lstm", "query_steps": 3},
        init_from="matching_ptb",
        limitations=(
            *LIMITATIONS,
            "Its answer depends on the order of the support set.",
            "The backbone is that of matching_ptb, frozen; g and f alone were trained.",
        ),
    ),
    "matching_invented_language": LanguageRecipe(
        summary="A small network for the invented language, which needs no data",
        config={"backbone_options": {**TINY, "units": 32, "embedding_dim": 32}, "side": 12},
        data="invented",
        words_per_step=800,
        targets_per_step=256,
        rarity=1e-2,
        pretrain_learning_rate=1e-2,
        pretrain_epochs=6,
        steps_per_epoch=100,
        epochs=2,
        limitations=("It knows an invented language, and says nothing about a real one.",),
    ),
}
