"""What models of the other worlds do: a web to navigate, a body that moves continuously, sentences with a blank."""

from collections import Counter
from typing import Any, NamedTuple

import numpy as np
import streamlit as st

from dashboard import backend
from dashboard.compute.zoo import model

PAGES, WEB_SEED = 1000, 0  # of the invented web
RARE = 0.1  # of the pages have a rare word
FAR = (3, 5)  # links from the start to the goal of a question
SIDE = 28  # cells of a map


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

    title:   of the page
    offered: titles of its links that looked best, best first
    shares:  of them, softmax of their scores
    taken:   which of `offered` was followed; None at the end
    found:   places of those words of the query that the page has, and few others
    left:    links of a shortest way from it to the page that is meant; None: there is none
    """

    title: str
    offered: tuple
    shares: tuple
    taken: int | None
    found: tuple = ()
    left: int | None = None


class WebWalk(NamedTuple):
    """A walk, step by step, and what the model took for the goal in the beginning: (title, chance), best first."""

    walk: Any
    steps: tuple
    guesses: tuple


class BodyRun(NamedTuple):
    """How a body went, and the value map that it steered by, [h, w] or None."""

    drive: Any
    values: np.ndarray | None


@st.cache_resource(max_entries=1, show_spinner=False)
def invented_web():
    """A web that was invented here, with vectors of its texts."""
    backend.load()
    from pnzoo import graphs

    return graphs.embed(graphs.generate(PAGES, seed=WEB_SEED))


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
    titles, steps, left = web.web.titles, [], links_to(question.goal)
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
        near = int(left[page]) if np.isfinite(left[page]) and left[page] >= 0 else None
        offered = tuple(titles[links[j]] for j in order)
        steps.append(Step(titles[page], offered, tuple(shares[order]), chosen, found, near))
    guesses = ()
    if hasattr(walker, "chance"):
        chance = walker.chance(web, text)
        best = np.argsort(-chance)[:shown]
        guesses = tuple((titles[page], float(chance[page])) for page in best)
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
def body_map(seed: int, side: int = SIDE, place: int = 0):
    """(walls, goal, a start far from it) of an invented map; another start for each place."""
    from pnzoo.worlds import navigation

    tasks = navigation.generate_tasks(1, side, seed=seed)
    cells = np.argwhere(tasks.starts[0])
    away = np.abs(cells - tasks.goal[0]).sum(1)
    far = cells[away.argmax()]
    if place:
        far = np.random.default_rng((seed, place)).choice(cells[2 * away >= away.max()])
    return tasks.walls[0], tuple(map(int, tasks.goal[0])), tuple(float(x) + 0.5 for x in far)


@st.cache_data(max_entries=64, show_spinner=False)
def body_run(name: str, walls: np.ndarray, start: tuple, goal: tuple) -> BodyRun:
    """How a model drives from a start to a goal."""
    driver = model(name)
    drive = driver.drive(walls, start, goal)
    values = driver.plan_map(walls[None], np.array([goal]))[0, :, :, 0] if hasattr(driver, "plan_map") else None
    return BodyRun(drive, values)


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
