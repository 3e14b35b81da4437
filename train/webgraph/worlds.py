"""The webs that models are trained and measured on, with the vectors of their pages, each made once a process."""

import functools
from typing import NamedTuple

import numpy as np

from pnzoo.worlds import webgraph

SPLIT_SEED = 0
INVENTED_SEED = 0


class Fold(NamedTuple):
    """Goals, and a web whose encoder was fitted without their texts.

    embedded: `pnzoo.graphs.EmbeddedWeb`
    goals:    int [G], pages
    """

    embedded: object
    goals: np.ndarray


@functools.lru_cache(maxsize=4)
def web(world, pages=3000):
    """The `pnzoo.graphs.Web` of a world.

    Raises:
        FileNotFoundError: Wikispeedia's articles are not there; the message says where to put them.
    """
    return webgraph.read_articles() if world == "wikispeedia" else webgraph.generate(pages, INVENTED_SEED)


@functools.lru_cache(maxsize=4)
def measured(world, pages=3000):
    """A world as it is measured on: its encoder is fitted on the training pages alone."""
    whole = web(world, pages)
    return webgraph.embed(whole, fit_on=webgraph.split(whole, "train", SPLIT_SEED))


@functools.lru_cache(maxsize=2)
def folds(world, pages, count):
    """The training pages in parts, each with an encoder that was fitted on the others.

    A goal of training must be as new to its encoder as a goal of a test is: fitted on a goal's own text, the words that
    only it has would point to it.

    Returns:
        A list of `Fold`.
    """
    whole = web(world, pages)
    train = webgraph.split(whole, "train", SPLIT_SEED)
    which = np.random.default_rng((SPLIT_SEED, count)).permutation(len(train)) % count
    return [Fold(webgraph.embed(whole, fit_on=train[which != i]), train[which == i]) for i in range(count)]
