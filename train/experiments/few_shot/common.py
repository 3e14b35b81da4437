"""What the questions about few-shot models share: embeddings of unseen characters, episodes, and a short training."""

import functools

import keras
import numpy as np

import pnzoo
from pnzoo.core import seeds
from pnzoo.data import episodes, glyphs, omniglot
from pnzoo.data.episode_dataset import EpisodeDataset
from pnzoo.evaluation.episodes import error_rate
from pnzoo.models.few_shot.embedding import embed_images
from train.few_shot.losses import EpisodeTrainer, episode_loss

SEED = seeds.EXPERIMENT_EPISODES[0]
PLAIN, FCE, SET = "matching_conv4_omniglot", "matching_fce_omniglot", "matching_set_omniglot"
TEST = "the test characters of the usual split, unturned, with one view of each"
MANY = (4, 12, 20, 60)  # seed, alphabets, characters, drawers of invented characters


@functools.lru_cache(maxsize=1)
def characters():
    """The test part of Omniglot that none of these models trained on, 423 characters, 20 drawings each."""
    return omniglot.split(omniglot.load(), "test", split_scheme="vinyals", rotations=False).images


@functools.lru_cache(maxsize=3)
def invented(quick):
    """Invented characters with as many drawings as one likes, none of them trained on."""
    seed, alphabets, count, drawers = (4, 2, 12, 12) if quick else MANY
    return glyphs.generate(alphabets, count, drawers, seed=seed).images


@functools.lru_cache(maxsize=3)
def network(name):
    """A few-shot entry with one view of each image, as it was trained."""
    options = {"tta_views": 1} if pnzoo.card(name)["model"] == "MatchingNetwork" else {}
    return pnzoo.load(name, **options)


@functools.lru_cache(maxsize=6)
def embeddings(name, quick=False, drawn="omniglot"):
    """Embeddings [C, N, D] by a model of the zoo, one view an image; `"pixels"` are embeddings too."""
    images = invented(quick) if drawn == "glyphs" or quick else characters()
    if name == "pixels":
        return images.reshape(*images.shape[:2], -1).astype("float32") / np.float32(255)
    return embed_images(network(name), images)


def stand_in(name, quick):
    """The entry to measure: in quick runs a small one of the same kind, which needs no Omniglot."""
    if not quick:
        return name
    return "matching_fce_glyphs" if name in (FCE, SET) else "matching_glyphs"


def draw(of, n, way, shot, n_query=5, seed=SEED):
    """So many episodes on embeddings [C, N, D]."""
    rng, counts = np.random.default_rng(seed), np.full(len(of), of.shape[1])
    return [episodes.sample(counts, way, shot, n_query, rng) for _ in range(n)]


def look_up(of, episode):
    """Support embeddings [S, D], labels [S], query embeddings [Q, D], labels [Q]."""
    support, query = (of[rows[:, 0], rows[:, 1]] for rows in (episode.support, episode.query))
    return support, episode.support_label, query, episode.query_label


def scores(model, of, drawn, batch_size=20):
    """Accuracy of each episode, [n]; episodes have equal support sets."""
    return 1 - error_rate(model, of, drawn, batch_size)


def train(model, images, *, seed, steps, way=20, shot=1, n_query=3, rate=2e-3):
    """Train a few-shot network for a number of episodes: nothing is validated, nothing chosen.

    Args:
        model: the network; it is trained in place and returned.
        images: uint8 [C, N, H, W].
        seed: of the episodes.
        steps: episodes, one a step.
        way, shot, n_query: as in `episodes.sample`.
        rate: Adam's first learning rate, which falls to a fiftieth.
    """
    trainer = EpisodeTrainer(model)
    trainer.build()
    schedule = keras.optimizers.schedules.PolynomialDecay(rate, steps, rate / 50)
    trainer.compile(keras.optimizers.Adam(schedule), episode_loss())
    dataset = EpisodeDataset(images, way=way, shot=shot, n_query=n_query, steps=steps, seed=seed)
    trainer.fit(dataset, epochs=1, verbose=0)
    return model


@functools.lru_cache(maxsize=1)
def learned():
    """Characters to train on for a question: those of the split's train part, each turn a class of its own."""
    return omniglot.split(omniglot.load(), "train", split_scheme="vinyals").images


@functools.lru_cache(maxsize=1)
def judged():
    """Characters to measure such a training on: the validation part, so that the test part is not looked at often."""
    return omniglot.split(omniglot.load(), "val", split_scheme="vinyals").images


def material(quick):
    """(training, test) images of a short training."""
    if quick:
        return glyphs.generate(2, 12, 6, seed=1).images, glyphs.generate(2, 12, 8, seed=3).images
    return learned(), judged()
