"""Language modelling from both sides: every word of a sentence is told by the words around it.

A word's context is what `BlankContext` knows of it when both LSTMs arrive there; so one pass over a sentence gives as
many targets as it has words. Words of validation and test are never targets, and are read as unknown. Frequent words
are targets less often, as the one-shot task asks for rare ones as much.
"""

import math

import keras
import numpy as np
from keras import ops

from pnzoo.data.language.corpus import counts
from pnzoo.data.language.encoding import NUMBER, UNKNOWN, WordTable, encode_sentence
from pnzoo.layers.few_shot.normalize import normalize

LENGTHS = (16, 24, 34, 50)  # sentences are padded to one of these; what is longer is cut


class TrainingText:
    """Training sentences as arrays.

    Args:
        corpus: `language.Corpus`.
        buckets: of the model.
        rarity: a word of a share f of the text is a target with probability sqrt(rarity / f), at most 1.

    Attributes:
        words: the words that may be told, the commonest first.
        sentences: list of int32 `[L, FEATURES]`, with the marks of their ends.
        targets: list of int `[L - 2]`, places in `words`, -1 for words that are none.
        chance: list of float `[L - 2]`, of being a target.
    """

    def __init__(self, corpus, buckets, rarity):
        seen = counts(corpus.sentences["train"])
        allowed = set(corpus.words["train"])
        self.words = [word for word, _ in seen.most_common() if word in allowed]
        table, place = WordTable(buckets, corpus.held_out), {word: i for i, word in enumerate(self.words)}
        share = np.array([seen[word] for word in self.words]) / sum(seen.values())
        chance = np.r_[np.minimum(1, np.sqrt(rarity / share)), 0.0]  # the last is that of -1
        assert not {UNKNOWN, NUMBER} & allowed
        kept = [sentence[: LENGTHS[-1] - 2] for sentence in corpus.sentences["train"] if len(sentence) > 2]
        self.sentences = [encode_sentence(sentence, table) for sentence in kept]
        self.targets = [np.array([place.get(word, -1) for word in sentence]) for sentence in kept]
        self.chance = [chance[targets] for targets in self.targets]
        expected = chance[:-1] * share
        self.log_share = np.log(expected / expected.sum()).astype("float32")  # where the model's guesses begin


class WordBatches(keras.utils.PyDataset):
    """One epoch of batches, a function of seed and epoch alone.

    Args:
        text: `TrainingText`.
        recipe: `LanguageRecipe`.
        epoch: from 0.
    """

    def __init__(self, text, recipe, epoch):
        super().__init__(workers=1)  # with more, JAX's first `fit` begins with batches of its trial run
        self.text, self.recipe, self.epoch = text, recipe, epoch
        self.batches = _batches(text, recipe, epoch)

    @property
    def num_batches(self):
        return len(self.batches)

    def __getitem__(self, index):
        length, chosen = self.batches[index]
        rng = np.random.default_rng((self.recipe.seed, 2, self.epoch, index))
        sentences = np.zeros((len(chosen), length, self.text.sentences[0].shape[1]), "int32")
        targets, chance = np.full((len(chosen), length - 2), -1), np.zeros((len(chosen), length - 2))
        for row, number in enumerate(chosen):
            size = len(self.text.sentences[number])
            sentences[row, :size] = self.text.sentences[number]
            targets[row, : size - 2], chance[row, : size - 2] = self.text.targets[number], self.text.chance[number]
        places, y = _draw(targets.ravel(), chance.ravel(), self.recipe.targets_per_step, rng)
        return {"sentences": sentences, "places": places}, y


def _batches(text, recipe, epoch):
    """(padded length, numbers of sentences) of each step of an epoch."""
    sizes = np.array([len(sentence) for sentence in text.sentences])
    lengths = np.array(LENGTHS)[np.searchsorted(LENGTHS, sizes)]
    wanted, made, turn = (epoch + 1) * recipe.steps_per_epoch, [], 0
    while len(made) < wanted:  # turns through the text, cut into epochs of equal length
        rng = np.random.default_rng((recipe.seed, 1, turn))
        of_turn = []
        for length in LENGTHS:
            members = rng.permutation(np.flatnonzero(lengths == length))
            size = max(1, recipe.words_per_step // length)
            of_turn += [(length, members[start : start + size]) for start in range(0, len(members) - size + 1, size)]
        if not of_turn:
            raise ValueError(f"words_per_step={recipe.words_per_step} is more than the text has; ask for fewer.")
        made += [of_turn[i] for i in rng.permutation(len(of_turn))]
        turn += 1
    return _varied(made[wanted - recipe.steps_per_epoch : wanted])


def _varied(batches):
    """The first two of different sizes: TensorFlow's `fit` looks at them for what may vary."""
    other = next((i for i, batch in enumerate(batches) if batch[0] != batches[0][0]), None)
    if other is not None and other != 1:
        batches[1], batches[other] = batches[other], batches[1]
    return batches


def _draw(targets, chance, count, rng):
    """Places of `count` targets, drawn by their chances without a place twice, and what is to be told there."""
    keys = np.where(chance > 0, rng.random(len(chance)) ** (1 / np.maximum(chance, 1e-12)), -1.0)
    places = np.argsort(-keys, kind="stable")[:count]
    y = np.full(count, -1, "int32")
    y[: len(places)] = np.where(keys[places] >= 0, targets[places], -1)
    return np.pad(places, (0, count - len(places))).astype("int32"), y


class LanguageModel(keras.Model):
    """A backbone that tells words: logits `[P, words]` at P places of a batch of sentences.

    Args:
        backbone: `SentenceBackbone`.
        log_share: float `[words]`, log frequencies, which the logits begin with.
        head: "dot", the product of an embedding and a word's vector; or "cosine", theirs times a learned scale, as
            episodes compare embeddings.
    """

    def __init__(self, backbone, log_share, head="dot", **kwargs):
        super().__init__(**kwargs)
        self.backbone, self.log_share, self.head = backbone, log_share, head

    def build(self, input_shape=None):
        shape = (len(self.log_share), self.backbone.embedding_dim)
        start = keras.initializers.RandomNormal(stddev=0.1)
        self.vectors = self.add_weight(name="vectors", shape=shape, initializer=start)
        self.bias = self.add_weight(name="bias", shape=shape[:1], initializer=lambda *_, **__: self.log_share)
        if self.head == "cosine":
            start = keras.initializers.Constant(math.log(16.0))
            self.log_scale = self.add_weight(name="log_scale", shape=(), initializer=start)
        self.built = True

    def call(self, inputs, training=False):
        contexts = self.backbone.every_context(inputs["sentences"], training)
        flat = ops.reshape(contexts, (-1, contexts.shape[-1]))
        embeddings = self.backbone.read_contexts(ops.take(flat, inputs["places"], axis=0), training)
        if self.head == "dot":
            return ops.matmul(embeddings, ops.transpose(self.vectors)) + self.bias
        cosines = ops.matmul(normalize(embeddings), ops.transpose(normalize(self.vectors)))
        return ops.exp(self.log_scale) * cosines + self.bias


def compiled(backbone, text, recipe):
    """A language model over a backbone, ready to be fitted."""
    model = LanguageModel(backbone, text.log_share, recipe.head)
    model.build()
    steps = recipe.pretrain_epochs * recipe.steps_per_epoch
    peak = recipe.pretrain_learning_rate
    rate = keras.optimizers.schedules.CosineDecay(
        peak / 100, max(1, steps - steps // 20), alpha=0.02, warmup_target=peak, warmup_steps=max(1, steps // 20)
    )
    optimizer = keras.optimizers.Adam(rate, beta_2=0.99, global_clipnorm=1.0)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True, ignore_class=-1)
    model.compile(optimizer, loss, metrics=["accuracy"], jit_compile=keras.backend.backend() == "jax")
    return model
