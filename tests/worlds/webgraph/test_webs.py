"""Webs: what is refused, the invented one, Wikispeedia's reader, distances, queries."""

import gzip
import json
import os
import pathlib

import networkx
import numpy as np
import pytest

from pnzoo import graphs
from pnzoo.worlds.webgraph.wikispeedia import FILE


@pytest.fixture(scope="module")
def web():
    return graphs.generate(150, seed=3, topics=3, subtopics=3)


def test_a_web_of_links_by_title_or_index():
    web = graphs.Web.from_links(["A", "B", "C"], [["B", 2, "B", "A"], [], [0]])
    assert web.links_of("A").tolist() == [1, 2]
    assert web.links_of(2).tolist() == [0]
    assert web.degrees.tolist() == [2, 0, 1]
    assert repr(web) == "Web(3 pages, 3 links)"
    assert graphs.Web.from_links("ABC", [[1, 2], [], []], max_links=1).links_of(0).tolist() == [1]


@pytest.mark.parametrize(
    "make, message",
    [
        (lambda: graphs.Web.from_links(["Ants", "Bees"], [["Bee"], []]), "'Ants' has a link to 'Bee'.*mean 'Bees'"),
        (lambda: graphs.Web.from_links(["A", "B"], [[5], []]), "'A' has a link to '5', which is no page"),
        (lambda: graphs.Web.from_links(["A", "B"], [[np.nan], []]), "'A' has a link to 'nan', which is no page"),
        (lambda: graphs.Web(("A", "B"), [0, 1, 1], [7], ((), ()), ((), ())), "page 'A' leads to page 7.*0 to 1"),
        (lambda: graphs.Web(("A", "B"), [0, 1, 1], [np.nan], ((), ()), ((), ())), "one row of whole numbers"),
        (lambda: graphs.Web(("A", "B"), [0, 2], [1, 1], ((), ()), ((), ())), r"indptr is \[3\]"),
        (lambda: graphs.Web.from_links(["A", "A"], [[], []]), "'A' comes more than once"),
        (lambda: graphs.Web.from_links([], []), "at least one page"),
        (lambda: graphs.Web.from_links(["A"], [[]], sentences=[]), "sentences has one item a page, 1; got 0"),
        (lambda: graphs.generate(5, topics=3, subtopics=3), "need 9 pages"),
        (lambda: graphs.generate(2.5), "pages is a whole number"),
        (lambda: graphs.split(graphs.Web.from_links("A", [[]]), "exam"), "part is one of train, val, test"),
    ],
)
def test_what_is_no_web_is_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_unknown_pages(web):
    with pytest.raises(ValueError, match="did you mean"):
        web.page(web.titles[3][:-1])
    for wrong in (150, -1, 2.0, True):
        with pytest.raises(ValueError, match="0 to 149"):
            web.page(wrong)


def test_links_follow_topics(web):
    names, group = graphs.main_categories(web)
    assert len(names) == 9
    inside = group[web.sources] == group[web.indices]
    assert 0.5 < inside.mean() < 0.95
    topic = np.array([name.split(".")[0] for name in names])[group]
    assert (topic[web.sources] == topic[web.indices]).mean() > inside.mean()


def test_distances_and_optimal_links_are_networkx_s(web):
    graph = networkx.DiGraph(zip(web.sources.tolist(), web.indices.tolist(), strict=True))
    goals = [0, 77]
    distance = graphs.distances(web, goals)
    for row, goal in zip(distance, goals, strict=True):
        lengths = networkx.single_target_shortest_path_length(graph, goal)
        wanted = np.full(len(web), np.inf)
        wanted[list(dict(lengths))] = list(dict(lengths).values())
        np.testing.assert_array_equal(row, wanted)
    optimal = graphs.optimal_links(web, distance)
    for b, e in zip(*np.nonzero(optimal[:, :40]), strict=True):
        assert distance[b, web.indices[e]] == distance[b, web.sources[e]] - 1
    # Where a way leads, some link is on a shortest one.
    some = np.zeros((2, len(web)), bool)
    for b in range(2):
        some[b, web.sources[optimal[b]]] = True
    np.testing.assert_array_equal(some, np.isfinite(distance) & (distance > 0))


def test_parts_share_no_goal(web):
    parts = [set(graphs.split(web, part)) for part in graphs.PARTS]
    assert sum(map(len, parts)) == len(set.union(*parts)) == len(web)
    assert [len(part) for part in parts] == [120, 15, 15]


def test_queries_are_sentences_of_their_goals(web):
    goals = graphs.split(web, "test")
    queries = graphs.draw_queries(web, goals, 40, np.random.default_rng(0))
    again = graphs.draw_queries(web, goals, 40, np.random.default_rng(0))
    assert queries.text == again.text
    assert set(queries.goal) == set(goals)  # each comes before any comes twice
    assert set(queries.sentences) == {1, 2, 3, 4}
    for start, goal, text, count, distance in zip(*queries, strict=True):
        assert text in " ".join(web.sentences[goal])
        assert text.count(".") == count
        assert distance == graphs.distances(web, [goal])[0, start] > 0


def test_pages_that_can_be_no_goal():
    long = " ".join(["word"] * 12)
    web = graphs.Web.from_links("ABCD", [[1], [2], [], []], [[long], [long], ["short"], [long]])
    with pytest.raises(ValueError, match="none of these 3 pages can be a goal"):
        graphs.draw_queries(web, [0, 2, 3], 1, np.random.default_rng(0))  # no way in, no sentence, disconnected
    assert graphs.draw_queries(web, [1], 3, np.random.default_rng(0)).start.tolist() == [0, 0, 0]


def test_articles_are_read(tmp_path):
    lines = [
        {"title": "Ant", "links": ["Bee", "Cow", "Ant"], "categories": ["subject.Science.Insects"],
         "text": "#copyright Ant 2007 Schools Wikipedia Selection. Related subjects: Insects Ants live. They dig."},
        {"title": "Bee", "links": [], "categories": [], "text": ""},
    ]  # fmt: skip
    with gzip.open(tmp_path / "articles.jsonl.gz", "wt") as file:
        file.write("\n".join(map(json.dumps, lines)))
    web = graphs.read_articles(tmp_path / "articles.jsonl.gz")
    assert (web.titles, web.links_of("Ant").tolist()) == (("Ant", "Bee"), [1])
    assert web.categories == (("Science.Insects",), ())
    assert web.sentences == (("Insects Ants live.", "They dig."), ())
    with gzip.open(tmp_path / "broken.gz", "wt") as file:
        file.write('{"title": "Ant"}\n')
    with pytest.raises(ValueError, match="line 1 is no article"):
        graphs.read_articles(tmp_path / "broken.gz")


def test_missing_articles_say_where_to_put_them(monkeypatch, tmp_path):
    monkeypatch.setenv("PNZOO_DATA_DIR", str(tmp_path))
    with pytest.raises(FileNotFoundError, match=r"Set PNZOO_DATA_DIR.*pnzoo.graphs.generate\(\)"):
        graphs.read_articles()


ARTICLES = pathlib.Path(os.environ.get("PNZOO_DATA_DIR", "data")) / FILE


@pytest.mark.skipif(not ARTICLES.is_file(), reason="Wikispeedia's articles are not in PNZOO_DATA_DIR")
def test_wikispeedia():
    web = graphs.read_articles()
    assert (len(web), len(web.indices)) == (4598, 119769)
    assert web.degrees.max() <= graphs.MAX_LINKS


@pytest.mark.parametrize(
    "data",
    [b"junk", gzip.compress(b"{}" * 2000)[:-9], gzip.compress(b"\xff\xfe")],
    ids=["junk", "cut off", "not UTF-8"],
)
def test_a_damaged_file_of_articles_is_named(tmp_path, data):
    (tmp_path / "articles.jsonl.gz").write_bytes(data)
    with pytest.raises(ValueError, match=r"articles\.jsonl\.gz is damaged, or no gzip file"):
        graphs.read_articles(tmp_path / "articles.jsonl.gz")
