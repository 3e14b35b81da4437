"""Queries: a few sentences of the page to be found, a page to start from; and which goals belong to which part."""

from typing import NamedTuple

import numpy as np

from pnzoo.worlds.webgraph.distances import distances

SENTENCES = 4  # of a query, at most
WORDS = (10, 30)  # of a sentence of a query
PARTS = {"train": 0.8, "val": 0.1, "test": 0.1}  # shares of the pages


class Queries(NamedTuple):
    """Where to start, what is asked, and where it leads.

    start, goal: int [n], pages
    text:        tuple of n strings, one to four sentences of the goal page each
    sentences:   int [n], how many
    distance:    int [n], links on a shortest way
    """

    start: np.ndarray
    goal: np.ndarray
    text: tuple
    sentences: np.ndarray
    distance: np.ndarray

    def take(self, rows):
        """Some of them, by their indices."""
        rows = np.asarray(rows)
        return Queries(
            self.start[rows], self.goal[rows], tuple(self.text[i] for i in rows), self.sentences[rows],
            self.distance[rows],
        )  # fmt: skip


def split(web, part, seed=0):
    """The goal pages of a part: no page is a goal of two.

    Args:
        web: `Web`.
        part: "train", "val" or "test".
        seed: of the order in which pages are dealt out.

    Returns:
        int [n], pages in rising order.

    Raises:
        ValueError: there is no such part.
    """
    if part not in PARTS:
        raise ValueError(f"part is one of {', '.join(PARTS)}; got {part!r}.")
    order = np.random.default_rng((seed, len(web))).permutation(len(web))
    ends = np.round(np.cumsum([0.0, *PARTS.values()]) * len(web)).astype(int)
    which = list(PARTS).index(part)
    return np.sort(order[ends[which] : ends[which + 1]])


def draw_queries(web, goals, n, rng, max_sentences=SENTENCES, starts=None):
    """Draw queries: consecutive sentences of a goal page, and a random page from which a way leads there.

    Args:
        web: `Web`.
        goals: int [G], pages to draw goals from. Each comes once before any comes twice; pages without a sentence of
            10 to 30 words, and pages that no other page leads to, are no goals.
        n: how many.
        rng: `numpy.random.Generator`.
        max_sentences: of a query; how many it has is drawn from 1 to this.
        starts: int [S], pages to start from; by default all.

    Returns:
        `Queries`.

    Raises:
        ValueError: no page can be a goal.
    """
    if not 1 <= max_sentences <= 100:
        raise ValueError(f"max_sentences is a whole number from 1 up; got {max_sentences!r}.")
    usable = {page: _long_enough(web.sentences[page]) for page in dict.fromkeys(map(int, goals))}
    allowed = np.ones(len(web), bool) if starts is None else np.isin(np.arange(len(web)), starts)
    candidates = [page for page, which in usable.items() if len(which)]
    rows, order = [], []
    while candidates and len(rows) < n:
        if not order:
            order = list(rng.permutation(candidates))
        batch, order = order[: min(256, n - len(rows))], order[min(256, n - len(rows)) :]
        away = distances(web, batch)
        for page, distance in zip(map(int, batch), away, strict=True):
            possible = np.flatnonzero(np.isfinite(distance) & (distance > 0) & allowed)
            if not len(possible):
                candidates.remove(page)
                continue
            start = possible[rng.integers(len(possible))]
            text, count = _query(web.sentences[page], usable[page], rng, max_sentences)
            rows.append((start, page, text, count, distance[start]))
    if not rows and n:
        raise ValueError(
            f"none of these {len(usable)} pages can be a goal: one has a sentence of {WORDS[0]} to {WORDS[1]} words, "
            "and another page leads there."
        )
    start, goal, text, count, distance = zip(*rows, strict=True) if rows else ((),) * 5
    numbers = [np.array(x, int) for x in (start, goal, count, distance)]
    return Queries(numbers[0], numbers[1], tuple(text), numbers[2], numbers[3])


def _long_enough(page):
    low, high = WORDS
    return np.array([i for i, sentence in enumerate(page) if low <= len(sentence.split()) <= high], int)


def _query(page, usable, rng, max_sentences):
    first = usable[rng.integers(len(usable))]
    last = first + rng.integers(1, max_sentences + 1)
    chosen = [page[i] for i in usable if first <= i < last]
    return " ".join(chosen), len(chosen)
