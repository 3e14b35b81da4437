"""Measure models on a web: whether they reach pages that no training asked for, by how far away these are."""

from typing import NamedTuple

import numpy as np

from pnzoo.core import dataset as datasets
from pnzoo.core.metric import Metric
from pnzoo.worlds import webgraph

QUERIES = 2500
SEED = 9_710  # of the queries
DISTANCES = (1, 2, 3, 4)  # links to the goal; the last stands for all from there on
FAR = 3  # from which a goal counts as far


class WebSet(NamedTuple):
    """A web with queries.

    embedded: `pnzoo.graphs.EmbeddedWeb`
    queries:  `pnzoo.graphs.Queries`
    dataset:  what they are, see `pnzoo.core.dataset`
    """

    embedded: webgraph.EmbeddedWeb
    queries: webgraph.Queries
    dataset: datasets.Dataset


def web_set(embedded, name, part="test", n=QUERIES, seed=SEED, split_seed=0, max_sentences=webgraph.queries.SENTENCES):
    """Queries for pages of a part, one random start each.

    Args:
        embedded: `pnzoo.graphs.EmbeddedWeb`; its encoder should not have been fitted on the pages of the part.
        name: of the web, for the card.
        part: "val" to choose by, "test" to report.
        n: queries.
        seed: of the queries.
        split_seed: of the parts.
        max_sentences: of a query.

    Returns:
        `WebSet`.

    Example:
        >>> from pnzoo import graphs
        >>> embedded = graphs.embed(graphs.generate(100, topics=3, subtopics=2))
        >>> web_set(embedded, "invented", n=5).queries.goal.shape
        (5,)
    """
    goals = webgraph.split(embedded.web, part, split_seed)
    queries = webgraph.draw_queries(embedded.web, goals, n, np.random.default_rng(seed), max_sentences)
    return WebSet(embedded, queries, datasets.web_queries(name, part, len(embedded.web), n, seed))


def walks_of(model, measured, graph="full", max_steps=webgraph.MAX_STEPS):
    """The walks that a model takes: `pnzoo.graphs.Walks`."""
    embedded, queries, _ = measured
    return webgraph.walks(embedded.web, queries, model.choice(embedded, queries, graph), max_steps)


def evaluate(model, measured, graph="full", max_steps=webgraph.MAX_STEPS, by_distance=True):
    """Success, by distance, and how much longer than the shortest the ways are.

    Args:
        model: `GraphVIN`, `ReactiveGraphPolicy`, or anything with their `choice`.
        measured: `WebSet`.
        graph: what the planner knows of the links, of `pnzoo.graphs.GRAPHS`.
        max_steps: links that may be followed.
        by_distance: as in `judged`.

    Returns:
        A list of `Metric`.
    """
    dataset = dict(measured.dataset)
    if graph != "full":
        dataset["graph"] = graph
    return judged(walks_of(model, measured, graph, max_steps), measured, dataset, by_distance)


def baselines(measured, max_steps=webgraph.MAX_STEPS, seed=0):
    """What needs no training: breadth-first search that opens as many pages, the nearest text, a random walk.

    Returns:
        dict, name -> `pnzoo.graphs.Walks`.
    """
    embedded, queries, _ = measured
    web = embedded.web
    return {
        "nearest_text": webgraph.walks(web, queries, webgraph.greedy_choice(embedded, queries), max_steps),
        "breadth_first": webgraph.breadth_first(web, queries, max_steps),
        "random_walk": webgraph.walks(web, queries, webgraph.random_choice(np.random.default_rng(seed)), max_steps),
    }


def judged(walks, measured, dataset=None, by_distance=True):
    """`Metric`s of walks.

    Args:
        walks: `pnzoo.graphs.Walks`, one a query.
        measured: `WebSet`.
        dataset: what they are of; by default that of `measured`.
        by_distance: whether each distance is told apart, and the links beyond the shortest of those that arrive.

    Returns:
        A list: the rate of success; if `by_distance` that at 1, 2, 3, 4 and more links; that at three and more links;
        if `by_distance` the mean of links beyond the shortest.
    """
    dataset = dict(measured.dataset if dataset is None else dataset)
    distance = measured.queries.distance
    found = [Metric.of_flags("success_rate", walks.reached, dataset=dataset)]
    for name, low, high in distance_bins() if by_distance else distance_bins()[-1:]:
        inside = (distance >= low) & (distance < high)
        if inside.any():
            bounds = [low, None if np.isinf(high) else int(high) - 1]
            found.append(Metric.of_flags(name, walks.reached[inside], dataset={**dataset, "distance": bounds}))
    excess = (walks.steps - distance)[walks.reached]
    if by_distance and len(excess):
        found.append(Metric.of_mean("excess_links", excess, (0.0, np.inf), unit="", dataset=dataset))
    return found


def distance_bins():
    """(name of the metric, lowest, below) of the distances that are reported: 1, 2, 3, 4 and more; 3 and more."""
    ends = (*DISTANCES[1:], np.inf)
    return [
        *(("success_rate_by_distance", low, high) for low, high in zip(DISTANCES, ends, strict=True)),
        ("success_rate_far", FAR, np.inf),
    ]
