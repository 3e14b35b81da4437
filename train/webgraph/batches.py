"""Batches of training: queries, features of all pages, and pages with their links, of which some lead nearer."""

import functools

import keras
import numpy as np

from pnzoo.worlds import webgraph
from train.webgraph import worlds

NEAR = 2  # links from the goal, within which half of the pages are drawn


@functools.lru_cache(maxsize=4)
def training_queries(world, pages, folds, count, seed, goals=None):
    """For each fold (queries, their vectors): drawn once, the same for all epochs."""
    drawn = []
    for i, fold in enumerate(worlds.folds(world, pages, folds)):
        rng = np.random.default_rng((seed, i))
        some = fold.goals if goals is None else fold.goals[: max(1, round(goals * len(fold.goals)))]
        queries = webgraph.draw_queries(fold.embedded.web, some, count // folds, rng)
        drawn.append((queries, fold.embedded.encode(list(queries.text))))
    return drawn


class Batches(keras.utils.PyDataset):
    """Batches of one epoch: a function of the recipe and the epoch's number alone.

    An item is (inputs, optimal): features [B, N, F], visited [B, N], choices int [B, S, D], what `page_inputs` of the
    model adds; optimal bool [B, S, D], the links that lead nearer to the goal.

    Args:
        recipe: `WebRecipe`.
        model: that is trained.
        seed: tuple of int.
        steps: batches.
    """

    def __init__(self, recipe, model, seed, steps):
        super().__init__()
        self.recipe, self.model, self.seed, self.steps = recipe, model, seed, steps

    def __len__(self):
        return self.steps

    def __getitem__(self, step):
        recipe, rng = self.recipe, np.random.default_rng((*self.seed, step))
        which = int(rng.integers(recipe.folds))
        fold = worlds.folds(recipe.world, recipe.pages, recipe.folds)[which]
        queries, vectors = training_queries(
            recipe.world, recipe.pages, recipe.folds, recipe.queries, recipe.seed, recipe.goals
        )[which]
        rows = rng.integers(len(vectors), size=recipe.batch_size)
        goals, pages = queries.goal[rows], recipe.pages_per_query
        return batch(self.model, fold.embedded, recipe.graph, goals, vectors[rows], pages, rng)


def batch(model, embedded, graph, goals, vectors, pages, rng):
    """(inputs, optimal) of some queries; see `Batches`."""
    web = embedded.web
    distance = webgraph.distances(web, goals)
    choices = np.full((len(goals), pages, int(web.degrees.max())), -1, "int32")
    for i, away in enumerate(distance):
        possible = np.isfinite(away) & (away > 0)
        near = np.flatnonzero(possible & (away <= NEAR))
        anywhere = rng.choice(np.flatnonzero(possible), pages - pages // 2)
        drawn = np.concatenate([anywhere, rng.choice(near, pages // 2)])
        for row, page in enumerate(drawn):
            links = web.links_of(page)
            choices[i, row, : len(links)] = links
    after = np.take_along_axis(distance, np.maximum(choices, 0).reshape(len(goals), -1), axis=1).reshape(choices.shape)
    after = np.where(choices < 0, np.inf, after)
    # On a shortest way: the links that lead as near as any of their page.
    optimal = np.isfinite(after) & (after == after.min(axis=-1, keepdims=True))
    visited = np.zeros((len(goals), len(web)), bool)
    inputs = model.page_inputs(embedded.features(vectors), visited, model.graph_of(embedded, graph))
    return {**inputs, "choices": choices}, optimal
