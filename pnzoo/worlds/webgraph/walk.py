"""Following links: one walk with its reason, and the walks of many queries at once."""

from typing import NamedTuple

import numpy as np

MAX_STEPS = 10  # links that may be followed: the limit of WebNav's code
REACHED = "reached the page"


class Walk(NamedTuple):
    """A walk from page to page.

    path:    int [T + 1], pages from the start to where it ended
    actions: int [T], which of its page's links was followed each time, counted from 0
    reached: whether it ended on the page that was asked for
    cost:    how many links were followed
    reason:  why it ended
    k:       iterations of value iteration, where the model makes them
    titles:  of the path's pages
    """

    path: np.ndarray
    actions: np.ndarray
    reached: bool
    cost: float
    reason: str = ""
    k: int | None = None
    titles: tuple = ()

    def to_dict(self):
        """The walk in plain JSON types."""
        return {**self._asdict(), "path": self.path.tolist(), "actions": self.actions.tolist(),
                "titles": list(self.titles)}  # fmt: skip

    def __eq__(self, other):
        same = isinstance(other, Walk) and self[2:] == other[2:]
        return same and np.array_equal(self.path, other.path) and np.array_equal(self.actions, other.actions)

    def __ne__(self, other):
        return not self == other

    __hash__ = None


class Walks(NamedTuple):
    """Many walks, one a query.

    reached: bool [n], whether the goal was reached within the limit
    steps:   int [n], links followed
    """

    reached: np.ndarray
    steps: np.ndarray


def walk(web, start, goal, choose, max_steps=MAX_STEPS):
    """Follow one link after the other until the goal is reached, or the limit, or a page without links.

    Args:
        web: `Web`.
        start: a page, by title or index.
        goal: the page at which it ends; or a function (path) -> bool, whether it ends here.
        choose: function (pages int [1], visited bool [1, N]) -> scores [1, N] of all pages: of the links, the best is
            followed.
        max_steps: links that may be followed.

    Returns:
        `Walk`.

    Raises:
        ValueError: no such page, or max_steps is no number.

    Example:
        >>> from pnzoo import graphs
        >>> web = graphs.Web.from_links("ABC", [[1], [0, 2], []])
        >>> walk(web, "A", "C", lambda at, seen: np.array([[0.0, 1.0, 2.0]])).titles
        ('A', 'B', 'C')
    """
    max_steps = checked_steps(max_steps)
    path, actions = [web.page(start)], []
    end = goal if callable(goal) else web.page(goal)
    seen = np.zeros((1, len(web)), bool)
    seen[0, path[0]] = True
    while not (end(path) if callable(end) else path[-1] == end):
        links = web.links_of(path[-1])
        if len(actions) >= max_steps or not len(links):
            here = f"page {web.titles[path[-1]]!r} has no links" if not len(links) else (
                f"gave up after {max_steps} link{'s' * (max_steps != 1)} (max_steps)")  # fmt: skip
            return _walk(web, path, actions, False, here)
        action = int(np.asarray(choose(np.array(path[-1:]), seen))[0, links].argmax())
        actions.append(action)
        path.append(int(links[action]))
        seen[0, path[-1]] = True
    return _walk(web, path, actions, True, REACHED)


def walks(web, queries, choose, max_steps=MAX_STEPS):
    """Follow links for many queries at once.

    Args:
        web: `Web`.
        queries: `Queries`.
        choose: function (rows int [m], pages int [m], visited bool [m, N]) -> scores [m, N] of all pages, for the
            queries still under way: of the links of its page, each follows the best.
        max_steps: links that may be followed.

    Returns:
        `Walks`.
    """
    n = len(queries.goal)
    at, steps, reached = np.array(queries.start), np.zeros(n, int), queries.start == queries.goal
    seen = np.zeros((n, len(web)), bool)
    seen[np.arange(n), at] = True
    for _ in range(checked_steps(max_steps)):
        rows = np.flatnonzero(~reached & (web.degrees[at] > 0))
        if not len(rows):
            break
        scores = np.asarray(choose(rows, at[rows], seen[rows]))
        for row, score in zip(rows, scores, strict=True):
            links = web.links_of(at[row])
            at[row] = links[score[links].argmax()]
        steps[rows] += 1
        seen[rows, at[rows]] = True
        reached[rows] = at[rows] == queries.goal[rows]
    return Walks(reached, steps)


def random_choice(rng):
    """`choose` of a random walk, which follows any link of its page with equal chance."""
    return lambda rows, at, seen: rng.random(seen.shape)


def greedy_choice(embedded, queries):
    """`choose` of a walk to the link whose page's text is nearest to the query; pages it has seen come last."""
    vectors = embedded.encode(queries.text)
    return lambda rows, at, seen: vectors[rows] @ embedded.vectors["text"].T - 3.0 * seen


def breadth_first(web, queries, max_steps=MAX_STEPS):
    """Open pages in breadth-first order from the start, as many as a walk may follow links.

    Returns:
        `Walks`; its steps are the pages opened.
    """
    reached, steps = [], []
    for start, goal in zip(queries.start, queries.goal, strict=True):
        opened, queue = [], [int(start)]
        seen = {int(start)}
        while queue and len(opened) <= max_steps and goal not in opened:
            page = queue.pop(0)
            opened.append(page)
            queue += [link for link in map(int, web.links_of(page)) if link not in seen]
            seen.update(queue)
        reached.append(goal in opened)
        steps.append(len(opened) - 1)
    return Walks(np.array(reached, bool), np.array(steps, int))


def checked_steps(max_steps):
    """A step limit, or ValueError."""
    if isinstance(max_steps, bool) or not isinstance(max_steps, int | np.integer) or max_steps < 0:
        raise ValueError(f"max_steps is a number of links, a whole number from 0 up; got {max_steps!r}.")
    return int(max_steps)


def _walk(web, path, actions, reached, reason):
    titles = tuple(web.titles[page] for page in path)
    return Walk(np.array(path, int), np.array(actions, int), reached, float(len(actions)), reason, None, titles)
