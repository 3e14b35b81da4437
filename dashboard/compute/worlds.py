"""What models of the other worlds do: a web to navigate, a body that moves continuously, sentences with a blank."""

from collections import Counter
from typing import Any, NamedTuple

import numpy as np
import streamlit as st

from dashboard import backend, page_names
from dashboard.compute.zoo import model

PAGES, WEB_SEED = 1000, 0  # of the invented web
RARE = 0.1  # of the pages have a rare word
FAR = (3, 5)  # links from the start to the goal of a question
SIDE = 28  # cells of a map
NEAR, MOMENT = 1.0, 2.0  # cells, seconds: a body that stays so near for longer is stuck


class Question(NamedTuple):
    """What is looked for on the web.

    start, goal: pages
    links:       of a shortest way
    text:        a few sentences of the goal
    """

    start: int
    goal: int
    links: int
    text: str


class Step(NamedTuple):
    """One page of a walk.

    title:   of the page, in the web's own language
    name:    of the page, in ours
    field:   what it is about, in ours
    offered: names of its links that looked best, best first
    shares:  of them, softmax of their scores
    onward:  links of a shortest way from each of them to the page that is meant; None: there is none
    taken:   which of `offered` was followed; None at the end
    found:   places of those words of the query that the page has, and few others
    left:    links of a shortest way from it to the page that is meant; None: there is none
    linked:  how many pages link to it
    links:   how many links it has, of which `offered` are some
    """

    title: str
    name: str
    field: str
    offered: tuple
    shares: tuple
    onward: tuple
    taken: int | None
    found: tuple = ()
    left: int | None = None
    linked: int = 0
    links: int = 0


class WebWalk(NamedTuple):
    """A walk, step by step, and what the model took for the goal in the beginning: (name, chance), best first."""

    walk: Any
    steps: tuple
    guesses: tuple


class BodyRun(NamedTuple):
    """How a body went.

    drive:  `pnzoo` tells it
    values: the map that it steered by, [h, w] or None
    stuck:  seconds that it came no farther in the end; 0 where it arrived, or moved until its time was over
    across: whether the highest of the values around where it is stuck lies beyond a wall
    """

    drive: Any
    values: np.ndarray | None
    stuck: float = 0.0
    across: bool = False


@st.cache_resource(max_entries=1, show_spinner="Inventing a web")
def invented_web():
    """A web that was invented here, with vectors of its texts."""
    backend.load()
    from pnzoo import graphs

    return graphs.embed(graphs.generate(PAGES, seed=WEB_SEED))


@st.cache_resource(max_entries=1, show_spinner=False)
def web_names():
    """(name, field) of each page, in plain English: see `page_names`."""
    return page_names.of(invented_web().web)


@st.cache_data(max_entries=64, show_spinner=False)
def web_question(seed: int, sentences: int = 2) -> Question:
    """A page to find, from a page a few links away."""
    web, rng = invented_web().web, np.random.default_rng(seed)
    while True:
        goal = int(rng.integers(len(web)))
        links = links_to(goal)
        far = np.flatnonzero((links >= FAR[0]) & (links <= FAR[1]))
        if len(far) and web.sentences[goal]:
            start = int(rng.choice(far))
            return Question(start, goal, int(links[start]), " ".join(web.sentences[goal][:sentences]))


def links_to(goal: int) -> np.ndarray:
    """Links of a shortest way from every page to one."""
    from pnzoo import graphs

    return graphs.distances(invented_web().web, [goal])[0]


def next_apart(names: list[str], seed: int, most: int = 6) -> int:
    """The next question that models do not answer alike; the next one where `most` are answered alike."""
    for other in range(seed + 1, seed + 1 + most):
        walks = [web_walk(name, other).walk for name in names]
        if len({(walk.reached, len(walk.actions)) for walk in walks}) > 1:
            return other
    return seed + 1


@st.cache_data(max_entries=64, show_spinner=False)
def web_walk(name: str, seed: int, text: str | None = None, shown: int = 4) -> WebWalk:
    """The walk of a model for a question, or for other words than the question's."""
    question, web, walker = web_question(seed), invented_web(), model(name)
    text = question.text if text is None else text
    words = text.split()
    telling = [(place, _bare(words[place])) for place in rare_places(text)]
    walk = walker.plan(web, question.start, text, question.goal)
    names, steps = web_names(), []
    left = [int(n) if np.isfinite(n) and n >= 0 else None for n in links_to(question.goal)]
    linked = np.bincount(web.web.indices, minlength=len(names))
    for i, page in enumerate(walk.path):
        links = web.web.links_of(page)
        logits = np.asarray(walker.logits(web, text, page, walk.path[: i + 1]), float)
        order = np.argsort(-logits, kind="stable")[:shown]
        shares = np.exp(logits - logits.max()) / np.exp(logits - logits.max()).sum() if len(links) else logits
        chosen = None
        if i < len(walk.actions):
            chosen = next((place for place, link in enumerate(order) if link == walk.actions[i]), None)
        here = _words_of(web.web, page)
        found = tuple(place for place, word in telling if word in here)
        best = links[order]
        steps.append(Step(web.web.titles[page], *names[page], tuple(names[link][0] for link in best),
                          tuple(shares[order]), tuple(left[link] for link in best), chosen, found, left[page],
                          int(linked[page]), len(links)))  # fmt: skip
    guesses = ()
    if hasattr(walker, "chance"):
        chance = walker.chance(web, text)
        best = np.argsort(-chance)[:shown]
        guesses = tuple((names[page][0], float(chance[page])) for page in best)
    return WebWalk(walk, tuple(steps), guesses)


@st.cache_resource(max_entries=1, show_spinner=False)
def rare_words() -> frozenset:
    """Words that are on few pages of the web, and so tell which page is meant."""
    web, pages = invented_web().web, Counter()
    for page in range(len(web)):
        pages.update(_words_of(web, page))
    return frozenset(word for word, count in pages.items() if count <= RARE * len(web))


def rare_places(text: str) -> tuple:
    """Places of the rare words in a text."""
    return tuple(place for place, word in enumerate(text.split()) if _bare(word) in rare_words())


def _words_of(web, page):
    return {_bare(word) for word in " ".join([web.titles[page], *web.sentences[page]]).split()}


def _bare(word):
    return word.strip(".,;:!?").lower()


@st.cache_data(max_entries=64, show_spinner=False)
def body_map(seed: int, side: int = SIDE, place: int = 0) -> str:
    """The string of an invented map with a goal and a start far from it; another start for each place."""
    from pnzoo import gridworld
    from pnzoo.worlds import navigation

    tasks = navigation.generate_tasks(1, side, seed=seed)
    return gridworld.to_string(tasks.walls[0], _start(tasks, (seed, place) if place else None), tasks.goal[0])


def read_body_map(text: str, sides: tuple):
    """(walls, start, goal) of the string of a map on which a body can drive.

    Raises:
        ValueError: it is none, of a size that is not among `sides`, its rim is open, or no way leads from its start.
    """
    from pnzoo import gridworld
    from pnzoo.worlds import navigation

    walls, start, goal = gridworld.from_string(text)
    if walls.shape[0] != walls.shape[1] or walls.shape[0] not in sides:
        allowed = ", ".join(f"{side} x {side}" for side in sides)
        raise ValueError(f"a map for bodies has {allowed} cells, and this one has {walls.shape[0]} x {walls.shape[1]}")
    if start is None or goal is None:
        raise ValueError("a map for bodies has a start and a goal, and this one lacks " +
                         " and ".join(name for name, cell in (("a start", start), ("a goal", goal)) if cell is None))
    if not (walls[[0, -1]].all() and walls[:, [0, -1]].all()):
        raise ValueError("the rim of a map for bodies is wall, and this one is open there")
    navigation.as_task(walls, goal, _middle(start))
    return walls, start, goal


def other_start(text: str) -> str:
    """The string of a map with another start, which the string decides."""
    from pnzoo import gridworld
    from pnzoo.worlds import navigation

    walls, _, goal = gridworld.from_string(text)
    return gridworld.to_string(walls, _start(navigation.as_task(walls, goal), list(text.encode())), goal)


def _start(tasks, seed):
    """A cell far from the goal, the farthest one without a seed."""
    cells = np.argwhere(tasks.starts[0])
    away = np.abs(cells - tasks.goal[0]).sum(1)
    far = cells[away.argmax()] if seed is None else np.random.default_rng(seed).choice(cells[2 * away >= away.max()])
    return tuple(map(int, far))


def _middle(cell):
    return tuple(float(x) + 0.5 for x in cell)


@st.cache_data(max_entries=64, show_spinner=False)
def body_run(name: str, walls: np.ndarray, start: tuple, goal: tuple) -> BodyRun:
    """How a model drives from the middle of a cell to a goal."""
    driver = model(name)
    drive = driver.drive(walls, _middle(start), goal)
    values = driver.plan_map(walls[None], np.array([goal]))[0, :, :, 0] if hasattr(driver, "plan_map") else None
    stayed = 0.0 if drive.reached else stuck(drive.path, drive.seconds)
    return BodyRun(drive, values, stayed, bool(stayed) and values is not None and across(values, walls, drive.path[-1]))


def across(values: np.ndarray, walls: np.ndarray, place) -> bool:
    """Whether a straight line from a place to the highest of the nine values around it meets a wall."""
    factor = len(walls) / len(values)
    row, col = (min(len(values) - 1, int(x / factor)) for x in place)
    top, left = max(0, row - 1), max(0, col - 1)
    around = values[top : row + 2, left : col + 2]
    best = (np.add(np.unravel_index(around.argmax(), around.shape), (top, left)) + 0.5) * factor
    line = np.linspace(place, best, 50).astype(int).clip(0, np.subtract(walls.shape, 1))
    return bool(walls[tuple(line.T)].any())


def stuck(path: np.ndarray, seconds: float) -> float:
    """How long a body, at equal times at [T, 2], stayed within `NEAR` cells of where it ended; 0 for a moment."""
    left = np.flatnonzero(np.linalg.norm(path - path[-1], axis=1) > NEAR)
    first = left[-1] + 1 if len(left) else 0
    stayed = seconds * (1 - first / max(1, len(path) - 1))
    return stayed if stayed >= MOMENT else 0.0


@st.cache_resource(max_entries=2, show_spinner=False)
def sentence_classifier(name: str, sentences: tuple, labels: tuple):
    """A classifier of sentences, fitted to a few."""
    backend.load()
    from pnzoo import FewShotClassifier

    return FewShotClassifier(model(name)).fit(list(sentences), list(labels))


@st.cache_data(max_entries=64, show_spinner=False)
def sentence_answer(name: str, sentences: tuple, labels: tuple, query: str):
    """(classes, probability of each, attention to each support sentence) for a sentence."""
    classifier = sentence_classifier(name, sentences, labels)
    return classifier.classes_, classifier.predict_proba([query])[0], classifier.attention([query])[0]


@st.cache_data(max_entries=64, show_spinner=False)
def sentence_answers(name: str, sentences: tuple, labels: tuple, queries: tuple, word: str) -> list:
    """[the most likely word, its chance, the chance of `word`] for each of several sentences."""
    if not queries:
        return []
    classifier = sentence_classifier(name, sentences, labels)
    chances, own = classifier.predict_proba(list(queries)), list(classifier.classes_).index(word)
    return [[str(classifier.classes_[row.argmax()]), round(float(row.max()), 4), round(float(row[own]), 4)]
            for row in chances]  # fmt: skip
