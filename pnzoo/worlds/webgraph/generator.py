"""An invented web: topics, pages about them, links that follow topics, sentences of made-up words."""

import numpy as np

from pnzoo.worlds.webgraph.web import Web

SYLLABLES = (
    "ba", "be", "bo", "da", "do", "du", "fa", "fi", "ga", "go", "ka", "ke", "ki", "la", "le", "lu", "ma", "mi", "mo",
    "na", "ne", "no", "pa", "pe", "ra", "ri", "ro", "sa", "se", "so", "ta", "ti", "to", "va", "vo", "za",
)  # fmt: skip
COMMON_WORDS, SUBJECT_WORDS = 150, 2500
TOPIC_WORDS, SUBTOPIC_WORDS, PAGE_WORDS = 40, 25, 10
SHARES = (0.58, 0.18, 0.20, 0.04)  # of a sentence's words: common, of the topic, of the subtopic, of the page
LINKS = 14  # of a page, on average
NEAR, RELATED = 0.70, 0.25  # of links: inside the subtopic, inside the topic; the rest leads anywhere


def generate(pages=3000, seed=0, topics=12, subtopics=8, sentences=20, links=LINKS):
    """Draw a web.

    A topic has subtopics, and a subtopic has pages. The first page of a topic links to the first page of each of its
    subtopics; the others link mostly inside their subtopic, sometimes inside their topic, seldom elsewhere. A page's
    words are drawn from those of its topic, of its subtopic, from some of its own, which other pages have too, and
    from words that all pages share.

    Args:
        pages: how many, at least one for every subtopic.
        seed: of everything that is drawn.
        topics: how many.
        subtopics: of each topic.
        sentences: of each page.
        links: of a page, on average.

    Returns:
        `Web`; the first category of a page is "topic.subtopic".

    Raises:
        ValueError: a count is none, or there are fewer pages than subtopics.

    Example:
        >>> web = generate(200, seed=1, topics=4, subtopics=3)
        >>> len(web), len(web.sentences[0]), int(web.degrees.min()) > 0
        (200, 20, True)
    """
    counts = {"pages": pages, "topics": topics, "subtopics": subtopics, "sentences": sentences, "links": links}
    for name, count in counts.items():
        if isinstance(count, bool) or not isinstance(count, int | np.integer) or count < 1:
            raise ValueError(f"{name} is a whole number from 1 up; got {count!r}.")
    groups = topics * subtopics
    if pages < groups:
        raise ValueError(f"{topics} topics of {subtopics} subtopics need {groups} pages at least; got pages={pages}.")
    rng = np.random.default_rng((seed, pages, topics, subtopics))
    words = _words(rng, COMMON_WORDS + SUBJECT_WORDS)
    # The first `groups` pages are the subtopics' first ones, so that none is empty.
    group = np.concatenate([np.arange(groups), rng.integers(groups, size=pages - groups)])
    vocabulary = _vocabulary(rng, group, topics, subtopics)
    text = [_page(rng, words, own, sentences) for own in vocabulary]
    titles = _titles(rng, words, pages)
    names = [
        f"{words[-1 - t]}.{words[-1 - topics - t * subtopics - s]}" for t in range(topics) for s in range(subtopics)
    ]
    return Web.from_links(
        titles, _draw_links(rng, group, topics, subtopics, links), text, [(names[g],) for g in group]
    )  # fmt: skip


def _words(rng, count):
    """Different words of two to four syllables."""
    words = {}
    while len(words) < count:
        words["".join(SYLLABLES[i] for i in rng.integers(len(SYLLABLES), size=rng.integers(2, 5)))] = None
    return list(words)


def _titles(rng, words, pages):
    titles = {}
    while len(titles) < pages:
        pair = rng.integers(COMMON_WORDS, len(words), size=2)
        titles[" ".join(words[i].capitalize() for i in pair)] = None
    return list(titles)


def _vocabulary(rng, group, topics, subtopics):
    """Of each page: indices of words of its topic, its subtopic, its own."""
    subject = np.arange(COMMON_WORDS, COMMON_WORDS + SUBJECT_WORDS)
    of_topic = [rng.choice(subject, TOPIC_WORDS, replace=False) for _ in range(topics)]
    of_subtopic = [rng.choice(subject, SUBTOPIC_WORDS, replace=False) for _ in range(topics * subtopics)]
    return [(of_topic[g // subtopics], of_subtopic[g], rng.choice(subject, PAGE_WORDS, replace=False)) for g in group]


def _page(rng, words, own, sentences):
    sources = (np.arange(COMMON_WORDS), *own)
    text = []
    for length in rng.integers(10, 21, size=sentences):
        kinds = rng.choice(len(SHARES), size=length, p=SHARES)
        drawn = [
            words[sources[kind][int(len(sources[kind]) * u)]] for kind, u in zip(kinds, rng.random(length), strict=True)
        ]
        text.append(" ".join(drawn).capitalize() + ".")
    return tuple(text)


def _draw_links(rng, group, topics, subtopics, links):
    members = [np.flatnonzero(group == g) for g in range(topics * subtopics)]
    of_topic = [np.concatenate(members[t * subtopics : (t + 1) * subtopics]) for t in range(topics)]
    drawn = []
    for page, g in enumerate(group):
        first = [s for s in range(g - g % subtopics, g - g % subtopics + subtopics) if page == g and g % subtopics == 0]
        kinds = rng.random(1 + rng.poisson(links - 1))
        near, related = members[g], of_topic[g // subtopics]
        pools = [near if u < NEAR else related if u < NEAR + RELATED else None for u in kinds]
        drawn.append(
            first
            + [
                int(pool[rng.integers(len(pool))]) if pool is not None else int(rng.integers(len(group)))
                for pool in pools
            ]
        )
        if all(link == page for link in drawn[-1]):
            drawn[-1].append((page + 1) % len(group))
    return drawn
