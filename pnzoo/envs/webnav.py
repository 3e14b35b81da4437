"""A web to navigate, as Gymnasium wants it: a page and a query in, a link out."""

import gymnasium
import numpy as np
from gymnasium import spaces

from pnzoo.worlds import webgraph
from pnzoo.worlds.webgraph.walk import checked_steps

MOST = 1e3  # that a feature can be: a standard score is at most the root of the number of pages
PAGES = 1000  # of the invented web that is taken where none is given


class WebNav(gymnasium.Env):
    """Follow links to the page that a query is from. An episode ends there, or after `max_steps` links.

    Observation: a dictionary of `page`, the page's index; `query`, float32 [d], the vector of the query; `links`, int32
    [D], the pages that the page's links lead to, -1 where it has fewer; and `features`, float32 [D, F], what the query
    makes of these pages (`pnzoo.graphs.FEATURES`), 0 where there is none. Action: which link is followed, counted from
    0; `info["action_mask"]` has 1 at links that are there, and a link that is not leaves everything as it is. A step
    earns 1 where it reaches the goal, else 0. `info` tells the query's `text` and `distance`, links on a shortest way;
    that of a step `is_success`.

    Args:
        web: `pnzoo.graphs.EmbeddedWeb` or `Web`; by default an invented web of 1,000 pages.
        part: of the goals, "train", "val" or "test".
        max_steps: then the episode is truncated.
        max_sentences: of a query.
        split_seed: of the parts.
        render_mode: None or "ansi".

    `reset(options=...)` fixes `start` and `goal` (titles or indices), either or both, and `query`, a text.

    Raises:
        ValueError: an argument, option or action that is none; the message says what to type.
        gymnasium.error.ResetNeeded: a step before the first reset, or after the end of an episode.

    Example:
        >>> from pnzoo import graphs
        >>> env = WebNav(graphs.generate(120, topics=3, subtopics=2))
        >>> observation, info = env.reset(seed=0)
        >>> observation["features"].shape == (len(observation["links"]), len(graphs.FEATURES))
        True

    Reference: Nogueira and Cho 2016; without their action to stop.
    """

    metadata = {"render_modes": ["ansi"], "render_fps": 1}

    def __init__(self, web=None, part="train", max_steps=webgraph.MAX_STEPS, max_sentences=4, split_seed=0,
                 render_mode=None):  # fmt: skip
        web = webgraph.generate(PAGES) if web is None else web
        self.embedded = webgraph.embed(web) if isinstance(web, webgraph.Web) else web
        if not isinstance(self.embedded, webgraph.EmbeddedWeb):
            name = type(web).__name__
            raise ValueError(f"web is a pnzoo.graphs.Web, or one that pnzoo.graphs.embed made; got {name}.")
        if render_mode not in (None, *self.metadata["render_modes"]):
            raise ValueError(f"render_mode is None or 'ansi'; got {render_mode!r}.")
        self.web, self.render_mode, self.max_sentences = self.embedded.web, render_mode, max_sentences
        self.max_steps = checked_steps(max_steps)
        self.goals = webgraph.split(self.web, part, split_seed)
        degree, dim = max(1, int(self.web.degrees.max())), self.embedded.vectors["text"].shape[1]
        self.action_space = spaces.Discrete(degree)
        self.observation_space = spaces.Dict({
            "page": spaces.Discrete(len(self.web)),
            "query": spaces.Box(-1.0, 1.0, (dim,), np.float32),
            "links": spaces.Box(-1, len(self.web) - 1, (degree,), np.int32),
            "features": spaces.Box(-MOST, MOST, (degree, len(webgraph.FEATURES)), np.float32),
        })  # fmt: skip
        self.path = None

    def reset(self, *, seed=None, options=None):
        """Begin an episode: a goal of the part and a start at random, or what the options fix."""
        super().reset(seed=seed)
        options = dict(options or {})
        unknown = sorted(set(options) - {"start", "goal", "query"})
        if unknown:
            raise ValueError(f"options are start, goal and query; got {unknown[0]!r}.")
        goals = [self.web.page(options["goal"])] if "goal" in options else self.goals
        starts = [self.web.page(options["start"])] if "start" in options else None
        drawn = self._draw(goals, starts)
        self.goal, self.text = int(drawn.goal[0]), options.get("query", drawn.text[0])
        self.distance, self.path, self.done = int(drawn.distance[0]), [int(drawn.start[0])], False
        self._vector = self.embedded.encode(self.text)
        self._features = self.embedded.features(self._vector)[0]
        return self._observation(), {"text": self.text, "distance": self.distance, "action_mask": self._mask()}

    def _draw(self, goals, starts):
        """One query; a start that is given may have no way to the goal that is drawn first."""
        goals = self.np_random.permutation(goals)
        for i in range(0, len(goals), 8):
            try:
                return webgraph.draw_queries(
                    self.web, goals[i : i + 8], 1, self.np_random, self.max_sentences, starts
                )  # fmt: skip
            except ValueError as error:
                last = error
        raise ValueError(f"no episode begins so: {last}")

    def step(self, action):
        """Follow a link."""
        if self.path is None or self.done:
            raise gymnasium.error.ResetNeeded("the episode is over; call env.reset() before the next step")
        if not self.action_space.contains(action):
            raise ValueError(f"an action is a whole number from 0 to {self.action_space.n - 1}; got {action!r}.")
        links = self.web.links_of(self.path[-1])
        self.path.append(int(links[action]) if action < len(links) else self.path[-1])
        success = self.path[-1] == self.goal
        truncated = not success and len(self.path) > self.max_steps
        self.done = success or truncated
        info = {"is_success": success, "action_mask": self._mask()}
        return self._observation(), float(success), success, truncated, info

    def render(self):
        """The titles of the pages on the way, as text."""
        if self.render_mode != "ansi" or self.path is None:
            return None
        return f"{self.text}\n" + " -> ".join(self.web.titles[page] for page in self.path)

    def _mask(self):
        return (np.arange(self.action_space.n) < self.web.degrees[self.path[-1]]).astype(np.int8)

    def _observation(self):
        found = self.web.links_of(self.path[-1])
        links = np.full(int(self.action_space.n), -1, np.int32)
        links[: len(found)] = found
        features = np.where(links[:, None] >= 0, self._features[np.maximum(links, 0)], 0.0).astype(np.float32)
        features = np.clip(features, -MOST, MOST)
        return {"page": np.int64(self.path[-1]), "query": self._vector[0].copy(), "links": links, "features": features}
